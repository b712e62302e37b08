//! Going through a recording, forwards from any keyframe.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;
use std::vec::IntoIter;

use foldhash::fast::RandomState;
use memglass::schema::TypeId;

use crate::change::{Change, Losses, Object};
use crate::chunk::Message;
use crate::control::{self, Fate, moment, nanoseconds};
use crate::error::RecordingError;
use crate::living::Living;
use crate::message::split_labelled;
use crate::recording::{Channel, Of, Recording};
use crate::shape::Shape;
use crate::state::State;

/// A place in a recording, between two messages.
pub(crate) struct Cursor {
    recording: Recording,
    /// The chunk whose messages come after those of the present one.
    next_chunk: usize,
    messages: std::iter::Peekable<IntoIter<Message>>,
    /// When something is missing before those messages, which is told first.
    missing: Option<u64>,
    /// The objects whose coming is missing, and that have not gone since: they are told as they were found.
    found: HashMap<Arc<str>, Arc<Object>>,
    /// The slot of the next of them: they begin where no others are.
    next_slot: u32,
    /// The objects that live here.
    live: Living,
    /// How many of them have a value that was passed over, and the bytes of the chunks that may be kept for that.
    passed_over: usize,
    kept_bytes: usize,
    /// Bytes of all their values.
    live_bytes: u64,
    shapes: HashMap<(TypeId, Option<u64>), Option<Arc<Shape>>, RandomState>,
}

/// What a message says.
pub(crate) enum Said {
    Keyframe(Vec<Arc<Object>>),
    Created {
        object: Arc<Object>,
        /// One of the same label that is not known to have gone: what says so is lost.
        before: Option<Arc<Object>>,
    },
    Destroyed(Arc<Object>),
    Value(Arc<Object>, Vec<u8>),
    Lost(Losses),
    /// What the types are is known from the start.
    Nothing,
}

impl Cursor {
    /// At the beginning.
    pub(crate) fn new(recording: Recording) -> Cursor {
        Cursor {
            recording,
            next_chunk: 0,
            messages: Vec::new().into_iter().peekable(),
            missing: None,
            found: HashMap::new(),
            next_slot: u32::MAX,
            live: Living::default(),
            passed_over: 0,
            kept_bytes: 0,
            live_bytes: 0,
            shapes: HashMap::default(),
        }
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Goes to the last keyframe at or before `time`, or else to the beginning; returns its time.
    pub(crate) fn rewind(&mut self, time: u64) -> u64 {
        self.missing = None;
        self.found.clear();
        let recording = &mut self.recording;
        let before = recording
            .chunks()
            .partition_point(|chunk| chunk.message_start_time <= time);
        for index in (0..before).rev() {
            if !recording.has(index, &Channel::Keyframe) {
                continue;
            }
            let Some(mut messages) = recording.messages(index) else {
                continue;
            };
            let keyframe = messages.iter().rposition(|message| {
                message.time <= time
                    && recording.channel(message.channel) == Some(&Channel::Keyframe)
            });
            if let Some(at) = keyframe {
                messages.drain(..at);
                let time = messages[0].time;
                self.next_chunk = index + 1;
                self.messages = messages.into_iter().peekable();
                return time;
            }
        }
        self.next_chunk = 0;
        self.messages = Vec::new().into_iter().peekable();
        self.live.clear();
        self.live_bytes = 0;
        0
    }

    /// Whether some keyframe is after one time and at or before another, as far as the index tells.
    pub(crate) fn has_keyframe_between(&self, after: u64, until: u64) -> bool {
        let recording = &self.recording;
        let mut chunks = recording.chunks().iter().enumerate();
        chunks.any(|(index, chunk)| {
            let begins = chunk.message_start_time;
            after < begins && begins <= until && recording.has(index, &Channel::Keyframe)
        })
    }

    /// The time of the next message, or of what is missing before it; `None` at the end.
    pub(crate) fn next_time(&mut self) -> Option<u64> {
        while self.missing.is_none() && self.messages.peek().is_none() {
            let index = self.next_chunk;
            let start = self.recording.chunks().get(index)?.message_start_time;
            let messages = self.recording.messages(index);
            if messages.is_none() || self.recording.is_behind_damage(index) {
                self.missing = Some(start);
            }
            let messages = messages.unwrap_or_default();
            self.kept_bytes += messages.first().map_or(0, Message::chunk_bytes);
            self.messages = messages.into_iter().peekable();
            self.next_chunk += 1;
        }
        let next = self.messages.peek().map(|message| message.time);
        self.missing.or(next)
    }

    /// Passes over the next message, and says what it says.
    pub(crate) fn pass(&mut self) -> Result<Said, RecordingError> {
        if let Some(said) = self.damage()? {
            return Ok(said);
        }
        let Some(message) = self.messages.next() else {
            return Ok(Said::Nothing);
        };
        self.meaning(&message)
            .map_err(|reason| self.damaged(reason))
    }

    /// The same, but keeps a value for later: [`take_last`](Cursor::take_last) tells those that are not replaced until then.
    pub(crate) fn pass_over(&mut self) -> Result<Said, RecordingError> {
        if let Some(said) = self.damage()? {
            return Ok(said);
        }
        let Some(message) = self.messages.next() else {
            return Ok(Said::Nothing);
        };
        self.keep(message).map_err(|reason| self.damaged(reason))
    }

    /// What is to be told before the next message because something is damaged.
    fn damage(&mut self) -> Result<Option<Said>, RecordingError> {
        if self.missing.take().is_some() {
            return Ok(Some(Said::Lost(Losses {
                damaged: 1,
                ..Losses::default()
            })));
        }
        if !self.recording.is_damaged() {
            return Ok(None);
        }
        let found = self.find();
        if found.is_err() {
            // It is told once and passed, as any message without a meaning.
            self.messages.next();
        }
        found.map_err(|reason| self.damaged(reason))
    }

    /// The object of the next message, if that has a value of one that is not known to live, or is known with another type.
    fn find(&mut self) -> Result<Option<Said>, String> {
        let Some(message) = self.messages.peek() else {
            return Ok(None);
        };
        let (label, of) = match self.recording.channel(message.channel) {
            Some(Channel::Object(label, Some(of))) => (&**label, *of),
            Some(Channel::Shared(Some(of))) => (labelled(message)?.0, *of),
            _ => return Ok(None),
        };
        let is_known = |live: &Arc<Object>| of_object(live) == of;
        if self.live.get(label).is_some_and(is_known)
            || self.recording.schema().get(of.type_id).is_none()
        {
            return Ok(None);
        }
        let object = Arc::new(Object {
            label: label.into(),
            type_id: of.type_id,
            count: of.count,
            created: moment(message.time),
            slot: self.next_slot,
            generation: 0,
        });
        self.next_slot = self.next_slot.wrapping_sub(1);
        let said = self.come(Arc::clone(&object))?;
        self.found.insert(Arc::clone(&object.label), object);
        Ok(Some(said))
    }

    /// An object lives from here on.
    fn come(&mut self, object: Arc<Object>) -> Result<Said, String> {
        if self.is_unreadable(&object) {
            return Ok(self.go(&object.label));
        }
        self.make_room(&object)?;
        let before = self.live.insert(&object);
        if let Some(before) = &before {
            self.let_go(before);
        }
        self.found.remove(&object.label);
        Ok(Said::Created { object, before })
    }

    /// The object with this label lives no longer.
    fn go(&mut self, label: &str) -> Said {
        self.found.remove(label);
        let gone = self.live.remove(label);
        if let Some(gone) = &gone {
            self.let_go(gone);
        }
        gone.map_or(Said::Nothing, Said::Destroyed)
    }

    /// Whether an object is left out, because its type was in a damaged part.
    fn is_unreadable(&self, object: &Object) -> bool {
        self.recording.is_damaged() && self.recording.schema().get(object.type_id).is_none()
    }

    fn keep(&mut self, message: Message) -> Result<Said, String> {
        let label = match self.recording.channel(message.channel) {
            Some(Channel::Object(label, _)) => label,
            Some(Channel::Shared(_)) => labelled(&message)?.0,
            _ => return self.meaning(&message),
        };
        match self.live.find(label) {
            Some(live) => {
                self.passed_over += usize::from(live.last.replace(message).is_none());
                Ok(Said::Nothing)
            }
            None => self.unknown(label),
        }
    }

    /// Whether values that were passed over are to be taken before the next message: it is a keyframe, or they keep much memory.
    pub(crate) fn has_to_take(&mut self) -> bool {
        let next = self.messages.peek();
        self.kept_bytes > MOST_KEPT
            || next.is_some_and(|next| {
                self.recording.channel(next.channel) == Some(&Channel::Keyframe)
            })
    }

    /// The objects that have a value that was passed over, by slot, and the message with the last one.
    pub(crate) fn take_last(&mut self) -> Vec<(Arc<Object>, Message)> {
        self.kept_bytes = 0;
        if std::mem::take(&mut self.passed_over) == 0 {
            return Vec::new();
        }
        let live = self.live.iter_mut();
        let last = live.filter_map(|live| Some((Arc::clone(&live.object), live.last.take()?)));
        let mut last: Vec<(Arc<Object>, Message)> = last.collect();
        // Most of them lie in this order.
        last.sort_unstable_by_key(|(object, _)| (object.slot, object.generation));
        last
    }

    /// The value of an object in a message that was passed over.
    pub(crate) fn value_of(
        &mut self,
        object: &Object,
        message: &Message,
    ) -> Result<Vec<u8>, RecordingError> {
        let value = match self.recording.channel(message.channel) {
            Some(Channel::Shared(_)) => labelled(message).map(|(_, value)| value),
            _ => Ok(message.data()),
        };
        value
            .and_then(|value| self.decoded(object, value))
            .map_err(|reason| self.damaged(reason))
    }

    fn damaged(&self, reason: String) -> RecordingError {
        let chunk = self.next_chunk.saturating_sub(1);
        let offset = self.recording.chunks()[chunk].chunk_start_offset;
        self.recording.damaged(offset, reason)
    }

    fn meaning(&mut self, message: &Message) -> Result<Said, String> {
        let said = |error: minicbor::decode::Error| error.to_string();
        let Some(channel) = self.recording.channel(message.channel) else {
            return Ok(Said::Nothing);
        };
        match channel {
            Channel::Types => Ok(Said::Nothing),
            Channel::Loss => control::read_losses(message.data())
                .map(Said::Lost)
                .map_err(said),
            Channel::Keyframe => {
                let objects = control::read_keyframe(message.data())
                    .map_err(said)?
                    .into_iter();
                let objects: Vec<Arc<Object>> = objects
                    .filter(|object| !self.is_unreadable(object))
                    .map(|object| self.same(object))
                    .collect();
                self.live.begin_anew(&objects);
                self.live_bytes = 0;
                for object in &objects {
                    self.make_room(object)?;
                }
                Ok(Said::Keyframe(objects))
            }
            Channel::Objects => match control::read_fate(message.data()).map_err(said)? {
                Fate::Created(object) => self.come(Arc::new(object)),
                Fate::Destroyed(label) => Ok(self.go(&label)),
            },
            Channel::Object(label, _) => {
                let label = Arc::clone(label);
                self.value(&label, message.data())
            }
            Channel::Shared(_) => {
                let (label, value) = labelled(message)?;
                self.value(label, value)
            }
        }
    }

    /// An object of a keyframe: the object that was found earlier, if its label and type agree.
    fn same(&self, object: Object) -> Arc<Object> {
        let found = self.found.get(&object.label);
        match found.filter(|found| of_object(found) == of_object(&object)) {
            Some(found) => Arc::clone(found),
            None => Arc::new(object),
        }
    }

    /// Counts an object that is to live, if a recording of this size may have so many bytes of them.
    fn make_room(&mut self, object: &Object) -> Result<(), String> {
        let most = SMALL_VALUES.saturating_add(self.recording.size().saturating_mul(MOST_SHRUNK));
        self.live_bytes = self.live_bytes.saturating_add(self.bytes_of(object));
        match self.live_bytes <= most {
            true => Ok(()),
            false => Err(format!(
                "objects of {} bytes are more than a recording of this size has",
                self.live_bytes
            )),
        }
    }

    fn let_go(&mut self, object: &Object) {
        self.live_bytes = self.live_bytes.saturating_sub(self.bytes_of(object));
    }

    /// Bytes of an object, or of an array of them; one without a type has none.
    fn bytes_of(&self, object: &Object) -> u64 {
        let ty = self.recording.schema().get(object.type_id);
        ty.map_or(0, |ty| ty.size.saturating_mul(object.count.unwrap_or(1)))
    }

    fn value(&mut self, label: &str, message: &[u8]) -> Result<Said, String> {
        let Some(live) = self.live.find(label) else {
            return self.unknown(label);
        };
        let object = Arc::clone(&live.object);
        let value = self.decoded(&object, message)?;
        Ok(Said::Value(object, value))
    }

    /// What a value says of an object that is not known to live.
    fn unknown(&self, label: &str) -> Result<Said, String> {
        match self.recording.is_damaged() {
            // What says that it came is lost, or its type.
            true => Ok(Said::Nothing),
            false => Err(format!("a value of {label:?}, which does not live")),
        }
    }

    fn decoded(&mut self, object: &Object, message: &[u8]) -> Result<Vec<u8>, String> {
        let schema = self.recording.schema();
        let shape = self
            .shapes
            .entry((object.type_id, object.count))
            .or_insert_with(|| {
                schema.get(object.type_id)?;
                Shape::of(schema, object.type_id, object.count).map(Arc::new)
            });
        let label = &object.label;
        let shape = shape.as_ref().filter(|shape| shape.len <= MAX_VALUE);
        let shape = shape.ok_or_else(|| format!("{label:?} has no type, or too many elements"))?;
        // Only then is memory taken: its count is a stranger's.
        if message.len() < shape.least {
            return Err(format!("{label:?} has less than a value"));
        }
        let mut value = vec![0; shape.len];
        let decoded = shape.message.decode(message, &mut value);
        decoded.map_err(|error| format!("{label:?}: {error}"))?;
        Ok(value)
    }
}

/// What the values of an object are.
fn of_object(object: &Object) -> Of {
    Of {
        type_id: object.type_id,
        count: object.count,
    }
}

/// The label of an object and its value, in a message that has both.
fn labelled(message: &Message) -> Result<(&str, &[u8]), String> {
    split_labelled(message.data()).map_err(|error| error.to_string())
}

impl Recording {
    /// Tells everything that was recorded, in its order and with its time: all types first.
    ///
    /// # Errors
    ///
    /// The first error of `sink`, which is then called no more; [`RecordingError`] if the recording is damaged.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let file = dir.join("run.mcap");
    /// # use memglass::{Observer, Session};
    /// # use memglass_stream::{Compression, Recorder, Source};
    /// # let session = Session::builder("engine").dir(&dir).create()?;
    /// # let quantity = session.object("quantity", 100_i64)?;
    /// # let observer = Observer::builder().dir(&dir).attach("engine")?;
    /// # let mut recorder = Recorder::create(&file, observer.session(), Compression::Zstd)?;
    /// # let now = std::time::SystemTime::now();
    /// # Source::new(observer, &[])?.keyframe(|change| recorder.take(now, change))?;
    /// # recorder.finish()?;
    /// use memglass_stream::{Change, Recording, RecordingError};
    ///
    /// let mut labels = Vec::new();
    /// Recording::open(&file)?.tell(|_time, change| {
    ///     if let Change::Value(object, _) = change {
    ///         labels.push(object.label.to_string());
    ///     }
    ///     Ok::<(), RecordingError>(())
    /// })?;
    /// assert_eq!(labels, ["quantity"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tell<E: From<RecordingError>>(
        self,
        mut sink: impl FnMut(SystemTime, Change<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let types = self.schema().clone();
        sink(self.start(), Change::Types(&types))?;
        let mut cursor = Cursor::new(self);
        while let Some(time) = cursor.next_time() {
            let said = cursor.pass()?;
            said.told(|change| sink(moment(time), change))?;
        }
        Ok(())
    }

    /// What the session was at a moment, everything at it included: nothing before the start, and what it was
    /// last after the end.
    ///
    /// Goes on from the last keyframe before it.
    ///
    /// # Errors
    ///
    /// [`RecordingError`] if the recording is damaged there.
    pub fn state_at(self, time: SystemTime) -> Result<State, RecordingError> {
        let mut state = State::new();
        state.take(Change::Types(self.schema()));
        let mut cursor = Cursor::new(self);
        let time = nanoseconds(time);
        cursor.rewind(time);
        while cursor.next_time().is_some_and(|next| next <= time) {
            let said = cursor.pass()?;
            said.told(|change| {
                state.take(change);
                Ok::<(), RecordingError>(())
            })?;
        }
        Ok(state)
    }
}

impl Said {
    /// The same as a change.
    fn told<E>(&self, sink: impl FnOnce(Change<'_>) -> Result<(), E>) -> Result<(), E> {
        sink(match self {
            Said::Keyframe(objects) => Change::Keyframe(objects),
            Said::Created { object, .. } => Change::Created(object),
            Said::Destroyed(object) => Change::Destroyed(object),
            Said::Value(object, value) => Change::Value(object, value),
            Said::Lost(losses) => Change::Lost(*losses),
            Said::Nothing => return Ok(()),
        })
    }
}

/// Largest object that is re-created, in bytes.
const MAX_VALUE: usize = 1 << 30;

/// Bytes of chunks that are kept for values that were passed over, beside the last one.
const MOST_KEPT: usize = 256 << 20;

/// Bytes that the values of the smallest recording may have.
const SMALL_VALUES: u64 = 64 << 20;

/// How many bytes of values one of a file may stand for: they are compressed, and texts have room that is empty.
const MOST_SHRUNK: u64 = 4096;

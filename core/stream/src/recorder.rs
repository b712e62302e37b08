//! Writing a recording.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use foldhash::HashMap as FastMap;
use mcap::records::{Header, MessageHeader, Metadata};
use memglass::SessionInfo;
use memglass::schema::{Schema, TypeId, codec};

use crate::change::{Change, Losses, Object};
use crate::control::{self, nanoseconds};
use crate::error::RecordError;
use crate::identity::{self, Identity};
use crate::maker::Maker;
use crate::message::encode_labelled;
use crate::plan::Plan;
use crate::shape::Shape;
use crate::writer::Writer;

/// How a recording is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// By Zstandard, on the thread that records.
    #[default]
    Zstd,
    /// Not at all.
    None,
}

/// Which messages of a recording have a channel, and so a topic, of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// Those of the first 1,000 objects; those of further ones share a channel for each type.
    #[default]
    Auto,
    /// Those of each object, as far as there are channels: the first 60,000.
    PerObject,
    /// Those of each type.
    PerType,
}

impl Channels {
    /// Objects that have a channel of their own.
    fn of_objects(self) -> usize {
        match self {
            Channels::Auto => 1000,
            // A file has 65,536; types have some too.
            Channels::PerObject => 60_000,
            Channels::PerType => 0,
        }
    }
}

/// What was recorded so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Messages that were written.
    pub messages: u64,
    /// Values that were taken; some of them may still wait to become messages.
    pub values: u64,
    /// Bytes of the file, as of the last flush.
    pub file_bytes: u64,
    /// What was not seen.
    pub losses: Losses,
}

impl Totals {
    /// Adds what was written to another file.
    pub fn add(&mut self, more: Totals) {
        self.messages += more.messages;
        self.values += more.values;
        self.file_bytes += more.file_bytes;
        self.losses.add(more.losses);
    }
}

/// Deltas since the last keyframe, as a multiple of its size, after which another one is due. Larger files are smaller, and
/// seeking in them takes longer.
const KEYFRAME_AFTER: u64 = 2;

/// Bytes of messages after which a keyframe comes with the types, as a multiple of theirs: what nothing can be read without is
/// in more than one place. The second time they come with the next keyframe.
const TYPES_AFTER: u64 = 16;

/// Writes what changes into an MCAP file.
///
/// While it is written, the file is locked: nobody takes it for a finished one. A recorder that is dropped finishes it, too,
/// and tells nobody of an error; a copy in a forked child leaves it alone. If the program is killed, the file is a valid
/// beginning, which the next [`Recording::open`](crate::Recording::open) finishes.
pub struct Recorder {
    path: PathBuf,
    /// The same file, to ask for its size and to cut it.
    file: File,
    writer: Writer,
    schema: Schema,
    control: HashMap<&'static str, u16>,
    /// Where the values of an object go, by slot.
    routes: FastMap<u32, Route>,
    shapes: HashMap<ManyOf, Arc<Shape>>,
    /// The channels of objects by their labels, and those that all others of a type share.
    object_channels: HashMap<(Arc<str>, ManyOf), u16>,
    shared_channels: HashMap<ManyOf, u16>,
    /// What says what the messages of channels are: of which type, whether of arrays, whether with a label.
    schemas: HashMap<(TypeId, bool, bool), u16>,
    channels: Channels,
    waiting: Waiting,
    totals: Totals,
    /// Bytes of messages since the last keyframe began, and of that keyframe.
    since_keyframe: u64,
    keyframe_bytes: u64,
    /// Values of the last keyframe that are still to come.
    keyframe_values: usize,
    /// Bytes of messages since the types were written last, and how often they were.
    since_types: u64,
    types_written: u64,
    /// Bytes of the types and of what was said of channels, the last time.
    types_bytes: u64,
    /// When something was written last.
    last: SystemTime,
    /// Whether something of the session was handed to the system.
    has_some: bool,
    is_ended: bool,
    maker: Maker,
}

/// A type, and how many elements an array of it has.
type ManyOf = (TypeId, Option<u64>);

/// Values that were taken and are not written yet.
///
/// Writing one takes some thousand instructions of several libraries, of which nothing is in a cache after a sleep. So they
/// are written together, and not after each look.
#[derive(Default)]
struct Waiting {
    values: Vec<(SystemTime, Arc<Object>, usize)>,
    bytes: Vec<u8>,
}

impl Waiting {
    /// Bytes and values beyond which they wait no longer.
    const BYTES: usize = 32 << 10;
    const VALUES: usize = 512;

    fn push(&mut self, time: SystemTime, object: &Arc<Object>, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.values.push((time, Arc::clone(object), value.len()));
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= Self::BYTES || self.values.len() >= Self::VALUES
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Nobody hears of an error any more; the file is a beginning then.
        let _ = self.end();
    }
}

#[derive(Clone)]
struct Route {
    generation: u64,
    channel: u16,
    shape: Arc<Shape>,
    /// Whether messages say whose value they are.
    is_shared: bool,
}

impl Recorder {
    /// Starts a recording of a session in a new file.
    ///
    /// # Errors
    ///
    /// - [`RecordError::Exists`]: there is such a file; it stays as it is.
    /// - [`RecordError::Create`], [`RecordError::NoRoom`], [`RecordError::Write`]: the file cannot be made or written.
    pub fn create(
        path: &Path,
        session: &SessionInfo,
        compression: Compression,
    ) -> Result<Recorder, RecordError> {
        let made = File::create_new(path).and_then(|file| Ok([file.try_clone()?, file]));
        let [file, written] = made.map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => RecordError::Exists { path: path.into() },
            _ => RecordError::Create {
                path: path.into(),
                source,
            },
        })?;
        // Where files have no locks, nobody is kept from opening it too early.
        let _ = file.try_lock();
        let made = Identity::of(&file);
        let begun = Recorder::begin(path, session, compression, [file, written]);
        // Nothing of the session is in it yet.
        begun.inspect_err(|_| identity::remove(path, made))
    }

    /// Which file it writes.
    pub(crate) fn identity(&self) -> Option<Identity> {
        Identity::of(&self.file)
    }

    /// The same as a plan says.
    pub(crate) fn planned(
        path: &Path,
        session: &SessionInfo,
        plan: &Plan,
    ) -> Result<Recorder, RecordError> {
        let recorder = Recorder::create(path, session, plan.compression)?;
        Ok(recorder.with_channels(plan.channels))
    }

    /// Writes what stands at the beginning of each recording.
    fn begin(
        path: &Path,
        session: &SessionInfo,
        compression: Compression,
        [file, written]: [File; 2],
    ) -> Result<Recorder, RecordError> {
        let failed = |source| RecordError::writing(path, false, source);
        let is_compressed = compression == Compression::Zstd;
        let mut writer = Writer::begin(written, is_compressed, &header()).map_err(failed)?;
        writer.metadata(&about(session)).map_err(failed)?;
        let control = control_channels(&mut writer).map_err(failed)?;
        writer.flush().map_err(failed)?;
        let mut recorder = Recorder {
            path: path.into(),
            file,
            writer,
            schema: Schema::new(),
            control,
            routes: FastMap::default(),
            shapes: HashMap::new(),
            object_channels: HashMap::new(),
            shared_channels: HashMap::new(),
            schemas: HashMap::new(),
            channels: Channels::default(),
            waiting: Waiting::default(),
            totals: Totals::default(),
            since_keyframe: 0,
            keyframe_bytes: 0,
            keyframe_values: 0,
            since_types: 0,
            types_written: 0,
            types_bytes: 0,
            last: SystemTime::UNIX_EPOCH,
            has_some: false,
            is_ended: false,
            maker: Maker::this_process(),
        };
        recorder.flush()?;
        Ok(recorder)
    }

    /// Gives channels otherwise than [`Channels::Auto`] says, from the next object on.
    pub fn with_channels(mut self, channels: Channels) -> Recorder {
        self.channels = channels;
        self
    }

    /// Writes a change that was seen at `time`. Times never go back, and all changes of one look have one time:
    /// an object that has come is there when its first value is.
    ///
    /// # Errors
    ///
    /// [`RecordError::NoRoom`], [`RecordError::Write`]: nothing can be written any more. The file has everything up to
    /// the last [`flush`](Recorder::flush).
    pub fn take(&mut self, time: SystemTime, change: Change<'_>) -> Result<(), RecordError> {
        self.last = time;
        if let Change::Value(object, value) = change {
            self.totals.values += 1;
            self.waiting.push(time, object, value);
            return match self.waiting.is_full() {
                true => self.write_waiting(),
                false => Ok(()),
            };
        }
        self.write_waiting()?;
        match change {
            Change::Types(schema) => {
                self.schema = schema.clone();
                self.types_written = 0;
                self.types(time)
            }
            Change::Keyframe(objects) => {
                for object in objects {
                    self.shape(object)?;
                }
                self.since_keyframe = 0;
                self.keyframe_bytes = 0;
                self.keyframe_values = objects.len();
                self.types_again(time)?;
                self.control(control::KEYFRAME, time, &control::keyframe(objects))
            }
            Change::Created(object) => {
                self.control(control::OBJECTS, time, &control::created(object))?;
                // An error is about this object, and not about values that wait.
                self.shape(object).map(drop)
            }
            Change::Destroyed(object) => {
                self.routes.remove(&object.slot);
                self.control(control::OBJECTS, time, &control::destroyed(object))
            }
            Change::Value(..) => unreachable!("it waits"),
            Change::Lost(losses) => {
                self.totals.losses.add(losses);
                self.control(control::LOSS, time, &control::losses(losses))
            }
        }
    }

    /// Whether so much was written since the last keyframe that another one costs little.
    ///
    /// Playing from the middle starts at a keyframe. Call [`Source::keyframe`](crate::Source::keyframe) then,
    /// but not more often than once a second.
    pub fn wants_keyframe(&self) -> bool {
        let is_whole = self.keyframe_values == 0;
        is_whole && self.since_keyframe >= KEYFRAME_AFTER * self.keyframe_bytes.max(1)
    }

    /// Hands everything to the system: a program that is killed later has lost nothing before this.
    ///
    /// # Errors
    ///
    /// As for [`take`](Recorder::take); [`RecordError::Removed`] or [`RecordError::Moved`] if nothing has its name any more,
    /// [`RecordError::CutShort`] if somebody has cut it, and [`RecordError::Forked`] in a forked child.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.check_maker()?;
        self.write_waiting()?;
        // What is written next makes it long again, with a hole in it.
        let len = self.file.metadata().map(|metadata| metadata.len());
        if len.is_ok_and(|len| len < self.totals.file_bytes) {
            self.writer.shut();
            return Err(RecordError::CutShort {
                path: self.path.clone(),
            });
        }
        let flushed = self.writer.flush();
        self.checked(flushed)?;
        let metadata = self.file.metadata();
        if !self.path.exists() {
            let path = self.path.clone();
            return Err(match metadata.is_ok_and(|file| identity::is_named(&file)) {
                true => RecordError::Moved { path },
                false => RecordError::Removed { path },
            });
        }
        if let Ok(metadata) = metadata {
            self.totals.file_bytes = metadata.len();
        }
        self.has_some = self.totals.messages > 0;
        Ok(())
    }

    /// What was written so far.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Ends the recording: other programs find their way in the file from here on.
    ///
    /// # Errors
    ///
    /// As for [`flush`](Recorder::flush).
    pub fn finish(mut self) -> Result<Totals, RecordError> {
        self.end()?;
        Ok(self.totals)
    }

    /// Ends the recording; nothing can be written any more. Does nothing if it has ended.
    pub(crate) fn end(&mut self) -> Result<(), RecordError> {
        self.check_maker()?;
        if std::mem::replace(&mut self.is_ended, true) {
            return Ok(());
        }
        let written = self.write_last();
        // Also if the file has no name any more: whoever moved it finds their way in it. After a failed write, nothing is written.
        let finished = self.writer.finish();
        written?;
        self.checked(finished)?;
        if let Ok(metadata) = self.file.metadata() {
            self.totals.file_bytes = metadata.len();
        }
        // Others may open it from here on.
        let _ = self.file.unlock();
        Ok(())
    }

    /// Fails in a forked child: what it wrote would lie in the middle of what its parent writes.
    fn check_maker(&self) -> Result<(), RecordError> {
        match self.maker.is_parent() {
            true => Err(RecordError::Forked),
            false => Ok(()),
        }
    }

    fn write_last(&mut self) -> Result<(), RecordError> {
        self.write_waiting()?;
        if !self.schema.is_empty() {
            self.types(self.last)?;
        }
        self.flush()
    }

    fn write_waiting(&mut self) -> Result<(), RecordError> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut rest = &waiting.bytes[..];
        for (time, object, len) in waiting.values.drain(..) {
            let (value, after) = rest.split_at(len);
            self.value(time, &object, value)?;
            rest = after;
        }
        waiting.bytes.clear();
        self.waiting = waiting;
        Ok(())
    }

    fn value(
        &mut self,
        time: SystemTime,
        object: &Arc<Object>,
        value: &[u8],
    ) -> Result<(), RecordError> {
        let known = self.routes.get(&object.slot);
        let route = match known.filter(|route| route.generation == object.generation) {
            Some(route) => route.clone(),
            None => self.route(object)?,
        };
        let message = &route.shape.message;
        let written = self.write(route.channel, time, |out| match route.is_shared {
            true => encode_labelled(&object.label, message, value, out),
            false => message.encode(value, out),
        });
        if self.keyframe_values > 0 {
            self.keyframe_values -= 1;
            self.keyframe_bytes += std::mem::take(&mut self.since_keyframe);
        }
        written
    }

    /// Finds out where the values of an object go.
    fn route(&mut self, object: &Arc<Object>) -> Result<Route, RecordError> {
        let shape = self.shape(object)?;
        let many = (object.type_id, object.count);
        let own = (Arc::clone(&object.label), many);
        let known = self.object_channels.get(&own).copied();
        let is_shared = known.is_none() && self.object_channels.len() >= self.channels.of_objects();
        let known = match is_shared {
            true => self.shared_channels.get(&many).copied(),
            false => known,
        };
        let channel = match known {
            Some(channel) => channel,
            None => {
                let added = self.add_channel(object, &shape, is_shared);
                let channel = self.checked(added)?;
                match is_shared {
                    true => self.shared_channels.insert(many, channel),
                    false => self.object_channels.insert(own, channel),
                };
                channel
            }
        };
        let route = Route {
            generation: object.generation,
            channel,
            shape,
            is_shared,
        };
        self.routes.insert(object.slot, route.clone());
        Ok(route)
    }

    fn add_channel(&mut self, object: &Object, shape: &Shape, is_shared: bool) -> io::Result<u16> {
        let type_name = self.schema.type_name(object.type_id);
        let (topic, key, value) = match is_shared {
            true => {
                let many = object
                    .count
                    .map_or(String::new(), |count| format!("[{count}]"));
                let topic = format!("/memglass/of_type/{type_name}{many}");
                (topic, TYPE, type_name)
            }
            false => {
                let topic = format!("/{}", object.label);
                (topic, LABEL, object.label.to_string())
            }
        };
        // Arrays of all lengths have the same messages.
        let of = (object.type_id, object.count.is_some(), is_shared);
        let schema = match self.schemas.get(&of) {
            Some(&schema) => schema,
            None => {
                let name = &shape.names[usize::from(is_shared)];
                let schema = self.writer.schema(name, MESSAGES, &shape.descriptor)?;
                self.schemas.insert(of, schema);
                schema
            }
        };
        let of = [
            (TYPE_ID, Some(u64::from(object.type_id.0))),
            (COUNT, object.count),
        ];
        let of = of.map(|(key, number)| Some((key.to_owned(), number?.to_string())));
        let metadata = [Some((key.to_owned(), value))].into_iter().chain(of);
        let metadata = metadata.flatten().collect();
        self.writer.channel(schema, topic, MESSAGES, metadata)
    }

    fn shape(&mut self, object: &Object) -> Result<Arc<Shape>, RecordError> {
        let key = (object.type_id, object.count);
        if let Some(shape) = self.shapes.get(&key) {
            return Ok(Arc::clone(shape));
        }
        let shape = Shape::of(&self.schema, object.type_id, object.count);
        let shape = Arc::new(shape.ok_or_else(|| {
            // What is there can be ended in order.
            if !self.has_some {
                self.give_up();
            }
            RecordError::TooLarge {
                label: object.label.to_string(),
                has_some: self.has_some,
            }
        })?);
        self.shapes.insert(key, Arc::clone(&shape));
        Ok(shape)
    }

    fn types(&mut self, time: SystemTime) -> Result<(), RecordError> {
        let types = codec::encode_schema(&self.schema);
        self.control(control::TYPES, time, &types)?;
        self.types_written += 1;
        self.since_types = 0;
        self.types_bytes = types.len() as u64;
        Ok(())
    }

    /// Writes the types, and what was said of channels, with a keyframe, if that is due.
    fn types_again(&mut self, time: SystemTime) -> Result<(), RecordError> {
        let after = match self.types_written {
            1 => 1,
            _ => TYPES_AFTER * self.types_bytes,
        };
        if self.types_written == 0 || self.since_types < after {
            return Ok(());
        }
        let channels = self.writer.channels_again();
        self.since_keyframe += channels;
        self.types(time)?;
        self.types_bytes += channels;
        Ok(())
    }

    fn control(
        &mut self,
        topic: &str,
        time: SystemTime,
        message: &[u8],
    ) -> Result<(), RecordError> {
        self.write(self.control[topic], time, |out| {
            out.extend_from_slice(message)
        })
    }

    /// Writes a message whose bytes `fill` appends.
    fn write(
        &mut self,
        channel: u16,
        time: SystemTime,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), RecordError> {
        self.totals.messages += 1;
        let time = nanoseconds(time);
        let header = MessageHeader {
            channel_id: channel,
            sequence: self.totals.messages as u32,
            log_time: time,
            publish_time: time,
        };
        let written = self.writer.message(&header, fill);
        let bytes = self.checked(written)?;
        self.since_keyframe += bytes;
        self.since_types += bytes;
        Ok(())
    }

    /// After a failed write, cuts off what was written of a chunk: up to the last flush the file is sound.
    fn checked<R>(&mut self, written: io::Result<R>) -> Result<R, RecordError> {
        written.map_err(|source| {
            self.give_up();
            RecordError::writing(&self.path, self.has_some, source)
        })
    }

    /// Nothing can be written any more. A file that has nothing of the session is removed.
    fn give_up(&mut self) {
        self.writer.shut();
        // If either fails too, opening it leaves out what is incomplete.
        if self.has_some {
            let _ = self.file.set_len(self.totals.file_bytes);
        } else {
            identity::remove(&self.path, self.identity());
        }
    }
}

/// What each recording begins with.
fn header() -> Header {
    Header {
        profile: PROFILE.into(),
        library: format!("{LIBRARY} {}", env!("CARGO_PKG_VERSION")),
    }
}

/// What tells recordings of memglass from other MCAP files.
pub(crate) const PROFILE: &str = "memglass";

/// What the name of the library that writes them begins with.
pub(crate) const LIBRARY: &str = "memglass";

/// Name of the record that says what was recorded.
pub(crate) const ABOUT: &str = "memglass";

fn about(session: &SessionInfo) -> Metadata {
    let entries = [
        ("session", session.name.clone()),
        ("session_id", format!("{:032x}", session.id)),
        ("program", session.program.clone()),
        ("pid", session.pid.to_string()),
        ("started", nanoseconds(session.started).to_string()),
        ("format", "1".into()),
    ];
    Metadata {
        name: ABOUT.into(),
        metadata: entries.map(|(key, value)| (key.to_owned(), value)).into(),
    }
}

fn control_channels(writer: &mut Writer) -> io::Result<HashMap<&'static str, u16>> {
    let mut channels = HashMap::new();
    for (topic, cddl) in control::CHANNELS {
        let name = control::schema_name(topic);
        let schema = writer.schema(&name, control::SCHEMA_ENCODING, cddl.as_bytes())?;
        let id = writer.channel(schema, topic.into(), control::ENCODING, BTreeMap::new())?;
        channels.insert(topic, id);
    }
    Ok(channels)
}

/// How messages of values are written, and what says what they are.
const MESSAGES: &str = "protobuf";

/// Key in a channel's metadata: the label of its object.
pub(crate) const LABEL: &str = "label";

/// Key in a channel's metadata: the type whose objects share it.
pub(crate) const TYPE: &str = "type";

/// Keys in a channel's metadata: the number of the type of its values, and how many elements each has.
pub(crate) const TYPE_ID: &str = "type_id";
pub(crate) const COUNT: &str = "count";

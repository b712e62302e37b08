//! Going through a recording, forwards from any keyframe.

use std::collections::HashMap;
use std::sync::Arc;
use std::vec::IntoIter;

use crate::change::{Losses, Object};
use crate::chunk::Message;
use crate::control::{self, Fate};
use crate::error::RecordingError;
use crate::message::split_labelled;
use crate::recording::{Channel, Recording};
use crate::shape::Shape;

/// A place in a recording, between two messages.
pub(crate) struct Cursor {
    recording: Recording,
    /// The chunk whose messages come after those of the present one.
    next_chunk: usize,
    messages: std::iter::Peekable<IntoIter<Message>>,
    /// The objects that live here, by label.
    live: HashMap<Arc<str>, Arc<Object>>,
    shapes: HashMap<(memglass::schema::TypeId, Option<u64>), Option<Arc<Shape>>>,
}

/// What a message says.
pub(crate) enum Said {
    Keyframe(Vec<Arc<Object>>),
    Created(Arc<Object>),
    Destroyed(Arc<Object>),
    Value(Arc<Object>, Vec<u8>),
    #[allow(dead_code)]
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
            live: HashMap::new(),
            shapes: HashMap::new(),
        }
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Goes to the last keyframe at or before `time`, or else to the beginning; returns its time.
    pub(crate) fn rewind(&mut self, time: u64) -> Result<u64, RecordingError> {
        let recording = &mut self.recording;
        let before = recording
            .chunks()
            .partition_point(|chunk| chunk.message_start_time <= time);
        for index in (0..before).rev() {
            if !recording.has(&recording.chunks()[index], &Channel::Keyframe) {
                continue;
            }
            let mut messages = recording.messages(index)?;
            let keyframe = messages.iter().rposition(|message| {
                message.time <= time
                    && recording.channel(message.channel) == Some(&Channel::Keyframe)
            });
            if let Some(at) = keyframe {
                messages.drain(..at);
                let time = messages[0].time;
                self.next_chunk = index + 1;
                self.messages = messages.into_iter().peekable();
                return Ok(time);
            }
        }
        self.next_chunk = 0;
        self.messages = Vec::new().into_iter().peekable();
        self.live.clear();
        Ok(0)
    }

    /// Whether some keyframe is after one time and at or before another, as far as the index tells.
    pub(crate) fn has_keyframe_between(&self, after: u64, until: u64) -> bool {
        let recording = &self.recording;
        recording.chunks().iter().any(|chunk| {
            let begins = chunk.message_start_time;
            after < begins && begins <= until && recording.has(chunk, &Channel::Keyframe)
        })
    }

    /// The time of the next message; `None` at the end.
    pub(crate) fn next_time(&mut self) -> Result<Option<u64>, RecordingError> {
        while self.messages.peek().is_none() {
            if self.next_chunk >= self.recording.chunks().len() {
                return Ok(None);
            }
            let messages = self.recording.messages(self.next_chunk)?;
            self.messages = messages.into_iter().peekable();
            self.next_chunk += 1;
        }
        Ok(self.messages.peek().map(|message| message.time))
    }

    /// Passes over the next message, and says what it says.
    pub(crate) fn pass(&mut self) -> Result<Said, RecordingError> {
        let Some(message) = self.messages.next() else {
            return Ok(Said::Nothing);
        };
        self.meaning(&message).map_err(|reason| {
            let chunk = self.next_chunk.saturating_sub(1);
            let offset = self.recording.chunks()[chunk].chunk_start_offset;
            self.recording.damaged(offset, reason)
        })
    }

    fn meaning(&mut self, message: &Message) -> Result<Said, String> {
        let said = |error: minicbor::decode::Error| error.to_string();
        let Some(channel) = self.recording.channel(message.channel) else {
            return Ok(Said::Nothing);
        };
        match channel {
            Channel::Types => Ok(Said::Nothing),
            Channel::Loss => control::read_losses(&message.data)
                .map(Said::Lost)
                .map_err(said),
            Channel::Keyframe => {
                let objects = control::read_keyframe(&message.data).map_err(said)?;
                let objects: Vec<Arc<Object>> = objects.into_iter().map(Arc::new).collect();
                let by_label =
                    |object: &Arc<Object>| (Arc::clone(&object.label), Arc::clone(object));
                self.live = objects.iter().map(by_label).collect();
                Ok(Said::Keyframe(objects))
            }
            Channel::Objects => match control::read_fate(&message.data).map_err(said)? {
                Fate::Created(object) => {
                    let object = Arc::new(object);
                    self.live
                        .insert(Arc::clone(&object.label), Arc::clone(&object));
                    Ok(Said::Created(object))
                }
                Fate::Destroyed(label) => {
                    let gone = self.live.remove(&label);
                    Ok(gone.map_or(Said::Nothing, Said::Destroyed))
                }
            },
            Channel::Object(label) => {
                let label = Arc::clone(label);
                self.value(&label, &message.data)
            }
            Channel::Shared => {
                let malformed = |error: crate::protobuf::Malformed| error.to_string();
                let (label, value) = split_labelled(&message.data).map_err(malformed)?;
                self.value(label, value)
            }
        }
    }

    fn value(&mut self, label: &str, message: &[u8]) -> Result<Said, String> {
        let object = self.live.get(label);
        let object = object.ok_or_else(|| format!("a value of {label:?}, which does not live"))?;
        let object = Arc::clone(object);
        let schema = self.recording.schema();
        let shape = self
            .shapes
            .entry((object.type_id, object.count))
            .or_insert_with(|| {
                schema.get(object.type_id)?;
                Shape::of(schema, object.type_id, object.count).map(Arc::new)
            });
        let shape = shape.as_ref().filter(|shape| shape.len <= MAX_VALUE);
        let shape = shape.ok_or_else(|| format!("{label:?} has no type, or too many elements"))?;
        let mut value = vec![0; shape.len];
        let decoded = shape.message.decode(message, &mut value);
        decoded.map_err(|error| format!("{label:?}: {error}"))?;
        Ok(Said::Value(object, value))
    }
}

/// Largest object that is re-created, in bytes.
const MAX_VALUE: usize = 1 << 30;

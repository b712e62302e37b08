//! Opening a recording.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use mcap::Summary;
use mcap::records::{ChunkIndex, Record};
use memglass::Replay;
use memglass::schema::{Schema, codec};

use crate::chunk::{self, MAGIC, Message};
use crate::control::{self, moment};
use crate::ending;
use crate::error::RecordingError;
use crate::finish;
use crate::gap::{self, Gap};
use crate::record;
use crate::recorder::{LABEL, PROFILE, TYPE};

/// A recording: a file with the changes of a session.
///
/// The file is anybody's: damaged, cut or made up, it gives errors and no more.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    file: File,
    schema: Schema,
    channels: HashMap<u16, Channel>,
    /// In the order of their times.
    chunks: Vec<ChunkIndex>,
    gaps: Vec<Gap>,
    state: Written,
    is_branch: bool,
    size: u64,
}

/// How far a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Whole,
    /// It had been cut off, or its index was damaged, and it was finished when it was opened.
    Finished,
    /// It was cut off, and could not be finished here.
    Cut,
}

/// What the messages of a channel are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Types,
    Keyframe,
    Objects,
    Loss,
    /// Values of the object with this label.
    Object(Arc<str>),
    /// Values of several objects, each with a label.
    Shared,
}

impl Recording {
    /// Opens a recording. If it was cut off, or its index is damaged, finishes it first, which reads all of it. Where nobody may
    /// write it, or somebody reads it already, it is read as it is.
    ///
    /// # Errors
    ///
    /// - [`RecordingError::Read`]: the file cannot be read.
    /// - [`RecordingError::Foreign`]: it is none of memglass.
    /// - [`RecordingError::BeingRecorded`]: it is still being written.
    /// - [`RecordingError::Damaged`]: its types are damaged.
    pub fn open(path: &Path) -> Result<Recording, RecordingError> {
        let cannot = |source| RecordingError::Read {
            path: path.into(),
            source,
        };
        let mut file = open_regular(path).map_err(cannot)?;
        check_beginning(path, &mut file)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
            return Err(RecordingError::BeingRecorded { path: path.into() });
        }
        let (state, summary) = match ending::read(&mut file).map_err(cannot)? {
            Some(summary) => (Written::Whole, summary),
            None => completed(path, &mut file).map_err(cannot)?,
        };
        let mut chunks = summary.chunk_indexes;
        let gaps = gap::between(&mut file, &chunks).map_err(cannot)?;
        let size = file.metadata().map_err(cannot)?.len();
        // Chunks that only have channels have no times.
        chunks.retain(|chunk| !chunk.message_index_offsets.is_empty());
        chunks.sort_by_key(|chunk| (chunk.message_start_time, chunk.chunk_start_offset));
        let channels = summary.channels.iter();
        let mut recording = Recording {
            path: path.into(),
            file,
            schema: Schema::new(),
            channels: channels
                .filter_map(|(&id, channel)| Some((id, meaning(channel)?)))
                .collect(),
            chunks,
            gaps,
            state,
            is_branch: false,
            size,
        };
        recording.schema = recording.types()?;
        Ok(recording)
    }

    /// Its file name.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Whether it had been cut off, or its index was damaged, and it was finished when it was opened.
    pub fn was_unfinished(&self) -> bool {
        self.state == Written::Finished
    }

    /// Whether it was cut off, and could not be finished for lack of room or of rights: then everything up to there is
    /// read, and the file stays as it is.
    pub fn is_cut(&self) -> bool {
        self.state == Written::Cut
    }

    /// The damaged parts of it, in their order. What was recorded there is not told. Up to the next keyframe behind one, an
    /// object that came in it is left out, and one that went may still be there; an object whose channel began in it is left out
    /// for good.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// When it begins.
    pub fn start(&self) -> SystemTime {
        moment(
            self.chunks
                .first()
                .map_or(0, |chunk| chunk.message_start_time),
        )
    }

    /// When it ends.
    pub fn end(&self) -> SystemTime {
        let ends = self.chunks.iter().map(|chunk| chunk.message_end_time);
        moment(ends.max().unwrap_or(0))
    }

    /// The same, to be played as a branch that observers may write: what if. What they write is in the session alone, and
    /// holds until the recording changes that very field, the object goes, or the player is sent elsewhere. The file stays
    /// as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let file = dir.join("run.mcap");
    /// # use memglass::{Observer, Session, Value};
    /// # use memglass_stream::{Compression, Recorder, Source};
    /// # let session = Session::builder("engine").dir(&dir).create()?;
    /// # let limit = session.object("limit", 100_i64)?;
    /// # let observer = Observer::builder().dir(&dir).attach("engine")?;
    /// # let mut recorder = Recorder::create(&file, observer.session(), Compression::Zstd)?;
    /// # let now = std::time::SystemTime::now();
    /// # Source::new(observer, &[])?.keyframe(|change| recorder.take(now, change))?;
    /// # recorder.finish()?;
    /// use memglass_stream::{Player, Recording, Start};
    ///
    /// let recording = Recording::open(&file)?.as_branch();
    /// let player = Player::start(recording, "branch", Some(&dir), Start::AtEnd)?;
    /// let branch = Observer::builder().dir(&dir).writable().attach("branch")?;
    /// let limit = branch.field("limit")?;
    /// limit.write(&Value::I64(700))?;
    /// player.seek_start()?;
    /// assert_eq!(player.take_discarded(), 1);
    /// assert_eq!(branch.field("limit")?.read()?, Value::I64(100));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_branch(self) -> Recording {
        Recording {
            is_branch: true,
            ..self
        }
    }

    /// Bytes of the file.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn is_branch(&self) -> bool {
        self.is_branch
    }

    /// What a session says of itself that plays it, at its start.
    pub(crate) fn replay(&self) -> Replay {
        let replay = Replay::new(self.name(), self.start(), self.end());
        match self.is_branch {
            true => replay.branch(),
            false => replay,
        }
    }

    /// All types that it has.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn chunks(&self) -> &[ChunkIndex] {
        &self.chunks
    }

    pub(crate) fn channel(&self, id: u16) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// Whether a chunk has messages of a channel.
    pub(crate) fn has(&self, chunk: &ChunkIndex, wanted: &Channel) -> bool {
        let mut ids = chunk.message_index_offsets.keys();
        ids.any(|&id| self.channel(id) == Some(wanted))
    }

    /// The messages of a chunk, in the order of their times.
    pub(crate) fn messages(&mut self, index: usize) -> Result<Vec<Message>, RecordingError> {
        let offset = self.chunks[index].chunk_start_offset;
        let record = record::at(&mut self.file, offset);
        let record = record.map_err(|source| RecordingError::Read {
            path: self.path.clone(),
            source,
        })?;
        let (kind, body) = record.ok_or_else(|| self.damaged(offset, "the file ends there"))?;
        chunk::messages(kind, &body).map_err(|reason| self.damaged(offset, reason))
    }

    pub(crate) fn damaged(&self, offset: u64, reason: impl Into<String>) -> RecordingError {
        RecordingError::Damaged {
            path: self.path.clone(),
            offset,
            reason: reason.into(),
        }
    }

    /// The types as of the end.
    fn types(&mut self) -> Result<Schema, RecordingError> {
        let last = self
            .chunks
            .iter()
            .rposition(|chunk| self.has(chunk, &Channel::Types));
        let Some(index) = last else {
            return Ok(Schema::new());
        };
        let messages = self.messages(index)?;
        let types = messages
            .iter()
            .rfind(|message| self.channel(message.channel) == Some(&Channel::Types));
        let offset = self.chunks[index].chunk_start_offset;
        let types = types.ok_or_else(|| self.damaged(offset, "it has no types"))?;
        codec::decode_schema(types.data()).map_err(|error| self.damaged(offset, error.to_string()))
    }
}

fn meaning(channel: &mcap::Channel<'_>) -> Option<Channel> {
    if let Some(label) = channel.metadata.get(LABEL) {
        return Some(Channel::Object(label.as_str().into()));
    }
    if channel.metadata.contains_key(TYPE) {
        return Some(Channel::Shared);
    }
    Some(match &*channel.topic {
        control::TYPES => Channel::Types,
        control::KEYFRAME => Channel::Keyframe,
        control::OBJECTS => Channel::Objects,
        control::LOSS => Channel::Loss,
        _ => return None,
    })
}

/// Fails if a file does not begin as a recording does.
fn check_beginning(path: &Path, file: &mut File) -> Result<(), RecordingError> {
    let foreign = |reason| RecordingError::Foreign {
        path: path.into(),
        reason,
    };
    let cannot = |source| RecordingError::Read {
        path: path.into(),
        source,
    };
    let mut magic = Vec::new();
    file.take(MAGIC.len() as u64)
        .read_to_end(&mut magic)
        .map_err(cannot)?;
    match &*magic {
        MAGIC => {}
        [] => return Err(foreign("it is empty")),
        _ => return Err(foreign("it is no MCAP file")),
    }
    let Some((kind, body)) = record::at(file, MAGIC.len() as u64).map_err(cannot)? else {
        return Err(foreign("it ends before it says who made it"));
    };
    match record::parse(kind, &body) {
        Ok(Record::Header(header)) if header.profile == PROFILE => Ok(()),
        _ => Err(foreign("another program made this MCAP file")),
    }
}

/// Finishes a file that was cut off, if that is possible here; what it has.
fn completed(path: &Path, file: &mut File) -> io::Result<(Written, Summary)> {
    let mut found = finish::scan(file)?;
    // Whoever finishes it is alone with it.
    file.unlock()?;
    let finished = finish::finish(path, &mut found);
    // Somebody who finishes it meanwhile changes nothing that was found.
    let _ = file.try_lock_shared();
    let state = match finished {
        Ok(()) => Written::Finished,
        Err(_) => Written::Cut,
    };
    Ok((state, found.summary))
}

/// Opens the regular file at `path`. To open a pipe would wait for its writer.
fn open_regular(path: &Path) -> io::Result<File> {
    match std::fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is no regular file")),
    }
}

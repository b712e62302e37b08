//! Opening a recording.

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use mcap::Summary;
use mcap::records::{ChunkIndex, Record};
use memglass::Replay;
use memglass::schema::{Schema, TypeId, codec};

use crate::chunk::{self, MAGIC, Message};
use crate::control::{self, moment};
use crate::ending;
use crate::error::RecordingError;
use crate::finish;
use crate::gap::{self, Damage, Gap};
use crate::record;
use crate::recorder::{COUNT, LABEL, LIBRARY, PROFILE, TYPE, TYPE_ID};

/// A recording: a file with the changes of a session.
///
/// The file is anybody's: damaged, cut or made up, it gives errors and no more. A part that is damaged is passed over, whoever
/// reads the recording, and is one of [`gaps`](Recording::gaps) from then on. What is shown behind it:
///
/// - Objects keep the value that they had before it until they have another one.
/// - One that came in it appears when its value changes, or at the next keyframe. When it was created is then not known.
/// - One that went in it may still be there until the next keyframe.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    file: File,
    schema: Schema,
    channels: HashMap<u16, Channel>,
    /// In the order of their times.
    chunks: Vec<ChunkIndex>,
    damage: Damage,
    /// Chunks that are damaged, by their numbers, and those that come behind something that is, by where they begin.
    damaged: HashSet<usize>,
    behind_damage: HashSet<u64>,
    lost_channels: usize,
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
    Object(Arc<str>, Option<Of>),
    /// Values of several objects, each with a label.
    Shared(Option<Of>),
}

/// What the values of a channel are of; older recordings do not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Of {
    pub(crate) type_id: TypeId,
    pub(crate) count: Option<u64>,
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
    /// - [`RecordingError::Damaged`]: all its types are damaged.
    pub fn open(path: &Path) -> Result<Recording, RecordingError> {
        let cannot = |source| RecordingError::Read {
            path: path.into(),
            source,
        };
        let mut file = open_regular(path).map_err(cannot)?;
        let is_sure = check_beginning(path, &mut file)?;
        if is_being_written(&file) {
            return Err(RecordingError::BeingRecorded { path: path.into() });
        }
        let (state, summary) = match ending::read(&mut file).map_err(cannot)? {
            Some(summary) => (Written::Whole, summary),
            None => completed(path, &mut file, is_sure).map_err(cannot)?,
        };
        if !is_sure && !is_ours(&summary) {
            return Err(RecordingError::Foreign {
                path: path.into(),
                reason: "another program made this MCAP file",
            });
        }
        if let Some(stats) = &summary.stats
            && stats.message_count > 0
            && summary.chunk_indexes.is_empty()
        {
            return Err(cannot(no_chunks()));
        }
        let mut chunks = summary.chunk_indexes;
        let is_finished = state != Written::Cut;
        let between = gap::between(&mut file, &chunks, is_finished).map_err(cannot)?;
        let damage = Damage::default();
        between.iter().for_each(|(gap, _)| damage.add(*gap));
        let size = file.metadata().map_err(cannot)?.len();
        // Chunks that only have channels have no times.
        chunks.retain(chunk::has_messages);
        chunks.sort_by_key(|chunk| (chunk.message_start_time, chunk.chunk_start_offset));
        let channels = summary.channels.iter();
        let is_lost =
            |channel: &&Arc<mcap::Channel<'_>>| channel.topic.starts_with(control::LOST_CHANNEL);
        let mut recording = Recording {
            path: path.into(),
            file,
            schema: Schema::new(),
            channels: channels
                .filter_map(|(&id, channel)| Some((id, meaning(channel)?)))
                .collect(),
            chunks,
            damage,
            damaged: HashSet::new(),
            behind_damage: between.iter().map(|(_, offset)| *offset).collect(),
            lost_channels: summary.channels.values().filter(is_lost).count(),
            state,
            is_branch: false,
            size,
        };
        recording.schema = recording.types()?;
        Ok(recording)
    }

    /// The path that it was opened at.
    pub fn path(&self) -> &Path {
        &self.path
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

    /// The damaged parts of it that were met so far, in their order in the file.
    pub fn gaps(&self) -> Vec<Gap> {
        self.damage.gaps()
    }

    /// The same, also for those that are met later.
    pub fn damage(&self) -> Damage {
        self.damage.clone()
    }

    /// How many channels are left out for good: what says whose values they have was damaged before the file was finished.
    pub fn lost_channels(&self) -> usize {
        self.lost_channels
    }

    /// The same recording, which tells the damaged parts that it meets together with others who read the same file.
    pub fn with_damage(mut self, damage: &Damage) -> Recording {
        let known = self.damage.gaps();
        known.into_iter().for_each(|gap| damage.add(gap));
        self.damage = damage.clone();
        self
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

    pub(crate) fn chunks(&self) -> &[ChunkIndex] {
        &self.chunks
    }

    pub(crate) fn channel(&self, id: u16) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// Whether a chunk may have messages of a channel that can be read: if nothing says which it has, it may have any.
    pub(crate) fn has(&self, index: usize, wanted: &Channel) -> bool {
        let offsets = &self.chunks[index].message_index_offsets;
        let mut ids = offsets.keys();
        let may_be = offsets.is_empty() || ids.any(|&id| self.channel(id) == Some(wanted));
        may_be && !self.damaged.contains(&index)
    }

    /// Whether something is damaged, as far as whoever reads this has met it.
    pub(crate) fn is_damaged(&self) -> bool {
        !(self.damaged.is_empty() && self.behind_damage.is_empty())
    }

    /// Whether something is damaged in front of a chunk.
    pub(crate) fn is_behind_damage(&self, index: usize) -> bool {
        self.behind_damage
            .contains(&self.chunks[index].chunk_start_offset)
    }

    /// The messages of a chunk, in the order of their times; `None` if it is damaged.
    pub(crate) fn messages(&mut self, index: usize) -> Option<Vec<Message>> {
        if self.damaged.contains(&index) {
            return None;
        }
        let chunk = &mut self.chunks[index];
        let messages = chunk_at(&mut self.file, chunk);
        if chunk.message_index_offsets.is_empty() {
            // From here on it is known which channels it has.
            let found = messages.iter().flatten();
            let found = found.map(|message| (message.channel, 0));
            chunk.message_index_offsets = found.collect();
        }
        if messages.is_none() {
            self.damage.add(Gap {
                offset: chunk.chunk_start_offset,
                bytes: chunk
                    .chunk_length
                    .saturating_add(chunk.message_index_length),
                after: Some(moment(chunk.message_start_time)),
                before: moment(chunk.message_end_time),
            });
            self.damaged.insert(index);
        }
        messages
    }

    pub(crate) fn damaged(&self, offset: u64, reason: impl Into<String>) -> RecordingError {
        RecordingError::Damaged {
            path: self.path.clone(),
            offset,
            reason: reason.into(),
        }
    }

    /// The types as of the end, or the last that can be read.
    fn types(&mut self) -> Result<Schema, RecordingError> {
        let mut wrong = None;
        for index in (0..self.chunks.len()).rev() {
            if !self.has(index, &Channel::Types) {
                continue;
            }
            let offset = self.chunks[index].chunk_start_offset;
            let messages = self.messages(index).unwrap_or_default();
            let types = messages
                .iter()
                .rfind(|message| self.channel(message.channel) == Some(&Channel::Types));
            match types.map(|types| codec::decode_schema(types.data())) {
                Some(Ok(types)) => return Ok(types),
                Some(Err(error)) => wrong = Some(self.damaged(offset, error.to_string())),
                None => {}
            }
        }
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        match self.gaps().first() {
            Some(gap) => Err(self.damaged(
                gap.offset,
                "the types of its objects were there, and nowhere else",
            )),
            None => Ok(Schema::new()),
        }
    }
}

/// The messages of a chunk; `None` if it is damaged.
fn chunk_at(file: &mut File, chunk: &ChunkIndex) -> Option<Vec<Message>> {
    // No more is read than the index says.
    let (_, len) = record::head_at(file, chunk.chunk_start_offset).ok()?;
    if record::HEAD.checked_add(len)? != chunk.chunk_length {
        return None;
    }
    let (kind, body) = record::at(file, chunk.chunk_start_offset).ok()??;
    chunk::messages(kind, &body).ok()
}

fn meaning(channel: &mcap::Channel<'_>) -> Option<Channel> {
    let number = |key| channel.metadata.get(key)?.parse().ok();
    let of = number(TYPE_ID).and_then(|id| u32::try_from(id).ok());
    let of = of.map(|id| Of {
        type_id: TypeId(id),
        count: number(COUNT),
    });
    if let Some(label) = channel.metadata.get(LABEL) {
        return Some(Channel::Object(label.as_str().into(), of));
    }
    if channel.metadata.contains_key(TYPE) {
        return Some(Channel::Shared(of));
    }
    Some(match &*channel.topic {
        control::TYPES => Channel::Types,
        control::KEYFRAME => Channel::Keyframe,
        control::OBJECTS => Channel::Objects,
        control::LOSS => Channel::Loss,
        _ => return None,
    })
}

/// Whether the channels of a file are those of a recording.
fn is_ours(summary: &Summary) -> bool {
    let mut channels = summary.channels.values();
    channels.any(|channel| channel.topic == control::TYPES)
}

/// Fails if a file does not begin as a recording does. `false` if its first bytes are damaged, so that more of it must be read.
fn check_beginning(path: &Path, file: &mut File) -> Result<bool, RecordingError> {
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
    if magic.is_empty() {
        return Err(foreign("it is empty"));
    }
    let begin = MAGIC.len() as u64;
    let header = record::at(file, begin).map_err(cannot)?;
    let header = header.and_then(|(kind, body)| match record::parse(kind, &body) {
        Ok(Record::Header(header)) => Some(header),
        _ => None,
    });
    let len = file.metadata().map_err(cannot)?.len();
    match header {
        // Not both are damaged.
        Some(header) if header.profile == PROFILE || header.library.starts_with(LIBRARY) => {
            Ok(true)
        }
        Some(_) if magic == MAGIC => Err(foreign("another program made this MCAP file")),
        None if magic == MAGIC && len < LEAST => Err(foreign("it ends before it says who made it")),
        None if magic == MAGIC => Ok(false),
        _ if ending::read(file).map_err(cannot)?.is_some() => Ok(false),
        _ => Err(foreign("it is no MCAP file")),
    }
}

/// Bytes of the smallest file that can have anything of a recording.
const LEAST: u64 = 100;

/// Finishes a file that was cut off, if that is possible here and it is surely ours; what it has.
fn completed(path: &Path, file: &mut File, is_sure: bool) -> io::Result<(Written, Summary)> {
    let mut found = finish::scan(file)?;
    if found.has_no_chunks {
        return Err(no_chunks());
    }
    if !is_sure && !is_ours(&found.summary) {
        return Ok((Written::Cut, found.summary));
    }
    // Not before: a file of another program must not become ours by what is put in here.
    found.name_channels();
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

/// How long it may take to finish a file that was cut off.
const FINISHING: Duration = Duration::from_secs(1);

/// Takes the lock of readers; true if a recorder has the file. Another reader that finishes the file lets go of it soon.
fn is_being_written(file: &File) -> bool {
    let begin = Instant::now();
    loop {
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) if begin.elapsed() > FINISHING => return true,
            Err(TryLockError::WouldBlock) => std::thread::sleep(FINISHING / 100),
            // Where files have no locks, nobody is kept from opening it too early.
            _ => return false,
        }
    }
}

/// To finish such a file would destroy it.
fn no_chunks() -> io::Error {
    io::Error::other("its messages are not in chunks, and memglass reads only such")
}

/// Opens the regular file at `path`. To open a pipe would wait for its writer.
fn open_regular(path: &Path) -> io::Result<File> {
    match std::fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is no regular file")),
    }
}

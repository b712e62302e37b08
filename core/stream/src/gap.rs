//! Parts of a recording that are damaged, and what is whole behind them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use mcap::records::{ChunkIndex, op};

use crate::chunk::{self, MAGIC};
use crate::control::moment;
use crate::record::{self, MAX_BYTES};

/// A part of a recording that cannot be read. What is behind it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Where it begins in the file.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// Nothing before this time is lost; without a time, that is not known.
    pub after: Option<SystemTime>,
    /// Nothing after this time is lost.
    pub before: SystemTime,
}

/// The damaged parts of a recording that were met so far. A part is met when the file is opened, or when somebody goes there.
/// Clones know of the same ones.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let file = dir.join("run.mcap");
/// # use memglass::{Observer, Session};
/// # use memglass_stream::{Compression, Recorder, RecordingError, Source};
/// # let session = Session::builder("engine").dir(&dir).create()?;
/// # let observer = Observer::builder().dir(&dir).attach("engine")?;
/// # let mut recorder = Recorder::create(&file, observer.session(), Compression::Zstd)?;
/// # let now = std::time::SystemTime::now();
/// # Source::new(observer, &[])?.keyframe(|change| recorder.take(now, change))?;
/// # recorder.finish()?;
/// use memglass_stream::Recording;
///
/// let recording = Recording::open(&file)?;
/// let damage = recording.damage();
/// recording.tell(|_time, _change| Ok::<(), RecordingError>(()))?;
/// for gap in damage.take_news() {
///     println!("{} bytes at {} are damaged", gap.bytes, gap.offset);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Damage(Arc<Mutex<Met>>);

#[derive(Debug, Default)]
struct Met {
    /// By where they begin.
    gaps: BTreeMap<u64, Gap>,
    news: Vec<Gap>,
}

impl Damage {
    /// All of them, in their order in the file.
    pub fn gaps(&self) -> Vec<Gap> {
        self.met().gaps.values().copied().collect()
    }

    /// Those that were met since that was asked last. Parts that follow each other are one.
    pub fn take_news(&self) -> Vec<Gap> {
        std::mem::take(&mut self.met().news)
    }

    pub(crate) fn count(&self) -> usize {
        self.met().gaps.len()
    }

    pub(crate) fn add(&self, gap: Gap) {
        let mut met = self.met();
        if met.gaps.insert(gap.offset, gap).is_some() {
            return;
        }
        match met.news.last_mut() {
            Some(last) if last.offset.checked_add(last.bytes) == Some(gap.offset) => {
                last.bytes = last.bytes.saturating_add(gap.bytes);
                last.before = last.before.max(gap.before);
            }
            _ => met.news.push(gap),
        }
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a damaged part is marked as, so that other readers pass over it: a record whose kind is nobody's.
pub(crate) const UNREADABLE: u8 = 0x80;

/// A record of a chunk that nobody else reads: what was said of channels so far, for files that are damaged before they are
/// finished. Its content is records.
pub(crate) const CHANNELS_AGAIN: u8 = 0x81;

/// The damaged parts between chunks, each with where the chunk behind it begins. Otherwise chunks lie behind each other, or have
/// records between them that no recording needs. In a file that was finished, such a part is marked.
pub(crate) fn between(
    file: &mut File,
    chunks: &[ChunkIndex],
    is_finished: bool,
) -> io::Result<Vec<(Gap, u64)>> {
    let mut chunks: Vec<&ChunkIndex> = chunks.iter().collect();
    chunks.sort_unstable_by_key(|chunk| chunk.chunk_start_offset);
    let (mut gaps, mut after) = (Vec::new(), None);
    let mut end = MAGIC.len() as u64;
    for chunk in chunks {
        let start = chunk.chunk_start_offset;
        let (offset, kind) = end_of_records(file, end..start)?;
        // No chunk is shorter, and none comes before the one that only has channels: only what says what the file is can be
        // damaged there.
        let has_messages = chunk::has_messages(chunk);
        let is_long = start.saturating_sub(offset) >= HEAD as u64;
        if has_messages && is_long && (!is_finished || kind == UNREADABLE) {
            let gap = Gap {
                offset,
                bytes: start - offset,
                after: after.map(moment),
                before: moment(chunk.message_start_time),
            };
            gaps.push((gap, start));
        }
        let len = chunk
            .chunk_length
            .saturating_add(chunk.message_index_length);
        end = start.saturating_add(len);
        if has_messages {
            after = after.max(Some(chunk.message_end_time));
        }
    }
    Ok(gaps)
}

/// Where records that no recording needs end, which begin at the start of a range and may fill it, and what comes there.
fn end_of_records(file: &mut File, range: Range<u64>) -> io::Result<(u64, u8)> {
    let mut offset = range.start;
    while offset < range.end {
        let (kind, len) = record::head_at(file, offset)?;
        let next = offset.saturating_add(record::HEAD).saturating_add(len);
        let is_passed = matches!(
            kind,
            op::HEADER | op::METADATA | op::MESSAGE_INDEX | op::ATTACHMENT
        );
        if !is_passed || next > range.end {
            return Ok((offset, kind));
        }
        offset = next;
    }
    Ok((offset, record::NONE))
}

/// Looks for whole chunks behind what is damaged.
pub(crate) struct Search {
    /// Chunks that may still turn out to be none. A file that is made of such takes no longer than that.
    tries: u32,
}

/// How many parts are taken for chunks and are none, at most: where nobody made them up, next to none are.
const MOST_TRIES: u32 = 1000;

/// Bytes that are looked through at once.
const AT_ONCE: usize = 1 << 20;

/// What a chunk's record begins with, up to the name of its compression.
const HEAD: usize = record::HEAD as usize + 8 + 8 + 8 + 4 + 4;

impl Search {
    pub(crate) fn new() -> Search {
        Search { tries: MOST_TRIES }
    }

    /// Where the first whole chunk at or behind `from` begins.
    pub(crate) fn next_chunk(&mut self, file: &mut File, from: u64) -> io::Result<Option<u64>> {
        let size = file.metadata()?.len();
        let (mut start, mut bytes) = (from, Vec::new());
        loop {
            bytes.clear();
            file.seek(SeekFrom::Start(start))?;
            file.take(AT_ONCE as u64).read_to_end(&mut bytes)?;
            for at in possible(&bytes) {
                let offset = start + at as u64;
                if may_begin(&bytes[at..], size - offset.min(size))
                    && self.is_whole(file, offset)?
                {
                    return Ok(Some(offset));
                }
            }
            if bytes.len() < AT_ONCE || self.tries == 0 {
                return Ok(None);
            }
            start += (AT_ONCE - HEAD) as u64;
        }
    }

    /// What was found turned out to be no chunk.
    pub(crate) fn failed(&mut self) {
        self.tries = self.tries.saturating_sub(1);
    }

    fn is_whole(&mut self, file: &mut File, offset: u64) -> io::Result<bool> {
        if self.tries == 0 {
            return Ok(false);
        }
        let record = record::at(file, offset)?;
        let is_whole = record.is_some_and(|(kind, body)| chunk::content(kind, &body).is_ok());
        if !is_whole {
            self.failed();
        }
        Ok(is_whole)
    }
}

/// Where chunks could begin in some bytes.
fn possible(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let last = bytes.len().saturating_sub(HEAD);
    let kinds = bytes[..last].iter().enumerate();
    kinds
        .filter(|(_, kind)| **kind == op::CHUNK)
        .map(|(at, _)| at)
}

/// Whether these bytes begin as a chunk does, and its lengths agree, with so many bytes up to the end of the file.
fn may_begin(bytes: &[u8], room: u64) -> bool {
    let number = |range: Range<usize>| {
        let mut word = [0; 8];
        let len = range.len();
        word[..len].copy_from_slice(&bytes[range]);
        u64::from_le_bytes(word)
    };
    let head = record::HEAD as usize;
    let (len, name) = (number(1..head), number(HEAD - 4..HEAD));
    let [start, end, size] = [0, 8, 16].map(|at| number(head + at..head + at + 8));
    len <= MAX_BYTES.min(room.saturating_sub(record::HEAD))
        && start <= end
        && size <= MAX_BYTES
        && matches!(name, 0 | 4)
        && len >= (HEAD - head) as u64 + name + 8
}

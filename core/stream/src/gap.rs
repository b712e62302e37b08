//! Parts of a recording that are damaged, and what is whole behind them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::time::SystemTime;

use mcap::records::{ChunkIndex, op};

use crate::chunk::{self, MAGIC};
use crate::control::moment;
use crate::record::{self, MAX_BYTES};

/// A part of a recording that cannot be read. What is behind it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// How many bytes it has.
    pub bytes: u64,
    /// The time of what was recorded last before it; nothing if that is lost too.
    pub after: Option<SystemTime>,
    /// The time of what was recorded first behind it.
    pub before: SystemTime,
}

/// What a damaged part is marked as, so that other readers pass over it: a record whose kind is nobody's.
pub(crate) const UNREADABLE: u8 = 0x80;

/// The damaged parts between chunks, which lie behind each other otherwise.
pub(crate) fn between(file: &mut File, chunks: &[ChunkIndex]) -> io::Result<Vec<Gap>> {
    let mut chunks: Vec<&ChunkIndex> = chunks.iter().collect();
    chunks.sort_unstable_by_key(|chunk| chunk.chunk_start_offset);
    let Some(first) = chunks.first() else {
        return Ok(Vec::new());
    };
    let mut end = first_chunk(file, first.chunk_start_offset)?;
    let (mut gaps, mut after) = (Vec::new(), None);
    for chunk in chunks {
        if chunk.chunk_start_offset > end {
            gaps.push(Gap {
                bytes: chunk.chunk_start_offset - end,
                after: after.map(moment),
                before: moment(chunk.message_start_time),
            });
        }
        let len = chunk
            .chunk_length
            .saturating_add(chunk.message_index_length);
        end = chunk.chunk_start_offset.saturating_add(len);
        after = after.max(Some(chunk.message_end_time));
    }
    Ok(gaps)
}

/// Where the first chunk of a file is to begin: behind what says what the file is.
fn first_chunk(file: &mut File, most: u64) -> io::Result<u64> {
    let mut offset = MAGIC.len() as u64;
    while offset < most {
        let Some((op::HEADER | op::METADATA, body)) = record::at(file, offset)? else {
            break;
        };
        offset += record::HEAD + body.len() as u64;
    }
    Ok(offset)
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

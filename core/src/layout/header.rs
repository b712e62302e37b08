//! Judging the header record.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::LayoutError;
use crate::shm::{Segment, View};
use crate::sync::published;
use crate::wire::{BYTE_ORDER, MAJOR, directory, header as at, names, region, table, type_log};

/// The identity of a session and its producer; copied once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) session: u128,
    pub(crate) pid: u32,
    pub(crate) program: String,
    pub(crate) started: SystemTime,
}

/// What the producer states about the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionState {
    Starting,
    Live,
    Closing,
}

/// Sizes of records, as the producer's build has them: a later minor version may have larger ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strides {
    pub(super) region_header: usize,
    pub(super) chunk_header: usize,
    pub(super) entry: usize,
    pub(super) entries_per_chunk: usize,
    pub(super) type_record: usize,
    pub(super) types_per_chunk: usize,
    pub(super) group: Group,
}

/// Chunks of a table whose changes are counted together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// How many chunks are one.
    pub(super) chunks: usize,
    /// Where the counter is in the head of the first one.
    pub(super) counter: usize,
}

impl Group {
    /// As a producer with this version of the format counts.
    fn of_version(version: u64) -> Group {
        match version as u32 {
            ..FIRST_WITH_GROUPS => Group {
                chunks: 1,
                counter: table::CHANGES,
            },
            _ => Group {
                chunks: table::GROUP,
                counter: table::GROUP_CHANGES,
            },
        }
    }
}

/// The first minor version in which groups have counters.
const FIRST_WITH_GROUPS: u32 = 7;

/// Largest size of a record or record head that is accepted, in bytes.
const MAX_RECORD: usize = 4096;
/// Largest number of records in a chunk that is accepted.
const MAX_RECORDS: usize = 1 << 16;

pub(super) fn judge(segment: &Segment) -> Result<(Identity, Strides), LayoutError> {
    let view = segment.view();
    let not_a_session = |reason| LayoutError::NotASession {
        segment: segment.name().into(),
        reason,
    };
    if view.len() < at::BYTES {
        return Err(not_a_session("it is too short for a header"));
    }
    let words = Words { view };
    if published(words.word(at::MAGIC_AT)) != at::MAGIC {
        return Err(not_a_session("its first bytes are not MEMGLASS"));
    }
    let name = names::session_of_header(segment.name())
        .unwrap_or(segment.name())
        .to_owned();
    let version = words.load(at::VERSION);
    match words.load(at::BYTE_ORDER) {
        BYTE_ORDER => {}
        order if order == BYTE_ORDER.swap_bytes() => {
            return Err(LayoutError::WrongByteOrder { name });
        }
        order => {
            return Err(damaged(
                &name,
                "the byte-order mark",
                &order,
                "0x0102030405060708",
            ));
        }
    }
    let major = (version >> 32) as u32;
    if major != MAJOR {
        return Err(LayoutError::WrongVersion {
            name,
            found: major,
            supported: MAJOR,
        });
    }
    let identity = words.identity(&name)?;
    if identity.name != name {
        return Err(LayoutError::Misnamed {
            segment: segment.name().into(),
            session: identity.name,
        });
    }
    Ok((identity, words.strides(&name)?))
}

pub(super) fn state(word: u64) -> SessionState {
    match word {
        at::STATE_STARTING => SessionState::Starting,
        at::STATE_CLOSING => SessionState::Closing,
        _ => SessionState::Live,
    }
}

pub(super) fn damaged(
    session: &str,
    what: impl Into<String>,
    found: &dyn std::fmt::Debug,
    expected: &str,
) -> LayoutError {
    LayoutError::Damaged {
        session: session.into(),
        what: what.into(),
        found: format!("{found:?}"),
        expected: expected.into(),
    }
}

/// The words of a header whose length was checked.
struct Words<'m> {
    view: View<'m>,
}

impl Words<'_> {
    fn load(&self, offset: usize) -> u64 {
        self.word(offset).load(Ordering::Relaxed)
    }

    fn word(&self, offset: usize) -> &AtomicU64 {
        self.view
            .word(offset)
            .expect("offsets of the header lie within its length")
    }

    fn identity(&self, name: &str) -> Result<Identity, LayoutError> {
        let written = self.text(at::NAME_LEN, at::NAME, names::MAX_SESSION_NAME);
        let written = written.filter(|text| names::is_session_name(text));
        let Some(written) = written else {
            return Err(damaged(
                name,
                "the session name",
                &self.load(at::NAME_LEN),
                "1 to 64 plain characters",
            ));
        };
        Ok(Identity {
            name: written,
            session: u128::from(self.load(at::SESSION_HIGH)) << 64
                | u128::from(self.load(at::SESSION_LOW)),
            pid: self.load(at::PID) as u32,
            program: self
                .text(at::PROGRAM_LEN, at::PROGRAM, at::MAX_PROGRAM)
                .unwrap_or_default(),
            started: time(self.load(at::STARTED)),
        })
    }

    fn strides(&self, name: &str) -> Result<Strides, LayoutError> {
        let size = |offset, what: &str, least: usize| {
            let found = self.load(offset);
            let size = usize::try_from(found)
                .ok()
                .filter(|size| (least..=MAX_RECORD).contains(size) && size % 8 == 0);
            size.ok_or_else(|| {
                damaged(
                    name,
                    what,
                    &found,
                    &format!("{least} to {MAX_RECORD}, a multiple of 8"),
                )
            })
        };
        let count = |offset, what: &str| {
            let found = self.load(offset);
            let count = usize::try_from(found)
                .ok()
                .filter(|count| (1..=MAX_RECORDS).contains(count));
            count.ok_or_else(|| damaged(name, what, &found, &format!("1 to {MAX_RECORDS}")))
        };
        let header = self.load(at::HEADER_BYTES);
        if header < at::BYTES as u64 || header > self.view.len() as u64 {
            return Err(damaged(
                name,
                "the size of the header",
                &header,
                "at most the segment's",
            ));
        }
        Ok(Strides {
            region_header: size(
                at::REGION_HEADER_BYTES,
                "the size of a region's head",
                region::HEADER_BYTES,
            )?,
            chunk_header: size(
                at::CHUNK_HEADER_BYTES,
                "the size of a chunk's head",
                table::HEADER_BYTES,
            )?,
            entry: size(
                at::ENTRY_BYTES,
                "the size of a directory entry",
                directory::ENTRY_BYTES,
            )?,
            entries_per_chunk: count(at::ENTRIES_PER_CHUNK, "the number of entries in a chunk")?,
            type_record: size(
                at::TYPE_RECORD_BYTES,
                "the size of a type record",
                type_log::RECORD_BYTES,
            )?,
            types_per_chunk: count(at::TYPES_PER_CHUNK, "the number of type records in a chunk")?,
            group: Group::of_version(self.load(at::VERSION)),
        })
    }

    fn text(&self, len_at: usize, at: usize, max: usize) -> Option<String> {
        let len = usize::try_from(self.load(len_at))
            .ok()
            .filter(|&len| len <= max)?;
        String::from_utf8(self.view.bytes_in_words(at, len)?).ok()
    }
}

/// A time in nanoseconds since the Unix epoch.
pub(super) fn time(nanoseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanoseconds)
}

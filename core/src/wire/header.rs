//! The header segment of a session.
//!
//! Lines 0 to 3 are written once, before the segment is published, the magic number last. Line 4 is
//! written when the session is complete and when it ends, line 5 with each structural change, line 6
//! when a writing observer comes, line 7 while a recording is played, and each slot line by the process that holds the slot.

use std::sync::atomic::AtomicU64;

use super::{LINE, WORD};
use crate::shm::View;

/// The first word of a complete header: `MEMGLASS` in bytes.
pub(crate) const MAGIC: u64 = u64::from_ne_bytes(*b"MEMGLASS");

pub(crate) const MAGIC_AT: usize = 0;
/// Major version in the upper 32 bits, minor in the lower.
pub(crate) const VERSION: usize = MAGIC_AT + WORD;
pub(crate) const BYTE_ORDER: usize = VERSION + WORD;
pub(crate) const HEADER_BYTES: usize = BYTE_ORDER + WORD;
pub(crate) const SESSION_LOW: usize = HEADER_BYTES + WORD;
pub(crate) const SESSION_HIGH: usize = SESSION_LOW + WORD;
pub(crate) const REGION_HEADER_BYTES: usize = SESSION_HIGH + WORD;
pub(crate) const CHUNK_HEADER_BYTES: usize = REGION_HEADER_BYTES + WORD;

pub(crate) const ENTRY_BYTES: usize = LINE;
pub(crate) const ENTRIES_PER_CHUNK: usize = ENTRY_BYTES + WORD;
pub(crate) const TYPE_RECORD_BYTES: usize = ENTRIES_PER_CHUNK + WORD;
pub(crate) const TYPES_PER_CHUNK: usize = TYPE_RECORD_BYTES + WORD;
pub(crate) const PID: usize = TYPES_PER_CHUNK + WORD;
/// When the process started, in clock ticks since boot: distinguishes a reused pid from the producer's.
pub(crate) const PROCESS_START: usize = PID + WORD;
/// When the session started, in nanoseconds since the Unix epoch.
pub(crate) const STARTED: usize = PROCESS_START + WORD;

pub(crate) const NAME_LEN: usize = 2 * LINE;
pub(crate) const NAME: usize = NAME_LEN + WORD;
pub(crate) const BOOT_LOW: usize = NAME + super::names::MAX_SESSION_NAME;
pub(crate) const BOOT_HIGH: usize = BOOT_LOW + WORD;
pub(crate) const PROGRAM_LEN: usize = BOOT_HIGH + WORD;
pub(crate) const PROGRAM: usize = PROGRAM_LEN + WORD;
/// Longest program name kept, in bytes. Longer names are cut: they are for display only.
pub(crate) const MAX_PROGRAM: usize = 32;

pub(crate) const STATE: usize = 4 * LINE;
const _: () = assert!(PROGRAM + MAX_PROGRAM <= STATE);

/// The session is being made: it has no objects yet.
pub(crate) const STATE_STARTING: u64 = 0;
/// The session is in use (or its producer died in it).
pub(crate) const STATE_LIVE: u64 = 1;
/// The producer ended the session in an orderly way.
pub(crate) const STATE_CLOSING: u64 = 2;

/// Count of structural changes; moves last.
pub(crate) const EPOCH: usize = 5 * LINE;
pub(crate) const TYPE_COUNT: usize = EPOCH + WORD;
pub(crate) const TYPE_HEAD: usize = TYPE_COUNT + WORD;
pub(crate) const CHUNK_COUNT: usize = TYPE_HEAD + WORD;
pub(crate) const DIRECTORY_HEAD: usize = CHUNK_COUNT + WORD;
pub(crate) const REGION_COUNT: usize = DIRECTORY_HEAD + WORD;
pub(crate) const OBJECT_COUNT: usize = REGION_COUNT + WORD;

/// The highest writer slot that was ever taken; observers write it when they come.
pub(crate) const HIGHEST_SLOT: usize = 6 * LINE;

/// Where the values come from; written when the session is made.
pub(crate) const ORIGIN: usize = 7 * LINE;
/// In [`ORIGIN`]: a recording. 0 is the producer itself.
pub(crate) const ORIGIN_REPLAY: u64 = 1;
/// In [`ORIGIN`]: a file of a program that knows nothing of memglass.
pub(crate) const ORIGIN_FILE: u64 = 2;
pub(crate) const REPLAY_START: usize = ORIGIN + WORD;
pub(crate) const REPLAY_END: usize = REPLAY_START + WORD;
/// The moment whose values the session has; moves while a recording is played.
pub(crate) const REPLAY_POSITION: usize = REPLAY_END + WORD;
pub(crate) const REPLAY_SPEED: usize = REPLAY_POSITION + WORD;
/// 1 if observers may write: to the branch of a recording that is played, or through the session to the file.
pub(crate) const ORIGIN_IS_WRITABLE: usize = REPLAY_SPEED + WORD;
const _: () = assert!(ORIGIN_IS_WRITABLE + WORD <= SLOT_LINES);

/// Name of the origin, in the line of slot 0.
pub(crate) const ORIGIN_NAME_LEN: usize = SLOT_LINES;
pub(crate) const ORIGIN_NAME: usize = ORIGIN_NAME_LEN + WORD;
/// Longest name kept, in bytes. Longer names are cut: they are for display only.
pub(crate) const MAX_ORIGIN_NAME: usize = LINE - WORD;

/// The lines of the writer slots 0 to 255; 0 is no slot, and has the name of the origin.
pub(crate) const SLOT_LINES: usize = 8 * LINE;
pub(crate) const SLOT_COUNT: usize = 256;
/// The lock number of a slot plus this is the lock that reserves the slot.
pub(crate) const RESERVATION: u32 = 512;
/// Bytes of the header record.
pub(crate) const BYTES: usize = SLOT_LINES + SLOT_COUNT * LINE;

/// Slot of the producer.
pub(crate) const PRODUCER_SLOT: u32 = 1;

/// In a slot line: the object that the process is about to write; 0 for none.
const INTENT: usize = 0;
/// In a slot line: how often the slot was taken, modulo 2^16.
const INCARNATION: usize = INTENT + WORD;
/// In a slot line: the process that took it, for display.
const SLOT_PID: usize = INCARNATION + WORD;

/// The words of one writer slot.
#[derive(Clone, Copy)]
pub(crate) struct SlotLine<'m> {
    pub(crate) intent: &'m AtomicU64,
    pub(crate) incarnation: &'m AtomicU64,
    pub(crate) pid: &'m AtomicU64,
}

/// The line of `slot` in a header; `None` if the view is too short or there is no such slot.
pub(crate) fn slot_line(header: View<'_>, slot: u32) -> Option<SlotLine<'_>> {
    let line = SLOT_LINES
        + LINE
            * usize::try_from(slot)
                .ok()
                .filter(|&slot| slot < SLOT_COUNT)?;
    Some(SlotLine {
        intent: header.word(line + INTENT)?,
        incarnation: header.word(line + INCARNATION)?,
        pid: header.word(line + SLOT_PID)?,
    })
}

/// An intent: which directory slot and which of its generations a process is about to write to.
///
/// Never 0: the upper 32 bits hold the directory slot plus one, the lower ones the low bits of the
/// generation. A false match only delays the reuse of a slot.
pub(crate) fn intent(slot: u32, generation: u64) -> u64 {
    (u64::from(slot) + 1) << 32 | (generation & 0xffff_ffff)
}

/// The slot of the directory that an [`intent`] is about; `None` if it is none.
pub(crate) fn intent_slot(intent: u64) -> Option<u32> {
    ((intent >> 32) as u32).checked_sub(1)
}

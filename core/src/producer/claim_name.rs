//! Getting a session name: exactly one living producer has it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::error::ProducerError;
use super::session::wall_clock;
use crate::origin::{self, Origin};
use crate::owners;
use crate::process::{self, Process};
use crate::shm::{Access, Dir, Draft, Mode, Segment, ShmError, View};
use crate::sync::publish;
use crate::wire::{self, header as at, names};

/// How long a process that is not the producer (a clean-up, or another producer that is about to take
/// the name) may hold a name's lock before the name counts as taken.
const PATIENCE: Duration = Duration::from_millis(50);

/// Publishes a header under `name` and returns it, with the producer's lock held.
///
/// A dead producer's session is replaced. Only the process that holds the lock of the header that the
/// name leads to may replace or remove it, so of several that try at once exactly one succeeds.
pub(super) fn claim_name(
    dir: &Dir,
    name: &str,
    session_id: u128,
    mode: Mode,
    origin: &Origin,
) -> Result<Segment, ProducerError> {
    let start = Instant::now();
    loop {
        let draft = draft(dir, name, session_id, mode, origin)?;
        let old = match dir.open(&names::header(name), Access::Write) {
            Ok(old) => old,
            Err(ShmError::NotFound { .. }) => match draft.publish_new() {
                Err(ShmError::Exists { .. }) => continue,
                published => return Ok(published?),
            },
            Err(error) => return Err(error.into()),
        };
        match await_lock(&old, dir, start)? {
            Lock::Mine => {
                owners::remove_regions(dir, name);
                return Ok(draft.publish_over()?);
            }
            Lock::Moot => {}
            Lock::Obstructed => return Err(obstructed(dir, name).into()),
            Lock::Taken => {
                return Err(exists(name, &old));
            }
        }
    }
}

/// The result of trying to lock a header.
enum Lock {
    Mine,
    /// The header lost its name, so its lock means nothing.
    Moot,
    Taken,
    /// No process holds it exclusively, but one holds it as shared.
    Obstructed,
}

/// Tries to get the producer's lock of a header that was found under its name.
///
/// A lock alone does not tell a producer from a process that is about to replace or remove a dead
/// session. The latter finishes soon, so a lock that stays is a producer's.
fn await_lock(header: &Segment, dir: &Dir, start: Instant) -> Result<Lock, ShmError> {
    loop {
        let is_mine = owners::lock_for_producer(header)?;
        if !header.is_named_in(dir) {
            return Ok(Lock::Moot);
        }
        if is_mine {
            return Ok(Lock::Mine);
        }
        if start.elapsed() >= PATIENCE {
            return Ok(match header.is_shared(at::PRODUCER_SLOT)? {
                true => Lock::Obstructed,
                false => Lock::Taken,
            });
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn obstructed(dir: &Dir, name: &str) -> ShmError {
    ShmError::Obstructed {
        name: names::header(name),
        dir: dir.path().into(),
    }
}

fn draft(
    dir: &Dir,
    name: &str,
    session_id: u128,
    mode: Mode,
    origin: &Origin,
) -> Result<Draft, ProducerError> {
    let size = (at::BYTES as u64).next_multiple_of(4096);
    let draft = dir.create(&names::header(name), size, mode)?;
    fill(draft.segment().view(), name, session_id);
    origin::mark(draft.segment().view(), origin);
    let locked = draft.segment().try_lock(at::PRODUCER_SLOT)?;
    debug_assert!(locked, "nobody else has the draft open");
    Ok(draft)
}

fn fill(view: View<'_>, name: &str, session_id: u128) {
    let store = |offset, value| {
        view.word(offset)
            .expect("the header has all its words")
            .store(value, Ordering::Relaxed)
    };
    let text = |len_at, at, text: &str| {
        store(len_at, text.len() as u64);
        view.store_bytes_in_words(at, text.as_bytes())
            .expect("the header has room for it");
    };
    store(
        at::VERSION,
        u64::from(wire::MAJOR) << 32 | u64::from(wire::MINOR),
    );
    store(at::BYTE_ORDER, wire::BYTE_ORDER);
    store(at::HEADER_BYTES, at::BYTES as u64);
    store(at::SESSION_LOW, session_id as u64);
    store(at::SESSION_HIGH, (session_id >> 64) as u64);
    store(at::REGION_HEADER_BYTES, wire::region::HEADER_BYTES as u64);
    store(at::CHUNK_HEADER_BYTES, wire::table::HEADER_BYTES as u64);
    store(at::ENTRY_BYTES, wire::directory::ENTRY_BYTES as u64);
    store(
        at::ENTRIES_PER_CHUNK,
        wire::directory::ENTRIES_PER_CHUNK as u64,
    );
    store(at::TYPE_RECORD_BYTES, wire::type_log::RECORD_BYTES as u64);
    store(
        at::TYPES_PER_CHUNK,
        wire::type_log::RECORDS_PER_CHUNK as u64,
    );
    store(at::PID, u64::from(std::process::id()));
    store(
        at::PROCESS_START,
        Process::this().map_or(0, |process| process.start),
    );
    store(at::STARTED, wall_clock().as_nanos() as u64);
    text(at::NAME_LEN, at::NAME, name);
    let boot = process::boot_id().unwrap_or(0);
    store(at::BOOT_LOW, boot as u64);
    store(at::BOOT_HIGH, (boot >> 64) as u64);
    text(at::PROGRAM_LEN, at::PROGRAM, &program());
    store(at::HIGHEST_SLOT, u64::from(at::PRODUCER_SLOT));
    let producer = at::slot_line(view, at::PRODUCER_SLOT).expect("the header has all its lines");
    producer
        .pid
        .store(u64::from(std::process::id()), Ordering::Relaxed);
    let magic = view
        .word(at::MAGIC_AT)
        .expect("the header has all its words");
    publish(magic, at::MAGIC);
}

/// The error that names the name's holder: its producer, or a process that cleans up after it.
fn exists(name: &str, header: &Segment) -> ProducerError {
    let pid = owners::holder_of_name(header);
    let holder = if pid == owners::producer(header) {
        "its producer"
    } else {
        "a process that cleans up after its producer"
    };
    ProducerError::SessionExists {
        name: name.into(),
        pid,
        holder,
    }
}

/// The name of this program, shortened to what the header holds.
fn program() -> String {
    let path = std::env::current_exe().ok();
    let name = path
        .as_deref()
        .and_then(std::path::Path::file_name)
        .map(|name| name.to_string_lossy().into_owned());
    let mut name = name.unwrap_or_default();
    name.truncate(name.floor_char_boundary(at::MAX_PROGRAM));
    name
}

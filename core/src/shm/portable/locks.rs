//! The locks of one segment, as locked files.
//!
//! `std` locks whole files, so there is one file for each slot. The lock belongs to the open file: the
//! kernel frees it on any death, and a second handle of the same process sees it as held.
//!
//! Asking whether a file is locked means locking it for a moment. For that moment, and while a lock
//! is taken, the *turn* is held, so that a question is never mistaken for a holder.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The locks of one segment, and those of them that this handle holds.
pub(super) struct Locks {
    /// The directory of the files.
    path: PathBuf,
    held: Mutex<BTreeMap<u32, Held>>,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sharing {
    Shared,
    Alone,
}

struct Held {
    sharing: Sharing,
    /// Locked.
    _file: File,
}

/// The right to change locks and name of a segment, until it is dropped.
pub(super) struct Turn<'a> {
    locks: &'a Locks,
    /// Locked.
    _file: File,
}

/// How long to wait for the turn. A running process holds it only briefly.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often to make the directory of the files before giving up.
const ATTEMPTS: usize = 16;
const TURN: &str = "turn";

impl Locks {
    pub(super) fn new(path: PathBuf) -> Locks {
        Locks {
            path,
            held: Mutex::default(),
        }
    }

    /// Takes a lock until `self` is dropped; `false` if another handle has it.
    pub(super) fn take(&self, slot: u32, sharing: Sharing) -> io::Result<bool> {
        let mut held = self.held();
        if held.get(&slot).is_some_and(|held| held.sharing >= sharing) {
            return Ok(true);
        }
        let _turn = self.turn()?;
        // A share of our own would be in our own way.
        held.remove(&slot);
        let file = self.file(&slot.to_string())?;
        let taken = try_lock(&file, sharing)?;
        if taken {
            held.insert(
                slot,
                Held {
                    sharing,
                    _file: file,
                },
            );
        }
        Ok(taken)
    }

    /// Whether another handle has a lock, alone or shared.
    pub(super) fn is_held_elsewhere(&self, slot: u32) -> io::Result<bool> {
        let mut held = self.held();
        if held
            .get(&slot)
            .is_some_and(|held| held.sharing == Sharing::Alone)
        {
            return Ok(false);
        }
        let Some(file) = existing(&self.path.join(slot.to_string()))? else {
            return Ok(false);
        };
        let _turn = self.turn()?;
        // Our own shared lock would hide whether others have one. Nobody can take it during our turn.
        let is_shared_here = held.remove(&slot).is_some();
        let is_free = is_free(&file)?;
        if is_shared_here {
            // Nobody can hold it exclusively: taking it that way needs the turn, which is ours.
            try_lock(&file, Sharing::Shared)?;
            held.insert(
                slot,
                Held {
                    sharing: Sharing::Shared,
                    _file: file,
                },
            );
        }
        Ok(!is_free)
    }

    /// Waits for the turn.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if another process, probably a stopped one, holds it too long.
    pub(super) fn turn(&self) -> io::Result<Turn<'_>> {
        let (file, start) = (self.file(TURN)?, Instant::now());
        while !try_lock(&file, Sharing::Alone)? {
            if start.elapsed() > PATIENCE {
                let reason =
                    "another process does not finish changing its locks; it may be stopped";
                return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
            }
            std::thread::yield_now();
        }
        Ok(Turn {
            locks: self,
            _file: file,
        })
    }

    /// Releases all locks of this handle; `true` if there were any.
    pub(super) fn release(&self) -> bool {
        !std::mem::take(&mut *self.held()).is_empty()
    }

    /// Removes the lock files of a segment that has lost its name. Holders keep their locks, but others
    /// no longer see them.
    pub(super) fn remove(&self) {
        // There may be none, and another process may be removing them too.
        let _ = std::fs::remove_dir_all(&self.path);
    }

    /// Opens one of the files, and makes it if it is missing.
    fn file(&self, name: &str) -> io::Result<File> {
        let (path, mut options) = (self.path.join(name), super::private());
        options.create(true).truncate(false);
        let mut opened = options.open(&path);
        // Tried more than once: others that find the segment without a name remove the directory.
        for _ in 0..ATTEMPTS {
            match &opened {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                _ => break,
            }
            match std::fs::create_dir(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => opened = options.open(&path),
            }
        }
        opened
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<u32, Held>> {
        // Nothing panics while it is held; and a lock is in the map or it is closed.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Whether anybody has any of the locks.
    pub(super) fn is_any_lock_held(&self) -> io::Result<bool> {
        for file in std::fs::read_dir(&self.locks.path)? {
            let file = file?;
            if file.file_name() == TURN {
                continue;
            }
            if let Some(file) = existing(&file.path())?
                && !is_free(&file)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a file is unlocked. Only call this during one's turn: it locks the file briefly.
fn is_free(file: &File) -> io::Result<bool> {
    let is_free = try_lock(file, Sharing::Alone)?;
    if is_free {
        // Unlocked here, because the file may be dropped after the turn.
        file.unlock()?;
    }
    Ok(is_free)
}

/// Locks a file; `false` if another handle has locked it.
pub(super) fn try_lock(file: &File, sharing: Sharing) -> io::Result<bool> {
    let result = match sharing {
        Sharing::Shared => file.try_lock_shared(),
        Sharing::Alone => file.try_lock(),
    };
    match result {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn existing(path: &Path) -> io::Result<Option<File>> {
    match super::private().open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        file => file.map(Some),
    }
}

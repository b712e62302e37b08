//! Memory of the crate `shared_memory`: the only place that touches the crate.
#![allow(unsafe_code)]

use std::io;
use std::ptr::NonNull;

use shared_memory::{Shmem, ShmemConf, ShmemError};

use super::entry::Id;
use crate::shm::View;

/// One mapping.
pub(super) struct Mapped {
    /// M2: `start .. start + len` lies within what `_shmem` maps until it is dropped, and nothing in
    /// this process reaches it but through views.
    start: NonNull<u8>,
    len: usize,
    /// M3: never used again, except to be dropped.
    _shmem: Shmem,
}

// SAFETY: M3; dropping it unmaps and closes, which any thread may do. `start` is only used for views,
// which are `Send`.
unsafe impl Send for Mapped {}
// SAFETY: M3, so sharing it shares no `Shmem`; `start` is only used for views, which are `Sync`.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Makes memory of `size` zero bytes, which stays until it is removed.
    pub(super) fn create(id: Id, size: u64) -> io::Result<Mapped> {
        let len = usize::try_from(size).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let shmem = keeping_zero_taken(|| ShmemConf::new().os_id(id.os_id()).size(len).create())?;
        Mapped::over(shmem, size)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Opens memory; `None` if it has fewer than `size` bytes.
    pub(super) fn open(id: Id, size: u64) -> io::Result<Option<Mapped>> {
        let shmem = keeping_zero_taken(|| ShmemConf::new().os_id(id.os_id()).open())?;
        Mapped::over(shmem, size)
    }

    /// All its bytes.
    #[inline]
    pub(super) fn view(&self) -> View<'_> {
        // SAFETY: M2, and `self` is borrowed as long as the view lives.
        unsafe { View::new(self.start, self.len) }
    }

    /// Takes `size` bytes of a mapping, which Windows makes longer, up to whole pages.
    fn over(mut shmem: Shmem, size: u64) -> io::Result<Option<Mapped>> {
        // An owning `Shmem` removes its memory by name when dropped. Here, only `remove` does that.
        shmem.set_owner(false);
        let start = NonNull::new(shmem.as_ptr()).ok_or(io::ErrorKind::AddrNotAvailable)?;
        let len = usize::try_from(size).ok().filter(|&len| len <= shmem.len());
        Ok(len.map(|len| Mapped {
            start,
            len,
            _shmem: shmem,
        }))
    }
}

/// Removes memory, if it is there; processes that have it mapped keep it.
///
/// As no id is used twice, it cannot hit a successor.
pub(super) fn remove(id: Id) -> io::Result<()> {
    keeping_zero_taken(|| match ShmemConf::new().os_id(id.os_id()).open() {
        Ok(mut shmem) => {
            shmem.set_owner(true);
            drop(shmem);
            Ok(())
        }
        Err(error) => Err(error),
    })
    .or_else(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            Ok(())
        } else {
            Err(error)
        }
    })
}

/// Runs `step` while descriptor 0 is in use. `shared_memory` takes descriptor 0 for "none", and
/// neither closes nor removes memory that it opened as 0. Descriptor 0 is free in programs that closed
/// their standard input.
fn keeping_zero_taken<T>(step: impl FnOnce() -> Result<T, ShmemError>) -> io::Result<T> {
    #[cfg(unix)]
    let _lowest = std::fs::File::open("/dev/null")?;
    step().map_err(io_error)
}

fn io_error(error: ShmemError) -> io::Error {
    match error {
        ShmemError::MapCreateFailed(code)
        | ShmemError::MapOpenFailed(code)
        | ShmemError::UnknownOsError(code) => io::Error::from_raw_os_error(code as i32),
        ShmemError::MappingIdExists => io::ErrorKind::AlreadyExists.into(),
        other => io::Error::other(other),
    }
}

//! One mapped segment: the only `mmap` of the Linux back end.

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::ptr::{self, NonNull};

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::SeekFrom;

use super::truncation::Watched;
use super::{Dir, Opened, leads_to};
use crate::shm::own_locks::OwnFile;
use crate::shm::{Access, ShmError, View, liveness};

/// One mapped segment.
pub(crate) struct Segment {
    name: String,
    /// Kept only where locks are needed: thousands of regions must not exhaust descriptors. Of another
    /// opening than the mapping, which a forked child cannot let go of.
    locks: Option<OwnFile>,
    /// Before `map`, which must outlive it.
    watched: Option<Watched>,
    /// M1: reached only through views, and mapped until the segment is dropped.
    map: MmapRaw,
    access: Access,
    /// How many of its bytes took room when it was mapped, if not all did.
    sparse: Option<u64>,
}

impl Segment {
    /// Maps all bytes of a file; `locks` is another opening of it.
    pub(super) fn map(
        dir: &Dir,
        name: &str,
        Opened { file, metadata }: &Opened,
        locks: Option<OwnFile>,
        access: Access,
    ) -> Result<Segment, ShmError> {
        let mut options = MmapOptions::new();
        let len = usize::try_from(metadata.len())
            .map_err(|_| dir.not_a_segment(name, "it is larger than the address space"))?;
        options.len(len);
        let map = match access {
            Access::Read => options.map_raw_read_only(file),
            Access::Write => options.map_raw(file),
        };
        let map = map.map_err(|source| match source.kind() {
            io::ErrorKind::OutOfMemory => ShmError::NoPlace {
                name: name.into(),
                size: metadata.len(),
                source,
            },
            _ => dir.system("map", name, source),
        })?;
        Ok(Segment {
            name: name.into(),
            locks,
            watched: None,
            map,
            access,
            sparse: present_if_sparse(file, metadata),
        })
    }

    /// The same, survived when it is cut short by a program that asked for it: see `truncation`.
    pub(super) fn watched(mut self) -> Segment {
        let (start, len) = (self.view().start(), self.map.len());
        self.watched = Some(Watched::over(start, len, self.is_writable()));
        self
    }

    /// Whether a part of it was lost, and reads as zeros.
    pub(crate) fn is_cut(&self) -> bool {
        self.watched.as_ref().is_some_and(Watched::is_cut)
    }

    /// Its name in the directory.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// All its bytes.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) fn view(&self) -> View<'_> {
        let start = NonNull::new(self.map.as_mut_ptr()).expect("a mapping is never at address 0");
        // SAFETY: M1: `map` is `len` bytes long, mapped until `self` is dropped, and nothing in this
        // process reaches it but through views.
        unsafe { View::new(start, self.map.len()) }
    }

    /// Whether stores are possible.
    pub(crate) fn is_writable(&self) -> bool {
        self.access == Access::Write
    }

    /// Makes pages present before they are stored to; a hint (`MADV_POPULATE_WRITE`, Linux 5.14).
    #[allow(unsafe_code)]
    pub(crate) fn prefault(&self, offset: u64, len: u64) {
        let end = (offset + len).min(self.map.len() as u64);
        let (offset, len) = (offset as usize, end.saturating_sub(offset) as usize);
        if len > 0 {
            let start = self.map.as_mut_ptr().wrapping_add(offset).cast();
            // SAFETY: M1: the range lies in the mapping; populating it changes no byte.
            let _ =
                unsafe { rustix::mm::madvise(start, len, rustix::mm::Advice::LinuxPopulateWrite) };
        }
    }

    /// Closes the descriptor; the mapping stays.
    pub(crate) fn without_locks(mut self) -> Segment {
        self.locks = None;
        self
    }

    /// Takes lock `slot` until this segment is dropped; `false` if another process has it.
    pub(crate) fn try_lock(&self, slot: u32) -> Result<bool, ShmError> {
        liveness::try_lock(self.file(), slot).map_err(|source| self.lock_error(source))
    }

    /// Frees lock `slot`, which this segment holds.
    pub(super) fn unlock(&self, slot: u32) -> io::Result<()> {
        liveness::unlock(self.file(), slot)
    }

    /// Takes a share of lock `slot` until this segment is dropped.
    pub(crate) fn try_share(&self, slot: u32) -> Result<bool, ShmError> {
        liveness::try_share(self.file(), slot).map_err(|source| self.lock_error(source))
    }

    /// Whether another holder than this segment has lock `slot`, or of lock 0 a share.
    pub(crate) fn is_locked(&self, slot: u32) -> Result<bool, ShmError> {
        liveness::is_locked(self.file(), slot).map_err(|source| self.lock_error(source))
    }

    /// Whether another process holds lock `slot` as shared. A process that may only read can do that.
    pub(crate) fn is_shared(&self, slot: u32) -> Result<bool, ShmError> {
        liveness::is_shared(self.file(), slot).map_err(|source| self.lock_error(source))
    }

    /// Whether its name in `dir` still leads to this very segment.
    pub(crate) fn is_named_in(&self, dir: &Dir) -> bool {
        leads_to(&dir.path.join(&self.name), self.file())
    }

    /// Checks without touching the mapping that all of it is still there, so that a segment which
    /// was cut short is an error before it is a SIGBUS.
    pub(crate) fn probe(&self) -> Result<(), ShmError> {
        let is_whole = match &self.locks {
            _ if self.is_cut() => false,
            Some(file) => is_as_long_as(file, self.map.len()),
            None => has_last_word(self.view()),
        };
        is_whole.then_some(()).ok_or_else(|| self.truncated())
    }

    /// Checks that the file had no holes when it was mapped. A load from a hole allocates a page that no
    /// producer has reserved, and is a SIGBUS when no memory is left.
    pub(crate) fn check_whole(&self) -> Result<(), ShmError> {
        self.sparse.map_or(Ok(()), |present| {
            Err(ShmError::Sparse {
                name: self.name.clone(),
                size: self.map.len() as u64,
                present,
            })
        })
    }

    #[cold]
    fn truncated(&self) -> ShmError {
        ShmError::Truncated {
            name: self.name.clone(),
            size: self.map.len() as u64,
        }
    }

    pub(super) fn file(&self) -> &OwnFile {
        self.locks
            .as_ref()
            .expect("locks are only asked of segments that kept their file")
    }

    fn lock_error(&self, source: io::Error) -> ShmError {
        self.system("lock", source)
    }

    fn system(&self, operation: &'static str, source: io::Error) -> ShmError {
        ShmError::System {
            operation,
            name: self.name.clone(),
            dir: PathBuf::new(),
            source,
        }
    }
}

/// How many bytes of a file take room, if some do not.
fn present_if_sparse(file: &File, metadata: &Metadata) -> Option<u64> {
    let (size, present) = (metadata.len(), metadata.blocks().saturating_mul(512));
    // A compressing file system counts fewer blocks, but reports no hole.
    let is_whole =
        present >= size || rustix::fs::seek(file, SeekFrom::Hole(0)).is_ok_and(|hole| hole >= size);
    (!is_whole).then_some(present)
}

/// Whether the file still has the bytes that were mapped.
fn is_as_long_as(file: &File, len: usize) -> bool {
    // If the kernel cannot tell, there is no early warning.
    rustix::fs::fstat(file).map_or(true, |stat| stat.st_size >= len as i64)
}

/// Has the kernel read the last word, which answers `EFAULT` where a load would be a SIGBUS.
///
/// The call is the cheapest one that reads from an address before it does anything else. The operation
/// that it is asked for does not exist, so it changes nothing (as in Abseil's
/// `address_is_readable.cc`). On MIPS, where sets of signals are larger, it answers before it reads:
/// there is no early warning.
#[allow(unsafe_code)]
fn has_last_word(view: View<'_>) -> bool {
    const NO_SUCH_OPERATION: libc::c_int = -1;
    /// Bytes of a set of signals.
    const WORD: usize = 8;
    let Some(last) = view.len().checked_sub(1) else {
        return true;
    };
    let last = view.address() + last / WORD * WORD;
    // SAFETY: L1: the kernel checks `last` and never faults us, and changes nothing for an operation
    // that it does not know.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            NO_SUCH_OPERATION,
            last,
            ptr::null::<u8>(),
            WORD,
        )
    };
    // A sandbox that forbids the call returns another error: then there is no early warning.
    answer == 0 || io::Error::last_os_error().raw_os_error() != Some(libc::EFAULT)
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fd = self.locks.as_ref().map(|file| file.as_raw_fd());
        write!(
            out,
            "Segment({}, {} bytes, {:?}, descriptor {fd:?})",
            self.name,
            self.map.len(),
            self.access
        )
    }
}

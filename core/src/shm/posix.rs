//! Segments as files of a tmpfs, by default in `/dev/shm`: what `shm_open` does, with the control
//! that it lacks (directory, mode, allocation up front, publication by name, locks).

mod segment;
mod truncation;

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FallocateFlags, Mode as FileMode, fallocate, fchmod, statvfs};
use rustix::io::Errno;

pub(crate) use segment::Segment;
pub use truncation::survive_truncation;
pub(crate) use truncation::{cuts, is_survived};

use super::own_locks::OwnFile;
use super::{Access, Mode, ShmError, liveness};

/// Prefix of the names under which segments are filled before they are published.
const DRAFT_PREFIX: &str = ".memglass-draft-";

/// The lock that the maker of a draft holds, after those of the slots.
const DRAFT_LOCK: u32 = 256;

/// The directory that holds the segments of some sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dir {
    path: PathBuf,
}

/// A segment under a temporary name, mapped for writing; removed again unless it is published.
pub(crate) struct Draft {
    dir: Dir,
    temporary: PathBuf,
    /// `None` after it was published.
    segment: Option<Segment>,
    /// Applied when the segment is published: a process that can open it can lock it.
    mode: Mode,
}

impl Dir {
    /// `path`, or else `MEMGLASS_DIR`, or else `/dev/shm`.
    pub(crate) fn new(path: Option<&Path>) -> Dir {
        Dir {
            path: super::chosen_dir(path).unwrap_or_else(|| "/dev/shm".into()),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes an unpublished segment of `size` zero bytes, all of them allocated.
    pub(crate) fn create(&self, name: &str, size: u64, mode: Mode) -> Result<Draft, ShmError> {
        let (temporary, file) = self.create_locked(name)?;
        let mut draft = Draft {
            dir: self.clone(),
            temporary,
            segment: None,
            mode,
        };
        self.allocate(&file, name, size)?;
        let mapped = Opened::new(&draft.temporary, Access::Write)
            .map_err(|source| self.system("open", name, source))?;
        let segment = self.map(name, &mapped, Some(file), Access::Write)?;
        segment.check_whole()?;
        draft.segment = Some(segment);
        Ok(draft)
    }

    /// An empty file with a unique name, locked so that clean-ups leave it alone.
    fn create_locked(&self, name: &str) -> Result<(PathBuf, OwnFile), ShmError> {
        loop {
            let temporary = self.path.join(draft_name());
            let file = OwnFile::open(|| {
                OpenOptions::new()
                    .read(true)
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(&temporary)
            });
            let file = file.map_err(|source| match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => self.no_directory(),
                _ => self.system("create", name, source),
            })?;
            let locked = liveness::try_lock(&file, DRAFT_LOCK).map_err(|source| {
                let _ = std::fs::remove_file(&temporary);
                self.system("lock", name, source)
            })?;
            // Before it was locked, a clean-up may have taken it for an abandoned one.
            if locked && leads_to(&temporary, &file) {
                return Ok((temporary, file));
            }
        }
    }

    /// Opens and maps a published segment.
    pub(crate) fn open(&self, name: &str, access: Access) -> Result<Segment, ShmError> {
        let (mapped, locks) = self
            .open_twice(name, access)
            .map_err(|source| self.open_error(name, access, source))?;
        self.map(name, &mapped, Some(locks), access)
            .map(Segment::watched)
    }

    /// The same without its locks: thousands of regions must not exhaust descriptors.
    pub(crate) fn open_without_locks(
        &self,
        name: &str,
        access: Access,
    ) -> Result<Segment, ShmError> {
        let mapped = Opened::new(&self.path.join(name), access)
            .map_err(|source| self.open_error(name, access, source))?;
        self.map(name, &mapped, None, access).map(Segment::watched)
    }

    fn map(
        &self,
        name: &str,
        opened: &Opened,
        locks: Option<OwnFile>,
        access: Access,
    ) -> Result<Segment, ShmError> {
        if !opened.metadata.is_file() {
            return Err(self.not_a_segment(name, "it is not a regular file"));
        }
        Segment::map(self, name, opened, locks, access)
    }

    /// Two open file descriptions of the named file: one to map, one for the locks.
    fn open_twice(&self, name: &str, access: Access) -> io::Result<(Opened, OwnFile)> {
        const ATTEMPTS: usize = 100;
        let path = self.path.join(name);
        for _ in 0..ATTEMPTS {
            let mapped = Opened::new(&path, access)?;
            let locks = OwnFile::open(|| open_options(access).open(&path))?;
            // In between, the name may have been given to another file.
            if is_same_file(&mapped.metadata, &locks.metadata()?) {
                return Ok((mapped, locks));
            }
        }
        Err(io::Error::other("it was replaced at each attempt"))
    }

    /// Removes a name; processes that have the segment mapped keep it.
    pub(crate) fn unlink(&self, name: &str) -> Result<(), ShmError> {
        match std::fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.system("remove", name, error))
            }
            _ => Ok(()),
        }
    }

    /// The names of all published files that start with `prefix`.
    pub(crate) fn names(&self, prefix: &str) -> Result<Vec<String>, ShmError> {
        let entries = std::fs::read_dir(&self.path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => self.no_directory(),
            _ => self.system("list", "the directory", source),
        })?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Size in bytes of the file under `name`, if there is one.
    pub(crate) fn size_of(&self, name: &str) -> Option<u64> {
        std::fs::symlink_metadata(self.path.join(name))
            .ok()
            .map(|metadata| metadata.len())
    }

    /// Removes drafts of dead makers, except those of other users, and returns how many.
    pub(crate) fn remove_abandoned_drafts(&self) -> Result<usize, ShmError> {
        let mut removed = 0;
        for name in self.names(DRAFT_PREFIX)? {
            let Ok(file) = open_options(Access::Write).open(self.path.join(&name)) else {
                continue;
            };
            // In a shared directory, another user can leave a draft that only that user may remove.
            let is_abandoned = liveness::try_lock(&file, DRAFT_LOCK).unwrap_or(false);
            if is_abandoned && self.unlink(&name).is_ok() {
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn allocate(&self, file: &File, name: &str, size: u64) -> Result<(), ShmError> {
        // Some file systems use up all free room before they find that it is too little; meanwhile
        // other programs fail for lack of room.
        if size > self.free_bytes() {
            return Err(self.full(name, size));
        }
        loop {
            match fallocate(file, FallocateFlags::empty(), 0, size) {
                Ok(()) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(Errno::NOSPC | Errno::NOMEM | Errno::DQUOT | Errno::FBIG) => {
                    return Err(self.full(name, size));
                }
                Err(errno) => return Err(self.system("allocate", name, errno.into())),
            }
        }
    }

    fn full(&self, name: &str, needed: u64) -> ShmError {
        ShmError::Full {
            name: name.into(),
            dir: self.path.clone(),
            needed,
            free: self.free_bytes(),
        }
    }

    /// The bytes that the file system has left for this user. The maximum if it does not tell, or if it
    /// is a tmpfs without a limit, which reports no blocks at all.
    fn free_bytes(&self) -> u64 {
        match statvfs(&self.path) {
            Ok(stat) if stat.f_blocks > 0 => stat.f_bavail.saturating_mul(stat.f_frsize),
            _ => u64::MAX,
        }
    }

    fn open_error(&self, name: &str, access: Access, source: io::Error) -> ShmError {
        let (name, dir) = (name.to_owned(), self.path.clone());
        match source.kind() {
            io::ErrorKind::NotFound if dir.is_dir() => ShmError::NotFound { name, dir },
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => self.no_directory(),
            io::ErrorKind::ReadOnlyFilesystem => ShmError::ReadOnlyMount { name, dir },
            io::ErrorKind::PermissionDenied => {
                let wanted = if access == Access::Write {
                    "writing"
                } else {
                    "reading"
                };
                ShmError::Denied { name, dir, wanted }
            }
            _ if source.raw_os_error() == Some(libc::ELOOP) => {
                self.not_a_segment(&name, "it is a symbolic link")
            }
            _ => self.system("open", &name, source),
        }
    }

    fn no_directory(&self) -> ShmError {
        ShmError::NoDirectory {
            dir: self.path.clone(),
        }
    }

    fn not_a_segment(&self, name: &str, reason: &'static str) -> ShmError {
        ShmError::NotASegment {
            name: name.into(),
            dir: self.path.clone(),
            reason,
        }
    }

    fn system(&self, operation: &'static str, name: &str, source: io::Error) -> ShmError {
        ShmError::System {
            operation,
            name: name.into(),
            dir: self.path.clone(),
            source,
        }
    }
}

impl Draft {
    /// The mapped segment, to be filled.
    pub(crate) fn segment(&self) -> &Segment {
        self.segment.as_ref().expect("present until published")
    }

    /// Gives the segment its name, if the name is free.
    pub(crate) fn publish_new(self) -> Result<Segment, ShmError> {
        self.publish(|from, to| std::fs::hard_link(from, to))
    }

    /// Gives the segment its name in one step, replacing whatever has that name.
    pub(crate) fn publish_over(self) -> Result<Segment, ShmError> {
        self.publish(|from, to| std::fs::rename(from, to))
    }

    /// The segment without a name: no other process will find it.
    pub(crate) fn keep_unpublished(mut self) -> Segment {
        self.segment.take().expect("present until published")
    }

    fn publish(
        mut self,
        step: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> Result<Segment, ShmError> {
        let name = self.segment().name().to_owned();
        fchmod(&**self.segment().file(), file_mode(self.mode))
            .map_err(|errno| self.dir.system("set the mode of", &name, errno.into()))?;
        step(&self.temporary, &self.dir.path.join(&name)).map_err(|source| {
            match source.kind() {
                io::ErrorKind::AlreadyExists => ShmError::Exists {
                    name: name.clone(),
                    dir: self.dir.path.clone(),
                },
                _ => self.dir.system("publish", &name, source),
            }
        })?;
        let segment = self.segment.take().expect("present until published");
        segment
            .unlock(DRAFT_LOCK)
            .map_err(|source| self.dir.system("unlock", &name, source))?;
        Ok(segment)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename the temporary name is gone already.
        let _ = std::fs::remove_file(&self.temporary);
    }
}

/// Whether `path` is a name of this very file.
fn leads_to(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(mine)) = (std::fs::symlink_metadata(path), file.metadata()) else {
        return false;
    };
    is_same_file(&named, &mine)
}

fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// An open file, and its attributes when it was opened.
struct Opened {
    file: File,
    metadata: Metadata,
}

impl Opened {
    fn new(path: &Path, access: Access) -> io::Result<Opened> {
        let file = open_options(access).open(path)?;
        let metadata = file.metadata()?;
        Ok(Opened { file, metadata })
    }
}

/// How published segments are opened: never through a link, and never waiting for a pipe's other end.
fn open_options(access: Access) -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(access == Access::Write)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options
}

fn draft_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let nonce = crate::identity::random();
    format!(
        "{DRAFT_PREFIX}{:x}-{:x}",
        nonce as u64,
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn file_mode(mode: Mode) -> FileMode {
    FileMode::from_raw_mode(match mode {
        Mode::Owner => 0o600,
        Mode::GroupRead => 0o640,
        Mode::GroupWrite => 0o660,
    })
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_mount_that_is_read_only_is_no_lack_of_permission() {
        let error = io::Error::from_raw_os_error(libc::EROFS);
        let error = Dir::new(None).open_error("segment", Access::Write, error);
        assert!(matches!(error, ShmError::ReadOnlyMount { .. }), "{error}");
    }

    #[test]
    fn a_draft_that_only_another_user_may_remove_keeps_no_other() {
        let place = tempfile::tempdir().expect("a temporary directory");
        let of_all = |path: &Path, mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(path, mode).expect("it is ours");
        };
        of_all(place.path(), 0o1777);
        let path = |name: &str| place.path().join(format!("{DRAFT_PREFIX}{name}"));
        let (first, last) = (path("0"), path("9"));
        let made = |path: &Path| std::fs::write(path, "").expect("there is room");
        made(&first);
        of_all(&first, 0o666);
        let removed = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                // Another user, in this thread only, if that is allowed.
                // SAFETY: L1: sets the user id of this thread, which ends here.
                unsafe { libc::setfsuid(65_534) };
                made(&last);
                Dir::new(Some(place.path())).remove_abandoned_drafts()
            });
            other.join().expect("it does not panic")
        });
        assert!(removed.is_ok(), "{removed:?}");
        assert!(!last.exists());
    }
}

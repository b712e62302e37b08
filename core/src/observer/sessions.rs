//! The sessions of a directory: listing them, and removing those of dead producers.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::error::AttachError;
use super::presence::{self, Presence};
use crate::layout;
use crate::origin::{self, Origin};
use crate::owners;
use crate::shm::{Access, Dir, Mode, ShmError};
use crate::wire::header::{MAGIC_AT, PRODUCER_SLOT};
use crate::wire::names;

/// One session found in a directory.
#[derive(Clone, Debug)]
pub struct SessionEntry {
    /// Its name.
    pub name: String,
    /// The producer's process id, in its own pid namespace.
    pub pid: u32,
    /// The name of the producer's program.
    pub program: String,
    /// Whether the producer is alive.
    pub state: Presence,
    /// When the session started.
    pub started: SystemTime,
    /// Number of live objects.
    pub objects: u64,
    /// Bytes of all its segments.
    pub bytes: u64,
    /// Where its values come from.
    pub origin: Origin,
}

/// All sessions in `dir`, or else in `MEMGLASS_DIR` or `/dev/shm`, sorted by name, including those of
/// dead producers. A session that cannot be read is listed with the reason.
pub fn sessions(dir: Option<&Path>) -> Vec<Result<SessionEntry, AttachError>> {
    let dir = Dir::new(dir);
    let found = match dir.names(names::PREFIX) {
        Ok(found) => found,
        Err(error) => return vec![Err(error.into())],
    };
    let sessions = found
        .iter()
        .filter_map(|segment| names::session_of_header(segment))
        .filter(|session| !is_placeholder(&dir, session));
    sessions
        .map(|session| entry(&dir, session, &found))
        .collect()
}

/// The result of a clean-up.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Cleaned {
    /// The sessions that were removed.
    pub removed: Vec<String>,
    /// The sessions that stay although no living producer was seen, and why.
    pub refused: Vec<(String, AttachError)>,
}

/// Removes the sessions of dead producers from `dir`, either all or the one named `name`.
///
/// # Errors
///
/// - [`AttachError::Alive`]: the session `name` has a living producer.
/// - [`AttachError::NoSuchSession`]: there is no session `name`.
/// - [`AttachError::Shm`]: a segment cannot be opened or removed.
pub fn clean(dir: Option<&Path>, name: Option<&str>) -> Result<Cleaned, AttachError> {
    let dir = Dir::new(dir);
    if let Some(name) = name {
        return remove(&dir, name).and_then(|removed| match removed {
            true => Ok(Cleaned {
                removed: vec![name.into()],
                ..Cleaned::default()
            }),
            false => Err(AttachError::Alive {
                name: name.into(),
                pid: pid_of(&dir, name),
            }),
        });
    }
    let found = dir.names(names::PREFIX)?;
    let mut cleaned = Cleaned::default();
    for session in found
        .iter()
        .filter_map(|segment| names::session_of_header(segment))
    {
        // An entry that vanished or belongs to another user does not stop the rest.
        match remove(&dir, session) {
            Ok(true) => cleaned.removed.push(session.into()),
            Ok(false) | Err(AttachError::NoSuchSession { .. }) => {}
            Err(_) if is_alive(&dir, session) => {}
            Err(error) => cleaned.refused.push((session.into(), error)),
        }
    }
    remove_orphans(&dir, &found);
    dir.remove_abandoned_drafts()?;
    Ok(cleaned)
}

/// Whether a session that may not be removed is seen to have a producer.
fn is_alive(dir: &Dir, session: &str) -> bool {
    let layout = layout::open(dir, session, Access::Read);
    layout.is_ok_and(|layout| presence::of(&layout).is_alive())
}

/// The names of all sessions but `asked`, whose header may still exist.
pub(super) fn others(dir: &Dir, asked: &str) -> Vec<String> {
    let found = dir.names(names::PREFIX).unwrap_or_default();
    found
        .iter()
        .filter_map(|segment| names::session_of_header(segment))
        .filter(|session| *session != asked)
        .map(String::from)
        .collect()
}

fn entry(dir: &Dir, session: &str, found: &[String]) -> Result<SessionEntry, AttachError> {
    let layout = layout::open(dir, session, Access::Read)?;
    let identity = layout.identity().clone();
    let regions = found
        .iter()
        .filter(|segment| names::session_of_region(segment) == Some(session));
    let segments = regions.map(String::as_str).chain([layout.header().name()]);
    let entry = SessionEntry {
        bytes: segments.filter_map(|segment| dir.size_of(segment)).sum(),
        name: identity.name,
        pid: identity.pid,
        program: identity.program,
        state: presence::of(&layout),
        started: identity.started,
        objects: layout.object_count(),
        origin: origin::of(layout.header().view()),
    };
    layout.check_cut()?;
    Ok(entry)
}

/// Removes a session unless its producer lives.
fn remove(dir: &Dir, session: &str) -> Result<bool, AttachError> {
    let header = match dir.open(&names::header(session), Access::Write) {
        Err(ShmError::NotFound { .. }) => return Err(super::attach::no_such_session(dir, session)),
        header => header?,
    };
    let is_mine = owners::lock_for_producer(&header)?;
    if !is_mine && header.is_shared(PRODUCER_SLOT)? {
        let (name, dir) = (names::header(session), dir.path().into());
        return Err(ShmError::Obstructed { name, dir }.into());
    }
    if !is_mine || !header.is_named_in(dir) {
        return Ok(false);
    }
    owners::remove_regions(dir, session);
    dir.unlink(&names::header(session))?;
    Ok(true)
}

/// Removes regions whose header is gone: their producer died while it ended.
fn remove_orphans(dir: &Dir, found: &[String]) {
    let mut sessions: Vec<&str> = found
        .iter()
        .filter_map(|segment| names::session_of_region(segment))
        .collect();
    sessions.dedup();
    for session in sessions {
        if dir.size_of(&names::header(session)).is_none() {
            // A region that cannot be removed now is overwritten when the name is used again.
            let _ = remove_orphans_of(dir, session);
        }
    }
}

/// Takes the name with a placeholder header, so that a producer that starts at this moment waits
/// instead of losing the regions that it makes.
fn remove_orphans_of(dir: &Dir, session: &str) -> Result<(), ShmError> {
    let header = names::header(session);
    let draft = dir.create(&header, PLACEHOLDER_BYTES, Mode::Owner)?;
    let locked = owners::lock_for_producer(draft.segment())?;
    debug_assert!(locked, "nobody else has the draft open");
    let _held = draft.publish_new()?;
    owners::remove_regions(dir, session);
    dir.unlink(&header)
}

const PLACEHOLDER_BYTES: u64 = 4096;

/// Whether the name leads only to the placeholder of a clean-up, which may have been killed.
pub(super) fn is_placeholder(dir: &Dir, session: &str) -> bool {
    let name = names::header(session);
    if dir.size_of(&name) != Some(PLACEHOLDER_BYTES) {
        return false;
    }
    let header = dir.open(&name, Access::Read);
    header.is_ok_and(|header| {
        let magic = header.view().word(MAGIC_AT);
        magic.is_some_and(|magic| magic.load(Ordering::Relaxed) == 0)
    })
}

fn pid_of(dir: &Dir, session: &str) -> u32 {
    let layout = layout::open(dir, session, Access::Read);
    layout.map_or(0, |layout| owners::holder_of_name(layout.header()))
}

#[cfg(all(test, target_os = "linux", not(memglass_portable_shm)))]
#[allow(unsafe_code)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_clean_up_says_what_it_may_not_remove() {
        let place = tempfile::tempdir().expect("a temporary directory");
        let of_all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path(), of_all).expect("it is ours");
        let header = place.path().join(names::header("theirs"));
        std::fs::write(&header, "").expect("there is room");
        std::fs::set_permissions(&header, std::fs::Permissions::from_mode(0o000))
            .expect("it is ours");
        let cleaned = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                // Another user, in this thread only, if that is allowed; otherwise the mode is enough.
                // SAFETY: L1: sets the user id of this thread, which ends here.
                unsafe { libc::setfsuid(65_534) };
                clean(Some(place.path()), None)
            });
            other.join().expect("it does not panic")
        });
        let cleaned = cleaned.expect("the directory can be read");
        assert!(cleaned.removed.is_empty(), "{cleaned:?}");
        assert!(
            matches!(&cleaned.refused[..], [(name, AttachError::Shm(ShmError::Denied { .. }))] if name == "theirs"),
            "{cleaned:?}"
        );
    }
}

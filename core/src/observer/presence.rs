//! Whether the producer is still there.

use crate::layout::{self, Layout, SessionState};
use crate::owners;
use crate::shm::Access;

/// Whether a session's producer is alive, has ended or has crashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It runs.
    Alive,
    /// It ended the session in an orderly way.
    Exited,
    /// It died without ending the session. Its last values can be read.
    Crashed,
    /// It is gone, and another session has its name: attach again to see that one.
    Restarted,
}

/// Asks the kernel and the directory; takes some microseconds.
pub(super) fn of(layout: &Layout) -> Presence {
    let header = layout.header();
    if layout.state() != SessionState::Closing && owners::is_producer_alive(header) {
        return Presence::Alive;
    }
    if is_replaced(layout) {
        return Presence::Restarted;
    }
    match layout.state() {
        SessionState::Closing => Presence::Exited,
        SessionState::Starting | SessionState::Live => Presence::Crashed,
    }
}

/// Whether the name leads to another session now.
fn is_replaced(layout: &Layout) -> bool {
    let (dir, identity) = (layout.dir(), layout.identity());
    let now = layout::open(dir, &identity.name, Access::Read);
    now.is_ok_and(|now| now.identity().session != identity.session)
}

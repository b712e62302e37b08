//! Whether the producer is still there.

use std::fmt;

use crate::layout::{self, Layout, SessionState};
use crate::owners;
use crate::process::{self, Process};
use crate::shm::Access;

/// Whether a session's producer is alive, has ended or has crashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// It runs.
    Alive,
    /// It is there but stands still: a signal or a debugger stopped it, so values do not change.
    Stopped,
    /// It ended the session in an orderly way.
    Exited,
    /// It died without ending the session. Its last values can be read.
    Crashed,
    /// It is gone, and another session has its name: attach again to see that one.
    Restarted,
}

impl Presence {
    /// Whether the producer's process is there, running or not.
    pub fn is_alive(self) -> bool {
        matches!(self, Presence::Alive | Presence::Stopped)
    }

    /// It in one word: `alive`, `stopped`, `exited`, `crashed` or `restarted`.
    pub fn word(self) -> &'static str {
        match self {
            Presence::Alive => "alive",
            Presence::Stopped => "stopped",
            Presence::Exited => "exited",
            Presence::Crashed => "crashed",
            Presence::Restarted => "restarted",
        }
    }
}

impl fmt::Display for Presence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.word())
    }
}

/// Asks the kernel and the directory; takes some microseconds.
pub(super) fn of(layout: &Layout) -> Presence {
    if is_alive(layout) {
        return match is_stopped(layout) {
            true => Presence::Stopped,
            false => Presence::Alive,
        };
    }
    if is_replaced(layout) {
        return Presence::Restarted;
    }
    match layout.state() {
        SessionState::Closing => Presence::Exited,
        SessionState::Starting | SessionState::Live => Presence::Crashed,
    }
}

/// Whether the producer holds its lock and has not ended the session.
pub(super) fn is_alive(layout: &Layout) -> bool {
    layout.state() != SessionState::Closing && owners::is_producer_alive(layout.header())
}

/// Whether the producer's process stands still, as far as this process can see it: with the pid that it
/// knows itself by there must be a process that started when it did.
fn is_stopped(layout: &Layout) -> bool {
    let header = layout.header();
    let (start, boot) = owners::producer_start(header);
    let process = Process::of(owners::producer(header));
    process.is_some_and(|process| process.start == start && process.is_stopped())
        && process::boot_id() == Some(boot)
}

/// Whether the name leads to another session now.
fn is_replaced(layout: &Layout) -> bool {
    let (dir, identity) = (layout.dir(), layout.identity());
    let now = layout::open(dir, &identity.name, Access::Read);
    now.is_ok_and(|now| now.identity().session != identity.session)
}

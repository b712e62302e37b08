//! Attaching while the session may be starting, ending, or being replaced.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::AttachError;
use super::no_such_session;
use crate::layout::{self, Layout, LayoutError, SessionState};
use crate::shm::{Access, Dir, Segment, ShmError};
use crate::wire::header::PRODUCER_SLOT;

/// How long a header without its regions may be one that a producer is about to replace.
const REPLACEMENT: Duration = Duration::from_millis(50);

/// What `attach` makes of the session's layout.
///
/// Regions are removed before their header, and those of a dead session before its header is
/// replaced. So a region that is not there is no damage: the session is over, or the name is about to
/// lead to another one.
pub(super) fn attach<R>(
    dir: &Dir,
    session: &str,
    access: Access,
    attach: impl Fn(Layout) -> Result<R, AttachError>,
) -> Result<R, AttachError> {
    let start = Instant::now();
    loop {
        let layout = layout::open(dir, session, access).map_err(|error| match error {
            LayoutError::Memory(ShmError::NotFound { .. }) => no_such_session(dir, session),
            error => error.into(),
        })?;
        let (header, state) = (Arc::clone(layout.header()), layout.state());
        let error = match attach(layout) {
            Err(error) if is_incomplete(&error) => error,
            attached => return attached,
        };
        if is_over(&header, state) && header.is_named_in(dir) {
            return Err(no_such_session(dir, session));
        }
        let is_starting = matches!(error, AttachError::Starting { .. });
        if is_starting || start.elapsed() >= REPLACEMENT {
            return Err(error);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn is_incomplete(error: &AttachError) -> bool {
    matches!(
        error,
        AttachError::Starting { .. } | AttachError::Shm(ShmError::NotFound { .. })
    )
}

/// Whether nobody will complete the session: it was ended, or its producer died.
fn is_over(header: &Segment, state: SessionState) -> bool {
    state == SessionState::Closing || !header.is_locked(PRODUCER_SLOT).unwrap_or(true)
}

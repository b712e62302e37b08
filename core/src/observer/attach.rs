//! Attaching while the session may be starting, ending, or being replaced.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::AttachError;
use super::{no_such_session, sessions};
use crate::layout::{self, Layout, LayoutError, SessionState};
use crate::owners;
use crate::shm::{Access, Dir, ShmError};
use crate::wire::header::PRODUCER_SLOT;

/// How long to wait for somebody who is about to remove or replace a header without regions.
const REPLACEMENT: Duration = Duration::from_millis(50);

/// What `attach` makes of the session's layout.
///
/// Regions are removed before their header, and those of a dead session before its header is
/// replaced. So a region that is not there is no damage: the session is over, and the name may be
/// about to lead to another one.
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
            _ if sessions::is_placeholder(dir, session) => no_such_session(dir, session),
            error => error.into(),
        })?;
        let (header, state) = (Arc::clone(layout.header()), layout.state());
        let error = match attach(layout) {
            Err(error) if is_incomplete(&error) => error,
            attached => return attached,
        };
        let is_alive = state != SessionState::Closing && owners::is_producer_alive(&header);
        if is_alive && matches!(error, AttachError::Starting { .. }) {
            return Err(error);
        }
        let is_changing = !header.is_named_in(dir) || header.is_locked(PRODUCER_SLOT)?;
        if !is_changing || start.elapsed() >= REPLACEMENT {
            return Err(match is_alive {
                true => error,
                false => no_such_session(dir, session),
            });
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

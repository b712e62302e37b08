//! A session attached for a prompt or a script.

use memglass::{AttachError, ShmError};
use memglass_repl::session::Attached;

use super::failure::Failure;
use super::options::Options;

/// Attaches for writing. Where only reading is allowed it says so, and every write will be an error.
pub(super) fn attach(options: &Options, session: &str) -> Result<Attached, Failure> {
    let observer = match options.attach_writable(session) {
        Err(AttachError::Shm(ShmError::Denied { .. })) => {
            let observer = options.attach(session)?;
            options.note(&format!(
                "session {session:?} belongs to another user: it can be read and not written"
            ));
            observer
        }
        attached => attached?,
    };
    let attached = Attached::new(observer);
    Ok(if options.readonly {
        attached.read_only()
    } else {
        attached
    })
}

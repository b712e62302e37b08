//! A session attached for a prompt or a script.

use memglass::{AttachError, Observer, ShmError};
use memglass_repl::{Repl, ReplBuilder};

use super::failure::Failure;
use super::options::Options;
use super::target;

/// A prompt's or a script's beginnings: attached for writing. Where only reading is allowed it says so,
/// and every write will be an error.
pub(super) fn attach(options: &Options, session: &str) -> Result<ReplBuilder, Failure> {
    let builder = Repl::builder()
        .program()
        .observer(observer(options, session)?)
        .form(options.form)
        .color(options.color);
    Ok(match options.readonly {
        true => builder.readonly(),
        false => builder,
    })
}

fn observer(options: &Options, session: &str) -> Result<Observer, Failure> {
    match options.attach_writable(session) {
        Err(AttachError::Shm(
            refused @ (ShmError::Denied { .. } | ShmError::ReadOnlyMount { .. }),
        )) => {
            let observer = target::attach(options, session)?;
            let why = match refused {
                ShmError::Denied { .. } => "belongs to another user",
                _ => "is on a file system that is mounted read-only",
            };
            options.note(&format!(
                "session {session:?} {why}: it can be read and not written"
            ));
            Ok(observer)
        }
        attached => attached.map_err(|error| target::missed(options, session, error)),
    }
}

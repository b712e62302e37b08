//! A session attached for a prompt or a script.

use memglass::{AttachError, Observer, Origin, ShmError};
use memglass_repl::program::described_replay;
use memglass_repl::{Repl, ReplBuilder};
use memglass_value::format;

use super::failure::Failure;
use super::options::Options;
use super::target;

/// A prompt's or a script's beginnings: attached for writing. Where only reading is allowed it says so,
/// and every write will be an error.
///
/// The second is a line about it.
pub(super) fn attach(options: &Options, session: &str) -> Result<(ReplBuilder, String), Failure> {
    let observer = observer(options, session)?;
    let about = about(&observer);
    let builder = Repl::builder()
        .program()
        .observer(observer)
        .form(options.form)
        .color(options.color);
    let builder = match options.readonly {
        true => builder.readonly(),
        false => builder,
    };
    let builder = match options.audit()? {
        Some(audit) => builder.audit(audit),
        None => builder,
    };
    Ok((builder, about))
}

/// What is attached, in one line.
fn about(observer: &Observer) -> String {
    let session = observer.session();
    let objects = match observer.stated_count() {
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    };
    if let Origin::Replay(replay) = observer.origin() {
        let replay = described_replay(&replay);
        return format!("{objects}; {replay}; :play, :pause, :seek, :step and :speed move it\n");
    }
    if let Origin::File { name, is_written } = observer.origin() {
        let name = format::escaped(&name);
        let how = match is_written {
            true => "what is written here goes into the file",
            false => "only read",
        };
        return format!("{}: {objects} of {name}; {how}\n", session.name);
    }
    let program = format::escaped(&session.program);
    format!(
        "{}: {objects} of {program} (pid {}); :help lists what can be typed\n",
        session.name, session.pid
    )
}

fn observer(options: &Options, session: &str) -> Result<Observer, Failure> {
    let refused = match options.attach_writable(session) {
        Ok(observer) => return Ok(observer),
        Err(refused) => refused,
    };
    let Some(why) = why_only_read(&refused) else {
        return Err(target::missed(options, session, refused));
    };
    let observer = target::attach(options, session)?;
    options.note(&format!(
        "session {session:?} {why}: it can be read but not written"
    ));
    Ok(observer)
}

/// Why a session is not to be written, if it may still be read.
fn why_only_read(refused: &AttachError) -> Option<&'static str> {
    match refused {
        AttachError::Shm(ShmError::Denied { .. }) => Some("belongs to another user"),
        AttachError::Shm(ShmError::ReadOnlyMount { .. }) => {
            Some("is on a file system that is mounted read-only")
        }
        AttachError::TooManyWriters { .. } => Some("has as many writers as there can be"),
        _ => None,
    }
}

//! `memglass save`: what a session is now, in a file.

use std::path::PathBuf;
use std::time::SystemTime;

use memglass_repl::program::recordings_told::{counted, size};
use memglass_stream::{Compression, Recorder, Source};
use memglass_terminal::streams::write_message;
use memglass_value::format;

use super::arguments::Save;
use super::failure::Failure;
use super::only::nothing_matches;
use super::options::Options;
use super::target;

/// Writes a recording of one moment.
pub(super) fn run(options: &Options, named: Option<&str>, save: &Save) -> Result<i32, Failure> {
    let (session, path) = target(options, named, save)?;
    let observer = target::attach(options, &session)?;
    options.mark(&observer);
    options.mark_damage(&observer);
    let of = observer.session().clone();
    let source = Source::new(observer, &save.only);
    let mut source = source.map_err(|error| Failure::Usage(error.to_string()))?;
    if source.is_empty() && !save.only.is_empty() {
        return Err(nothing_matches(&format!("{session:?}"), &save.only));
    }
    let mut recorder = Recorder::create(&path, &of, Compression::default())?;
    let now = SystemTime::now();
    let kept = source.keyframe(|change| recorder.take(now, change));
    let totals = match kept.map_err(Failure::from) {
        Ok(_) => recorder.finish().map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    let totals = totals.inspect_err(|_| {
        // Half a moment is none.
        let _ = std::fs::remove_file(&path);
    })?;
    write_message(&format!(
        "memglass: saved {} of {session:?} in {}, {}\n",
        counted(totals.values, "object"),
        format::printable(&path.to_string_lossy()),
        size(totals.file_bytes)
    ));
    Ok(0)
}

/// The session, which may be left out, and the file.
fn target(
    options: &Options,
    named: Option<&str>,
    save: &Save,
) -> Result<(String, PathBuf), Failure> {
    let is_named = |session: &String| named.is_none_or(|name| name == session);
    match (&save.words[..], &save.output) {
        ([], Some(file)) => Ok((target::resolve(options, named)?, file.clone())),
        ([session], Some(file)) if is_named(session) => Ok((session.clone(), file.clone())),
        ([file], None) => Ok((target::resolve(options, named)?, file.into())),
        ([session, file], None) if is_named(session) => Ok((session.clone(), file.into())),
        _ => Err(Failure::Usage(
            "name one session and one file: `memglass save engine now.mcap`".into(),
        )),
    }
}

//! Whose types are meant: a file's, or a session's.

use std::path::Path;

use memglass::Observer;
use memglass_gen::{GenerateError, HeaderOptions, types_of};
use memglass_repl::program::{CommandError, describe_type};
use memglass_types::Types;

use super::super::failure::Failure;
use super::super::options::Options;
use super::super::replay;
use super::super::target::{self, Target};

/// Endings of files that have types.
const ENDINGS: &[&str] = &["mgt", "refl", "o", "so", "elf", "dwo", "debug", "exe"];
/// Endings of headers, whose types the compiler's library knows.
const HEADERS: &[&str] = &["h", "hh", "hpp", "hxx", "h++"];

/// Whether a word means a file: it has a `/` or a known ending, or there is such a file and no such session.
pub(crate) fn is_file(options: &Options, word: &str) -> bool {
    let is_one = || has_ending(word, ENDINGS) || has_ending(word, HEADERS);
    let is_session = || options.attach(word).is_ok();
    word.contains('/') || ((is_one() || Path::new(word).is_file()) && !is_session())
}

fn has_ending(word: &str, endings: &[&str]) -> bool {
    let ending = Path::new(word)
        .extension()
        .and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.contains(&ending))
}

/// The types of the file or session that the first word names, or of the only live session, and the other words.
///
/// `least` words are not the session's.
pub(super) fn split(
    options: &Options,
    named: Option<&str>,
    mut words: Vec<String>,
    least: usize,
) -> Result<(Types, Vec<String>), Failure> {
    if let Some(first) = words
        .first()
        .filter(|first| named.is_none() && is_file(options, first))
    {
        let types = of_file(options, first)?;
        words.remove(0);
        return Ok((types, words));
    }
    let Target { observer, words } = target::split(options, named, words, least, known)?;
    options.mark(&observer);
    Ok((memglass_type_tables::of_session(observer.schema()), words))
}

/// The types of a file or a session.
pub(crate) fn of(options: &Options, word: &str) -> Result<Types, Failure> {
    match is_file(options, word) {
        true => of_file(options, word),
        false => {
            let observer = target::attach(options, word)?;
            Ok(memglass_type_tables::of_session(observer.schema()))
        }
    }
}

/// The types of a file. Which parts of its debug information are elsewhere and missing is told on standard error.
pub(crate) fn of_file(options: &Options, path: &str) -> Result<Types, Failure> {
    if has_ending(path, HEADERS) {
        return of_header(options, path);
    }
    if replay::is_recording(path.as_ref()) {
        let recording = replay::read(options, path.as_ref())?;
        return Ok(memglass_type_tables::of_session(recording.schema()));
    }
    let opened = Types::open_partly(path)?;
    if let [first, others @ ..] = opened.missing.as_slice() {
        let others = match others.len() {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        options.note(&format!(
            "some types are missing: they are in {}{others}, not found",
            first.display()
        ));
    }
    Ok(opened.types)
}

fn of_header(options: &Options, path: &str) -> Result<Types, Failure> {
    let headers = vec![path.into()];
    let read = types_of(&HeaderOptions {
        headers,
        ..HeaderOptions::default()
    });
    if let Err(GenerateError::Faults { .. }) = &read {
        options.note(&format!(
            "directories, macros and the language are said with `memglass-gen types -I DIR -D NAME -std=c++20 {path} -o FILE.mgt`"
        ));
    }
    Ok(read?)
}

fn known(observer: &Observer, word: &str) -> Result<(), CommandError> {
    describe_type(observer, word).map(drop)
}

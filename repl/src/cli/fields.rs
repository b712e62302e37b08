//! `memglass get` and `memglass set`

use memglass::Observer;

use super::failure::Failure;
use super::options::Options;
use super::target;
use crate::commands;

/// Prints fields.
pub(super) fn get(
    options: &Options,
    named: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let (session, paths) = target::split(options, named, words, 1, is_path)?;
    let observer = options.attach(&session)?;
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    options.print(&commands::get(&observer, &paths)?)?;
    options.mark(&observer);
    Ok(0)
}

/// What is a path by its form is one, so that its mistakes are told as those of a path.
fn is_path(observer: &Observer, word: &str) -> bool {
    word.contains(['.', '[', '"']) || observer.field(word).is_ok()
}

/// Writes a field: with three words the first is the session.
pub(super) fn set(
    options: &Options,
    named: Option<&str>,
    [first, second]: [String; 2],
    third: Option<String>,
) -> Result<i32, Failure> {
    let (session, path, value) = match (named, third) {
        (None, Some(value)) => (first, second, value),
        (Some(name), None) => (name.to_owned(), first, second),
        (None, None) => (only_session(options, &first)?, first, second),
        (Some(name), Some(value)) => {
            return Err(Failure::Usage(format!(
                "the session is {name:?} already, so `set` takes PATH and VALUE: {value:?} is one word too many"
            )));
        }
    };
    write(options, &session, &path, &value)
}

/// The session of a path that comes without one.
fn only_session(options: &Options, path: &str) -> Result<String, Failure> {
    let (session, _) = target::split(options, None, vec![path.to_owned()], 1, is_path)?;
    Ok(session)
}

fn write(options: &Options, session: &str, path: &str, value: &str) -> Result<i32, Failure> {
    if options.readonly {
        return Err(commands::CommandError::ReadOnly {
            path: path.to_owned(),
        }
        .into());
    }
    let observer = options.attach_writable(session)?;
    commands::set(&observer, path, value)?;
    options.mark(&observer);
    Ok(0)
}

//! `memglass get` and `memglass set`

use memglass::Observer;

use super::failure::Failure;
use super::options::Options;
use super::target::{self, Target};
use crate::commands::{self, CommandError};

/// Prints fields.
pub(super) fn get(
    options: &Options,
    named: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let Target { observer, words } = target::split(options, named, words, 1, path)?;
    let paths: Vec<&str> = words.iter().map(String::as_str).collect();
    // Ctrl-C ends the program here.
    options.print(&commands::get(&observer, &paths, || true)?)?;
    options.mark(&observer);
    Ok(0)
}

/// What is a path by its form is one, so that its mistakes are told as those of a path.
fn path(observer: &Observer, word: &str) -> Result<(), CommandError> {
    match word.contains(['.', '[', '"']) || commands::is_pattern(observer, word) {
        true => Ok(()),
        false => Ok(observer.field(word).map(drop)?),
    }
}

/// Writes a field: with three words the first is the session.
pub(super) fn set(
    options: &Options,
    named: Option<&str>,
    [first, second]: [String; 2],
    third: Option<String>,
) -> Result<i32, Failure> {
    // Without a third word it is the value: a text may be that.
    if let ("=", Some(value)) = (second.as_str(), &third) {
        return Err(Failure::Usage(format!(
            "`set` takes PATH and VALUE without `=`: `memglass set {first} {value}`"
        )));
    }
    let (session, path, value) = match (named, third) {
        (None, Some(value)) => (first, second, value),
        (Some(name), None) => (name.to_owned(), first, second),
        (None, None) => (target::of_path(options, &first)?, first, second),
        (Some(name), Some(value)) => {
            return Err(Failure::Usage(format!(
                "the session is {name:?} already, so `set` takes PATH and VALUE: {value:?} is one word too many"
            )));
        }
    };
    write(options, &session, &path, &value)
}

fn write(options: &Options, session: &str, path: &str, value: &str) -> Result<i32, Failure> {
    if options.readonly {
        return Err(CommandError::ReadOnly {
            path: path.to_owned(),
        }
        .into());
    }
    let attached = options.attach_writable(session);
    let observer = attached.map_err(|error| target::missed(options, session, error))?;
    commands::set(&observer, path, value)?;
    options.mark(&observer);
    Ok(0)
}

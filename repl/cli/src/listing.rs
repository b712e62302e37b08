//! `memglass objects` and `memglass types`

use memglass::Observer;
use memglass_repl::program::{CommandError, describe_type, list_objects, list_types};
use memglass_syntax::words::quote;

use super::failure::Failure;
use super::options::Options;
use super::target::{self, Target};

/// Lists objects.
pub(super) fn objects(
    options: &Options,
    named: Option<&str>,
    words: Vec<String>,
    type_name: Option<&str>,
) -> Result<i32, Failure> {
    let Target { observer, words } = target::split(options, named, words, 0, label)?;
    let glob = at_most_one(&words)?;
    options.print(&list_objects(&observer, glob, type_name)?)?;
    options.mark(&observer);
    options.mark_damage(&observer);
    Ok(0)
}

/// Lists types, or shows one.
pub(super) fn types(
    options: &Options,
    named: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let Target { observer, words } = target::split(options, named, words, 0, of_type)?;
    let name = at_most_one(&words)?;
    let output = match name {
        Some(name) => describe_type(&observer, name)?,
        None => list_types(&observer),
    };
    options.print(&output)?;
    options.mark(&observer);
    options.mark_damage(&observer);
    Ok(0)
}

fn at_most_one(words: &[String]) -> Result<Option<&str>, Failure> {
    match words {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        [_, other, ..] => Err(Failure::Usage(format!("{other:?} is not expected here"))),
    }
}

fn label(observer: &Observer, word: &str) -> Result<(), CommandError> {
    match word.contains(['*', '?', '[', '{']) || observer.find(word).is_some() {
        true => Ok(()),
        false => Ok(observer.field(&quote(word)).map(drop)?),
    }
}

fn of_type(observer: &Observer, word: &str) -> Result<(), CommandError> {
    describe_type(observer, word).map(drop)
}

//! `memglass get` and `memglass set`

use std::rc::Rc;

use memglass::Observer;
use memglass_repl::program::{self, Author, CommandError, Ledger, Rules};
use memglass_terminal::streams::write_message;

use super::failure::Failure;
use super::options::Options;
use super::target::{self, Target};

/// Prints fields.
pub(super) fn get(
    options: &Options,
    named: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let Target { observer, words } = target::split(options, named, words, 1, path)?;
    let paths: Vec<&str> = words.iter().map(String::as_str).collect();
    // Ctrl-C ends the program here.
    options.print(&program::get(&observer, &paths, || true)?)?;
    options.mark(&observer);
    Ok(0)
}

/// What is a path by its form is one, so that its mistakes are told as those of a path.
fn path(observer: &Observer, word: &str) -> Result<(), CommandError> {
    match word.contains(['.', '[', '"']) || program::is_pattern(observer, word) {
        true => Ok(()),
        false => Ok(observer.field(word).map(drop)?),
    }
}

/// The words of `set`, in which `PATH=VALUE` may stand for a path and a value.
pub(super) fn assigned(
    first: String,
    more: impl Iterator<Item = String>,
) -> Result<Vec<String>, Failure> {
    let mut words: Vec<String> = [first].into_iter().chain(more).collect();
    if let Some([path, value]) = assignment(&words[0])
        && (words.len() == 1 || value.is_empty())
    {
        let parts = [path, value].into_iter().filter(|part| !part.is_empty());
        words.splice(..1, parts);
    }
    match words.len() {
        1 => Err(Failure::Usage(
            "a path and a value are needed: `memglass set AAPL_position.quantity 500`".into(),
        )),
        _ => Ok(words),
    }
}

/// The path and the value of `PATH=VALUE`. A label in quotes may have anything in it.
fn assignment(word: &str) -> Option<[String; 2]> {
    let (path, value) = word.split_once('=')?;
    let is_path = !path.trim().is_empty() && !path.contains('"');
    is_path.then(|| [path, value].map(|part| part.trim().to_owned()))
}

/// Writes a field: the first word is the session if there is one of that name, and what follows the path is
/// the value, as at the prompt.
pub(super) fn set(
    options: &Options,
    named: Option<&str>,
    mut words: Vec<String>,
    rules: Rules,
) -> Result<i32, Failure> {
    let session = match named {
        Some(name) if words.len() > 2 && words[0] == name => {
            return Err(Failure::Usage(format!(
                "the session {name:?} is named twice: leave it out before the path"
            )));
        }
        Some(name) => name.to_owned(),
        None if words.len() == 2 => {
            match (target::of_path(options, &words[0]), assignment(&words[1])) {
                // It is a session.
                (Err(_), Some(assignment)) => {
                    std::mem::replace(&mut words, assignment.into()).swap_remove(0)
                }
                (session, _) => session?,
            }
        }
        None => target::in_front_of_path(options, &mut words)?,
    };
    match words.as_slice() {
        [path, value @ ..] => write(options, &session, (path, &value.join(" ")), rules),
        [] => unreachable!("two words are required, and one of them is not a session's"),
    }
}

fn write(
    options: &Options,
    session: &str,
    (path, value): (&str, &str),
    rules: Rules,
) -> Result<i32, Failure> {
    if options.readonly {
        return Err(CommandError::ReadOnly {
            path: path.to_owned(),
            why: "the session is attached read-only",
        }
        .into());
    }
    let attached = options.attach_writable(session);
    let observer = attached.map_err(|error| target::missed(options, session, error))?;
    let ledger = Ledger::of(&observer);
    ledger.begin(Author::typed(&format!("set {path} {value}")));
    ledger.tell_to(Rc::new(|line| write_message(&format!("{line}\n"))));
    if let Some(audit) = options.audit()? {
        ledger.audit_to(audit);
    }
    let written = program::set(&observer, &ledger, path, value, rules);
    options.tell_dry_run(ledger.dry_run());
    written?;
    options.mark(&observer);
    Ok(0)
}

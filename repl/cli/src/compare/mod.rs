//! `memglass diff` of values: two recordings, a recording and a session, or a session as it changes.

mod follow;
mod lines;
mod renamed;
mod side;

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use memglass_stream::{Damage, State};
use memglass_system::files::open_regular;
use memglass_terminal::streams::write_data;

use super::arguments::Diff;
use super::failure::Failure;
use super::options::Options;
use super::{replay, target, type_files};

use lines::{Event, Lines};

/// Lists the differences between two things, or what changes in one, by what they are.
pub(super) fn run(options: &Options, named: Option<&str>, diff: &Diff) -> Result<i32, Failure> {
    if named.is_some() && diff.words.len() > 1 {
        return Err(Failure::Usage(
            "two things are compared: leave the name in front out".into(),
        ));
    }
    match diff.words.as_slice() {
        [old, new] if diff.layout || ![old, new].iter().any(|word| is_recording(options, word)) => {
            refuse_for_types(diff)?;
            match diff.layout {
                true => type_files::diff::layouts(options, old, new),
                false => type_files::diff::run(options, old, new),
            }
        }
        _ if diff.layout => Err(Failure::Usage(
            "--layout compares types: name two files, programs or sessions".into(),
        )),
        [old, new] => {
            let is_other_file = |word: &&String| {
                let is_file = Path::new(*word).exists() && type_files::is_file(options, word);
                is_file && !is_recording(options, word)
            };
            if let Some(word) = [old, new].into_iter().find(is_other_file) {
                return Err(no_recording(
                    word,
                    "`memglass types diff OLD NEW` compares types, also those of a recording",
                ));
            }
            states(options, diff, [old, new]).map_err(Failure::of_comparison)
        }
        [file] if !is_recording(options, file) && type_files::is_file(options, file) => {
            Err(no_recording(
                file,
                "of files with types name two, as `memglass diff OLD NEW`",
            ))
        }
        words => {
            let word = words.first().map(String::as_str).or(named);
            let session = target::resolve(options, word)?;
            let end = match is_recording(options, &session) {
                true => follow::recording(options, diff, &session),
                false => follow::session(options, diff, &session),
            };
            end.map_err(Failure::of_comparison)
        }
    }
}

/// A file that is there comes first: it is what was recorded, and a session of its name is somebody's replay of it.
fn is_recording(options: &Options, word: &str) -> bool {
    let path = Path::new(word);
    replay::is_recording(path) && (path.exists() || options.attach(word).is_err())
}

/// What is wrong with a file that has no values, and what else may be wanted.
fn no_recording(word: &str, otherwise: &str) -> Failure {
    let path = Path::new(word);
    let opened = open_regular(OpenOptions::new().read(true), path);
    let what = match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Failure::Usage(format!("there is no file {word}"));
        }
        Err(error) => error.to_string(),
        Ok(_) => "it is no recording".to_owned(),
    };
    Failure::Usage(format!("{word} has no values: {what}; {otherwise}"))
}

fn refuse_for_types(diff: &Diff) -> Result<(), Failure> {
    match diff.at.is_empty() && diff.only.is_empty() {
        true => Ok(()),
        false => Err(Failure::Usage(
            "--at and --only are for recordings: of two programs or sessions the types are compared"
                .into(),
        )),
    }
}

/// Compares two states; exit code 1 if they differ.
fn states(options: &Options, diff: &Diff, words: [&String; 2]) -> Result<i32, Failure> {
    if diff.time.is_some() {
        return Err(Failure::Usage(
            "--for is for one session, whose changes are told as they come".into(),
        ));
    }
    let [at_old, at_new] = match diff.at.as_slice() {
        [] => [None, None],
        [one] => [Some(one.as_str()); 2],
        [old, new] => [Some(old.as_str()), Some(new.as_str())],
        _ => return Err(Failure::Usage("--at is for each side: at most two".into())),
    };
    let damage = Damage::default();
    let old = side::of(options, words[0], at_old, &diff.only, &damage)?;
    let damage = match words[0] == words[1] {
        true => damage,
        false => Damage::default(),
    };
    let new = side::of(options, words[1], at_new, &diff.only, &damage)?;
    let lines = Lines::new(options, diff.pretty);
    let mut text = types(lines, &old, &new);
    for event in events(&old, &new) {
        lines.put(&mut text, None, &event);
    }
    let differs = !text.is_empty();
    if !diff.only.is_empty() && old.objects().chain(new.objects()).next().is_none() {
        return Err(Failure::Usage(format!(
            "no object matches {}",
            diff.only.join(", ")
        )));
    }
    text.insert_str(0, if differs { lines.head(false) } else { "" });
    write_data(&text)?;
    Ok(i32::from(differs))
}

/// What differs between the types of two states.
fn types(lines: Lines, old: &State, new: &State) -> String {
    let mut text = String::new();
    let [old, new] = [old, new].map(|state| memglass_type_tables::of_session(state.schema()));
    for change in &old.diff(&new) {
        for detail in &change.details {
            lines.put_type(&mut text, change, detail);
        }
    }
    text
}

/// What differs between the objects of two states, in the order of their labels.
fn events<'s>(old: &'s State, new: &'s State) -> Vec<Event> {
    let gone = old
        .objects()
        .filter(|(object, _)| new.get(&object.label).is_none());
    let gone = gone.map(|(object, bytes)| Event::vanished(old.schema(), object, bytes));
    let others = new.objects().filter_map(|(object, bytes)| {
        Some(match old.get(&object.label) {
            None => Event::appeared(new.schema(), object, bytes),
            Some(before) => {
                let now = (&**object, bytes);
                let before = (&**before.0, before.1);
                return Event::between((old.schema(), before), (new.schema(), now));
            }
        })
    });
    let mut events: Vec<Event> = gone.chain(others).collect();
    events.sort_by(|one, other| one.label.cmp(&other.label));
    events
}

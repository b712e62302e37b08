//! `:log`, `:undo` and `:redo`: what was written, and taking it back.

use memglass_script::ledger::{Author, Direction, Force, Passed, UndoError, Undone};
use memglass_value::format;

use super::{Command, CommandError, assignment};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Log;
pub(super) struct Undo;
pub(super) struct Redo;

/// Entries that `:log` lists.
const LISTED: usize = 20;

/// Values of one step that are told one by one.
const TOLD: usize = 20;

impl Command for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn usage(&self) -> &'static str {
        ":log [N]"
    }

    fn summary(&self) -> &'static str {
        "list the last writes of this session"
    }

    fn details(&self) -> &'static str {
        "The newest is the last. Writes of the same step were made by one line or script, and are undone together. `log()` gives all that are kept, for a script; `memglass --audit FILE` keeps them in a file."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":log", ":log 100", ":csv :log 1000"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let ledger = runtime.host.ledger();
        let rows = ledger.table(count(self, rest, LISTED)?);
        let (all, kept) = ledger.counts();
        let forgotten = all - kept as u64;
        let note = (rows.len() == kept && forgotten > 0).then(|| {
            let count = format::grouped(&forgotten.to_string());
            Output::Note(format!("{count} older writes are not kept"))
        });
        Ok(Output::all([rows.into()].into_iter().chain(note)))
    }
}

impl Command for Undo {
    fn name(&self) -> &'static str {
        "undo"
    }

    fn usage(&self) -> &'static str {
        ":undo [N] [!]"
    }

    fn summary(&self) -> &'static str {
        "write back what the last step replaced"
    }

    fn details(&self) -> &'static str {
        "A step is what one line or script wrote. Steps of triggers that go on are passed over, as they may write it again: pause or cancel the trigger to undo what it wrote. So are steps whose objects are gone. Nothing is written unless every value is still as it was written, in the same objects; with `!`, it is written back whatever is there now. `:undo 3` undoes three steps, one after the other. Undoing is a step too: `:redo` takes it back."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":undo", ":undo 3", ":undo !"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        taken_back(self, runtime, rest, Direction::Undo)
    }
}

impl Command for Redo {
    fn name(&self) -> &'static str {
        "redo"
    }

    fn usage(&self) -> &'static str {
        ":redo [N] [!]"
    }

    fn summary(&self) -> &'static str {
        "take the last :undo back"
    }

    fn details(&self) -> &'static str {
        "What was undone last is done again first. `:redo 3` and `:redo !` are as for `:undo`."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":redo", ":redo 3", ":redo !"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        taken_back(self, runtime, rest, Direction::Redo)
    }
}

fn taken_back(
    command: &dyn Command,
    runtime: &mut Runtime,
    rest: &str,
    direction: Direction,
) -> Result<Output, CommandError> {
    let (rest, force) = match rest.strip_suffix('!') {
        Some(rest) => (rest.trim_end(), Force::Yes),
        None => (rest, Force::No),
    };
    undo(runtime, count(command, rest, 1)?, direction, force)
}

/// The number after a command, which may be left out.
fn count(command: &dyn Command, rest: &str, otherwise: usize) -> Result<usize, CommandError> {
    match (rest, rest.parse()) {
        ("", _) => Ok(otherwise),
        (_, Ok(count @ 1..)) => Ok(count),
        _ => Err(CommandError::Usage {
            usage: command.usage(),
        }),
    }
}

fn undo(
    runtime: &mut Runtime,
    count: usize,
    direction: Direction,
    force: Force,
) -> Result<Output, CommandError> {
    let path = "the value";
    if let Some(why) = runtime.attached.why_readonly() {
        let path = path.to_owned();
        return Err(CommandError::ReadOnly { path, why });
    }
    runtime.attached.refresh()?;
    let presence = runtime.attached.presence();
    if !presence.is_alive() {
        return Err(CommandError::Unread {
            path: path.to_owned(),
            presence: presence.word(),
        });
    }
    let observer = runtime.attached.observer();
    let (mut told, mut passed) = (Vec::new(), Passed::default());
    for done in 0..count {
        let author = Author::typed(match direction {
            Direction::Undo => ":undo",
            Direction::Redo => ":redo",
        });
        let undone = runtime
            .host
            .ledger()
            .undo(&observer, direction, force, author, |trigger| {
                runtime.automation.goes_on(trigger)
            });
        match undone {
            Ok(undone) => {
                for entry in &undone.writes {
                    let old = &entry.change().old;
                    let script = assignment::script(&observer, entry.path(), old);
                    runtime.journal.ran(&script, false);
                }
                told.extend(lines(&undone).into_iter().map(Output::Note));
                passed = passed.or(undone.passed);
            }
            // Fewer steps than were asked for.
            Err(UndoError::Nothing(_) | UndoError::Answered(_)) if done > 0 => break,
            Err(UndoError::Gone { gone, .. }) if done > 0 => {
                told.push(Output::Note(gone.to_string()));
                break;
            }
            Err(error) => {
                drop(observer);
                runtime.writer.write(&Output::all(told))?;
                return Err(error.into());
            }
        }
    }
    told.extend(passed.told().map(Output::Note));
    Ok(Output::all(told))
}

fn lines(undone: &Undone) -> Vec<String> {
    let more = undone.writes.len().saturating_sub(TOLD);
    let told = undone.writes.iter().take(TOLD).map(|entry| {
        let [old, new] = entry.texts();
        format!("{}: {new} -> {old}", entry.path())
    });
    let more = (more > 0).then(|| format!("and {more} more"));
    let left_out = undone.left_out.iter().map(|why| format!("left out: {why}"));
    told.chain(more).chain(left_out).collect()
}

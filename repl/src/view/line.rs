//! The `:` line of the view, and what triggers do while the view is open: run as at the prompt, told in the log.

use std::borrow::Cow;

use memglass_line::{Completer, Labels};
use memglass_script::ScriptError;
use memglass_syntax::Piece;
use memglass_terminal::look::{self, Look};
use memglass_value::format;
use memglass_view::line::{Completions, Outcome, Suggestion, Then};

use super::{RuntimeHost, snapshots};
use crate::commands::{self, CommandError};
use crate::labels::LabelKeeper;

/// Columns of a log entry before its text.
const BEFORE_TEXT: u16 = 23;

/// A result is no narrower than this, however narrow the terminal.
const NARROWEST: u16 = 40;

/// What lines are completed from.
pub(super) struct Completing {
    labels: Labels,
    /// Keeps the labels; there is none if no thread could be started.
    keeper: Option<LabelKeeper>,
    completer: Completer,
}

impl Completing {
    /// What may stand at the end of a text.
    pub(super) fn complete(&self, before_cursor: &str) -> Completions {
        let found = self.completer.complete(before_cursor);
        let all = found.all.into_iter().map(|one| Suggestion {
            shown: one.shown,
            text: one.text,
        });
        Completions {
            start: found.start,
            common: found.common,
            all: all.collect(),
        }
    }
}

impl RuntimeHost<'_> {
    /// Gathers names for a line; gives the lines typed before.
    pub(super) fn line_begins(&mut self) -> Vec<String> {
        let (labels, keeper) = match self.completing.take() {
            Some(before) => (before.labels, before.keeper),
            None => {
                let labels = Labels::default();
                let observer = self.runtime.attached.observer();
                // Without a thread labels are not completed, and all else is.
                let keeper = LabelKeeper::start(labels.clone(), &observer).ok();
                (labels, keeper)
            }
        };
        self.completing = Some(Completing {
            completer: Completer::new(self.runtime.names(), labels.clone()),
            labels,
            keeper,
        });
        self.past()
    }

    /// Lines of the history, and those that the prompt has not seen yet.
    fn past(&self) -> Vec<String> {
        let kept = self.runtime.history.lines().unwrap_or_default();
        let typed = self.runtime.journal.all_typed();
        let is_new = |line: &&String| !kept.contains(line) && !line.trim().is_empty();
        let new: Vec<String> = typed.iter().filter(is_new).cloned().collect();
        kept.into_iter().chain(new).collect()
    }

    /// Keeps a line in the history: where there is a prompt, that does so once it is back.
    fn keep(&mut self, line: &str) {
        self.runtime.journal.typed(line);
        match self.runtime.has_screen {
            true => self.runtime.journal.edited(line),
            // A full disk is no reason to stop working.
            false => drop(self.runtime.history.keep(line)),
        }
    }

    /// Runs a line, and notes what it gave below it in the log.
    pub(super) fn line(&mut self, line: &str) -> Outcome {
        let line = &*self.as_meant(line);
        self.keep(line);
        let life = self.runtime.attached.life();
        let (written, _) = self.runtime.host.ledger().counts();
        self.log.borrow_mut().gather();
        let result = self.pieces(line);
        if let Err(error) = &result {
            self.runtime.writer.tell_error(error);
        }
        if self.runtime.attached.life() != life {
            self.follow();
        }
        let given = self.log.borrow_mut().gathered();
        let outcome = outcome(&given, &result);
        let replaced = self.replaced_since(written);
        self.note(line, given, replaced, outcome.has_failed);
        outcome
    }

    /// With its colon, if it is a command: the key that opens the line is one.
    fn as_meant<'l>(&self, line: &'l str) -> Cow<'l, str> {
        let typed = line.trim();
        let name = typed.split([' ', '!']).next().unwrap_or_default();
        let rest = typed[name.len()..].trim_start();
        let is_known = self.runtime.host.is_name(name);
        match commands::find(name) {
            Some(_) if !is_known && !rest.starts_with('=') => format!(":{typed}").into(),
            _ => line.into(),
        }
    }

    /// `:watch` is what `W` is: the prompt above which it would tell changes is not on the screen.
    fn watched(&mut self, text: &str) -> Result<(), CommandError> {
        let watched = self.snapshots.watch(text);
        watched.map_err(|mistake| CommandError::Text(mistake.reason))
    }

    fn pieces(&mut self, text: &str) -> Result<Then, CommandError> {
        for piece in self.runtime.pieces(text) {
            let text = commands::out_of_habit(piece.text);
            let watched = text.trim().strip_prefix(":watch ");
            // The command refuses to repeat a line.
            if let Some(watched) =
                watched.filter(|text| matches!(commands::timed(text.trim()), Ok(None)))
            {
                self.watched(watched.trim())?;
                continue;
            }
            match self.runtime.written(
                "",
                Piece {
                    text: &text,
                    ..piece
                },
            ) {
                Ok(false) => {}
                Ok(true) => return Ok(Then::Closes),
                Err(CommandError::Script(ScriptError::Exit(code))) => return Ok(Then::Ends(code)),
                Err(error) => return Err(error),
            }
        }
        Ok(Then::GoesOn)
    }

    /// What was there before the line wrote, in a few words.
    fn replaced_since(&self, written: u64) -> String {
        let ledger = self.runtime.host.ledger();
        let (now, _) = ledger.counts();
        match (now - written, ledger.newest(1).first()) {
            (1, Some(entry)) => {
                let old = format::brief_alone(&entry.change().old, &entry.style());
                format!("was {old}")
            }
            (0 | 1, _) => String::new(),
            (several, _) => format!("{several} writes"),
        }
    }

    /// Puts a line into the log. What is one line long stands beside it, more stands below it.
    fn note(&mut self, line: &str, given: Vec<String>, replaced: String, has_failed: bool) {
        let mut log = self.log.borrow_mut();
        let note = match given.as_slice() {
            [one] if !has_failed => one.clone(),
            [] => replaced,
            lines => {
                log.below(lines);
                if has_failed { replaced } else { String::new() }
            }
        };
        let line = line.replace('\n', " ↵ ");
        match has_failed {
            true => log.bad("failed", line, note),
            false => log.good("ran", line, note),
        }
    }

    /// Runs what triggers and timers have to do.
    pub(super) fn due(&mut self) -> Outcome {
        let life = self.runtime.attached.life();
        let result = self.runtime.run_due();
        if self.runtime.attached.life() != life {
            self.follow();
            self.note_attached();
        }
        let then = match result {
            Ok(_) => Then::GoesOn,
            Err(CommandError::Script(ScriptError::Exit(code))) => Then::Ends(code),
            Err(error) => {
                self.runtime.writer.tell_error(&error);
                Then::GoesOn
            }
        };
        Outcome {
            then,
            ..Outcome::default()
        }
    }

    /// Shows the session that is attached now.
    pub(super) fn follow(&mut self) {
        let next = snapshots(self.runtime, self.snapshots.opened());
        self.snapshots = next.watching_as(&mut self.snapshots);
        self.fate = None;
        let keeper = self.completing.as_ref().and_then(|it| it.keeper.as_ref());
        if let Some(keeper) = keeper {
            keeper.follow(&self.runtime.attached.observer());
        }
    }
}

/// How what goes to the log looks, which has so many columns: while it is not on the screen, those that it can have.
pub(super) fn look_of_log(columns: Option<u16>) -> Look {
    let whole = || Some(look::terminal_width()?.saturating_sub(BEFORE_TEXT));
    Look {
        color: false,
        width: columns.or_else(whole).map(|width| width.max(NARROWEST)),
    }
}

/// What is told of a line: its result if that is short, its error, or where the rest is.
fn outcome(given: &[String], result: &Result<Then, CommandError>) -> Outcome {
    let told = match (result, given) {
        (Err(error), _) => commands::with_causes(error),
        (Ok(_), []) => String::new(),
        (Ok(_), [one]) => one.clone(),
        (Ok(_), lines) => format!("{} lines in the log", lines.len()),
    };
    Outcome {
        told: told.lines().next().unwrap_or_default().to_owned(),
        has_failed: result.is_err(),
        lines: given.len(),
        then: *result.as_ref().unwrap_or(&Then::GoesOn),
    }
}

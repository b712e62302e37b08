//! Writes of the view: they go through the ledger of the session, as those of scripts do, and are logged here.

use std::iter;
use std::rc::Rc;
use std::time::{Duration, Instant};

use memglass::{Change, Field, Origin, Value, WriteError};
use memglass_script::Holders;
use memglass_script::ledger::{Author, Direction, Entry, Force, LedgerError, Rules};
use memglass_value::format::{self, Style};
use memglass_view::edit::Refused;

use super::{RuntimeHost, form};
use crate::commands;

/// How long it is taken for granted whether there is anything to undo: thousands of writes may have to be asked.
const UNDO_HOLDS: Duration = Duration::from_millis(100);

impl RuntimeHost<'_> {
    /// Refuses writes where there are none.
    pub(super) fn check_writable(&self, field: &Field) -> Result<(), String> {
        self.check_writes(field.path())?;
        check_free(field)
    }

    fn check_writes(&self, path: &str) -> Result<(), String> {
        let attached = &self.runtime.attached;
        let replay = matches!(attached.observer().origin(), Origin::Replay(_));
        if attached.is_readonly() && !replay {
            return Err(format!("{path}: no writes: --readonly"));
        }
        match attached.why_readonly().or_else(|| attached.why_unread()) {
            Some(why) => Err(format!("{path}: no writes: {why}")),
            None => Ok(()),
        }
    }

    /// Writes a value, and notes what became of that.
    pub(super) fn replace(&mut self, field: Field, value: &Value) -> Result<(), Refused> {
        let field = Rc::new(field);
        let ledger = self.runtime.host.ledger();
        ledger.begin(Author::View);
        match ledger.write(&field, value, Rules::Checked, 0) {
            Ok(change) => {
                self.wrote(&field, &change);
                Ok(())
            }
            Err(error) => {
                let refused = reason(&field, value, &error);
                let text = assignment(&field, value);
                self.log
                    .borrow_mut()
                    .bad("refused", text, refused.reason.clone());
                Err(refused)
            }
        }
    }

    /// Adds steps to a number, between which and the present value no other writer can come.
    pub(super) fn stepped(&mut self, field: Field, steps: i32) -> Result<(), Refused> {
        let Some(amount) = form::amount(&field, steps) else {
            let reason = match form::next(&field) {
                Some(_) => format!("{} has no steps: Space goes to the next one", field.path()),
                None => format!("{} has no steps: it can only be edited", field.path()),
            };
            return Err(form::plain(reason));
        };
        let field = Rc::new(field);
        let ledger = self.runtime.host.ledger();
        ledger.begin(Author::View);
        match ledger.add(&field, &amount, 0) {
            Ok(change) => {
                self.wrote(&field, &change);
                Ok(())
            }
            Err(error) => {
                let refused = Refused {
                    nearest: None,
                    ..reason(&field, &amount, &error)
                };
                let text = format!("{} {}", field.path(), signed(&amount));
                self.log
                    .borrow_mut()
                    .bad("refused", text, refused.reason.clone());
                Err(refused)
            }
        }
    }

    /// Whether there is anything to undo, as of a moment ago.
    pub(super) fn can_undo(&mut self) -> bool {
        if let Some((looked, can_undo)) = self.undo
            && looked.elapsed() < UNDO_HOLDS
        {
            return can_undo;
        }
        let goes_on = |trigger| self.runtime.automation.goes_on(trigger);
        let observer = self.runtime.attached.observer();
        let can_undo = self.runtime.host.ledger().can_undo(&observer, goes_on);
        self.undo = Some((Instant::now(), can_undo));
        can_undo
    }

    /// Undoes the last step of the session that is not undone, whoever made it but triggers that go on; what was done, as a sentence.
    pub(super) fn undone(&mut self) -> Result<String, String> {
        self.check_writes("undo")?;
        let attached = self.runtime.attached.clone();
        attached.refresh().map_err(|error| error.to_string())?;
        let observer = attached.observer();
        let ledger = self.runtime.host.ledger();
        let goes_on = |trigger| self.runtime.automation.goes_on(trigger);
        let undone = ledger.undo(&observer, Direction::Undo, Force::No, Author::View, goes_on);
        let undone = undone.map_err(|error| commands::with_causes(&error))?;
        drop(observer);
        for entry in &undone.writes {
            let [old, new] = entry.texts();
            let text = format!("{} = {new}", entry.path());
            self.log
                .borrow_mut()
                .good("undid", text, format!("now {old}"));
            self.journal(entry.path(), &entry.change().old);
        }
        let told = match undone.writes.as_slice() {
            [one] => told(one),
            several => format!("undid {} writes", several.len()),
        };
        let told: Vec<String> = iter::once(told).chain(undone.passed.told()).collect();
        Ok(told.join("; "))
    }

    fn wrote(&mut self, field: &Field, change: &Change) {
        // The ledger tells what is only tried out.
        if !self.runtime.attached.observer().is_trial() {
            let was = format!("was {}", shown(field, &change.old));
            let mut log = self.log.borrow_mut();
            log.good("wrote", assignment(field, &change.new), was);
        }
        self.journal(field.path(), &change.new);
    }

    /// `:save` writes it as a line of a script.
    fn journal(&mut self, path: &str, value: &Value) {
        let script = commands::assignment(&self.runtime.attached.observer(), path, value);
        self.runtime.journal.ran(&script, false);
    }
}

/// Refuses to write what another holds the right to write and does not let go: whoever wrote would wait for it, and the
/// screen with him.
fn check_free(field: &Field) -> Result<(), String> {
    match Holders::default().refusal(field) {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

fn told(entry: &Entry) -> String {
    let [old, new] = entry.texts();
    format!("undid {} = {new}: now {old}", entry.path())
}

fn reason(field: &Field, value: &Value, error: &LedgerError) -> Refused {
    match error {
        LedgerError::Write(error @ WriteError::Refused { .. }) => {
            form::refused(field, value, error)
        }
        error => form::plain(commands::with_causes(error)),
    }
}

fn assignment(field: &Field, value: &Value) -> String {
    format!("{} = {}", field.path(), shown(field, value))
}

fn shown(field: &Field, value: &Value) -> String {
    let info = field.info();
    let style = Style::new(info.metadata).of_type(field.schema(), info.type_id);
    match value {
        // As it is written in a script.
        Value::Text(_) => format::text(value, &style),
        _ => format::brief_alone(value, &style.exact(value)),
    }
}

/// `+ 1`, `- 0.5`.
fn signed(amount: &Value) -> String {
    let text = format::raw(amount);
    match text.strip_prefix('-') {
        Some(digits) => format!("- {digits}"),
        None => format!("+ {text}"),
    }
}

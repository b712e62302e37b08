//! A host's own `:commands`.

use std::cell::Ref;
use std::error::Error;
use std::rc::Rc;

use memglass::{Change, Field, Observer, Value, WriteError};

use super::answer::{Answer, EvalError};
use crate::output::Output;
use crate::runtime::Runtime;
use memglass_script::ledger::{Author, LedgerError, Rules};

/// A host's own word after a colon: `:halt` beside `:objects` and the others.
///
/// It appears in `:help`. A name that memglass has already is the host's from then on.
///
/// ```
/// use memglass_repl::{Access, Answer, Command};
///
/// struct Flatten;
///
/// impl Command for Flatten {
///     fn name(&self) -> &str {
///         "flatten"
///     }
///
///     fn usage(&self) -> &str {
///         ":flatten LABEL"
///     }
///
///     fn summary(&self) -> &str {
///         "set a position's quantity to 0"
///     }
///
///     fn run(&self, access: &mut Access<'_>, rest: &str) -> Result<Answer, Box<dyn std::error::Error>> {
///         let field = access.observer().field(&format!("{rest}.quantity"))?;
///         let change = access.write(field, &0_i64.into())?;
///         Ok(Answer::note(format!("{rest}: {} -> 0", change.old)))
///     }
/// }
/// ```
pub trait Command {
    /// The word, without the colon.
    fn name(&self) -> &str;

    /// The whole line: `:halt [SECONDS]`.
    fn usage(&self) -> &str;

    /// What it does: one line, imperative.
    fn summary(&self) -> &str;

    /// Does it. `rest` is what follows the word, without blanks around it.
    ///
    /// # Errors
    ///
    /// What went wrong, in words for the operator; the session goes on.
    fn run(&self, access: &mut Access<'_>, rest: &str) -> Result<Answer, Box<dyn Error>>;
}

/// What a [`Command`] can reach: the attached session, and other lines.
pub struct Access<'r> {
    runtime: &'r mut Runtime,
}

impl<'r> Access<'r> {
    pub(crate) fn new(runtime: &'r mut Runtime) -> Self {
        Access { runtime }
    }

    /// The observer, as of now. Do not keep it across [`Access::eval`].
    pub fn observer(&self) -> Ref<'_, Observer> {
        // What cannot be refreshed is readable as of before; reading tells what is wrong.
        let _ = self.runtime.attached.refresh();
        self.runtime.attached.observer()
    }

    /// Writes a value, as [`Field::write`] does, and records it like the writes of scripts: it is in `:log`, can
    /// be undone, and is tried out in a dry run. What a command writes by other means is not.
    ///
    /// # Errors
    ///
    /// [`LedgerError`]: it was refused, or its record was.
    pub fn write(&mut self, field: Field, value: &Value) -> Result<Change, LedgerError> {
        if self.is_readonly() {
            let path = field.path().to_owned();
            return Err(WriteError::ReadOnlySession { path }.into());
        }
        let ledger = self.runtime.host.ledger();
        ledger.begin(Author::Host);
        ledger.write(&Rc::new(field), value, Rules::Checked, 0)
    }

    /// Whether writes are refused: a command that writes by its own means should ask.
    pub fn is_readonly(&self) -> bool {
        self.runtime.attached.is_readonly()
    }

    /// Evaluates a line, as if it had been typed.
    ///
    /// # Errors
    ///
    /// As [`Repl::eval`](crate::Repl::eval).
    pub fn eval(&mut self, line: &str) -> Result<Answer, EvalError> {
        let rendering = self.runtime.writer.rendering;
        let output: Output = self.runtime.line(line)?;
        Ok(Answer::new(output, rendering))
    }
}

//! What becomes of a line: a `:command`, a question (`name?`), or a script.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use memglass::Presence;
use memglass_script::ScriptError;
use memglass_syntax::Piece;
use memglass_value::shown::Shown;

use crate::commands::{self, CommandError};
use crate::deadline::Deadline;
use crate::embed::Access;
use crate::output::Output;
use crate::runtime::{Origin, Runtime};
use crate::script_text::ScriptText;
use crate::stack;

impl Runtime {
    /// Does what was typed, which may be several lines.
    ///
    /// # Errors
    ///
    /// What the command or the script ended with; the session goes on.
    pub(crate) fn line(&mut self, line: &str) -> Result<Output, CommandError> {
        self.journal.typed(line);
        self.limited(|runtime| runtime.text("", line))
    }

    /// Does what a text of any number of lines says, which is in this file or was typed.
    ///
    /// # Errors
    ///
    /// What the first piece that fails ended with. What those before it gave has been written.
    pub(crate) fn text(&mut self, file: &str, text: &str) -> Result<Output, CommandError> {
        let text = self.without_prompts(text);
        let mut outputs = Vec::new();
        for piece in self.pieces(&text) {
            match self.piece(file, piece) {
                Ok(output) => outputs.push(output),
                Err(error) => {
                    self.writer.write(&Output::All(outputs))?;
                    return Err(error);
                }
            }
            if outputs.last().is_some_and(Output::quits) {
                break;
            }
        }
        Ok(Output::all(outputs))
    }

    /// A text without the prompts that it was copied with.
    pub(crate) fn without_prompts<'t>(&self, text: &'t str) -> Cow<'t, str> {
        memglass_syntax::without_prompts(text, &self.prompt(Presence::Alive))
    }

    /// The pieces of a text that are evaluated one after the other.
    pub(crate) fn pieces<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        let is_program = |text: &str| self.host.is_program(text);
        stack::deep(|| memglass_syntax::split(text, is_program, &self.interrupt))
    }

    /// Does what one piece of a text says; errors name the file and count its lines.
    pub(crate) fn piece(&mut self, file: &str, piece: Piece<'_>) -> Result<Output, CommandError> {
        if memglass_syntax::ends_in_comment(piece.text) {
            let name = if file.is_empty() { "the script" } else { file };
            return Err(CommandError::Text(format!("{name} ends inside a comment")));
        }
        let origin = Origin {
            file: file.to_owned(),
            lines_before: piece.lines_before,
        };
        let outer = std::mem::replace(&mut self.origin, origin);
        let (start, was_timed) = (Instant::now(), self.timing);
        let result = self.perform(piece.text);
        self.origin = outer;
        let output = match result {
            Err(error) if file.is_empty() => return Err(error),
            result => result.map_err(|error| error.at(file, piece.lines_before + 1))?,
        };
        // The line that turns timing on or off is not timed itself.
        Ok(match was_timed && self.timing {
            true => Output::all([output, elapsed(start)]),
            false => output,
        })
    }

    /// Does what one piece of a text says and writes what it gives, within the time that there is. True if it
    /// asked the prompt to end.
    ///
    /// # Errors
    ///
    /// What the piece ended with, or that its result is not taken or was stopped.
    pub(crate) fn written(&mut self, file: &str, piece: Piece<'_>) -> Result<bool, CommandError> {
        self.limited(|runtime| {
            let output = runtime.piece(file, piece)?;
            runtime.writer.write(&output)?;
            Ok(output.quits())
        })
    }

    /// Runs the script in a file; in it, `args` are these. What it does is not part of the journal.
    ///
    /// # Errors
    ///
    /// As [`Runtime::text`].
    pub(crate) fn script(
        &mut self,
        name: &str,
        text: &ScriptText,
        args: impl IntoIterator<Item = String>,
    ) -> Result<Output, CommandError> {
        self.host.set_arguments(args);
        let journal = std::mem::take(&mut self.journal);
        let result = self.text(name, text.as_str());
        self.journal = journal;
        result
    }

    /// Does `work` with room for the deepest script, and within the time that there is.
    ///
    /// # Errors
    ///
    /// As `work`; also that the time has passed, or that nobody takes what a script printed.
    pub(crate) fn limited<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        let deadline = match self.time_limit {
            Some(limit) => Some(self.deadline(limit)?),
            None => None,
        };
        let result = stack::deep(|| work(self));
        let passed = deadline.is_some_and(Deadline::end);
        if passed {
            // It may have been raised just after the script had ended by itself.
            self.interrupt.store(false, Ordering::Relaxed);
        }
        if let Some(error) = self.writer.outlet.failure() {
            return Err(CommandError::Output(error));
        }
        match (result, self.time_limit) {
            (Err(CommandError::Script(ScriptError::Interrupted)), Some(limit)) if passed => {
                Err(CommandError::TimedOut(limit))
            }
            (result, _) => result,
        }
    }

    fn deadline(&self, limit: Duration) -> Result<Deadline, CommandError> {
        let interrupt = Arc::clone(&self.interrupt);
        Deadline::start(limit, interrupt, Duration::ZERO, || {}).map_err(CommandError::Thread)
    }

    /// Does what one line says, which may be a part of another: nobody typed it by itself.
    ///
    /// # Errors
    ///
    /// What the command or the script ended with.
    pub(crate) fn perform(&mut self, line: &str) -> Result<Output, CommandError> {
        let command = line.trim_start().strip_prefix(':');
        match (memglass_syntax::question(line), command) {
            (Some(name), _) => commands::run(self, &format!("help {name}")),
            (None, Some(command)) => self.command(command),
            (None, None) => {
                let shown = self.eval(line).map_err(|error| of_command(error, line))?;
                self.journal.ran(line, shown != Shown::Nothing);
                let notes = self.host.take_notes().into_iter().map(Output::Note);
                Ok(Output::all([shown.into()].into_iter().chain(notes)))
            }
        }
    }

    /// `error`, or that somebody asked it to stop, which is obeyed by this.
    pub(crate) fn stopped_or(&self, error: CommandError) -> CommandError {
        match self.interrupt.swap(false, Ordering::Relaxed) {
            true => ScriptError::Interrupted.into(),
            false => error,
        }
    }

    fn eval(&mut self, script: &str) -> Result<Shown, ScriptError> {
        let Origin { file, lines_before } = &self.origin;
        self.automation.begin_line();
        let result = self.host.eval_part(file, *lines_before, script);
        match &result {
            Ok(_) => {}
            Err(ScriptError::Failed(_)) => self.automation.forget_line(),
            Err(_) => self.automation.forget_unsaid(),
        }
        let ended = self.automation.end_line(&mut self.host);
        let shown = result?;
        ended.map(|()| shown)
    }

    /// Runs what triggers and timers have to do now; how long until there is something to do again, as far as that is
    /// known.
    ///
    /// # Errors
    ///
    /// An action ended everything.
    pub(crate) fn run_due(&mut self) -> Result<Option<Duration>, CommandError> {
        self.limited(|runtime| Ok(runtime.automation.run_due(&mut runtime.host)?))?;
        Ok(self.automation.rest())
    }

    /// Runs what triggers and timers do, until nothing can happen any more; the exit code of that.
    ///
    /// # Errors
    ///
    /// It was interrupted, or an action ended it.
    pub(crate) fn run_to_the_end(&mut self) -> Result<i32, CommandError> {
        if self.automation.has_run_out() {
            self.interrupt.store(false, Ordering::Relaxed);
        }
        loop {
            match self.run_due() {
                // An action waited for what comes after the end of the recording.
                Err(_) if self.automation.has_run_out() => break,
                due => due?,
            };
            // A replay that stands still goes on by nobody's doing.
            let is_over = self.automation.is_over() || self.automation.is_still();
            let is_over = is_over && !self.automation.recordings().is_awaited();
            if is_over || self.automation.has_run_out() {
                break;
            }
            self.automation.wait();
            if self.automation.has_run_out() {
                break;
            }
            if self.interrupt.swap(false, Ordering::Relaxed) {
                return Err(ScriptError::Interrupted.into());
            }
        }
        if let Some(losses) = self.automation.losses() {
            self.writer.tell(&format!("memglass: {losses}\n"));
        }
        self.automation.check_expectations();
        self.automation.end_recordings();
        let outcome = self.automation.outcome();
        let has_failed = outcome.has_failed || self.automation.recordings().has_failed();
        Ok(i32::from(outcome.is_broken || has_failed))
    }

    /// The command of a line without its colon. Those of the embedding program come first.
    fn command(&mut self, line: &str) -> Result<Output, CommandError> {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match self.own.iter().find(|own| own.name() == name) {
            Some(own) => {
                let own = Rc::clone(own);
                let answer = own.run(&mut Access::new(self), rest.trim());
                answer
                    .map(|answer| answer.output)
                    .map_err(|error| CommandError::Own(commands::with_causes(&*error)))
            }
            None => commands::run(self, line),
        }
    }
}

/// The error of a script that is a command without its colon: `help` for `:help`, `run a.rhai` for `:run a.rhai`.
fn of_command(mut error: ScriptError, line: &str) -> ScriptError {
    let line = line.trim();
    let (word, words) = line.split_once(' ').unwrap_or((line, ""));
    if let ScriptError::Failed(failure) = &mut error
        && let Some(command) = commands::find(word)
    {
        let help = format!("`:{}` is a command", command.name());
        if words.is_empty() && failure.message.starts_with("no variable") {
            failure.help.get_or_insert(help);
        } else if failure.message.starts_with("the statement before") && !line.contains('\n') {
            let is_general = |known: &mut String| known.contains("between two statements");
            if failure.help.as_mut().is_none_or(is_general) {
                failure.help = Some(format!("{help}: `:{line}`"));
            }
        }
    }
    error
}

/// The time since `start`, as a message.
pub(crate) fn elapsed(start: Instant) -> Output {
    Output::Note(format!("time: {:.1?}", start.elapsed()))
}

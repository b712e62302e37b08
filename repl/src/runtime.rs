//! One session under one prompt: what is attached, the script engine, and how results are written.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use memglass::Presence;

use crate::commands::{self, CommandError};
use crate::deadline::Deadline;
use crate::embed::{Access, Command, Outlet};
use crate::foreground;
use crate::journal::Journal;
use crate::look::{ColorChoice, Look};
use crate::output::{Output, Style, Text};
use crate::presence;
use crate::script::Attached;
use crate::script::{ScriptError, ScriptHost, Shown};
use crate::script_text::ScriptText;
use crate::stack;
use crate::syntax::{self, CommandName, Names, Piece, Takes};
use crate::wrap;

/// What lines and commands work on. It stays on the thread that made it.
pub(crate) struct Runtime {
    pub(crate) attached: Attached,
    pub(crate) host: ScriptHost,
    pub(crate) style: Style,
    /// When to use colour.
    pub(crate) color: ColorChoice,
    pub(crate) timing: bool,
    /// Whether what is longer than the screen goes through a pager.
    pub(crate) paging: bool,
    pub(crate) journal: Journal,
    /// Commands of the program that embeds this.
    pub(crate) own: Vec<Rc<dyn Command>>,
    pub(crate) outlet: Outlet,
    /// Raised to stop the script that runs.
    pub(crate) interrupt: Arc<AtomicBool>,
    pub(crate) prompt: Option<Prompt>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) origin: Origin,
}

/// Where the text that is evaluated comes from; a typed line comes from no file.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    file: String,
    lines_before: usize,
}

/// Makes the text in front of a line.
pub(crate) type Prompt = Box<dyn Fn(&PromptState<'_>) -> String>;

/// What a prompt may say.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PromptState<'s> {
    /// The session's name.
    pub session: &'s str,
    /// What has become of its producer.
    pub producer: Presence,
    /// Whether writes are refused.
    pub readonly: bool,
}

impl Runtime {
    /// What is attached.
    pub(crate) fn attached(&self) -> &Attached {
        &self.attached
    }

    /// How results are written now.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// Does what somebody typed, of one line or several: `:commands`, questions (`name?`), and else scripts.
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
    /// What the first piece that fails ended with; what those before it gave has been written.
    pub(crate) fn text(&mut self, file: &str, text: &str) -> Result<Output, CommandError> {
        let text = self.without_prompts(text);
        let mut outputs = Vec::new();
        for piece in self.pieces(&text) {
            match self.piece(file, piece) {
                Ok(output) => outputs.push(output),
                Err(error) => {
                    self.write(&Output::All(outputs))
                        .map_err(CommandError::Output)?;
                    return Err(error);
                }
            }
            if outputs.last().is_some_and(Output::quits) {
                break;
            }
        }
        Ok(match outputs.len() {
            0 | 1 => outputs.pop().unwrap_or(Output::Nothing),
            _ => Output::All(outputs),
        })
    }

    /// A text without the prompts that it was copied with.
    pub(crate) fn without_prompts<'t>(&self, text: &'t str) -> Cow<'t, str> {
        syntax::without_prompts(text, &self.prompt(Presence::Alive))
    }

    /// The pieces of a text that are evaluated one after the other.
    pub(crate) fn pieces<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        stack::deep(|| syntax::split(text, |text| self.host.is_program(text)))
    }

    /// Does what one piece of a text says; errors name the file and count its lines.
    pub(crate) fn piece(&mut self, file: &str, piece: Piece<'_>) -> Result<Output, CommandError> {
        if syntax::ends_in_comment(piece.text) {
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
            true => Output::All(vec![output, elapsed(start)]),
            false => output,
        })
    }

    /// Runs the script in a file; in it, `args` are these. What it does is not part of the journal.
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
        if let Some(error) = self.outlet.failure() {
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
    pub(crate) fn perform(&mut self, line: &str) -> Result<Output, CommandError> {
        let command = line.trim_start().strip_prefix(':');
        match (syntax::question(line), command) {
            (Some(name), _) => commands::run(self, &format!("help {name}")),
            (None, Some(command)) => self.command(command),
            (None, None) => {
                let shown = self.eval(line).map_err(|error| of_command(error, line))?;
                self.journal.ran(line, shown != Shown::Nothing);
                let notes = self.host.take_notes();
                Ok(match notes.is_empty() {
                    true => Output::Result(shown),
                    false => {
                        let notes = notes.into_iter().map(Output::Note);
                        Output::All([Output::Result(shown)].into_iter().chain(notes).collect())
                    }
                })
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
        self.host.eval_part(file, *lines_before, script)
    }

    /// The command of a line of which the colon is gone: the embedding program's come first.
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

    /// Writes a result where this session's output goes; what is longer than the screen, through a pager.
    ///
    /// # Errors
    ///
    /// If nobody takes it any more.
    pub(crate) fn write(&self, output: &Output) -> std::io::Result<()> {
        let mut text = output.render(self.style);
        if self.paging && self.outlet.is_standard() && foreground::page(&text.data, self.style.look)
        {
            text.data.clear();
        } else if is_block(&text.data) && self.style.look.width.is_some() {
            // What follows is not to look like a part of it.
            let last = match text.message.is_empty() {
                true => &mut text.data,
                false => &mut text.message,
            };
            last.push('\n');
        }
        text.message = self.fitted(&text.message);
        self.outlet.write(&text)
    }

    /// Writes a message for people.
    pub(crate) fn tell(&self, message: &str) {
        // A message never fails: only data does.
        let _ = self.outlet.write(&Text {
            message: self.fitted(message),
            ..Text::default()
        });
    }

    /// Writes why a line failed.
    pub(crate) fn tell_error(&self, error: &CommandError) {
        self.tell(&format!("{}\n", error.render(self.message_look())));
    }

    /// How messages look: standard error may lead elsewhere than standard output.
    pub(crate) fn message_look(&self) -> Look {
        let look = self.style.look;
        let color = match self.outlet.is_standard() {
            true => Look::of_stderr(self.color).color,
            false => look.color,
        };
        Look { color, ..look }
    }

    /// A message, broken between words where the terminal ends.
    fn fitted(&self, message: &str) -> String {
        wrap::wrapped(message, self.style.look.width).into_owned()
    }

    /// All names that a line may contain, as of now.
    pub(crate) fn names(&mut self) -> Names {
        let own = self.own.iter().map(|command| CommandName {
            name: command.name().to_owned(),
            aliases: &[],
            usage: command.usage().to_owned(),
            takes: Takes::Nothing,
        });
        Names {
            commands: Arc::new(own.chain(commands::names()).collect()),
            ..self.host.names()
        }
    }

    /// The text in front of the next line.
    pub(crate) fn prompt(&self, producer: Presence) -> String {
        let observer = self.attached.observer();
        let state = PromptState {
            session: &observer.session().name,
            producer,
            readonly: self.attached.is_readonly(),
        };
        match &self.prompt {
            Some(prompt) => prompt(&state),
            None => presence::prompt(state.session, &state.producer, state.readonly),
        }
    }
}

/// The error of a script that is but the name of a command: `help` for `:help`.
fn of_command(mut error: ScriptError, line: &str) -> ScriptError {
    if let ScriptError::Failed(failure) = &mut error
        && failure.message.starts_with("no variable")
        && let Some(command) = commands::find(line.trim())
    {
        let help = format!("`:{}` is a command", command.name());
        failure.help.get_or_insert(help);
    }
    error
}

/// Whether a result is more than a line or two.
fn is_block(data: &str) -> bool {
    data.lines().nth(2).is_some()
}

/// The time since `start`, as a message.
pub(crate) fn elapsed(start: Instant) -> Output {
    Output::Note(format!("time: {:.1?}", start.elapsed()))
}

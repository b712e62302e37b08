//! The thread that owns the terminal's input.
//!
//! The engine's thread asks for a line and goes on with other things; the line comes as an
//! [`Event`]. Between two asks the terminal is the engine's to write on, and while a line is being
//! edited only [`Printer`] writes, above the prompt.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use rustyline::completion::{Completer, Pair};
use rustyline::config::{Builder, ColorMode, CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Cmd, ConditionalEventHandler, Context, EventContext, EventHandler, ExternalPrinter, Helper,
    KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::history::{self, PrefixHistory};
use super::lexicon::Lexicon;
use super::{complete, highlight, hint};
use crate::commands::question;
use crate::embed::History;
use crate::event::Event;
use crate::look::{self, Look};
use crate::script::{Names, is_incomplete};

/// How long a hint waits for the engine to read a value: less than a key press takes to be noticed.
const PEEK: Duration = Duration::from_millis(15);

/// Why there is no prompt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditorError {
    /// The terminal refused.
    #[error("the terminal cannot be used for a prompt")]
    Terminal(#[source] ReadlineError),
    /// No thread could be started.
    #[error("the prompt's thread cannot be started")]
    Thread(#[source] std::io::Error),
}

/// The prompt, as the engine's thread sees it.
pub struct Editor {
    prompts: Sender<String>,
    events: Receiver<Event>,
    names: SharedNames,
}

/// Writes above the prompt while a line is being edited, and directly at other times.
pub struct Printer(Box<dyn ExternalPrinter>);

type SharedNames = Arc<Mutex<Lexicon>>;
type Line = rustyline::Editor<Assistant, PrefixHistory>;

impl Editor {
    /// Takes the terminal. No prompt is shown before [`Editor::ask`].
    ///
    /// A history file that cannot be used is no reason to have no prompt: the second result says why.
    ///
    /// # Errors
    ///
    /// If the terminal or a thread is not to be had.
    pub fn start(
        look: Look,
        kept: &History,
    ) -> Result<(Self, Printer, Option<String>), EditorError> {
        let (events_in, events) = unbounded();
        let (prompts, asked) = bounded(1);
        let names = SharedNames::default();
        let assistant = Assistant {
            names: Arc::clone(&names),
            events: events_in.clone(),
        };
        let (mut line, history, note) =
            open(assistant, look, kept).map_err(EditorError::Terminal)?;
        let printer = line
            .create_external_printer()
            .map_err(EditorError::Terminal)?;
        let work = move || edit(&mut line, history.as_deref(), &asked, &events_in);
        thread::Builder::new()
            .name("prompt".into())
            .spawn(work)
            .map_err(EditorError::Thread)?;
        Ok((
            Editor {
                prompts,
                events,
                names,
            },
            Printer(Box::new(printer)),
            note,
        ))
    }

    /// Shows a prompt; the line that is typed there comes as an event.
    pub fn ask(&self, prompt: String) {
        // An editor that has ended has said so with its last event.
        let _ = self.prompts.send(prompt);
    }

    /// What the user does.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// From now on these names are completed.
    pub fn publish(&self, names: Names) {
        let before = self
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let lexicon = Lexicon::of(names, &before);
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = lexicon;
    }
}

impl Printer {
    /// Writes `text`, which ends with a newline.
    pub fn print(&mut self, text: &str) {
        // Without a terminal there is nobody to tell; the editor's next event ends the session.
        let _ = self.0.print(text.to_owned());
    }
}

fn open(
    assistant: Assistant,
    look: Look,
    kept: &History,
) -> Result<(Line, Option<PathBuf>, Option<String>), ReadlineError> {
    let config = config(look)?;
    let mut line = Line::with_history(config.clone(), PrefixHistory::new(&config))?;
    line.set_helper(Some(assistant));
    for (key, step) in [
        (KeyCode::Up, Cmd::HistorySearchBackward),
        (KeyCode::Down, Cmd::HistorySearchForward),
    ] {
        let handler = EventHandler::Conditional(Box::new(Arrow(step)));
        line.bind_sequence(KeyEvent(key, Modifiers::NONE), handler);
    }
    let Some(path) = history::path(kept) else {
        return Ok((line, None, None));
    };
    let prepared = history::prepare(&path)
        .map_err(ReadlineError::from)
        .and_then(|()| line.load_history(&path));
    let note = prepared
        .err()
        .map(|error| format!("history is not kept in {}: {error}", path.display()));
    Ok((line, note.is_none().then_some(path), note))
}

fn config(look: Look) -> Result<Config, ReadlineError> {
    let builder: Builder = Config::builder();
    let color = if look.color {
        ColorMode::Forced
    } else {
        ColorMode::Disabled
    };
    let builder = builder
        .max_history_size(history::LONGEST)?
        .history_ignore_dups(true)?
        .history_ignore_space(true);
    Ok(builder
        .completion_type(CompletionType::List)
        .color_mode(color)
        .bracketed_paste(true)
        .build())
}

/// Reads a line for each prompt that is asked for, until the user or the engine has enough.
fn edit(
    line: &mut Line,
    history: Option<&std::path::Path>,
    asked: &Receiver<String>,
    events: &Sender<Event>,
) {
    for prompt in asked {
        let event = match line.readline(&prompt) {
            Ok(text) => {
                keep(line, history, &text);
                Event::Line(text)
            }
            Err(ReadlineError::Interrupted) => Event::Cleared,
            Err(ReadlineError::Eof) => Event::End,
            Err(error) => Event::Broken(error.to_string()),
        };
        let ends = matches!(event, Event::End | Event::Broken(_));
        if events.send(event).is_err() || ends {
            return;
        }
    }
}

/// Written at once, so that a prompt that is killed has lost nothing.
fn keep(line: &mut Line, history: Option<&std::path::Path>, text: &str) {
    let added = !text.trim().is_empty() && line.add_history_entry(text).unwrap_or(false);
    if let (true, Some(path)) = (added, history) {
        // The file was good a moment ago; a full disk is no reason to stop working.
        let _ = line.append_history(path);
    }
}

/// The arrow keys search the history by what is typed, except inside a text of several lines.
struct Arrow(Cmd);

impl ConditionalEventHandler for Arrow {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        (!context.line().contains('\n')).then(|| self.0.clone())
    }
}

struct Assistant {
    names: SharedNames,
    events: Sender<Event>,
}

impl Assistant {
    fn names(&self) -> Lexicon {
        self.names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn peek(&self, path: &str) -> Option<String> {
        let (reply, answer) = bounded(1);
        self.events
            .send(Event::Peek {
                path: path.to_owned(),
                reply,
            })
            .ok()?;
        answer.recv_timeout(PEEK).ok()
    }
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let completion = complete::complete(&line[..pos], &self.names());
        let pair = |candidate: complete::Candidate| Pair {
            display: candidate.shown,
            replacement: candidate.text,
        };
        Ok((
            completion.start,
            completion.candidates.into_iter().map(pair).collect(),
        ))
    }
}

/// Shown and never inserted: it is no part of a line.
struct Remark(String);

impl Hint for Remark {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Assistant {
    type Hint = Remark;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Remark> {
        if pos < line.len() || line.contains('\n') {
            return None;
        }
        hint::hint(line, &self.names(), &|path| self.peek(path)).map(Remark)
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        highlight::highlight(line, pos, &self.names()).into()
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        look::faint().paint(hint).to_string().into()
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        let style = if prompt.contains(" [") {
            look::caution()
        } else {
            look::strong()
        };
        style.paint(prompt).to_string().into()
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let is_command = text.trim_start().starts_with(':') || question(text).is_some();
        let wants_more = !is_command && is_incomplete(text);
        Ok(if wants_more {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

//! The thread that owns the terminal's input.
//!
//! The engine's thread asks for a line and goes on with other things; the line comes as an
//! [`Event`]. Between two asks the terminal is the engine's to write on, and while a line is being
//! edited only [`Printer`] writes, above the prompt.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use memglass_syntax::{Names, is_incomplete, question};
use memglass_terminal::look::{self, Look};
use memglass_terminal::modes;
use memglass_value::wrap;
use rustyline::completion::{Completer, Pair};
use rustyline::config::{BellStyle, ColorMode, CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    CharSearch, Cmd, ConditionalEventHandler, Context, EventContext, EventHandler, ExternalPrinter,
    Helper, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount,
};

use super::continuation::Indent;
use super::edited::Edited;
use super::history::{self, PrefixHistory};
use super::lexicon::Lexicon;
use super::suspend::CtrlZ;
use super::{complete, continuation, highlight, hint};
use crate::event::Event;
use crate::kept::History;
use crate::labels::Labels;

/// How long a hint waits for the engine to read a value: less than a key press takes to be noticed.
const PEEK: Duration = Duration::from_millis(15);

/// The screen of a terminal that does not say how large it is, as the editor takes it.
const COLUMNS: usize = 80;
const ROWS: usize = 24;

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
    asks: Sender<Ask>,
    events: Receiver<Event>,
    names: SharedNames,
    labels: Labels,
}

/// A prompt to show, and a line that goes into the history before.
struct Ask {
    prompt: String,
    edited: Option<String>,
}

/// Writes above the prompt while a line is being edited, and directly at other times.
pub struct Printer(Box<dyn ExternalPrinter>);

type SharedNames = Arc<Mutex<Arc<Lexicon>>>;
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
        let (asks, asked) = bounded::<Ask>(1);
        let names = SharedNames::default();
        let assistant = Assistant {
            names: Arc::clone(&names),
            events: events_in.clone(),
            indent: Indent::default(),
            dropped: Dropped::default(),
            look,
        };
        let (indent, dropped) = (assistant.indent.clone(), assistant.dropped.clone());
        let (mut line, history, note) = open(assistant, kept).map_err(EditorError::Terminal)?;
        let printer = line
            .create_external_printer()
            .map_err(EditorError::Terminal)?;
        let work = move || {
            for Ask { prompt, edited } in asked {
                if let Some(text) = edited {
                    keep(&mut line, history.as_deref(), &text);
                }
                indent.set(indentation(&prompt));
                line.history_mut().begin();
                let event = read(&mut line, &prompt, &dropped, history.as_deref());
                let ends = matches!(event, Event::End | Event::Broken(_));
                if events_in.send(event).is_err() || ends {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("prompt".into())
            .spawn(work)
            .map_err(EditorError::Thread)?;
        Ok((
            Editor {
                asks,
                events,
                names,
                labels: Labels::default(),
            },
            Printer(Box::new(printer)),
            note,
        ))
    }

    /// Shows a prompt; the line that is typed there comes as an event. What was `edited` elsewhere since the
    /// last prompt is in the history as if it had been typed.
    pub fn ask(&self, prompt: String, edited: Option<String>) {
        // An editor that has ended has said so with its last event.
        let _ = self.asks.send(Ask { prompt, edited });
    }

    /// What the user does.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// The labels that are completed, to be kept up to date by whoever knows the session.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// From now on these names are completed.
    pub fn publish(&self, names: Names) {
        let lexicon = Arc::new(Lexicon::new(names, self.labels.clone()));
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
    kept: &History,
) -> Result<(Line, Option<PathBuf>, Option<String>), ReadlineError> {
    let (indent, dropped) = (assistant.indent.clone(), assistant.dropped.clone());
    let edited = Edited::default();
    let history = PrefixHistory::new(indent.clone(), edited.clone());
    let mut line = Line::with_history(config(), history)?;
    line.set_helper(Some(assistant));
    for (key, step) in [
        (KeyEvent(KeyCode::Up, Modifiers::NONE), Step::Back),
        (KeyEvent::ctrl('P'), Step::Back),
        (KeyEvent(KeyCode::Down, Modifiers::NONE), Step::Forth),
        (KeyEvent::ctrl('N'), Step::Forth),
    ] {
        let edited = edited.clone();
        let arrow = Arrow { step, edited };
        line.bind_sequence(key, EventHandler::Conditional(Box::new(arrow)));
    }
    let ctrl_c = EventHandler::Conditional(Box::new(CtrlC(dropped.clone())));
    line.bind_sequence(KeyEvent::ctrl('C'), ctrl_c);
    if let Ok(ctrl_z) = CtrlZ::new() {
        let ctrl_z = EventHandler::Conditional(Box::new(ctrl_z));
        line.bind_sequence(KeyEvent::ctrl('Z'), ctrl_z);
    }
    bind(&mut line, KeyCode::Enter, Enter { indent, dropped });
    bind(&mut line, KeyCode::Backspace, Backspace);
    let Some(path) = history::path(kept) else {
        return Ok((line, None, None));
    };
    let loaded = line.load_history(&path);
    let note = loaded
        .err()
        .map(|error| format!("history is not kept in {}: {error}", path.display()));
    Ok((line, note.is_none().then_some(path), note))
}

fn bind(line: &mut Line, key: KeyCode, handler: impl ConditionalEventHandler + 'static) {
    let handler = EventHandler::Conditional(Box::new(handler));
    line.bind_sequence(KeyEvent(key, Modifiers::NONE), handler);
}

/// The highlighter also draws what is no colour, so that it is asked on every terminal.
fn config() -> Config {
    Config::builder()
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .completion_prompt_limit(usize::MAX)
        .color_mode(ColorMode::Forced)
        .bell_style(BellStyle::None)
        .bracketed_paste(true)
        .build()
}

/// What the user does at one prompt.
fn read(
    line: &mut Line,
    prompt: &str,
    dropped: &Dropped,
    history: Option<&std::path::Path>,
) -> Event {
    let Some(text) = modes::edited(|| line.readline(prompt)) else {
        return Event::End;
    };
    match text {
        Ok(_) if dropped.take() => Event::Cleared,
        Ok(text) => {
            let text = continuation::plain(&text).into_owned();
            keep(line, history, &text);
            Event::Line(text)
        }
        Err(ReadlineError::Interrupted) => Event::Cleared,
        Err(ReadlineError::Eof) => Event::End,
        Err(error) => Event::Broken(error.to_string()),
    }
}

/// Continuation lines stand under the text of the first one, if that leaves room for them.
fn indentation(prompt: &str) -> usize {
    let columns = prompt.chars().count();
    let room = look::terminal_width().map_or(columns, |width| usize::from(width) / 3);
    columns.min(room)
}

/// Written at once, so that a prompt that is killed has lost nothing.
fn keep(line: &mut Line, history: Option<&std::path::Path>, text: &str) {
    let added = !text.trim().is_empty() && line.add_history_entry(text).unwrap_or(false);
    if let (true, Some(path)) = (added, history) {
        // The file was good a moment ago; a full disk is no reason to stop working.
        let _ = line.append_history(path);
    }
}

/// The arrow keys search the history by what is typed; inside a text of several lines they go from line to
/// line first.
struct Arrow {
    step: Step,
    edited: Edited,
}

#[derive(Clone, Copy)]
enum Step {
    Back,
    Forth,
}

impl ConditionalEventHandler for Arrow {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let (line, cursor) = (context.line(), context.pos());
        self.edited.set(line, cursor);
        Some(match self.step {
            Step::Back if line[..cursor].contains('\n') => Cmd::LineUpOrPreviousHistory(1),
            Step::Back => Cmd::HistorySearchBackward,
            Step::Forth if line[cursor..].contains('\n') => Cmd::LineDownOrNextHistory(1),
            Step::Forth => Cmd::HistorySearchForward,
        })
    }
}

/// Whether the line that was just read is one that the user gave up.
#[derive(Clone, Debug, Default)]
struct Dropped(Arc<AtomicBool>);

impl Dropped {
    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Ctrl-C drops the line. The editor is told that it was accepted, because only then does it draw it
/// once more, without the hint behind it.
struct CtrlC(Dropped);

impl ConditionalEventHandler for CtrlC {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        _: &EventContext<'_>,
    ) -> Option<Cmd> {
        self.0.0.store(true, Ordering::Relaxed);
        Some(Cmd::AcceptLine)
    }
}

/// Enter begins another line where the text wants one.
struct Enter {
    indent: Indent,
    dropped: Dropped,
}

impl ConditionalEventHandler for Enter {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        // A Ctrl-C that only ended a list of completions has dropped nothing.
        self.dropped.take();
        wants_more(context.line()).then(|| Cmd::Insert(1, self.indent.line_break()))
    }
}

/// Backspace at the beginning of a continuation line goes back to the line above.
struct Backspace;

impl ConditionalEventHandler for Backspace {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        // Of the movements that the editor can delete by, this one takes the line break as well.
        let above = Movement::ViCharSearch(1, CharSearch::Backward('\n'));
        continuation::ends_in_indent(&context.line()[..context.pos()]).then_some(Cmd::Kill(above))
    }
}

fn wants_more(edited: &str) -> bool {
    let text = continuation::plain(edited);
    let is_command = text.trim_start().starts_with(':') || question(&text).is_some();
    !is_command && is_incomplete(&text)
}

struct Assistant {
    names: SharedNames,
    events: Sender<Event>,
    indent: Indent,
    dropped: Dropped,
    look: Look,
}

impl Assistant {
    fn names(&self) -> Arc<Lexicon> {
        Arc::clone(&self.names.lock().unwrap_or_else(PoisonError::into_inner))
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

    /// Columns behind the cursor at the end of `line`.
    fn room(&self, line: &str) -> usize {
        let Some(width) = look::terminal_width() else {
            return usize::MAX;
        };
        let last = line.rsplit('\n').next().unwrap_or_default();
        let used = self.columns(last, last.len() == line.len()) % usize::from(width);
        usize::from(width) - used - 1
    }

    /// What a list between `line` and its repetition may take, so that the screen shows all of both.
    fn room_for_list(&self, line: &str) -> complete::Room {
        let columns = look::terminal_width().map_or(COLUMNS, usize::from);
        let screen = look::terminal_height().map_or(ROWS, usize::from);
        let lines = line.split('\n').enumerate();
        let rows = lines.map(|(at, line)| self.columns(line, at == 0) / columns + 1);
        complete::Room {
            columns,
            rows: screen.saturating_sub(rows.sum()).max(1),
        }
    }

    /// Columns that one of the lines that are edited takes, the first one with its prompt.
    fn columns(&self, line: &str, is_first: bool) -> usize {
        let prompt = if is_first { self.indent.columns() } else { 0 };
        prompt + wrap::width(line)
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
        let typed = line.get(completion.start..pos).unwrap_or_default();
        let completion = completion.fitted(typed, self.room_for_list(line));
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
        if pos < line.len() {
            return None;
        }
        let text = continuation::plain(line);
        let hint = hint::hint(&text, &self.names(), &|path| self.peek(path))?;
        // A hint that goes on in the next line is no hint but a nuisance.
        wrap::cut(&hint, self.room(line)).map(Remark)
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if self.look.color {
            highlight::highlight(line, pos, &self.names()).into()
        } else {
            continuation::marked(line, self.look)
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        self.look.paint(look::faint(), hint).into()
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        if complete::is_note(candidate) {
            return self.look.paint(look::faint(), candidate).into();
        }
        match candidate.split_once([':', '(']) {
            Some((name, _)) => {
                let rest = self.look.paint(look::faint(), &candidate[name.len()..]);
                format!("{name}{rest}").into()
            }
            None => candidate.into(),
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        let style = if prompt.contains(" [") {
            look::caution()
        } else {
            look::strong()
        };
        self.look.paint(style, prompt).into()
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_dropped = self.dropped.0.load(Ordering::Relaxed);
        Ok(if !is_dropped && wants_more(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

//! The thread that owns the terminal's input.
//!
//! The engine's thread asks for a line and goes on with other things; the line comes as an
//! [`Event`]. Between two asks the terminal is the engine's to write on, and while a line is being
//! edited only [`Printer`] writes, above the prompt.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use memglass_syntax::{Names, wants_more, without_prompts};
use memglass_terminal::look::{self, Look};
use memglass_terminal::modes;
use memglass_value::wrap;
use rustyline::completion::{Completer, Pair};
use rustyline::config::{BellStyle, ColorMode, CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::SearchDirection;
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
use super::{complete, continuation, highlight, hint, plain};
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
    #[error("the terminal does not let lines be edited")]
    Terminal(#[source] ReadlineError),
    /// No thread could be started.
    #[error("cannot start a thread for it")]
    Thread(#[source] std::io::Error),
}

/// The prompt, as the engine's thread sees it.
pub struct Editor {
    asks: Sender<Ask>,
    events: Receiver<Event>,
    names: SharedNames,
    labels: Labels,
    /// The line that is read, where it cannot be edited.
    plain: Option<plain::Line>,
}

/// A prompt to show, and a line that goes into the history before.
pub(super) struct Ask {
    pub(super) prompt: String,
    pub(super) edited: Option<String>,
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
            prompt: Prompt::default(),
            cycle: SharedCycle::default(),
            dropped: Dropped::default(),
            look,
        };
        let (indent, dropped) = (assistant.indent.clone(), assistant.dropped.clone());
        let shown = assistant.prompt.clone();
        let cycle = Arc::clone(&assistant.cycle);
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
                shown.set(&prompt);
                cycle.lock().unwrap_or_else(PoisonError::into_inner).take();
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
                plain: None,
            },
            Printer(Box::new(printer)),
            note,
        ))
    }

    /// Reads lines without editing them, for this reason. No prompt is shown before [`Editor::ask`].
    ///
    /// # Errors
    ///
    /// If a thread is not to be had.
    pub fn plain(why: String) -> Result<(Self, Printer, Option<String>), EditorError> {
        let (events_in, events) = unbounded();
        let (asks, asked) = bounded(1);
        let plain = plain::Line::read(asked, events_in).map_err(EditorError::Thread)?;
        let editor = Editor {
            asks,
            events,
            names: SharedNames::default(),
            labels: Labels::default(),
            plain: Some(plain),
        };
        // What is not a terminal has nobody in front of it to tell.
        let note = std::io::stdin()
            .is_terminal()
            .then(|| format!("lines cannot be edited here: {why}"));
        Ok((editor, Printer(Box::new(plain::Output)), note))
    }

    /// Ctrl-C came while a line was read that cannot be edited: it begins again.
    pub fn drop_line(&self) {
        self.plain.iter().for_each(plain::Line::start_over);
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
    let prompt = assistant.prompt.clone();
    let (names, cycle) = (Arc::clone(&assistant.names), Arc::clone(&assistant.cycle));
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
    for enter in [KeyCode::Enter, KeyCode::Char('\r'), KeyCode::Char('\n')] {
        let new_line = EventHandler::Conditional(Box::new(NewLine(indent.clone())));
        line.bind_sequence(KeyEvent(enter, Modifiers::ALT), new_line);
    }
    let enter = Enter {
        indent,
        prompt,
        dropped,
    };
    bind(&mut line, KeyCode::Enter, enter);
    bind(&mut line, KeyCode::Backspace, Backspace);
    bind(&mut line, KeyCode::End, Accept);
    for key in [KeyEvent::ctrl('E'), KeyEvent::ctrl('F')] {
        line.bind_sequence(key, EventHandler::Conditional(Box::new(Accept)));
    }
    for (key, step) in [(KeyCode::Tab, Step::Forth), (KeyCode::BackTab, Step::Back)] {
        let (names, cycle) = (Arc::clone(&names), Arc::clone(&cycle));
        bind(&mut line, key, Tab { names, cycle, step });
    }
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
            let text = typed(&text, prompt);
            keep(line, history, &text);
            Event::Line(text)
        }
        Err(ReadlineError::Interrupted) => Event::Cleared,
        Err(ReadlineError::Eof) => Event::End,
        Err(error) => Event::Broken(error.to_string()),
    }
}

/// What an edited text says.
fn typed(edited: &str, prompt: &str) -> String {
    let text = continuation::plain(edited);
    match without_prompts(&text, prompt) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.collect::<Vec<_>>().join("\n")
        }
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
    prompt: Prompt,
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
        let wants_more = self.prompt.wants_more(context.line());
        wants_more.then(|| Cmd::Insert(1, self.indent.line_break()))
    }
}

/// Alt-Enter begins another line where the text wants none.
struct NewLine(Indent);

impl ConditionalEventHandler for NewLine {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        _: &EventContext<'_>,
    ) -> Option<Cmd> {
        Some(Cmd::Insert(1, self.0.line_break()))
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

/// The prompt that is shown; clones share it.
#[derive(Clone, Debug, Default)]
struct Prompt(Arc<Mutex<String>>);

impl Prompt {
    fn set(&self, prompt: &str) {
        prompt.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether what is edited wants another line; it may have been pasted with the prompts of a screen.
    fn wants_more(&self, edited: &str) -> bool {
        let prompt = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = continuation::plain(edited);
        wants_more(&without_prompts(&text, &prompt))
    }
}

struct Assistant {
    names: SharedNames,
    events: Sender<Event>,
    indent: Indent,
    prompt: Prompt,
    cycle: SharedCycle,
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
        let mut cycle = self.cycle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(candidate) = cycle.as_mut().and_then(Cycle::asked) {
            return Ok(candidate);
        }
        let completion = complete::complete(&line[..pos], &self.names());
        let completion = completion.fitted(self.room_for_list(line));
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

/// What is shown behind the cursor.
struct Remark {
    shown: String,
    /// What is inserted when it is accepted; a remark about the line is no part of it.
    inserted: Option<String>,
}

impl Hint for Remark {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.inserted.as_deref()
    }
}

impl Hinter for Assistant {
    type Hint = Remark;

    /// What is known about the place that the line names, or else how a line of the history went on.
    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<Remark> {
        if pos < line.len() {
            return None;
        }
        let text = continuation::plain(line);
        let remark = hint::hint(&text, &self.names(), &|path| self.peek(path));
        let (hint, inserted) = match remark {
            Some(remark) => (remark, None),
            None => {
                let rest = typed_before(line, context.history())?;
                (rest.clone(), Some(rest))
            }
        };
        // A hint that goes on in the next line is no hint but a nuisance.
        let shown = wrap::cut(&hint, self.room(line))?;
        Some(Remark { shown, inserted })
    }
}

/// How the last line of the history went on that begins with `line`.
fn typed_before(line: &str, history: &dyn rustyline::history::History) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    let entries = (0..history.len()).rev();
    let mut entries = entries.filter_map(|at| history.get(at, SearchDirection::Reverse).ok()?);
    entries.find_map(|found| {
        let rest = found.entry.strip_prefix(line)?;
        let is_one_line = !rest.is_empty() && !rest.contains('\n');
        is_one_line.then(|| rest.to_owned())
    })
}

/// Keys that go to the end of the line accept what is shown there.
struct Accept;

impl ConditionalEventHandler for Accept {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let is_at_end = context.pos() == context.line().len();
        (is_at_end && context.has_hint()).then_some(Cmd::CompleteHint)
    }
}

/// Tab completes, and pressed again goes through the candidates of the list that it has shown; Shift-Tab goes
/// back through them.
struct Tab {
    names: SharedNames,
    cycle: SharedCycle,
    step: Step,
}

type SharedCycle = Arc<Mutex<Option<Cycle>>>;

/// Candidates that Tab goes through, and then what was typed again.
struct Cycle {
    /// The line and the cursor as the last Tab left them.
    line: String,
    pos: usize,
    start: usize,
    texts: Vec<String>,
    at: usize,
    /// Whether the editor is about to ask for the present candidate.
    is_asked: bool,
}

impl Cycle {
    /// What Tab will go through once it has shown the list; nothing if there is at most one candidate.
    fn begin(line: &str, pos: usize, names: &Lexicon) -> Option<Self> {
        let completion = complete::complete(&line[..pos], names);
        let (start, common) = (completion.start, completion.common());
        // The editor inserts what all begin with, if that is more than was typed.
        let typed = match common.len() > pos - start {
            true => common.to_owned(),
            false => line[start..pos].to_owned(),
        };
        let texts = completion.candidates.into_iter();
        let texts: Vec<String> = texts.map(|candidate| candidate.text).collect();
        (texts.len() > 1).then(|| Cycle {
            line: format!("{}{typed}{}", &line[..start], &line[pos..]),
            pos: start + typed.len(),
            start,
            at: texts.len(),
            is_asked: false,
            texts: texts.into_iter().chain([typed]).collect(),
        })
    }

    /// Puts the next candidate, or the one before, in the place of the present one: as the only one that there
    /// is to complete.
    fn turn(&mut self, step: Step) -> Cmd {
        let all = self.texts.len();
        self.at = match step {
            Step::Forth => (self.at + 1) % all,
            Step::Back => (self.at + all - 1) % all,
        };
        let begin = format!("{}{}", &self.line[..self.start], self.texts[self.at]);
        self.line = format!("{begin}{}", &self.line[self.pos..]);
        self.pos = begin.len();
        self.is_asked = true;
        Cmd::Complete
    }

    /// The present candidate, once after each turn.
    fn asked(&mut self) -> Option<(usize, Vec<Pair>)> {
        let text = self.texts.get(self.at)?;
        let pair = Pair {
            display: text.clone(),
            replacement: text.clone(),
        };
        std::mem::take(&mut self.is_asked).then(|| (self.start, vec![pair]))
    }
}

impl ConditionalEventHandler for Tab {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let (line, pos) = (context.line(), context.pos());
        let mut cycle = self.cycle.lock().unwrap_or_else(PoisonError::into_inner);
        let is_shown = |cycle: &&mut Cycle| cycle.line == line && cycle.pos == pos;
        if let Some(cycle) = cycle.as_mut().filter(is_shown) {
            return Some(cycle.turn(self.step));
        }
        let names = Arc::clone(&self.names.lock().unwrap_or_else(PoisonError::into_inner));
        *cycle = Cycle::begin(line, pos, &names);
        None
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
        Ok(if !is_dropped && self.prompt.wants_more(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

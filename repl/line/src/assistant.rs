//! What the editor asks while a line is typed: candidates, hints, colours, and whether a line is whole.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};
use memglass_syntax::{wants_more, without_prompts};
use memglass_terminal::look::{self, Look};
use memglass_value::wrap;
use rustyline::completion::{Completer, Pair};
use rustyline::config::CompletionType;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::SearchDirection;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::continuation::Indent;
use super::cycle::{Cycle, SharedCycle};
use super::lexicon::Lexicon;
use super::{complete, continuation, highlight, hint};
use crate::event::Event;

/// How long a hint waits for the engine to read a value: less than a key press takes to be noticed.
const PEEK: Duration = Duration::from_millis(15);

/// The screen of a terminal that does not say how large it is, as the editor takes it.
const COLUMNS: usize = 80;
const ROWS: usize = 24;

/// The names that are completed; clones share them.
pub(super) type SharedNames = Arc<Mutex<Arc<Lexicon>>>;

/// Whether the line that was just read is one that the user gave up.
#[derive(Clone, Debug, Default)]
pub(super) struct Dropped(Arc<AtomicBool>);

impl Dropped {
    /// The user gives the line up.
    pub(super) fn give_up(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is; asked once.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// The prompt that is shown; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Prompt(Arc<Mutex<String>>);

impl Prompt {
    pub(super) fn set(&self, prompt: &str) {
        prompt.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether what is edited wants another line; it may have been pasted with the prompts of a screen.
    pub(super) fn wants_more(&self, edited: &str) -> bool {
        let prompt = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = continuation::plain(edited);
        wants_more(&without_prompts(&text, &prompt))
    }
}

/// Answers the editor.
pub(super) struct Assistant {
    pub(super) names: SharedNames,
    events: Sender<Event>,
    pub(super) indent: Indent,
    pub(super) prompt: Prompt,
    pub(super) cycle: SharedCycle,
    pub(super) dropped: Dropped,
    look: Look,
}

impl Assistant {
    pub(super) fn new(names: SharedNames, events: Sender<Event>, look: Look) -> Self {
        Assistant {
            names,
            events,
            indent: Indent::default(),
            prompt: Prompt::default(),
            cycle: SharedCycle::default(),
            dropped: Dropped::default(),
            look,
        }
    }

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
pub(super) struct Remark {
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

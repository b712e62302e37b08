//! The thread that owns the terminal's input.
//!
//! The engine's thread asks for a line and goes on with other things; the line comes as an
//! [`Event`]. Between two asks the terminal is the engine's to write on, and while a line is being
//! edited only the [`Printer`] writes, above the prompt.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use memglass_syntax::{Names, without_prompts};
use memglass_terminal::look::{self, Look};
use memglass_terminal::modes;
use rustyline::config::{BellStyle, ColorMode, CompletionType, Config};
use rustyline::error::ReadlineError;

use super::assistant::{Assistant, Dropped, SharedNames};
use super::edited::Edited;
use super::history::PrefixHistory;
use super::lexicon::Lexicon;
use super::{continuation, history_file, keys, plain};
use crate::event::Event;
use crate::kept::History;
use crate::labels::Labels;
use crate::printer::Printer;

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
    plain: Option<plain::PlainLine>,
    /// Raised from when a line is asked for until it has ended.
    is_editing: Arc<AtomicBool>,
}

/// A prompt to show, and lines that go into the history before.
pub(super) struct Ask {
    pub(super) prompt: String,
    pub(super) edited: Vec<String>,
}

/// The editor of the terminal, with what it asks while a line is typed.
pub(super) type LineEditor = rustyline::Editor<Assistant, PrefixHistory>;

impl Editor {
    /// Takes the terminal. No prompt is shown before [`Editor::ask`].
    ///
    /// Each time that somebody presses Ctrl-C, or leaves, `on_leaving` is called on the thread of the editor: what runs
    /// beside the prompt is to stop then.
    ///
    /// A history file that cannot be used is no reason to have no prompt: the second result says why.
    ///
    /// # Errors
    ///
    /// If the terminal or a thread is not to be had.
    pub fn start(
        look: Look,
        kept: &History,
        on_leaving: impl Fn() + Send + 'static,
    ) -> Result<(Self, Printer, Option<String>), EditorError> {
        let (events_in, events) = unbounded();
        let (asks, asked) = bounded::<Ask>(1);
        let names = SharedNames::default();
        let assistant = Assistant::new(Arc::clone(&names), events_in.clone(), look);
        let (indent, dropped) = (assistant.indent.clone(), assistant.dropped.clone());
        let shown = assistant.prompt.clone();
        let cycle = Arc::clone(&assistant.cycle);
        let (mut line, history, note) = open(assistant, kept).map_err(EditorError::Terminal)?;
        let above = line
            .create_external_printer()
            .map_err(EditorError::Terminal)?;
        let is_editing = Arc::new(AtomicBool::new(false));
        let printer =
            Printer::above(above, Arc::clone(&is_editing)).map_err(EditorError::Thread)?;
        let edits = Arc::clone(&is_editing);
        let work = move || {
            for Ask { prompt, edited } in asked {
                for text in edited {
                    keep(&mut line, history.as_deref(), &text);
                }
                indent.set(indentation(&prompt));
                shown.set(&prompt);
                cycle.lock().unwrap_or_else(PoisonError::into_inner).take();
                line.history_mut().begin();
                let event = read(&mut line, &prompt, &dropped, history.as_deref());
                edits.store(false, Ordering::Relaxed);
                let ends = matches!(event, Event::End | Event::Broken(_));
                if ends || matches!(event, Event::Cleared) {
                    on_leaving();
                }
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
                is_editing,
            },
            printer,
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
        let plain = plain::PlainLine::read(asked, events_in).map_err(EditorError::Thread)?;
        let editor = Editor {
            asks,
            events,
            names: SharedNames::default(),
            labels: Labels::default(),
            plain: Some(plain),
            is_editing: Arc::default(),
        };
        // What is not a terminal has nobody in front of it to tell.
        let note = std::io::stdin()
            .is_terminal()
            .then(|| format!("lines cannot be edited here: {why}"));
        Ok((editor, Printer::direct(), note))
    }

    /// Ctrl-C came while a line was read that cannot be edited: it begins again.
    pub fn drop_line(&self) {
        self.plain.iter().for_each(plain::PlainLine::start_over);
    }

    /// Shows a prompt; the line that is typed there comes as an event. What was `edited` elsewhere since the
    /// last prompt is in the history as if it had been typed.
    pub fn ask(&self, prompt: String, edited: Vec<String>) {
        self.is_editing.store(true, Ordering::Relaxed);
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

fn open(
    assistant: Assistant,
    kept: &History,
) -> Result<(LineEditor, Option<PathBuf>, Option<String>), ReadlineError> {
    let edited = Edited::default();
    let history = PrefixHistory::new(assistant.indent.clone(), edited.clone());
    let mut line = LineEditor::with_history(config(), history)?;
    keys::bind_all(&mut line, &assistant, edited);
    line.set_helper(Some(assistant));
    let Some(path) = history_file::path(kept) else {
        return Ok((line, None, None));
    };
    let loaded = line.load_history(&path);
    let note = loaded
        .err()
        .map(|error| format!("history is not kept in {}: {error}", path.display()));
    Ok((line, note.is_none().then_some(path), note))
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
    line: &mut LineEditor,
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
fn keep(line: &mut LineEditor, history: Option<&std::path::Path>, text: &str) {
    let added = !text.trim().is_empty() && line.add_history_entry(text).unwrap_or(false);
    if let (true, Some(path)) = (added, history) {
        // The file was good a moment ago; a full disk is no reason to stop working.
        let _ = line.append_history(path);
    }
}

//! What keys do that the editor's own bindings do not.

use rustyline::{
    CharSearch, Cmd, ConditionalEventHandler, Event, EventContext, EventHandler, KeyCode, KeyEvent,
    Modifiers, Movement, RepeatCount,
};

use super::assistant::{Assistant, Dropped, Prompt};
use super::continuation::{self, Indent};
use super::cycle::Tab;
use super::edited::Edited;
use super::editor::LineEditor;
use super::suspend::CtrlZ;

/// Which way a key goes.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    Back,
    Forth,
}

/// Binds all of them.
pub(super) fn bind_all(line: &mut LineEditor, assistant: &Assistant, edited: Edited) {
    bind_moves(line, &edited);
    bind_lines(line, assistant);
    bind(line, plain(KeyCode::Backspace), Backspace);
    for key in [
        plain(KeyCode::End),
        KeyEvent::ctrl('E'),
        KeyEvent::ctrl('F'),
    ] {
        bind(line, key, Accept);
    }
    for (key, step) in [
        (KeyCode::Tab, Direction::Forth),
        (KeyCode::BackTab, Direction::Back),
    ] {
        let tab = Tab {
            names: assistant.names.clone(),
            cycle: assistant.cycle.clone(),
            step,
        };
        bind(line, plain(key), tab);
    }
    if let Ok(ctrl_z) = CtrlZ::new() {
        bind(line, KeyEvent::ctrl('Z'), ctrl_z);
    }
}

fn bind_moves(line: &mut LineEditor, edited: &Edited) {
    for (key, step) in [
        (plain(KeyCode::Up), Direction::Back),
        (KeyEvent::ctrl('P'), Direction::Back),
        (plain(KeyCode::Down), Direction::Forth),
        (KeyEvent::ctrl('N'), Direction::Forth),
    ] {
        let edited = edited.clone();
        bind(line, key, Arrow { step, edited });
    }
}

fn bind_lines(line: &mut LineEditor, assistant: &Assistant) {
    let Assistant {
        indent,
        prompt,
        dropped,
        ..
    } = assistant;
    bind(line, KeyEvent::ctrl('C'), CtrlC(dropped.clone()));
    for enter in [KeyCode::Enter, KeyCode::Char('\r'), KeyCode::Char('\n')] {
        bind(
            line,
            KeyEvent(enter, Modifiers::ALT),
            NewLine(indent.clone()),
        );
    }
    let enter = Enter {
        indent: indent.clone(),
        prompt: prompt.clone(),
        dropped: dropped.clone(),
    };
    bind(line, plain(KeyCode::Enter), enter);
}

fn plain(key: KeyCode) -> KeyEvent {
    KeyEvent(key, Modifiers::NONE)
}

fn bind(line: &mut LineEditor, key: KeyEvent, handler: impl ConditionalEventHandler + 'static) {
    line.bind_sequence(key, EventHandler::Conditional(Box::new(handler)));
}

/// The arrow keys search the history by what is typed; inside a text of several lines they go from line to
/// line first.
struct Arrow {
    step: Direction,
    edited: Edited,
}

impl ConditionalEventHandler for Arrow {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let (line, cursor) = (context.line(), context.pos());
        self.edited.set(line, cursor);
        Some(match self.step {
            Direction::Back if line[..cursor].contains('\n') => Cmd::LineUpOrPreviousHistory(1),
            Direction::Back => Cmd::HistorySearchBackward,
            Direction::Forth if line[cursor..].contains('\n') => Cmd::LineDownOrNextHistory(1),
            Direction::Forth => Cmd::HistorySearchForward,
        })
    }
}

/// Ctrl-C drops the line. The editor is told that it was accepted, because only then does it draw it
/// once more, without the hint behind it.
struct CtrlC(Dropped);

impl ConditionalEventHandler for CtrlC {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.give_up();
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
        _: &Event,
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
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        Some(Cmd::Insert(1, self.0.line_break()))
    }
}

/// Backspace at the beginning of a continuation line goes back to the line above.
struct Backspace;

impl ConditionalEventHandler for Backspace {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        // Of the movements that the editor can delete by, this one takes the line break as well.
        let above = Movement::ViCharSearch(1, CharSearch::Backward('\n'));
        continuation::ends_in_indent(&context.line()[..context.pos()]).then_some(Cmd::Kill(above))
    }
}

/// Keys that go to the end of the line accept what is shown there.
struct Accept;

impl ConditionalEventHandler for Accept {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let is_at_end = context.pos() == context.line().len();
        (is_at_end && context.has_hint()).then_some(Cmd::CompleteHint)
    }
}

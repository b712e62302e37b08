//! The terminal as it was before the prompt, and as it is between two lines.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, bounded};
use memglass_system::console::Console;
use memglass_system::process::Suspender;
use memglass_system::signals::{self, Listener};

/// The terminal of this process.
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal {
    found: None,
    holder: Holder::Nobody,
    is_view_alone: false,
});

/// Several threads change its modes, each under the lock. Once the prompt has ended none does, however late
/// it comes: nobody would put them back.
struct Terminal {
    /// What the prompt found; nothing if that was no terminal, or there is no prompt.
    found: Option<Arc<Console>>,
    holder: Holder,
    /// Whether the view has no prompt to go back to.
    is_view_alone: bool,
}

/// Whose modes the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// No prompt's: there is none yet, or it has ended.
    Nobody,
    /// Ours, between two lines.
    Scripts,
    /// The editor's, which puts back what it found when the line has ended.
    Editor,
    /// Another program's.
    Other,
    /// The full-screen view's.
    View,
}

/// To the screen of a full-screen program: no cursor, no wrapping at the right end, no reordering of text that is
/// written from right to left, and the mouse.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[8l\x1b[2J\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Back, and the terminal as it was.
const LEAVE: &str =
    "\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[0m\x1b[8h\x1b[?7h\x1b[?25h\x1b[?1049l";

/// Gives the terminal back as it was when the guard was made, whatever the prompt was doing.
///
/// The editor does so itself at the end of each line. A signal ends the program in the middle of one.
#[derive(Debug)]
pub struct TerminalGuard {
    /// What silences the terminal again when a shell lets the program go on.
    _continued: Option<Listener>,
}

/// While it lives, another program has the terminal as it was before the prompt.
#[derive(Debug)]
pub struct LentTerminal(());

/// While it lives, the terminal is in raw mode and shows its other screen.
pub struct FullScreen {
    continued: Receiver<()>,
    _listener: Option<Listener>,
    suspender: Option<Suspender>,
}

impl FullScreen {
    /// Takes the terminal of standard input from the prompt, or for the first time; `None` if it is none.
    pub fn enter() -> Option<Self> {
        if !terminal().begin_view() {
            return None;
        }
        let (sender, continued) = bounded(1);
        let listener = signals::on_continue(move || {
            terminal().show_view();
            // One that waits says as much.
            let _ = sender.try_send(());
        });
        Some(FullScreen {
            continued,
            // Without them a stopped view is drawn anew with Ctrl-L.
            _listener: listener.ok(),
            suspender: Suspender::new().ok(),
        })
    }

    /// Told when a shell has let the program go on: the screen is to be drawn anew.
    pub fn continued(&self) -> &Receiver<()> {
        &self.continued
    }

    /// Gives the terminal back, stops, and takes it again when the shell lets the program go on.
    pub fn suspend(&self) {
        let Some(suspender) = &self.suspender else {
            return;
        };
        leave_full_screen();
        suspender.stop();
        terminal().show_view();
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        terminal().end_view();
    }
}

/// Leaves the other screen at once, if the terminal shows it: what is written next is for the user to read.
pub fn leave_full_screen() {
    let terminal = terminal();
    if terminal.holder == Holder::View {
        let _ = crate::streams::write_data(LEAVE);
        terminal.restore();
    }
}

impl TerminalGuard {
    /// Remembers the terminal of standard input, if it is one.
    ///
    /// From now on it echoes nothing by itself: keys that are pressed while a script runs, Ctrl-C
    /// among them, are no part of its output. What is typed ahead is shown by the next prompt. A shell
    /// that stopped the program and lets it go on has changed that, so it is seen to again.
    pub fn take() -> Self {
        terminal().begin(Console::of_input());
        TerminalGuard {
            // Without it what is typed beside a script is on the screen after a stop, and no worse.
            _continued: signals::on_continue(|| terminal().continued()).ok(),
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
    }
}

impl LentTerminal {
    /// Gives the terminal to another program.
    pub fn lend() -> Self {
        let mut terminal = terminal();
        terminal.hand_to(Holder::Other);
        terminal.restore();
        LentTerminal(())
    }
}

impl Drop for LentTerminal {
    fn drop(&mut self) {
        let mut terminal = terminal();
        terminal.hand_to(Holder::Scripts);
        terminal.silence();
    }
}

impl Terminal {
    fn begin(&mut self, input: Option<Console>) {
        self.found = input.map(Arc::new);
        self.holder = Holder::Scripts;
        self.silence();
    }

    /// The view begins, with or without a prompt around it; false if there is no terminal.
    fn begin_view(&mut self) -> bool {
        let is_first = self.holder == Holder::Nobody;
        if is_first {
            self.found = Console::of_input().map(Arc::new);
        }
        if self.found.is_none() {
            return false;
        }
        self.is_view_alone = is_first;
        self.holder = Holder::View;
        self.show_view();
        true
    }

    fn show_view(&self) {
        if self.holder == Holder::View {
            self.found.iter().for_each(|found| found.make_raw());
            // A terminal that has gone is noticed when the first frame is written.
            let _ = crate::streams::write_data(ENTER);
        }
    }

    /// The view ends; what is typed next is the prompt's, or that of whoever started the program.
    fn end_view(&mut self) {
        if self.holder != Holder::View {
            return;
        }
        let _ = crate::streams::write_data(LEAVE);
        if self.is_view_alone {
            self.holder = Holder::Nobody;
            self.restore();
            self.found = None;
        } else {
            self.holder = Holder::Scripts;
            self.silence();
        }
    }

    /// The prompt has ended; what it found, if that was a terminal.
    fn end(&mut self) -> Option<Arc<Console>> {
        if self.holder == Holder::View {
            let _ = crate::streams::write_data(LEAVE);
        }
        self.holder = Holder::Nobody;
        self.restore();
        self.found.take()
    }

    fn hand_to(&mut self, holder: Holder) {
        if self.holder != Holder::Nobody {
            self.holder = holder;
        }
    }

    fn restore(&self) {
        self.found.iter().for_each(|found| found.restore());
    }

    fn silence(&self) {
        self.found.iter().for_each(|found| found.silence());
    }

    /// The editor begins with a line; it finds the modes that it is to put back. `None` once the prompt
    /// has ended.
    fn begin_line(&mut self) -> Option<Option<Arc<Console>>> {
        if self.holder == Holder::Nobody {
            return None;
        }
        self.silence();
        self.hand_to(Holder::Editor);
        Some(self.found.clone())
    }

    /// The editor has put back what it `found`. If the prompt has ended meanwhile, those are modes that
    /// nobody wants any more.
    fn end_line(&mut self, found: Option<Arc<Console>>) {
        self.hand_to(Holder::Scripts);
        if self.holder == Holder::Nobody {
            found.iter().for_each(|found| found.restore());
        }
    }

    fn continued(&self) {
        let is_ours = |found: &Arc<Console>| found.is_in_foreground();
        if self.holder == Holder::Scripts && self.found.as_ref().is_some_and(is_ours) {
            self.silence();
        }
    }
}

/// Gives the terminal back to whoever had it before the prompt, for good; nothing if there was no prompt.
pub fn give_back() {
    let mut terminal = terminal();
    if terminal.end().is_some() {
        bracket_pastes(false);
    }
}

/// Lets the editor have the terminal for the time of `read`, unless the prompt has ended.
pub fn edited<T>(read: impl FnOnce() -> T) -> Option<T> {
    let found = terminal().begin_line()?;
    let result = read();
    terminal().end_line(found);
    Some(result)
}

/// Gives the terminal back for the time of `act`, in the middle of a line.
pub fn interrupted(act: impl FnOnce()) {
    // A terminal that has gone is the editor's to complain about.
    let editing = terminal().found.as_ref().and_then(|found| found.modes());
    change(|found| {
        found.restore();
        bracket_pastes(false);
    });
    act();
    change(|found| {
        if let Some(editing) = &editing {
            found.set(editing);
            bracket_pastes(true);
        }
    });
}

/// Changes the terminal, if there is one and the prompt still has it.
fn change(change: impl FnOnce(&Console)) {
    if let Some(found) = &terminal().found {
        change(found);
    }
}

/// The editor asked for pastes to be bracketed.
fn bracket_pastes(are_bracketed: bool) {
    // Where the editor writes; a terminal that has gone needs nothing.
    let _ = crate::streams::write_data(match are_bracketed {
        true => "\x1b[?2004h",
        false => "\x1b[?2004l",
    });
}

fn terminal() -> MutexGuard<'static, Terminal> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::File;

    use super::*;

    /// A terminal that a prompt has, and another way to it.
    fn begun() -> (Terminal, Console) {
        let mut open = File::options();
        let file = open.read(true).write(true).open("/dev/ptmx");
        let file = file.expect("a terminal");
        let again = Console::of(file.try_clone().expect("a descriptor")).expect("a terminal");
        assert!(echoes(&again));
        let mut terminal = Terminal {
            found: None,
            holder: Holder::Nobody,
            is_view_alone: false,
        };
        terminal.begin(Console::of(file));
        assert!(!echoes(&again));
        (terminal, again)
    }

    fn echoes(console: &Console) -> bool {
        console.modes().expect("a terminal").echoes()
    }

    #[test]
    fn a_thread_that_comes_late_leaves_the_terminal_as_it_was() {
        let (mut terminal, file) = begun();
        terminal.end();
        assert!(echoes(&file));
        terminal.silence();
        assert!(echoes(&file), "as one does that saw the program go on");
        assert!(terminal.begin_line().is_none());
        assert!(echoes(&file), "as the editor does with a line");
        terminal.hand_to(Holder::Scripts);
        terminal.continued();
        assert!(terminal.begin_line().is_none(), "it came back from a pager");
    }

    #[test]
    fn a_line_that_ends_after_the_prompt_leaves_the_terminal_as_it_was() {
        let (mut terminal, file) = begun();
        let line = terminal.begin_line().expect("a prompt");
        let found_by_editor = file.modes().expect("a terminal");
        terminal.end();
        file.set(&found_by_editor);
        assert!(!echoes(&file));
        terminal.end_line(line);
        assert!(echoes(&file));
    }

    #[test]
    fn between_two_lines_the_terminal_is_silent() {
        let (mut terminal, file) = begun();
        let line = terminal.begin_line().expect("a prompt");
        assert_eq!(terminal.holder, Holder::Editor);
        terminal.end_line(line);
        assert_eq!(terminal.holder, Holder::Scripts);
        assert!(!echoes(&file));
    }
}

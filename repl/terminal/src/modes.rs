//! The terminal as it was before the prompt, and as it is between two lines.

use std::fs::File;
use std::io::{self, stdin};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use signal_hook::consts::SIGCONT;
use signal_hook::iterator::{Handle, Signals};

/// The terminal of this process.
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal {
    found: None,
    holder: Holder::Nobody,
});

/// Several threads change its modes, each under the lock. Once the prompt has ended none does, however late
/// it comes: nobody would put them back.
struct Terminal {
    /// What the prompt found; nothing if that was no terminal, or there is no prompt.
    found: Option<Arc<Found>>,
    holder: Holder,
}

/// A terminal as it was before the prompt had it.
struct Found {
    terminal: File,
    before: Termios,
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
}

/// Gives the terminal back as it was when the guard was made, whatever the prompt was doing.
///
/// The editor does so itself at the end of each line. A signal ends the program in the middle of one.
#[derive(Debug)]
pub struct TerminalGuard {
    continued: Option<Handle>,
}

/// While it lives, another program has the terminal as it was before the prompt.
#[derive(Debug)]
pub struct Lent(());

impl TerminalGuard {
    /// Remembers the terminal of standard input, if it is one.
    ///
    /// From now on it echoes nothing by itself: keys that are pressed while a script runs, Ctrl-C
    /// among them, are no part of its output. What is typed ahead is shown by the next prompt. A shell
    /// that stopped the program and lets it go on has changed that, so it is seen to again.
    pub fn take() -> Self {
        let input = stdin().as_fd().try_clone_to_owned();
        terminal().begin(input.ok().map(File::from));
        TerminalGuard {
            // Without it what is typed beside a script is on the screen after a stop, and no worse.
            continued: silence_when_continued().ok(),
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        self.continued.iter().for_each(Handle::close);
        give_back();
    }
}

impl Lent {
    /// Gives the terminal to another program.
    pub fn lend() -> Self {
        let mut terminal = terminal();
        terminal.hand_to(Holder::Other);
        terminal.restore();
        Lent(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut terminal = terminal();
        terminal.hand_to(Holder::Scripts);
        terminal.silence();
    }
}

impl Found {
    fn new(terminal: File) -> Option<Self> {
        let before = tcgetattr(&terminal).ok()?;
        Some(Found { terminal, before })
    }

    fn set(&self, modes: &Termios) {
        // A terminal that has gone needs nothing.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, modes);
    }

    fn restore(&self) {
        self.set(&self.before);
    }

    fn silence(&self) {
        let mut silent = self.before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        self.set(&silent);
    }

    /// Whether the terminal is ours to change: after `bg` it is the shell's.
    fn is_in_foreground(&self) -> bool {
        tcgetpgrp(&self.terminal).is_ok_and(|group| group == getpgrp())
    }
}

impl Terminal {
    fn begin(&mut self, input: Option<File>) {
        self.found = input.and_then(Found::new).map(Arc::new);
        self.holder = Holder::Scripts;
        self.silence();
    }

    /// The prompt has ended; what it found, if that was a terminal.
    fn end(&mut self) -> Option<Arc<Found>> {
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
    fn begin_line(&mut self) -> Option<Option<Arc<Found>>> {
        if self.holder == Holder::Nobody {
            return None;
        }
        self.silence();
        self.hand_to(Holder::Editor);
        Some(self.found.clone())
    }

    /// The editor has put back what it `found`. If the prompt has ended meanwhile, those are modes that
    /// nobody wants any more.
    fn end_line(&mut self, found: Option<Arc<Found>>) {
        self.hand_to(Holder::Scripts);
        if self.holder == Holder::Nobody {
            found.iter().for_each(|found| found.restore());
        }
    }

    fn continued(&self) {
        let is_ours = |found: &Arc<Found>| found.is_in_foreground();
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
    let editing = tcgetattr(stdin());
    change(|found| {
        found.restore();
        bracket_pastes(false);
    });
    act();
    change(|found| {
        if let Ok(editing) = &editing {
            found.set(editing);
            bracket_pastes(true);
        }
    });
}

/// Changes the terminal, if there is one and the prompt still has it.
fn change(change: impl FnOnce(&Found)) {
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

/// A shell that says `fg` hands out the terminal as it is for itself.
fn silence_when_continued() -> io::Result<Handle> {
    let mut signals = Signals::new([SIGCONT])?;
    let handle = signals.handle();
    let listen = move || {
        for _ in signals.forever() {
            terminal().continued();
        }
    };
    thread::Builder::new()
        .name("continued".into())
        .spawn(listen)?;
    Ok(handle)
}

fn terminal() -> MutexGuard<'static, Terminal> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal that a prompt has, and another way to it.
    fn begun() -> (Terminal, File) {
        let mut open = File::options();
        let file = open.read(true).write(true).open("/dev/ptmx");
        let file = file.expect("a terminal");
        assert!(echoes(&file));
        let mut terminal = Terminal {
            found: None,
            holder: Holder::Nobody,
        };
        terminal.begin(Some(file.try_clone().expect("a descriptor")));
        assert!(!echoes(&file));
        (terminal, file)
    }

    fn echoes(file: &File) -> bool {
        let modes = tcgetattr(file).expect("modes");
        modes.local_modes.contains(LocalModes::ECHO)
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
        let found_by_editor = tcgetattr(&file).expect("modes");
        terminal.end();
        tcsetattr(&file, OptionalActions::Now, &found_by_editor).expect("a terminal");
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

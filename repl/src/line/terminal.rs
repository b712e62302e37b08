//! The terminal as it was before the prompt, and as it is between two lines.

use std::io::{self, stdin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use signal_hook::consts::SIGCONT;
use signal_hook::iterator::{Handle, Signals};

/// The terminal of this process.
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal {
    before: None,
    holder: Holder::Scripts,
});

struct Terminal {
    /// How it was before the prompt had it; nothing without a prompt.
    before: Option<Termios>,
    holder: Holder,
}

/// Whose modes the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
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
pub(crate) struct TerminalGuard {
    continued: Option<Handle>,
}

/// While it lives, another program has the terminal as it was before the prompt.
#[derive(Debug)]
pub(crate) struct Lent(());

impl TerminalGuard {
    /// Remembers the terminal of standard input, if it is one.
    ///
    /// From now on it echoes nothing by itself: keys that are pressed while a script runs, Ctrl-C
    /// among them, are no part of its output. What is typed ahead is shown by the next prompt. A shell
    /// that stopped the program and lets it go on has changed that, so it is seen to again.
    pub(crate) fn new() -> Self {
        let mut terminal = terminal();
        terminal.before = tcgetattr(stdin()).ok();
        terminal.silence();
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
    pub(crate) fn new() -> Self {
        let mut terminal = terminal();
        terminal.holder = Holder::Other;
        terminal.restore();
        Lent(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut terminal = terminal();
        terminal.holder = Holder::Scripts;
        terminal.silence();
    }
}

impl Terminal {
    fn restore(&self) {
        self.before.as_ref().inspect(|before| set(before));
    }

    fn silence(&self) {
        let Some(mut silent) = self.before.clone() else {
            return;
        };
        silent.local_modes.remove(LocalModes::ECHO);
        set(&silent);
    }
}

/// Gives the terminal back to whoever had it before the prompt; nothing if there was no prompt.
pub(crate) fn give_back() {
    let terminal = terminal();
    if terminal.before.is_some() {
        terminal.restore();
        // The editor asked for pastes to be bracketed.
        crate::output::write_message("\x1b[?2004l");
    }
}

/// Lets the editor have the terminal for the time of `read`. It finds the modes that it is to put back.
pub(super) fn edited<T>(read: impl FnOnce() -> T) -> T {
    {
        let mut terminal = terminal();
        terminal.silence();
        terminal.holder = Holder::Editor;
    }
    let result = read();
    terminal().holder = Holder::Scripts;
    result
}

/// Gives the terminal back for the time of `act`, in the middle of a line.
pub(super) fn interrupted(act: impl FnOnce()) {
    let editing = tcgetattr(stdin());
    give_back();
    act();
    // A terminal that has gone is the editor's to complain about.
    if let Ok(editing) = editing {
        set(&editing);
        crate::output::write_message("\x1b[?2004h");
    }
}

/// A shell that says `fg` hands out the terminal as it is for itself.
fn silence_when_continued() -> io::Result<Handle> {
    let mut signals = Signals::new([SIGCONT])?;
    let handle = signals.handle();
    let listen = move || {
        for _ in signals.forever() {
            let terminal = terminal();
            if terminal.holder == Holder::Scripts && is_in_foreground() {
                terminal.silence();
            }
        }
    };
    thread::Builder::new()
        .name("continued".into())
        .spawn(listen)?;
    Ok(handle)
}

/// Whether the terminal is ours to change: after `bg` it is the shell's.
fn is_in_foreground() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
}

fn terminal() -> MutexGuard<'static, Terminal> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set(modes: &Termios) {
    // A terminal that has gone needs nothing.
    let _ = tcsetattr(stdin(), OptionalActions::Now, modes);
}

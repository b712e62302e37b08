//! The terminal as it was before the prompt, and as it is between two lines.

use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal was before the prompt had it.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Gives the terminal back as it was when the guard was made, whatever the prompt was doing.
///
/// The editor does so itself at the end of each line. A signal ends the program in the middle of one.
#[derive(Debug)]
pub(crate) struct TerminalGuard(());

/// While it lives, another program has the terminal as it was before the prompt.
#[derive(Debug)]
pub(crate) struct Lent(());

impl TerminalGuard {
    /// Remembers the terminal of standard input, if it is one.
    ///
    /// From now on it echoes nothing by itself: keys that are pressed while a script runs, Ctrl-C
    /// among them, are no part of its output. What is typed ahead is shown by the next prompt.
    pub(crate) fn new() -> Self {
        let before = tcgetattr(std::io::stdin()).ok();
        before.as_ref().inspect(|before| set_silent(before));
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = before;
        TerminalGuard(())
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
    }
}

impl Lent {
    pub(crate) fn new() -> Self {
        with_before(set);
        Lent(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        with_before(set_silent);
    }
}

/// Gives the terminal back to whoever had it before the prompt; nothing if there was no prompt.
pub(crate) fn give_back() {
    with_before(|before| {
        set(before);
        // The editor asked for pastes to be bracketed.
        crate::output::write_message("\x1b[?2004l");
    });
}

/// Gives the terminal back for the time of `act`, in the middle of a line.
pub(super) fn interrupted(act: impl FnOnce()) {
    let editing = tcgetattr(std::io::stdin());
    give_back();
    act();
    // A terminal that has gone is the editor's to complain about.
    if let Ok(editing) = editing {
        set(&editing);
        crate::output::write_message("\x1b[?2004h");
    }
}

fn with_before(act: impl FnOnce(&Termios)) {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    before.as_ref().inspect(|before| act(before));
}

fn set_silent(before: &Termios) {
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    set(&silent);
}

fn set(modes: &Termios) {
    // A terminal that has gone needs nothing.
    let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, modes);
}

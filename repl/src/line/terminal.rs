//! The terminal as it was before the prompt.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// Gives the terminal back as it was when the guard was made, whatever the prompt was doing.
///
/// The editor does so itself at the end of each line. A signal ends the program in the middle of one.
#[derive(Debug)]
pub struct TerminalGuard {
    before: Option<Termios>,
}

impl TerminalGuard {
    /// Remembers the terminal of standard input, if it is one.
    pub fn new() -> Self {
        TerminalGuard {
            before: tcgetattr(std::io::stdin()).ok(),
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        let Some(before) = &self.before else { return };
        // A terminal that has gone needs nothing back.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        // The editor asked for pastes to be bracketed.
        crate::output::write_message("\x1b[?2004l");
    }
}

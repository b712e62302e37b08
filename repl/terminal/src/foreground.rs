//! Another program in the terminal for a while: an editor, a pager.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use memglass_value::wrap;

use crate::look::Look;
use crate::{modes, signal, streams};

/// The pager where `$PAGER` does not say which: leaves a short text alone, keeps colours, and leaves
/// what was read on the screen.
const PAGER: &str = "less -FRX";

/// Runs the program of a command line such as `$EDITOR` with one more argument, until it ends.
///
/// # Errors
///
/// If it cannot be started, or ends with an error.
pub fn run(program: &str, argument: &std::path::Path) -> io::Result<()> {
    let _lent = (modes::LentTerminal::lend(), signal::LentKeyboard::lend());
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    let status = command.args(words).arg(argument).status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{program} ended with {status}"))),
    }
}

/// The user's pager, which has the terminal until this is dropped and the user has left it.
#[derive(Debug)]
pub struct Pager {
    child: Child,
    _lent: (modes::LentTerminal, signal::LentKeyboard),
}

impl Pager {
    /// A pager for a text that begins like this. `None` if it fits the screen, or there is no screen or pager.
    pub fn for_text(beginning: &str, look: Look) -> Option<Self> {
        let (width, height) = look.width.zip(crate::look::terminal_height())?;
        if rows(beginning, width) < usize::from(height) {
            return None;
        }
        let pager = std::env::var_os("PAGER").unwrap_or_else(|| PAGER.into());
        let pager = pager.to_string_lossy();
        let mut words = pager.split_whitespace();
        let program = words.next()?;
        let lent = (modes::LentTerminal::lend(), signal::LentKeyboard::lend());
        let mut command = Command::new(program);
        let child = command.args(words).stdin(Stdio::piped()).spawn().ok()?;
        Some(Pager { child, _lent: lent })
    }

    /// Hands more of the text to the pager.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::BrokenPipe`] if the user has seen enough.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        let pipe = self.child.stdin.as_mut();
        let text = streams::for_terminal(text);
        pipe.map_or(Ok(()), |pipe| pipe.write_all(text.as_bytes()))
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It was started, so that there is something to wait for.
        let _ = self.child.wait();
    }
}

/// Rows of a screen so wide.
fn rows(text: &str, width: u16) -> usize {
    let width = usize::from(width.max(1));
    text.lines()
        .map(|line| wrap::width(line).div_ceil(width).max(1))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_wider_than_the_screen_take_several_rows() {
        assert_eq!(rows("12345678901\n\nx\n", 10), 4);
        assert_eq!(rows("\u{1b}[1m1234567890\u{1b}[0m", 10), 1);
    }
}

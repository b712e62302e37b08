//! Another program in the terminal for a while: an editor, a pager.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use memglass_value::wrap;

use crate::look::Look;
use crate::{modes, signal};

/// The pager where `$PAGER` does not say which: leaves a short text alone, keeps colours, and leaves
/// what was read on the screen.
const PAGER: &str = "less -FRX";

/// Runs the program of a command line such as `$EDITOR` with one more argument, until it ends.
///
/// # Errors
///
/// If it cannot be started, or ends with an error.
pub fn run(program: &str, argument: &std::path::Path) -> io::Result<()> {
    let _lent = (modes::Lent::lend(), signal::Lent::lend());
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    let status = command.args(words).arg(argument).status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{program} ended with {status}"))),
    }
}

/// Shows `text` page by page if it is longer than the screen and there is a pager; false if not.
pub fn page(text: &str, look: Look) -> bool {
    let Some((width, height)) = look.width.zip(crate::look::terminal_height()) else {
        return false;
    };
    if rows(text, width) < usize::from(height) {
        return false;
    }
    let pager = std::env::var_os("PAGER").unwrap_or_else(|| PAGER.into());
    pager_shows(&pager, text).is_ok_and(|shown| shown)
}

/// Rows of a screen so wide.
fn rows(text: &str, width: u16) -> usize {
    let width = usize::from(width.max(1));
    text.lines()
        .map(|line| wrap::width(line).div_ceil(width).max(1))
        .sum()
}

fn pager_shows(pager: &OsString, text: &str) -> io::Result<bool> {
    let pager = pager.to_string_lossy();
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else {
        return Ok(false);
    };
    let _lent = (modes::Lent::lend(), signal::Lent::lend());
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::piped())
        .spawn()?;
    // A reader who has seen enough closes it before the end.
    let _ = child
        .stdin
        .take()
        .map(|mut pipe| pipe.write_all(text.as_bytes()));
    child.wait().map(|_| true)
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

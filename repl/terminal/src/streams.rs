//! Standard output and standard error of this process.
//!
//! What goes to a terminal is made harmless here, whatever wrote it: it may come out of a stranger's memory, program,
//! recording or header. Only colours pass. A pipe or a file gets the exact bytes.

use std::borrow::Cow;
use std::io::{self, IsTerminal, StderrLock, Write};
use std::sync::atomic::AtomicBool;

use memglass_system::files;
use memglass_value::format;

/// Bytes of data that leave together.
const CHUNK: usize = 64 << 10;

/// Empties a terminal. As all of what is written it passes.
pub const CLEAR: &str = "\x1b[H\x1b[2J\x1b[3J";

/// Goes to the beginning of the line, and clears it.
const CLEAR_LINE: &str = "\r\x1b[K";

/// Writes to standard output at once.
///
/// # Errors
///
/// As writing to it; a reader that has gone is [`io::ErrorKind::BrokenPipe`].
pub fn write_data(data: &str) -> io::Result<()> {
    write_sequence(&for_output(&io::stdout(), data))
}

/// Writes to standard output at once, until `stop` is raised: also if the reader of a pipe takes nothing.
///
/// # Errors
///
/// As [`write_data`]; also if it was stopped ([`files::is_stop`]).
pub fn write_data_unless(stop: &AtomicBool, data: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let data = for_output(&out, data);
    files::write_unless(stop, &mut out, data.as_bytes())
}

/// Writes to standard error. Where not even that works there is nobody left to tell.
pub fn write_message(message: &str) {
    let mut out = io::stderr().lock();
    let message = for_output(&out, message);
    let _ = out.write_all(message.as_bytes());
}

/// Draws `text` on standard error in place of the line that the cursor is in.
pub fn redraw_line(text: &str) {
    let draw = |mut out: StderrLock<'_>| {
        out.write_all(CLEAR_LINE.as_bytes())?;
        out.write_all(for_terminal(text).as_bytes())
    };
    let _ = draw(io::stderr().lock());
}

/// Writes what commands the terminal to standard output: nothing that came from elsewhere.
pub(crate) fn write_sequence(sequence: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(sequence.as_bytes())?;
    out.flush()
}

/// `text` as a terminal may have it: nothing in it commands the terminal, but for colours.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    match text {
        CLEAR => Cow::Borrowed(text),
        text => format::printable_in_color(text),
    }
}

/// Rows for other programs, which have no colours, as standard output may have them: on a terminal nothing in them is one.
pub fn rows(text: &str) -> Cow<'_, str> {
    match io::stdout().is_terminal() {
        true => format::printable(text),
        false => Cow::Borrowed(text),
    }
}

fn for_output<'t>(out: &impl IsTerminal, text: &'t str) -> Cow<'t, str> {
    match out.is_terminal() {
        true => for_terminal(text),
        false => Cow::Borrowed(text),
    }
}

/// Standard output for data that comes in many parts. What was not flushed leaves when it is dropped.
#[derive(Debug)]
pub struct Data {
    bytes: Vec<u8>,
    /// What a terminal may have of it.
    clean: fn(&str) -> Cow<'_, str>,
}

impl Default for Data {
    fn default() -> Self {
        Data {
            bytes: Vec::new(),
            clean: for_terminal,
        }
    }
}

impl Data {
    /// The same for [`rows`].
    pub fn rows() -> Self {
        Data {
            bytes: Vec::new(),
            clean: format::printable,
        }
    }

    fn pass(&mut self, end: usize) -> io::Result<()> {
        let rest = self.bytes.split_off(end);
        let data = std::mem::replace(&mut self.bytes, rest);
        let mut out = io::stdout().lock();
        match out.is_terminal() {
            true => out.write_all((self.clean)(&String::from_utf8_lossy(&data)).as_bytes()),
            false => out.write_all(&data),
        }
    }
}

impl Write for Data {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= CHUNK
            // No character and no colour is parted where a line ends.
            && let Some(end) = self.bytes.iter().rposition(|byte| *byte == b'\n')
        {
            self.pass(end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass(self.bytes.len())?;
        io::stdout().flush()
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_and_emptying_the_screen_command_a_terminal() {
        let colored = "\x1b[1mname\x1b[0m\n";
        assert_eq!(for_terminal(colored), colored);
        assert_eq!(for_terminal(CLEAR), CLEAR);
        assert_eq!(
            for_terminal(&format!("a{CLEAR}\n")),
            "a\\u{1b}[H\\u{1b}[2J\\u{1b}[3J\n"
        );
    }
}

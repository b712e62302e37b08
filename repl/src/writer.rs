//! The one place where data and messages leave: in the form that the user chose, page by page where they are
//! longer than the screen, until somebody wants them to stop.

use std::io;
use std::str;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memglass_script::ScriptError;
use memglass_system::files::{self, is_stop};
use memglass_terminal::foreground::Pager;
use memglass_terminal::look::{self, ColorChoice, Look};
use memglass_value::{format, wrap};

use crate::commands::CommandError;
use crate::embed::Outlet;
use crate::output::{Output, Rendering};

/// Bytes of data that leave together.
const CHUNK: usize = 64 << 10;

/// Lines of a result behind which a blank line stands, so that what follows does not look like a part of it.
const BLOCK: usize = 3;

/// Writes results and messages.
pub(crate) struct Writer {
    /// How results look now.
    pub(crate) rendering: Rendering,
    /// When to use colour.
    pub(crate) color: ColorChoice,
    /// Whether what is longer than the screen goes through a pager.
    pub(crate) paging: bool,
    pub(crate) outlet: Outlet,
    /// Raised to stop what is being written.
    pub(crate) stop: Arc<AtomicBool>,
}

impl Writer {
    /// Writes a result.
    ///
    /// # Errors
    ///
    /// [`CommandError::Output`] if nobody takes it any more or its rows can no longer be read, and
    /// [`ScriptError::Interrupted`] if it was to stop: then only a part of it is written.
    pub(crate) fn write(&self, output: &Output) -> Result<(), CommandError> {
        let mut chunks = Chunks::new(self);
        let written = output.write(self.rendering, &mut chunks);
        match written.and_then(|message| chunks.finish(message)) {
            Err(error) if is_stop(&error) => {
                self.stop.store(false, Ordering::Relaxed);
                Err(ScriptError::Interrupted.into())
            }
            // Whoever leaves the pager has seen enough, and the prompt goes on.
            Err(error) if error.get_ref().is_some_and(|error| error.is::<PagerLeft>()) => Ok(()),
            written => written.map_err(CommandError::Output),
        }
    }

    /// Writes a message for people.
    pub(crate) fn tell(&self, message: &str) {
        let message = wrap::wrapped(message, self.rendering.look.width);
        self.outlet.message(&message);
    }

    /// Writes why a line failed.
    pub(crate) fn tell_error(&self, error: &CommandError) {
        self.tell(&format!("{}\n", error.render(self.message_look())));
    }

    /// Writes a message that deserves a second look.
    pub(crate) fn warn(&self, text: &str) {
        let text = format!("memglass: {}", format::printable(text));
        let text = self.message_look().paint(look::caution(), &text);
        self.tell(&format!("{text}\n"));
    }

    /// How messages look: standard error may lead elsewhere than standard output.
    fn message_look(&self) -> Look {
        let look = self.rendering.look;
        let color = match self.outlet.is_standard() {
            true => Look::of_stderr(self.color).color,
            false => look.color,
        };
        Look { color, ..look }
    }
}

/// The user has left the pager.
#[derive(Debug, thiserror::Error)]
#[error("the pager was left")]
struct PagerLeft;

/// Data on its way out, in chunks that end where a line does.
struct Chunks<'w> {
    writer: &'w Writer,
    buffer: Vec<u8>,
    /// Lines that have left.
    lines: usize,
    is_first: bool,
    pager: Option<Pager>,
}

impl<'w> Chunks<'w> {
    fn new(writer: &'w Writer) -> Self {
        Chunks {
            writer,
            buffer: Vec::new(),
            lines: 0,
            is_first: true,
            pager: None,
        }
    }

    /// Lets the whole lines leave that are there.
    fn pass_lines(&mut self) -> io::Result<()> {
        let end = self.buffer.iter().rposition(|byte| *byte == b'\n');
        let rest = self.buffer.split_off(end.map_or(0, |end| end + 1));
        let lines = std::mem::replace(&mut self.buffer, rest);
        self.pass(&lines)
    }

    fn pass(&mut self, lines: &[u8]) -> io::Result<()> {
        let lines = str::from_utf8(lines).expect("data is text");
        if lines.is_empty() {
            return Ok(());
        }
        let is_first = std::mem::take(&mut self.is_first);
        if is_first && self.writer.paging && self.writer.outlet.is_standard() {
            self.pager = Pager::for_text(lines, self.writer.rendering.look);
        }
        self.lines += lines.lines().count();
        match &mut self.pager {
            Some(pager) => pager.write(lines).map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => io::Error::other(PagerLeft),
                _ => error,
            }),
            None => self.writer.outlet.data(lines),
        }
    }

    /// Lets the rest leave, and then the message that goes with it.
    fn finish(mut self, mut message: String) -> io::Result<()> {
        let rest = std::mem::take(&mut self.buffer);
        self.pass(&rest)?;
        let is_terminal = self.writer.rendering.look.width.is_some();
        if self.lines >= BLOCK && is_terminal && self.pager.is_none() {
            match message.is_empty() {
                true => self.writer.outlet.data("\n")?,
                false => message.push('\n'),
            }
        }
        drop(self.pager);
        if !message.is_empty() {
            self.writer.outlet.message(&message);
        }
        Ok(())
    }
}

impl io::Write for Chunks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.writer.stop.load(Ordering::Relaxed) {
            return Err(files::stop());
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.pass_lines()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! One line on standard error that is drawn again and again while something goes on.

use std::io::{self, IsTerminal};

use memglass_terminal::look::terminal_width;
use memglass_terminal::streams::redraw_line;
use memglass_value::{format, wrap};

/// The line; nothing is drawn where no terminal is.
pub(super) struct StatusLine {
    is_drawn: bool,
}

impl StatusLine {
    pub(super) fn new() -> StatusLine {
        StatusLine {
            is_drawn: io::stderr().is_terminal(),
        }
    }

    /// Draws a text in place of the one before. It is cut where the terminal ends: a second line could not be drawn
    /// again.
    pub(super) fn draw(&self, text: &str) {
        if self.is_drawn {
            let columns = terminal_width().map_or(80, usize::from);
            let text = &*format::printable(text);
            let cut = wrap::cut(text, columns.saturating_sub(1));
            redraw_line(cut.as_deref().unwrap_or(text));
        }
    }

    pub(super) fn clear(&self) {
        if self.is_drawn {
            redraw_line("");
        }
    }
}

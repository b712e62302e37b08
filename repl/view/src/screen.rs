//! The frame that is on the screen, and sending what differs.
//!
//! `ratatui`'s own terminal compares every cell of every frame. Here only rows that differ are painted, compared and
//! sent, and a frame is sent between two marks, so that a terminal that knows them never shows half of one.

use std::io::{self, Write};

use memglass_terminal::look;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::terminal;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthChar;

use crate::canvas::{Canvas, Span};
use crate::glyphs::Glyphs;
use crate::theme::Palette;

/// Where frames go: a terminal, or a test's buffer.
pub(crate) trait Surface: Backend {
    /// What follows is one frame.
    fn begin(&mut self) -> Result<(), Self::Error>;

    /// The frame is complete.
    fn end(&mut self) -> Result<(), Self::Error>;
}

impl<W: Write> Surface for CrosstermBackend<W> {
    fn begin(&mut self) -> io::Result<()> {
        self.write_all(b"\x1b[?2026h")
    }

    fn end(&mut self) -> io::Result<()> {
        self.write_all(b"\x1b[?2026l")?;
        Write::flush(self)
    }
}

/// Columns and rows of the terminal. It is asked for each frame, so the terminal is not opened for it as `crossterm` does.
///
/// # Errors
///
/// If the terminal is gone.
pub(crate) fn terminal_size() -> io::Result<(u16, u16)> {
    look::terminal_size().map_or_else(terminal::size, Ok)
}

/// The frame that is on the screen.
pub(crate) struct Screen<S: Surface> {
    surface: S,
    palette: Palette,
    glyphs: Glyphs,
    /// What the surface shows.
    front: Buffer,
    /// One row of the next frame.
    back: Buffer,
    shown: Vec<Vec<Span>>,
}

impl<S: Surface> Screen<S> {
    /// A screen of which nothing is known yet.
    pub(crate) fn new(surface: S, palette: Palette, glyphs: Glyphs) -> Self {
        Screen {
            surface,
            palette,
            glyphs,
            front: Buffer::empty(Rect::ZERO),
            back: Buffer::empty(Rect::ZERO),
            shown: Vec::new(),
        }
    }

    /// Draws with other colours from now on.
    pub(crate) fn set_palette(&mut self, palette: Palette) {
        self.palette = palette;
        self.forget();
    }

    /// Forgets what the surface shows: the next frame is sent whole.
    pub(crate) fn forget(&mut self) {
        self.front = Buffer::empty(Rect::ZERO);
    }

    /// Where frames go, for what is no frame.
    pub(crate) fn surface_mut(&mut self) -> &mut S {
        &mut self.surface
    }

    #[cfg(test)]
    pub(crate) fn surface(&self) -> &S {
        &self.surface
    }

    /// Brings the surface to show this frame; gives the number of cells sent.
    ///
    /// # Errors
    ///
    /// If the surface is gone.
    pub(crate) fn show(&mut self, canvas: &Canvas) -> Result<usize, S::Error> {
        let (width, height) = canvas.size();
        if self.front.area != Rect::new(0, 0, width, height) {
            self.begin_anew(width, height)?;
        }
        let mut changed = Vec::new();
        for (y, row) in (0..height).zip(canvas.rows()) {
            let shown = &mut self.shown[usize::from(y)];
            if shown != row {
                paint(&mut self.back, row, self.palette, self.glyphs);
                take_differences(&self.back, &mut self.front, y, &mut changed);
                shown.clone_from(row);
            }
        }
        if !changed.is_empty() {
            self.surface.begin()?;
            let cells = changed.iter().map(|&(x, y)| (x, y, &self.front[(x, y)]));
            self.surface.draw(cells)?;
            self.surface.end()?;
        }
        Ok(changed.len())
    }

    fn begin_anew(&mut self, width: u16, height: u16) -> Result<(), S::Error> {
        self.front = Buffer::empty(Rect::new(0, 0, width, height));
        self.back = Buffer::empty(Rect::new(0, 0, width, 1));
        self.shown = vec![Vec::new(); height.into()];
        self.surface.clear()
    }
}

/// Paints one row into a buffer of one row.
fn paint(row: &mut Buffer, spans: &[Span], palette: Palette, glyphs: Glyphs) {
    row.reset();
    for span in spans {
        let style = palette.style(span.ink);
        let mut x = span.at;
        for c in span.text.chars().filter(|c| !c.is_control()) {
            let width = c.width().unwrap_or(0) as u16;
            if width == 0 {
                append(row, x, c);
                continue;
            }
            if x + width > row.area.width {
                break;
            }
            put(row, x, glyphs.of(c), width, style);
            x += width;
        }
    }
}

/// A mark without a width of its own belongs to the character before it.
fn append(row: &mut Buffer, x: u16, mark: char) {
    if let Some(before) = x.checked_sub(1).and_then(|x| row.cell_mut((x, 0))) {
        let symbol = format!("{}{mark}", before.symbol());
        before.set_symbol(&symbol);
    }
}

fn put(row: &mut Buffer, x: u16, c: char, width: u16, style: ratatui::style::Style) {
    // Half of a wide character that stood here before is not shown.
    if x > 0 && is_wide(&row[(x - 1, 0)]) {
        row[(x - 1, 0)].set_char('…');
    }
    let cell = &mut row[(x, 0)];
    cell.reset();
    cell.set_char(c).set_style(style);
    for behind in x + 1..x + width {
        row[(behind, 0)].reset();
        row[(behind, 0)].set_style(style);
    }
}

fn is_wide(cell: &Cell) -> bool {
    cell.symbol().chars().next().and_then(char::width) == Some(2)
}

/// Copies what differs from a painted row to what is shown, and says which cells are to be sent.
fn take_differences(row: &Buffer, shown: &mut Buffer, y: u16, changed: &mut Vec<(u16, u16)>) {
    let mut covered = false;
    let mut stale = false;
    for x in 0..row.area.width {
        let (now, before) = (&row[(x, 0)], &mut shown[(x, y)]);
        let differs = now != before || stale;
        // The second half of a wide character is sent with the first; once it is gone, its place is to be sent.
        stale = is_wide(before) && differs;
        if differs {
            before.clone_from(now);
            if !covered {
                changed.push((x, y));
            }
        }
        covered = is_wide(now) && !covered;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use ratatui::backend::TestBackend;

    use super::*;
    use crate::theme::Role;

    impl Surface for TestBackend {
        fn begin(&mut self) -> Result<(), Infallible> {
            Ok(())
        }

        fn end(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    fn screen() -> Screen<TestBackend> {
        Screen::new(TestBackend::new(8, 2), Palette::default(), Glyphs::Full)
    }

    fn frame(rows: &[&str]) -> Canvas {
        let mut canvas = Canvas::default();
        canvas.clear(8, 2);
        for (row, y) in rows.iter().zip(0..) {
            canvas.put(0, y, row.to_string(), Role::Text);
        }
        canvas
    }

    #[test]
    fn only_cells_that_differ_are_sent() {
        let mut screen = screen();
        assert_eq!(screen.show(&frame(&["price 10", "x"])), Ok(8));
        assert_eq!(screen.show(&frame(&["price 10", "x"])), Ok(0));
        assert_eq!(screen.show(&frame(&["price 11", "x"])), Ok(1));
        assert_eq!(screen.show(&frame(&["price", "x"])), Ok(2));
        screen
            .surface()
            .assert_buffer_lines(["price   ", "x       "]);
    }

    #[test]
    fn a_resized_screen_is_sent_whole() {
        let mut screen = screen();
        screen.show(&frame(&["abc", ""])).expect("a frame");
        screen.forget();
        assert_eq!(screen.show(&frame(&["abc", ""])), Ok(3));
    }

    #[test]
    fn a_wide_character_that_goes_leaves_nothing_behind() {
        let mut screen = screen();
        screen.show(&frame(&["価格x", ""])).expect("a frame");
        screen
            .surface()
            .assert_buffer_lines(["価格x   ", "        "]);
        screen.show(&frame(&["a b x", ""])).expect("a frame");
        screen
            .surface()
            .assert_buffer_lines(["a b x   ", "        "]);
        screen.show(&frame(&["価格x", ""])).expect("a frame");
        screen
            .surface()
            .assert_buffer_lines(["価格x   ", "        "]);
    }

    #[test]
    fn half_of_a_covered_wide_character_is_a_mark() {
        let mut canvas = frame(&["価格", ""]);
        canvas.put(1, 0, "|", Role::Text);
        let mut screen = screen();
        screen.show(&canvas).expect("a frame");
        screen
            .surface()
            .assert_buffer_lines(["…|格    ", "        "]);
    }
}

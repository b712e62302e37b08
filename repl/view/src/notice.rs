//! What is wrong with the settings, over the first frames: the view works beside it.

use memglass_value::wrap::hanging;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::canvas::{Area, Canvas};
use crate::host::Host;
use crate::overlay::{Answer, Overlay, frame};
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// Columns of the box.
const WIDTH: u16 = 76;

/// Columns by which the rest of a wrapped line is indented.
const HANG: usize = 2;

/// Lines that are shown until any key is pressed.
#[derive(Debug)]
pub(crate) struct Notice {
    lines: Vec<String>,
    first: usize,
}

impl Notice {
    pub(crate) fn new(lines: &[String]) -> Self {
        Notice {
            lines: lines.iter().map(|line| text::clean(line).into()).collect(),
            first: 0,
        }
    }

    /// The lines, wrapped at words.
    fn wrapped(&self, columns: usize) -> Vec<String> {
        let wrapped = self.lines.iter().map(|line| hanging(line, columns, HANG));
        wrapped
            .flat_map(|rows| rows.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }
}

impl Overlay for Notice {
    fn key(&mut self, key: KeyEvent, _: &mut dyn Host) -> Answer {
        match key.code {
            KeyCode::Up => self.first = self.first.saturating_sub(1),
            KeyCode::Down => self.first += 1,
            _ => return Answer::Closes,
        }
        Answer::Stays
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, _: &Snapshot) {
        let width = WIDTH.min(body.width);
        let rows = self.wrapped(usize::from(width.saturating_sub(4)));
        let height = (rows.len() as u16 + 3).min(body.height);
        let inside = frame(canvas, body, [width, height], "Settings");
        let room = usize::from(inside.height.saturating_sub(1));
        let first = self.first.min(rows.len().saturating_sub(room));
        for (row, y) in rows.iter().skip(first).take(room).zip(inside.y..) {
            let row = text::cut_end(row, inside.width.into()).into_owned();
            canvas.put(inside.x, y, row, Role::Amber);
        }
        let foot = text::cut_end(
            "what is wrong is left as it usually is   Esc",
            inside.width.into(),
        );
        canvas.put(inside.x, inside.bottom() - 1, foot.into_owned(), Role::Dim);
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        &[["↑↓", "scroll"], ["Esc", "close"]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_at_words_and_hang() {
        let notice = Notice::new(&[
            "config.toml:1:1: there is no setting".into(),
            "short".into(),
        ]);
        let rows = notice.wrapped(20);
        assert_eq!(
            rows,
            ["config.toml:1:1:", "  there is no", "  setting", "short"]
        );
    }
}

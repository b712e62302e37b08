//! A frame as it is composed: per row of the screen, pieces of text and what they are for.
//!
//! Rows are compared with those of the last frame, and only rows that differ are painted. So what has to be drawn
//! follows from what is shown, and no part of the view has to remember to ask for it.

use std::borrow::Cow;

use crate::text;
use crate::theme::{Ink, Role};

/// A piece of text in a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) at: u16,
    pub(crate) text: Cow<'static, str>,
    pub(crate) ink: Ink,
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: u16,
    pub(crate) y: u16,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

/// A frame as it is composed; later pieces cover earlier ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Canvas {
    width: u16,
    rows: Vec<Vec<Span>>,
}

impl Area {
    /// The first column behind it.
    pub(crate) fn right(self) -> u16 {
        self.x + self.width
    }

    /// The first row below it.
    pub(crate) fn bottom(self) -> u16 {
        self.y + self.height
    }

    pub(crate) fn contains(self, x: u16, y: u16) -> bool {
        (self.x..self.right()).contains(&x) && (self.y..self.bottom()).contains(&y)
    }
}

impl Canvas {
    /// An empty frame.
    pub(crate) fn clear(&mut self, width: u16, height: u16) {
        self.width = width;
        self.rows.resize_with(height.into(), Vec::new);
        self.rows.iter_mut().for_each(Vec::clear);
    }

    pub(crate) fn size(&self) -> (u16, u16) {
        (self.width, self.rows.len() as u16)
    }

    pub(crate) fn rows(&self) -> &[Vec<Span>] {
        &self.rows
    }

    /// Puts a text there. It is the caller's to see that it fits.
    pub(crate) fn put(
        &mut self,
        x: u16,
        y: u16,
        text: impl Into<Cow<'static, str>>,
        ink: impl Into<Ink>,
    ) {
        let text = text.into();
        if let Some(row) = self.rows.get_mut(usize::from(y))
            && x < self.width
            && !text.is_empty()
        {
            let ink = ink.into();
            row.push(Span { at: x, text, ink });
        }
    }

    /// Puts a text so that it ends before column `end`.
    pub(crate) fn put_before(&mut self, end: u16, y: u16, text: String, ink: impl Into<Ink>) {
        let width = text::width(&text) as u16;
        self.put(end.saturating_sub(width), y, text, ink);
    }

    /// Covers an area with blanks.
    pub(crate) fn blank(&mut self, area: Area) {
        for y in area.y..area.bottom() {
            self.put(area.x, y, " ".repeat(area.width.into()), Role::Text);
        }
    }

    /// Makes everything in a part of a row look selected, blanks included.
    pub(crate) fn select(&mut self, area: Area) {
        let Some(row) = self.rows.get_mut(usize::from(area.y)) else {
            return;
        };
        let inside = area.x..area.right();
        // What blanks cover is not seen.
        let is_cover = |span: &Span| {
            let end = usize::from(span.at) + span.text.len();
            span.at <= area.x && end >= area.right().into() && span.text.trim().is_empty()
        };
        let seen = row.iter().rposition(is_cover).map_or(0, |cover| cover + 1);
        let is_inside = |span: &Span| inside.contains(&span.at);
        for span in row[seen..].iter_mut().filter(|span| is_inside(span)) {
            span.ink.is_selected = true;
        }
        let blanks = Span {
            at: area.x,
            text: " ".repeat(area.width.into()).into(),
            ink: Ink {
                role: Role::Text,
                is_selected: true,
            },
        };
        // Below the texts of this area, and above those beside it.
        let first = row[seen..].iter().position(is_inside).map(|at| seen + at);
        row.insert(first.unwrap_or(row.len()), blanks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_box_is_selected_above_what_the_box_covers() {
        let mut canvas = Canvas::default();
        canvas.clear(20, 1);
        let row = |x, width| Area {
            x,
            y: 0,
            width,
            height: 1,
        };
        canvas.put(6, 0, "covered", Role::Text);
        canvas.blank(row(0, 20));
        canvas.put(4, 0, "│", Role::Accent);
        canvas.put(6, 0, "shown", Role::Text);
        canvas.select(row(5, 10));
        let spans = canvas.rows()[0].iter();
        let spans: Vec<_> = spans
            .map(|span| (span.at, span.text.trim(), span.ink.is_selected))
            .collect();
        let expected = [
            (6, "covered", false),
            (0, "", false),
            (4, "│", false),
            (5, "", true),
            (6, "shown", true),
        ];
        assert_eq!(spans, expected);
    }
}

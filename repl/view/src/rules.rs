//! The lines between panels, with their titles: solid while values are live, dashed over a still picture.

use std::borrow::Cow;

use crate::canvas::Canvas;
use crate::text;
use crate::theme::Role;

/// A title gives way to the note beside it down to so many columns, or to a short note on a narrow panel.
const LEAST_TITLE: usize = 15;

/// Columns that a short note takes with the ends of the line beside it, and the least that it leaves the title.
const SHORT_NOTE: [usize; 2] = [12, 8];

/// Columns of the line at both ends and between a title and a note, with blanks around both.
const BETWEEN: usize = 7;

/// Whether a line of so many columns has room for a whole title and a note.
pub(crate) fn has_room(title: &str, note: &str, width: u16) -> bool {
    text::width(title) + text::width(note) + BETWEEN <= width.into()
}

/// The line above a panel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    pub(crate) title: String,
    /// What stands at its right end.
    pub(crate) note: String,
    pub(crate) is_focused: bool,
    pub(crate) is_live: bool,
}

impl Rule {
    /// Draws it from column `x` to before `end`.
    pub(crate) fn draw(&self, canvas: &mut Canvas, x: u16, end: u16, y: u16) {
        let width = usize::from(end.saturating_sub(x));
        let line = self.line_character();
        let role = self.role();
        canvas.put(x, y, line.repeat(width), role);
        let note = text::width(&self.note);
        let beside_note = width.saturating_sub(note + BETWEEN);
        let [short, rest] = SHORT_NOTE;
        let least = width.saturating_sub(short).clamp(rest, LEAST_TITLE);
        let room = match note > 0 && beside_note >= least {
            true => beside_note,
            false => width.saturating_sub(4),
        };
        let title = text::cut_end(&self.title, room).into_owned();
        let used = text::width(&title);
        if used > 0 {
            let role = match self.is_focused {
                true => Role::News,
                false => Role::Text,
            };
            canvas.put(x + 1, y, format!(" {title} "), role);
        }
        // A note that does not fit beside the title says nothing.
        if note > 0 && used + note + BETWEEN <= width {
            canvas.put_before(end - 1, y, format!(" {} ", self.note), Role::Dim);
        }
    }

    fn line_character(&self) -> &'static str {
        match (self.is_live, self.is_focused) {
            (true, true) => "━",
            (true, false) => "─",
            (false, true) => "╍",
            (false, false) => "╌",
        }
    }

    pub(crate) fn role(&self) -> Role {
        match self.is_focused {
            true => Role::Accent,
            false => Role::Rule,
        }
    }
}

/// Where a vertical line meets a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// It begins there.
    Below,
    /// It ends there.
    Above,
    /// It goes on.
    Across,
}

/// The character where they meet; which sides of the rule are heavy.
pub(crate) fn junction(
    meeting: Meeting,
    is_left_heavy: bool,
    is_right_heavy: bool,
) -> Cow<'static, str> {
    let characters = match meeting {
        Meeting::Below => ["┬", "┭", "┮", "┯"],
        Meeting::Above => ["┴", "┵", "┶", "┷"],
        Meeting::Across => ["┼", "┽", "┾", "┿"],
    };
    characters[usize::from(is_left_heavy) + 2 * usize::from(is_right_heavy)].into()
}

/// The rows of a scroll bar that are full: of `height` rows, where `shown` of `total` rows from `first` on are seen.
pub(crate) fn thumb(height: u16, total: usize, first: usize, shown: usize) -> std::ops::Range<u16> {
    if total <= shown || height == 0 {
        return 0..0;
    }
    let rows = usize::from(height);
    let length = (rows * shown / total).clamp(1, rows);
    let most = total - shown;
    let start = (first.min(most) * (rows - length)).div_ceil(most);
    start as u16..(start + length) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scroll_bar_reaches_both_ends() {
        assert_eq!(thumb(10, 5, 0, 10), 0..0);
        assert_eq!(thumb(10, 20, 0, 10), 0..5);
        assert_eq!(thumb(10, 20, 10, 10), 5..10);
        assert_eq!(thumb(10, 1_000_000, 0, 10), 0..1);
        assert_eq!(thumb(10, 1_000_000, 999_990, 10), 9..10);
        assert_eq!(thumb(10, 1_000_000, 1, 10), 1..2, "not at the top any more");
    }

    #[test]
    fn a_rule_without_room_has_its_title_alone() {
        let rule = Rule {
            title: "Objects 21".into(),
            note: "by label".into(),
            is_live: true,
            ..Rule::default()
        };
        let drawn = |width| {
            let mut canvas = Canvas::default();
            canvas.clear(width, 1);
            rule.draw(&mut canvas, 0, width, 0);
            crate::testing::text(&canvas)
        };
        assert_eq!(drawn(30), "─ Objects 21 ────── by label ─\n");
        assert_eq!(drawn(20), "─ Objects 21 ───────\n");
        assert_eq!(drawn(9), "─ Obje… ─\n");
    }

    #[test]
    fn a_long_title_gives_way_to_the_note() {
        let rule = Rule {
            title: "Objects 3 of 21 · quantity > 500".into(),
            note: "label ↑".into(),
            is_live: true,
            ..Rule::default()
        };
        let mut canvas = Canvas::default();
        canvas.clear(34, 1);
        rule.draw(&mut canvas, 0, 34, 0);
        let drawn = crate::testing::text(&canvas);
        assert_eq!(drawn, "─ Objects 3 of 21 · q… ─ label ↑ ─\n");
    }
}

//! The line below the title of a replay: all of the recording, what happened in it, and where the replay is.

use crate::canvas::Canvas;
use crate::snapshot::{Mark, Replay};
use crate::text;
use crate::theme::Role;

/// Draws it into the row `y`.
pub(crate) fn draw(canvas: &mut Canvas, y: u16, replay: &Replay) {
    let (width, _) = canvas.size();
    let [start, end] = &replay.bounds;
    let first = 2 + text::width(start) as u16;
    let last = width.saturating_sub(2 + text::width(end) as u16);
    canvas.put(1, y, start.clone(), Role::Dim);
    canvas.put_before(width.saturating_sub(1), y, end.clone(), Role::Dim);
    if first >= last {
        return;
    }
    let columns = last - first;
    let at = (replay.passed.clamp(0.0, 1.0) * f64::from(columns - 1)).round() as u16;
    for column in 0..columns {
        let mark = mark(replay, column, columns);
        let (glyph, role) = match (column == at, looks(mark)) {
            (true, _) => ("●", Role::Accent),
            (false, Some(looks)) => looks,
            (false, None) if column < at => ("━", Role::Rule),
            (false, None) => ("─", Role::Rule),
        };
        canvas.put(first + column, y, glyph, role);
    }
}

/// The most telling of what happened in a column.
fn mark(replay: &Replay, column: u16, columns: u16) -> Mark {
    let count = replay.marks.len();
    let begin = |column: u16| usize::from(column) * count / usize::from(columns);
    let (first, last) = (begin(column), begin(column + 1));
    let marks = replay.marks.get(first..last.max((first + 1).min(count)));
    let marks = marks.unwrap_or_default().iter();
    marks.max().copied().unwrap_or_default()
}

fn looks(mark: Mark) -> Option<(&'static str, Role)> {
    Some(match mark {
        Mark::Nothing => return None,
        Mark::Created => ("+", Role::News),
        Mark::Destroyed => ("×", Role::Dim),
        Mark::Fired => ("◆", Role::Accent),
        Mark::Lost => ("!", Role::Amber),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_shows_the_most_telling_of_its_parts() {
        let mut replay = Replay {
            marks: vec![Mark::Nothing; 100],
            ..Replay::default()
        };
        replay.marks[10] = Mark::Created;
        replay.marks[11] = Mark::Lost;
        replay.marks[99] = Mark::Destroyed;
        assert_eq!(mark(&replay, 5, 50), Mark::Created);
        assert_eq!(mark(&replay, 6, 50), Mark::Nothing);
        assert_eq!(mark(&replay, 49, 50), Mark::Destroyed);
        // More columns than parts.
        assert_eq!(mark(&replay, 43, 400), Mark::Created);
        assert_eq!(mark(&replay, 399, 400), Mark::Destroyed);
        assert_eq!(mark(&Replay::default(), 3, 80), Mark::Nothing);
    }
}

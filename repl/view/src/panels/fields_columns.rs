//! Where the columns of the field inspector are: what is left out when there is little room, in a written order.

use crate::canvas::Area;
use crate::snapshot::Widths;

/// Without so many columns there is no column for the value before.
const WITH_BEFORE: u16 = 66;

/// Without so many columns there is none for notes.
const WITH_NOTES: u16 = 50;

/// Without so many columns there is none for types.
const WITH_TYPES: u16 = 40;

/// Without so many columns there is none for units.
const WITH_UNITS: u16 = 30;

/// With so many columns names and values before have more of them.
const SPACIOUS: u16 = 100;

/// Columns of a value before a change, and where there is plenty of room.
const BEFORE: (u16, u16) = (11, 14);

/// Columns of whole numbers, and where there is plenty of room.
const WHOLE: (u16, u16) = (14, 20);

/// Digits of the longest integer of 64 bits, and its sign.
const LONGEST: u16 = 20;

/// Columns of notes beside their units.
const NOTE: u16 = 10;

/// The least for names, what they get where there is room, and where there is plenty.
const NAME: (u16, u16, u16) = (10, 18, 28);

/// The least for names where there is not even room for that.
const LEAST_NAME: u16 = 6;

/// Columns of the names of elements that share a row, their marks and indentation included.
const SHARED_NAME: u16 = 16;

/// The most columns of an element that shares its row.
const SHARED: u16 = 14;

/// Where the values of elements that share a row stand.
pub(crate) fn shared_columns(area: Area) -> Column {
    let at = area.x + 2 + SHARED_NAME;
    Column {
        at,
        width: area.right().saturating_sub(at + 1),
    }
}

/// The columns of each of so many elements of a row: the last of each is its right end, and the first a gap.
pub(crate) fn shared_cells(area: Area, count: usize) -> impl Iterator<Item = Column> {
    let Column { at, width } = shared_columns(area);
    let each = (width / count.max(1) as u16).min(SHARED);
    (0..count as u16).map(move |index| Column {
        at: at + index * each,
        width: each,
    })
}

/// A column: where it begins, and how wide it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) at: u16,
    pub(crate) width: u16,
}

/// Where the columns are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) name: Column,
    pub(crate) type_name: Option<Column>,
    /// The value before a change.
    pub(crate) before: Option<Column>,
    /// The arrow between the two.
    pub(crate) arrow: u16,
    /// Whole numbers, which end with it.
    pub(crate) whole: Column,
    /// What follows the point.
    pub(crate) fraction: Column,
    pub(crate) unit: Option<Column>,
    /// Of its own, or else behind the unit in the same column.
    pub(crate) note: Option<Column>,
}

impl Columns {
    /// The columns of an area, for an object whose fields need these widths.
    pub(crate) fn of(area: Area, widths: Widths) -> Columns {
        let width = area.width;
        let mut shape = Shape::of(width, widths);
        shape.give_to_whole(width, widths);
        shape.keep_inside(width);
        let rest = width.saturating_sub(shape.beside_name());
        let usual = if width >= SPACIOUS { NAME.2 } else { NAME.1 };
        let most = usual.max(widths.name as u16);
        let mut next = area.x + 2;
        let mut column = |width: u16, gap: u16| {
            let at = next;
            next += width + gap;
            Column { at, width }
        };
        let name = rest.clamp(LEAST_NAME, most);
        let name = name - shape.taken_by_notes(rest, name, widths);
        let name = column(name - shape.give_to_before(name, widths), 1);
        let type_name = (shape.type_name > 0).then(|| column(shape.type_name, 1));
        let before = (shape.before > 0).then(|| column(shape.before, 1));
        let arrow = column(1, u16::from(shape.before > 0)).at;
        let whole = column(shape.whole, 0);
        let fraction = column(shape.fraction, 1);
        let unit = (shape.unit > 0).then(|| column(shape.unit, 1));
        let note_at = column(0, 0).at;
        let note = (shape.note > 0).then(|| Column {
            at: note_at,
            width: area.right().saturating_sub(note_at),
        });
        Columns {
            name,
            type_name,
            before,
            arrow,
            whole,
            fraction,
            unit,
            note,
        }
    }

    /// Where texts begin: they need no alignment, and take what numbers leave.
    pub(crate) fn text_at(&self) -> u16 {
        self.before.map_or(self.arrow, |before| before.at)
    }
}

/// How wide the columns are, 0 for those left out.
struct Shape {
    type_name: u16,
    before: u16,
    whole: u16,
    fraction: u16,
    unit: u16,
    note: u16,
}

impl Shape {
    fn of(width: u16, widths: Widths) -> Shape {
        let if_wide = |least: u16, columns: u16| if width >= least { columns } else { 0 };
        let is_wide = width >= WITH_BEFORE;
        let type_name = (widths.type_name as u16).clamp(4, if is_wide { 12 } else { 8 });
        let unit = (widths.unit as u16).clamp(6, 8);
        Shape {
            type_name: if_wide(WITH_TYPES, type_name),
            before: match width >= SPACIOUS {
                true => BEFORE.1,
                false => if_wide(WITH_BEFORE, BEFORE.0),
            },
            whole: match width {
                SPACIOUS.. => WHOLE.1,
                WITH_BEFORE.. => WHOLE.0,
                _ => 10.max(WHOLE.0.min(width / 4)).min(width / 3),
            },
            fraction: widths.fraction.min(7) as u16,
            unit: match is_wide {
                true => unit,
                // Notes share the column.
                false if width >= WITH_NOTES => 0,
                false => if_wide(WITH_UNITS, unit.min(width / 6)),
            },
            note: match is_wide {
                true => NOTE,
                false => if_wide(WITH_NOTES, NOTE - 1),
            },
        }
    }

    /// Makes room for all digits of the longest integer: one that is rounded seems to stand still.
    fn give_to_whole(&mut self, width: u16, widths: Widths) {
        let least = 2 + 1 + 1 + 1 + NAME.0;
        let most = LONGEST.min(width.saturating_sub(least));
        self.whole = self.whole.max(most.min(widths.whole as u16));
    }

    /// Leaves out what has no room: a number that is cut at the edge looks like another number. The type and the value before stand
    /// elsewhere too, and go first. Names are shortened next, and then fractions: such a number is written with an exponent.
    fn keep_inside(&mut self, width: u16) {
        for leave_out in [
            Shape::without_type,
            Shape::without_before,
            Shape::without_note,
            Shape::without_unit,
        ] {
            if self.lacks(NAME.0, width) == 0 {
                return;
            }
            leave_out(self);
        }
        self.fraction -= self.lacks(LEAST_NAME, width).min(self.fraction);
    }

    /// How many columns are missing beside names of so many.
    fn lacks(&self, name: u16, width: u16) -> u16 {
        (name + self.beside_name()).saturating_sub(width)
    }

    fn without_type(&mut self) {
        self.type_name = 0;
    }

    fn without_before(&mut self) {
        self.before = 0;
    }

    fn without_note(&mut self) {
        self.note = 0;
    }

    fn without_unit(&mut self) {
        self.unit = 0;
    }

    /// Columns that names do not need and notes do.
    fn taken_by_notes(&self, rest: u16, name: u16, widths: Widths) -> u16 {
        let has = self.note + rest.saturating_sub(name);
        let lacks = (widths.note as u16).saturating_sub(has);
        if self.note > 0 {
            lacks.min(spare(name, widths))
        } else {
            0
        }
    }

    /// Gives columns that names do not need to values before, until whole numbers have as much room there; says how many.
    fn give_to_before(&mut self, name: u16, widths: Widths) -> u16 {
        let lacks = self.whole.saturating_sub(self.before);
        let given = lacks.min(spare(name, widths));
        if self.before == 0 {
            return 0;
        }
        self.before += given;
        given
    }

    /// Columns of all but the name, with the gaps between them and the two in front.
    fn beside_name(&self) -> u16 {
        let with_gap = |width: u16| if width > 0 { width + 1 } else { 0 };
        let arrow = 1 + u16::from(self.before > 0);
        let numbers = self.whole + self.fraction + 1;
        let right = with_gap(self.unit) + self.note;
        // Behind the last of them there is no gap.
        let end = u16::from(self.note == 0);
        3 - end + with_gap(self.type_name) + with_gap(self.before) + arrow + numbers + right
    }
}

/// Of so many columns for names, those that they do not need.
fn spare(name: u16, widths: Widths) -> u16 {
    name.saturating_sub((widths.name as u16).max(NAME.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(width: u16) -> Columns {
        columns_with_note(width, 8)
    }

    fn widths(note: usize) -> Widths {
        Widths {
            name: 14,
            type_name: 9,
            unit: 5,
            note,
            whole: 0,
            fraction: 0,
        }
    }

    fn area(width: u16) -> Area {
        Area {
            x: 43,
            y: 0,
            width,
            height: 9,
        }
    }

    fn columns_with_note(width: u16, note: usize) -> Columns {
        Columns::of(area(width), widths(note))
    }

    #[test]
    fn a_wide_panel_has_all_columns() {
        let columns = columns(77);
        assert_eq!(columns.name, Column { at: 45, width: 15 });
        assert_eq!(columns.type_name, Some(Column { at: 61, width: 9 }));
        assert_eq!(columns.before, Some(Column { at: 71, width: 14 }));
        assert_eq!(columns.arrow, 86);
        assert_eq!(columns.whole.at + columns.whole.width, 102);
        assert_eq!(columns.unit, Some(Column { at: 103, width: 6 }));
        assert_eq!(columns.note, Some(Column { at: 110, width: 10 }));
    }

    #[test]
    fn long_notes_and_values_before_take_what_names_do_not_need() {
        for (note, of_note, of_name, of_before) in
            [(10, 10, 15, 14), (12, 12, 14, 13), (30, 14, 14, 11)]
        {
            let columns = columns_with_note(77, note);
            assert_eq!(columns.note.expect("wide").width, of_note);
            assert_eq!(columns.name.width, of_name);
            assert_eq!(columns.before.expect("wide").width, of_before);
        }
    }

    #[test]
    fn long_integers_have_all_their_digits_before_types_and_values_before() {
        for width in 36..120 {
            let widths = Widths {
                whole: 19,
                name: 14,
                type_name: 9,
                unit: 5,
                note: 8,
                fraction: 0,
            };
            let area = area(width);
            let columns = Columns::of(area, widths);
            assert!(columns.whole.width >= 19, "{width}: {columns:?}");
            assert!(columns.name.width >= 10, "{width}: {columns:?}");
            assert!(
                columns.whole.at + columns.whole.width <= area.right(),
                "{width}"
            );
        }
    }

    #[test]
    fn columns_go_one_by_one_as_the_room_gets_less() {
        assert!(columns(66).before.is_some() && columns(65).before.is_none());
        assert!(columns(50).note.is_some() && columns(49).note.is_none());
        assert!(columns(40).type_name.is_some() && columns(39).type_name.is_none());
        assert!(columns(30).unit.is_some() && columns(29).unit.is_none());
    }

    #[test]
    fn no_column_ends_outside() {
        for (width, fraction) in
            (20..440).flat_map(|width| (0..9).map(move |fraction| (width, fraction)))
        {
            let widths = Widths {
                fraction,
                ..widths(8)
            };
            let columns = Columns::of(area(width), widths);
            let last = [
                Some(columns.name),
                columns.type_name,
                columns.before,
                Some(columns.whole),
                Some(columns.fraction),
                columns.unit,
                columns.note,
            ];
            for column in last.into_iter().flatten() {
                assert!(
                    column.at + column.width <= 43 + width,
                    "{width}: {columns:?}"
                );
            }
            assert!(columns.name.width >= 6, "{width}");
        }
    }
}

//! Where the columns of the list are, and which of them there is room for.

use std::collections::HashMap;
use std::sync::Arc;

use memglass_value::format::Figure;

use super::list_columns::{ListColumns, What};
use crate::canvas::{Area, Canvas};
use crate::interest::Column;
use crate::snapshot::{Cell, ObjectRow};
use crate::text;
use crate::theme::Role;

/// What a label keeps when there are pinned columns, and the least once everything else has given way to them.
const LABEL: usize = 14;
const LEAST_LABEL: usize = 10;

/// The most columns of a pinned column's header where it has less than a quarter of the list, of whole numbers and
/// texts, and of what stands behind the point.
const HEADER: usize = 18;
const WHOLE: usize = 14;
const FRACTION: usize = 7;

/// The widest that the values of each pinned column were: columns do not shrink while values move.
pub(super) type Widest = HashMap<Arc<str>, Width>;

/// What a pinned column needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Width {
    whole: usize,
    fraction: usize,
    unit: usize,
}

/// Whether columns have headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    Shown,
    None,
}

/// A pinned column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PinnedAt {
    at: u16,
    whole_end: u16,
    width: Width,
    header: String,
}

/// Where the columns of a row are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) label: usize,
    pub(super) pinned: Vec<PinnedAt>,
    /// Pinned columns for which there is no room, and others that gave way to them.
    pub(super) left_out: usize,
    pub(super) type_at: u16,
    /// 0 if types are not shown.
    pub(super) type_name: usize,
    /// The column behind the age.
    pub(super) age_end: Option<u16>,
    /// The column behind the rate.
    pub(super) rate_end: Option<u16>,
}

impl Width {
    /// Wide enough for a value, too.
    pub(super) fn grown(self, cell: &Cell) -> Width {
        let (whole, fraction) = match &cell.value {
            Figure::Number(digits) => {
                let (whole, fraction) = digits.fitted(WHOLE, FRACTION);
                (text::width(&whole), text::width(&fraction))
            }
            other => (text::width(&other.plain()).min(WHOLE), 0),
        };
        Width {
            whole: self.whole.max(whole),
            fraction: self.fraction.max(fraction),
            unit: self.unit.max(text::width(&cell.unit)),
        }
    }

    fn total(self) -> usize {
        let unit = if self.unit == 0 { 0 } else { self.unit + 1 };
        self.whole + self.fraction + unit
    }
}

impl Columns {
    /// A column for the mark of the selected row, one for news, and the rest by what there is room for. Pinned columns
    /// are there because somebody asked for them: rates, ages and types give way to them.
    pub(super) fn of(
        area: Area,
        rows: &[ObjectRow],
        is_wide: bool,
        header: Header,
        chosen: &ListColumns,
        widest: &Widest,
    ) -> Columns {
        let has_rate = is_wide && area.width >= 42 && chosen.shows(&What::Rate);
        let has_age = is_wide && chosen.shows(&What::Age);
        let has_type = chosen.shows(&What::Type);
        let choices = [
            [has_type, has_age, has_rate],
            [has_type, has_age, false],
            [has_type, false, false],
            [false; 3],
        ];
        let columns = choices.map(|shown| {
            let mut columns = Columns::usual(area, rows, shown);
            let label = if shown == [false; 3] {
                LEAST_LABEL
            } else {
                LABEL
            };
            columns.pin(area, label, header, chosen.pinned(), widest);
            columns
        });
        let is_fitting =
            |columns: &Columns| columns.left_out == 0 && columns.label_room() >= LEAST_LABEL;
        let fitting = columns.iter().position(is_fitting);
        let fitting = fitting.unwrap_or(choices.len() - 1);
        let mut columns = columns[fitting].clone();
        if chosen.pinned().next().is_some() {
            let shown = |choice: [bool; 3]| choice.into_iter().filter(|shown| *shown).count();
            columns.left_out += shown(choices[0]) - shown(choices[fitting]);
        }
        columns
    }

    /// Columns of a label, with a blank left before what follows.
    pub(super) fn label_room(&self) -> usize {
        let is_followed = self.type_name > 0 || !self.pinned.is_empty();
        self.label.saturating_sub(usize::from(is_followed))
    }

    /// The columns of types, ages and rates, as far as they are shown.
    fn usual(area: Area, rows: &[ObjectRow], shown: [bool; 3]) -> Columns {
        let [has_type, has_age, has_rate] = shown;
        let mut end = area.right() - 1;
        let mut take = |columns: u16| {
            let at = end;
            end = end.saturating_sub(columns);
            at
        };
        let rate_end = has_rate.then(|| take(7));
        let age_end = has_age.then(|| take(if has_rate { 5 } else { 6 }));
        let room = usize::from(end.saturating_sub(area.x + 2));
        let type_name = if has_type { type_width(rows, room) } else { 0 };
        Columns {
            label: room.saturating_sub(type_name),
            pinned: Vec::new(),
            left_out: 0,
            type_at: end.saturating_sub(type_name as u16),
            type_name,
            age_end,
            rate_end,
        }
    }

    /// Takes room from the labels for pinned columns, as many as fit.
    fn pin<'c>(
        &mut self,
        area: Area,
        label: usize,
        header: Header,
        pinned: impl Iterator<Item = &'c Column>,
        widest: &Widest,
    ) {
        let longest = HEADER.max(usize::from(area.width / 4));
        let mut widths = Vec::new();
        for column in pinned {
            let width = widest.get(&column.text).copied().unwrap_or_default();
            let header = match header {
                Header::Shown => text::cut_end(&column.text, longest).into_owned(),
                Header::None => String::new(),
            };
            let mark = usize::from(column.alarm.is_some());
            let taken = (width.total() + mark).max(text::width(&header)) + 2;
            if self.left_out > 0 || self.label < label + taken {
                self.left_out += 1;
                continue;
            }
            self.label -= taken;
            widths.push((width, header, taken));
        }
        let mut at = area.x + 2 + self.label as u16;
        for (width, header, taken) in widths {
            at += taken as u16;
            let behind = width.total() - width.whole;
            self.pinned.push(PinnedAt {
                at: at - taken as u16,
                whole_end: at - 2 - behind as u16,
                width,
                header,
            });
        }
    }

    pub(super) fn draw_header(&self, canvas: &mut Canvas, area: Area, y: u16) {
        canvas.put(area.x + 2, y, "label", Role::Dim);
        for pinned in &self.pinned {
            let end = pinned.whole_end + (pinned.width.total() - pinned.width.whole) as u16;
            canvas.put_before(end, y, pinned.header.clone(), Role::Dim);
        }
        if self.type_name > 0 {
            canvas.put(self.type_at, y, "type", Role::Dim);
        }
        if let Some(end) = self.age_end {
            canvas.put_before(end, y, "age".into(), Role::Dim);
        }
        if let Some(end) = self.rate_end {
            canvas.put_before(end, y, "chg/s".into(), Role::Dim);
        }
    }

    /// The column whose header is at a column of the screen; what has no other header is the label.
    pub(super) fn header_at(&self, x: u16, chosen: &ListColumns) -> What {
        let pinned = self.pinned.iter().zip(chosen.pinned());
        let is_at = |pinned: &PinnedAt| {
            let behind = pinned.width.total() - pinned.width.whole;
            (pinned.at..pinned.whole_end + behind as u16).contains(&x)
        };
        let mut pinned = pinned.filter(|(place, _)| is_at(place));
        if let Some((_, column)) = pinned.next() {
            return What::Pinned(column.clone());
        }
        let type_end = self.type_at + self.type_name as u16;
        match (self.age_end, self.rate_end) {
            _ if (self.type_at..type_end).contains(&x) => What::Type,
            (Some(end), _) if (type_end..end).contains(&x) => What::Age,
            (age, Some(end)) if (age.unwrap_or(type_end)..end).contains(&x) => What::Rate,
            _ => What::Label,
        }
    }

    /// Draws the values of a row's pinned columns.
    pub(super) fn draw_cells(&self, canvas: &mut Canvas, y: u16, cells: &[Cell], is_gone: bool) {
        for (pinned, cell) in self.pinned.iter().zip(cells) {
            let role = match (cell.is_alarm, is_gone) {
                (_, true) => Role::Dim,
                (true, _) => Role::Amber,
                (false, _) => Role::Text,
            };
            let (whole, fraction) = match &cell.value {
                Figure::Nothing => {
                    canvas.put_before(pinned.whole_end, y, "-".into(), Role::Dim);
                    continue;
                }
                Figure::Number(digits) => digits.fitted(WHOLE, pinned.width.fraction),
                other => {
                    let text = text::cut_end(&other.plain(), pinned.width.whole).into_owned();
                    let columns = text::width(&text);
                    let blanks = pinned.width.whole.saturating_sub(columns);
                    (text + &" ".repeat(blanks), String::new())
                }
            };
            let width = text::width(&whole) as u16;
            canvas.put_before(pinned.whole_end, y, whole, role);
            canvas.put(pinned.whole_end, y, fraction, role);
            let unit_at = pinned.whole_end + pinned.width.fraction as u16 + 1;
            canvas.put(unit_at, y, cell.unit.to_string(), Role::Dim);
            // What is coloured has a shape, too.
            let mark = pinned.whole_end.saturating_sub(width + 1);
            if cell.is_alarm && !is_gone && mark >= pinned.at.saturating_sub(1) {
                canvas.put(mark, y, "!", Role::Amber);
            }
        }
    }
}

/// Two columns of five, or what labels do not need.
fn type_width(rows: &[ObjectRow], room: usize) -> usize {
    let widest = |text: fn(&ObjectRow) -> &str| {
        let widths = rows.iter().map(|row| text::width(text(row)));
        widths.max().unwrap_or(0)
    };
    let labels = widest(|row| &row.label).max(LABEL) + 1;
    let most = (room * 2 / 5).max(4).max(room.saturating_sub(labels));
    (widest(|row| &row.type_name).max(4) + 1)
        .min(most)
        .min(room)
}

//! A table that fits a width: which columns, how wide, and what gives way first.
//!
//! Units go below the names of their columns, lists and records become their counts, what has several words
//! takes several lines, columns with nothing in them go, and then the last ones.

use std::borrow::Cow;
use std::iter;

use super::{Cell, Column, GAP, NARROW, note};
use crate::format;
use crate::look::{self, Look};
use crate::wrap;

/// No column of prose is made narrower than this.
const NARROWEST: usize = 16;

/// A word is broken only if it is longer.
const LONGEST_WORD: usize = 40;

/// Columns that are always there: what a row is of, and its first value.
const FEWEST: usize = 2;

/// Columns of the screen that the names of columns take which are not shown.
const LONGEST_NAMES: usize = 60;

/// Rows under columns, measured once.
pub(super) struct Grid<'t> {
    columns: Vec<Measured<'t>>,
    rows: usize,
}

/// A column, and the texts of its cells.
struct Measured<'t> {
    column: &'t Column,
    name: Cow<'t, str>,
    unit: Cow<'t, str>,
    cells: Vec<Text<'t>>,
    is_empty: bool,
    /// Width with the unit beside the name, with the unit below it, with short texts, and with several lines.
    widths: [usize; 4],
}

/// What a cell shows.
struct Text<'t> {
    cell: &'t Cell,
    full: Cow<'t, str>,
    width: usize,
    /// Blanks behind it, so that decimal points stand below each other.
    after: usize,
}

/// Which columns are shown, how wide, and at which level of shortness.
struct Plan<'g, 't> {
    columns: Vec<(&'g Measured<'t>, usize)>,
    level: usize,
}

/// Units go below names from here on.
const STACKED: usize = 1;
/// Short texts are shown from here on.
const SHORT: usize = 2;
/// Texts take several lines.
const WRAPPED: usize = 3;

impl<'t> Grid<'t> {
    pub(super) fn new(columns: &'t [Column], rows: &'t [Vec<Cell>]) -> Self {
        let measured = columns.iter().enumerate();
        let measured = measured.map(|(index, column)| Measured::new(column, rows, index));
        Grid {
            columns: measured.collect(),
            rows: rows.len(),
        }
    }

    /// The rows under their headings, and below them what is left out; `None` if they fit only as records.
    pub(super) fn text(&self, width: usize, look: Look) -> Option<String> {
        let all: Vec<&Measured> = self.columns.iter().collect();
        if let Some(plan) = plan(&all, width) {
            return Some(self.drawn(&plan, look));
        }
        let (empty, filled): (Vec<&Measured>, Vec<_>) = all.into_iter().partition(|c| c.is_empty);
        let shown = match width < NARROW {
            true => filled.len(),
            false => FEWEST.min(filled.len()),
        };
        let plan = (shown..=filled.len())
            .rev()
            .find_map(|count| plan(&filled[..count], width))?;
        let mut out = self.drawn(&plan, look);
        note_empty(&mut out, &names_of(&empty), look);
        let hidden = names_of(&filled[plan.columns.len()..]);
        if !hidden.is_empty() {
            let columns = if hidden.len() == 1 {
                "column"
            } else {
                "columns"
            };
            let (count, names) = (hidden.len(), some(&hidden));
            let text = format!("{count} {columns} not shown: {names}; `:x` shows all");
            note(&mut out, &text, look);
        }
        Some(out)
    }

    /// The rows without headings, and without columns for which there is no room.
    pub(super) fn list(&self, width: usize, look: Look) -> String {
        let all: Vec<&Measured> = self.columns.iter().collect();
        let fewest = FEWEST.min(all.len());
        let fitting = (fewest..=all.len())
            .rev()
            .find_map(|count| plan(&all[..count], width));
        // Where not even two fit, the terminal breaks the lines.
        let plan = fitting.unwrap_or_else(|| Plan {
            columns: all[..fewest]
                .iter()
                .map(|c| (*c, c.widths[WRAPPED]))
                .collect(),
            level: WRAPPED,
        });
        let mut out = String::new();
        (0..self.rows).for_each(|row| draw_row(&mut out, &plan, row, look));
        out
    }

    fn drawn(&self, plan: &Plan, look: Look) -> String {
        let mut out = String::new();
        draw_heading(&mut out, plan, look);
        (0..self.rows).for_each(|row| draw_row(&mut out, plan, row, look));
        out
    }
}

impl<'t> Measured<'t> {
    fn new(column: &'t Column, rows: &'t [Vec<Cell>], index: usize) -> Self {
        let name = format::escaped(&column.name);
        let unit = format::escaped(&column.unit);
        let mut cells: Vec<Text> = rows.iter().map(|row| Text::new(&row[index])).collect();
        if column.numeric {
            align_points(&mut cells);
        }
        let widest = |width: fn(&Text) -> usize| cells.iter().map(width).max().unwrap_or(0);
        let full = widest(|text| text.width + text.after);
        let short = widest(|text| match &text.cell.short {
            Some(short) => wrap::width(short).min(text.width),
            None => text.width + text.after,
        });
        let beside = match unit.is_empty() {
            true => wrap::width(&name),
            false => wrap::width(&name) + 1 + wrap::width(&unit),
        };
        let below = wrap::width(&name).max(wrap::width(&unit));
        let mut widths = [beside.max(full), below.max(full), below.max(short), 0];
        let wraps = column.wraps || cells.iter().any(|text| text.words().nth(1).is_some());
        widths[WRAPPED] = widths[SHORT];
        if wraps {
            let words = widest(|text| match &text.cell.short {
                Some(short) => wrap::width(short).min(text.width),
                None => text.words().map(wrap::width).max().unwrap_or(0),
            });
            let least = if column.wraps { NARROWEST } else { 0 };
            let least = words.min(LONGEST_WORD).max(least).max(below);
            widths[WRAPPED] = least.min(widths[SHORT]);
        }
        Measured {
            is_empty: cells.iter().all(|text| text.full.is_empty()),
            column,
            name,
            unit,
            cells,
            widths,
        }
    }
}

impl Measured<'_> {
    /// How much its lines need of a width.
    fn used(&self, width: usize) -> usize {
        let lines = self.cells.iter().map(|text| match text.width <= width {
            true => text.width + text.after,
            false => {
                let lines = text.lines(width);
                lines
                    .iter()
                    .map(|line| wrap::width(line))
                    .max()
                    .unwrap_or(0)
            }
        });
        let heading = wrap::width(&self.name).max(wrap::width(&self.unit));
        lines.max().unwrap_or(0).max(heading).min(width)
    }
}

impl<'t> Text<'t> {
    fn new(cell: &'t Cell) -> Self {
        let full = cell.shown();
        Text {
            width: wrap::width(&full),
            full,
            cell,
            after: 0,
        }
    }

    /// What is shown in a column of this width, in lines.
    fn lines(&self, width: usize) -> Vec<Cow<'_, str>> {
        match &self.cell.short {
            _ if self.width <= width => vec![(&*self.full).into()],
            Some(short) => vec![short.into()],
            None => lines(self.words(), width),
        }
    }

    /// What it may be broken between: words, with the `|` of a flag set at the end of one, and with a unit
    /// behind the last.
    fn words(&self) -> impl Iterator<Item = &str> {
        let text = &*self.full;
        let value = match self.cell.unit.is_empty() {
            true => text.len(),
            false => text.len() - format::escaped(&self.cell.unit).len() - 1,
        };
        let indent = text.len() - text.trim_start().len();
        let blanks = text[..value].match_indices(' ').map(|(at, _)| at);
        let breaks = blanks.filter(move |at| *at >= indent && !text[at + 1..].starts_with('|'));
        let mut start = 0;
        breaks.chain([text.len()]).map(move |at| {
            let word = &text[start.min(at)..at];
            start = at + 1;
            word
        })
    }
}

/// Lets decimal points stand below each other.
fn align_points(cells: &mut [Text]) {
    let behind = |text: &Text| text.full.find('.').map(|at| text.full.len() - at);
    let most = cells.iter().filter_map(behind).max().unwrap_or(0);
    for text in cells {
        text.after = most - behind(text).unwrap_or(0);
    }
}

/// How these columns fit, with as little given up as possible.
fn plan<'g, 't>(columns: &[&'g Measured<'t>], room: usize) -> Option<Plan<'g, 't>> {
    let gaps = GAP * columns.len().saturating_sub(1);
    let total = |level: usize| columns.iter().map(|c| c.widths[level]).sum::<usize>() + gaps;
    let level = (0..=WRAPPED).find(|level| total(*level) <= room)?;
    let mut widths: Vec<usize> = columns.iter().map(|c| c.widths[level]).collect();
    if level == WRAPPED {
        widen(&mut widths, columns, room - total(WRAPPED));
        for (width, column) in widths.iter_mut().zip(columns) {
            *width = column.used(*width);
        }
    }
    Some(Plan {
        columns: columns.iter().copied().zip(widths).collect(),
        level,
    })
}

/// Shares spare room among the columns that would rather be wider, those that want least first.
fn widen(widths: &mut [usize], columns: &[&Measured], spare: usize) {
    let wanted = |index: usize| columns[index].widths[SHORT] - columns[index].widths[WRAPPED];
    let mut order: Vec<usize> = (0..columns.len()).filter(|at| wanted(*at) > 0).collect();
    order.sort_by_key(|at| wanted(*at));
    let mut spare = spare;
    for (done, index) in order.iter().enumerate() {
        let share = wanted(*index).min(spare / (order.len() - done));
        widths[*index] += share;
        spare -= share;
    }
}

fn draw_heading(out: &mut String, plan: &Plan, look: Look) {
    let stacked = plan.level >= STACKED;
    let first = plan.columns.iter().map(|(column, width)| {
        let unit = if stacked { "" } else { &*column.unit };
        let blank = if unit.is_empty() { "" } else { " " };
        let shown = wrap::width(&column.name) + blank.len() + wrap::width(unit);
        let name = look.paint(look::strong(), &column.name);
        let unit = look.paint(look::faint(), unit);
        placed(column.column, format!("{name}{blank}{unit}"), shown, *width)
    });
    push_line(out, first);
    if stacked
        && plan
            .columns
            .iter()
            .any(|(column, _)| !column.unit.is_empty())
    {
        let second = plan.columns.iter().map(|(column, width)| {
            let unit = look.paint(look::faint(), &column.unit);
            placed(column.column, unit, wrap::width(&column.unit), *width)
        });
        push_line(out, second);
    }
    let gaps = GAP * plan.columns.len().saturating_sub(1);
    let total = plan.columns.iter().map(|(_, width)| width).sum::<usize>() + gaps;
    out.push_str(&look.paint(look::faint(), &"─".repeat(total)));
    out.push('\n');
}

fn draw_row(out: &mut String, plan: &Plan, row: usize, look: Look) {
    let cells: Vec<Vec<Cow<str>>> = plan
        .columns
        .iter()
        .map(|(column, width)| column.cells[row].lines(*width))
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..height {
        let parts = plan.columns.iter().zip(&cells);
        let parts = parts.map(|((column, width), lines)| {
            let text = lines.get(line).map_or("", |line| line);
            let after = if lines.len() == 1 {
                column.cells[row].after
            } else {
                0
            };
            let after = after.min(width.saturating_sub(wrap::width(text)));
            let painted = painted(column, row, text, look);
            let padded = format!("{painted}{}", " ".repeat(after));
            placed(column.column, padded, wrap::width(text) + after, *width)
        });
        push_line(out, parts);
    }
}

/// A text of one line with colours: units and what is beside the point are faint.
fn painted(column: &Measured, row: usize, text: &str, look: Look) -> String {
    let cell = column.cells[row].cell;
    if cell.faint || column.column.faint {
        return look.paint(look::faint(), text);
    }
    let unit = format::escaped(&cell.unit);
    match text.strip_suffix(&*unit) {
        Some(value) if !unit.is_empty() => format!("{value}{}", look.paint(look::faint(), &unit)),
        _ => text.to_owned(),
    }
}

/// A text in its column: numbers at the right.
fn placed(column: &Column, text: String, shown: usize, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(shown));
    match column.numeric {
        true => format!("{blanks}{text}"),
        false => format!("{text}{blanks}"),
    }
}

fn push_line(out: &mut String, parts: impl Iterator<Item = String>) {
    let start = out.len();
    for (index, part) in parts.enumerate() {
        out.extend(iter::repeat_n(' ', if index > 0 { GAP } else { 0 }));
        out.push_str(&part);
    }
    out.truncate(start + out[start..].trim_end().len());
    out.push('\n');
}

/// Words in lines of this width; one that is longer is broken where the line ends.
fn lines<'t>(words: impl Iterator<Item = &'t str>, width: usize) -> Vec<Cow<'t, str>> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in words {
        let wide = wrap::width(word);
        if used > 0 && used + 1 + wide <= width {
            line.push(' ');
            used += 1;
        } else if used > 0 {
            lines.push(std::mem::take(&mut line).into());
            used = 0;
        }
        for c in word.chars() {
            let wide = wrap::width(c.encode_utf8(&mut [0; 4]));
            if used + wide > width && used > 0 {
                lines.push(std::mem::take(&mut line).into());
                used = 0;
            }
            line.push(c);
            used += wide;
        }
    }
    lines.push(line.into());
    lines
}

/// Says which columns are left out because nothing is in them: nobody is to think that there are none.
pub(super) fn note_empty(out: &mut String, empty: &[&str], look: Look) {
    if empty.is_empty() {
        return;
    }
    let is = if empty.len() == 1 { "is" } else { "are" };
    note(
        out,
        &format!("without {}, which {is} empty", some(empty)),
        look,
    );
}

fn names_of<'g>(columns: &[&'g Measured]) -> Vec<&'g str> {
    columns.iter().map(|column| &*column.column.name).collect()
}

/// Names, as many as fit a line.
fn some(names: &[&str]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 && wrap::width(&out) + wrap::width(name) > LONGEST_NAMES {
            out.push_str(", …");
            break;
        }
        out.push_str(if index > 0 { ", " } else { "" });
        out.push_str(&format::escaped(name));
    }
    out
}

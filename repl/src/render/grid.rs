//! A table that fits a width: which columns, how wide, and what gives way first.
//!
//! Units go below the names of their columns, lists and records become their counts, what has several words
//! takes several lines, columns with nothing in them go, and then the last ones.

use std::borrow::Cow;
use std::iter;

use memglass_terminal::look::{self, Look};
use memglass_value::shown::{Cell, Table};
use memglass_value::{format, wrap};

use super::table::Row;
use super::{GAP, with_faint_unit};

/// No column of prose is made narrower than this.
const NARROWEST: usize = 16;

/// A word is broken only if it is longer.
const LONGEST_WORD: usize = 40;

/// Columns that are always there: what a row is of, and its first value.
const FEWEST: usize = 2;

/// Columns of the screen that the names of columns take which are not shown.
const LONGEST_NAMES: usize = 60;

/// Columns of a screen below which rows that do not fit become one field per line; above, the last columns
/// are left out.
const NARROW: usize = 60;

/// Characters that one cell takes at most; what is cut says so.
const LONGEST: usize = 1024;

/// Rows under columns, measured once.
pub(super) struct Grid<'t> {
    columns: Vec<Measured<'t>>,
    rows: usize,
}

/// What a column looks like.
#[derive(Default)]
pub(super) struct Column<'t> {
    pub(super) name: Cow<'t, str>,
    /// The unit of all its numbers.
    pub(super) unit: Cow<'t, str>,
    /// Whether decimal points stand below each other, at the right.
    pub(super) numeric: bool,
    /// Whether its cells may take several lines.
    pub(super) wraps: bool,
    /// Whether it is less in the eye than the others.
    pub(super) faint: bool,
}

/// A column, and the texts of its cells.
pub(super) struct Measured<'t> {
    column: Column<'t>,
    cells: Vec<Drawn<'t>>,
    is_empty: bool,
    /// Width with the unit beside the name, with the unit below it, with short texts, and with several lines.
    widths: [usize; 4],
}

/// What a cell shows.
pub(super) struct Drawn<'t> {
    full: Cow<'t, str>,
    /// The unit at the end of it.
    unit: Cow<'t, str>,
    /// The text where there is little room, if it is another one.
    short: Option<String>,
    faint: bool,
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
    pub(super) fn new(columns: impl IntoIterator<Item = Measured<'t>>) -> Self {
        let columns: Vec<Measured> = columns.into_iter().collect();
        Grid {
            rows: columns.first().map_or(0, |column| column.cells.len()),
            columns,
        }
    }

    /// These rows of a table.
    pub(super) fn of_table(table: &'t Table, rows: &'t [Row<'t>]) -> Self {
        let columns = table.columns.iter().enumerate();
        Grid::new(columns.map(|(index, name)| {
            let unit = common_unit(rows, index);
            let column = Column {
                name: format::escaped(name),
                unit: format::escaped(unit.unwrap_or_default()),
                numeric: is_numeric(rows, index),
                wraps: cells(rows, index).any(|cell| cell.style.is_prose()),
                faint: false,
            };
            let cells = rows.iter();
            let cells = cells.map(|row| cell(table, row, index, unit.is_none()));
            Measured::new(column, cells.collect())
        }))
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
    pub(super) fn new(column: Column<'t>, mut cells: Vec<Drawn<'t>>) -> Self {
        if column.numeric {
            align_points(&mut cells);
        }
        Measured {
            widths: widths(&column, &cells),
            is_empty: cells.iter().all(|text| text.full.is_empty()),
            column,
            cells,
        }
    }
}

/// Width with the unit beside the name, with the unit below it, with short texts, and with several lines.
fn widths(column: &Column, cells: &[Drawn]) -> [usize; 4] {
    let widest = |width: fn(&Drawn) -> usize| cells.iter().map(width).max().unwrap_or(0);
    let full = widest(|text| text.width + text.after);
    let short = widest(|text| match &text.short {
        Some(short) => wrap::width(short).min(text.width),
        None => text.width + text.after,
    });
    let (name, unit) = (wrap::width(&column.name), wrap::width(&column.unit));
    let beside = name + if unit == 0 { 0 } else { 1 + unit };
    let below = name.max(unit);
    let short = below.max(short);
    let may_wrap = column.wraps || cells.iter().any(|text| text.words().nth(1).is_some());
    let wrapped = match may_wrap {
        true => {
            let words = widest(|text| match &text.short {
                Some(short) => wrap::width(short).min(text.width),
                None => text.words().map(wrap::width).max().unwrap_or(0),
            });
            let least = if column.wraps { NARROWEST } else { 0 };
            words.min(LONGEST_WORD).max(least).max(below).min(short)
        }
        false => short,
    };
    [beside.max(full), below.max(full), short, wrapped]
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
        let heading = wrap::width(&self.column.name).max(wrap::width(&self.column.unit));
        lines.max().unwrap_or(0).max(heading).min(width)
    }
}

/// What a cell of a table shows, with its unit or without. An object that is gone says so in place of its first value.
pub(super) fn cell<'t>(
    table: &Table,
    row: &[Option<Cell>],
    column: usize,
    with_unit: bool,
) -> Drawn<'t> {
    let is_gone = table.are_objects && column == 1 && row[1..].iter().all(Option::is_none);
    match is_gone {
        true => Drawn {
            faint: true,
            ..text("gone")
        },
        false => value(row[column].as_ref(), with_unit),
    }
}

/// What a value shows, with its unit or without.
pub(super) fn value<'t>(cell: Option<&Cell>, with_unit: bool) -> Drawn<'t> {
    let Some(Cell { value, style }) = cell else {
        return text("");
    };
    let alone = format::brief_alone(value, style);
    let alone = match alone.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let count = format::grouped(&alone.chars().count().to_string());
            format!("{}… ({count} characters)", &alone[..end])
        }
        None => alone,
    };
    let unit = format::unit(value, style).filter(|_| with_unit);
    let unit = format::escaped(unit.unwrap_or_default()).into_owned();
    let full = match unit.as_str() {
        "" => alone,
        unit => format!("{alone} {unit}"),
    };
    Drawn {
        unit: unit.into(),
        short: format::short(value, style),
        faint: value.as_str() == Some(""),
        ..Drawn::new(full.into())
    }
}

/// A name or a remark.
pub(super) fn text(text: &str) -> Drawn<'_> {
    Drawn::new(format::escaped(text))
}

/// Whether all values of a column are numbers.
pub(super) fn is_numeric<R: std::ops::Deref<Target = [Option<Cell>]>>(
    rows: &[R],
    column: usize,
) -> bool {
    let mut cells = cells(rows, column).peekable();
    cells.peek().is_some() && cells.all(Cell::is_number)
}

/// The unit that all values of a column have.
fn common_unit<'t>(rows: &'t [Row<'t>], column: usize) -> Option<&'t str> {
    let mut units = cells(rows, column).map(|cell| format::unit(&cell.value, &cell.style));
    let first = units.next()??;
    units.all(|unit| unit == Some(first)).then_some(first)
}

/// The values of a column.
fn cells<R: std::ops::Deref<Target = [Option<Cell>]>>(
    rows: &[R],
    column: usize,
) -> impl Iterator<Item = &Cell> {
    rows.iter().filter_map(move |row| row[column].as_ref())
}

impl<'t> Drawn<'t> {
    fn new(full: Cow<'t, str>) -> Self {
        Drawn {
            width: wrap::width(&full),
            full,
            unit: "".into(),
            short: None,
            faint: false,
            after: 0,
        }
    }

    /// On one line, in colour.
    pub(super) fn painted(&self, look: Look) -> String {
        self.part(&self.full, look)
    }

    /// A line of it in colour: units and what is beside the point are faint.
    fn part(&self, line: &str, look: Look) -> String {
        match self.faint {
            true => look.paint(look::faint(), line),
            false => with_faint_unit(line, &self.unit, look),
        }
    }

    /// What is shown in a column of this width, in lines.
    fn lines(&self, width: usize) -> Vec<Cow<'_, str>> {
        match &self.short {
            _ if self.width <= width => vec![(&*self.full).into()],
            Some(short) => vec![short.into()],
            None => lines(self.words(), width),
        }
    }

    /// What it may be broken between: words, with the `|` of a flag set at the end of one, and with a unit
    /// behind the last.
    fn words(&self) -> impl Iterator<Item = &str> {
        let text = &*self.full;
        let value = match self.unit.is_empty() {
            true => text.len(),
            false => text.len() - self.unit.len() - 1,
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
fn align_points(cells: &mut [Drawn]) {
    let behind = |text: &Drawn| text.full.find('.').map(|at| text.full.len() - at);
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
    let is_stacked = plan.level >= STACKED;
    let first = plan.columns.iter().map(|(Measured { column, .. }, width)| {
        let unit = if is_stacked { "" } else { &*column.unit };
        let blank = if unit.is_empty() { "" } else { " " };
        let shown = wrap::width(&column.name) + blank.len() + wrap::width(unit);
        let name = look.paint(look::strong(), &column.name);
        let unit = look.paint(look::faint(), unit);
        placed(column, format!("{name}{blank}{unit}"), shown, *width)
    });
    push_line(out, first);
    let mut columns = plan.columns.iter();
    if is_stacked && columns.any(|(measured, _)| !measured.column.unit.is_empty()) {
        let second = plan.columns.iter().map(|(Measured { column, .. }, width)| {
            let unit = look.paint(look::faint(), &column.unit);
            placed(column, unit, wrap::width(&column.unit), *width)
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
            placed(&column.column, padded, wrap::width(text) + after, *width)
        });
        push_line(out, parts);
    }
}

/// A line of a cell in colour.
fn painted(measured: &Measured, row: usize, line: &str, look: Look) -> String {
    match measured.column.faint {
        true => look.paint(look::faint(), line),
        false => measured.cells[row].part(line, look),
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

/// Adds a remark about the rows above, for people.
pub(super) fn note(out: &mut String, text: &str, look: Look) {
    let text = wrap::wrapped(text, look.width);
    *out += &format!("{}\n", look.paint(look::faint(), &text));
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

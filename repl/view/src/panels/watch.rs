//! What is watched: fields and expressions, with what they were.

use memglass_value::format::Figure;
use memglass_value::spark;
use memglass_value::wrap::hanging;

use super::{Action, Frame, Handled, moved};
use crate::canvas::{Area, Canvas};
use crate::interest::Window;
use crate::keys::Command;
use crate::rules::Rule;
use crate::short_names::shortened;
use crate::snapshot::{Snapshot, WatchRow};
use crate::text;
use crate::theme::Role;

/// With so many columns a row has its last seconds, with so many its rate, and with so many its least and its greatest
/// value.
const WITH_SPARK: u16 = 34;
const WIDE: u16 = 70;
const WITH_BOUNDS: u16 = 100;

/// The most columns of a word or a text.
const WORD: usize = 24;

/// The list of what is watched.
#[derive(Debug, Default)]
pub(crate) struct WatchPanel {
    window: Window,
    total: usize,
    /// The longest number that there was before the point: names do not move while values do.
    longest: usize,
}

impl WatchPanel {
    pub(crate) fn interest(&self, height: usize) -> Window {
        Window {
            height,
            ..self.window
        }
    }

    /// Rows of the header, which a few rows below the list and the fields do without.
    pub(crate) fn header_rows(area: Area, has_headers: bool, is_alone: bool) -> u16 {
        u16::from(has_headers && (is_alone || area.width >= WITH_BOUNDS))
    }

    pub(crate) fn take(&mut self, snapshot: &Snapshot, height: usize) {
        let watches = &snapshot.watches;
        self.window = Window {
            selected: watches.selected,
            first: watches.first,
            height,
        };
        if watches.total > self.total && self.total > 0 {
            // A new one is the last: who added it looks for it.
            self.window.selected = watches.total - 1;
        }
        if watches.total != self.total {
            (self.total, self.longest) = (watches.total, 0);
        }
        let numbers = watches.rows.iter().filter_map(|row| match &row.value {
            Figure::Number(digits) if row.trouble.is_none() => Some(digits.whole.len()),
            _ => None,
        });
        self.longest = numbers.fold(self.longest, usize::max);
    }

    pub(crate) fn act(&mut self, command: Command, snapshot: &Snapshot) -> Handled {
        if moved(&mut self.window, command, snapshot.watches.total) {
            return Handled::Consumed(None);
        }
        let selected = self.window.selected;
        match command {
            Command::Watch | Command::Enter if snapshot.watches.total == 0 => Handled::Ignored,
            Command::Watch => Handled::Consumed(Some(Action::Unwatch(selected))),
            Command::Enter => Handled::Consumed(Some(Action::ShowHistory(selected))),
            _ => Handled::Ignored,
        }
    }

    pub(crate) fn click(&mut self, line: u16, snapshot: &Snapshot) -> bool {
        let index = self.window.first + usize::from(line);
        let was_selected = index == self.window.selected;
        self.window.selected = index.min(snapshot.watches.total.saturating_sub(1));
        was_selected
    }

    pub(crate) fn rule(&self, frame: Frame<'_>, note: String) -> Rule {
        Rule {
            title: format!("Watch {}", frame.snapshot.watches.total),
            note,
            is_focused: frame.is_focused,
            is_live: frame.is_live,
        }
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Area, frame: Frame<'_>) {
        let watches = &frame.snapshot.watches;
        if watches.rows.is_empty() {
            let room = usize::from(area.width.saturating_sub(2));
            let key = |command| frame.keymap.shown(command).unwrap_or("?");
            let [one, expression] = [Command::Watch, Command::WatchExpression].map(key);
            let hint = format!(
                "Nothing yet: {one} in the fields watches one, {expression} an expression."
            );
            let lines = hanging(&hint, room, 0);
            for (line, y) in lines.lines().zip(area.y + 1..area.bottom()) {
                let line = text::cut_end(line, room).into_owned();
                canvas.put(area.x + 1, y, line, Role::Dim);
            }
            return;
        }
        let fraction = watches
            .rows
            .iter()
            .map(|row| row.value.fraction_width())
            .max();
        let columns = Columns::of(area, fraction.unwrap_or(0) as u16);
        let header = WatchPanel::header_rows(area, frame.has_headers, frame.is_alone);
        if header > 0 {
            draw_header(canvas, area, columns);
        }
        let rows = watches.rows.iter();
        let names: Vec<_> = rows
            .clone()
            .map(|row| (&*row.name, self.room(area, row, columns)))
            .collect();
        let rows = rows.zip(shortened(&names)).enumerate();
        for ((index, (row, name)), y) in rows.zip(area.y + 1 + header..area.bottom()) {
            let line = Area {
                y,
                height: 1,
                ..area
            };
            draw_row(canvas, line, row, name, columns, frame.is_live);
            if frame.is_focused && watches.first + index == self.window.selected {
                canvas.select(line);
                canvas.put(area.x, y, "▌", Role::Accent);
            }
        }
    }

    /// Columns for the name of a row.
    fn room(&self, area: Area, row: &WatchRow, columns: Columns) -> usize {
        let taken = match (&row.trouble, &row.value) {
            (Some(trouble), _) => text::width(trouble),
            (None, Figure::Number(_)) => self.longest.min(columns.whole),
            (None, other) => text::width(&other.plain()).min(WORD),
        };
        usize::from(columns.whole_end.saturating_sub(area.x + 1)).saturating_sub(taken + 1)
    }
}

/// Where the columns of a row are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    whole_end: u16,
    whole: usize,
    fraction: u16,
    /// The last seconds end with it.
    spark_end: u16,
    /// 0 where there is no room for them.
    spark: usize,
    rate_end: Option<u16>,
    /// The columns behind the least and the greatest value.
    bounds: Option<[u16; 2]>,
}

impl Columns {
    fn of(area: Area, fraction: u16) -> Columns {
        let right = area.right() - 1;
        let (spark, rate, whole) = match area.width {
            WIDE.. => (16, 7, 14),
            WITH_SPARK.. => (7, 0, 10),
            _ => (0, 0, 10),
        };
        let spark_end = right.saturating_sub(rate);
        let spark_at = spark_end.saturating_sub(spark);
        let bounds_width = if area.width >= WITH_BOUNDS { 24 } else { 0 };
        let bounds = (bounds_width > 0).then(|| [spark_at - 14, spark_at - 2]);
        let fraction = fraction.clamp(2, 7);
        Columns {
            whole_end: spark_at.saturating_sub(1 + bounds_width + fraction),
            whole,
            fraction,
            spark_end,
            spark: spark.into(),
            rate_end: (rate > 0).then_some(right),
            bounds,
        }
    }
}

fn draw_header(canvas: &mut Canvas, area: Area, columns: Columns) {
    let y = area.y + 1;
    canvas.put(area.x + 1, y, "watched", Role::Dim);
    canvas.put_before(columns.whole_end, y, "now".into(), Role::Dim);
    for (word, end) in ["min", "max"]
        .into_iter()
        .zip(columns.bounds.into_iter().flatten())
    {
        canvas.put_before(end, y, word.into(), Role::Dim);
    }
    let seconds = match columns.spark {
        0..9 => "10 s",
        _ => "last 10 s",
    };
    if columns.spark > 0 {
        canvas.put_before(columns.spark_end, y, seconds.into(), Role::Dim);
    }
    if let Some(end) = columns.rate_end {
        canvas.put_before(end, y, "chg/s".into(), Role::Dim);
    }
}

fn draw_row(
    canvas: &mut Canvas,
    area: Area,
    row: &WatchRow,
    name: String,
    columns: Columns,
    is_live: bool,
) {
    let (x, y) = (area.x, area.y);
    let role = match &row.trouble {
        Some(_) => Role::Dim,
        None => Role::Text,
    };
    canvas.put(x + 1, y, name, role);
    match &row.trouble {
        Some(trouble) => canvas.put_before(columns.whole_end, y, trouble.clone(), Role::Amber),
        None => draw_figure(canvas, y, &row.value, columns.whole_end, columns),
    }
    if let Some(ends) = columns.bounds {
        for (figure, end) in [&row.least, &row.greatest].into_iter().zip(ends) {
            let text = text::cut_end(&figure.plain(), 11).into_owned();
            canvas.put_before(end, y, text, Role::Dim);
        }
    }
    let history = &row.history[row.history.len().saturating_sub(columns.spark)..];
    let marks = spark::row(history);
    canvas.put_before(columns.spark_end, y, marks, Role::Dim);
    if let (Some(end), true) = (columns.rate_end, is_live) {
        canvas.put_before(end, y, format!("{:.0}/s", row.rate), Role::Dim);
    }
}

fn draw_figure(canvas: &mut Canvas, y: u16, value: &Figure, end: u16, columns: Columns) {
    match value {
        Figure::Number(digits) => {
            let (whole, fraction) = digits.fitted(columns.whole, columns.fraction.into());
            canvas.put_before(end, y, whole, Role::Text);
            canvas.put(end, y, fraction, Role::Text);
        }
        other => {
            let text = text::cut_end(&other.plain(), WORD).into_owned();
            canvas.put_before(end, y, text, Role::Text);
        }
    }
}

//! What is watched: fields and expressions, with what they were.

use memglass_value::format::Figure;
use memglass_value::spark;
use memglass_value::wrap::hanging;

use super::{Action, Frame, Handled, moved};
use crate::canvas::{Area, Canvas};
use crate::interest::Window;
use crate::keys::Command;
use crate::rules::Rule;
use crate::snapshot::{Snapshot, WatchRow};
use crate::text;
use crate::theme::Role;

/// With so many columns a row has its rate, and with so many its least and its greatest value.
const WIDE: u16 = 70;
const WITH_BOUNDS: u16 = 100;

/// The list of what is watched.
#[derive(Debug, Default)]
pub(crate) struct WatchPanel {
    window: Window,
}

impl WatchPanel {
    pub(crate) fn interest(&self, height: usize) -> Window {
        Window {
            height,
            ..self.window
        }
    }

    /// Rows of the header: only several numbers beside each other need one.
    pub(crate) fn header_rows(area: Area, has_headers: bool) -> u16 {
        u16::from(has_headers && area.width >= WITH_BOUNDS)
    }

    pub(crate) fn take(&mut self, snapshot: &Snapshot, height: usize) {
        let watches = &snapshot.watches;
        self.window = Window {
            selected: watches.selected,
            first: watches.first,
            height,
        };
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
        let header = WatchPanel::header_rows(area, frame.has_headers);
        if header > 0 {
            draw_header(canvas, area, columns);
        }
        for ((index, row), y) in watches
            .rows
            .iter()
            .enumerate()
            .zip(area.y + 1 + header..area.bottom())
        {
            let line = Area {
                y,
                height: 1,
                ..area
            };
            draw_row(canvas, line, row, columns, frame.is_live);
            if frame.is_focused && watches.first + index == self.window.selected {
                canvas.select(line);
                canvas.put(area.x, y, "▌", Role::Accent);
            }
        }
    }
}

/// Where the columns of a row are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    name: usize,
    whole_end: u16,
    whole: usize,
    fraction: u16,
    spark_at: u16,
    spark: usize,
    rate_end: Option<u16>,
    /// The columns behind the least and the greatest value.
    bounds: Option<[u16; 2]>,
}

impl Columns {
    fn of(area: Area, fraction: u16) -> Columns {
        let width = area.width;
        let is_wide = width >= WIDE;
        let spark = if is_wide { 16 } else { 7 };
        let right = area.right() - 1;
        let rate = if is_wide { 7 } else { 0 };
        let spark_at = right.saturating_sub(rate + spark);
        let bounds_width = if width >= WITH_BOUNDS { 24 } else { 0 };
        let bounds = (bounds_width > 0).then(|| [spark_at - 14, spark_at - 2]);
        let fraction = fraction.clamp(2, 7);
        let whole_end = spark_at.saturating_sub(1 + bounds_width + fraction);
        let whole = if is_wide { 14 } else { 10 };
        let name = usize::from(whole_end.saturating_sub(area.x + 2)).saturating_sub(if is_wide {
            10
        } else {
            6
        });
        Columns {
            name,
            whole_end,
            whole,
            fraction,
            spark_at,
            spark: spark.into(),
            rate_end: is_wide.then_some(right),
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
    canvas.put(columns.spark_at, y, "last 10 s", Role::Dim);
    if let Some(end) = columns.rate_end {
        canvas.put_before(end, y, "chg/s".into(), Role::Dim);
    }
}

fn draw_row(canvas: &mut Canvas, area: Area, row: &WatchRow, columns: Columns, is_live: bool) {
    let (x, y) = (area.x, area.y);
    let figure_width = figure_width(&row.value, columns);
    let room = usize::from(columns.whole_end.saturating_sub(x + 2)).saturating_sub(figure_width);
    let name = short_name(&row.name, room.max(columns.name.min(8)));
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
    let at = columns.spark_at + (columns.spark - history.len()) as u16;
    canvas.put(at, y, marks, Role::Dim);
    if let (Some(end), true) = (columns.rate_end, is_live) {
        canvas.put_before(end, y, format!("{:.0}/s", row.rate), Role::Dim);
    }
}

/// A name in so many columns: of an expression each path keeps its last part, as in `…ask_price - …bid_price`.
fn short_name(name: &str, room: usize) -> String {
    if text::width(name) <= room {
        return name.to_owned();
    }
    let is_of_path = |c: char| c.is_alphanumeric() || "_.[]".contains(c);
    let mut short = String::new();
    let mut rest = name;
    let mut paths = 0;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_of_path(c)).unwrap_or(rest.len());
        let (path, behind) = rest.split_at(end);
        match path.rsplit_once('.') {
            Some((_, last)) if !last.starts_with(|c: char| c.is_ascii_digit()) => {
                paths += 1;
                short += "…";
                short += last;
            }
            _ => short += path,
        }
        let end = behind.find(is_of_path).unwrap_or(behind.len());
        short += &behind[..end];
        rest = &behind[end..];
    }
    let name = if paths > 1 { &short } else { name };
    text::cut_start(name, room).into_owned()
}

/// Columns that a figure takes left of where whole numbers end.
fn figure_width(value: &Figure, columns: Columns) -> usize {
    match value {
        Figure::Number(digits) => {
            let (whole, _) = digits.fitted(columns.whole, columns.fraction.into());
            whole.len() + 1
        }
        other => text::width(&other.plain()).min(24) + 1,
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
            let text = text::cut_end(&other.plain(), 24).into_owned();
            canvas.put_before(end, y, text, Role::Text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_an_expression_are_cut_at_their_starts() {
        let spread = "AAPL_quote.ask_price - AAPL_quote.bid_price";
        assert_eq!(short_name(spread, 43), spread);
        assert_eq!(short_name(spread, 30), "…ask_price - …bid_price");
        assert_eq!(short_name(spread, 12), "… …bid_price");
        assert_eq!(
            short_name("a.price * 1.5 > b.limit", 21),
            "…price * 1.5 > …limit"
        );
        assert_eq!(short_name("engine_stats.volatility", 12), "….volatility");
    }
}

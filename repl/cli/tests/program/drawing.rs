//! A screen as a picture: text as text, and lines and bars as shapes, so that they meet whatever font there is.

use std::fmt::Write;

/// Columns and rows in units of the picture.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
/// Where letters stand in a row.
const BASELINE: f64 = 13.5;
/// Around the screen.
const MARGIN: f64 = 18.0;

const FONT: &str = "ui-monospace, 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/// What is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paper {
    Dark,
    Light,
}

impl Paper {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Paper::Dark => "dark",
            Paper::Light => "light",
        }
    }

    fn background(self) -> &'static str {
        match self {
            Paper::Dark => "#1e1e1e",
            Paper::Light => "#ffffff",
        }
    }

    fn border(self) -> &'static str {
        match self {
            Paper::Dark => "#3a3a3a",
            Paper::Light => "#d0d7de",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Paper::Dark => "#d8d8d8",
            Paper::Light => "#1f2328",
        }
    }
}

/// The screen as a picture, with its text as the description for those who do not see it.
pub(crate) fn svg(screen: &vt100::Screen, paper: Paper) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let width = f64::from(columns) * WIDTH + 2.0 * MARGIN;
    let height = f64::from(rows) * HEIGHT + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>memglass view</title>\n<desc>{}</desc>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"10\" fill=\"{}\" stroke=\"{}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\" font-family=\"{FONT}\" font-size=\"14\" xml:space=\"preserve\">\n",
        escaped(&screen.contents()),
        width - 1.0,
        height - 1.0,
        paper.background(),
        paper.border(),
    );
    for y in 0..rows {
        let cells: Vec<Cell> = (0..columns)
            .map(|x| Cell::of(screen, x, y, paper))
            .collect();
        row(&mut out, f64::from(y) * HEIGHT, &cells);
    }
    out + "</g>\n</svg>\n"
}

/// A place of the screen, as it is drawn.
#[derive(Clone, Debug, PartialEq)]
struct Cell {
    text: String,
    color: String,
    behind: Option<String>,
    is_bold: bool,
}

impl Cell {
    fn of(screen: &vt100::Screen, x: u16, y: u16, paper: Paper) -> Cell {
        let cell = screen.cell(y, x).unwrap();
        let text = match cell.contents() {
            "" => " ",
            text => text,
        };
        Cell {
            text: text.to_owned(),
            color: color(cell.fgcolor()).unwrap_or_else(|| paper.text().to_owned()),
            behind: color(cell.bgcolor()),
            is_bold: cell.bold(),
        }
    }

    fn looks_like(&self, other: &Cell) -> bool {
        (&self.color, self.is_bold) == (&other.color, other.is_bold)
    }

    fn is_shape(&self) -> bool {
        let c = self.text.chars().next().unwrap_or(' ');
        arms(c).is_some() || bar(c).is_some()
    }
}

fn row(out: &mut String, y: f64, cells: &[Cell]) {
    for (at, run) in runs(cells, |a, b| a.behind == b.behind) {
        if let Some(color) = &run[0].behind {
            rect(out, [at, y, width(run), HEIGHT], color, 1.0);
        }
    }
    for (at, run) in runs(cells, |a, b| {
        a.looks_like(b) && !a.is_shape() && !b.is_shape()
    }) {
        let cell = &run[0];
        match cell.is_shape() {
            true => shape(out, at, y, cell),
            false => words(out, at, y, run),
        }
    }
}

/// Neighbours that belong together, and where they begin.
fn runs(
    cells: &[Cell],
    belong: impl Fn(&Cell, &Cell) -> bool,
) -> impl Iterator<Item = (f64, &[Cell])> {
    let mut at = 0.0;
    cells.chunk_by(belong).map(move |run| {
        let start = at;
        at += width(run);
        (start, run)
    })
}

fn width(run: &[Cell]) -> f64 {
    run.len() as f64 * WIDTH
}

/// Text of one look: each stretch between wide gaps by itself, so that columns stay where they are in any font.
fn words(out: &mut String, at: f64, y: f64, run: &[Cell]) {
    let Cell { color, is_bold, .. } = &run[0];
    let weight = if *is_bold { " font-weight=\"700\"" } else { "" };
    let texts: Vec<&str> = run.iter().map(|cell| cell.text.as_str()).collect();
    let mut column = 0;
    for part in texts.chunk_by(|a, b| (*a == " ") == (*b == " ")) {
        let x = at + column as f64 * WIDTH;
        column += part.len();
        if part[0] == " " {
            continue;
        }
        let length = part.len() as f64 * WIDTH;
        let text = escaped(&part.concat());
        writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{color}\"{weight}>{text}</text>",
            y + BASELINE,
        )
        .unwrap();
    }
}

fn shape(out: &mut String, x: f64, y: f64, cell: &Cell) {
    let c = cell.text.chars().next().unwrap_or(' ');
    if let Some(([left, top, width, height], share)) = bar(c) {
        let place = [
            x + left * WIDTH,
            y + top * HEIGHT,
            width * WIDTH,
            height * HEIGHT,
        ];
        return rect(out, place, &cell.color, share);
    }
    let Some([left, right, up, down]) = arms(c) else {
        return;
    };
    let (middle, centre) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    // A little over the middle, so that corners are full.
    let (half, over) = (WIDTH / 2.0, 0.5);
    for (weight, place) in [
        (left, [x, centre, half + over, 0.0]),
        (right, [middle - over, centre, half + over, 0.0]),
        (up, [middle, y, 0.0, HEIGHT / 2.0 + over]),
        (down, [middle, centre - over, 0.0, HEIGHT / 2.0 + over]),
    ] {
        let thick = [0.0, 1.0, 2.2][usize::from(weight)];
        let [x, y, width, height] = place;
        let place = match width > height {
            true => [x, y - thick / 2.0, width, thick],
            false => [x - thick / 2.0, y, thick, height],
        };
        if weight > 0 {
            rect(out, place, &cell.color, 1.0);
        }
    }
}

/// The weights of a line's arms to the left, to the right, up and down.
fn arms(c: char) -> Option<[u8; 4]> {
    Some(match c {
        '─' => [1, 1, 0, 0],
        '━' => [2, 2, 0, 0],
        '│' => [0, 0, 1, 1],
        '┃' => [0, 0, 2, 2],
        '┌' => [0, 1, 0, 1],
        '┐' => [1, 0, 0, 1],
        '└' => [0, 1, 1, 0],
        '┘' => [1, 0, 1, 0],
        '┬' => [1, 1, 0, 1],
        '┭' => [2, 1, 0, 1],
        '┮' => [1, 2, 0, 1],
        '┯' => [2, 2, 0, 1],
        '┴' => [1, 1, 1, 0],
        '┵' => [2, 1, 1, 0],
        '┶' => [1, 2, 1, 0],
        '┷' => [2, 2, 1, 0],
        '┼' => [1, 1, 1, 1],
        '┽' => [2, 1, 1, 1],
        '┾' => [1, 2, 1, 1],
        '┿' => [2, 2, 1, 1],
        _ => return None,
    })
}

/// The part of its place that a bar fills, in shares of it, and how much of the paper is covered.
fn bar(c: char) -> Option<([f64; 4], f64)> {
    let code = u32::from(c);
    Some(match c {
        '▁'..='█' => {
            let share = f64::from(code - 0x2580) / 8.0;
            ([0.0, 1.0 - share, 1.0, share], 1.0)
        }
        '▉'..='▏' => ([0.0, 0.0, f64::from(0x2590 - code) / 8.0, 1.0], 1.0),
        '░' => ([0.0, 0.0, 1.0, 1.0], 0.25),
        _ => return None,
    })
}

fn rect(out: &mut String, [x, y, width, height]: [f64; 4], color: &str, share: f64) {
    let opacity = match share < 1.0 {
        true => format!(" fill-opacity=\"{share}\""),
        false => String::new(),
    };
    writeln!(
        out,
        "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"{color}\"{opacity}/>"
    )
    .unwrap();
}

/// A colour of the 256 as xterm has it; nothing for the terminal's own.
fn color(color: vt100::Color) -> Option<String> {
    let index = match color {
        vt100::Color::Default => return None,
        vt100::Color::Rgb(red, green, blue) => {
            return Some(format!("#{red:02x}{green:02x}{blue:02x}"));
        }
        vt100::Color::Idx(index) => u32::from(index),
    };
    assert!(
        index >= 16,
        "the palette's own colours differ from terminal to terminal"
    );
    let level = |part: u32| if part == 0 { 0 } else { 55 + 40 * part };
    let [red, green, blue] = match index {
        232.. => [8 + 10 * (index - 232); 3],
        index => [(index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6].map(level),
    };
    Some(format!("#{red:02x}{green:02x}{blue:02x}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

//! Memory in hexadecimal, with the field that each byte belongs to.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use memglass_terminal::look::{self, Look};
use memglass_value::shown::{Bytes, Part};
use memglass_value::{format, wrap};
use nu_ansi_term::{Color, Style};

/// Neighbouring fields differ.
const COLORS: [Color; 6] = [
    Color::Cyan,
    Color::Yellow,
    Color::Green,
    Color::Magenta,
    Color::Blue,
    Color::Red,
];

/// Bytes in a row, by what fits.
const ROW: [usize; 3] = [16, 8, 4];

/// The bytes in rows, as many in each as fit.
pub(super) fn text(bytes: &Bytes, look: Look) -> String {
    Dump { of: bytes, look }.text()
}

/// Bytes on a screen.
struct Dump<'b> {
    of: &'b Bytes,
    look: Look,
}

impl Dump<'_> {
    fn text(&self) -> String {
        let look = self.look;
        let moment = match self.of.consistent {
            true => "",
            false => ", read at different moments: it changed during each attempt",
        };
        let title = look.paint(look::strong(), &format::escaped(&self.of.title));
        let mut text = format!("{title}  {} bytes{moment}\n", self.of.bytes.len());
        let (row, named) = self.shape();
        let mut skipping = false;
        for start in (0..self.of.bytes.len()).step_by(row) {
            let bytes = start..(start + row).min(self.of.bytes.len());
            if self.repeats(&bytes, row) {
                if !skipping {
                    text += &format!("{}\n", look.paint(look::faint(), "*"));
                }
                skipping = true;
                continue;
            }
            skipping = false;
            self.write_row(&mut text, bytes, row, named);
        }
        if !named && self.of.parts.len() > 1 {
            self.write_legend(&mut text);
        }
        if self.of.parts.iter().any(|part| part.hidden) {
            text += "-- is the sequence or the spare copy of a guarded field\n";
        }
        text
    }

    /// Bytes in a row, and whether the fields are named behind it.
    fn shape(&self) -> (usize, bool) {
        let width = self.look.width.map_or(usize::MAX, usize::from);
        let named = ROW.iter().copied();
        let mut named = named.filter(|row| row_width(*row) + self.names_width(*row) <= width);
        // Colours tell the fields apart; the rows stay as full as they can be.
        match (self.look.color, named.next()) {
            (false, Some(row)) => (row, true),
            _ => {
                let bare = ROW.iter().copied().find(|row| row_width(*row) <= width);
                (bare.unwrap_or(ROW[ROW.len() - 1]), false)
            }
        }
    }

    /// Columns that the names behind the rows take.
    fn names_width(&self, row: usize) -> usize {
        let starts = (0..self.of.bytes.len()).step_by(row);
        let names = starts.map(|start| self.names(&(start..start + row)).join(", "));
        names
            .map(|names| wrap::width(&names) + 2)
            .max()
            .unwrap_or(0)
    }

    /// Whether a row shows what the one above it does, and the one below it as well.
    fn repeats(&self, bytes: &Range<usize>, row: usize) -> bool {
        let same = |at: usize, other: usize| {
            let parts = [at, other].map(|at| self.part(at));
            parts[0] == parts[1]
                && (self.is_hidden(at) || self.of.bytes[at] == self.of.bytes[other])
        };
        bytes.start >= row
            && bytes.end + row <= self.of.bytes.len()
            && bytes
                .clone()
                .all(|at| same(at, at - row) && same(at, at + row))
    }

    fn part(&self, at: usize) -> Option<usize> {
        self.of
            .parts
            .iter()
            .position(|part| part.bytes.contains(&at))
    }

    fn is_hidden(&self, at: usize) -> bool {
        self.part(at).is_some_and(|part| self.of.parts[part].hidden)
    }

    fn write_row(&self, text: &mut String, bytes: Range<usize>, row: usize, named: bool) {
        let look = self.look;
        let mut line = look.paint(look::faint(), &format!("{:04x}", bytes.start)) + "  ";
        let mut characters = String::new();
        for at in bytes.clone() {
            let (style, hidden) = self.style(at);
            let (hex, character) = match hidden {
                true => ("--".to_owned(), ' '),
                false => (
                    format!("{:02x}", self.of.bytes[at]),
                    character(self.of.bytes[at]),
                ),
            };
            line += &look.paint(style, &hex);
            line += if (at + 1) % 8 == 0 && at + 1 < bytes.start + row {
                "  "
            } else {
                " "
            };
            characters += &look.paint(style, &character.to_string());
        }
        let missing = row - bytes.len();
        line += &" ".repeat(3 * missing + usize::from(missing >= 8));
        line += &format!(" {characters}{}", " ".repeat(missing));
        if named {
            line += &format!("  {}", self.names(&bytes).join(", "));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }

    fn names(&self, row: &Range<usize>) -> Vec<Cow<'_, str>> {
        let inside = |part: &&Part| part.bytes.start < row.end && row.start < part.bytes.end;
        let shown = self
            .of
            .parts
            .iter()
            .filter(inside)
            .filter(|part| !part.hidden);
        shown.map(|part| format::escaped(&part.name)).collect()
    }

    fn style(&self, at: usize) -> (Style, bool) {
        match self.part(at) {
            Some(index) if self.of.parts[index].hidden => (look::faint(), true),
            Some(index) => (self.color(index), false),
            None => (look::faint(), false),
        }
    }

    fn color(&self, index: usize) -> Style {
        let before = self.of.parts[..index]
            .iter()
            .filter(|part| !part.hidden)
            .count();
        COLORS[before % COLORS.len()].normal()
    }

    fn write_legend(&self, text: &mut String) {
        let look = self.look;
        let shown = self
            .of
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| !part.hidden);
        let legend: Vec<String> = shown
            .map(|(index, part)| {
                let place = format!("{:04x}", part.bytes.start);
                format!(
                    "{}\u{a0}{}",
                    look.paint(look::faint(), &place),
                    look.paint(self.color(index), &format::escaped(&part.name))
                )
            })
            .collect();
        let legend = legend.join("  ");
        let wrapped = wrap::wrapped(&legend, look.width);
        let _ = writeln!(
            text,
            "{}",
            wrapped.replace("\n  ", "\n").replace('\u{a0}', " ")
        );
    }
}

/// Columns of a row: its offset, its bytes with a gap after eight, and their characters.
fn row_width(bytes: usize) -> usize {
    let offset = 6;
    let gaps = bytes.div_ceil(8) - 1;
    offset + 3 * bytes - 1 + gaps + 2 + bytes
}

fn character(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' {
        char::from(byte)
    } else {
        '.'
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn shown(name: &str, bytes: Range<usize>) -> Part {
        Part {
            name: name.into(),
            bytes,
            hidden: false,
        }
    }

    fn dump() -> Bytes {
        Bytes {
            title: "a  T".into(),
            bytes: (0x3c..0x50).collect(),
            consistent: true,
            parts: vec![
                shown("first", 0..4),
                shown("second", 8..16),
                Part {
                    hidden: true,
                    ..shown("", 16..20)
                },
            ],
        }
    }

    fn look(width: u16) -> Look {
        Look {
            color: false,
            width: Some(width),
        }
    }

    #[test]
    fn without_colours_each_row_names_its_fields() {
        assert_eq!(
            text(&dump(), look(100)).lines().collect::<Vec<_>>(),
            [
                "a  T  20 bytes",
                "0000  3c 3d 3e 3f 40 41 42 43  44 45 46 47 48 49 4a 4b  <=>?@ABCDEFGHIJK",
                "0010  -- -- -- --",
                "-- is the sequence or the spare copy of a guarded field",
            ]
            .iter()
            .enumerate()
            .map(|(at, line)| match at {
                1 => format!("{line}  first, second"),
                _ => (*line).to_owned(),
            })
            .collect::<Vec<_>>()
        );
    }

    #[test]
    fn rows_are_as_long_as_the_screen_allows() {
        let rows = |width| {
            let text = text(&dump(), look(width));
            assert!(
                text.lines()
                    .skip(1)
                    .all(|line| line.len() <= usize::from(width).max(58)),
                "{text}"
            );
            text.lines().filter(|line| line.starts_with("00")).count()
        };
        assert_eq!((rows(100), rows(60), rows(36)), (2, 3, 5));
    }

    #[test]
    fn colours_have_a_legend() {
        let colored = Look {
            color: true,
            width: Some(80),
        };
        let text = text(&dump(), colored);
        let first = Color::Cyan.paint("first").to_string();
        let byte = Color::Cyan.paint("3c").to_string();
        assert!(text.contains(&first) && text.contains(&byte), "{text:?}");
    }

    #[test]
    fn rows_that_show_the_same_are_left_out() {
        let dump = Bytes {
            title: "a  T".into(),
            bytes: vec![0; 100],
            consistent: true,
            parts: vec![shown("all", 0..100)],
        };
        let text = text(&dump, look(80));
        let offsets: Vec<&str> = text
            .lines()
            .map(|line| &line[..line.len().min(4)])
            .collect();
        assert_eq!(offsets, ["a  T", "0000", "*", "0050", "0060"]);
    }

    #[test]
    fn what_kept_changing_is_marked() {
        let mixed = Bytes {
            consistent: false,
            ..dump()
        };
        assert!(text(&mixed, look(80)).contains("read at different moments"));
    }
}

//! `:hex`: the bytes of an object, and which field each belongs to.

use std::fmt::Write;
use std::ops::Range;

use memglass::schema::{Protection, Schema, TypeId};
use memglass::{Field, ReadError};
use nu_ansi_term::{Color, Style};
use serde_json::json;

use super::{Command, CommandError, Takes};
use crate::look::{self, Look};
use crate::output::Output;
use crate::runtime::Runtime;
use crate::{format, wrap};

pub(super) struct Hex;

/// More bytes are for a file and not for a screen.
const MOST_BYTES: u64 = 64 << 10;

/// How often an object is read until two readings agree.
const ATTEMPTS: usize = 16;

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

impl Command for Hex {
    fn name(&self) -> &'static str {
        "hex"
    }

    fn usage(&self) -> &'static str {
        ":hex PATH"
    }

    fn summary(&self) -> &'static str {
        "show bytes, and the field that each belongs to"
    }

    fn details(&self) -> &'static str {
        "Each field has its colour; without colours the fields are named below the rows. The bytes of a guarded field come from one write. If no two readings in a row agree, the title says that the bytes were read at different moments."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":hex AAPL_position", ":hex AAPL_quote.bid_price"]
    }

    fn takes(&self) -> Takes {
        Takes::Paths
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if rest.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        runtime.attached.refresh()?;
        let field = runtime.attached.observer().field(rest)?;
        let bytes = field.info().size;
        if bytes > MOST_BYTES {
            return Err(CommandError::TooLong {
                path: field.path().to_owned(),
                bytes,
            });
        }
        Ok(Dump::of(&field)?.output(runtime.style.look))
    }
}

/// Bytes of one moment, if they are.
struct Dump {
    title: String,
    bytes: Vec<u8>,
    consistent: bool,
    parts: Vec<Part>,
}

/// A field and its bytes.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    name: String,
    bytes: Range<usize>,
    /// Bytes of its storage that are not read: a sequence and a copy that nobody reads.
    hidden: bool,
}

impl Dump {
    fn of(field: &Field) -> Result<Self, ReadError> {
        let (bytes, consistent) = read(field)?;
        let mut parts = parts(field, bytes.len());
        parts.sort_by_key(|part| part.bytes.start);
        Ok(Dump {
            title: format!("{}  {}", field.path(), field.info().type_name),
            bytes,
            consistent,
            parts,
        })
    }

    fn output(&self, look: Look) -> Output {
        let hex = self.bytes.iter().map(|byte| format!("{byte:02x}"));
        let fields = self.parts.iter().filter(|part| !part.hidden).map(|part| {
            json!({ "name": part.name, "offset": part.bytes.start, "bytes": part.bytes.len() })
        });
        let json = json!({
            "bytes": hex.collect::<String>(),
            "consistent": self.consistent,
            "fields": fields.collect::<Vec<_>>(),
        });
        Output::Document(self.text(look), json)
    }

    fn text(&self, look: Look) -> String {
        let moment = match self.consistent {
            true => "",
            false => ", read at different moments: it changed during each attempt",
        };
        let title = look.paint(look::strong(), &format::escaped(&self.title));
        let mut text = format!("{title}  {} bytes{moment}\n", self.bytes.len());
        let (row, named) = self.shape(look);
        let mut skipping = false;
        for start in (0..self.bytes.len()).step_by(row) {
            let bytes = start..(start + row).min(self.bytes.len());
            if self.repeats(&bytes, row) {
                if !skipping {
                    text += &format!("{}\n", look.paint(look::faint(), "*"));
                }
                skipping = true;
                continue;
            }
            skipping = false;
            self.write_row(&mut text, bytes, row, named, look);
        }
        if !named && self.parts.len() > 1 {
            self.write_legend(&mut text, look);
        }
        if self.parts.iter().any(|part| part.hidden) {
            text += "-- is the sequence or the spare copy of a guarded field\n";
        }
        text
    }

    /// Bytes in a row, and whether the fields are named behind it.
    fn shape(&self, look: Look) -> (usize, bool) {
        let width = look.width.map_or(usize::MAX, usize::from);
        let named = ROW.iter().copied();
        let mut named = named.filter(|row| row_width(*row) + self.names_width(*row) <= width);
        // Colours tell the fields apart; the rows stay as full as they can be.
        match (look.color, named.next()) {
            (false, Some(row)) => (row, true),
            _ => {
                let bare = ROW.iter().copied().find(|row| row_width(*row) <= width);
                (bare.unwrap_or(ROW[ROW.len() - 1]), false)
            }
        }
    }

    /// Columns that the names behind the rows take.
    fn names_width(&self, row: usize) -> usize {
        let starts = (0..self.bytes.len()).step_by(row);
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
            parts[0] == parts[1] && (self.is_hidden(at) || self.bytes[at] == self.bytes[other])
        };
        bytes.start >= row
            && bytes.end + row <= self.bytes.len()
            && bytes
                .clone()
                .all(|at| same(at, at - row) && same(at, at + row))
    }

    fn part(&self, at: usize) -> Option<usize> {
        self.parts.iter().position(|part| part.bytes.contains(&at))
    }

    fn is_hidden(&self, at: usize) -> bool {
        self.part(at).is_some_and(|part| self.parts[part].hidden)
    }

    fn write_row(
        &self,
        text: &mut String,
        bytes: Range<usize>,
        row: usize,
        named: bool,
        look: Look,
    ) {
        let mut line = look.paint(look::faint(), &format!("{:04x}", bytes.start)) + "  ";
        let mut characters = String::new();
        for at in bytes.clone() {
            let (style, hidden) = self.style(at);
            let (hex, character) = match hidden {
                true => ("--".to_owned(), ' '),
                false => (format!("{:02x}", self.bytes[at]), character(self.bytes[at])),
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

    fn names(&self, row: &Range<usize>) -> Vec<&str> {
        let inside = |part: &&Part| part.bytes.start < row.end && row.start < part.bytes.end;
        let shown = self.parts.iter().filter(inside).filter(|part| !part.hidden);
        shown.map(|part| part.name.as_str()).collect()
    }

    fn style(&self, at: usize) -> (Style, bool) {
        match self.part(at) {
            Some(index) if self.parts[index].hidden => (look::faint(), true),
            Some(index) => (self.color(index), false),
            None => (look::faint(), false),
        }
    }

    fn color(&self, index: usize) -> Style {
        let before = self.parts[..index]
            .iter()
            .filter(|part| !part.hidden)
            .count();
        COLORS[before % COLORS.len()].normal()
    }

    fn write_legend(&self, text: &mut String, look: Look) {
        let shown = self
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
                    look.paint(self.color(index), &part.name)
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

/// The bytes, and whether two readings one after the other agreed.
fn read(field: &Field) -> Result<(Vec<u8>, bool), ReadError> {
    let mut bytes = field.read_bytes()?;
    for _ in 0..ATTEMPTS {
        let again = field.read_bytes()?;
        if again == bytes {
            return Ok((bytes, true));
        }
        bytes = again;
    }
    Ok((bytes, false))
}

fn character(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' {
        char::from(byte)
    } else {
        '.'
    }
}

/// The fields of a structure, the elements of an array, or the one value.
fn parts(field: &Field, len: usize) -> Vec<Part> {
    let schema = field.schema();
    if let Some(members) = field.members() {
        let mut parts: Vec<Part> = Vec::new();
        for member in members {
            let start = member.offset as usize;
            match parts.iter_mut().find(|part| part.bytes.contains(&start)) {
                // Members of a union, or bits of one number.
                Some(part) => {
                    part.name = format!("{}|{}", part.name, member.name);
                    let end = start + schema[member.type_id].size as usize;
                    part.bytes.end = part.bytes.end.max(end);
                }
                None => push_stored(&mut parts, schema, member.type_id, &member.name, start),
            }
        }
        return parts;
    }
    let Some(count) = field.element_count().filter(|count| *count > 0) else {
        let name = field.path().rsplit('.').next().unwrap_or_default();
        return vec![Part::shown(name, 0..len)];
    };
    let size = len / count as usize;
    let elements = (0..count as usize)
        .map(|index| Part::shown(&format!("[{index}]"), index * size..(index + 1) * size));
    elements.collect()
}

/// A value where it is stored: of a guarded one, the first copy holds it.
fn push_stored(parts: &mut Vec<Part>, schema: &Schema, id: TypeId, name: &str, start: usize) {
    let stored = schema[id].size as usize;
    let is_guarded = matches!(
        schema.protection(id),
        Protection::Seqlock | Protection::Locked
    );
    if !is_guarded {
        parts.push(Part::shown(name, start..start + stored));
        return;
    }
    let value = start + SEQUENCE..start + SEQUENCE + schema[schema.bare(id)].size as usize;
    parts.push(Part::hidden(start..value.start));
    let end = value.end;
    parts.push(Part::shown(name, value));
    parts.push(Part::hidden(end..start + stored));
}

/// Bytes of the word before the copies of a guarded value.
const SEQUENCE: usize = 8;

impl Part {
    fn shown(name: &str, bytes: Range<usize>) -> Self {
        Part {
            name: format::escaped(name).into_owned(),
            bytes,
            hidden: false,
        }
    }

    fn hidden(bytes: Range<usize>) -> Self {
        Part {
            name: String::new(),
            bytes,
            hidden: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump() -> Dump {
        Dump {
            title: "a  T".into(),
            bytes: (0x3c..0x50).collect(),
            consistent: true,
            parts: vec![
                Part::shown("first", 0..4),
                Part::shown("second", 8..16),
                Part::hidden(16..20),
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
            dump().text(look(100)).lines().collect::<Vec<_>>(),
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
            let text = dump().text(look(width));
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
        let text = dump().text(colored);
        let first = Color::Cyan.paint("first").to_string();
        let byte = Color::Cyan.paint("3c").to_string();
        assert!(text.contains(&first) && text.contains(&byte), "{text:?}");
    }

    #[test]
    fn rows_that_show_the_same_are_left_out() {
        let dump = Dump {
            title: "a  T".into(),
            bytes: vec![0; 100],
            consistent: true,
            parts: vec![Part::shown("all", 0..100)],
        };
        let text = dump.text(look(80));
        let offsets: Vec<&str> = text
            .lines()
            .map(|line| &line[..line.len().min(4)])
            .collect();
        assert_eq!(offsets, ["a  T", "0000", "*", "0050", "0060"]);
    }

    #[test]
    fn what_kept_changing_is_marked() {
        let mixed = Dump {
            consistent: false,
            ..dump()
        };
        assert!(mixed.text(look(80)).contains("read at different moments"));
    }
}

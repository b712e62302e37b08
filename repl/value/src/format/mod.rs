//! The text of a value, by its type and metadata: the one place, used by tables, the view and scripts.
//!
//! - Integers are plain digits, and floats the fewest digits that read back as the same number of the same
//!   width: what is shown can be typed again. Only a field's `@format` rounds, or puts commas between
//!   thousands; its `@unit` follows after a space.
//! - Enum values and flags are shown by name, by number where there is no name.
//! - Text is quoted and escaped, so that no control character of a stranger's memory reaches a terminal.
//!
//! The JSON of a value is exact and needs no type to be read back: see `json`.

mod addresses;
mod figure;
mod json;
mod number;
mod printf;
mod rows;

pub use memglass::printable::{escaped, is_printable, is_unsafe, printable};

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use memglass::schema::{Metadata, Schema, TypeId};
use memglass::{EnumValue, Record, Value};

use crate::time;

pub use addresses::name_addresses;
pub use figure::{Digits, Figure, figure, hex_figure};
pub use json::json;
pub use number::{bounds, grouped, grouped_number};
pub use printf::Format;
pub use rows::{csv_columns, csv_line, write_csv, write_json, write_plain, written};

/// Elements that a list in a table cell shows; a longer one shows how many there are.
const BRIEF_ELEMENTS: usize = 8;

/// Characters of a list, record or text in a table cell.
const BRIEF_CHARACTERS: usize = 64;

/// Columns of the bar that shows a part of a whole.
const BAR: usize = 20;

/// How a field wants to be printed; parsed once per field, cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    format: Option<Arc<Format>>,
    unit: Option<Arc<str>>,
    bits: Option<u32>,
    notation: Notation,
}

/// What kind of thing a value is to a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Notation {
    /// A value, shortened where there is little room.
    #[default]
    Value,
    /// A value, never shortened.
    Whole,
    /// A text that names something.
    Name,
    /// The label of an object.
    Label,
    /// A sentence.
    Prose,
    /// A moment in RFC 3339.
    Moment,
    /// The same, of which its microseconds count.
    PreciseMoment,
    /// A part of a whole, from 0 to 1.
    Share,
}

impl Style {
    /// The style that a field's metadata asks for. A format that is none is as if it were absent.
    pub fn new(metadata: &Metadata) -> Self {
        let format = metadata
            .format
            .as_deref()
            .and_then(|text| Format::parse(text).ok());
        Self {
            format: format.map(Arc::new),
            unit: metadata.unit.clone(),
            bits: None,
            notation: Notation::Value,
        }
    }

    /// The same, but without a format that rounds this value.
    pub fn exact(self, value: &Value) -> Self {
        match self.says_all(value) {
            true => self,
            false => Self {
                format: None,
                ..self
            },
        }
    }

    /// Whether the text of a float gives the float again.
    fn says_all(&self, value: &Value) -> bool {
        let bare = Self {
            unit: None,
            ..self.clone()
        };
        let written = || text(value, &bare).replace(',', "");
        match value {
            Value::F32(number) => written().trim().parse() == Ok(*number),
            Value::F64(number) => written().trim().parse() == Ok(*number),
            Value::List(all) => all.iter().all(|value| self.says_all(value)),
            _ => true,
        }
    }

    /// The style of labels of objects: people get them in quotes where a path would not begin with them.
    pub fn label() -> Self {
        Self::noted(Notation::Label)
    }

    /// The style of paths and other names: they are never shortened.
    pub fn name() -> Self {
        Self::noted(Notation::Name)
    }

    /// The style of sentences: they are never shortened, and may take several lines.
    pub fn prose() -> Self {
        Self::noted(Notation::Prose)
    }

    /// The style of moments as [`crate::time::rfc3339`] writes them: people get local time.
    pub fn moment() -> Self {
        Self::noted(Notation::Moment)
    }

    /// The same for moments that follow each other closely: people get microseconds.
    pub fn precise_moment() -> Self {
        Self::noted(Notation::PreciseMoment)
    }

    /// The style of parts of a whole: a percentage and a bar.
    pub fn share() -> Self {
        Self::noted(Notation::Share)
    }

    /// The style of large numbers: commas stand between their thousands.
    pub fn grouped() -> Self {
        let format = Format::parse("%'d").ok();
        Self {
            format: format.map(Arc::new),
            ..Self::default()
        }
    }

    /// The same, but the value is never shortened.
    pub fn whole(self) -> Self {
        Self {
            notation: Notation::Whole,
            ..self
        }
    }

    fn noted(notation: Notation) -> Self {
        Self {
            notation,
            ..Self::default()
        }
    }

    /// Whether it is that of parts of a whole.
    pub fn is_share(&self) -> bool {
        self.notation == Notation::Share
    }

    /// Whether it is that of sentences.
    pub fn is_prose(&self) -> bool {
        self.notation == Notation::Prose
    }

    /// The same for a value of this type, whose width matters for negative numbers in hexadecimal.
    pub fn of_type(self, schema: &Schema, id: TypeId) -> Self {
        let size = schema.get(schema.bare(id)).map_or(8, |ty| ty.size);
        Self {
            bits: Some(size.min(16) as u32 * 8),
            ..self
        }
    }
}

/// The whole text of a value, with its unit.
pub fn text(value: &Value, style: &Style) -> String {
    let mut text = String::new();
    write_value(&mut text, value, style);
    with_unit(text, value, style)
}

/// The text for one cell of a table: text without quotes, long lists as `[N elements]`, no more than one line.
pub fn brief(value: &Value, style: &Style) -> String {
    let text = brief_alone(value, style);
    match unit(value, style) {
        Some(unit) => format!("{text} {}", escaped(unit)),
        None => text,
    }
}

/// The same without the unit.
pub fn brief_alone(value: &Value, style: &Style) -> String {
    match (value, style.notation) {
        (Value::Text(text), Notation::Name | Notation::Prose) => escaped(text).into_owned(),
        (Value::Text(label), Notation::Label) if label.contains(['.', '[', '"']) => {
            shortened(alone(value, style))
        }
        (Value::Text(text), Notation::Moment) => escaped(&time::local_text(text)).into_owned(),
        (Value::Text(text), Notation::PreciseMoment) => {
            escaped(&time::precise_local_text(text)).into_owned()
        }
        (Value::F64(share), Notation::Share) => format!("{}  {}", percent(*share), bar(*share)),
        (_, Notation::Whole) => alone(value, style),
        (Value::Text(text), _) if style.format.is_none() => match text.as_str() {
            "" => "\"\"".to_owned(),
            text => shortened(escaped(text).into_owned()),
        },
        _ if is_long(value) => counted(value).unwrap_or_default(),
        _ => {
            let text = alone(value, style);
            match counted(value) {
                Some(count) if text.chars().count() > BRIEF_CHARACTERS => count,
                _ => text,
            }
        }
    }
}

fn alone(value: &Value, style: &Style) -> String {
    let mut text = String::new();
    write_value(&mut text, value, style);
    text
}

/// The text for one cell of a table that is not on a terminal: a number without unit and format, so that
/// programs can read it.
pub fn piped(value: &Value, style: &Style) -> String {
    match (value, style.notation) {
        (Value::Text(_), Notation::Moment | Notation::PreciseMoment) | (_, Notation::Share) => {
            brief_alone(value, style)
        }
        (_, Notation::Whole) => raw(value),
        (Value::List(_) | Value::Record(_), _) => brief_alone(value, &Style::default()),
        _ => raw(value),
    }
}

/// The text for the least room, if there is a shorter one.
pub fn short(value: &Value, style: &Style) -> Option<String> {
    match (value, style.notation) {
        (_, Notation::Whole) => None,
        (Value::F64(share), Notation::Share) => Some(percent(*share)),
        _ => counted(value),
    }
}

fn percent(share: f64) -> String {
    format!("{:5.1} %", share * 100.0)
}

/// How much of a whole it is, as a picture.
fn bar(share: f64) -> String {
    let full = ((share * BAR as f64).ceil() as usize).min(BAR);
    format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
}

/// The unit that follows a value, as its field declares it.
pub fn unit<'s>(value: &Value, style: &'s Style) -> Option<&'s str> {
    match value {
        Value::Record(_) => None,
        _ if style.notation == Notation::Whole => style.unit.as_deref(),
        value if is_long(value) => None,
        _ => style.unit.as_deref(),
    }
}

/// How much a list or record holds, for the least room: `[5 elements]`, `{7 fields}`.
fn counted(value: &Value) -> Option<String> {
    let (count, noun, [open, close]) = match value {
        Value::List(elements) => (elements.len(), "element", ["[", "]"]),
        Value::Record(members) => (members.len(), "field", ["{", "}"]),
        _ => return None,
    };
    let plural = if count == 1 { "" } else { "s" };
    Some(format!("{open}{count} {noun}{plural}{close}"))
}

fn is_long(value: &Value) -> bool {
    matches!(value, Value::List(elements) if elements.len() > BRIEF_ELEMENTS)
}

/// The text without quotes, units or shortening, for CSV and shell pipelines.
pub fn raw(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::F64(value) => number::exact(*value),
        Value::F32(value) => number::exact_f32(*value),
        Value::List(_) | Value::Record(_) => json(value).to_string(),
        other => text(other, &Style::default()),
    }
}

/// JSON that a terminal does not obey: the same value, with what could command one written as `\u009b`.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    let is_unsafe = |c| is_unsafe(c) && c != '\n';
    if !json.contains(is_unsafe) {
        return Cow::Borrowed(json);
    }
    // Outside of texts there is none, and all of them have four digits.
    let mut out = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        match is_unsafe(c) {
            true => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// `text` with all that could command a terminal escaped, but for the sequences that set a colour.
pub fn printable_in_color(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split('\u{1b}');
    let mut out = printable(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let end = part.find(|c: char| !matches!(c, '[' | ';' | '0'..='9'));
        let is_color = part.starts_with('[') && end.is_some_and(|end| part[end..].starts_with('m'));
        out.push_str(if is_color { "\u{1b}" } else { "\\u{1b}" });
        out.push_str(&printable(part));
    }
    Cow::Owned(out)
}

fn write_value(out: &mut String, value: &Value, style: &Style) {
    if let Some(text) = style
        .format
        .as_ref()
        .and_then(|format| format.apply(value, style.bits))
    {
        out.push_str(&escaped(&text));
        return;
    }
    match value {
        Value::F32(value) => out.push_str(&number::exact_f32(*value)),
        Value::F64(value) => out.push_str(&number::exact(*value)),
        Value::Text(text) => write_quoted(out, text),
        Value::Enum(EnumValue {
            name: Some(name), ..
        }) => out.push_str(&escaped(name)),
        Value::Flags(flags) => out.push_str(&escaped(&flags.to_string())),
        Value::Address(at) => out.push_str(&addresses::address(*at)),
        Value::List(elements) => write_list(out, elements, style),
        Value::Record(members) => write_record(out, members),
        other => out.push_str(&other.to_string()),
    }
}

fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_unsafe(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_list(out: &mut String, elements: &[Value], style: &Style) {
    out.push('[');
    for (index, element) in elements.iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        write_value(out, element, style);
    }
    out.push(']');
}

/// Members are shown without the style of what they lie in: a format is for the field that declares it.
fn write_record(out: &mut String, members: &Record) {
    let inner = Style::default();
    out.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        let _ = write!(out, "{comma}{}: ", escaped(name));
        write_value(out, value, &inner);
    }
    out.push('}');
}

fn with_unit(mut text: String, value: &Value, style: &Style) -> String {
    if let (Some(unit), false) = (&style.unit, matches!(value, Value::Record(_))) {
        text.push(' ');
        text.push_str(&escaped(unit));
    }
    text
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(BRIEF_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod safety {
    use super::*;

    #[test]
    fn colours_stay_and_commands_do_not() {
        let colored = "\u{1b}[1;31mred\u{1b}[0m";
        assert_eq!(printable_in_color(colored), colored);
        for (text, expected) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("\u{1b}]0;x\u{7}", "\\u{1b}]0;x\\u{7}"),
            ("\u{1b}", "\\u{1b}"),
            ("\u{1b}[31", "\\u{1b}[31"),
            ("\u{1b}31m", "\\u{1b}31m"),
            ("\u{1b}[0m\u{9b}2J\u{202e}", "\u{1b}[0m\\u{9b}2J\\u{202e}"),
        ] {
            assert_eq!(printable_in_color(text), expected);
        }
    }

    #[test]
    fn json_for_a_terminal_is_the_same_value() {
        let value = serde_json::json!({ "a\u{9b}": ["\u{202e}\u{7f}", "\u{1b}[2J", "\u{e9}"] });
        let text = value.to_string();
        let shown = printable_json(&text);
        assert!(is_printable(&shown), "{shown:?}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}

#[cfg(test)]
mod tests {
    use memglass::FlagsValue;

    use super::*;

    fn style(format: &str, unit: &str) -> Style {
        let metadata = match format {
            "" => Metadata::new(),
            format => Metadata::new().format(format),
        };
        Style::new(&match unit {
            "" => metadata,
            unit => metadata.unit(unit),
        })
    }

    #[track_caller]
    fn check(value: impl Into<Value>, expected: &str) {
        assert_eq!(text(&value.into(), &Style::default()), expected);
    }

    #[test]
    fn integers_are_exact_at_every_width() {
        check(i64::MIN, "-9223372036854775808");
        check(u64::MAX, "18446744073709551615");
        check(i128::MIN, "-170141183460469231731687303715884105728");
        check(u128::MAX, "340282366920938463463374607431768211455");
    }

    #[test]
    fn a_32_bit_float_is_shown_as_it_was_written() {
        check(0.1f32, "0.1");
        check(16_777_216f32, "16777216.0");
    }

    #[test]
    fn text_is_quoted_and_no_control_character_passes() {
        check(
            "say \"hi\"\\\n\u{1b}[2J\u{202e}",
            r#""say \"hi\"\\\n\u{1b}[2J\u{202e}""#,
        );
        assert_eq!(brief(&"a\nb\u{7}".into(), &Style::default()), r"a\nb\u{7}");
        assert_eq!(
            printable("a\n\tb\u{1b}]0;x\u{7}"),
            "a\n\tb\\u{1b}]0;x\\u{7}"
        );
    }

    #[test]
    fn names_of_a_type_cannot_command_the_terminal_either() {
        let value = EnumValue {
            number: 1,
            name: Some("\u{1b}[31mRED".into()),
        };
        assert_eq!(
            text(&Value::Enum(value), &Style::default()),
            "\\u{1b}[31mRED"
        );
        assert_eq!(text(&Value::I64(5), &style("", "\u{1b}c")), "5 \\u{1b}c");
        assert_eq!(text(&Value::I64(5), &style("\u{1b}c%d", "")), "\\u{1b}c5");
    }

    #[test]
    fn an_unnamed_enum_value_is_its_number() {
        assert_eq!(
            text(
                &Value::Enum(EnumValue {
                    number: 7,
                    name: None
                }),
                &Style::default()
            ),
            "7"
        );
    }

    #[test]
    fn flags_are_their_names_and_the_bits_without_one() {
        let flags = FlagsValue {
            bits: 0b1101,
            names: vec!["A".into(), "B".into()],
            unnamed: 8,
        };
        assert_eq!(text(&Value::Flags(flags), &Style::default()), "A | B | 0x8");
    }

    #[test]
    fn a_unit_follows_and_a_format_decides() {
        assert_eq!(
            text(&Value::I64(1_234_567), &style("%'d", "ticks")),
            "1,234,567 ticks"
        );
        assert_eq!(text(&Value::F64(2.0 / 3.0), &style("%.2f", "V")), "0.67 V");
        assert_eq!(
            text(&vec_of(&[1, 2]), &style("%03d", "ms")),
            "[001, 002] ms"
        );
    }

    #[test]
    fn a_format_that_is_none_is_as_if_absent() {
        assert_eq!(text(&Value::I64(5), &style("%n%d", "")), "5");
    }

    #[test]
    fn long_lists_and_records_are_counted_in_a_cell() {
        let long = vec_of(&[0; 100]);
        assert_eq!(brief(&long, &Style::default()), "[100 elements]");
        assert_eq!(brief(&vec_of(&[1, 2]), &Style::default()), "[1, 2]");
        let wide = Value::Record([("text", "x".repeat(100).as_str().into())].into());
        assert_eq!(brief(&wide, &Style::default()), "{1 field}");
        assert_eq!(
            brief(&"y".repeat(100).as_str().into(), &Style::default())
                .chars()
                .count(),
            65
        );
    }

    #[test]
    fn a_nested_record_is_one_line() {
        let quote = Value::Record([("bid", 1i64.into()), ("venue", "X".into())].into());
        assert_eq!(
            text(&quote, &style("%05d", "ticks")),
            "{bid: 1, venue: \"X\"}"
        );
    }

    #[test]
    fn raw_text_is_for_other_programs() {
        assert_eq!(raw(&"a\"b".into()), "a\"b");
        assert_eq!(raw(&Value::F64(0.1 + 0.2)), "0.30000000000000004");
        assert_eq!(raw(&vec_of(&[1, 2])), "[1,2]");
    }

    fn vec_of(numbers: &[i64]) -> Value {
        Value::List(numbers.iter().map(|number| Value::I64(*number)).collect())
    }

    #[test]
    fn a_format_that_rounds_a_value_is_left_out_where_it_is_to_be_exact() {
        let mut metadata = Metadata::default();
        metadata.format = Some("%.2f".into());
        metadata.unit = Some("USD".into());
        let exact = |value: Value| text(&value, &Style::new(&metadata).exact(&value));
        assert_eq!(exact(Value::F64(151.5)), "151.50 USD");
        assert_eq!(exact(Value::F64(0.0159)), "0.0159 USD");
        let list = |numbers: [f64; 2]| Value::List(numbers.map(Value::F64).to_vec());
        assert_eq!(exact(list([1.5, 2.0])), "[1.50, 2.00] USD");
        assert_eq!(exact(list([1.5, 0.001])), "[1.5, 0.001] USD");
    }
}

//! One field as a row: its value, its unit, and what is noted of it.

use std::sync::Arc;

use memglass::schema::{Kind, Metadata, Protection, Schema, TypeId};
use memglass::{Field, ReadError, Value};
use memglass_view::edit::Writable;
use memglass_view::snapshot::{Detail, FieldRow, Fold};
use memglass_view::text;

use memglass_value::format::{self, Figure, Style};

/// Bytes of the word before a guarded value.
const WORD: u64 = 8;

/// Values of a closed struct or array that are shown in its row.
pub(super) const BRIEF: u64 = 8;

/// What is known of a row before its value is read.
pub(super) struct Heading {
    pub(super) path: Arc<str>,
    pub(super) name: String,
    pub(super) depth: u16,
    pub(super) fold: Fold,
    /// The type as it is declared, with its protection.
    pub(super) declared: TypeId,
}

/// The row of a field whose value is this.
pub(super) fn row(
    heading: Heading,
    field: &Field,
    value: Result<Option<Value>, ReadError>,
    in_hex: bool,
) -> FieldRow {
    let info = field.info();
    let schema = field.schema();
    let (value, trouble) = match value {
        Ok(value) => (value, None),
        Err(error) => (None, Some(word(&error))),
    };
    let style = Style::new(info.metadata).of_type(schema, info.type_id);
    FieldRow {
        path: heading.path,
        name: text::clean(&heading.name).into(),
        depth: heading.depth,
        fold: heading.fold,
        type_name: text::clean(&info.type_name).into(),
        value: shown(field, value.as_ref(), heading.fold, &style, in_hex),
        unit: unit(info.metadata, heading.fold),
        named: named(value.as_ref()),
        note: note(schema, heading.declared, value.as_ref(), info.metadata),
        trouble,
        cells: Vec::new(),
    }
}

/// A row of so many elements of an array, which is filled up to `in_row`.
pub(super) fn of_elements(
    heading: Heading,
    first: &Field,
    values: Result<Vec<Value>, ReadError>,
    in_row: u64,
    in_hex: bool,
) -> FieldRow {
    let info = first.info();
    let style = Style::new(info.metadata).of_type(first.schema(), info.type_id);
    let (values, trouble) = match values {
        Ok(values) => (values, None),
        Err(error) => (Vec::new(), Some(word(&error))),
    };
    let shown = |value: &Value| match in_hex {
        true => format::hex_figure(value, &style),
        false => format::figure(value, &style),
    };
    let mut cells: Vec<Figure> = values.iter().map(shown).collect();
    if heading.fold == Fold::Closed {
        cells.resize(in_row as usize, Figure::Nothing);
    }
    FieldRow {
        path: heading.path,
        name: heading.name.into(),
        depth: heading.depth,
        fold: heading.fold,
        type_name: "".into(),
        value: Figure::Nothing,
        unit: "".into(),
        named: String::new(),
        note: String::new(),
        trouble,
        cells,
    }
}

/// What else is known of several elements.
pub(super) fn detail_of_elements(array: &str, first: &Field, values: &[Value]) -> Detail {
    let info = first.info();
    let style = Style::new(info.metadata).of_type(first.schema(), info.type_id);
    let values = values.iter().map(|value| format::text(value, &style));
    Detail {
        path: text::clean(array).into_owned(),
        value: values.collect::<Vec<_>>().join(", "),
        about: format!(
            "{}, {}",
            text::clean(&info.type_name),
            info.protection.name()
        ),
        description: description(first),
        writable: Writable::No,
    }
}

/// Gives a row the value that its field had.
pub(super) fn put_back(row: &mut FieldRow, field: &Field, value: Value, in_hex: bool) {
    let info = field.info();
    let style = Style::new(info.metadata).of_type(field.schema(), info.type_id);
    if matches!(value, Value::Enum(_) | Value::Flags(_)) {
        row.named = named(Some(&value));
        row.note = note(field.schema(), info.type_id, Some(&value), info.metadata);
    }
    row.value = shown(field, Some(&value), Fold::None, &style, in_hex);
    row.trouble = None;
}

/// Whether a closed row shows the values inside: a few, and no text among them that could be long.
pub(super) fn is_brief(schema: &Schema, id: TypeId) -> bool {
    schema.values_of(id) <= BRIEF
}

fn shown(field: &Field, value: Option<&Value>, fold: Fold, style: &Style, in_hex: bool) -> Figure {
    match (fold, value) {
        (Fold::None, Some(value)) if in_hex => format::hex_figure(value, style),
        (Fold::None, Some(value)) => format::figure(value, style),
        (Fold::None, None) => Figure::Nothing,
        (Fold::Closed, Some(value)) => Figure::Text(inside(value)),
        (_, _) => match (field.element_count(), field.members()) {
            (Some(count), _) => Figure::Text(counted(count, "element", ["[", "]"])),
            (None, Some(members)) if fold == Fold::Closed => {
                Figure::Text(counted(members.len() as u64, "field", ["{", "}"]))
            }
            _ => Figure::Nothing,
        },
    }
}

pub(super) fn counted(count: u64, noun: &str, [open, close]: [&str; 2]) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{open}{count} {noun}{plural}{close}")
}

/// The values inside a struct or an array, without names: `{14869, 210, 5}`.
pub(super) fn inside(value: &Value) -> String {
    let joined = |values: &[Value]| values.iter().map(inside).collect::<Vec<_>>().join(", ");
    match value {
        Value::Record(record) => format!("{{{}}}", joined(record.values())),
        Value::List(values) => format!("[{}]", joined(values)),
        other => format::text(other, &Style::default()),
    }
}

fn unit(metadata: &Metadata, fold: Fold) -> Arc<str> {
    match (&metadata.unit, fold) {
        (Some(unit), Fold::None) => text::clean(unit).into(),
        _ => "".into(),
    }
}

/// The name of a value, or of its flags.
fn named(value: Option<&Value>) -> String {
    match value {
        Some(Value::Enum(value)) => match &value.name {
            Some(name) => text::clean(name).into_owned(),
            None => String::new(),
        },
        Some(Value::Flags(flags)) if flags.bits != 0 => {
            text::clean(&flags.to_string()).into_owned()
        }
        _ => String::new(),
    }
}

/// The name of the value, or else that it is read-only, or how it is protected.
fn note(schema: &Schema, declared: TypeId, value: Option<&Value>, metadata: &Metadata) -> String {
    let protection = schema.protection(declared);
    match (named(value), metadata.readonly) {
        (name, _) if !name.is_empty() => format!("[{name}]"),
        (_, true) => "read-only".into(),
        (_, false) if protection != Protection::Plain => format!("[{}]", protection.name()),
        (_, false) => String::new(),
    }
}

/// Which keys can write a field, as far as its type and its annotations say.
pub(crate) fn writable(field: &Field) -> Writable {
    let info = field.info();
    if info.readonly || field.element_count().is_some() {
        return Writable::No;
    }
    match &field.schema()[info.type_id].kind {
        Kind::Bool | Kind::Enum { .. } => Writable::Turned,
        Kind::Int { .. } if !info.metadata.names.is_empty() => Writable::Turned,
        Kind::Int { .. } if !info.metadata.flags.is_empty() => Writable::Edited,
        Kind::Int { .. } | Kind::Float => Writable::Stepped,
        Kind::Flags { .. } | Kind::Text | Kind::Pointer { .. } => Writable::Edited,
        _ => Writable::No,
    }
}

/// Why there is no value, in a word for its row.
fn word(error: &ReadError) -> &'static str {
    match error {
        ReadError::Gone { .. } => "gone",
        ReadError::Contended { .. } => "changing",
        ReadError::TooLarge { .. } => "too large",
        ReadError::Truncated { .. } => "cut short",
        _ => "damaged",
    }
}

/// What else is known of a field.
pub(super) fn detail(root: &Field, field: &Field, value: Option<&Value>) -> Detail {
    let info = field.info();
    let offset = info.offset.saturating_sub(first_byte(root));
    let style = Style::new(info.metadata).of_type(field.schema(), info.type_id);
    let is_single = !matches!(value, Some(Value::Record(_) | Value::List(_)) | None);
    let value = value.filter(|_| is_single);
    Detail {
        path: text::clean(field.path()).into_owned(),
        value: value.map_or(String::new(), |value| format::text(value, &style)),
        about: format!(
            "{}, {}, {} at offset {}",
            text::clean(&info.type_name),
            info.protection.name(),
            counted(info.size, "byte", ["", ""]),
            offset
        ),
        description: description(field),
        writable: writable(field),
    }
}

/// Where the bytes of an object begin that are shown: those of one that is guarded as a whole stand behind its word.
fn first_byte(root: &Field) -> u64 {
    match root.info().protection {
        Protection::Seqlock | Protection::Locked => WORD,
        _ => 0,
    }
}

fn description(field: &Field) -> String {
    let info = field.info();
    let metadata = info.metadata;
    let desc = metadata
        .desc
        .as_deref()
        .map(|desc| text::clean(desc).into_owned());
    let bounds = format::bounds(metadata).map(|bounds| format!("allowed {bounds}"));
    let step = metadata.step.map(|step| format!("step {step}"));
    let pattern = metadata
        .regex
        .as_deref()
        .map(|regex| format!("must match {}", text::clean(regex)));
    let readonly = info.readonly.then(|| "read-only".to_owned());
    let bears = field.bears_layout();
    let bears = bears.then(|| "the layout depends on it: writing it needs force".to_owned());
    let parts = [desc, bounds, step, pattern, readonly, bears];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Whether a type has parts.
pub(super) fn has_parts(schema: &Schema, id: TypeId) -> bool {
    matches!(
        schema[schema.bare(id)].kind,
        Kind::Struct { .. } | Kind::Union { .. } | Kind::Array { .. }
    )
}

//! Types as text for people: names, declarations, annotations.
//!
//! Names come from a stranger, so control characters in them are escaped.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Field, Kind, Metadata, Protection, Schema, Type, TypeId, Variant};

impl Schema {
    /// Names a type the way a declaration would: `i64`, `text[256]`, `Position`, `f64[2][3]`.
    ///
    /// Arrays list their dimensions from the outermost; a protected type has its value's name.
    ///
    /// # Panics
    ///
    /// If `id` is not of this schema.
    pub fn type_name(&self, id: TypeId) -> String {
        let ty = &self[id];
        match &ty.kind {
            Kind::Bool => "bool".into(),
            Kind::Int { signed } => int_name(*signed, ty.size),
            Kind::Float => format!("f{}", ty.size * 8),
            Kind::Text => format!("text[{}]", ty.size),
            Kind::Pointer { target } => format!("*{}", printable(target)),
            Kind::Protected { value, .. } => self.type_name(*value),
            _ if !ty.name.is_empty() => printable(&ty.name).into_owned(),
            Kind::Array { .. } => self.array_name(id),
            Kind::Alias { of } => self.type_name(*of),
            Kind::Enum { .. } => "(unnamed enum)".into(),
            Kind::Flags { .. } => "(unnamed flags)".into(),
            Kind::Struct { .. } => "(unnamed struct)".into(),
            Kind::Union { .. } => "(unnamed union)".into(),
            Kind::Layout { .. } => "(unnamed layout)".into(),
            Kind::Record { root, .. } => printable(root).into_owned(),
        }
    }

    fn array_name(&self, mut id: TypeId) -> String {
        let mut dimensions = String::new();
        while let Kind::Array { element, count } = self[id].kind {
            if !dimensions.is_empty() && !self[id].name.is_empty() {
                break;
            }
            let _ = write!(dimensions, "[{count}]");
            id = element;
        }
        self.type_name(id) + &dimensions
    }

    /// Writes out the declaration of a type, with offsets, sizes, holes and annotations.
    ///
    /// Returns several lines; each ends with a newline.
    ///
    /// # Panics
    ///
    /// If `id` is not of this schema.
    pub fn describe(&self, id: TypeId) -> String {
        let ty = &self[id];
        let extent = format!("(size {}, align {})", ty.size, ty.align);
        let name = self.type_name(id);
        match &ty.kind {
            Kind::Struct { fields } => {
                format!("struct {name}  {extent}\n") + &self.table(ty, fields)
            }
            Kind::Union { members } => {
                format!("union {name}  {extent}\n") + &self.table(ty, members)
            }
            Kind::Enum { signed, variants } => {
                let number = int_name(*signed, ty.size);
                format!("enum {name}: {number}  {extent}\n")
                    + &named(variants, |value| value.to_string())
            }
            Kind::Flags { flags } => {
                let number = int_name(false, ty.size);
                format!("flags {name}: {number}  {extent}\n")
                    + &named(flags, |value| format!("0x{value:x}"))
            }
            Kind::Alias { of } => format!("alias {name} = {}  {extent}\n", self.type_name(*of)),
            Kind::Protected { protection, value } => {
                format!(
                    "@{} {name}  {extent}\n{}",
                    protection.name(),
                    self.describe(*value)
                )
            }
            Kind::Layout { definition } => definition.layout().marked_text(),
            Kind::Record { layout, room, .. } => {
                let room = ty.size - room.start();
                format!(
                    "record {name}  (room for {room} bytes)\n{}",
                    self.describe(*layout)
                )
            }
            _ if ty.elsewhere.is_some() => {
                format!("{name}  {extent}, described elsewhere: --types FILE shows its members\n")
            }
            _ => format!("{name}  {extent}\n"),
        }
    }

    /// The members of a struct or union, a row each; gaps are rows as well.
    fn table(&self, ty: &Type, fields: &[Field]) -> String {
        let is_union = matches!(ty.kind, Kind::Union { .. });
        let mut rows = Vec::new();
        let mut end = 0;
        for field in fields {
            if field.offset > end && !is_union {
                rows.push(Row::gap(end, field.offset));
            }
            let size = self[field.type_id].size;
            rows.push(Row {
                offset: field.offset,
                size,
                field: self.member_text(field),
                notes: self.notes(field),
            });
            end = end.max(field.offset + size);
        }
        if ty.size > end {
            rows.push(Row::gap(end, ty.size));
        }
        let width = rows
            .iter()
            .map(|row| row.field.chars().count())
            .max()
            .unwrap_or(0);
        rows.iter()
            .fold(String::from("  offset  size  field\n"), |mut text, row| {
                let line = format!(
                    "  {:>6}  {:>4}  {:<width$}  {}",
                    row.offset, row.size, row.field, row.notes
                );
                text.push_str(line.trim_end());
                text.push('\n');
                text
            })
    }

    fn member_text(&self, field: &Field) -> String {
        let bits = match field.bits {
            Some(bits) if bits.width == 1 => format!(" (bit {})", bits.offset),
            Some(bits) => format!(" (bits {})", bits.range()),
            None => String::new(),
        };
        format!(
            "{}: {}{bits}",
            printable(&field.name),
            self.type_name(field.type_id)
        )
    }

    fn notes(&self, field: &Field) -> String {
        let annotations = field.metadata.annotations();
        match self.protection(field.type_id) {
            Protection::Plain => annotations,
            protection if annotations.is_empty() => format!("@{}", protection.name()),
            protection => {
                let gap = if annotations.starts_with('@') {
                    " "
                } else {
                    "  "
                };
                format!("@{}{gap}{annotations}", protection.name())
            }
        }
    }
}

/// A line in the table of members.
struct Row {
    offset: u64,
    size: u64,
    field: String,
    notes: String,
}

impl Row {
    fn gap(start: u64, end: u64) -> Self {
        Self {
            offset: start,
            size: end - start,
            field: "(hole)".into(),
            notes: String::new(),
        }
    }
}

impl Metadata {
    /// Writes the annotations the way they are declared: `@range(0, 100) @unit("ticks")  "what it is"`.
    pub fn annotations(&self) -> String {
        let mut parts = Vec::new();
        if self.readonly {
            parts.push("@readonly".into());
        }
        match (self.min, self.max) {
            (Some(min), Some(max)) => parts.push(format!("@range({min}, {max})")),
            (Some(min), None) => parts.push(format!("@min({min})")),
            (None, Some(max)) => parts.push(format!("@max({max})")),
            (None, None) => {}
        }
        parts.extend(self.step.map(|step| format!("@step({step})")));
        parts.extend(
            self.regex
                .iter()
                .map(|regex| format!("@regex({})", quoted(regex))),
        );
        parts.extend(variants_annotation("enum", &self.names));
        parts.extend(variants_annotation("flags", &self.flags));
        parts.extend(
            self.format
                .iter()
                .map(|format| format!("@format({})", quoted(format))),
        );
        parts.extend(
            self.unit
                .iter()
                .map(|unit| format!("@unit({})", quoted(unit))),
        );
        parts.extend(self.was.iter().map(|was| format!("@was({})", quoted(was))));
        let mut text = parts.join(" ");
        if let Some(desc) = &self.desc {
            text.push_str(if text.is_empty() { "" } else { "  " });
            text.push_str(&quoted(desc));
        }
        text
    }
}

fn variants_annotation(word: &str, variants: &[Variant]) -> Option<String> {
    let list: Vec<_> = variants
        .iter()
        .map(|variant| format!("{}={}", printable(&variant.name), variant.value))
        .collect();
    (!list.is_empty()).then(|| format!("@{word}({})", list.join(", ")))
}

/// A row for each named value, the equals signs in one column.
fn named(variants: &[Variant], number: impl Fn(i128) -> String) -> String {
    let names: Vec<_> = variants
        .iter()
        .map(|variant| printable(&variant.name))
        .collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let rows = names.iter().zip(variants);
    rows.map(|(name, variant)| format!("  {name:<width$} = {}\n", number(variant.value)))
        .collect()
}

fn int_name(signed: bool, size: u64) -> String {
    format!("{}{}", if signed { 'i' } else { 'u' }, size * 8)
}

/// Text in quotes, with quotes, backslashes and control characters escaped as in a literal.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// A name with its control characters escaped, because it may reach a terminal.
fn printable(name: &str) -> Cow<'_, str> {
    if !name.contains(char::is_control) {
        return name.into();
    }
    let escaped = name.chars().map(|c| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.into()
        }
    });
    escaped.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::super::{Bits, Number};
    use super::*;

    fn leaf(schema: &mut Schema, size: u64, kind: Kind) -> TypeId {
        named_type(schema, "", size, size.min(8), kind)
    }

    fn named_type(schema: &mut Schema, name: &str, size: u64, align: u64, kind: Kind) -> TypeId {
        schema
            .add(Type {
                elsewhere: None,
                name: name.into(),
                size,
                align,
                kind,
            })
            .unwrap()
    }

    fn field(name: &str, type_id: TypeId, offset: u64, metadata: Metadata) -> Field {
        Field {
            name: name.into(),
            type_id,
            offset,
            bits: None,
            metadata,
        }
    }

    fn int(schema: &mut Schema, signed: bool, size: u64) -> TypeId {
        leaf(schema, size, Kind::Int { signed })
    }

    fn variant(name: &str, value: i128) -> Variant {
        Variant {
            name: name.into(),
            value,
        }
    }

    #[track_caller]
    fn check_name(build: impl FnOnce(&mut Schema) -> TypeId, expected: &str) {
        let mut schema = Schema::new();
        let id = build(&mut schema);
        assert_eq!(schema.type_name(id), expected);
    }

    #[track_caller]
    fn check(build: impl FnOnce(&mut Schema) -> TypeId, expected: &str) {
        let mut schema = Schema::new();
        let id = build(&mut schema);
        assert_eq!(schema.describe(id), expected);
    }

    #[track_caller]
    fn check_annotations(metadata: Metadata, expected: &str) {
        assert_eq!(metadata.annotations(), expected);
    }

    #[test]
    fn scalars_are_named_by_kind_and_width() {
        check_name(|schema| int(schema, true, 8), "i64");
        check_name(|schema| int(schema, false, 1), "u8");
        check_name(|schema| int(schema, false, 16), "u128");
        check_name(|schema| leaf(schema, 4, Kind::Float), "f32");
        check_name(|schema| leaf(schema, 1, Kind::Bool), "bool");
        check_name(
            |schema| named_type(schema, "Text<256>", 256, 1, Kind::Text),
            "text[256]",
        );
        check_name(
            |schema| {
                leaf(
                    schema,
                    8,
                    Kind::Pointer {
                        target: "Quote".into(),
                    },
                )
            },
            "*Quote",
        );
    }

    #[test]
    fn arrays_list_the_outermost_dimension_first() {
        check_name(
            |schema| {
                let row = leaf(schema, 8, Kind::Float);
                let row = schema.add_array(row, 3).unwrap();
                schema.add_array(row, 2).unwrap()
            },
            "f64[2][3]",
        );
    }

    #[test]
    fn protected_types_have_the_name_of_their_value() {
        check_name(
            |schema| {
                let value = int(schema, true, 8);
                let value = schema.add_array(value, 5).unwrap();
                schema.add_protected(Protection::Seqlock, value).unwrap()
            },
            "i64[5]",
        );
    }

    #[test]
    fn aliases_and_structs_have_their_own_names() {
        check_name(
            |schema| {
                let of = int(schema, true, 8);
                named_type(schema, "Price", 8, 8, Kind::Alias { of })
            },
            "Price",
        );
        check_name(
            |schema| named_type(schema, "E", 8, 8, Kind::Struct { fields: vec![] }),
            "E",
        );
        check_name(
            |schema| leaf(schema, 8, Kind::Struct { fields: vec![] }),
            "(unnamed struct)",
        );
    }

    #[test]
    fn control_characters_in_names_are_escaped() {
        let name = "a\u{1b}[31mb";
        check_name(
            |schema| named_type(schema, name, 8, 8, Kind::Struct { fields: vec![] }),
            "a\\u{1b}[31mb",
        );
    }

    #[test]
    fn struct_shows_holes_protections_and_annotations() {
        let build = |schema: &mut Schema| {
            let id = int(schema, false, 4);
            let number = int(schema, true, 8);
            let atomic = schema.add_protected(Protection::Atomic, number).unwrap();
            let quote = named_type(schema, "Quote", 40, 8, Kind::Struct { fields: vec![] });
            let guarded = schema.add_protected(Protection::Seqlock, quote).unwrap();
            let ticks = Metadata {
                min: Some(Number::Int(0)),
                max: Some(Number::Int(10_000_000)),
                unit: Some("ticks".into()),
                ..Metadata::default()
            };
            let shares = Metadata {
                desc: Some("signed number of shares".into()),
                ..Metadata::default()
            };
            let fields = vec![
                field("symbol_id", id, 0, Metadata::default()),
                field("quantity", atomic, 8, shares),
                field("avg_price", number, 16, ticks),
                field("last_quote", guarded, 24, Metadata::default()),
            ];
            named_type(schema, "Position", 120, 8, Kind::Struct { fields })
        };
        check(
            build,
            r#"struct Position  (size 120, align 8)
  offset  size  field
       0     4  symbol_id: u32
       4     4  (hole)
       8     8  quantity: i64      @atomic  "signed number of shares"
      16     8  avg_price: i64     @range(0, 10000000) @unit("ticks")
      24    88  last_quote: Quote  @seqlock
     112     8  (hole)
"#,
        );
    }

    #[test]
    fn bitfields_say_which_bits() {
        let build = |schema: &mut Schema| {
            let unit = int(schema, false, 4);
            let bits = |name: &str, offset, width| Field {
                bits: Some(Bits { offset, width }),
                ..field(name, unit, 0, Metadata::default())
            };
            let fields = vec![bits("on", 0, 1), bits("mode", 1, 3)];
            named_type(schema, "Control", 4, 4, Kind::Struct { fields })
        };
        check(
            build,
            "struct Control  (size 4, align 4)\n  offset  size  field\n       0     4  on: u32 (bit 0)\n       0     4  mode: u32 (bits 1..=3)\n",
        );
    }

    #[test]
    fn unions_have_no_holes_between_members() {
        let build = |schema: &mut Schema| {
            let (small, big) = (int(schema, false, 4), leaf(schema, 8, Kind::Float));
            let members = vec![
                field("a", small, 0, Metadata::default()),
                field("b", big, 0, Metadata::default()),
            ];
            named_type(schema, "U", 8, 8, Kind::Union { members })
        };
        check(
            build,
            "union U  (size 8, align 8)\n  offset  size  field\n       0     4  a: u32\n       0     8  b: f64\n",
        );
    }

    #[test]
    fn enums_and_flags_list_their_values() {
        let variants = vec![variant("PENDING", 0), variant("LOST", -1)];
        check(
            |schema| {
                named_type(
                    schema,
                    "Status",
                    1,
                    1,
                    Kind::Enum {
                        signed: true,
                        variants,
                    },
                )
            },
            "enum Status: i8  (size 1, align 1)\n  PENDING = 0\n  LOST    = -1\n",
        );
        let flags = vec![variant("ACTIVE", 1), variant("ALL", 0xff)];
        check(
            |schema| named_type(schema, "Mode", 2, 2, Kind::Flags { flags }),
            "flags Mode: u16  (size 2, align 2)\n  ACTIVE = 0x1\n  ALL    = 0xff\n",
        );
    }

    #[test]
    fn other_types_take_one_line_each() {
        check(|schema| int(schema, true, 8), "i64  (size 8, align 8)\n");
        let build = |schema: &mut Schema| {
            let value = int(schema, true, 8);
            let alias = named_type(schema, "Price", 8, 8, Kind::Alias { of: value });
            schema.add_protected(Protection::Locked, alias).unwrap()
        };
        check(
            build,
            "@locked Price  (size 24, align 8)\nalias Price = i64  (size 8, align 8)\n",
        );
    }

    #[test]
    fn annotations_are_written_as_declared() {
        check_annotations(Metadata::default(), "");
        let all = Metadata {
            readonly: true,
            min: Some(Number::Float(0.5)),
            max: None,
            step: Some(Number::Int(2)),
            regex: Some("[A-Z]+".into()),
            names: vec![variant("A", 1), variant("B", 2)],
            flags: vec![variant("X", 4)],
            format: Some("%.2f".into()),
            unit: Some("m\"s".into()),
            desc: Some("speed".into()),
            was: Some("v".into()),
        };
        check_annotations(
            all,
            r#"@readonly @min(0.5) @step(2) @regex("[A-Z]+") @enum(A=1, B=2) @flags(X=4) @format("%.2f") @unit("m\"s") @was("v")  "speed""#,
        );
        check_annotations(
            Metadata {
                max: Some(Number::Int(9)),
                ..Metadata::default()
            },
            "@max(9)",
        );
        check_annotations(
            Metadata {
                desc: Some("only".into()),
                ..Metadata::default()
            },
            "\"only\"",
        );
    }
}

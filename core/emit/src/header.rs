//! C++ and C.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use memglass::schema::{Field, Kind, Protection, Schema, TypeId, Variant};

use crate::annotations;
use crate::declared::{Declared, declared};
use crate::names;
use crate::place::{Places, Step, in_order};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Cpp,
    C,
}

/// A header with all types.
pub(crate) fn emit(schema: &Schema, dialect: Dialect) -> String {
    let types = declared(schema);
    let mut header = Header {
        schema,
        dialect,
        by_id: HashMap::new(),
        nested: nested(&types, dialect),
        written: HashMap::new(),
        hidden: HashSet::new(),
        text: String::new(),
    };
    header.by_id = types
        .iter()
        .map(|declared| (declared.id, declared))
        .collect();
    header.head();
    let inner: HashSet<TypeId> = header.nested.values().flatten().map(|one| one.id).collect();
    for declared in types.iter().filter(|one| !inner.contains(&one.id)) {
        header.declare(declared);
    }
    header.text
}

/// The types that lie in records, by the record: `Out::In` in `Out`. C has only one scope.
fn nested<'t, 's>(types: &'t [Declared<'s>], dialect: Dialect) -> Nested<'t, 's> {
    let mut nested = Nested::new();
    if dialect == Dialect::Cpp {
        let records = types.iter().filter(|one| one.ty.members().is_some());
        let by_path: HashMap<String, TypeId> = records.map(|one| (one.path(), one.id)).collect();
        for one in types {
            if let Some(&record) = by_path.get(&one.namespaces.join("::")) {
                nested.entry(record).or_default().push(one);
            }
        }
    }
    nested
}

type Nested<'t, 's> = HashMap<TypeId, Vec<&'t Declared<'s>>>;

struct Header<'t, 's> {
    schema: &'s Schema,
    dialect: Dialect,
    by_id: HashMap<TypeId, &'t Declared<'s>>,
    nested: Nested<'t, 's>,
    /// What pointers may name so far: the word by the name of the schema.
    written: HashMap<&'s str, String>,
    /// The names of the members around, which hide types of the same name.
    hidden: HashSet<String>,
    text: String,
}

impl<'t, 's> Header<'t, 's> {
    fn head(&mut self) {
        self.text
            .push_str("// Made by memglass from the types of a program.\n#pragma once\n");
        self.text.push_str(match self.dialect {
            Dialect::Cpp => "#include <cstdint>\n",
            Dialect::C => "#include <stdbool.h>\n#include <stdint.h>\n",
        });
        let wide = |signed| {
            let mut kinds = self.schema.iter().map(|(_, ty)| (ty.size, &ty.kind));
            kinds.any(|(size, kind)| size == 16 && *kind == Kind::Int { signed })
        };
        for (signed, line) in [
            (true, "__extension__ typedef __int128 memglass_int128;\n"),
            (
                false,
                "__extension__ typedef unsigned __int128 memglass_uint128;\n",
            ),
        ] {
            if wide(signed) {
                self.text.push_str(line);
            }
        }
    }

    fn declare(&mut self, declared: &'t Declared<'s>) {
        self.text.push('\n');
        let namespace = declared.namespaces.join("::");
        let is_inside = self.dialect == Dialect::Cpp && !namespace.is_empty();
        if is_inside {
            let _ = writeln!(self.text, "namespace {namespace} {{");
        }
        self.define(declared);
        if is_inside {
            self.text.push_str("}\n");
        }
    }

    fn define(&mut self, declared: &'t Declared<'s>) {
        match &declared.ty.kind {
            Kind::Enum { signed, variants } => self.enumeration(declared, *signed, variants),
            Kind::Flags { flags } => self.enumeration(declared, false, flags),
            _ => self.record(declared),
        }
        let word = self.word_of(declared);
        self.written.insert(&declared.ty.name, word);
    }

    /// How other types name it.
    fn word_of(&self, declared: &Declared<'_>) -> String {
        match self.dialect {
            Dialect::Cpp => declared.path(),
            Dialect::C => declared.word(),
        }
    }

    /// How its own declaration names it.
    fn own_word(&self, declared: &Declared<'_>) -> String {
        match self.dialect {
            Dialect::Cpp => declared.name.clone(),
            Dialect::C => declared.word(),
        }
    }

    fn enumeration(&mut self, declared: &Declared<'_>, signed: bool, variants: &[Variant]) {
        let (word, base) = (
            self.own_word(declared),
            self.integer(declared.ty.size, signed),
        );
        if matches!(declared.ty.kind, Kind::Flags { .. }) {
            self.text.push_str("// @flags\n");
        }
        let prefix = match self.dialect {
            Dialect::Cpp => {
                let _ = writeln!(self.text, "enum class {word} : {base} {{");
                String::new()
            }
            Dialect::C => {
                let _ = writeln!(self.text, "typedef {base} {word};");
                format!("{word}_")
            }
        };
        for variant in variants {
            let name = names::cpp(&variant.name);
            let value = integer(variant.value);
            let _ = match self.dialect {
                Dialect::Cpp => writeln!(self.text, "    {name} = {value},"),
                Dialect::C => writeln!(self.text, "#define {prefix}{name} (({word}){value})"),
            };
        }
        if self.dialect == Dialect::Cpp {
            self.text.push_str("};\n");
        }
    }

    /// The types inside of a record, as lines of its body.
    fn inner(&mut self, record: TypeId) -> String {
        let inner = self.nested.get(&record).cloned().unwrap_or_default();
        let outer = std::mem::take(&mut self.text);
        inner.into_iter().for_each(|one| self.define(one));
        let text = std::mem::replace(&mut self.text, outer);
        text.lines().map(|line| format!("    {line}\n")).collect()
    }

    fn record(&mut self, declared: &'t Declared<'s>) {
        let inner = self.inner(declared.id);
        if let Some(word) = annotations::protection(declared.protection) {
            let _ = writeln!(self.text, "// @{word}");
        }
        let ty = declared.ty;
        let members = ty.members().unwrap_or_default().iter();
        self.hidden = members.map(|field| names::cpp(&field.name)).collect();
        let (body, align, is_exact) = self.fields(declared);
        let is_union = matches!(ty.kind, Kind::Union { .. });
        let (keyword, word) = (
            if is_union { "union" } else { "struct" },
            self.own_word(declared),
        );
        let align = match (ty.align > align, self.dialect) {
            (false, _) => String::new(),
            (true, Dialect::Cpp) => format!(" alignas({})", ty.align),
            (true, Dialect::C) => format!(" __attribute__((aligned({})))", ty.align),
        };
        let mark = match (is_union, self.dialect) {
            (false, Dialect::Cpp) => " [[memglass::observe]]",
            _ => "",
        };
        let _ = match self.dialect {
            Dialect::Cpp => writeln!(
                self.text,
                "{keyword}{mark}{align} {word} {{\n{inner}{body}}};"
            ),
            Dialect::C => writeln!(
                self.text,
                "typedef {keyword}{align} {word} {{\n{body}}} {word};"
            ),
        };
        if is_exact && !self.has_guard(declared.id) {
            let assert = match self.dialect {
                Dialect::Cpp => "static_assert",
                Dialect::C => "_Static_assert",
            };
            let _ = writeln!(
                self.text,
                "{assert}(sizeof({word}) == {}, \"the size in the program\");",
                ty.size
            );
        }
    }

    /// The lines of the fields, the alignment that these have, and whether the compiler puts each where it is.
    fn fields(&self, declared: &Declared<'_>) -> (String, u64, bool) {
        let (mut text, mut places, mut is_exact) = (String::new(), Places::new(), true);
        let is_union = matches!(declared.ty.kind, Kind::Union { .. });
        for field in in_order(declared.ty) {
            let step = match is_union {
                true => {
                    places.align = places.align.max(self.schema[field.type_id].align);
                    Step::Natural
                }
                false => places.next(self.schema, field),
            };
            is_exact &= step != Step::Elsewhere;
            text.push_str(&self.field(field, step));
        }
        if !is_union && !places.ends_at(declared.ty) {
            is_exact = false;
            let _ = writeln!(
                text,
                "    // in the program this takes {} bytes",
                declared.ty.size
            );
        }
        (text, places.align, is_exact)
    }

    fn field(&self, field: &Field, step: Step) -> String {
        let mut line = String::from("    ");
        match (step, self.dialect) {
            (Step::Aligned(align), Dialect::Cpp) => {
                let _ = write!(line, "alignas({align}) ");
            }
            (Step::Aligned(align), Dialect::C) => {
                let _ = write!(line, "_Alignas({align}) ");
            }
            (Step::BehindBits(gap), _) => {
                let _ = write!(
                    line,
                    "{} : {gap};\n    ",
                    self.base(self.schema.bare(field.type_id))
                );
            }
            _ => {}
        }
        let name = names::cpp(&field.name);
        line.push_str(&self.place(field.type_id, &name));
        if let Some(bits) = field.bits {
            let _ = write!(line, " : {}", bits.width);
        }
        line.push(';');
        let comments = self.comments(field, &name, step);
        if !comments.is_empty() {
            let _ = write!(line, "  // {}", comments.join(" "));
        }
        line + "\n"
    }

    fn comments(&self, field: &Field, name: &str, step: Step) -> Vec<String> {
        let whole = |id| {
            self.by_id
                .get(&id)
                .map_or(Protection::Plain, |declared| declared.protection)
        };
        let guard = annotations::of_place(self.schema, field.type_id, whole);
        let bare = self.schema.bare(self.innermost(field.type_id));
        let is_address = matches!(self.schema[bare].kind, Kind::Pointer { .. });
        let mut words = annotations::of_field(&field.metadata, guard, is_address);
        if name != &*field.name {
            words.push(format!("called {:?} in the program", field.name));
        }
        if step == Step::Elsewhere {
            words.push(format!("at byte {} in the program", field.offset));
        }
        words
    }

    fn innermost(&self, mut id: TypeId) -> TypeId {
        while let Kind::Array { element, .. } = self.schema[self.schema.bare(id)].kind {
            id = element;
        }
        id
    }

    /// A declaration without `;`: type, name, dimensions.
    fn place(&self, id: TypeId, name: &str) -> String {
        let mut dimensions = String::new();
        let mut id = self.schema.bare(id);
        while let Kind::Array { element, count } = self.schema[id].kind {
            let _ = write!(dimensions, "[{count}]");
            id = self.schema.bare(element);
        }
        if matches!(self.schema[id].kind, Kind::Text | Kind::Record { .. }) {
            let _ = write!(dimensions, "[{}]", self.schema[id].size);
        }
        format!("{} {name}{dimensions}", self.base(id))
    }

    fn base(&self, id: TypeId) -> String {
        let ty = &self.schema[id];
        match &ty.kind {
            Kind::Bool => "bool".into(),
            Kind::Int { signed } => self.integer(ty.size, *signed),
            Kind::Float if ty.size == 4 => "float".into(),
            Kind::Float => "double".into(),
            Kind::Text => "char".into(),
            Kind::Record { .. } => "unsigned char".into(),
            Kind::Pointer { target } => {
                let word = self.written.get(&**target);
                let word = word.map_or("void".into(), |word| self.visible(word.clone()));
                format!("const {word}*")
            }
            _ => match self.by_id.get(&id) {
                Some(declared) => self.visible(self.word_of(declared)),
                None => format!("/* {} */ unsigned char", ty.name),
            },
        }
    }

    /// A word as a member can write it: one of its record may have the same name.
    fn visible(&self, word: String) -> String {
        let first = word.split("::").next().unwrap_or_default();
        match self.dialect {
            Dialect::Cpp if self.hidden.contains(first) => format!("::{word}"),
            _ => word,
        }
    }

    fn integer(&self, size: u64, signed: bool) -> String {
        match (size, signed, self.dialect) {
            (16, true, _) => "memglass_int128".into(),
            (16, false, _) => "memglass_uint128".into(),
            (_, _, Dialect::Cpp) => {
                format!("std::{}int{}_t", if signed { "" } else { "u" }, 8 * size)
            }
            (_, _, Dialect::C) => format!("{}int{}_t", if signed { "" } else { "u" }, 8 * size),
        }
    }

    /// Whether a value of it lies otherwise than its storage.
    fn has_guard(&self, id: TypeId) -> bool {
        let ty = &self.schema[id];
        match &ty.kind {
            Kind::Protected { protection, value } => {
                *protection != Protection::Atomic || self.has_guard(*value)
            }
            Kind::Array { element, .. } => self.has_guard(*element),
            Kind::Alias { of } => self.has_guard(*of),
            _ => {
                let mut fields = ty.members().unwrap_or_default().iter();
                fields.any(|field| self.has_guard(field.type_id))
            }
        }
    }
}

/// A whole number that fits into what C calls it.
fn integer(value: i128) -> String {
    match value {
        value if value == i64::MIN.into() => "(-9223372036854775807 - 1)".into(),
        value if value > i64::MAX.into() => format!("{value}u"),
        value => value.to_string(),
    }
}

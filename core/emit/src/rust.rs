//! Rust.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use memglass::schema::{Field, Kind, Metadata, Protection, Room, Schema, Type, TypeId, Variant};

use crate::annotations::{self, number};
use crate::declared::{Declared, declared};
use crate::names;
use crate::place::{Places, Step, in_order};

/// A module with all types.
pub(crate) fn emit(schema: &Schema) -> String {
    let types = declared(schema);
    let mut shorts: HashMap<&str, u32> = HashMap::new();
    for declared in &types {
        *shorts.entry(&declared.name).or_default() += 1;
    }
    let word = |declared: &Declared<'_>| match shorts[declared.name.as_str()] {
        1 => declared.name.clone(),
        _ => declared.word(),
    };
    let module = Module {
        schema,
        words: types
            .iter()
            .map(|declared| (declared.id, word(declared)))
            .collect(),
        wholes: types
            .iter()
            .map(|declared| (declared.id, declared.protection))
            .collect(),
        by_name: types
            .iter()
            .map(|declared| (&*declared.ty.name, word(declared)))
            .collect(),
    };
    let mut text =
        String::from("// Made by memglass from the types of a program.\nuse memglass::Observe;\n");
    for declared in &types {
        text.push('\n');
        text.push_str(&module.declaration(declared));
    }
    text
}

struct Module<'s> {
    schema: &'s Schema,
    words: HashMap<TypeId, String>,
    wholes: HashMap<TypeId, Protection>,
    by_name: HashMap<&'s str, String>,
}

impl Module<'_> {
    fn declaration(&self, declared: &Declared<'_>) -> String {
        let word = &self.words[&declared.id];
        match &declared.ty.kind {
            Kind::Enum { signed, variants } => enumeration(word, declared.ty, *signed, variants),
            Kind::Flags { flags } => flag_set(word, declared.ty, flags),
            Kind::Union { .. } => self.union(word, declared.ty),
            _ => self.record(word, declared),
        }
    }

    fn record(&self, word: &str, declared: &Declared<'_>) -> String {
        let (mut body, mut places) = (String::new(), Places::new());
        let mut units = HashSet::new();
        for field in in_order(declared.ty) {
            match field.bits {
                None => body.push_str(&self.field(field, places.next(self.schema, field))),
                Some(_) if units.insert(field.offset) => {
                    places.next(
                        self.schema,
                        &Field::new("bits", field.type_id, field.offset),
                    );
                    body.push_str(&self.unit(declared.ty, field));
                }
                Some(_) => {}
            }
        }
        let align = match declared.ty.align > places.align {
            true => format!(", align({})", declared.ty.align),
            false => String::new(),
        };
        let mut keys = vec![format!("name = {:?}", declared.ty.name)];
        keys.extend(annotations::protection(declared.protection).map(str::to_owned));
        format!(
            "#[derive(Observe, Clone, Copy)]\n#[repr(C{align})]\n#[observe({})]\n#[allow(non_camel_case_types)]\npub struct {word} {{\n{body}}}\n",
            keys.join(", ")
        )
    }

    fn field(&self, field: &Field, step: Step) -> String {
        let mut text = String::new();
        if matches!(step, Step::Aligned(_) | Step::Elsewhere) {
            let _ = writeln!(text, "    // at byte {} in the program", field.offset);
        }
        let whole = |id| self.wholes.get(&id).copied().unwrap_or(Protection::Plain);
        let guard = annotations::of_place(self.schema, field.type_id, whole);
        let mut keys = keys(&field.metadata, guard);
        keys.extend(self.layout(field.type_id));
        let name = names::rust(&field.name);
        if name != *field.name {
            keys.push(format!("name = {:?}", field.name));
        }
        if !keys.is_empty() {
            let _ = writeln!(text, "    #[observe({})]", keys.join(", "));
        }
        let _ = writeln!(text, "    pub {name}: {},", self.place(field.type_id));
        text
    }

    /// The integer of bitfields, which Rust does not have.
    fn unit(&self, ty: &Type, first: &Field) -> String {
        let mut text = format!("    // Bitfields at byte {}:", first.offset);
        for field in in_order(ty)
            .into_iter()
            .filter(|field| field.offset == first.offset)
        {
            let bits = field.bits.map(|bits| bits.range().to_string());
            let _ = write!(text, " {} (bits {})", field.name, bits.unwrap_or_default());
        }
        let bits = 8 * self.schema[first.type_id].size;
        let _ = writeln!(text, "\n    pub bits_at_{}: u{bits},", first.offset);
        text
    }

    fn union(&self, word: &str, ty: &Type) -> String {
        let mut body = String::new();
        for field in in_order(ty) {
            let is_whole =
                self.schema[field.type_id].size == ty.size && self.is_dense(field.type_id);
            let line = match is_whole {
                true => self.field(field, Step::Natural),
                false => format!(
                    "    // {}: {}, which leaves bytes unused\n",
                    field.name,
                    self.place(field.type_id)
                ),
            };
            body.push_str(&line);
        }
        if !body.contains("pub ") {
            let _ = writeln!(body, "    pub words: [u64; {}],", ty.size / 8);
        }
        format!(
            "#[derive(Observe, Clone, Copy)]\n#[repr(C, align({}))]\n#[observe(name = {:?})]\n#[allow(non_camel_case_types)]\npub union {word} {{\n{body}}}\n",
            ty.align, ty.name
        )
    }

    /// Whether it is numbers without bytes between them, of which all bit patterns are values.
    fn is_dense(&self, id: TypeId) -> bool {
        match &self.schema[self.schema.bare(id)].kind {
            Kind::Int { .. } | Kind::Float => true,
            Kind::Array { element, .. } => self.is_dense(*element),
            _ => false,
        }
    }

    /// What says that bytes hold a packed record: then the first struct of the text is the record.
    fn layout(&self, id: TypeId) -> Option<String> {
        let Kind::Record { layout, root, room } = &self.schema[self.schema.bare(id)].kind else {
            return None;
        };
        let Kind::Layout { definition } = &self.schema[*layout].kind else {
            return None;
        };
        let layout = definition.layout();
        let is_said = matches!(room, Room::Bytes(_)) && layout.structs().next() == Some(&**root);
        let words = layout.text().split_whitespace().collect::<Vec<_>>();
        is_said.then(|| format!("layout = {:?}", words.join(" ")))
    }

    fn place(&self, id: TypeId) -> String {
        let id = self.schema.bare(id);
        let ty = &self.schema[id];
        match &ty.kind {
            Kind::Bool => "bool".into(),
            Kind::Int { signed } => integer(ty.size, *signed),
            Kind::Float => format!("f{}", 8 * ty.size),
            Kind::Text => format!("memglass::Text<{}>", ty.size),
            Kind::Array { element, count } => format!("[{}; {count}]", self.place(*element)),
            Kind::Pointer { target } => match self.by_name.get(&**target) {
                Some(word) => format!("*const {word}"),
                None => "*const ()".into(),
            },
            _ => self
                .words
                .get(&id)
                .cloned()
                .unwrap_or_else(|| format!("[u8; {}]", ty.size)),
        }
    }
}

fn integer(size: u64, signed: bool) -> String {
    format!("{}{}", if signed { "i" } else { "u" }, 8 * size)
}

fn enumeration(word: &str, ty: &Type, signed: bool, variants: &[Variant]) -> String {
    let (mut body, mut seen) = (String::new(), HashSet::new());
    for variant in variants {
        let name = names::rust(&variant.name);
        // Rust has one name for each number.
        if !seen.insert(variant.value) {
            let _ = writeln!(body, "    // {name} is {} too", variant.value);
            continue;
        }
        if name != *variant.name {
            let _ = writeln!(body, "    #[observe(name = {:?})]", variant.name);
        }
        let _ = writeln!(body, "    {name} = {},", variant.value);
    }
    format!(
        "#[derive(Observe, Clone, Copy)]\n#[observe(name = {:?})]\n#[repr({})]\n#[allow(non_camel_case_types)]\npub enum {word} {{\n{body}}}\n",
        ty.name,
        integer(ty.size, signed)
    )
}

fn flag_set(word: &str, ty: &Type, flags: &[Variant]) -> String {
    let mut body = String::new();
    for flag in flags {
        let _ = writeln!(
            body,
            "        const {} = {};",
            names::rust(&flag.name),
            flag.value
        );
    }
    format!(
        "memglass::bitflags::bitflags! {{\n    #[derive(Observe, Clone, Copy)]\n    #[observe(name = {:?})]\n    #[allow(non_camel_case_types)]\n    pub struct {word}: {} {{\n{body}    }}\n}}\n",
        ty.name,
        integer(ty.size, false)
    )
}

/// What the derive is told of a field.
fn keys(metadata: &Metadata, guard: Protection) -> Vec<String> {
    let mut keys = Vec::new();
    keys.extend(annotations::protection(guard).map(str::to_owned));
    keys.extend(metadata.readonly.then(|| "readonly".to_owned()));
    match (metadata.min, metadata.max) {
        (Some(min), Some(max)) => keys.push(format!("range({}, {})", number(min), number(max))),
        (min, max) => {
            keys.extend(min.map(|min| format!("min = {}", number(min))));
            keys.extend(max.map(|max| format!("max = {}", number(max))));
        }
    }
    keys.extend(metadata.step.map(|step| format!("step = {}", number(step))));
    for (key, text) in [
        ("regex", &metadata.regex),
        ("format", &metadata.format),
        ("unit", &metadata.unit),
        ("was", &metadata.was),
        ("desc", &metadata.desc),
    ] {
        keys.extend(text.as_deref().map(|text| format!("{key} = {text:?}")));
    }
    for (key, list) in [("enum", &metadata.names), ("flags", &metadata.flags)] {
        if !list.is_empty() {
            let each = list
                .iter()
                .map(|variant| format!("{} = {}", variant.name, variant.value));
            keys.push(format!("{key}({})", each.collect::<Vec<_>>().join(", ")));
        }
    }
    keys
}

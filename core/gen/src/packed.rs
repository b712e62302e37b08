//! Structs whose bytes are a packed record: the layout that `@count`, `@variant` and `@layout` make of them.
//!
//! A struct with an array of which only some elements mean something, or with a union of which a member says what is in
//! it, is described as one record: its members where the compiler puts them, with padding between. Observers then see what is there, and
//! nothing else.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use memglass::schema::{Metadata, Schema, SchemaError};

use crate::fault::{Fault, Place};
use crate::model::{Declared, Enum, Member, Model, Packing, Record, Type};

/// The layout of a struct of which some member is counted or chosen; `None` of any other.
pub(crate) fn layout(model: &Model, record: &Record) -> Result<Option<String>, Fault> {
    let mut places = record.members.iter().filter_map(|member| {
        let packing = &member.packing;
        packing.count.as_ref().or(packing.variant.as_ref())
    });
    let Some((_, first)) = places.next().filter(|_| !record.is_union) else {
        return Ok(None);
    };
    let mut text = Text {
        model,
        out: String::new(),
        waiting: Vec::new(),
        names: HashMap::new(),
        taken: HashSet::new(),
    };
    let name = text.unused(&record.names.shown);
    text.record(record, &name)?;
    while let Some(index) = text.waiting.pop() {
        let name = text.names[&index].clone();
        match &model.types[index] {
            Declared::Record(record) => text.record(record, &name)?,
            Declared::Enum(item) => text.enumeration(item, &name),
        }
    }
    match check(&text.out, record.size, first) {
        Ok(()) => Ok(Some(text.out)),
        Err(fault) => Err(Fault::new(fault.place, without_place(&fault.reason))),
    }
}

/// What is wrong, without its place in a text that nobody has written.
fn without_place(reason: &str) -> &str {
    let place = reason.strip_prefix("not a layout: line ");
    let behind = place.and_then(|rest| rest.split_once(": "));
    behind.map_or(reason, |(_, behind)| behind)
}

/// Fails unless `text` is a layout for so many bytes.
pub(crate) fn check(text: &str, size: u64, place: &Place) -> Result<(), Fault> {
    let added = Schema::new().add_packed("", text, size, 1);
    let refuse = |error: SchemaError| Fault::new(place.clone(), error.to_string());
    added.map(drop).map_err(refuse)
}

struct Text<'m> {
    model: &'m Model,
    out: String,
    /// Types that are named and not yet written.
    waiting: Vec<usize>,
    /// What types of the model are called in the layout.
    names: HashMap<usize, String>,
    taken: HashSet<String>,
}

impl Text<'_> {
    // Writing to a string does not fail.
    fn record(&mut self, record: &Record, name: &str) -> Result<(), Fault> {
        let _ = write!(self.out, "struct {name} {{");
        let mut end = 0;
        for member in &record.members {
            let offset = member.bit / 8;
            self.padding(offset.saturating_sub(end));
            self.member(member)?;
            end = offset + self.model.size(&member.ty);
        }
        let _ = writeln!(self.out, " }} [[fixed_size({})]];", record.size);
        Ok(())
    }

    fn enumeration(&mut self, item: &Enum, name: &str) {
        let ty = integer(item.size, item.is_signed);
        let _ = write!(self.out, "enum {name} : {ty} {{");
        for (name, value) in &item.values {
            let _ = write!(self.out, " {name} = {value},");
        }
        self.out.push_str(" };\n");
    }

    /// What a type of the model is called, which is written later.
    fn named(&mut self, index: usize, shown: &str) -> String {
        if let Some(name) = self.names.get(&index) {
            return name.clone();
        }
        let name = self.unused(shown);
        self.names.insert(index, name.clone());
        self.waiting.push(index);
        name
    }

    /// The last name of a path in C++, so that expressions read as they do there; all of it where that is taken.
    fn unused(&mut self, shown: &str) -> String {
        let last = shown.rsplit("::").next().unwrap_or(shown);
        let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let [short, long] = [last, shown].map(|name| name.chars().map(letter).collect::<String>());
        let name = if self.taken.insert(short.clone()) {
            short
        } else {
            long
        };
        self.taken.insert(name.clone());
        name
    }

    fn padding(&mut self, bytes: u64) {
        if bytes > 0 {
            let _ = write!(self.out, " padding[{bytes}];");
        }
    }

    fn member(&mut self, member: &Member) -> Result<(), Fault> {
        if member.width.is_some() {
            return Err(refuse(
                member,
                "a bitfield cannot be in a struct with @count or @variant: use an integer",
            ));
        }
        if member.metadata != Metadata::default() {
            return Err(refuse(
                member,
                "members of a struct with @count or @variant have no other annotations: leave them out",
            ));
        }
        if let Some((tag, _)) = &member.packing.variant {
            return self.union(member, tag);
        }
        if let Some((_, place)) = &member.packing.layout {
            let reason =
                "@layout cannot be in a struct with @count or @variant: make one layout of all";
            return Err(Fault::new(place.clone(), reason));
        }
        let (ty, count) = self.ty(member)?;
        let name = &member.name;
        let _ = match (&member.packing.count, count) {
            (Some((used, _)), Some(count)) => {
                let used = without_namespaces(used);
                let each = self.model.size(&member.ty) / count;
                write!(
                    self.out,
                    " {ty} {name}[{used}]; padding[({count} - ({used})) * {each}];"
                )
            }
            (Some(_), None) => return Err(refuse(member, "@count is for arrays")),
            (None, Some(count)) => write!(self.out, " {ty} {name}[{count}];"),
            (None, None) => write!(self.out, " {ty} {name};"),
        };
        Ok(())
    }

    /// A union as a struct of its size, in which the member is that the tag says.
    fn union(&mut self, member: &Member, tag: &str) -> Result<(), Fault> {
        let union = self
            .model
            .record(&member.ty)
            .filter(|record| record.is_union);
        let Some(union) = union else {
            return Err(refuse(
                member,
                "@variant is for members that are a union, and for members of one",
            ));
        };
        let _ = write!(self.out, " struct {{ match (parent.{tag}) {{");
        for arm in &union.members {
            let Some((when, _)) = &arm.packing.variant else {
                let reason = format!(
                    "nothing says when {} is there: write @variant(VALUE), with a value of {tag}",
                    arm.name
                );
                return Err(refuse(arm, reason));
            };
            let (ty, count) = self.ty(arm)?;
            let count = count.map_or_else(String::new, |count| format!("[{count}]"));
            let when = without_namespaces(when);
            let _ = write!(self.out, " ({when}): {ty} {}{count};", arm.name);
        }
        let _ = write!(
            self.out,
            " (_): none; }} }} {} : {};",
            member.name, union.size
        );
        Ok(())
    }

    /// The type of a member, and of an array how many elements it has.
    fn ty(&mut self, member: &Member) -> Result<(String, Option<u64>), Fault> {
        let (ty, count) = match &member.ty {
            Type::Array(element, count) => (&**element, Some(*count)),
            Type::Text(count) => return Ok(("char".into(), Some(*count))),
            ty => (ty, None),
        };
        let written = match ty {
            Type::Bool => "bool".into(),
            Type::Int { size, is_signed } => integer(*size, *is_signed),
            Type::Float { size: 4 } => "float".into(),
            Type::Float { .. } => "double".into(),
            Type::Pointer(_) => "u64".into(),
            Type::Array(..) | Type::Text(_) => {
                return Err(refuse(
                    member,
                    "an array of arrays cannot be in a struct with @count or @variant: use an array of structs",
                ));
            }
            Type::Declared(index) => {
                let declared = &self.model.types[*index];
                if matches!(declared, Declared::Record(record) if record.is_union) {
                    return Err(refuse(
                        member,
                        "nothing says which member of the union is there: write @variant(tag)",
                    ));
                }
                self.named(*index, &declared.names().shown)
            }
        };
        Ok((written, count))
    }
}

/// Where the annotation is that makes a record of it, or else the member.
fn refuse(member: &Member, reason: impl Into<String>) -> Fault {
    let Packing { count, variant, .. } = &member.packing;
    let annotated = count.as_ref().or(variant.as_ref());
    let place = annotated.map_or(&member.place, |(_, place)| place);
    Fault::new(place.clone(), reason)
}

fn integer(size: u64, is_signed: bool) -> String {
    format!("{}{}", if is_signed { 's' } else { 'u' }, size * 8)
}

/// An expression in which names with namespaces have the last two parts: `Kind::ping` of `feed::Kind::ping`.
fn without_namespaces(expression: &str) -> String {
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut out = String::new();
    let mut rest = expression;
    while let Some(start) = rest.find(is_path) {
        let (before, path) = rest.split_at(start);
        let end = path.find(|c| !is_path(c)).unwrap_or(path.len());
        let parts: Vec<&str> = path[..end].split("::").collect();
        out.push_str(before);
        out.push_str(&parts[parts.len().saturating_sub(2)..].join("::"));
        rest = &path[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_enumerations_are_named_as_in_the_header() {
        for (written, expected) in [
            ("feed::v2::Kind::ping", "Kind::ping"),
            ("Kind::ping, 3 ... 5", "Kind::ping, 3 ... 5"),
            ("::feed::Kind::a | b", "Kind::a | b"),
            ("head.n * 2", "head.n * 2"),
            ("", ""),
        ] {
            assert_eq!(without_namespaces(written), expected);
        }
    }
}

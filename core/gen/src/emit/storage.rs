//! Storage structs: what lies in shared memory for a record.

use memglass::schema::Protection;
use memglass_code::build::{Code, CodeParam};

use super::{inside, storage_name};
use crate::bits::{Unit, units};
use crate::model::{Member, Model, Record};

/// The storage struct of a record. Unions and records that are protected as a whole have none.
pub(super) fn record(model: &Model, record: &Record) -> Option<Code> {
    if record.is_union || record.protection != Protection::Plain {
        return None;
    }
    let name = storage_name(record);
    let mut items = vec![Code::using("Value", &record.names.cpp)];
    items.extend(places(model, record));
    items.extend(accessors(model, record));
    items.push(init(record));
    items.push(load_to(model, record));
    items.push(
        Code::operator_cast("Value")
            .qualifier("const")
            .body("Value value{};\nload_to(value);\nreturn value;"),
    );
    if !record.holds.protection {
        let assign = Code::operator(&format!("{name}&"), "=")
            .param(CodeParam::new("const Value&", "value"))
            .body("init(value);\nreturn *this;");
        items.push(assign);
    }
    let storage = Code::structure(&name);
    let align = format!("alignas({})", record.align);
    let storage = if has_wide_alignment(model, record) {
        storage.attribute(&align)
    } else {
        storage
    };
    Some(inside(&record.names.namespace, storage.with(items)))
}

/// Whether a record is aligned to more than its members need.
fn has_wide_alignment(model: &Model, record: &Record) -> bool {
    let natural = record
        .members
        .iter()
        .map(|member| model.align(&member.ty))
        .max()
        .unwrap_or(1);
    record.align > natural
}

/// How a member lies in the storage.
pub(super) fn cell(member: &Member) -> String {
    let value = format!("decltype(Value::{})", member.name);
    match member.protection {
        Protection::Plain => format!("memglass::Stored<{value}>"),
        Protection::Atomic => format!("memglass::StoredAtomic<{value}>"),
        Protection::Seqlock => format!("memglass::Guarded<{value}>"),
        Protection::Locked => format!("memglass::Locked<{value}>"),
    }
}

/// A place for each member, and for each integer with bitfields.
fn places(model: &Model, record: &Record) -> Vec<Code> {
    let units = record_units(model, record);
    let mut places = Vec::new();
    for (index, member) in record.members.iter().enumerate() {
        if member.width.is_none() {
            let place = Code::variable(&cell(member), &member.name);
            let align = format!("alignas({})", member.align);
            places.push(if member.align > 0 {
                place.attribute(&align)
            } else {
                place
            });
        } else if let Some(unit) = units.iter().find(|unit| unit.members[0] == index) {
            places.push(Code::variable(
                &format!("memglass::Atomic<{}>", unsigned(unit.size)),
                &unit_name(unit),
            ));
        }
    }
    places
}

/// A function for each bitfield.
fn accessors(model: &Model, record: &Record) -> Vec<Code> {
    let units = record_units(model, record);
    let of_unit = |unit: &Unit| {
        let unit = unit.clone();
        unit.members
            .clone()
            .into_iter()
            .map(move |index| (index, unit.clone()))
    };
    let accessor = |(index, unit): (usize, Unit)| {
        let member = &record.members[index];
        let ty = bitfield(member, &unit);
        Code::function(&ty, &member.name).body(&format!("return {ty}({});", unit_name(&unit)))
    };
    units.iter().flat_map(of_unit).map(accessor).collect()
}

/// A member of the storage, inside a function whose parameter is `value`.
fn place(member: &Member) -> String {
    match member.name.as_str() {
        "value" => "this->value".into(),
        name => name.into(),
    }
}

fn init(record: &Record) -> Code {
    let store = |member: &Member| {
        let (name, place) = (&member.name, place(member));
        match member.width {
            None => format!("{place}.init(value.{name});"),
            Some(_) => format!("{place}().set(value.{name});"),
        }
    };
    let body: Vec<String> = record.members.iter().map(store).collect();
    Code::function("void", "init")
        .param(CodeParam::new("const Value&", "value"))
        .body(&body.join("\n"))
}

fn load_to(model: &Model, record: &Record) -> Code {
    let units = record_units(model, record);
    let load = |(index, member): (usize, &Member)| {
        let name = &member.name;
        match units.iter().find(|unit| unit.members.contains(&index)) {
            None => format!("{}.load_to(value.{name});", place(member)),
            Some(unit) => {
                let bits = bitfield(member, unit);
                format!(
                    "value.{name} = {bits}::of({}.load(std::memory_order_relaxed));",
                    unit_name(unit)
                )
            }
        }
    };
    let body: Vec<String> = record.members.iter().enumerate().map(load).collect();
    Code::function("void", "load_to")
        .param(CodeParam::new("Value&", "value"))
        .qualifier("const")
        .body(&body.join("\n"))
}

/// The integers with bitfields. Records whose bitfields have none were refused before.
pub(super) fn record_units(model: &Model, record: &Record) -> Vec<Unit> {
    units(model, record).unwrap_or_default()
}

fn bitfield(member: &Member, unit: &Unit) -> String {
    let lowest = member.bit - 8 * unit.offset;
    let width = member.width.unwrap_or_default();
    format!(
        "memglass::BitField<decltype(Value::{}), {lowest}, {width}, {}>",
        member.name,
        unsigned(unit.size)
    )
}

pub(super) fn unit_name(unit: &Unit) -> String {
    format!("bits_at_{}_", unit.offset)
}

fn unsigned(size: u64) -> String {
    format!("std::uint{}_t", 8 * size)
}

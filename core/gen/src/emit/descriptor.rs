//! Descriptors: what memglass is told of a type.

use memglass::schema::{Metadata, Protection};
use memglass_code::build::Code;

use super::{literal, padding, settle, storage, storage_name};
use crate::bits::Unit;
use crate::model::{Enum, Member, Model, Record, Type};

/// The descriptor of an enumeration.
pub(super) fn enumeration(item: &Enum) -> Code {
    let list = if item.is_flags { "flags" } else { "variants" };
    let values = literal::variants(&item.variants());
    let cpp = &item.names.cpp;
    let count = format!("sizeof({cpp}) == {}", item.size);
    described(
        cpp,
        [
            name(&item.names.shown),
            constant("memglass::Variant", list, true, &values),
            check(&count),
        ],
    )
}

/// The descriptor of a record. The tables in it are plain data: a template for each line would take the compiler seconds
/// for a thousand structs.
pub(super) fn record(model: &Model, record: &Record) -> Code {
    let mut items = names(record);
    items.extend(lines(model, record));
    items.push(constant(
        "memglass::Record",
        "record",
        false,
        &summary(record, "members"),
    ));
    items.extend(settle::bools(model, record));
    items.extend(padding::clear(model, record));
    items.extend(checks(record).iter().map(|condition| check(condition)));
    described(&record.names.cpp, items)
}

/// The descriptor of a record whose tables are in another file.
pub(super) fn declaration(model: &Model, record: &Record) -> Code {
    let mut items = names(record);
    let variable = Code::variable("const memglass::Record", "record").specifier("static");
    items.push(variable);
    items.extend(settle::bools(model, record));
    items.extend(padding::clear(model, record));
    described(&record.names.cpp, items)
}

/// The tables that [`declaration`] leaves out, in a namespace of their own.
pub(super) fn table(model: &Model, record: &Record, namespace: &str) -> [Code; 2] {
    let mut items = names(record);
    items.extend(lines(model, record));
    items.extend(checks(record).iter().map(|condition| check(condition)));
    let definition = Code::untyped(&format!(
        "const memglass::Record memglass::Descriptor<{}>::record{};",
        record.names.cpp,
        summary(record, &format!("{namespace}::members"))
    ));
    [Code::namespace(namespace).with(items), definition]
}

fn names(record: &Record) -> Vec<Code> {
    vec![
        Code::using("Value", &record.names.cpp),
        Code::using("Storage", &storage_of(record)),
    ]
}

/// The annotations and the members.
fn lines(model: &Model, record: &Record) -> Vec<Code> {
    let each = record.members.iter();
    let mut items: Vec<Code> = each.flat_map(|member| annotations(model, member)).collect();
    items.push(constant(
        "memglass::Member",
        "members",
        true,
        &members(model, record),
    ));
    items
}

/// What the descriptor says of the whole record.
fn summary(record: &Record, members: &str) -> String {
    let mut parts = vec![
        format!(".name = {}", literal::text(&record.names.shown)),
        format!(".members = {members}"),
        ".value = {sizeof(Value), alignof(Value)}".into(),
        ".storage = {sizeof(Storage), alignof(Storage)}".into(),
    ];
    if record.is_union {
        parts.push(".is_union = true".into());
    }
    match record.protection {
        Protection::Seqlock => parts.push(".protection = MEMGLASS_PROTECTION_SEQLOCK".into()),
        Protection::Locked => parts.push(".protection = MEMGLASS_PROTECTION_LOCKED".into()),
        Protection::Plain | Protection::Atomic => {}
    }
    if let Some(layout) = &record.layout {
        parts.push(format!(".layout = {}", literal::text(layout)));
    }
    format!("{{{}}}", parts.join(", "))
}

fn described(cpp: &str, items: impl IntoIterator<Item = Code>) -> Code {
    Code::template(
        [],
        Code::structure(&format!("memglass::Descriptor<{cpp}>")).with(items),
    )
}

fn name(shown: &str) -> Code {
    constant("std::string_view", "name", false, &literal::text(shown))
}

fn constant(ty: &str, name: &str, is_array: bool, value: &str) -> Code {
    let variable = Code::variable(ty, name)
        .specifier("static")
        .specifier("constexpr")
        .value(value);
    if is_array {
        Code {
            array: Some("[]".into()),
            ..variable
        }
    } else {
        variable
    }
}

fn storage_of(record: &Record) -> String {
    match record.protection {
        _ if record.is_union => "memglass::PlainUnion<Value>".into(),
        Protection::Seqlock => "memglass::Guarded<Value>".into(),
        Protection::Locked => "memglass::Locked<Value>".into(),
        _ if record.names.namespace.is_empty() => format!("::{}", storage_name(record)),
        _ => format!("::{}::{}", record.names.namespace, storage_name(record)),
    }
}

/// The annotations of a member as constants, those first that others refer to.
fn annotations(model: &Model, member: &Member) -> Vec<Code> {
    let metadata = metadata_of(model, member);
    let lists = [("names", &metadata.names), ("flags", &metadata.flags)];
    let given = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let mut constants: Vec<Code> = given
        .map(|(key, list)| {
            let variable = literal::list_name(&member.name, key);
            constant(
                "memglass::Variant",
                &variable,
                true,
                &literal::variants(list),
            )
        })
        .collect();
    if let Some((layout, _)) = &member.packing.layout {
        let variable = literal::list_name(&member.name, "layout");
        constants.push(constant("char", &variable, true, &literal::text(layout)));
    }
    let value = literal::metadata(&member.name, &metadata);
    if !value.is_empty() {
        constants.push(constant(
            "memglass::Metadata",
            &literal::list_name(&member.name, "metadata"),
            false,
            &value,
        ));
    }
    constants
}

/// The annotations of a member. The numbers of a bitfield that is an enumeration have its names: its integer is another one.
fn metadata_of(model: &Model, member: &Member) -> Metadata {
    let mut metadata = member.metadata.clone();
    let is_named = !(metadata.names.is_empty() && metadata.flags.is_empty());
    if let (Some(_), false, Some(item)) = (member.width, is_named, model.enumeration(&member.ty)) {
        let list = if item.is_flags {
            &mut metadata.flags
        } else {
            &mut metadata.names
        };
        *list = item.variants();
    }
    metadata
}

fn members(model: &Model, record: &Record) -> String {
    let units = storage::record_units(model, record);
    let each = record.members.iter().enumerate().map(|(index, member)| {
        let unit = units.iter().find(|unit| unit.members.contains(&index));
        let has_metadata = !literal::metadata(&member.name, &metadata_of(model, member)).is_empty();
        let metadata = format!("&{}", literal::list_name(&member.name, "metadata"));
        let line = match unit {
            Some(unit) => {
                let metadata = if has_metadata { &metadata } else { "nullptr" };
                let bits = bits(model, record, member, unit);
                let lowest = member.bit - 8 * unit.offset;
                let width = member.width.unwrap_or_default();
                format!("{bits}, {metadata}, {lowest}, {width}")
            }
            None if has_metadata => format!("{}, {metadata}", whole(record, member)),
            None => whole(record, member),
        };
        format!("    {{{line}}},")
    });
    format!("{{\n{}\n}}", each.collect::<Vec<_>>().join("\n"))
}

fn whole(record: &Record, member: &Member) -> String {
    let name = &member.name;
    let storage = if has_cells(record) {
        "Storage"
    } else {
        "Value"
    };
    let ty = type_of(member);
    format!("\"{name}\", offsetof(Value, {name}), offsetof({storage}, {name}), memglass::{ty}")
}

/// The function that adds the type of a member.
fn type_of(member: &Member) -> String {
    let (name, protection) = (&member.name, member.protection);
    let guard = match protection {
        Protection::Plain => "plain",
        Protection::Atomic => "atomic",
        Protection::Seqlock => "seqlock",
        Protection::Locked => "locked",
    };
    if member.packing.layout.is_none() {
        return format!("{guard}<decltype(Value::{name})>");
    }
    let layout = literal::list_name(name, "layout");
    let with = match protection {
        Protection::Plain => String::new(),
        _ => format!(", MEMGLASS_PROTECTION_{}", guard.to_uppercase()),
    };
    format!("packed<decltype(Value::{name}), {layout}{with}>")
}

fn bits(model: &Model, record: &Record, member: &Member, unit: &Unit) -> String {
    let name = &member.name;
    let storage = if has_cells(record) {
        format!("offsetof(Storage, {})", storage::unit_name(unit))
    } else {
        unit.offset.to_string()
    };
    let ty = integer(model, member, unit);
    format!(
        "\"{name}\", {}, {storage}, memglass::plain<{ty}>",
        unit.offset
    )
}

/// The integer of a bitfield: as large as its unit, with the sign of the bitfield.
fn integer(model: &Model, member: &Member, unit: &Unit) -> String {
    let is_signed = match &member.ty {
        Type::Int { is_signed, .. } => *is_signed,
        other => model.enumeration(other).is_some_and(|item| item.is_signed),
    };
    match member.ty {
        Type::Bool if unit.size == 1 => "bool".into(),
        _ => format!(
            "std::{}int{}_t",
            if is_signed { "" } else { "u" },
            8 * unit.size
        ),
    }
}

fn has_cells(record: &Record) -> bool {
    !record.is_union && record.protection == Protection::Plain
}

/// What must be true of the type as the compiler sees it.
fn checks(record: &Record) -> [String; 3] {
    let places = record
        .members
        .iter()
        .filter(|member| member.width.is_none());
    let places =
        places.map(|member| format!("offsetof(Value, {}) == {}", member.name, member.bit / 8));
    let size = format!(
        "sizeof(Value) == {} && alignof(Value) == {}",
        record.size, record.align
    );
    [
        "__is_standard_layout(Value) && __is_trivially_copyable(Value)".into(),
        size,
        places.collect::<Vec<_>>().join(" && "),
    ]
}

fn check(condition: &str) -> Code {
    let condition = if condition.is_empty() {
        "true"
    } else {
        condition
    };
    Code::untyped(&format!(
        "static_assert({condition}, \"memglass-gen read another layout: run it again, with libclang if this stays\");"
    ))
}

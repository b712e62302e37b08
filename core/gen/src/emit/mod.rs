//! The generated header: docs/cpp.md says what it looks like.

mod descriptor;
mod literal;
mod padding;
mod settle;
mod storage;

use memglass_code::build::{BuildError, Code, predefined};

use crate::model::{Declared, Model, Record};

/// The header for these types, which are declared in `headers`, with all that there is to say of them.
pub(crate) fn header(model: &Model, headers: &[String]) -> Result<String, BuildError> {
    let mut items = types(model, headers, descriptor::record);
    items.push(registration(model));
    text(items)
}

/// The same without the tables of members, which are in a file that is compiled once.
pub(crate) fn declarations(model: &Model, headers: &[String]) -> Result<String, BuildError> {
    let items = types(model, headers, descriptor::declaration);
    text(items)
}

/// The tables that [`declarations`] leaves out, for a source file that includes those as `header`.
pub(crate) fn tables(model: &Model, header: &str) -> Result<String, BuildError> {
    let mut items = vec![made(), Code::include(&format!("\"{header}\""))];
    let records = model.types.iter().filter_map(|declared| match declared {
        Declared::Record(record) => Some(record),
        Declared::Enum(_) => None,
    });
    for (number, record) in records.enumerate() {
        items.extend(descriptor::table(
            model,
            record,
            &format!("memglass_table_{number}"),
        ));
    }
    items.push(registration(model));
    text(items)
}

/// The types and their storage, each record with what `describe` gives for it.
fn types(
    model: &Model,
    headers: &[String],
    describe: impl Fn(&Model, &Record) -> Code,
) -> Vec<Code> {
    let mut items = head(headers);
    for declared in &model.types {
        match declared {
            Declared::Enum(item) => items.push(descriptor::enumeration(item)),
            Declared::Record(record) => {
                items.extend(storage::record(model, record));
                items.push(describe(model, record));
            }
        }
    }
    items
}

fn made() -> Code {
    Code::free_comment("Made by memglass-gen. Changes are lost when it is run again.")
}

fn head(headers: &[String]) -> Vec<Code> {
    let mut items = vec![made(), predefined::pragma_once()];
    items.extend(
        headers
            .iter()
            .map(|header| Code::include(&format!("\"{header}\""))),
    );
    items.push(Code::include("<memglass/memglass.hpp>"));
    items.push(Code::include("<cstddef>"));
    items
}

fn text(items: Vec<Code>) -> Result<String, BuildError> {
    let file = Code::file(items).build()?;
    Ok(file.source().text().to_owned())
}

/// Enters the marked types into the list that `register_all_types` goes through. The names of the variables come from theirs: a
/// program may have several generated headers.
fn registration(model: &Model) -> Code {
    let marked: Vec<&str> = model
        .types
        .iter()
        .filter_map(|declared| match declared {
            Declared::Record(record) if record.is_marked => Some(record.names.cpp.as_str()),
            _ => None,
        })
        .collect();
    let suffix = format!("{:016x}", hash(&marked));
    let addresses = marked
        .iter()
        .map(|cpp| format!("&memglass::Descriptor<{cpp}>::record"));
    let lines: Vec<String> = addresses.map(|address| format!("    {address},")).collect();
    let records = Code::variable("const memglass::Record*", &format!("records_{suffix}"))
        .specifier("inline")
        .specifier("constexpr")
        .value(&format!("{{\n{}\n}}", lines.join("\n")));
    let records = Code {
        array: Some("[]".into()),
        ..records
    };
    let list = Code::variable("memglass::detail::TypeList", &format!("types_{suffix}"))
        .specifier("inline")
        .value(&format!("memglass::detail::TypeList(records_{suffix})"));
    Code::namespace("memglass::generated").with([records, list])
}

/// FNV-1a over the names: the same on every machine and for every version of the generator.
fn hash(names: &[&str]) -> u64 {
    let bytes = names
        .iter()
        .flat_map(|name| name.bytes().chain(std::iter::once(0)));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// `item` in the namespace, if there is one.
fn inside(namespace: &str, item: Code) -> Code {
    if namespace.is_empty() {
        item
    } else {
        Code::namespace(namespace).with([item])
    }
}

/// The name of a record's storage struct.
fn storage_name(record: &Record) -> String {
    format!("{}_Storage", record.names.word)
}

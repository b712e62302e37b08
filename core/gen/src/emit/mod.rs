//! The generated header: docs/cpp.md says what it looks like.

mod descriptor;
mod literal;
mod storage;

use memglass_code::build::{BuildError, Code, predefined};

use crate::model::{Declared, Model, Record};

/// How many types one call registers: compilers limit how many a fold has.
const AT_ONCE: usize = 64;

/// The header for these types, which are declared in `headers`.
pub(crate) fn header(model: &Model, headers: &[String]) -> Result<String, BuildError> {
    let mut items = vec![
        Code::free_comment("Made by memglass-gen. Changes are lost when it is run again."),
        predefined::pragma_once(),
    ];
    items.extend(
        headers
            .iter()
            .map(|header| Code::include(&format!("\"{header}\""))),
    );
    items.push(Code::include("<memglass/memglass.hpp>"));
    items.push(Code::include("<cstddef>"));
    items.push(Code::include("<type_traits>"));
    for declared in &model.types {
        match declared {
            Declared::Enum(item) => items.push(descriptor::enumeration(item)),
            Declared::Record(record) => {
                items.extend(storage::record(model, record));
                items.push(descriptor::record(model, record));
            }
        }
    }
    items.push(registration(model));
    let file = Code::file(items).build()?;
    Ok(file.source().text().to_owned())
}

fn registration(model: &Model) -> Code {
    let marked: Vec<&Record> = model
        .types
        .iter()
        .filter_map(|declared| match declared {
            Declared::Record(record) if record.is_marked => Some(record),
            _ => None,
        })
        .collect();
    let calls = |argument: &str| {
        let calls = marked.chunks(AT_ONCE).map(|some| {
            let names: Vec<&str> = some
                .iter()
                .map(|record| record.names.cpp.as_str())
                .collect();
            format!(
                "memglass::register_types<{}>({argument});",
                names.join(", ")
            )
        });
        calls.collect::<Vec<_>>().join("\n")
    };
    let function = |argument: &str| {
        Code::function("void", "register_all_types")
            .specifier("inline")
            .body(&calls(argument))
    };
    Code::namespace("memglass::generated").with([
        function(""),
        function("session").param(memglass_code::build::CodeParam::new(
            "memglass::Session&",
            "session",
        )),
    ])
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

//! `memglass functions`

use memglass_types::{Linkage, Symbol, Types};
use memglass_value::shown::{Cell, Table};

use super::super::failure::Failure;
use super::super::options::Options;
use super::pattern::Pattern;
use super::{place, source};

/// Lists functions, with their types and where their code is.
pub(crate) fn run(options: &Options, words: Vec<String>) -> Result<i32, Failure> {
    let (file, pattern) = match words.as_slice() {
        [file] => (file, None),
        [file, pattern] => (file, Some(pattern.as_str())),
        _ => {
            return Err(Failure::Usage(
                "name a file, and a pattern for names if you like".into(),
            ));
        }
    };
    let types = source::of(options, file)?;
    let pattern = Pattern::of(pattern)?;
    let mut functions: Vec<&Symbol> = types
        .functions()
        .filter(|function| pattern.fits(&function.name))
        .collect();
    functions.sort_by(|a, b| a.name.cmp(&b.name).then(a.address.cmp(&b.address)));
    let columns = ["function", "linkage", "address", "type", "declared"];
    let mut table = Table::new(columns).or_else("no function with such a name");
    for function in functions {
        table.push([
            Some(Cell::name(&*function.name)),
            Some(Cell::name(linkage(function))),
            function
                .address
                .map(|address| Cell::name(format!("{address:#x}"))),
            Some(Cell::name(signature(&types, function))),
            place(function.place.as_ref()).map(Cell::name),
        ]);
    }
    options.print(&table.into())?;
    Ok(0)
}

fn linkage(function: &Symbol) -> &'static str {
    match (function.linkage, function.inline) {
        (Linkage::External, false) => "extern",
        (Linkage::External, true) => "inline",
        (Linkage::Static, false) => "static",
        (Linkage::Static, true) => "static inline",
    }
}

fn signature(types: &Types, function: &Symbol) -> String {
    types.spell(function.ty)
}

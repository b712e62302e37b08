//! Functions.

use memglass_types::{Linkage, Symbol, Types};
use memglass_value::shown::{Cell, Table};

use crate::pattern::Pattern;
use crate::place;

/// A row for each function whose name is like this: its type, and where its code is.
pub fn functions(types: &Types, pattern: &Pattern) -> Table {
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
            Some(Cell::name(types.spell(function.ty))),
            place(function.place.as_ref()).map(Cell::name),
        ]);
    }
    table
}

fn linkage(function: &Symbol) -> &'static str {
    match (function.linkage, function.inline) {
        (Linkage::External, false) => "extern",
        (Linkage::External, true) => "inline",
        (Linkage::Static, false) => "static",
        (Linkage::Static, true) => "static inline",
    }
}

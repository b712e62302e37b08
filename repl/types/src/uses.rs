//! What has a type in it.

use memglass_types::{SymbolKind, TypeId, Types, Use, User};
use memglass_value::shown::{Cell, Table};

/// A row for each record, alias, function and variable in which one of these types appears.
///
/// # Panics
///
/// If an id is not of this set.
pub fn uses(types: &Types, ids: &[TypeId]) -> Table {
    let mut table = Table::new(["kind", "user", "part", "type", "how"]).or_else("nothing uses it");
    for one in types.uses(ids) {
        let (kind, user) = user(types, &one);
        table.push([
            Some(Cell::name(kind)),
            Some(Cell::name(user)),
            Some(Cell::name(&one.part)).filter(|_| !one.part.is_empty()),
            Some(Cell::name(types.spell(one.ty))),
            Some(Cell::name(if one.by_value {
                "by value"
            } else {
                "by address"
            })),
        ]);
    }
    table
}

fn user<'t>(types: &'t Types, one: &Use<'t>) -> (&'static str, &'t str) {
    match one.user {
        User::Type(id) => (types[id].kind.word(), &types[id].name),
        User::Symbol(symbol) => match symbol.what {
            SymbolKind::Function => ("function", &symbol.name),
            SymbolKind::Variable => ("variable", &symbol.name),
        },
    }
}

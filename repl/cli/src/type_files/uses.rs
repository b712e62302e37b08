//! `memglass uses`

use memglass_types::{SymbolKind, Types, Use, User};
use memglass_value::shown::{Cell, Table};

use super::super::failure::Failure;
use super::super::options::Options;
use super::{found, source};

/// Lists what has a type in it.
pub(crate) fn run(
    options: &Options,
    named: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let (types, words) = source::split(options, named, words, 1)?;
    let Some(name) = words.first() else {
        return Err(Failure::Usage(
            "a type is missing, as in `memglass uses app quote`".into(),
        ));
    };
    let mut table = Table::new(["kind", "user", "part", "type", "how"]).or_else("nothing uses it");
    for one in types.uses(found(&types, name)?) {
        let (kind, user) = user(&types, &one);
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
    options.print(&table.into())?;
    Ok(0)
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

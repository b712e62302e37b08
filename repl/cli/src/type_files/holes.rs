//! `memglass holes`

use std::collections::HashMap;

use memglass_types::{Kind, Remarks, TypeId, Types};
use memglass_value::shown::{Cell, Table};
use serde_json::{Value as Json, json};

use super::super::failure::Failure;
use super::super::options::Options;
use super::pattern::{Pattern, is_pattern};
use super::{found, source, text};

/// Ranks records by their unused bytes, or shows those of one.
pub(crate) fn run(
    options: &Options,
    named: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let (types, words) = source::split(options, named, words, 0)?;
    match words.first().map(String::as_str) {
        Some(name) if !is_pattern(name) => {
            let id = found(&types, name)?;
            if types.record(id).is_none() {
                let kind = types[types.bare(id)].kind.word();
                return Err(Failure::Types(format!(
                    "{name:?} is no struct, class or union: it is of kind {kind}"
                )));
            }
            let id = if types[types.bare(id)].name.is_empty() {
                id
            } else {
                types.bare(id)
            };
            options.print(&text(
                types.declaration(id, Remarks::Holes),
                json_of(&types, id),
            ))?;
        }
        pattern => options.print(&ranking(&types, &Pattern::of(pattern)?).into())?,
    }
    Ok(0)
}

fn ranking(types: &Types, pattern: &Pattern) -> Table {
    let columns = [
        "type",
        "bytes",
        "unused",
        "holes",
        "hole bytes",
        "padding",
        "cache lines",
    ];
    let mut table = Table::new(columns).or_else("no record has unused bytes");
    let aliases = aliased(types);
    for (id, holes) in types.with_holes() {
        let name = match &*types[id].name {
            "" => aliases.get(&id).copied().unwrap_or_default(),
            name => name,
        };
        if !name.is_empty() && pattern.fits(name) {
            table.push([
                Some(Cell::name(name)),
                Some(Cell::plain(holes.size)),
                Some(Cell::plain(holes.unused())),
                Some(Cell::plain(holes.holes.len() as u64)),
                Some(Cell::plain(holes.hole_bytes())),
                Some(Cell::plain(holes.padding())),
                Some(Cell::plain(holes.cache_lines())),
            ]);
        }
    }
    table
}

/// Anonymous records by the names that aliases give them.
fn aliased(types: &Types) -> HashMap<TypeId, &str> {
    let aliases = types.iter().filter_map(|(_, ty)| match ty.kind {
        Kind::Alias { of } => Some((of, &*ty.name)),
        _ => None,
    });
    aliases.collect()
}

fn json_of(types: &Types, id: TypeId) -> Json {
    let Some(holes) = types.holes(id) else {
        return Json::Null;
    };
    let list = holes
        .holes
        .iter()
        .map(|hole| json!({ "offset_bits": hole.offset_bits, "bits": hole.bits }));
    json!({
        "type": &*types[id].name,
        "bytes": holes.size,
        "unused": holes.unused(),
        "holes": list.collect::<Vec<_>>(),
        "padding_bits": holes.padding_bits,
        "cache_lines": holes.cache_lines(),
    })
}

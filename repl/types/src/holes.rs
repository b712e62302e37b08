//! Unused bytes.

use std::collections::HashMap;

use memglass_types::{Holes, Kind, Part, Remarks, TypeId, Types};
use memglass_value::shown::{Cell, Shown, Table};
use serde_json::{Value as Json, json};

use crate::pattern::Pattern;
use crate::{AskError, text};

/// A record as C, with its holes and the ends of cache lines as comments; for programs, the same as numbers.
///
/// # Errors
///
/// [`AskError::NoRecord`]
///
/// # Panics
///
/// If `id` is not of this set.
pub fn holes(types: &Types, id: TypeId) -> Result<Shown, AskError> {
    let holes = of_record(types, id)?;
    let bare = types.bare(id);
    // What has no name of its own is written by the name of its alias.
    let id = if types[bare].name.is_empty() {
        id
    } else {
        bare
    };
    let code = types.declaration(id, Remarks::Holes);
    Ok(text(&code, json_of(&types[id].name, &holes)))
}

/// A row for each gap of a record: the part that it follows, where it begins, how large it is. The last one may be the
/// padding at the end.
///
/// # Errors
///
/// [`AskError::NoRecord`]
///
/// # Panics
///
/// If `id` is not of this set.
pub fn gaps(types: &Types, id: TypeId) -> Result<Table, AskError> {
    let holes = of_record(types, id)?;
    let end = holes.size.saturating_mul(8);
    let padding = (end.saturating_sub(holes.padding_bits), holes.padding_bits);
    let inside = holes.holes.iter().map(|hole| (hole.offset_bits, hole.bits));
    let all = inside.chain(Some(padding).filter(|(_, bits)| *bits > 0));
    let parts = types.parts(id);
    let mut table = Table::new(["after", "offset", "bytes", "bits"]).or_else("no unused bytes");
    for (offset_bits, bits) in all {
        let before = parts.iter().filter(|part| part.offset_bits < offset_bits);
        table.push([
            before
                .max_by_key(|part| part_end(part))
                .map(|part| Cell::name(part.name)),
            Some(Cell::plain(offset_bits / 8)),
            Some(Cell::plain(bits / 8)),
            Some(Cell::plain(bits)),
        ]);
    }
    Ok(table)
}

fn part_end(part: &Part<'_>) -> u64 {
    part.offset_bits.saturating_add(part.size_bits.unwrap_or(0))
}

fn of_record(types: &Types, id: TypeId) -> Result<Holes, AskError> {
    types.holes(id).ok_or_else(|| AskError::NoRecord {
        name: types[id].name.to_string(),
        kind: types[types.bare(id)].kind.word(),
    })
}

/// Records by their unused bytes, those with most of them first.
pub fn ranking(types: &Types, pattern: &Pattern) -> Table {
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
        if !name.is_empty() && pattern.fits(name) && types[id].guard().is_none() {
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

fn json_of(name: &str, holes: &Holes) -> Json {
    let list = holes
        .holes
        .iter()
        .map(|hole| json!({ "offset_bits": hole.offset_bits, "bits": hole.bits }));
    json!({
        "type": name,
        "bytes": holes.size,
        "unused": holes.unused(),
        "holes": list.collect::<Vec<_>>(),
        "padding_bits": holes.padding_bits,
        "cache_lines": holes.cache_lines(),
    })
}

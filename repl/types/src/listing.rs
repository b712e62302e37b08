//! All types as rows, and the members of one.

use memglass_types::{Alike, Kind, Member, Part, Remarks, TypeId, Types};
use memglass_value::shown::{Cell, Cells, Shown, Table};

use crate::pattern::{Pattern, is_pattern};
use crate::{AskError, place};

/// Named records, enums and aliases, but for those that only guard a value, whose names are like this, in the order of the names.
pub fn listed(types: &Types, pattern: &Pattern) -> Vec<TypeId> {
    let is_listed =
        |kind: &Kind| matches!(kind, Kind::Record(_) | Kind::Enum(_) | Kind::Alias { .. });
    let named = types
        .iter()
        .filter(|(_, ty)| !ty.name.is_empty() && pattern.fits(&ty.name) && ty.guard().is_none());
    let mut listed: Vec<TypeId> = named
        .filter(|(_, ty)| is_listed(&ty.kind))
        .map(|(id, _)| id)
        .collect();
    listed.sort_by(|&a, &b| types[a].name.cmp(&types[b].name).then(a.cmp(&b)));
    listed
}

/// The records and enums of this name, or like this pattern; all of them if it is `None`.
///
/// # Errors
///
/// [`AskError`], if there is none.
pub fn chosen(types: &Types, only: Option<&str>) -> Result<Vec<TypeId>, AskError> {
    if let Some(name) = only.filter(|only| !is_pattern(only)) {
        return crate::all_named(types, name);
    }
    let is_defined = |id: &TypeId| {
        let ty = &types[types.bare(*id)];
        ty.size.is_some() && matches!(ty.kind, Kind::Record(_) | Kind::Enum(_))
    };
    let all = listed(types, &Pattern::of(only)?);
    let all: Vec<TypeId> = all.into_iter().filter(is_defined).collect();
    match only.filter(|_| all.is_empty()) {
        Some(only) => Err(AskError::NoType {
            name: only.to_owned(),
            alike: Alike::default(),
        }),
        None => Ok(all),
    }
}

/// A row for each named record, enum and alias.
pub fn list(types: &Types, pattern: &Pattern) -> Table {
    let columns = ["type", "kind", "bytes", "members", "defined"];
    let mut table = Table::new(columns).or_else("no type with such a name");
    for id in listed(types, pattern) {
        let ty = &types[id];
        let members = match &ty.kind {
            Kind::Record(_) => Some(types.parts(id).len()),
            Kind::Enum(set) => Some(set.enumerators.len()),
            _ => None,
        };
        table.push([
            Some(Cell::name(&*ty.name)),
            Some(Cell::name(ty.kind.word())),
            types.size_of(id).map(Cell::plain),
            members.map(|members| Cell::plain(members as u64)),
            place(ty.place.as_ref()).map(Cell::name),
        ]);
    }
    table
}

/// These types as C.
///
/// # Panics
///
/// If an id is not of this set.
pub fn c_of(types: &Types, ids: &[TypeId]) -> Shown {
    let written = ids.iter().map(|&id| types.declaration(id, Remarks::Places));
    let code = written.collect::<Vec<_>>().join("\n");
    crate::text(&code, code.as_str().into())
}

/// The members of a record with their offsets, or the names of an enum; of any other type, how C declares it.
///
/// # Panics
///
/// If `id` is not of this set.
pub fn describe(types: &Types, id: TypeId) -> Shown {
    match &types[types.bare(id)].kind {
        Kind::Record(_) => members(types, id).into(),
        Kind::Enum(set) => {
            let mut table = Table::new(["name", "value"]);
            table.title = title(types, id);
            for one in &set.enumerators {
                table.push([Some(Cell::name(&*one.name)), Some(Cell::plain(one.value))]);
            }
            table.into()
        }
        _ => c_of(types, &[id]),
    }
}

/// `struct quote, 24 bytes, quotes.h:4`
fn title(types: &Types, id: TypeId) -> String {
    let size = types.size_of(id).map(|bytes| format!("{bytes} bytes"));
    let spelled = match &*types[id].name {
        "" => types.spell(id),
        name => format!("{} {name}", types[types.bare(id)].kind.word()),
    };
    let parts = [Some(spelled), size, place(types[id].place.as_ref())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn members(types: &Types, id: TypeId) -> Table {
    let mut table = Table::new(["offset", "bytes", "name", "type", "note"]);
    table.title = title(types, id);
    for base in types.virtual_bases(id) {
        table.push([
            None,
            types.size_of(base).map(Cell::plain),
            Some(Cell::name(&*types[base].name)),
            Some(Cell::name(types.spell(base))),
            Cell::prose("virtual base class, its place is not known"),
        ]);
    }
    add_members(types, id, "", 0, &mut table);
    table.or_else("no members")
}

/// Members of anonymous records follow as if they were the outer one's.
fn add_members(types: &Types, id: TypeId, prefix: &str, start_bits: u64, table: &mut Table) {
    for part in types.parts(id) {
        let offset_bits = start_bits.saturating_add(part.offset_bits);
        let name = match (prefix, part.name) {
            ("", name) => name.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, name) => format!("{prefix}.{name}"),
        };
        let is_anonymous =
            types[part.ty].name.is_empty() && matches!(types[part.ty].kind, Kind::Record(_));
        if !is_anonymous || !part.name.is_empty() {
            table.push(row(types, &part, &name, offset_bits));
        }
        if is_anonymous {
            add_members(types, part.ty, &name, offset_bits, table);
        }
    }
}

fn row(types: &Types, part: &Part<'_>, name: &str, offset_bits: u64) -> Cells {
    let width = part.member.and_then(|member| member.width_bits);
    let bytes = part
        .size_bits
        .filter(|_| width.is_none())
        .map(|bits| bits / 8);
    vec![
        Some(Cell::plain(offset_bits / 8)),
        bytes.map(Cell::plain),
        Some(Cell::name(name)),
        Some(Cell::name(types.spell(part.ty))),
        Cell::prose(note(part, offset_bits, width)),
    ]
}

fn note(part: &Part<'_>, offset_bits: u64, width: Option<u64>) -> String {
    let bits = width.map(|width| match width {
        1 => format!("bit {}", offset_bits % 8),
        width => format!("{width} bits from bit {}", offset_bits % 8),
    });
    let base = part.member.is_none().then(|| "base class".to_owned());
    let value = part.value.map(|value| format!("if {value}"));
    let attributes = part.member.into_iter().flat_map(attributes);
    let notes = bits.into_iter().chain(base).chain(value).chain(attributes);
    notes.collect::<Vec<_>>().join(", ")
}

fn attributes(member: &Member) -> impl Iterator<Item = String> {
    member
        .attributes
        .iter()
        .map(|attribute| match &*attribute.value {
            "" => attribute.name.to_string(),
            value => format!("{}({value})", attribute.name),
        })
}

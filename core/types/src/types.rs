//! A set of types, and the questions that are asked of it most.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;

use crate::identity::Identities;
use crate::kind::{Count, Kind, Member, Name, Record, Tag, Type, TypeId};
use crate::sound;
use crate::symbol::{Symbol, SymbolKind, Unit};
use crate::union::{Draft, Union};

/// Bytes of the longest name that is compared with those that there are.
const LONGEST_MISTAKE: usize = 256;

/// Types, the functions and variables that have them, and the files that they come from.
///
/// Types refer to each other by [`TypeId`]. A type never contains itself, and every id of a set's own types is in the
/// set, whatever the file said that it was read from.
#[derive(Clone, Debug, Default)]
pub struct Types {
    types: Vec<Type>,
    symbols: Vec<Symbol>,
    units: Vec<Unit>,
    by_name: OnceLock<HashMap<Name, Vec<TypeId>, RandomState>>,
    ids: OnceLock<Vec<u128>>,
}

impl Types {
    /// No types.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn from_parts(types: Vec<Type>, symbols: Vec<Symbol>, units: Vec<Unit>) -> Self {
        Types {
            types,
            symbols,
            units,
            ..Self::default()
        }
    }

    /// Puts sets together. A type that several of them have is kept once, and a definition takes the place of
    /// declarations.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass_types::Types;
    ///
    /// let program = memglass_types::doc::quotes()?;
    /// let twice = Types::merged([program.clone(), program.clone()]);
    /// assert_eq!(twice.len(), program.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merged(sets: impl IntoIterator<Item = Types>) -> Self {
        let mut union = Union::default();
        for Types {
            types,
            symbols,
            units,
            ..
        } in sets
        {
            let draft = Draft {
                types,
                symbols,
                units,
            };
            union.add(draft.identified());
        }
        union.finish()
    }

    /// Number of types.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// All types, in the order in which they were read.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (TypeId, &Type)> {
        self.types
            .iter()
            .enumerate()
            .map(|(number, ty)| (TypeId(number as u32), ty))
    }

    /// Functions and variables.
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// Functions.
    pub fn functions(&self) -> impl Iterator<Item = &Symbol> {
        self.symbols
            .iter()
            .filter(|symbol| symbol.what == SymbolKind::Function)
    }

    /// Variables.
    pub fn variables(&self) -> impl Iterator<Item = &Symbol> {
        self.symbols
            .iter()
            .filter(|symbol| symbol.what == SymbolKind::Variable)
    }

    /// The symbol that begins at this address of the file.
    pub fn symbol_at(&self, address: u64) -> Option<&Symbol> {
        self.symbols
            .iter()
            .find(|symbol| symbol.address == Some(address))
    }

    /// The files that were compiled.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The files that define this type.
    pub fn units_of(&self, id: TypeId) -> impl Iterator<Item = &Unit> {
        let defines = move |unit: &&Unit| unit.types.binary_search(&id).is_ok();
        self.units.iter().filter(defines)
    }

    /// The structural id of a type: the same in every set that has an equal type.
    ///
    /// # Panics
    ///
    /// If `id` is not of this set.
    pub fn hash_of(&self, id: TypeId) -> u128 {
        self.hashes()[id.index()]
    }

    fn hashes(&self) -> &[u128] {
        self.ids.get_or_init(|| Identities::new(&self.types).all())
    }

    /// The type of this name: `Quote`, `struct quote`, `net::Packet`.
    ///
    /// Of several with the name it is a record before an enum, that before an alias, and a definition before a
    /// declaration.
    pub fn find(&self, name: &str) -> Option<TypeId> {
        let (tag, name) = tag_and_name(name);
        let fits = |id: &&TypeId| tag.is_none_or(|tag| is_tagged(&self[**id], tag));
        let found = self.by_name().get(name)?.iter().filter(fits);
        found.min_by_key(|id| rank(&self[**id])).copied()
    }

    /// The types of this name that [`Types::find`] chooses from: several if files that were compiled mean different ones by it.
    pub fn find_alike(&self, name: &str) -> Vec<TypeId> {
        let Some(first) = self.find(name) else {
            return Vec::new();
        };
        let tag = tag_and_name(name).0;
        let is_alike = |id: &&TypeId| {
            let ty = &self[**id];
            rank(ty) == rank(&self[first]) && tag.is_none_or(|tag| is_tagged(ty, tag))
        };
        let all = self.find_all(name).iter();
        all.filter(is_alike).copied().collect()
    }

    /// All types of this name.
    pub fn find_all(&self, name: &str) -> &[TypeId] {
        self.by_name()
            .get(tag_and_name(name).1)
            .map_or(&[], Vec::as_slice)
    }

    /// The names that are this one inside of something, of types with its tag.
    pub(crate) fn names_inside(&self, name: &str) -> Vec<&str> {
        let (tag, name) = tag_and_name(name);
        let is_inside = |known: &str| {
            let before = known.strip_suffix(name);
            before.is_some_and(|before| before.ends_with("::"))
        };
        // Rust gives names to pointers: `&feed::Quote` is not inside of anything.
        let is_scoped = |ty: &Type| {
            !matches!(
                ty.kind,
                Kind::Pointer { .. }
                    | Kind::Reference { .. }
                    | Kind::Array { .. }
                    | Kind::Function(_)
            )
        };
        let has_tag = |ids: &[TypeId]| {
            let mut types = ids.iter().map(|id| &self[*id]);
            types.any(|ty| is_scoped(ty) && tag.is_none_or(|tag| is_tagged(ty, tag)))
        };
        let known = self.by_name().iter();
        known
            .filter(|(known, ids)| is_inside(known) && has_tag(ids))
            .map(|(known, _)| &**known)
            .collect()
    }

    /// The name that is most like this one, to ask whether it was meant.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let (_, name) = tag_and_name(name);
        if name.len() > LONGEST_MISTAKE {
            return None;
        }
        let distance =
            |known: &&Name| strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase());
        let close = |known: &&Name| known.len().abs_diff(name.len()) < 3;
        let nearest = self
            .by_name()
            .keys()
            .filter(close)
            .min_by_key(|known| (distance(known), (*known).clone()))?;
        (distance(&nearest) <= name.len() / 3 + 1).then_some(nearest)
    }

    fn by_name(&self) -> &HashMap<Name, Vec<TypeId>, RandomState> {
        self.by_name.get_or_init(|| {
            let mut by_name: HashMap<Name, Vec<TypeId>, RandomState> = HashMap::default();
            for (id, ty) in self.iter().filter(|(_, ty)| !ty.name.is_empty()) {
                by_name.entry(ty.name.clone()).or_default().push(id);
            }
            by_name
        })
    }

    /// The type behind aliases and qualifiers.
    ///
    /// # Panics
    ///
    /// If `id` is not of this set.
    pub fn bare(&self, mut id: TypeId) -> TypeId {
        while let Kind::Alias { of } | Kind::Qualified { of, .. } = self[id].kind {
            id = of;
        }
        id
    }

    /// The record behind aliases and qualifiers, if it is one.
    pub fn record(&self, id: TypeId) -> Option<&Record> {
        match &self[self.bare(id)].kind {
            Kind::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The members of a record, in the order of the source; of any other type, none.
    pub fn members(&self, id: TypeId) -> &[Member] {
        self.record(id).map_or(&[], |record| &record.members)
    }

    /// Bytes of a value: what the compiler said of the type behind aliases, and of arrays as many times as they have
    /// elements. `None` if nobody said it.
    ///
    /// # Panics
    ///
    /// If `id` is not of this set.
    pub fn size_of(&self, id: TypeId) -> Option<u64> {
        let (mut element, mut count) = (self.bare(id), 1_u64);
        while self[element].size.is_none() {
            let (of, times) = match self[element].kind {
                Kind::Array {
                    element,
                    count: Count::Fixed(times),
                } => (element, times),
                Kind::Vector {
                    element,
                    count: times,
                } => (element, times),
                _ => return None,
            };
            (element, count) = (self.bare(of), count.checked_mul(times)?);
        }
        self[element].size?.checked_mul(count)
    }

    pub(crate) fn into_sound(self) -> Result<Self, sound::Unsound> {
        sound::check(&self.types, &self.symbols, &self.units)?;
        Ok(self)
    }
}

impl std::ops::Index<TypeId> for Types {
    type Output = Type;

    fn index(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }
}

/// Equal lists of types, symbols and units.
impl PartialEq for Types {
    fn eq(&self, other: &Self) -> bool {
        self.types == other.types && self.symbols == other.symbols && self.units == other.units
    }
}

/// `struct quote` is a word that says which kind is meant, and a name.
fn tag_and_name(text: &str) -> (Option<Tag>, &str) {
    let text = text.trim();
    for tag in [Tag::Struct, Tag::Class, Tag::Union, Tag::Enum] {
        if let Some(rest) = text.strip_prefix(tag.word())
            && rest.starts_with(' ')
        {
            return (Some(tag), rest.trim_start());
        }
    }
    (None, text)
}

fn is_tagged(ty: &Type, tag: Tag) -> bool {
    let records = [Tag::Struct, Tag::Class];
    ty.tag()
        .is_some_and(|own| own == tag || (records.contains(&own) && records.contains(&tag)))
}

fn rank(ty: &Type) -> u8 {
    match ty.kind {
        Kind::Record(_) => 0,
        Kind::Enum(_) => 1,
        Kind::Opaque { .. } => 3,
        _ => 2,
    }
}

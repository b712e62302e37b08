//! One set of types out of many: each type once, and definitions in the place of declarations.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;

use crate::identity::{Identities, name_key};
use crate::kind::{Kind, Type, TypeId};
use crate::qualifiers;
use crate::symbol::{Linkage, Symbol, Unit};
use crate::types::Types;

type Map<K, V> = HashMap<K, V, FixedState>;

/// Types that refer to each other by their place in one list, with repetitions: what a front end reads.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) types: Vec<Type>,
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) units: Vec<Unit>,
}

/// A draft with what tells its types from others: their names and ids.
pub(crate) struct Identified {
    draft: Draft,
    names: Vec<Option<u128>>,
    ids: Vec<u128>,
}

impl Draft {
    /// Works out what tells the types from others, which takes longer than to put them together with those.
    pub(crate) fn identified(mut self) -> Identified {
        qualifiers::order(&mut self.types);
        Identified {
            names: self.types.iter().map(name_key).collect(),
            ids: Identities::new(&self.types).all(),
            draft: self,
        }
    }
}

/// Puts drafts together, and keeps of equal types only one.
#[derive(Default)]
pub(crate) struct Union {
    types: Vec<Type>,
    symbols: Vec<Symbol>,
    units: Vec<Unit>,
    /// By id, made different where a type points to one of several types of the same name.
    by_key: Map<u128, TypeId>,
    /// The first type of a name, with its id; a declaration gives way to a definition.
    by_name: Map<u128, (TypeId, u128)>,
    seen_symbols: Map<u64, usize>,
    seen_units: Map<u64, ()>,
}

impl Union {
    /// Adds what is not there yet.
    pub(crate) fn add(&mut self, Identified { draft, names, ids }: Identified) {
        let salts = self.salts(&draft.types, &names, &ids);
        let keys = match salts.is_empty() {
            true => ids.clone(),
            false => Identities::salted(&draft.types, salts).all(),
        };
        let new_ids = self.enter(draft.types, &names, &ids, &keys);
        self.add_symbols(draft.symbols, &new_ids);
        self.add_units(draft.units, &new_ids);
    }

    pub(crate) fn finish(self) -> Types {
        Types::from_parts(self.types, self.symbols, self.units)
    }

    /// Of types whose name another definition has already: their ids, which tell them apart where they are mentioned.
    fn salts(&self, types: &[Type], names: &[Option<u128>], ids: &[u128]) -> Map<TypeId, u128> {
        let mut first: Map<u128, u128> = Map::default();
        let mut salts = Map::default();
        let named = types.iter().zip(names).zip(ids).zip(0..);
        for (((ty, name), &id), number) in named {
            let Some(name) = name.filter(|_| is_defined(ty)) else {
                continue;
            };
            let earlier = self
                .by_name
                .get(&name)
                .filter(|(at, _)| is_defined(&self.types[at.index()]));
            let claimed = match earlier {
                Some((_, earlier)) => *earlier,
                None => *first.entry(name).or_insert(id),
            };
            if claimed != id {
                salts.insert(TypeId(number), id);
            }
        }
        salts
    }

    /// Adds types, and returns where each of the draft is now.
    fn enter(
        &mut self,
        types: Vec<Type>,
        names: &[Option<u128>],
        ids: &[u128],
        keys: &[u128],
    ) -> Vec<TypeId> {
        let mut places = Vec::with_capacity(types.len());
        let mut fresh = Vec::new();
        for (number, ty) in types.into_iter().enumerate() {
            let (place, is_new) = self.place(ty, names[number], ids[number], keys[number]);
            places.push(place);
            if is_new {
                fresh.push(place);
            }
        }
        for id in fresh {
            self.types[id.index()].map_references(|old| places[old.index()]);
        }
        places
    }

    /// Where a type is, and whether it was put there just now.
    fn place(&mut self, ty: Type, name: Option<u128>, id: u128, key: u128) -> (TypeId, bool) {
        if let Some(&known) = self.by_key.get(&key) {
            self.complete(known, ty);
            return (known, false);
        }
        let namesake = name.and_then(|name| self.by_name.get(&name).copied());
        match namesake {
            Some((other, _)) if !is_defined(&ty) => {
                self.by_key.insert(key, other);
                (other, false)
            }
            Some((other, _)) if !is_defined(&self.types[other.index()]) => {
                self.types[other.index()] = ty;
                self.claim(other, name, id, key);
                (other, true)
            }
            _ => {
                let new = TypeId(self.types.len() as u32);
                self.types.push(ty);
                if namesake.is_none() {
                    self.claim(new, name, id, key);
                }
                self.by_key.insert(key, new);
                (new, true)
            }
        }
    }

    fn claim(&mut self, ty: TypeId, name: Option<u128>, id: u128, key: u128) {
        self.by_key.insert(key, ty);
        if let Some(name) = name {
            self.by_name.insert(name, (ty, id));
        }
    }

    /// Takes over what the type that is there does not say.
    fn complete(&mut self, known: TypeId, other: Type) {
        let known = &mut self.types[known.index()];
        known.align = known.align.or(other.align);
        if known.place.is_none() {
            known.place = other.place;
        }
        if known.attributes.is_empty() {
            known.attributes = other.attributes;
        }
        if let (Kind::Record(known), Kind::Record(other)) = (&mut known.kind, other.kind) {
            for (known, other) in known.members.iter_mut().zip(other.members) {
                if known.attributes.is_empty() {
                    known.attributes = other.attributes;
                }
            }
        }
    }

    fn add_symbols(&mut self, symbols: Vec<Symbol>, places: &[TypeId]) {
        for mut symbol in symbols {
            symbol.ty = places[symbol.ty.index()];
            // There may be many static ones of a name; of others one, which several files declare.
            let own = symbol.address.filter(|_| symbol.linkage == Linkage::Static);
            let key = (&symbol.name, symbol.ty, symbol.what, symbol.linkage, own);
            match self.seen_symbols.entry(hash_of(&key)) {
                Entry::Vacant(entry) => {
                    entry.insert(self.symbols.len());
                    self.symbols.push(symbol);
                }
                Entry::Occupied(entry) => {
                    let known = &mut self.symbols[*entry.get()];
                    known.address = known.address.or(symbol.address);
                }
            }
        }
    }

    fn add_units(&mut self, units: Vec<Unit>, places: &[TypeId]) {
        for mut unit in units {
            let mut types: Vec<TypeId> = unit.types.iter().map(|ty| places[ty.index()]).collect();
            types.sort_unstable();
            types.dedup();
            unit.types = types;
            let key = (&unit.name, &unit.producer, &unit.types);
            if let Entry::Vacant(entry) = self.seen_units.entry(hash_of(&key)) {
                entry.insert(());
                self.units.push(unit);
            }
        }
    }
}

fn hash_of(key: &impl Hash) -> u64 {
    FixedState::default().hash_one(key)
}

fn is_defined(ty: &Type) -> bool {
    !matches!(ty.kind, Kind::Opaque { .. })
}

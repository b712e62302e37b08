//! What is read of some units, until it joins the rest.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::entry::Key;
use crate::kind::{Kind, Name, Tag, Type, TypeId};
use crate::sound;
use crate::symbol::{Symbol, SymbolKind};
use crate::union::Draft;

type Map<K, V> = HashMap<K, V, RandomState>;

/// Types in the making.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) draft: Draft,
    ids: Map<Key, TypeId>,
    void: Option<TypeId>,
    /// Entries that stand for others.
    redirected: Map<TypeId, TypeId>,
    symbols: Map<Key, usize>,
    /// Addresses of what is declared elsewhere.
    defined: Vec<(Key, u64)>,
    /// Symbols that are nothing without an address: member functions that were never compiled here.
    only_with_address: Vec<usize>,
    /// Pointers to members whose size the compiler left to the ABI. They have that of one address so far: what they point to
    /// may come later.
    pub(super) unsized_member_pointers: Vec<TypeId>,
}

impl Reading {
    /// The type that the entry at `key` describes, which may come later.
    pub(super) fn id(&mut self, key: Key) -> TypeId {
        let next = TypeId(self.draft.types.len() as u32);
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.draft.types.push(unknown());
        }
        id
    }

    /// No type is `void`.
    pub(super) fn id_or_void(&mut self, key: Option<Key>) -> TypeId {
        match (key, self.void) {
            (Some(key), _) => self.id(key),
            (None, Some(void)) => void,
            (None, None) => {
                let void = self.add(Type::new(Name::default(), None, Kind::Void));
                self.void = Some(void);
                void
            }
        }
    }

    /// A type that no entry describes.
    pub(super) fn add(&mut self, ty: Type) -> TypeId {
        let id = TypeId(self.draft.types.len() as u32);
        self.draft.types.push(ty);
        id
    }

    pub(super) fn ty(&mut self, id: TypeId) -> &mut Type {
        &mut self.draft.types[id.index()]
    }

    pub(super) fn redirect(&mut self, from: TypeId, to: TypeId) {
        if from != to {
            self.redirected.insert(from, to);
        }
    }

    pub(super) fn add_symbol(&mut self, key: Key, symbol: Symbol, needs_address: bool) -> usize {
        let number = self.draft.symbols.len();
        if needs_address {
            self.only_with_address.push(number);
        }
        self.draft.symbols.push(symbol);
        self.symbols.insert(key, number);
        number
    }

    pub(super) fn define(&mut self, declaration: Key, address: u64) {
        self.defined.push((declaration, address));
    }

    /// All that was read, sound, for the rest.
    pub(super) fn take(&mut self) -> Draft {
        self.place_symbols();
        let mut draft = std::mem::take(&mut self.draft);
        let redirected = std::mem::take(&mut self.redirected);
        if !redirected.is_empty() {
            let target = |id: TypeId| redirected.get(&id).copied().unwrap_or(id);
            draft
                .types
                .iter_mut()
                .for_each(|ty| ty.map_references(target));
            draft
                .symbols
                .iter_mut()
                .for_each(|symbol| symbol.ty = target(symbol.ty));
        }
        for id in sound::too_deep(&draft.types) {
            draft.types[id.index()].kind = Kind::Opaque { what: Tag::Other };
        }
        for id in std::mem::take(&mut self.unsized_member_pointers) {
            size_member_pointer(&mut draft.types, id);
        }
        *self = Reading::default();
        draft
    }

    fn place_symbols(&mut self) {
        for (declaration, address) in std::mem::take(&mut self.defined) {
            if let Some(&number) = self.symbols.get(&declaration) {
                self.draft.symbols[number].address = Some(address);
            }
        }
        let symbols = &mut self.draft.symbols;
        let mut is_kept = vec![true; symbols.len()];
        for number in std::mem::take(&mut self.only_with_address) {
            is_kept[number] = symbols[number].address.is_some();
        }
        let mut kept = is_kept.into_iter();
        symbols.retain(|symbol| kept.next().unwrap_or(true) && !symbol.name.is_empty());
    }
}

/// A pointer to a member function goes with an adjustment of `this`: it has two addresses.
fn size_member_pointer(types: &mut [Type], id: TypeId) {
    let Kind::MemberPointer { to, .. } = types[id.index()].kind else {
        return;
    };
    // Nothing is too deep any more, so that this ends.
    let mut to = to;
    while let Kind::Alias { of } | Kind::Qualified { of, .. } = types[to.index()].kind {
        to = of;
    }
    if matches!(types[to.index()].kind, Kind::Function(_)) {
        let size = &mut types[id.index()].size;
        *size = size.map(|bytes| bytes.saturating_mul(2));
    }
}

fn unknown() -> Type {
    Type::new(Name::default(), None, Kind::Opaque { what: Tag::Other })
}

/// A function or variable as its entry begins.
pub(super) fn symbol(name: Name, ty: TypeId, what: SymbolKind) -> Symbol {
    Symbol {
        name,
        ty,
        what,
        linkage: crate::symbol::Linkage::Static,
        inline: false,
        address: None,
        parameters: Vec::new(),
        place: None,
        attributes: Vec::new(),
    }
}

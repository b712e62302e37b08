//! One pass through the entries of a unit: each becomes a type, or part of the one that it is in.

// The constants of gimli have the names of the standard.
#![allow(non_upper_case_globals)]

use gimli::constants::*;
use gimli::{DwLang, DwTag};

use super::build;
use super::entry::{Entry, Key, matters};
use super::reading::{Reading, symbol};
use super::units::Context;
use crate::kind::{
    Arm, Attribute, Enumerator, Kind, Member, Name, Place, Signature, Tag, Type, TypeId, Variants,
};
use crate::symbol::{Linkage, SymbolKind, Unit};

/// Reads all types, functions and variables of a unit.
pub(super) fn unit(context: &Context<'_, '_>, reading: &mut Reading) -> gimli::Result<()> {
    let mut entries = context.unit.entries_raw(None)?;
    let mut walk = Walk {
        context,
        reading,
        open: Vec::new(),
        is_c: false,
        unit: None,
    };
    while !entries.is_empty() {
        let (offset, depth) = (entries.next_offset(), entries.next_depth());
        let Some(abbreviation) = entries.read_abbreviation()? else {
            continue;
        };
        walk.close(depth);
        let (tag, has_children) = (abbreviation.tag(), abbreviation.has_children());
        let level = match matters(tag) {
            true => {
                let entry = Entry::read(context, &mut entries, abbreviation)?;
                walk.enter(context.key_of(offset), tag, &entry)
            }
            false => {
                entries.skip_attributes(abbreviation.attributes())?;
                Level::Other
            }
        };
        if has_children {
            walk.open.push((depth, level));
        } else {
            walk.finish(level);
        }
    }
    walk.close(0);
    if let Some(unit) = walk.unit.take() {
        reading.draft.units.push(unit);
    }
    Ok(())
}

/// An annotation of clang, which gimli has no name for.
const DW_TAG_LLVM_ANNOTATION: DwTag = DwTag(0x6000);

/// An entry whose children are being read.
enum Level {
    /// Names of its children begin with this.
    Scope(String),
    Record {
        id: TypeId,
        scope: String,
    },
    Enum(TypeId),
    Array {
        id: TypeId,
        element: TypeId,
        dimensions: Vec<crate::kind::Count>,
        is_vector: bool,
        size: Option<u64>,
    },
    Signature {
        id: TypeId,
        signature: Signature,
    },
    Function {
        symbol: usize,
        signature: Signature,
        names: Vec<Name>,
    },
    Variants(TypeId),
    Arm {
        id: TypeId,
        value: Option<i128>,
    },
    Member {
        id: TypeId,
    },
    Other,
}

struct Walk<'w, 'c, 'd> {
    context: &'w Context<'c, 'd>,
    reading: &'w mut Reading,
    open: Vec<(isize, Level)>,
    /// In C, types inside of others are not named after them.
    is_c: bool,
    unit: Option<Unit>,
}

impl<'d> Walk<'_, '_, 'd> {
    /// Ends what is not above an entry of this depth.
    fn close(&mut self, depth: isize) {
        while self.open.last().is_some_and(|(open, _)| *open >= depth) {
            let (_, level) = self.open.pop().expect("it was just looked at");
            self.finish(level);
        }
    }

    fn finish(&mut self, level: Level) {
        match level {
            Level::Array {
                id,
                element,
                dimensions,
                is_vector,
                size,
            } => {
                build::array(self.reading, id, element, &dimensions, is_vector, size);
            }
            Level::Signature { id, signature } => {
                self.reading.ty(id).kind = Kind::Function(signature)
            }
            Level::Function {
                symbol,
                signature,
                names,
            } => {
                let ty = Type::new(Name::default(), None, Kind::Function(signature));
                let ty = self.reading.add(ty);
                let function = &mut self.reading.draft.symbols[symbol];
                (function.ty, function.parameters) = (ty, names);
            }
            _ => {}
        }
    }

    fn enter(&mut self, key: Key, tag: DwTag, entry: &Entry<'d>) -> Level {
        match tag {
            DW_TAG_compile_unit | DW_TAG_partial_unit => self.begin(entry),
            DW_TAG_type_unit => {
                self.is_c = entry.language.is_some_and(is_c);
                Level::Other
            }
            DW_TAG_namespace | DW_TAG_module => Level::Scope(self.scoped(entry, "(anonymous)")),
            DW_TAG_structure_type => self.record(key, Tag::Struct, entry),
            DW_TAG_class_type | DW_TAG_interface_type => self.record(key, Tag::Class, entry),
            DW_TAG_union_type => self.record(key, Tag::Union, entry),
            DW_TAG_enumeration_type => self.set(key, entry),
            DW_TAG_member => self.member(entry),
            DW_TAG_inheritance => self.base(entry),
            DW_TAG_enumerator => self.enumerator(entry),
            DW_TAG_variant_part => self.variants(),
            DW_TAG_variant => self.arm(entry),
            DW_TAG_array_type => Level::Array {
                id: self.reading.id(key),
                element: self.reading.id_or_void(entry.ty),
                dimensions: Vec::new(),
                is_vector: entry.is_vector,
                size: entry.byte_size,
            },
            DW_TAG_subrange_type => self.dimension(entry),
            DW_TAG_subroutine_type => {
                let signature = self.signature(entry);
                Level::Signature {
                    id: self.reading.id(key),
                    signature,
                }
            }
            DW_TAG_formal_parameter => self.parameter(entry),
            DW_TAG_unspecified_parameters => self.variadic(),
            DW_TAG_subprogram => self.function(key, entry),
            DW_TAG_variable => self.variable(key, entry),
            DW_TAG_LLVM_ANNOTATION => self.annotation(entry),
            _ => self.plain(key, tag, entry),
        }
    }

    fn begin(&mut self, entry: &Entry<'d>) -> Level {
        self.is_c = entry.language.is_some_and(is_c);
        let text = |text: Option<_>| text.map(|text| self.context.name(text)).unwrap_or_default();
        self.unit = Some(Unit {
            name: text(entry.name),
            producer: text(entry.producer),
            types: Vec::new(),
        });
        Level::Other
    }

    /// What the names of entries here begin with.
    fn scope(&self) -> &str {
        let scopes = self.open.iter().rev().filter_map(|(_, level)| match level {
            Level::Scope(scope) => Some(scope.as_str()),
            Level::Record { scope, .. } => Some(scope.as_str()),
            _ => None,
        });
        scopes.into_iter().next().unwrap_or_default()
    }

    fn scoped(&self, entry: &Entry<'d>, unnamed: &str) -> String {
        let name = entry.name.map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_else(|| unnamed.to_owned());
        match (self.scope(), name.as_str()) {
            (_, "") => String::new(),
            ("", _) => name,
            (scope, _) => format!("{scope}::{name}"),
        }
    }

    fn name(&self, entry: &Entry<'d>) -> Name {
        match entry.name {
            Some(name) if self.scope().is_empty() => self.context.name(name),
            Some(_) => self.context.names.borrow_mut().get(&self.scoped(entry, "")),
            None => Name::default(),
        }
    }

    fn place(&self, entry: &Entry<'d>) -> Option<Place> {
        let file = self.context.file(entry.file?)?;
        Some(Place {
            file,
            line: entry.line,
        })
    }

    fn attributes(&self, entry: &Entry<'d>) -> Vec<Attribute> {
        let name = entry
            .is_noreturn
            .then(|| self.context.names.borrow_mut().get("noreturn"));
        let named = name.into_iter().map(|name| Attribute {
            name,
            value: Name::default(),
        });
        named.collect()
    }

    /// Describes the type of an entry.
    fn describe(&mut self, key: Key, entry: &Entry<'d>, kind: Kind) -> TypeId {
        let id = self.reading.id(key);
        let is_definition = !matches!(kind, Kind::Opaque { .. });
        let ty = Type {
            name: self.name(entry),
            size: entry.byte_size,
            align: entry.alignment,
            kind,
            place: self.place(entry),
            attributes: self.attributes(entry),
        };
        let is_listed = is_definition
            && !ty.name.is_empty()
            && matches!(
                ty.kind,
                Kind::Record(_) | Kind::Enum(_) | Kind::Alias { .. }
            );
        *self.reading.ty(id) = ty;
        if let Some(unit) = self.unit.as_mut().filter(|_| is_listed) {
            unit.types.push(id);
        }
        id
    }

    fn record(&mut self, key: Key, tag: Tag, entry: &Entry<'d>) -> Level {
        let scope = match self.is_c {
            true => String::new(),
            false => self.scoped(entry, ""),
        };
        if let Some(definition) = entry.signature {
            let (id, definition) = (self.reading.id(key), self.reading.id(definition));
            self.reading.redirect(id, definition);
            return Level::Scope(scope);
        }
        if entry.is_declaration {
            self.describe(key, entry, Kind::Opaque { what: tag });
            return Level::Scope(scope);
        }
        let id = self.describe(key, entry, Kind::Record(build::record(tag)));
        Level::Record { id, scope }
    }

    fn set(&mut self, key: Key, entry: &Entry<'d>) -> Level {
        if let Some(definition) = entry.signature {
            let (id, definition) = (self.reading.id(key), self.reading.id(definition));
            self.reading.redirect(id, definition);
            return Level::Other;
        }
        if entry.is_declaration {
            self.describe(key, entry, Kind::Opaque { what: Tag::Enum });
            return Level::Other;
        }
        let base = entry.ty.map(|ty| self.reading.id(ty));
        Level::Enum(self.describe(key, entry, Kind::Enum(build::set(base))))
    }

    fn plain(&mut self, key: Key, tag: DwTag, entry: &Entry<'d>) -> Level {
        let address_size = u64::from(self.context.unit.header.address_size());
        let Some((kind, size)) = build::plain(self.reading, tag, entry, address_size) else {
            return Level::Other;
        };
        let id = self.describe(key, entry, kind);
        if tag == DW_TAG_base_type {
            let ty = self.reading.ty(id);
            let name = build::plain_name(build::whole_name(&ty.kind, size, &ty.name));
            self.reading.ty(id).name = self.context.names.borrow_mut().get(&name);
        }
        self.reading.ty(id).size = size;
        if tag == DW_TAG_ptr_to_member_type && entry.byte_size.is_none() {
            self.reading.unsized_member_pointers.push(id);
        }
        Level::Other
    }

    fn member(&mut self, entry: &Entry<'d>) -> Level {
        // A static member is declared here and lies elsewhere.
        if entry.is_declaration || (entry.is_external && entry.location.is_none()) {
            return Level::Other;
        }
        let ty = self.reading.id_or_void(entry.ty);
        let storage = entry.byte_size.or_else(|| build::storage(self.reading, ty));
        let member = Member {
            name: entry
                .name
                .map(|name| self.context.name(name))
                .unwrap_or_default(),
            ty,
            offset_bits: entry.offset_bits(storage),
            width_bits: entry.bit_size,
            attributes: self.attributes(entry),
        };
        match self.open.last() {
            Some(&(_, Level::Record { id, .. })) => {
                if let Some(record) = build::record_of(self.reading, id) {
                    record.members.push(member);
                    return Level::Member { id };
                }
            }
            Some(&(_, Level::Variants(id))) => {
                if let Some(variants) = build::variants_of(self.reading, id) {
                    variants.discriminant = Some(member);
                }
            }
            Some(&(_, Level::Arm { id, value })) => {
                if let Some(variants) = build::variants_of(self.reading, id) {
                    variants.arms.push(Arm { value, member });
                }
            }
            _ => {}
        }
        Level::Other
    }

    fn base(&mut self, entry: &Entry<'d>) -> Level {
        let ty = self.reading.id_or_void(entry.ty);
        let offset = match entry.is_virtual {
            true => None,
            false => Some(entry.location.unwrap_or(0)),
        };
        if let Some(&(_, Level::Record { id, .. })) = self.open.last()
            && let Some(record) = build::record_of(self.reading, id)
        {
            record.bases.push(crate::kind::Base { ty, offset });
        }
        Level::Other
    }

    fn enumerator(&mut self, entry: &Entry<'d>) -> Level {
        if let (Some(name), Some(value), Some(&(_, Level::Enum(id)))) =
            (entry.name, entry.value, self.open.last())
            && let Kind::Enum(set) = &mut self.reading.ty(id).kind
        {
            set.enumerators.push(Enumerator {
                name: self.context.name(name),
                value,
            });
        }
        Level::Other
    }

    fn variants(&mut self) -> Level {
        let Some(&(_, Level::Record { id, .. })) = self.open.last() else {
            return Level::Other;
        };
        if let Some(record) = build::record_of(self.reading, id) {
            record.variants = Some(Box::new(Variants {
                discriminant: None,
                arms: Vec::new(),
            }));
        }
        Level::Variants(id)
    }

    fn arm(&mut self, entry: &Entry<'d>) -> Level {
        match self.open.last() {
            Some(&(_, Level::Variants(id))) => Level::Arm {
                id,
                value: entry.discriminant_value,
            },
            _ => Level::Other,
        }
    }

    fn dimension(&mut self, entry: &Entry<'d>) -> Level {
        if let Some((_, Level::Array { dimensions, .. })) = self.open.last_mut() {
            dimensions.push(build::count(entry));
        }
        Level::Other
    }

    fn signature(&mut self, entry: &Entry<'d>) -> Signature {
        Signature {
            result: self.reading.id_or_void(entry.ty),
            parameters: Vec::new(),
            variadic: false,
        }
    }

    fn parameter(&mut self, entry: &Entry<'d>) -> Level {
        let ty = self.reading.id_or_void(entry.ty);
        let name = entry
            .name
            .map(|name| self.context.name(name))
            .unwrap_or_default();
        match self.open.last_mut() {
            // `this`, which a pointer to a member function says by its class.
            Some((_, Level::Signature { .. })) if entry.is_artificial => {}
            Some((_, Level::Signature { signature, .. })) => signature.parameters.push(ty),
            Some((
                _,
                Level::Function {
                    signature, names, ..
                },
            )) => {
                signature.parameters.push(ty);
                names.push(name);
            }
            _ => {}
        }
        Level::Other
    }

    fn variadic(&mut self) -> Level {
        if let Some((_, Level::Signature { signature, .. } | Level::Function { signature, .. })) =
            self.open.last_mut()
        {
            signature.variadic = true;
        }
        Level::Other
    }

    fn function(&mut self, key: Key, entry: &Entry<'d>) -> Level {
        // The code of what is declared elsewhere.
        if let Some(declaration) = entry.origin {
            if let Some(address) = entry.address {
                self.reading.define(declaration, address);
            }
            return Level::Other;
        }
        let is_of_class = matches!(self.open.last(), Some((_, Level::Record { .. })));
        let signature = self.signature(entry);
        let function = self.declared(entry, signature.result, SymbolKind::Function);
        let symbol = self
            .reading
            .add_symbol(key, function, is_of_class || !entry.is_external);
        Level::Function {
            symbol,
            signature,
            names: Vec::new(),
        }
    }

    fn variable(&mut self, key: Key, entry: &Entry<'d>) -> Level {
        if let Some(declaration) = entry.origin {
            if let Some(address) = entry.address {
                self.reading.define(declaration, address);
            }
            return Level::Other;
        }
        let is_local = self
            .open
            .iter()
            .any(|(_, level)| matches!(level, Level::Function { .. }));
        let needs_address = is_local
            || !entry.is_external
            || matches!(self.open.last(), Some((_, Level::Record { .. })));
        let ty = self.reading.id_or_void(entry.ty);
        if entry.name.is_some() && (!is_local || entry.address.is_some()) {
            let variable = self.declared(entry, ty, SymbolKind::Variable);
            self.reading.add_symbol(key, variable, needs_address);
        }
        Level::Other
    }

    fn declared(&self, entry: &Entry<'d>, ty: TypeId, what: SymbolKind) -> crate::symbol::Symbol {
        let linkage = match entry.is_external {
            true => Linkage::External,
            false => Linkage::Static,
        };
        crate::symbol::Symbol {
            linkage,
            inline: entry.is_inline,
            address: entry.address,
            place: self.place(entry),
            attributes: self.attributes(entry),
            ..symbol(self.name(entry), ty, what)
        }
    }

    /// What clang writes for `btf_decl_tag` and `btf_type_tag`.
    fn annotation(&mut self, entry: &Entry<'d>) -> Level {
        let (Some(name), Some(value)) = (entry.name, entry.value_text) else {
            return Level::Other;
        };
        let attribute = Attribute {
            name: self.context.name(name),
            value: self.context.name(value),
        };
        match self.open.last() {
            Some(&(_, Level::Record { id, .. })) => self.reading.ty(id).attributes.push(attribute),
            Some(&(_, Level::Member { id })) => {
                let record = build::record_of(self.reading, id);
                if let Some(member) = record.and_then(|record| record.members.last_mut()) {
                    member.attributes.push(attribute);
                }
            }
            _ => {}
        }
        Level::Other
    }
}

fn is_c(language: DwLang) -> bool {
    matches!(
        language,
        DW_LANG_C | DW_LANG_C89 | DW_LANG_C99 | DW_LANG_C11 | DW_LANG_C17
    )
}

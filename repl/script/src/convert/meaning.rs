//! What the numbers of a scalar mean: by its type, or by its field's annotations.

use std::rc::Rc;
use std::sync::Arc;

use memglass::Field;
use memglass::schema::{self, Kind, Metadata, Schema, TypeId, Variant};
use memglass_value::duration::Unit;
use memglass_value::names::FlagNames;

use crate::symbols::{Enumeration, Symbols};

/// What the numbers of a scalar mean.
#[derive(Clone)]
pub(crate) enum Meaning {
    /// Themselves.
    Plain,
    /// Some have names.
    Names(Rc<Enumeration>),
    /// Their bits have names.
    Flags(Arc<FlagNames>),
    /// So many of a unit of time.
    Time(Unit),
}

impl Meaning {
    /// By a field's type and its own annotations.
    pub(crate) fn of(field: &Field, symbols: &Symbols) -> Self {
        let info = field.info();
        let bare = field.schema().bare(field.type_id());
        if !info.metadata.names.is_empty() {
            return Self::annotated(
                field.schema(),
                bare,
                field.path(),
                &info.metadata.names,
                symbols,
            );
        }
        if !info.metadata.flags.is_empty() {
            return Meaning::Flags(Arc::new(FlagNames {
                name: info.type_name,
                flags: info.metadata.flags.clone(),
            }));
        }
        Self::of_unit(field.schema(), bare, info.metadata)
            .unwrap_or_else(|| Self::of_type(field.schema(), bare, symbols))
    }

    /// What a declared unit of time makes of a number.
    fn of_unit(schema: &Schema, id: TypeId, metadata: &Metadata) -> Option<Self> {
        let is_number = matches!(schema[id].kind, Kind::Int { .. } | Kind::Float);
        let unit = is_number.then(|| Unit::declared(metadata)).flatten();
        unit.map(Meaning::Time)
    }

    pub(super) fn of_type(schema: &Schema, id: TypeId, symbols: &Symbols) -> Self {
        let ty = &schema[id];
        match &ty.kind {
            Kind::Enum { variants, .. } => {
                Meaning::Names(symbols.enumeration(schema.hash_of(id), &ty.name, variants))
            }
            Kind::Flags { flags } => Meaning::Flags(Arc::new(FlagNames {
                name: ty.name.to_string(),
                flags: flags.clone(),
            })),
            _ => Meaning::Plain,
        }
    }

    /// Names that an integer field has by annotation: an enum of its own.
    fn annotated(
        schema: &Schema,
        id: TypeId,
        name: &str,
        names: &[Variant],
        symbols: &Symbols,
    ) -> Self {
        use std::hash::{BuildHasher, Hash, Hasher};
        let mut hasher = foldhash::fast::FixedState::default().build_hasher();
        for variant in names {
            (&variant.name, variant.value).hash(&mut hasher);
        }
        let hash = schema.hash_of(id) ^ (u128::from(hasher.finish()) << 1 | 1);
        Meaning::Names(symbols.enumeration(hash, name, names))
    }

    pub(super) fn of_member(schema: &Schema, member: &schema::Field, symbols: &Symbols) -> Self {
        let bare = schema.bare(member.type_id);
        if !member.metadata.names.is_empty() {
            return Self::annotated(schema, bare, &member.name, &member.metadata.names, symbols);
        }
        if !member.metadata.flags.is_empty() {
            let flags = member.metadata.flags.clone();
            return Meaning::Flags(Arc::new(FlagNames {
                name: member.name.to_string(),
                flags,
            }));
        }
        Self::of_unit(schema, bare, &member.metadata)
            .unwrap_or_else(|| Self::of_type(schema, bare, symbols))
    }
}

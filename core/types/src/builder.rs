//! Types that are put together by hand.

use crate::kind::{Kind, Name, Type, TypeId};
use crate::sound;
use crate::symbol::{Symbol, Unit};
use crate::types::Types;
use crate::union::{Draft, Union};

/// Takes types one by one, from whoever knows some.
///
/// # Examples
///
/// ```
/// use memglass_types::{Builder, Kind, Member, Record, Tag, Type};
///
/// let mut builder = Builder::default();
/// let int = Kind::Int { signed: true, bits: 32 };
/// let int = builder.add(Type::new("int".into(), Some(4), int));
/// let members = vec![Member::new("x", int, 0), Member::new("y", int, 4)];
/// builder.add(Type::new("point".into(), Some(8), Kind::Record(Record::new(Tag::Struct, members))));
/// let types = builder.finish()?;
/// assert_eq!(types.members(types.find("point").unwrap())[1].offset(), 4);
/// # Ok::<(), memglass_types::BuildError>(())
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    draft: Draft,
}

/// Types that do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the types do not fit together: {what}")]
pub struct BuildError {
    what: String,
}

impl Builder {
    /// Adds a type.
    pub fn add(&mut self, ty: Type) -> TypeId {
        let id = TypeId(self.draft.types.len() as u32);
        self.draft.types.push(ty);
        id
    }

    /// Takes a place for a type that others refer to before it is known; until [`define`](Self::define) it is a
    /// declaration.
    pub fn reserve(&mut self) -> TypeId {
        let what = crate::kind::Tag::Other;
        self.add(Type::new(Name::default(), None, Kind::Opaque { what }))
    }

    /// Says what a type is.
    ///
    /// # Panics
    ///
    /// If `id` is of another builder.
    pub fn define(&mut self, id: TypeId, ty: Type) {
        self.draft.types[id.index()] = ty;
    }

    /// Adds a function or a variable.
    pub fn add_symbol(&mut self, symbol: Symbol) {
        self.draft.symbols.push(symbol);
    }

    /// Adds a file that defines types.
    pub fn add_unit(&mut self, unit: Unit) {
        self.draft.units.push(unit);
    }

    /// The set of these types, each once.
    ///
    /// # Errors
    ///
    /// If a type refers to one of another builder, or contains itself.
    pub fn finish(self) -> Result<Types, BuildError> {
        let unsound = |unsound: sound::Unsound| BuildError {
            what: unsound.to_string(),
        };
        let Draft {
            types,
            symbols,
            units,
        } = &self.draft;
        sound::check(types, symbols, units).map_err(unsound)?;
        let mut union = Union::default();
        union.add(self.draft.identified());
        Ok(union.finish())
    }
}

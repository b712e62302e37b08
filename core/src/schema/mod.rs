//! The types of a session, as plain data.
//!
//! A [`Schema`] is an append-only arena of [`Type`]s that refer to each other by [`TypeId`]. A type
//! may refer only to types added before it, so the graph has no cycles, and [`Schema::add`] is the
//! one place that judges a description: every type in a `Schema` has sizes and offsets that fit,
//! whether it was derived, generated, or decoded from a stranger's memory.
//!
//! Nothing here knows about memory, processes or text on a screen.

mod adopt;
pub mod codec;
mod definition;
mod describe;
mod error;
mod hash;
mod judge;
mod kind;
mod metadata;
mod numbers;
mod range;

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use adopt::references;
pub use definition::Definition;
pub use error::SchemaError;
pub(crate) use judge::most_values;
pub use metadata::{Metadata, Number};
use numbers::Numbers;
pub use numbers::named;
pub use range::Range;

/// The largest size of one value, in bytes: 2^40. With this limit, an address plus an offset cannot
/// overflow.
pub const MAX_SIZE: u64 = 1 << 40;

/// How deeply types may nest; bounds every recursion over a type.
pub const MAX_DEPTH: u32 = 64;

/// A type of one [`Schema`]: its position in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// How the bytes of a place are shared between writers and readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// Relaxed atomic access of each scalar's own width; a whole struct may mix moments.
    Plain,
    /// One scalar, acquire and release, read-modify-write by the processor.
    Atomic,
    /// A two-slot sequence lock around the whole value: a read always returns one write.
    Seqlock,
    /// Like `Seqlock`, and offered for read-modify-write of the whole value.
    Locked,
}

/// One type: its size and what its bytes mean; made by [`Type::new`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Type {
    /// The name it was declared with; empty for types made of others (arrays, protected values).
    pub name: Arc<str>,
    /// Size in bytes, at least 1.
    pub size: u64,
    /// Alignment in bytes, a power of two up to 4096.
    pub align: u64,
    /// What the bytes mean.
    pub kind: Kind,
    /// Of bytes that are a value of a type which is described elsewhere: its id there, 0 if only its name is known. Made by
    /// [`Schema::add_named`].
    pub elsewhere: Option<u128>,
}

/// What the bytes of a type mean.
///
/// Later versions may have more kinds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// One byte, 0 or 1; any other byte reads as true.
    Bool,
    /// A two's complement or unsigned integer of 1, 2, 4, 8 or 16 bytes.
    Int {
        /// Whether it is signed.
        signed: bool,
    },
    /// IEEE 754 of 4 or 8 bytes.
    Float,
    /// UTF-8 text in an array of bytes, ended by a zero byte or the end of the array.
    Text,
    /// An integer with names for some of its values.
    Enum {
        /// Whether the integer is signed.
        signed: bool,
        /// The named values.
        variants: Vec<Variant>,
    },
    /// An unsigned integer whose bits have names.
    Flags {
        /// The named bits or groups of bits.
        flags: Vec<Variant>,
    },
    /// Named members one after the other.
    Struct {
        /// The members, in the order of their declaration.
        fields: Vec<Field>,
    },
    /// Overlapping named members. Memory holds it in whole words of 8 bytes, accessed as such.
    Union {
        /// The members, each at offset 0.
        members: Vec<Field>,
    },
    /// Elements of one type, without gaps; an N-dimensional array is an array of arrays.
    Array {
        /// The type of each element.
        element: TypeId,
        /// How many, at least 1.
        count: u64,
    },
    /// An address of 8 bytes in the producer's own memory: shown, never followed.
    Pointer {
        /// What it points to, in the producer's words.
        target: Arc<str>,
    },
    /// Another name for a type.
    Alias {
        /// The type it stands for.
        of: TypeId,
    },
    /// A value stored under a protection other than plain.
    ///
    /// `Atomic` has the size of its scalar. `Seqlock` and `Locked` are a word of 8 bytes and two
    /// copies of the value, each padded to whole words: see [`guarded_size`]. They are aligned like
    /// the value, and to 8 at least; the size is rounded up to that.
    Protected {
        /// `Atomic`, `Seqlock` or `Locked`.
        protection: Protection,
        /// The protected value; no protection lies inside it.
        value: TypeId,
    },
    /// Definitions of packed records. It describes no memory: only a `Record` refers to it, and its size is 1.
    Layout {
        /// What it defines.
        definition: Definition,
    },
    /// One packed record, whose parts are where its own bytes say.
    Record {
        /// The [`Kind::Layout`] that has its struct.
        layout: TypeId,
        /// The struct.
        root: Arc<str>,
        /// Where the bytes of the record lie in those of the type.
        room: Room,
    },
}

/// Where the bytes of a packed record lie in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Behind a word with their number, which is 0 if no record was written yet. Memory holds the place in whole words of
    /// 8 bytes, accessed as such. It is the value of a protected type.
    Counted,
    /// From the first byte on, as an array of the type that is named here, which are single bytes. The record ends where its
    /// layout says. It may be a member, or an element of an array.
    Bytes(TypeId),
}

impl Room {
    /// Bytes before those of the record.
    pub fn start(self) -> u64 {
        match self {
            Room::Counted => 8,
            Room::Bytes(_) => 0,
        }
    }
}

/// A named value of an enum, or a named bit pattern of a flag set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: i128,
}

/// A member of a struct or union; made by [`Field::new`].
///
/// # Examples
///
/// ```
/// use memglass::schema::{Field, Kind, Metadata, Schema, Type};
///
/// let mut schema = Schema::new();
/// let ticks = schema.add(Type::new("i64", 8, 8, Kind::Int { signed: true }))?;
/// let price = Field::new("price", ticks, 0).metadata(Metadata::new().range(0, 10_000).unit("USD"));
/// let fields = vec![price, Field::new("quantity", ticks, 8)];
/// schema.add(Type::new("Order", 16, 8, Kind::Struct { fields }))?;
/// # Ok::<(), memglass::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// Its name, unique within the struct.
    pub name: Arc<str>,
    /// Its type; protections other than plain are [`Kind::Protected`] types.
    pub type_id: TypeId,
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// For a bitfield, which bits of the integer at `offset`.
    pub bits: Option<Bits>,
    /// Its annotations.
    pub metadata: Metadata,
}

impl Field {
    /// A member without annotations, `offset` bytes from the start of its struct.
    pub fn new(name: impl Into<Arc<str>>, type_id: TypeId, offset: u64) -> Self {
        Self {
            name: name.into(),
            type_id,
            offset,
            bits: None,
            metadata: Metadata::default(),
        }
    }

    /// Makes it a bitfield: these bits of the integer at its offset.
    #[must_use]
    pub fn bits(self, bits: Bits) -> Self {
        Self {
            bits: Some(bits),
            ..self
        }
    }

    /// Gives it annotations.
    #[must_use]
    pub fn metadata(self, metadata: Metadata) -> Self {
        Self { metadata, ..self }
    }
}

/// Part of an integer: `width` bits starting `offset` bits above the least significant one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// Index of the lowest bit.
    pub offset: u8,
    /// Number of bits, at least 1.
    pub width: u8,
}

impl Bits {
    /// The indices of its bits.
    pub fn range(self) -> Range<u32> {
        let (first, width) = (u32::from(self.offset), u32::from(self.width.max(1)));
        Range::of(first, first + width - 1)
    }
}

/// The types of a session.
///
/// Cloning is cheap: types are shared.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// `None` is a type that was left out: it has an id, but no type refers to it.
    types: Vec<Option<Arc<Type>>>,
    summaries: Vec<Summary>,
    by_hash: HashMap<u128, TypeId>,
    numbers: Numbers,
    /// Per type, the names of its members, which all values of the type share.
    member_names: Vec<Arc<[Arc<str>]>>,
}

/// What is derived once per type when it is added.
#[derive(Clone, Copy, Debug)]
struct Summary {
    hash: u128,
    depth: u32,
    /// Number of values that a whole read makes, saturating.
    values: u64,
    /// What one whole read produces: bytes of text plus other values, saturating.
    weight: u64,
    protected: bool,
}

impl Summary {
    /// The summary of a type that was left out.
    const NONE: Summary = Summary {
        hash: 0,
        depth: 0,
        values: 0,
        weight: 0,
        protected: false,
    };
}

/// Words of 8 bytes that a value of `size` bytes takes inside a guarded place.
pub const fn words_of(size: u64) -> u64 {
    size.div_ceil(8)
}

/// Bytes of a seqlock or locked place that is aligned to `align` bytes, for values of `size` bytes:
/// the word and two copies, rounded up.
pub const fn guarded_size(size: u64, align: u64) -> u64 {
    (8 + 16 * words_of(size)).next_multiple_of(align)
}

fn names_of(ty: &Type) -> Arc<[Arc<str>]> {
    let members = ty.members().unwrap_or_default().iter();
    members.map(|member| Arc::clone(&member.name)).collect()
}

impl Schema {
    /// An empty schema.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a type and returns its id; a type equal to an earlier one gets the earlier one's id.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] names the type and what is wrong with it; the schema is unchanged.
    pub fn add(&mut self, ty: Type) -> Result<TypeId, SchemaError> {
        let summary = self.judge(&ty)?;
        if let Some(&id) = self.by_hash.get(&summary.hash) {
            return Ok(id);
        }
        let id = TypeId(u32::try_from(self.types.len()).map_err(|_| SchemaError::TooManyTypes)?);
        let ty = Arc::new(ty);
        self.numbers.enter(&ty);
        self.member_names.push(names_of(&ty));
        self.types.push(Some(ty));
        self.summaries.push(summary);
        self.by_hash.insert(summary.hash, id);
        Ok(id)
    }

    /// The type with this id, if the schema has it.
    pub fn get(&self, id: TypeId) -> Option<&Arc<Type>> {
        self.types.get(id.0 as usize)?.as_ref()
    }

    /// Gives the next id to a type that cannot be added, so that later types keep their ids. Types
    /// that refer to it are refused.
    pub(crate) fn leave_out(&mut self) {
        self.types.push(None);
        self.summaries.push(Summary::NONE);
        self.member_names.push(Arc::default());
    }

    /// All types, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &Arc<Type>)> {
        let ids = (0..).map(TypeId);
        ids.zip(&self.types)
            .filter_map(|(id, ty)| Some((id, ty.as_ref()?)))
    }

    /// Number of ids: one more than the last type's.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether the schema has no types.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The structural hash of a type: equal for equal types in any two schemas.
    ///
    /// # Panics
    ///
    /// If `id` is not of this schema.
    pub fn hash_of(&self, id: TypeId) -> u128 {
        self.summaries[id.0 as usize].hash
    }

    /// How many values a read of the whole type makes; saturates at `u64::MAX`.
    ///
    /// # Panics
    ///
    /// If `id` is not of this schema.
    pub fn values_of(&self, id: TypeId) -> u64 {
        self.summaries[id.0 as usize].values
    }

    /// The type behind aliases and protections: what a user calls the type of the field.
    ///
    /// # Panics
    ///
    /// If `id` is not of this schema.
    pub fn bare(&self, mut id: TypeId) -> TypeId {
        loop {
            match self[id].kind {
                Kind::Alias { of } => id = of,
                Kind::Protected { value, .. } => id = value,
                _ => return id,
            }
        }
    }

    /// The protection of a place of this type.
    ///
    /// # Panics
    ///
    /// If `id` is not of this schema.
    pub fn protection(&self, mut id: TypeId) -> Protection {
        loop {
            match self[id].kind {
                Kind::Alias { of } => id = of,
                Kind::Protected { protection, .. } => return protection,
                _ => return Protection::Plain,
            }
        }
    }

    /// The first type with this name that objects are made of, or else any with this name.
    pub fn find(&self, name: &str) -> Option<TypeId> {
        self.iter()
            .find(|(_, ty)| &*ty.name == name)
            .map(|(id, _)| id)
    }

    /// The first of `variants`, the names of an enum or of an annotated integer in one of its types, that has
    /// this number. A long list is not looked through.
    pub(crate) fn variant<'v>(&self, variants: &'v [Variant], number: i128) -> Option<&'v Variant> {
        self.numbers.find(variants, number)
    }

    /// The first of such `variants` that has this name, found as fast, or else the only one that differs from it
    /// in case alone.
    pub(crate) fn variant_named<'v>(
        &self,
        variants: &'v [Variant],
        name: &str,
    ) -> Option<&'v Variant> {
        self.numbers.find_name(variants, name)
    }

    /// The names of the members of a struct or union; of any other type, none.
    pub(crate) fn member_names(&self, id: TypeId) -> &Arc<[Arc<str>]> {
        &self.member_names[id.0 as usize]
    }

    /// The struct or union member `name` of the type behind `id`, also by a name that it had before.
    pub fn member(&self, id: TypeId, name: &str) -> Option<&Field> {
        let ty = &self[self.bare(id)];
        Some(&ty.members()?[ty.position(name)?])
    }

    /// Adds an array of `count` elements.
    ///
    /// # Errors
    ///
    /// If it has no elements or grows beyond [`MAX_SIZE`].
    pub fn add_array(&mut self, element: TypeId, count: u64) -> Result<TypeId, SchemaError> {
        let of = self.get(element).ok_or(SchemaError::UnknownType {
            name: "array".into(),
            id: element,
        })?;
        let size = of.size.saturating_mul(count);
        let align = of.align;
        self.add(Type::new("", size, align, Kind::Array { element, count }))
    }

    /// Adds a type that is described elsewhere, as in the debug information of the program: `size` bytes of which only the name
    /// is known, and perhaps the id there (0 if not). Observers that were [told](crate::ObserverBuilder::described_by) see its members, others
    /// its bytes.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Elsewhere`] if it has no name; others as [`Schema::add`].
    pub fn add_named(
        &mut self,
        name: &str,
        size: u64,
        align: u64,
        id: u128,
    ) -> Result<TypeId, SchemaError> {
        let element = self.add(Type::new("u8", 1, 1, Kind::Int { signed: false }))?;
        let bytes = Kind::Array {
            element,
            count: size,
        };
        self.add(Type {
            elsewhere: Some(id),
            ..Type::new(name, size, align, bytes)
        })
    }

    /// Adds the protected form of a value type.
    ///
    /// # Errors
    ///
    /// If the protection cannot hold such a value: `Atomic` needs a scalar of at most 8 bytes.
    pub fn add_protected(
        &mut self,
        protection: Protection,
        value: TypeId,
    ) -> Result<TypeId, SchemaError> {
        let of = self.get(value).ok_or(SchemaError::UnknownType {
            name: "protected".into(),
            id: value,
        })?;
        let (size, align) = match protection {
            Protection::Plain => return Ok(value),
            Protection::Atomic => (of.size, of.align),
            Protection::Seqlock | Protection::Locked => {
                let align = of.align.max(8);
                (guarded_size(of.size, align), align)
            }
        };
        self.add(Type::new(
            "",
            size,
            align,
            Kind::Protected { protection, value },
        ))
    }
}

impl std::ops::Index<TypeId> for Schema {
    type Output = Type;

    #[inline]
    fn index(&self, id: TypeId) -> &Type {
        self.types[id.0 as usize]
            .as_ref()
            .expect("ids come from types that were added")
    }
}

impl Type {
    /// A type of this name, size and alignment; [`Schema::add`] judges it.
    pub fn new(name: impl Into<Arc<str>>, size: u64, align: u64, kind: Kind) -> Self {
        Self {
            name: name.into(),
            size,
            align,
            kind,
            elsewhere: None,
        }
    }

    /// The members of a struct or union.
    pub fn members(&self) -> Option<&[Field]> {
        match &self.kind {
            Kind::Struct { fields } => Some(fields),
            Kind::Union { members } => Some(members),
            _ => None,
        }
    }

    /// Which of its members is called `name`, or else was called so before it got the name that it has.
    pub fn position(&self, name: &str) -> Option<usize> {
        let members = self.members()?;
        let is_called = |field: &Field| *field.name == *name;
        let was_called = |field: &Field| field.metadata.former_names().any(|former| former == name);
        let found = members.iter().position(is_called);
        found.or_else(|| members.iter().position(was_called))
    }

    /// Whether a value is one number, truth value, name or address: it is accessed by one load.
    pub fn is_scalar(&self) -> bool {
        matches!(
            self.kind,
            Kind::Bool
                | Kind::Int { .. }
                | Kind::Float
                | Kind::Enum { .. }
                | Kind::Flags { .. }
                | Kind::Pointer { .. }
        )
    }
}

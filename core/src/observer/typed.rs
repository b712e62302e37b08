//! Reading into a Rust type. Members are found by name, so their order and protections may differ
//! between the two sides.

use std::marker::PhantomData;

use super::error::ReadError;
use super::field::Field;
use super::number::is_one_load;
use crate::access::put_scalar;
use crate::observe::Observe;
use crate::observe::derive_support::value_type_of;
use crate::schema::{self, Kind, Protection, Schema, Type, TypeId};

/// A field that is read into a `T`. The two types are compared once, when this is made.
///
/// Made by [`Field::typed`]. A read copies the value's bytes and checks what a `T` cannot hold.
#[derive(Debug, Clone)]
pub struct TypedField<T> {
    field: Field,
    source: Source,
    value: PhantomData<fn() -> T>,
}

/// Where the bytes of a `T` lie among those of the field's value.
#[derive(Debug, Clone)]
enum Source {
    /// One load returns them all: a lone number, enum value or flag set.
    Scalar,
    /// All of them in a row, as in a `T`, from this offset.
    AsTheyAre(usize),
    Pieces(Box<[Piece]>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) len: usize,
}

impl<T: Observe> TypedField<T> {
    pub(super) fn new(field: &Field) -> Result<TypedField<T>, ReadError> {
        if field.object.elements.is_some() {
            let reason = "it is an array of objects; read its elements".into();
            return Err(mismatch::<T>(field, reason));
        }
        if field.inside.is_some() {
            let reason = "it is a part of a packed record; read its value".into();
            return Err(mismatch::<T>(field, reason));
        }
        let mut wanted = Schema::new();
        let id = value_type_of::<T>(&mut wanted)
            .map_err(|error| mismatch::<T>(field, error.to_string()))?;
        let from = Side::new(field.session_schema(), source_type(field));
        let to = Side::new(&wanted, id);
        let mut pieces = Vec::new();
        match_up(from, to, &mut pieces).map_err(|reason| mismatch::<T>(field, reason))?;
        let is_one_load = is_one_load(field.session_schema(), &field.object, &field.place);
        let source = match is_one_load && field.trial().is_none() {
            true => Source::Scalar,
            false => Source::of::<T>(pieces, field.session_schema()[from.id].size as usize),
        };
        Ok(TypedField {
            field: field.clone(),
            source,
            value: PhantomData,
        })
    }

    /// Copies the present value, under the same promises as [`Field::read`].
    ///
    /// # Errors
    ///
    /// As for [`Field::read`]; [`ReadError::TypeMismatch`] if an enum holds a number without a
    /// variant.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::{Observer, Observe};
    ///
    /// #[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
    /// struct Quote {
    ///     bid_price: i64,
    ///     ask_price: i64,
    /// }
    ///
    /// let quote = Quote { bid_price: 15_020, ask_price: 15_025 };
    /// let _object = session.object("AAPL", quote)?;
    /// let observer = Observer::builder().dir(&dir).attach("example")?;
    /// let quotes = observer.field("AAPL")?.typed::<Quote>()?;
    /// assert_eq!(quotes.read()?, quote);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // Inlined for scalars, which are a few loads, so that the caller has them in registers.
    #[inline]
    pub fn read(&self) -> Result<T, ReadError> {
        match &self.source {
            Source::Scalar => self.read_scalar(),
            Source::AsTheyAre(start) => {
                self.read_bytes(|bytes| self.decode(&bytes[*start..][..size_of::<T>()]))
            }
            Source::Pieces(pieces) => {
                self.read_bytes(|bytes| self.decode(&gathered::<T>(bytes, pieces)))
            }
        }
    }

    #[inline(always)]
    fn read_scalar(&self) -> Result<T, ReadError> {
        let mut bytes = [0; 8];
        let bytes = bytes
            .get_mut(..size_of::<T>())
            .expect("a scalar that is one load has at most 8 bytes");
        let bits = self.field.load(bytes.len());
        put_scalar(bits.ok_or_else(|| self.field.gone())?, bytes);
        self.decode(bytes)
    }

    #[inline(never)]
    fn read_bytes(
        &self,
        decode: impl FnOnce(&[u8]) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        self.field.look_at_bytes(decode)
    }

    #[inline]
    fn decode(&self, bytes: &[u8]) -> Result<T, ReadError> {
        T::decode(bytes).map_err(|error| mismatch::<T>(&self.field, error.to_string()))
    }

    /// The field that this reads.
    pub fn field(&self) -> &Field {
        &self.field
    }
}

impl Source {
    /// The simplest source for `pieces` of a value of `len` bytes.
    fn of<T>(pieces: Vec<Piece>, len: usize) -> Source {
        let shift = |piece: &Piece| piece.from.checked_sub(piece.to);
        let first = pieces.first().and_then(shift);
        match first {
            Some(start)
                if start + size_of::<T>() <= len
                    && pieces.iter().all(|piece| shift(piece) == first) =>
            {
                Source::AsTheyAre(start)
            }
            _ => Source::Pieces(pieces.into()),
        }
    }
}

/// The bytes of a `T`, gathered from `pieces`.
fn gathered<T>(bytes: &[u8], pieces: &[Piece]) -> Vec<u8> {
    let mut target = vec![0; size_of::<T>()];
    for &Piece { from, to, len } in pieces {
        target[to..to + len].copy_from_slice(&bytes[from..from + len]);
    }
    target
}

#[cold]
fn mismatch<T>(field: &Field, reason: String) -> ReadError {
    ReadError::TypeMismatch {
        path: field.path().into(),
        wanted: std::any::type_name::<T>().into(),
        reason,
    }
}

/// The type that the field's bytes are of: inside a guarded value, the bare one.
pub(super) fn source_type(field: &Field) -> TypeId {
    match field.place.inside(field.session_schema()) {
        super::place::Within::Itself => field.place.type_id,
        _ => field.type_id(),
    }
}

/// A type at an offset of a whole value.
#[derive(Clone, Copy)]
pub(super) struct Side<'s> {
    schema: &'s Schema,
    id: TypeId,
    at: usize,
}

impl<'s> Side<'s> {
    /// A whole value.
    pub(super) fn new(schema: &'s Schema, id: TypeId) -> Side<'s> {
        Side { schema, id, at: 0 }
    }

    fn size(self) -> usize {
        self.schema[self.id].size as usize
    }

    fn part(self, id: TypeId, offset: usize) -> Self {
        let at = self.at + offset;
        Side { id, at, ..self }
    }

    /// The value inside the protection: a guarded value lies behind its word.
    fn bare(self) -> Self {
        let offset = match self.schema.protection(self.id) {
            Protection::Seqlock | Protection::Locked => 8,
            Protection::Plain | Protection::Atomic => 0,
        };
        self.part(self.schema.bare(self.id), offset)
    }
}

/// Adds the pieces that make a value of one type from a value of the other. The error says where the
/// types differ.
pub(super) fn match_up(
    from: Side<'_>,
    to: Side<'_>,
    pieces: &mut Vec<Piece>,
) -> Result<(), String> {
    let (from, to) = (from.bare(), to.bare());
    match (&from.schema[from.id].kind, &to.schema[to.id].kind) {
        (Kind::Struct { .. }, Kind::Struct { fields }) => fields.iter().try_for_each(|field| {
            let their = counterpart(field, fields, &from.schema[from.id])
                .filter(|their| their.bits == field.bits)
                .ok_or_else(|| format!("there is no {}", field.name))?;
            let from = from.part(their.type_id, their.offset as usize);
            let to = to.part(field.type_id, field.offset as usize);
            match_up(from, to, pieces).map_err(|reason| format!("{}: {reason}", field.name))
        }),
        (
            Kind::Array {
                element: theirs,
                count: n,
            },
            Kind::Array { element, count },
        ) if n == count => (0..*count as usize).try_for_each(|index| {
            let from = from.part(*theirs, index * from.schema[*theirs].size as usize);
            let to = to.part(*element, index * to.schema[*element].size as usize);
            match_up(from, to, pieces)
        }),
        (theirs, ours) if same_leaf(theirs, ours) && from.size() == to.size() => {
            add(pieces, from.at, to.at, to.size());
            Ok(())
        }
        _ => Err(format!("it is {} there", from.schema.type_name(from.id))),
    }
}

/// The member of the other side that means the same: of its name, or of a name that one of both had before.
///
/// A former name says nothing where a member has that name now: it would give one place to two members.
fn counterpart<'t>(
    field: &schema::Field,
    ours: &[schema::Field],
    theirs: &'t Type,
) -> Option<&'t schema::Field> {
    let is_ours = |name: &str| ours.iter().any(|our| *our.name == *name);
    let former = field.metadata.former_names();
    let names = std::iter::once(&*field.name).chain(former.filter(|name| !is_ours(name)));
    let members = theirs.members()?;
    names
        .filter_map(|name| Some(&members[theirs.position(name)?]))
        .find(|their| their.name == field.name || !is_ours(&their.name))
}

/// Adds a piece, or extends the last one if the two are adjacent on both sides.
fn add(pieces: &mut Vec<Piece>, from: usize, to: usize, len: usize) {
    match pieces.last_mut() {
        Some(last) if last.from + last.len == from && last.to + last.len == to => last.len += len,
        _ => pieces.push(Piece { from, to, len }),
    }
}

/// Whether values of the two kinds have the same bytes. Enums and flags also read as their integers.
fn same_leaf(theirs: &Kind, ours: &Kind) -> bool {
    match (theirs, ours) {
        (Kind::Enum { signed, .. }, Kind::Int { signed: ours }) => signed == ours,
        (Kind::Flags { .. }, Kind::Int { signed }) => !signed,
        (Kind::Int { signed }, Kind::Int { signed: ours }) => signed == ours,
        (Kind::Struct { .. } | Kind::Array { .. }, _) => false,
        _ => std::mem::discriminant(theirs) == std::mem::discriminant(ours),
    }
}

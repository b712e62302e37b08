//! Values as bytes of a type that the reader describes at run time: for programs without Rust types.

use super::change::Change;
use super::error::{ReadError, WriteError};
use super::field::Field;
use super::read::Retries;
use super::typed::{Piece, Side, match_up, source_type};
use crate::aligned::AlignedBytes;
use crate::coerce::{self, Strictness};
use crate::schema::{Metadata, Schema, TypeId};
use crate::value::Value;

impl Field {
    /// Copies the present value to `out` as the bytes of a bare value of type `id` of `schema`, under the
    /// promises of [`Field::read`]. Members are found by name and must have the same types; bytes of `out`
    /// between them stay as they are.
    ///
    /// The two types are compared with each call.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`]; [`ReadError::TypeMismatch`] says where the types differ.
    ///
    /// # Panics
    ///
    /// If `id` is not of `schema`, or `out` is not as long as its values.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::schema::{Kind, Schema, Type};
    ///
    /// let _answer = session.object("answer", 42_i32)?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let mut schema = Schema::new();
    /// let int = schema.add(Type::new("int", 4, 4, Kind::Int { signed: true }))?;
    /// let mut bytes = [0; 4];
    /// observer.field("answer")?.read_as_type(&schema, int, &mut bytes)?;
    /// assert_eq!(i32::from_ne_bytes(bytes), 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_as_type(
        &self,
        schema: &Schema,
        id: TypeId,
        out: &mut [u8],
    ) -> Result<(), ReadError> {
        self.copy_as_type(schema, id, out, Retries::Retry)
    }

    /// Like [`Field::read_as_type`] with one attempt: [`ReadError::Contended`] if a value was published
    /// during it.
    ///
    /// # Errors
    ///
    /// As for [`Field::read_as_type`].
    ///
    /// # Panics
    ///
    /// As [`Field::read_as_type`].
    pub fn try_read_as_type(
        &self,
        schema: &Schema,
        id: TypeId,
        out: &mut [u8],
    ) -> Result<(), ReadError> {
        self.copy_as_type(schema, id, out, Retries::Once)
    }

    /// Writes a value that is given as the bytes of a bare value of type `id` of `schema`, as [`Field::write`]
    /// does.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`].
    ///
    /// # Panics
    ///
    /// If `id` is not of `schema`, or there are not as many bytes as its values have.
    pub fn write_as_type(
        &self,
        schema: &Schema,
        id: TypeId,
        bytes: &[u8],
    ) -> Result<(), WriteError> {
        self.write(&value_of(schema, id, bytes))
    }

    /// Changes the value in one step, as [`Field::update`] does, where `change` gets it as the bytes of a bare
    /// value of type `id` of `schema`, aligned for it. If `change` returns false, nothing is written.
    ///
    /// # Errors
    ///
    /// As for [`Field::update`]; [`WriteError::Read`] says where the types differ. [`WriteError::CalledOff`]
    /// if `change` returned false.
    ///
    /// # Panics
    ///
    /// If `id` is not of `schema`.
    pub fn update_as_type(
        &self,
        schema: &Schema,
        id: TypeId,
        mut change: impl FnMut(&mut [u8]) -> bool,
    ) -> Result<Change, WriteError> {
        self.pieces_for(schema, id).map_err(WriteError::Read)?;
        let bare = schema.bare(id);
        let ty = &schema[bare];
        let mut bytes = AlignedBytes::zeros(ty.size as usize, ty.align as usize);
        self.try_update(|value| {
            bytes.fill(0);
            let (none, forced) = (Metadata::none(), Strictness::Forced);
            let encoded = coerce::encode_value(schema, bare, none, value, forced, &mut bytes);
            // The two types have the same members, and so has the value.
            if encoded.is_err() {
                return Some(value.clone());
            }
            change(&mut bytes).then(|| value_of(schema, id, &bytes))
        })
    }

    fn copy_as_type(
        &self,
        schema: &Schema,
        id: TypeId,
        out: &mut [u8],
        retries: Retries,
    ) -> Result<(), ReadError> {
        let size = schema[schema.bare(id)].size;
        assert_eq!(out.len() as u64, size, "bytes of a value of its type");
        let pieces = self.pieces_for(schema, id)?;
        self.look_at_bytes_with(retries, |bytes| {
            for Piece { from, to, len } in pieces {
                out[to..to + len].copy_from_slice(&bytes[from..from + len]);
            }
            Ok(())
        })
    }

    /// Where the bytes of a value of the wanted type are.
    fn pieces_for(&self, schema: &Schema, id: TypeId) -> Result<Vec<Piece>, ReadError> {
        let refuse = |reason| ReadError::TypeMismatch {
            path: self.path().into(),
            wanted: schema.type_name(id),
            reason,
        };
        if self.object.elements.is_some() {
            let reason = "it is an array of objects; read its elements".into();
            return Err(refuse(reason));
        }
        if self.inside.is_some() {
            let reason = "it is a part of a packed record; read its value".into();
            return Err(refuse(reason));
        }
        let from = Side::new(self.session_schema(), source_type(self));
        let to = Side::new(schema, schema.bare(id));
        let mut pieces = Vec::new();
        match_up(from, to, &mut pieces).map_err(refuse)?;
        Ok(pieces)
    }
}

/// The value of an object of type `id`, or of an array of `count` of them, from the bytes that
/// [`Field::read_bytes`] copied of it: for whoever keeps the bytes and has no session any more.
///
/// # Panics
///
/// If `id` is not of `schema`, or there are not as many bytes as its objects have.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("example").dir(&dir).create()?;
/// let _answer = session.object("answer", 42_u16)?;
/// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
/// let field = observer.field("answer")?;
/// let (schema, bytes) = (observer.schema(), field.read_bytes()?);
/// let value = memglass::object_value(schema, field.storage_type(), None, &bytes);
/// assert_eq!(value, field.read()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn object_value(schema: &Schema, id: TypeId, count: Option<u64>, bytes: &[u8]) -> Value {
    let bare = schema.bare(id);
    match count {
        None => value_of(schema, bare, bytes),
        Some(count) => {
            // A guarded element is copied alone; of another type, its bare type is as large.
            let each = schema[bare].size;
            assert_eq!(bytes.len() as u64, count * each, "bytes of {count} objects");
            coerce::decode_list(schema, bare, Metadata::none(), each as usize, bytes)
        }
    }
}

fn value_of(schema: &Schema, id: TypeId, bytes: &[u8]) -> Value {
    coerce::decode_value(schema, schema.bare(id), Metadata::none(), bytes)
}

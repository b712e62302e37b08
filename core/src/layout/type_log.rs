//! Reading the type log into a schema.

use std::sync::Arc;

use super::chunks::Chunks;
use super::{Damage, Layout, LayoutError, Part, load};
use crate::schema::{Schema, SchemaError, Type, TypeId, codec, references};
use crate::shm::Anchor;
use crate::sync::published_since;
use crate::wire::{Ref, header, type_log as at};

/// Largest sum of descriptions that is accepted, in bytes.
const MAX_DESCRIPTIONS: u64 = 64 << 20;
/// Largest number of types that is accepted.
const MAX_TYPES: u64 = 1 << 16;
/// Most memory that all types may take, in bytes.
const MAX_DECODED: u64 = 256 << 20;
/// How much more memory types may take than the session has.
const DECODED_PER_MAPPED: u64 = 16;

/// Describes types that a session only names: gives a schema that has the type, and which it is.
pub(crate) type Describe = dyn Fn(&Type) -> Option<(Schema, TypeId)> + Send + Sync;

/// The types of a session as far as they were read.
pub(crate) struct TypeLog {
    chunks: Chunks,
    schema: Arc<Schema>,
    /// Of each type of the log, which one of the schema it is: what is described elsewhere brings types of its own.
    ids: Vec<TypeId>,
    describe: Option<Arc<Describe>>,
    /// Bytes of the descriptions that were read.
    described: u64,
    /// Bytes that their types take.
    decoded: u64,
    /// The types that were left out.
    left_out: Vec<Damage>,
    /// Why there are fewer types than there should be.
    fault: Option<LayoutError>,
}

impl TypeLog {
    pub(crate) fn new(layout: &Layout, describe: Option<Arc<Describe>>) -> TypeLog {
        let strides = &layout.strides;
        let chunk_bytes = strides.chunk_header + strides.type_record * strides.types_per_chunk;
        TypeLog {
            chunks: Chunks::new("the type log", chunk_bytes),
            schema: Arc::default(),
            ids: Vec::new(),
            describe,
            described: 0,
            decoded: 0,
            left_out: Vec::new(),
            fault: None,
        }
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The type of the schema that a type of the log is; one that was left out has an id of no type.
    #[inline]
    pub(crate) fn id(&self, in_log: u64) -> Option<TypeId> {
        self.ids.get(usize::try_from(in_log).ok()?).copied()
    }

    /// What was left out.
    pub(crate) fn damage(&self) -> impl Iterator<Item = Damage> + '_ {
        let fault = self.fault.iter();
        let fault = fault.map(|error| Damage::new(Part::TypeLog, error));
        fault.chain(self.left_out.iter().cloned())
    }

    /// Takes in the types added since the last call; `true` if there were any. Damaged types are left out,
    /// and [`TypeLog::damage`] says why.
    ///
    /// # Errors
    ///
    /// If there should be types but the first chunk of the log cannot be found, or if the system refuses a
    /// region: then the types before it are taken in, and the next call continues there.
    pub(crate) fn read_new(&mut self, layout: &Layout) -> Result<bool, LayoutError> {
        let known = self.ids.len() as u64;
        let Some(count) = published_since(layout.word(header::TYPE_COUNT), known) else {
            self.fault = None;
            return Ok(false);
        };
        let (head, per_chunk) = (
            Ref(layout.load(header::TYPE_HEAD)),
            layout.strides.types_per_chunk as u64,
        );
        let believed = count.min(MAX_TYPES);
        let broken = self
            .chunks
            .follow(layout, head, believed.div_ceil(per_chunk))?;
        self.fault = broken.or_else(|| judge_count(layout, count, known));
        let found = self.chunks.iter().len() as u64 * per_chunk;
        self.read_up_to(layout, believed.min(found))
    }

    fn read_up_to(&mut self, layout: &Layout, count: u64) -> Result<bool, LayoutError> {
        let known = self.ids.len() as u64;
        if count <= known {
            return Ok(false);
        }
        // Shared with fields resolved earlier, which keep the schema that they know.
        let mut schema = Schema::clone(&self.schema);
        let added =
            (known..count).try_for_each(|id| self.add_or_leave_out(layout, &mut schema, id));
        self.schema = Arc::new(schema);
        added.map(|()| true)
    }

    fn add_or_leave_out(
        &mut self,
        layout: &Layout,
        schema: &mut Schema,
        id: u64,
    ) -> Result<(), LayoutError> {
        match self.add(layout, schema, id) {
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                self.ids.push(TypeId(schema.len() as u32));
                schema.leave_out();
                self.left_out
                    .push(Damage::new(Part::Type(id as u32), &error));
            }
            Ok(added) => self.ids.push(added),
        }
        Ok(())
    }

    fn add(
        &mut self,
        layout: &Layout,
        schema: &mut Schema,
        id: u64,
    ) -> Result<TypeId, LayoutError> {
        let session = || layout.identity.name.clone();
        let bytes = self.description(layout, id)?;
        let most = (layout.mapped_bytes() * DECODED_PER_MAPPED).min(MAX_DECODED);
        let room = most.saturating_sub(self.decoded) as usize;
        let (ty, taken) =
            codec::decode_within(&bytes, room).map_err(|source| LayoutError::Description {
                session: session(),
                id,
                source,
            })?;
        let added = self.add_type(schema, ty);
        let added = added.map_err(|source| LayoutError::Type {
            session: session(),
            id,
            source: Box::new(source),
        })?;
        if self.ids.contains(&added) {
            return Err(layout.damaged(
                format!("type {id}"),
                &format_args!("type {} again", added.0),
                "a type that is not in the log yet",
            ));
        }
        self.decoded += taken as u64;
        Ok(added)
    }

    /// Adds a type whose references are those of the log. One that is described elsewhere becomes what it is there, if its size and
    /// alignment allow that.
    fn add_type(&self, schema: &mut Schema, mut ty: Type) -> Result<TypeId, SchemaError> {
        for reference in references(&mut ty.kind) {
            let known = self.id(reference.0.into());
            *reference = known.ok_or_else(|| SchemaError::UnknownType {
                name: ty.name.to_string(),
                id: *reference,
            })?;
        }
        match self.described(schema, &ty) {
            Some(described) => Ok(described),
            None => schema.add(ty),
        }
    }

    fn described(&self, schema: &mut Schema, ty: &Type) -> Option<TypeId> {
        ty.elsewhere?;
        let (from, id) = self.describe.as_ref()?(ty)?;
        let id = schema.adopt(&from, id).ok()?;
        let same = Type {
            name: Arc::clone(&ty.name),
            align: ty.align,
            ..Type::clone(&schema[id])
        };
        (same.size == ty.size).then(|| schema.add(same).ok())?
    }

    fn description(&mut self, layout: &Layout, id: u64) -> Result<Vec<u8>, LayoutError> {
        let record = self.record(layout, id)?;
        let (place, len) = (
            Ref(load(&record, at::DESCRIPTION)),
            load(&record, at::DESCRIPTION_LEN),
        );
        if load(&record, at::ID) != id {
            return Err(layout.damaged(
                format!("the id of type {id}"),
                &load(&record, at::ID),
                "its place in the log",
            ));
        }
        let refuse = |found: &dyn std::fmt::Debug, expected: &str| {
            layout.damaged(format!("the description of type {id}"), found, expected)
        };
        if len > codec::MAX_DESCRIPTION as u64 {
            return Err(refuse(&len, "at most 512 KiB"));
        }
        let words = layout.resolve(place, len.next_multiple_of(8), || {
            format!("the reference to the description of type {id}")
        })?;
        let described = self.described + len;
        // Descriptions that do not overlap cannot be longer than the memory that they lie in.
        if described > layout.mapped_bytes().min(MAX_DESCRIPTIONS) {
            return Err(refuse(
                &described,
                "at most 64 MiB for all, and without overlap",
            ));
        }
        self.described = described;
        let bytes = words.view().bytes_in_words(0, len as usize);
        bytes.ok_or_else(|| refuse(&place, "aligned words"))
    }

    fn record(&self, layout: &Layout, id: u64) -> Result<Anchor, LayoutError> {
        let strides = &layout.strides;
        let (chunk, index) = (
            id as usize / strides.types_per_chunk,
            id as usize % strides.types_per_chunk,
        );
        let chunk = self.chunks.get(chunk).expect("followed up to the count");
        let record = chunk.part(
            strides.chunk_header + index * strides.type_record,
            strides.type_record,
        );
        Ok(record.expect("a chunk holds all its records"))
    }
}

/// The fault in a number of types, when `known` types were counted before.
fn judge_count(layout: &Layout, count: u64, known: u64) -> Option<LayoutError> {
    (count > MAX_TYPES || count < known).then(|| {
        layout.damaged(
            "the number of types",
            &count,
            "one that only grows, up to 65536",
        )
    })
}

//! Reading the type log into a schema.

use std::sync::Arc;

use super::chunks::Chunks;
use super::{Layout, LayoutError, load};
use crate::schema::{Schema, codec};
use crate::shm::Anchor;
use crate::sync::published_since;
use crate::wire::{Ref, header, type_log as at};

/// Longest description of one type that is believed, in bytes.
const MAX_DESCRIPTION: u64 = 1 << 20;
/// Largest sum of descriptions that is believed, in bytes.
const MAX_DESCRIPTIONS: u64 = 64 << 20;
/// Largest number of types that is believed.
const MAX_TYPES: u64 = 1 << 16;

/// The types of a session as far as they were read.
pub(crate) struct TypeLog {
    chunks: Chunks,
    schema: Arc<Schema>,
    described: u64,
}

impl TypeLog {
    pub(crate) fn new(layout: &Layout) -> TypeLog {
        let strides = &layout.strides;
        let chunk_bytes = strides.chunk_header + strides.type_record * strides.types_per_chunk;
        TypeLog {
            chunks: Chunks::new("the type log", chunk_bytes),
            schema: Arc::default(),
            described: 0,
        }
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Takes in the types that were added since the last call; `true` if there were any.
    pub(crate) fn read_new(&mut self, layout: &Layout) -> Result<bool, LayoutError> {
        let known = self.schema.len() as u64;
        let Some(count) = published_since(layout.word(header::TYPE_COUNT), known) else {
            return Ok(false);
        };
        if count > MAX_TYPES || count < self.schema.len() as u64 {
            return Err(layout.damaged(
                "the number of types",
                &count,
                "one that only grows, up to 65536",
            ));
        }
        let per_chunk = layout.strides.types_per_chunk as u64;
        self.chunks.follow(
            layout,
            Ref(layout.load(header::TYPE_HEAD)),
            count.div_ceil(per_chunk),
        )?;
        // Shared with fields resolved earlier, which keep the schema that they know.
        let mut schema = Schema::clone(&self.schema);
        for id in schema.len() as u64..count {
            self.add(layout, &mut schema, id)?;
        }
        self.schema = Arc::new(schema);
        Ok(true)
    }

    fn add(&mut self, layout: &Layout, schema: &mut Schema, id: u64) -> Result<(), LayoutError> {
        let session = || layout.identity.name.clone();
        let bytes = self.description(layout, id)?;
        let ty = codec::decode(&bytes).map_err(|source| LayoutError::Description {
            session: session(),
            id,
            source,
        })?;
        let added = schema.add(ty).map_err(|source| LayoutError::Type {
            session: session(),
            id,
            source: Box::new(source),
        })?;
        if u64::from(added.0) != id {
            return Err(layout.damaged(
                format!("type {id}"),
                &added.0,
                "a type that is not in the log yet",
            ));
        }
        Ok(())
    }

    fn description(&mut self, layout: &Layout, id: u64) -> Result<Vec<u8>, LayoutError> {
        let record = self.record(layout, id)?;
        let (place, len) = (
            Ref(load(&record, at::DESCRIPTION)),
            load(&record, at::DESCRIPTION_LEN),
        );
        self.described = self.described.saturating_add(len);
        if load(&record, at::ID) != id {
            return Err(layout.damaged(
                format!("the id of type {id}"),
                &load(&record, at::ID),
                "its place in the log",
            ));
        }
        if len > MAX_DESCRIPTION || self.described > MAX_DESCRIPTIONS {
            return Err(layout.damaged(
                format!("the description of type {id}"),
                &len,
                "at most 1 MiB, and 64 MiB for all",
            ));
        }
        let words = layout.resolve(place, len.next_multiple_of(8))?;
        let bytes = words.view().bytes_in_words(0, len as usize);
        bytes.ok_or_else(|| {
            layout.damaged(
                format!("the description of type {id}"),
                &place,
                "aligned words",
            )
        })
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

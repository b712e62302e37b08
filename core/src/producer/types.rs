//! Writing the type log.

use std::any;
use std::collections::HashMap;
use std::sync::Arc;

use super::error::ProducerError;
use super::memory::Memory;
use super::table::{Table, store, store_ref};
use crate::observe::Storage;
use crate::schema::{Schema, Type, TypeId, codec};
use crate::shm::Segment;
use crate::sync::publish;
use crate::wire::{header, type_log as at};

/// The types of a session and the log that tells observers of them.
pub(super) struct TypeWriter {
    /// Shared with blocks that have a type; adding one copies it if there are any.
    schema: Arc<Schema>,
    /// The number of types that the log has a record of; the rest is still to be written.
    logged: usize,
    table: Table,
    known: HashMap<any::TypeId, TypeId, foldhash::fast::RandomState>,
}

impl TypeWriter {
    pub(super) fn new() -> TypeWriter {
        let table = Table::new(header::TYPE_HEAD, at::RECORD_BYTES, at::RECORDS_PER_CHUNK);
        TypeWriter {
            schema: Arc::default(),
            logged: 0,
            table,
            known: HashMap::default(),
        }
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The types so far, to be kept.
    pub(super) fn shared_schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema)
    }

    /// The id of the type of `S`, which is described and logged when first asked for.
    #[inline]
    pub(super) fn id_of<S: Storage>(
        &mut self,
        memory: &mut Memory,
        header: &Arc<Segment>,
    ) -> Result<TypeId, ProducerError> {
        if let Some(&id) = self.known.get(&any::TypeId::of::<S>()) {
            return Ok(id);
        }
        let id = S::storage_type(Arc::make_mut(&mut self.schema))?;
        let described = &self.schema[id];
        if described.size != size_of::<S>() as u64 || described.align < align_of::<S>() as u64 {
            let name = any::type_name::<S>().to_owned();
            return Err(ProducerError::WrongStorage {
                name,
                described: described.size,
                actual: size_of::<S>() as u64,
            });
        }
        self.log(memory, header)?;
        self.known.insert(any::TypeId::of::<S>(), id);
        Ok(id)
    }

    /// Adds a type that was described by hand.
    pub(super) fn add(
        &mut self,
        ty: Type,
        memory: &mut Memory,
        header: &Arc<Segment>,
    ) -> Result<TypeId, ProducerError> {
        let id = Arc::make_mut(&mut self.schema).add(ty)?;
        self.log(memory, header)?;
        Ok(id)
    }

    /// Adds a type of another schema, with those that it refers to.
    pub(super) fn adopt(
        &mut self,
        other: &Schema,
        id: TypeId,
        memory: &mut Memory,
        header: &Arc<Segment>,
    ) -> Result<TypeId, ProducerError> {
        let id = Arc::make_mut(&mut self.schema).adopt(other, id)?;
        self.log(memory, header)?;
        Ok(id)
    }

    /// Writes the missing records, from where an earlier call ran out of memory.
    fn log(&mut self, memory: &mut Memory, header: &Arc<Segment>) -> Result<(), ProducerError> {
        while self.logged < self.schema.len() {
            if self.logged == self.table.capacity() {
                self.table.add_chunk(memory, header)?;
            }
            let id = TypeId(self.logged as u32);
            let description = codec::encode(&self.schema[id]);
            let block = memory.allocate(description.len() as u64)?;
            let bytes = memory.view(block.place, block.size);
            bytes
                .store_bytes_in_words(0, &description)
                .expect("allocated with this length");
            let record = self.table.record(self.logged);
            let hash = self.schema.hash_of(id);
            store(record, at::ID, u64::from(id.0));
            store(record, at::HASH_LOW, hash as u64);
            store(record, at::HASH_HIGH, (hash >> 64) as u64);
            store_ref(record, at::DESCRIPTION, block.place);
            store(record, at::DESCRIPTION_LEN, description.len() as u64);
            self.table.count_change(self.logged);
            self.logged += 1;
            let count = header
                .view()
                .word(header::TYPE_COUNT)
                .expect("the header has all its words");
            publish(count, self.logged as u64);
        }
        Ok(())
    }
}

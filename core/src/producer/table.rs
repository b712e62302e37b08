//! Writing a table: a chain of chunks of equal records.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::allocator::rounded;
use super::error::ProducerError;
use super::memory::Memory;
use crate::prefetch::prefetch;
use crate::shm::{Anchor, Segment, View};
use crate::sync::publish_next;
use crate::wire::{Ref, table as at};

/// A table that the producer appends to.
pub(super) struct Table {
    /// In the header: where the first chunk is.
    head_at: usize,
    record_bytes: usize,
    records_per_chunk: usize,
    chunks: Vec<Anchor>,
}

impl Table {
    pub(super) fn new(head_at: usize, record_bytes: usize, records_per_chunk: usize) -> Table {
        Table {
            head_at,
            record_bytes,
            records_per_chunk,
            chunks: Vec::new(),
        }
    }

    pub(super) fn chunk_count(&self) -> usize {
        self.chunks.len()
    }

    /// How much memory each chunk takes.
    pub(super) fn chunk_bytes(&self) -> u64 {
        rounded((at::HEADER_BYTES + self.record_bytes * self.records_per_chunk) as u64)
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.chunks.len() * self.records_per_chunk
    }

    /// Appends an empty chunk and links it; the caller then publishes a count that includes it.
    pub(super) fn add_chunk(
        &mut self,
        memory: &mut Memory,
        header: &Arc<Segment>,
    ) -> Result<(), ProducerError> {
        let bytes = at::HEADER_BYTES + self.record_bytes * self.records_per_chunk;
        let block = memory.allocate_zeros(bytes as u64)?;
        let chunk = memory.anchor(block.place, bytes as u64);
        let index = chunk.view().word(at::INDEX);
        index
            .expect("a word of the chunk's head")
            .store(self.chunks.len() as u64, Ordering::Relaxed);
        let link = match self.chunks.last() {
            Some(last) => last.view().word(at::NEXT),
            None => header.view().word(self.head_at),
        };
        // Relaxed: a reader follows the link only after it has seen a count that includes the chunk.
        link.expect("links are words of heads")
            .store(block.place.0, Ordering::Relaxed);
        self.chunks.push(chunk);
        Ok(())
    }

    /// The record at `index`, which lies in a chunk that was added.
    #[inline]
    pub(super) fn record(&self, index: usize) -> View<'_> {
        let offset = at::HEADER_BYTES + index % self.records_per_chunk * self.record_bytes;
        let chunk = self.chunks[index / self.records_per_chunk].view();
        chunk
            .part(offset, self.record_bytes)
            .expect("a chunk holds all its records")
    }

    /// Starts to load the record at `index`, if there is one.
    #[inline]
    pub(super) fn prefetch(&self, index: usize) {
        let offset = at::HEADER_BYTES + index % self.records_per_chunk * self.record_bytes;
        let chunk = self.chunks.get(index / self.records_per_chunk);
        if let Some(word) = chunk.and_then(|chunk| chunk.view().word(offset)) {
            prefetch(word);
        }
    }

    /// Counts a change of the record at `index`, after the change itself.
    #[inline]
    pub(super) fn count_change(&self, index: usize) {
        let number = index / self.records_per_chunk;
        let chunk = self.chunks[number].view();
        let used = chunk.word(at::USED).expect("a word of the chunk's head");
        let within = (index % self.records_per_chunk) as u64;
        if used.load(Ordering::Relaxed) <= within {
            used.store(within + 1, Ordering::Relaxed);
        }
        let first = self.chunks[number - number % at::GROUP].view();
        for (head, counter) in [(chunk, at::CHANGES), (first, at::GROUP_CHANGES)] {
            publish_next(head.word(counter).expect("a word of the chunk's head"));
        }
    }
}

/// Where a `Ref` leads, for tables that store them.
#[inline]
pub(super) fn store(record: View<'_>, offset: usize, value: u64) {
    record
        .word(offset)
        .expect("offsets of a record lie within it")
        .store(value, Ordering::Relaxed);
}

/// Stores a reference.
#[inline]
pub(super) fn store_ref(record: View<'_>, offset: usize, place: Ref) {
    store(record, offset, place.0);
}

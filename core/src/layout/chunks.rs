//! Walking a table: a chain of chunks of equal records, which only ever grows.

use super::{Layout, LayoutError};
use crate::shm::Anchor;
use crate::wire::{Ref, table as at};

/// The chunks of one table that were found so far.
pub(super) struct Chunks {
    what: &'static str,
    chunk_bytes: usize,
    found: Vec<Anchor>,
    places: Vec<Ref>,
}

impl Chunks {
    pub(super) fn new(what: &'static str, chunk_bytes: usize) -> Chunks {
        Chunks {
            what,
            chunk_bytes,
            found: Vec::new(),
            places: Vec::new(),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&Anchor> {
        self.found.get(index)
    }

    pub(super) fn place(&self, index: usize) -> Option<Ref> {
        self.places.get(index).copied()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Anchor> {
        self.found.iter()
    }

    /// Follows the chain, which starts at `head`, until there are `count` chunks.
    ///
    /// Each chunk must name its own position, so a chain cannot lead back; and chunks that do not
    /// overlap cannot be larger than the memory they lie in, which bounds the work for any bytes.
    pub(super) fn follow(
        &mut self,
        layout: &Layout,
        head: Ref,
        count: u64,
    ) -> Result<(), LayoutError> {
        while (self.found.len() as u64) < count {
            let index = self.found.len();
            let next = match self.found.last() {
                Some(last) => Ref(super::load(last, at::NEXT)),
                None => head,
            };
            let chunk = layout.resolve(next, self.chunk_bytes as u64)?;
            if super::load(&chunk, at::INDEX) != index as u64 {
                return Err(layout.damaged(
                    format!("the position of chunk {index} of {}", self.what),
                    &super::load(&chunk, at::INDEX),
                    "its place in the chain",
                ));
            }
            self.found.push(chunk);
            self.places.push(next);
            if (self.found.len() * self.chunk_bytes) as u64 > layout.mapped_bytes() {
                return Err(layout.damaged(
                    format!("the number of chunks of {}", self.what),
                    &count,
                    "as many as fit into the regions",
                ));
            }
        }
        Ok(())
    }
}

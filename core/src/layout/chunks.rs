//! Walking a table: a chain of chunks of equal records, which only ever grows.

use super::{Layout, LayoutError};
use crate::shm::Anchor;
use crate::wire::{Ref, table as at};

/// The chunks of one table that have been found so far.
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

    /// Follows the chain from `head` until `count` chunks are known. Chunks found before stay known;
    /// if the chain ends early, the error says why, and the next call tries again.
    ///
    /// Each chunk must name its own position, so a chain cannot lead back; and chunks that do not
    /// overlap cannot be larger than the memory they lie in, which bounds the work for any bytes.
    ///
    /// # Errors
    ///
    /// If not even the first chunk can be found, or the system refused.
    pub(super) fn follow(
        &mut self,
        layout: &Layout,
        head: Ref,
        count: u64,
    ) -> Result<Option<LayoutError>, LayoutError> {
        while (self.found.len() as u64) < count {
            match self.find_next(layout, head) {
                Err(error) if self.found.is_empty() || error.is_passing() => return Err(error),
                Err(error) => return Ok(Some(error)),
                Ok(()) => {}
            }
        }
        Ok(None)
    }

    fn find_next(&mut self, layout: &Layout, head: Ref) -> Result<(), LayoutError> {
        let index = self.found.len();
        let place = match self.found.last() {
            Some(last) => Ref(super::load(last, at::NEXT)),
            None => head,
        };
        let chunk = layout.resolve(place, self.chunk_bytes as u64, || {
            format!("the reference to chunk {index} of {}", self.what)
        })?;
        let position = super::load(&chunk, at::INDEX);
        if position != index as u64 {
            return Err(layout.damaged(
                format!("the position of chunk {index} of {}", self.what),
                &position,
                "its place in the chain",
            ));
        }
        if ((index + 1) * self.chunk_bytes) as u64 > layout.mapped_bytes() {
            return Err(layout.damaged(
                format!("the number of chunks of {}", self.what),
                &(index + 1),
                "as many as fit into the regions",
            ));
        }
        self.found.push(chunk);
        self.places.push(place);
        Ok(())
    }
}

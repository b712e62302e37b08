//! What the sampler needs of a field: where a change of it shows first, and whose bytes they are.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub(crate) use super::attached::Sight;
use super::error::ReadError;
use super::field::{ENTRY, Field, PLACE};
use super::number::is_one_load;
use super::path;
use super::place::{Place, Within};
use crate::prefetch::prefetch;
use crate::schema::{Bits, TypeId};
use crate::shm::{Cell, Scattered, Views};
use crate::sync::attempted;
use crate::sync::occupancy::{Alive, Occupancy};

/// Where a change of a field shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// In a cell of so many bytes, which is the whole value.
    Cell(usize),
    /// In the sequence of the guarded value that it is or lies in.
    Sequence,
    /// In its bytes.
    Bytes,
}

/// A part of a guarded value, and that value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuardedPart {
    /// The address of the value's word, which tells the value from others of one attachment.
    pub(crate) address: usize,
    /// Bytes of the whole value.
    pub(crate) whole: usize,
    /// Where the part starts in it.
    pub(crate) start: usize,
}

/// The value of one moment, and how often it was tried to copy it.
pub(crate) struct Copied {
    pub(crate) sequence: u64,
    pub(crate) retries: u32,
}

impl Field {
    pub(crate) fn shows(&self) -> Shows {
        let schema = self.session_schema();
        // What is tried out lies over the bytes, and shows in no cell.
        if self.trial().is_some() {
            return Shows::Bytes;
        }
        if is_one_load(schema, &self.object, &self.place) {
            return Shows::Cell(self.place.value_size(schema));
        }
        match self.place.inside(schema) {
            Within::Guarded { .. } if self.object.elements.is_none() => Shows::Sequence,
            _ => Shows::Bytes,
        }
    }

    /// What keeps its memory mapped.
    pub(crate) fn keeper(&self) -> &Arc<Sight> {
        self.memory.keeper()
    }

    /// Adds its cell to a list.
    pub(crate) fn scatter<A: Cell>(&self, cells: &mut Scattered<A, Sight>) {
        cells.push::<PLACE, _>(&self.memory);
    }

    /// Puts its first word where another one was.
    pub(crate) fn replace_word(&self, words: &mut Scattered<AtomicU64, Sight>, index: usize) {
        words.replace::<PLACE, _>(index, &self.memory);
    }

    /// Adds the state word of its object's entry to a list.
    pub(crate) fn scatter_entry(&self, words: &mut Scattered<AtomicU64, Sight>) {
        words.push::<ENTRY, _>(&self.memory);
    }

    /// Puts that word where another one was.
    pub(crate) fn replace_entry(&self, words: &mut Scattered<AtomicU64, Sight>, index: usize) {
        words.replace::<ENTRY, _>(index, &self.memory);
    }

    /// Adds the change counter of the directory chunk that has its object's entry.
    pub(crate) fn scatter_changes(&self, counters: &mut Scattered<AtomicU64, Sight>) {
        let (entry, slot) = (self.memory.view::<ENTRY>().address(), self.object.slot);
        counters.push_found(|sight| {
            let layout = &sight.attached.layout;
            let changes = layout.changes_around(entry, slot);
            changes.expect("an entry lies in a chunk of a mapped region")
        });
    }

    /// The slot of its object, and the state of the entry while that object lives.
    pub(crate) fn occupant(&self) -> (u32, Alive) {
        (self.object.slot, self.object.alive)
    }

    /// The chunk of the directory that has its object's entry.
    pub(crate) fn chunk(&self) -> usize {
        self.attached().layout.chunk_of(self.object.slot)
    }

    /// Its guarded value, if its changes show in a sequence.
    pub(crate) fn guarded_part(&self) -> Option<GuardedPart> {
        let (schema, object) = (self.session_schema(), self.object_view());
        let Within::Guarded { value, offset } = self.place.inside(schema) else {
            return None;
        };
        Some(GuardedPart {
            address: self.place.view(object).address(),
            whole: schema[value].size as usize,
            start: offset as usize,
        })
    }

    /// Copies the whole guarded value that it is or lies in.
    ///
    /// # Errors
    ///
    /// [`ReadError::Contended`] or [`ReadError::Gone`], as for [`Field::read`].
    pub(crate) fn copy_guarded(&self, bytes: &mut [u8]) -> Result<Copied, ReadError> {
        let (guarded, _) = self
            .place
            .guarded(self.session_schema(), self.object_view())
            .expect("asked of parts of guarded values only");
        self.while_alive(|| {
            let mut retries = 0;
            loop {
                if let Some(sequence) = guarded.slots.try_read_bytes(0, bytes) {
                    return Ok(Copied { sequence, retries });
                }
                retries = attempted(retries).map_err(|no| self.contended(None, no))?;
            }
        })
    }

    /// How many values were published so far of each guarded value inside of it.
    ///
    /// If they are the same before and after a read, that read has the values which they count.
    pub(crate) fn sequences(&self, out: &mut Vec<u64>) {
        out.clear();
        let (sight, object) = (self.sight(), self.object_view());
        let (cells, id) = (sight.cells(self.place.type_id), self.place.type_id);
        match self.object.elements {
            Some(count) => {
                let stride = sight.schema[id].size;
                for index in 0..count {
                    let element = Place::whole(index * stride, stride, id);
                    cells.sequences(element.view(object), out);
                }
            }
            None if self.place.inside(&sight.schema) == Within::Itself => {
                cells.sequences(self.place.view(object), out);
            }
            None => {}
        }
    }

    /// Fails if its object is dead. If not, everything copied from it before this call is its own.
    pub(crate) fn check_alive(&self) -> Result<(), ReadError> {
        self.while_alive(|| Ok(()))
    }

    /// Bytes that [`Field::read_into`] copies.
    pub(crate) fn copied_len(&self) -> usize {
        self.byte_len()
    }

    /// The type whose layout those bytes have, how often it repeats, and which bits of it are the value.
    pub(crate) fn copied_type(&self) -> (TypeId, u64, Option<Bits>) {
        let id = copied_type(self, &self.place);
        let count = self.object.elements.unwrap_or(1);
        (id, count, self.place.bits(self.session_schema()))
    }

    /// Whether a read of it is one copy of one moment.
    pub(crate) fn is_of_one_moment(&self) -> bool {
        match self.shows() {
            Shows::Cell(_) | Shows::Sequence => true,
            Shows::Bytes => self.place.bits(self.session_schema()).is_some(),
        }
    }
}

/// What tells, without a copy, that a whole object is still as it was when it was copied.
pub(crate) struct Glance {
    /// Its directory entry, and its bytes.
    memory: Views<Arc<Sight>, 2>,
    alive: Alive,
    type_id: TypeId,
}

impl Glance {
    /// `None` for what lies in something else, has elements, or is guarded as a whole.
    pub(crate) fn at(field: &Field) -> Option<Glance> {
        let (schema, id) = (field.session_schema(), field.place.type_id);
        let is_itself = field.place.inside(schema) == Within::Itself;
        let is_plain = field.sight().cells(id).guarded.is_none() && !field.is_packed_part();
        let is_one = field.object.elements.is_none() && field.trial().is_none();
        (is_itself && is_plain && is_one).then(|| Glance {
            memory: field.memory.first_and::<PLACE>(),
            alive: field.object.alive,
            type_id: id,
        })
    }

    /// Starts to load what it looks at into the cache.
    #[inline]
    pub(crate) fn fetch(&self) {
        prefetch(self.memory.first_word());
        self.memory.view::<1>().fetch();
    }

    /// Whether the object lives and has the value that [`Field::read_into`] copied to `bytes` when
    /// [`Field::sequences`] were `sequences`. `false` proves nothing: bytes behind the end of a text may differ.
    #[inline]
    pub(crate) fn is_same(&self, bytes: &[u8], sequences: &[u64]) -> bool {
        let sight = self.memory.keeper();
        let cells = sight.cells(self.type_id);
        let entry = Occupancy(self.memory.first_word());
        cells.are_same(self.memory.view::<1>(), bytes, &mut sequences.iter())
            && self.alive.still_holds(entry)
            && sight.is_whole()
    }
}

impl Sight {
    /// Whether no segment of the session is known to be cut short.
    #[inline]
    pub(crate) fn is_whole(&self) -> bool {
        self.attached.layout.check_cut().is_ok()
    }

    /// Whether an address lies in a segment that was cut short.
    pub(crate) fn is_cut_at(&self, address: usize) -> bool {
        self.attached.layout.is_cut_at(address)
    }
}

/// The labels that a path may start with.
pub(crate) fn labels_of_path(path: &str) -> Vec<String> {
    if path.starts_with('"') {
        return path::quoted_label(path).map_or_else(|_| Vec::new(), |(label, _)| vec![label]);
    }
    path::label_ends(path)
        .map(|end| path[..end].into())
        .collect()
}

/// Inside a guarded value the bytes are the value's, without the word before it.
fn copied_type(field: &Field, place: &Place) -> TypeId {
    match place.inside(field.session_schema()) {
        Within::Itself => place.type_id,
        _ => place.bare(field.session_schema()),
    }
}

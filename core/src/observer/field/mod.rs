//! A path that was resolved once: its place, and whether the object there is still the same.

mod inside;
mod parts;
mod reading;
mod steps;

use std::sync::Arc;

pub(in crate::observer) use inside::Inside;
pub use inside::Packing;
pub use parts::PackedPart;

use super::attached::{Attached, Sight};
use super::error::ReadError;
use super::follow::type_name;
use super::number::Numbers;
use super::path_text::PathText;
use super::place::{Place, Within};
use crate::prefetch::prefetch;
use crate::schema::{self, Kind, Metadata, Protection, Schema, TypeId};
use crate::shm::{self, View, Views};
use crate::sync::occupancy::{Alive, Occupancy};
use crate::sync::values_between;

/// A part of an object. Its path is resolved once; each read or write then costs a few loads.
///
/// A field owns what it needs: it may be cloned, sent to other threads, and outlive the observer. When
/// its object is destroyed, reads and writes answer `Gone`, whatever the memory holds then.
#[derive(Clone)]
pub struct Field {
    /// Its directory entry, which starts with the state word; the whole object; the place itself.
    pub(in crate::observer) memory: Views<Arc<Sight>, 3>,
    pub(in crate::observer) object: ObjectPlace,
    pub(in crate::observer) place: Place,
    /// How a lone number is read and written, without looking at its type again.
    pub(in crate::observer) numbers: Numbers,
    /// If it is a part of a packed record, which one. The place is then that of the whole record.
    pub(in crate::observer) inside: Option<Arc<Inside>>,
    path: PathText,
}

pub(in crate::observer) const ENTRY: usize = 0;
const OBJECT: usize = 1;
pub(in crate::observer) const PLACE: usize = 2;

/// Which object a field belongs to.
#[derive(Clone, Copy)]
pub(in crate::observer) struct ObjectPlace {
    pub(in crate::observer) alive: Alive,
    pub(in crate::observer) slot: u32,
    /// For an array of objects as a whole, the number of elements.
    pub(in crate::observer) elements: Option<u64>,
}

/// The description of a field; see [`Field::info`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldInfo<'a> {
    /// The type behind aliases and protections.
    pub type_id: TypeId,
    /// That type's name.
    pub type_name: String,
    /// How its reads and writes are protected.
    pub protection: Protection,
    /// Its annotations.
    pub metadata: &'a Metadata,
    /// Whether it, or a value around it, is declared read-only.
    pub readonly: bool,
    /// Bytes from the start of the object; for a guarded value, to its first copy.
    pub offset: u64,
    /// Bytes of the value.
    pub size: u64,
}

impl Field {
    /// A place in the object whose entry and bytes `look` finds.
    #[inline]
    pub(in crate::observer) fn new<E>(
        sight: &Arc<Sight>,
        object: ObjectPlace,
        place: Place,
        path: PathText,
        look: impl for<'a> FnOnce(&'a Attached) -> Result<[View<'a>; 2], E>,
    ) -> Result<Field, E> {
        let memory = Views::new(Arc::clone(sight), |sight| {
            let [entry, object] = look(&sight.attached)?;
            Ok([entry, object, place.view(object)])
        })?;
        let numbers = numbers(sight, &object, &place);
        Ok(Field {
            memory,
            object,
            place,
            numbers,
            inside: None,
            path,
        })
    }

    /// Whether the object is still alive.
    #[inline]
    pub fn is_alive(&self) -> bool {
        self.object.alive.holds(self.entry())
    }

    /// The state word of the object's directory entry.
    #[inline]
    pub(in crate::observer) fn entry(&self) -> Occupancy<'_> {
        Occupancy(self.memory.first_word())
    }

    /// Starts to load what a read looks at into the cache.
    #[inline]
    pub(crate) fn fetch(&self) {
        prefetch(self.memory.first_word());
        self.memory.view::<PLACE>().fetch();
    }

    /// The attachment and the types that it was resolved with.
    #[inline]
    pub(in crate::observer) fn sight(&self) -> &Sight {
        self.memory.keeper()
    }

    /// The attachment that it belongs to.
    pub(in crate::observer) fn attached(&self) -> &Attached {
        &self.memory.keeper().attached
    }

    /// The bytes of the whole object.
    pub(in crate::observer) fn object_view(&self) -> View<'_> {
        self.memory.view::<OBJECT>()
    }

    /// How many values were published from one [`Field::sequence`] of a value to a later one.
    pub fn published_between(earlier: u64, later: u64) -> u64 {
        values_between(earlier, later)
    }

    /// How many values were published in the guarded value that this field is or lies in. `None` if
    /// there is no such value, if the field is an array of objects with one each, or if the object is
    /// gone. The count begins anew after 2^40 values: [`Field::published_between`] compares two of them.
    pub fn sequence(&self) -> Option<u64> {
        if self.object.elements.is_some() {
            return None;
        }
        let (guarded, _) = self
            .place
            .guarded(self.session_schema(), self.object_view())?;
        self.while_alive(|| Ok(guarded.slots.sequence())).ok()
    }

    /// The living process that holds the right to write the guarded value that this field is or lies
    /// in, as [`WriteError::Busy`](crate::WriteError::Busy) names it. `None` if none holds it now.
    pub fn holder(&self) -> Option<String> {
        if self.object.elements.is_some() {
            return None;
        }
        let (guarded, _) = self
            .place
            .guarded(self.session_schema(), self.object_view())?;
        let owner = self.while_alive(|| Ok(guarded.slots.owner())).ok()?;
        let is_held = !owner.is_nobody() && !self.attached().is_dead(owner);
        is_held.then(|| self.attached().holder(owner))
    }

    /// Its full path, beginning with the label.
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// The field's type, annotations and protection.
    pub fn info(&self) -> FieldInfo<'_> {
        let type_id = self.type_id();
        let (offset, size) = match &self.inside {
            Some(inside) => (self.place.offset + inside.offset, inside.size),
            None => (
                self.place.offset,
                self.schema()[type_id].size * self.object.elements.unwrap_or(1),
            ),
        };
        FieldInfo {
            type_id,
            type_name: self.type_name(),
            protection: self.protection(),
            metadata: self.place.metadata(self.session_schema()),
            readonly: self.place.readonly,
            offset,
            size,
        }
    }

    /// The region that it lies in, one of [`Observer::regions`](super::Observer::regions). Searches all
    /// regions.
    pub fn region(&self) -> Option<u16> {
        let (region, _) = self.attached().layout.region_of(self.object_view())?;
        Some(region)
    }

    /// Where its object begins: bytes from the start of [`Field::region`]. Searches all regions.
    pub fn object_offset(&self) -> Option<u64> {
        let (_, offset) = self.attached().layout.region_of(self.object_view())?;
        Some(offset as u64)
    }

    /// The types that it was resolved with. For a single value in a packed record, these are not the
    /// session's types: they have its own type alone.
    pub fn schema(&self) -> &Arc<Schema> {
        match self.own_type() {
            Some((schema, _)) => schema,
            None => self.session_schema(),
        }
    }

    /// The types of the session.
    pub(crate) fn session_schema(&self) -> &Arc<Schema> {
        &self.memory.keeper().schema
    }

    /// The type behind aliases and protections, one of [`Field::schema`]; for an array of objects, that of
    /// each object. A struct or array in a packed record has the type of the whole record.
    pub fn type_id(&self) -> TypeId {
        match self.own_type() {
            Some((_, id)) => *id,
            None => self.place.bare(self.session_schema()),
        }
    }

    fn own_type(&self) -> Option<&(Arc<Schema>, TypeId)> {
        self.inside.as_ref()?.own_type.as_ref()
    }

    /// The type that it is stored as, protections included; for an array of objects, that of each object.
    pub fn storage_type(&self) -> TypeId {
        self.place.type_id
    }

    /// The members, if it is a struct or union.
    pub fn members(&self) -> Option<&[schema::Field]> {
        if self.object.elements.is_some() {
            None
        } else {
            self.schema()[self.type_id()].members()
        }
    }

    /// Number of elements, if it is an array or an array of objects.
    pub fn element_count(&self) -> Option<u64> {
        match (self.object.elements, &self.schema()[self.type_id()].kind) {
            (Some(count), _) => Some(count),
            (None, Kind::Array { count, .. }) => Some(*count),
            _ => None,
        }
    }

    pub(in crate::observer) fn type_name(&self) -> String {
        match &self.inside {
            Some(inside) => inside.type_name.clone(),
            None => type_name(self.session_schema(), self.object, self.place),
        }
    }

    #[cold]
    pub(in crate::observer) fn gone(&self) -> ReadError {
        // When the segment was cut short, the object's entry reads as zeros: no object.
        self.check_cut().err().unwrap_or_else(|| ReadError::Gone {
            path: self.path().into(),
        })
    }

    /// Fails if what was just read may be the zeros of a segment that was cut short.
    #[inline(always)]
    pub(in crate::observer) fn check_cut(&self) -> Result<(), ReadError> {
        if shm::cuts() == 0 {
            return Ok(());
        }
        self.find_cut()
    }

    #[cold]
    fn find_cut(&self) -> Result<(), ReadError> {
        let views = [self.memory.view::<ENTRY>(), self.object_view()];
        Ok(self.attached().layout.check_cut_around(&views)?)
    }

    /// Its own protection, or that of the value around it.
    fn protection(&self) -> Protection {
        match self.place.within {
            Within::Guarded { .. } => Protection::Seqlock,
            _ => self.session_schema().protection(self.place.type_id),
        }
    }
}

/// What is tried out lies over the bytes that are copied, so that nothing is read by itself there.
fn numbers(sight: &Sight, object: &ObjectPlace, place: &Place) -> Numbers {
    match sight.attached.trial {
        None => Numbers::of(&sight.schema, object, place),
        Some(_) => Numbers::default(),
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Field({}: {})", self.path(), self.type_name())
    }
}

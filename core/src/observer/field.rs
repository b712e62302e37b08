//! A path that was resolved once: its place, and whether the object there is still the same.

use std::sync::Arc;

use super::attached::{Attached, Sight};
use super::cells::Cells;
use super::error::{PathError, ReadError};
use super::follow::{follow, no_step, step_text, take_step, type_name};
use super::number::LoneNumber;
use super::path::{Step, Steps};
use super::path_text::PathText;
use super::place::{Place, Within};
use super::read::{self, Retries};
use super::typed::TypedField;
use crate::access::load;
use crate::observe::Observe;
use crate::schema::{self, Kind, Metadata, Protection, Schema, TypeId};
use crate::shm::{self, View, Views};
use crate::sync::Contended;
use crate::sync::occupancy::{Alive, Occupancy};
use crate::value::Value;

/// A part of an object. Its path is resolved once; each read or write then costs a few loads.
///
/// A field owns what it needs: it may be cloned, sent to other threads, and outlive the observer. When
/// its object is destroyed, reads and writes answer `Gone`, whatever the memory holds then.
#[derive(Clone)]
pub struct Field {
    /// Its directory entry, which starts with the state word; the whole object; the place itself.
    pub(super) memory: Views<Arc<Sight>, 3>,
    pub(super) object: ObjectPlace,
    pub(super) place: Place,
    /// How a lone number is read, without looking at its type again.
    number: Option<LoneNumber>,
    path: PathText,
}

pub(super) const ENTRY: usize = 0;
const OBJECT: usize = 1;
pub(super) const PLACE: usize = 2;

/// Which object a field belongs to.
#[derive(Clone, Copy)]
pub(super) struct ObjectPlace {
    pub(super) alive: Alive,
    pub(super) slot: u32,
    /// For an array of objects as a whole, the number of elements.
    pub(super) elements: Option<u64>,
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
    pub(super) fn new<E>(
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
        let number = lone_number(sight, &object, &place);
        Ok(Field {
            memory,
            object,
            place,
            number,
            path,
        })
    }

    /// Another place of the same object.
    fn with_place(&self, object: ObjectPlace, place: Place, path: PathText) -> Field {
        let number = lone_number(self.sight(), &object, &place);
        let memory = self
            .memory
            .clone()
            .replaced::<PLACE, OBJECT>(|object| place.view(object));
        Field {
            memory,
            object,
            place,
            number,
            path,
        }
    }

    /// Copies the present value out of shared memory.
    ///
    /// A guarded value is always from one write. A struct or array that is not protected as a whole
    /// may mix moments, but each protected part of it is from one write. The producer never waits for
    /// this call. Nothing is cached: the next call may return a newer value.
    ///
    /// # Errors
    ///
    /// - [`ReadError::Gone`]: the object was destroyed after the field was resolved.
    /// - [`ReadError::Contended`]: a new value was published during each attempt.
    /// - [`ReadError::Truncated`]: its segment was cut short, in a program that
    ///   [survives that](crate::survive_truncation).
    /// - [`ReadError::TooLarge`]: it has more than 2^24 values, or 1 GiB; read parts of it.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::{Observer, Value};
    ///
    /// let answer = session.object("answer", 42_i64)?;
    /// let observer = Observer::builder().dir(&dir).attach("example")?;
    /// let field = observer.field("answer")?;
    /// assert_eq!(field.read()?, Value::I64(42));
    /// answer.set(43);
    /// assert_eq!(field.read()?, Value::I64(43));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // Inlined for the commonest numbers, so that a caller that matches on the number has it in a register.
    // Returning it through memory took half as long again.
    #[inline(always)]
    pub fn read(&self) -> Result<Value, ReadError> {
        use LoneNumber::{F64, I64, U64};
        // Each kind has its own branch, without the checks of the others.
        match self.number {
            Some(I64) => self.read_number(I64),
            Some(U64) => self.read_number(U64),
            Some(F64) => self.read_number(F64),
            _ => None,
        }
        .map_or_else(|| self.read_other(), Ok)
    }

    /// The slow half of `read`, for everything but lone numbers.
    #[inline(never)]
    fn read_other(&self) -> Result<Value, ReadError> {
        let number = self.number.and_then(|number| self.read_number(number));
        number.map_or_else(|| self.read_whole(Retries::Retry), Ok)
    }

    /// The value, if the object is alive.
    #[inline(always)]
    fn read_number(&self, number: LoneNumber) -> Option<Value> {
        self.load(number.size()).map(|bits| number.value(bits))
    }

    /// Like [`Field::read`] with one attempt: [`ReadError::Contended`] if a value was published
    /// during it.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`].
    pub fn try_read(&self) -> Result<Value, ReadError> {
        self.read_whole(Retries::Once)
    }

    /// Copies the present bytes without checking whether the object still lives, to look at what was
    /// left behind.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`], without `Gone`.
    pub fn read_unchecked(&self) -> Result<Value, ReadError> {
        let value = self.copy(Retries::Retry);
        self.check_cut()?;
        value
    }

    /// Reads into a Rust type, whose members are found by name and must have the same types.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`]; [`ReadError::TypeMismatch`] says where the types differ, or that an
    /// enum holds a number without a variant.
    pub fn read_as<T: Observe>(&self) -> Result<T, ReadError> {
        self.typed()?.read()
    }

    /// Prepares repeated reads into a Rust type: compares the two types once, and not for each read.
    ///
    /// # Errors
    ///
    /// [`ReadError::TypeMismatch`] says where the types differ.
    pub fn typed<T: Observe>(&self) -> Result<TypedField<T>, ReadError> {
        TypedField::new(self)
    }

    /// Copies the bytes from which [`Field::read`] makes its value.
    ///
    /// The bytes lie as in memory. For a guarded member, only the place of the first copy is filled,
    /// with the last complete value; the words around it are zero. For a guarded value by itself, or a
    /// part of one, the result is its own bytes alone.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`].
    pub fn read_bytes(&self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        self.read_into(&mut bytes)?;
        Ok(bytes)
    }

    /// Like [`Field::read_bytes`], into a buffer that is used again: nothing is allocated once it is
    /// large enough. The bytes replace what was in it.
    ///
    /// A guarded value is always of one write. Numbers that follow each other without protection are
    /// copied in one run, each by a load of its own, so they may mix moments.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`]; the buffer is empty then. Of an array of objects
    /// [`ReadError::Contended`] names the element.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let levels = session.array_with("levels", 3, |index| index as u16)?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let field = observer.field("levels")?;
    /// let mut bytes = Vec::new();
    /// for _ in 0..3 {
    ///     field.read_into(&mut bytes)?;
    ///     assert_eq!(bytes, [0_u16, 1, 2].map(u16::to_ne_bytes).concat());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_into(&self, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        let copied = self.while_alive(|| {
            self.check_size()?;
            if self.has_gaps() {
                bytes.clear();
            }
            bytes.resize(self.byte_len(), 0);
            self.copy_bytes(bytes, Retries::Retry)
        });
        if copied.is_err() {
            bytes.clear();
        }
        copied
    }

    /// The value of bytes that [`Field::read_bytes`] of this field, or a [`Scan`](crate::sampler::Scan),
    /// returned earlier.
    ///
    /// # Panics
    ///
    /// If there are not as many bytes as those return.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let _answer = session.object("answer", 42_u16)?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let field = observer.field("answer")?;
    /// assert_eq!(field.value_of(&field.read_bytes()?), field.read()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn value_of(&self, bytes: &[u8]) -> Value {
        assert_eq!(bytes.len(), self.byte_len(), "bytes of {}", self.path());
        match self.object.elements {
            None => read::decode(self.schema(), &self.place, bytes),
            Some(_) => read::decode_each(self.sight(), &self.place, bytes),
        }
    }

    /// Bytes of the value, or of all elements of an array of objects.
    pub(super) fn byte_len(&self) -> usize {
        let elements = self.object.elements.unwrap_or(1) as usize;
        self.cells().len * elements
    }

    /// What a read of its type copies.
    #[inline]
    fn cells(&self) -> &Cells {
        self.sight().cells(self.place.type_id)
    }

    /// Whether some of those bytes belong to no value.
    fn has_gaps(&self) -> bool {
        read::has_gaps(self.sight(), &self.place)
    }

    /// Copies the bytes of the value, or of one element of an array of objects after the other.
    fn copy_bytes(&self, bytes: &mut [u8], retries: Retries) -> Result<(), ReadError> {
        let (sight, object) = (self.sight(), self.object_view());
        let copied = match self.object.elements {
            None => read::copy(sight, &self.place, object, bytes, retries).map_err(|no| (None, no)),
            Some(count) => read::copy_each(sight, &self.place, count, object, bytes, retries)
                .map_err(|(index, contended)| (Some(index), contended)),
        };
        copied.map_err(|(index, contended)| self.contended(index, contended))?;
        if self.trial().is_some() {
            self.lay_trial_over_all(bytes);
        }
        Ok(())
    }

    #[cold]
    fn lay_trial_over_all(&self, bytes: &mut [u8]) {
        if self.object.elements.is_none() {
            return self.lay_trial_over(&self.place, bytes);
        }
        let elements = bytes.chunks_exact_mut(self.cells().len.max(1));
        for (element, bytes) in self.parts().zip(elements) {
            self.lay_trial_over(&element.place, bytes);
        }
    }

    #[cold]
    pub(super) fn contended(
        &self,
        index: Option<usize>,
        Contended { attempts }: Contended,
    ) -> ReadError {
        let element = index.map_or(String::new(), |index| format!("[{index}]"));
        ReadError::Contended {
            path: format!("{}{element}", self.path()),
            attempts,
        }
    }

    /// Whether the object is still alive.
    #[inline]
    pub fn is_alive(&self) -> bool {
        self.object.alive.holds(self.entry())
    }

    /// The state word of the object's directory entry.
    #[inline]
    pub(super) fn entry(&self) -> Occupancy<'_> {
        Occupancy(self.memory.first_word())
    }

    /// How it is read and written by one access, if it is a lone number.
    pub(super) fn number(&self) -> Option<LoneNumber> {
        self.number
    }

    /// The attachment and the types that it was resolved with.
    #[inline]
    pub(super) fn sight(&self) -> &Sight {
        self.memory.keeper()
    }

    /// The attachment that it belongs to.
    pub(super) fn attached(&self) -> &Attached {
        &self.memory.keeper().attached
    }

    /// The bytes of the whole object.
    pub(super) fn object_view(&self) -> View<'_> {
        self.memory.view::<OBJECT>()
    }

    /// How many values were published in the guarded value that this field is or lies in. `None` if
    /// there is no such value, if the field is an array of objects with one each, or if the object is
    /// gone.
    pub fn sequence(&self) -> Option<u64> {
        if self.object.elements.is_some() {
            return None;
        }
        let (guarded, _) = self.place.guarded(self.schema(), self.object_view())?;
        self.while_alive(|| Ok(guarded.slots.sequence())).ok()
    }

    /// The living process that holds the right to write the guarded value that this field is or lies
    /// in, as [`WriteError::Busy`](crate::WriteError::Busy) names it. `None` if none holds it now.
    pub fn holder(&self) -> Option<String> {
        if self.object.elements.is_some() {
            return None;
        }
        let (guarded, _) = self.place.guarded(self.schema(), self.object_view())?;
        let owner = self.while_alive(|| Ok(guarded.slots.owner())).ok()?;
        let is_held = !owner.is_nobody() && !self.attached().is_dead(owner);
        is_held.then(|| self.attached().holder(owner))
    }

    /// The member `name` of a struct or union.
    ///
    /// # Errors
    ///
    /// [`PathError`] lists the names or indices that exist.
    pub fn member(&self, name: &str) -> Result<Field, PathError> {
        self.step(Step::Member(name))
    }

    /// An element of an array, or of an array of objects.
    ///
    /// # Errors
    ///
    /// [`PathError`] lists the names or indices that exist.
    pub fn element(&self, index: u64) -> Result<Field, PathError> {
        self.step(Step::Element(index))
    }

    /// The field that a path below this one leads to: `last_quote.bid_price`, `[2].price`.
    ///
    /// # Errors
    ///
    /// [`PathError`] says which step leads nowhere.
    pub fn at(&self, path: &str) -> Result<Field, PathError> {
        let dotted = if path.is_empty() || path.starts_with(['.', '[']) {
            path.into()
        } else {
            format!(".{path}")
        };
        self.follow(Steps::new(&dotted, 0))
    }

    /// Its full path, beginning with the label.
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// The field's type, annotations and protection.
    pub fn info(&self) -> FieldInfo<'_> {
        let type_id = self.place.bare(self.schema());
        FieldInfo {
            type_id,
            type_name: self.type_name(),
            protection: self.protection(),
            metadata: self.place.metadata(self.schema()),
            readonly: self.place.readonly,
            offset: self.place.offset,
            size: self.schema()[type_id].size * self.object.elements.unwrap_or(1),
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

    /// The types that it was resolved with.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.memory.keeper().schema
    }

    /// The type behind aliases and protections; for an array of objects, that of each object.
    pub fn type_id(&self) -> TypeId {
        self.place.bare(self.schema())
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

    pub(super) fn type_name(&self) -> String {
        type_name(self.schema(), self.object, self.place)
    }

    #[cold]
    pub(super) fn gone(&self) -> ReadError {
        // When the segment was cut short, the object's entry reads as zeros: no object.
        self.check_cut().err().unwrap_or_else(|| ReadError::Gone {
            path: self.path().into(),
        })
    }

    /// Fails if what was just read may be the zeros of a segment that was cut short.
    #[inline(always)]
    pub(super) fn check_cut(&self) -> Result<(), ReadError> {
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

    /// The elements of an array of objects, as fields.
    pub(super) fn parts(&self) -> impl Iterator<Item = Field> + '_ {
        let count = self.object.elements.unwrap_or(0);
        (0..count).map(|index| self.element(index).expect("below the count"))
    }

    fn follow(&self, steps: Steps<'_>) -> Result<Field, PathError> {
        let path = PathText::joined(self.path(), steps.rest());
        let (object, place) = follow(self.schema(), self.object, self.place, self.path(), steps)?;
        Ok(self.with_place(object, place, path))
    }

    fn step(&self, step: Step<'_>) -> Result<Field, PathError> {
        let taken = take_step(self.schema(), self.object, self.place, step);
        let (object, place) = taken.map_err(|reason| {
            let path = self.path().into();
            no_step(self.schema(), self.object, self.place, path, step, &reason)
        })?;
        let path = PathText::joined(self.path(), &step_text(step));
        Ok(self.with_place(object, place, path))
    }

    /// The bits of a lone number of `size` bytes, if the object is alive afterwards.
    #[inline(always)]
    pub(super) fn load(&self, size: usize) -> Option<u64> {
        let bits = load(self.memory.view::<PLACE>(), size);
        let is_sound = self.object.alive.still_holds(self.entry()) && self.check_cut().is_ok();
        is_sound.then_some(bits)
    }

    fn read_whole(&self, retries: Retries) -> Result<Value, ReadError> {
        self.while_alive(|| self.copy(retries))
    }

    /// What `read` returns, if the object is alive afterwards.
    pub(super) fn while_alive<R>(
        &self,
        read: impl FnOnce() -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        // Only to save the work.
        if !self.is_alive() {
            return Err(self.gone());
        }
        let result = read();
        if !self.object.alive.still_holds(self.entry()) {
            return Err(self.gone());
        }
        self.check_cut()?;
        result
    }

    fn copy(&self, retries: Retries) -> Result<Value, ReadError> {
        self.check_size()?;
        read::with_buffer(self.byte_len(), |bytes| {
            self.copy_bytes(bytes, retries)?;
            Ok(self.value_of(bytes))
        })
    }

    /// Refuses to read more at once than a program can be expected to have memory for.
    pub(super) fn check_size(&self) -> Result<(), ReadError> {
        // A text of any length is one value, and a struct may be mostly padding.
        let elements = self.object.elements.unwrap_or(1);
        let values = self.cells().values.saturating_mul(elements);
        if values > MAX_VALUES {
            let path = self.path().into();
            return Err(ReadError::TooLarge { path, values });
        }
        Ok(())
    }

    /// Hands the bytes of the value, as [`read::copy`] copies them, to `look`.
    pub(super) fn look_at_bytes<R>(
        &self,
        look: impl FnOnce(&[u8]) -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        self.check_size()?;
        read::with_buffer(self.byte_len(), |bytes| {
            self.while_alive(|| self.copy_bytes(bytes, Retries::Retry))?;
            look(bytes)
        })
    }

    /// Its own protection, or that of the value around it.
    fn protection(&self) -> Protection {
        match self.place.within {
            Within::Guarded { .. } => Protection::Seqlock,
            _ => self.schema().protection(self.place.type_id),
        }
    }
}

/// What is tried out lies over the bytes that are copied, so that nothing is read by itself there.
fn lone_number(sight: &Sight, object: &ObjectPlace, place: &Place) -> Option<LoneNumber> {
    match sight.attached.trial {
        None => LoneNumber::of(&sight.schema, object, place),
        Some(_) => None,
    }
}

/// Most values that one read makes.
const MAX_VALUES: u64 = 1 << 24;

impl std::fmt::Debug for Field {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Field({}: {})", self.path(), self.type_name())
    }
}

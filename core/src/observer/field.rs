//! A path that was resolved once: where it leads, and whether that is still the same object.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use super::attached::Attached;
use super::error::{PathError, ReadError};
use super::path::{Malformed, Step, Steps};
use super::place::{NoStep, Place, Within, load};
use super::read::{self, Patience};
use super::suggest;
use crate::layout::Alive;
use crate::observe::Observe;
use crate::schema::{self, Kind, Metadata, Protection, Schema, TypeId};
use crate::shm::{self, View, Views};
use crate::value::Value;

/// A part of an object, found by its path once and then read and written at the cost of a few loads.
///
/// It keeps what it needs: it may be cloned, sent to other threads, and outlive the observer. When
/// its object is destroyed, reads and writes answer `Gone`, whatever lies in that memory then.
#[derive(Clone)]
pub struct Field {
    /// Its directory entry, which starts with the state word; the whole object; the place itself.
    memory: Views<Arc<Attached>, 3>,
    pub(super) schema: Arc<Schema>,
    pub(super) object: ObjectPlace,
    pub(super) place: Place,
    /// How a lone number is read, without looking at its type again.
    quick: Option<Quick>,
    path: Arc<str>,
}

const ENTRY: usize = 0;
const OBJECT: usize = 1;
const PLACE: usize = 2;

/// Which object a field belongs to.
#[derive(Clone, Copy)]
pub(super) struct ObjectPlace {
    pub(super) alive: Alive,
    pub(super) slot: u32,
    /// For an array of objects as a whole, the number of elements.
    pub(super) elements: Option<u64>,
}

/// What is known of a field; see [`Field::info`].
#[derive(Clone, Debug)]
pub struct FieldInfo<'a> {
    /// The type behind aliases and protections.
    pub type_id: TypeId,
    /// That type's name.
    pub type_name: String,
    /// How reads and writes of it are kept whole.
    pub protection: Protection,
    /// What was declared about it.
    pub metadata: &'a Metadata,
    /// Whether it, or what it lies in, is declared read-only.
    pub readonly: bool,
    /// Bytes from the start of the object; of a guarded value, of its first copy.
    pub offset: u64,
    /// Bytes of the value.
    pub size: u64,
}

/// A number without names or annotations that change how it reads.
#[derive(Clone, Copy, Debug)]
enum Quick {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
}

impl Field {
    /// A place in the object whose entry and bytes `look` finds.
    pub(super) fn new<E>(
        attached: &Arc<Attached>,
        schema: &Arc<Schema>,
        object: ObjectPlace,
        place: Place,
        path: Arc<str>,
        look: impl for<'a> FnOnce(&'a Attached) -> Result<[View<'a>; 2], E>,
    ) -> Result<Field, E> {
        let memory = Views::new(Arc::clone(attached), |attached| {
            let [entry, object] = look(attached)?;
            Ok([entry, object, place.view(object)])
        })?;
        let quick = Quick::of(schema, &object, &place);
        Ok(Field {
            memory,
            schema: Arc::clone(schema),
            object,
            place,
            quick,
            path,
        })
    }

    /// Another place of the same object.
    fn with_place(&self, object: ObjectPlace, place: Place, path: String) -> Field {
        let quick = Quick::of(&self.schema, &object, &place);
        let memory = self
            .memory
            .clone()
            .replaced::<PLACE, OBJECT>(|object| place.view(object));
        Field {
            memory,
            schema: Arc::clone(&self.schema),
            object,
            place,
            quick,
            path: path.into(),
        }
    }

    /// Copies the present value out of shared memory.
    ///
    /// A guarded value is always of one write. A struct or array that is not protected as a whole
    /// may mix moments, each protected part of it being of one write. The producer never waits for
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
    /// use memglass::{AttachOptions, Value};
    ///
    /// let answer = session.object("answer", 42_i64)?;
    /// let observer = AttachOptions::new().dir(&dir).attach("example")?;
    /// let field = observer.field("answer")?;
    /// assert_eq!(field.read()?, Value::I64(42));
    /// answer.set(43);
    /// assert_eq!(field.read()?, Value::I64(43));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    // Not inlined: made in the caller's place once, a value is not moved from one to another.
    #[inline(never)]
    pub fn read(&self) -> Result<Value, ReadError> {
        match self.quick {
            Some(quick) => self.read_quick(quick),
            None => self.read_whole(Patience::Retry),
        }
    }

    /// Like [`Field::read`] with one attempt: [`ReadError::Contended`] if a value was published
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`].
    pub fn try_read(&self) -> Result<Value, ReadError> {
        self.read_whole(Patience::Once)
    }

    /// Copies whatever lies there now, without asking whether the object still lives: for a look at
    /// what was left behind.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`], without `Gone`.
    pub fn read_unchecked(&self) -> Result<Value, ReadError> {
        let value = self.copy(Patience::Retry);
        self.check_cut()?;
        value
    }

    /// Reads into a Rust type, whose members are found by name and must have the same types.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`]; [`ReadError::TypeMismatch`] says where the types differ, or that an
    /// enum holds a number that is none of its variants.
    pub fn read_as<T: Observe>(&self) -> Result<T, ReadError> {
        super::typed::read_as(self)
    }

    /// Whether the object is still alive.
    #[inline]
    pub fn is_alive(&self) -> bool {
        self.object.alive.holds(self.memory.first_word())
    }

    pub(super) fn is_alive_for_writing(&self) -> bool {
        self.object
            .alive
            .holds_for_writing(self.memory.first_word())
    }

    /// Whether it is a lone number, read and written by one access.
    pub(super) fn is_number(&self) -> bool {
        self.quick.is_some()
    }

    /// What it was attached with.
    pub(super) fn attached(&self) -> &Attached {
        self.memory.keeper()
    }

    /// The bytes of the whole object.
    pub(super) fn object_view(&self) -> View<'_> {
        self.memory.view::<OBJECT>()
    }

    /// How many values were published in the guarded place that this is or lies in; `None` if it
    /// lies in none, or the object is gone.
    pub fn sequence(&self) -> Option<u64> {
        let (guarded, _) = self.place.guarded(&self.schema, self.object_view())?;
        self.while_alive(|| Ok(guarded.slots.sequence())).ok()
    }

    /// The member `name` of a struct or union.
    ///
    /// # Errors
    ///
    /// [`PathError`] says what there is instead.
    pub fn member(&self, name: &str) -> Result<Field, PathError> {
        self.step(Step::Member(name))
    }

    /// An element of an array, or of an array of objects.
    ///
    /// # Errors
    ///
    /// [`PathError`] says what there is instead.
    pub fn element(&self, index: u64) -> Result<Field, PathError> {
        self.step(Step::Element(index))
    }

    /// What a path below this field leads to: `last_quote.bid_price`, `[2].price`.
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

    /// Its path from the label on.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is known of it.
    pub fn info(&self) -> FieldInfo<'_> {
        let type_id = self.place.bare(&self.schema);
        FieldInfo {
            type_id,
            type_name: self.type_name(),
            protection: self.protection(),
            metadata: self.place.metadata(&self.schema),
            readonly: self.place.readonly,
            offset: self.place.offset,
            size: self.schema[type_id].size * self.object.elements.unwrap_or(1),
        }
    }

    /// The types that it was resolved with.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The type behind aliases and protections; of an array of objects, of each.
    pub fn type_id(&self) -> TypeId {
        self.place.bare(&self.schema)
    }

    /// The members, if it is a struct or union.
    pub fn members(&self) -> Option<&[schema::Field]> {
        if self.object.elements.is_some() {
            None
        } else {
            self.schema[self.type_id()].members()
        }
    }

    /// Number of elements, if it is an array or an array of objects.
    pub fn element_count(&self) -> Option<u64> {
        match (self.object.elements, &self.schema[self.type_id()].kind) {
            (Some(count), _) => Some(count),
            (None, Kind::Array { count, .. }) => Some(*count),
            _ => None,
        }
    }

    pub(super) fn type_name(&self) -> String {
        type_name(&self.schema, self.object, self.place)
    }

    #[cold]
    pub(super) fn gone(&self) -> ReadError {
        // The entry of an object whose segment was cut short says that there is none.
        self.check_cut().err().unwrap_or_else(|| ReadError::Gone {
            path: self.path().into(),
        })
    }

    /// Says so if what was just read may be the zeros of a segment that was cut short.
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
        let path = format!("{}{}", self.path, steps.rest());
        let (object, place) = follow(&self.schema, self.object, self.place, &self.path, steps)?;
        Ok(self.with_place(object, place, path))
    }

    fn step(&self, step: Step<'_>) -> Result<Field, PathError> {
        let taken = take_step(&self.schema, self.object, self.place, step);
        let (object, place) = taken.map_err(|reason| {
            let path = self.path().into();
            no_step(&self.schema, self.object, self.place, path, step, &reason)
        })?;
        let mut path = String::with_capacity(self.path.len() + 24);
        path.push_str(&self.path);
        push_step(&mut path, step);
        Ok(self.with_place(object, place, path))
    }

    #[inline(always)]
    fn read_quick(&self, quick: Quick) -> Result<Value, ReadError> {
        Ok(match quick {
            Quick::I8 => Value::I64(i64::from(self.load(1)? as i8)),
            Quick::I16 => Value::I64(i64::from(self.load(2)? as i16)),
            Quick::I32 => Value::I64(i64::from(self.load(4)? as i32)),
            Quick::I64 => Value::I64(self.load(8)? as i64),
            Quick::U8 => Value::U64(self.load(1)?),
            Quick::U16 => Value::U64(self.load(2)?),
            Quick::U32 => Value::U64(self.load(4)?),
            Quick::U64 => Value::U64(self.load(8)?),
            Quick::F64 => Value::F64(f64::from_bits(self.load(8)?)),
            Quick::Bool | Quick::F32 => return self.read_narrow(quick),
        })
    }

    /// Apart, because otherwise all kinds would be stored in pieces of the size of these, which
    /// doubles the time that a read takes.
    #[inline(never)]
    fn read_narrow(&self, quick: Quick) -> Result<Value, ReadError> {
        match quick {
            Quick::F32 => Ok(Value::F32(f32::from_bits(self.load(4)? as u32))),
            _ => Ok(Value::Bool(self.load(1)? != 0)),
        }
    }

    /// The bits of a lone number of `size` bytes, if the object was alive before and after.
    #[inline(always)]
    fn load(&self, size: usize) -> Result<u64, ReadError> {
        if !self.is_alive() {
            return Err(self.gone());
        }
        // Pairs with the release store that made the entry alive.
        fence(Ordering::Acquire);
        let bits = load(self.memory.view::<PLACE>(), size);
        // Pairs with the release fence before an object's bytes are given to another: if the bits
        // are another object's, the entry is seen to have changed.
        fence(Ordering::Acquire);
        if !self.is_alive() {
            return Err(self.gone());
        }
        self.check_cut()?;
        Ok(bits)
    }

    fn read_whole(&self, patience: Patience) -> Result<Value, ReadError> {
        self.while_alive(|| self.copy(patience))
    }

    /// What `read` returns, if the object was alive before and after.
    pub(super) fn while_alive<R>(
        &self,
        read: impl FnOnce() -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        if !self.is_alive() {
            return Err(self.gone());
        }
        // These fences have the partners named in `load`.
        fence(Ordering::Acquire);
        let result = read();
        fence(Ordering::Acquire);
        if !self.is_alive() {
            return Err(self.gone());
        }
        self.check_cut()?;
        result
    }

    fn copy(&self, patience: Patience) -> Result<Value, ReadError> {
        self.check_size()?;
        if self.object.elements.is_some() {
            return self
                .parts()
                .map(|part| part.copy(patience))
                .collect::<Result<_, _>>()
                .map(Value::List);
        }
        let bytes = self.bytes(patience)?;
        Ok(read::decode(&self.schema, &self.place, &bytes))
    }

    /// Refuses to read more at once than a program can be expected to have memory for.
    pub(super) fn check_size(&self) -> Result<(), ReadError> {
        // A text is one value whatever its length, and a struct may be mostly padding.
        let bytes = self.schema[self.place.type_id].size;
        let values = self.schema.values_of(self.place.type_id);
        let values = values
            .max(bytes / BYTES_PER_VALUE)
            .saturating_mul(self.object.elements.unwrap_or(1));
        if values > MAX_VALUES {
            let path = self.path().into();
            return Err(ReadError::TooLarge { path, values });
        }
        Ok(())
    }

    /// The bytes of the value, in the layout that [`read::bytes`] says.
    pub(super) fn bytes(&self, patience: Patience) -> Result<Vec<u8>, ReadError> {
        self.check_size()?;
        read::bytes(&self.schema, &self.place, self.object_view(), patience).map_err(|contended| {
            ReadError::Contended {
                path: self.path().into(),
                attempts: contended.attempts,
            }
        })
    }

    /// The protection that it is under itself, or by what it lies in.
    fn protection(&self) -> Protection {
        match self.place.within {
            Within::Guarded { .. } => Protection::Seqlock,
            _ => self.schema.protection(self.place.type_id),
        }
    }
}

/// Follows steps from a place whose path is `start`.
pub(super) fn follow(
    schema: &Schema,
    mut object: ObjectPlace,
    mut place: Place,
    start: &str,
    mut steps: Steps<'_>,
) -> Result<(ObjectPlace, Place), PathError> {
    let all = steps.rest();
    loop {
        let taken = all.len() - steps.rest().len();
        let Some(step) = steps.next() else {
            return Ok((object, place));
        };
        let path = || format!("{start}{}", &all[..taken]);
        let step = step.map_err(|Malformed { at, expected }| PathError::Malformed {
            path: steps.text().into(),
            at,
            expected: expected.into(),
        })?;
        (object, place) = take_step(schema, object, place, step)
            .map_err(|reason| no_step(schema, object, place, path(), step, &reason))?;
    }
}

fn take_step(
    schema: &Schema,
    object: ObjectPlace,
    place: Place,
    step: Step<'_>,
) -> Result<(ObjectPlace, Place), NoStep> {
    let place = match (object.elements, step) {
        (Some(count), Step::Element(index)) if index < count => {
            let size = schema[place.type_id].size;
            Place::whole(index * size, size, place.type_id)
        }
        (Some(count), Step::Element(_)) => return Err(NoStep::OutOfRange { count }),
        (Some(_), Step::Member(_)) => return Err(NoStep::NotAStruct),
        (None, step) => place.step(schema, step)?,
    };
    Ok((
        ObjectPlace {
            elements: None,
            ..object
        },
        place,
    ))
}

fn push_step(path: &mut String, step: Step<'_>) {
    match step {
        Step::Member(name) => {
            path.push('.');
            path.push_str(name);
        }
        Step::Element(index) => path.push_str(&format!("[{index}]")),
    }
}

fn type_name(schema: &Schema, object: ObjectPlace, place: Place) -> String {
    let name = schema.type_name(place.bare(schema));
    object
        .elements
        .map_or(name.clone(), |count| format!("{name}[{count}]"))
}

#[cold]
fn no_step(
    schema: &Schema,
    object: ObjectPlace,
    place: Place,
    path: String,
    step: Step<'_>,
    reason: &NoStep,
) -> PathError {
    let type_name = type_name(schema, object, place);
    let ty = &schema[place.bare(schema)];
    let noun = if object.elements.is_some() {
        "an array"
    } else {
        ty.kind.noun()
    };
    match (step, reason) {
        (Step::Element(index), NoStep::OutOfRange { count }) => PathError::IndexOutOfRange {
            path,
            index,
            count: *count,
        },
        (Step::Member(name), NoStep::NoSuchMember) => {
            let members = ty
                .members()
                .unwrap_or_default()
                .iter()
                .map(|field| &*field.name);
            let suggestion = suggest::among(name, members);
            PathError::NoSuchField {
                object: path,
                type_name,
                field: name.into(),
                suggestion,
            }
        }
        (Step::Member(name), _) => PathError::NotAStruct {
            path,
            noun: noun.into(),
            type_name,
            field: name.into(),
        },
        (Step::Element(_), _) => PathError::NotAnArray {
            path,
            noun: noun.into(),
            type_name,
        },
    }
}

/// Bytes that count as a value, however few values they hold.
const BYTES_PER_VALUE: u64 = 64;

/// Most values that one read makes.
const MAX_VALUES: u64 = 1 << 24;

impl Quick {
    fn of(schema: &Schema, object: &ObjectPlace, place: &Place) -> Option<Quick> {
        if object.elements.is_some() {
            return None;
        }
        let ty = &schema[place.bare(schema)];
        let metadata = place.metadata(schema);
        let named = !(metadata.names.is_empty() && metadata.flags.is_empty());
        if place.inside(schema) != Within::Itself
            || place.bits(schema).is_some()
            || named
            || ty.size > 8
        {
            return None;
        }
        Some(match (&ty.kind, ty.size) {
            (Kind::Bool, _) => Quick::Bool,
            (Kind::Int { signed: true }, 1) => Quick::I8,
            (Kind::Int { signed: true }, 2) => Quick::I16,
            (Kind::Int { signed: true }, 4) => Quick::I32,
            (Kind::Int { signed: true }, _) => Quick::I64,
            (Kind::Int { signed: false }, 1) => Quick::U8,
            (Kind::Int { signed: false }, 2) => Quick::U16,
            (Kind::Int { signed: false }, 4) => Quick::U32,
            (Kind::Int { signed: false }, _) => Quick::U64,
            (Kind::Float, 4) => Quick::F32,
            (Kind::Float, _) => Quick::F64,
            _ => return None,
        })
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Field({}: {})", self.path, self.type_name())
    }
}

//! Values whose type is known only at run time: what no Rust type stands for, written and read by
//! its description.

use std::ops::Deref;
use std::sync::Arc;

use super::cell_error::CellError;
use super::error::ProducerError;
use super::object::Block;
use super::session::Session;
use crate::access::{self, get_scalar, load, put_scalar, store};
use crate::coerce::{self, Strictness};
use crate::schema::{Bits, Field, Kind, Metadata, Protection, Schema, Type, TypeId, words_of};
use crate::shm::View;
use crate::sync::{self, Claim, Owner, TwoSlot};
use crate::value::Value;

/// A [`Block`] whose type is decided: from here on each of its bytes has one width, and all access
/// goes through [`RawCell`]s of that type.
pub struct TypedBlock {
    block: Block,
    schema: Arc<Schema>,
    type_id: TypeId,
    /// `None` for a single value.
    count: Option<u64>,
}

/// A value in shared memory by its runtime type, or a member or element of one.
///
/// Copying it is free. What is written through it, observers see as they see what a typed
/// [`Object`](crate::Object) stores; annotations such as `range` limit observers, not the producer.
#[derive(Clone, Copy)]
pub struct RawCell<'b> {
    pub(super) schema: &'b Schema,
    pub(super) type_id: TypeId,
    /// The member that it is, if it is one.
    field: Option<&'b Field>,
    view: View<'b>,
}

impl Session {
    /// Allocates zeroed memory for a value of a type of this session, or for an array of `count`.
    /// No observer sees it until it is [registered](Session::register).
    ///
    /// # Errors
    ///
    /// - [`ProducerError::Memory`]: the session has no such type.
    /// - [`ProducerError::Size`], [`ProducerError::Shm`]: as for [`Session::allocate`].
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass::schema::{Kind, Type};
    /// use memglass::Value;
    ///
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let number = session.add_type(Type::new("u32", 4, 4, Kind::Int { signed: false }))?;
    /// let memory = session.allocate_typed(number, None)?;
    /// memory.cell().write(&Value::U64(7))?;
    /// let count = session.register("count", memory)?;
    /// count.cell().write_bytes(&8_u32.to_ne_bytes())?;
    /// assert_eq!(count.cell().read()?, Value::U64(8));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allocate_typed(
        &self,
        type_id: TypeId,
        count: Option<u64>,
    ) -> Result<TypedBlock, ProducerError> {
        let schema = self.shared.registry_of_mine()?.types.shared_schema();
        let ty = schema.get(type_id).ok_or(ProducerError::Memory {
            reason: "has a type that the session does not know",
        })?;
        let bytes = ty.size.checked_mul(count.unwrap_or(1));
        let bytes = bytes.ok_or(ProducerError::Size { bytes: u64::MAX })?;
        self.allocate(bytes, ty.align)?.typed(type_id, count)
    }
}

impl Block {
    /// Decides what the memory holds: a value of a type of the session, or with `count` an array of
    /// that many.
    ///
    /// # Errors
    ///
    /// [`ProducerError::Memory`]: the block is too small or misaligned for the type, or the session
    /// has no such type.
    pub fn typed(self, type_id: TypeId, count: Option<u64>) -> Result<TypedBlock, ProducerError> {
        let refuse = |reason| Err(ProducerError::Memory { reason });
        let schema = self.shared.registry_of_mine()?.types.shared_schema();
        let Some(ty) = schema.get(type_id) else {
            return refuse("has a type that the session does not know");
        };
        let size = ty.size.checked_mul(count.unwrap_or(1));
        if count == Some(0) || size.is_none_or(|size| size > self.len() as u64) {
            return refuse("is smaller than its type");
        }
        if !self.memory.place.offset().is_multiple_of(ty.align) {
            return refuse("is not aligned for its type");
        }
        Ok(TypedBlock {
            block: self,
            schema,
            type_id,
            count,
        })
    }
}

impl TypedBlock {
    /// The type of the value, or of an array's elements.
    pub fn type_id(&self) -> TypeId {
        self.type_id
    }

    /// The types of the session, as far as they were known when the type was decided.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How many elements an array has; `None` for a single value.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// The value, or the first element of an array.
    pub fn cell(&self) -> RawCell<'_> {
        self.element(0).expect("there is at least one value")
    }

    /// The element at `index` of an array; a single value is at 0.
    pub fn element(&self, index: u64) -> Option<RawCell<'_>> {
        let size = self.schema[self.type_id].size;
        (index < self.count.unwrap_or(1)).then(|| RawCell {
            schema: &self.schema,
            type_id: self.type_id,
            field: None,
            view: part(self.block.view(), index * size, size),
        })
    }

    pub(super) fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }
}

impl Deref for TypedBlock {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.block
    }
}

impl std::fmt::Debug for TypedBlock {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.schema.type_name(self.type_id);
        write!(out, "TypedBlock({name}, {:?})", self.block)
    }
}

impl<'b> RawCell<'b> {
    /// Its type, protection included.
    pub fn type_id(self) -> TypeId {
        self.type_id
    }

    /// The member of this name of a struct that is not guarded as a whole.
    ///
    /// # Errors
    ///
    /// [`CellError::NoMember`] if there is none: the members of a union or of a guarded struct are
    /// no cells of their own, as they are only written with the whole.
    pub fn member(self, name: &str) -> Result<RawCell<'b>, CellError> {
        let none = || CellError::NoMember {
            type_name: self.type_name(),
            member: name.into(),
        };
        let bare = self.bare();
        let fields = match &bare.kind {
            Kind::Struct { fields } if !self.is_guarded() => fields,
            _ => return Err(none()),
        };
        let field = fields.iter().find(|field| &*field.name == name);
        Ok(self.of_field(field.ok_or_else(none)?))
    }

    /// The element at `index` of an array that is not guarded as a whole.
    ///
    /// # Errors
    ///
    /// [`CellError::NoElement`] if there is none.
    pub fn element(self, index: u64) -> Result<RawCell<'b>, CellError> {
        match self.bare().kind {
            Kind::Array { element, count } if index < count && !self.is_guarded() => {
                Ok(self.of_element(element, index))
            }
            _ => Err(CellError::NoElement {
                type_name: self.type_name(),
                index,
            }),
        }
    }

    /// Writes a value, with the checks that its type demands.
    ///
    /// A guarded value is written as one; of a record, members that are not mentioned keep their
    /// values. What is not guarded as a whole is written part by part, after all parts were checked.
    ///
    /// # Errors
    ///
    /// - [`CellError::Refused`]: the type cannot hold the value; nothing has changed.
    /// - [`CellError::Busy`]: another live writer held a guarded part all the time; parts before it
    ///   may have changed.
    pub fn write(self, value: &Value) -> Result<(), CellError> {
        let mut parts = Vec::new();
        self.split(value, &mut parts)?;
        for (cell, value) in &parts {
            let mut bytes = cell.present()?;
            cell.encode(value, &mut bytes)?;
        }
        parts
            .into_iter()
            .try_for_each(|(cell, value)| cell.change(|bytes| cell.encode(value, bytes)))
    }

    /// Writes a value that is given as bytes: those of the unprotected type, in native byte order. Of a
    /// bitfield they are those of its integer, of which only its own bits are written.
    ///
    /// # Errors
    ///
    /// - [`CellError::Length`]: the value has another number of bytes.
    /// - [`CellError::Parts`]: members are protected one by one, so the whole has no such bytes.
    /// - [`CellError::Busy`]: another live writer held a guarded value all the time.
    pub fn write_bytes(self, bytes: &[u8]) -> Result<(), CellError> {
        self.check_whole(bytes.len())?;
        self.change(|present| {
            present.copy_from_slice(bytes);
            Ok(())
        })
    }

    /// Reads the value as bytes: those of the unprotected type, in native byte order.
    ///
    /// A guarded value is of one write; of a bitfield, the bytes are those of its integer.
    ///
    /// # Errors
    ///
    /// - [`CellError::Length`], [`CellError::Parts`]: as for [`RawCell::write_bytes`].
    /// - [`CellError::Contended`]: a new value was published during each attempt.
    pub fn read_bytes(self, bytes: &mut [u8]) -> Result<(), CellError> {
        self.check_whole(bytes.len())?;
        self.load(bytes)
    }

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// As for [`RawCell::read_bytes`].
    pub fn read(self) -> Result<Value, CellError> {
        let mut bytes = vec![0; self.bare().size as usize];
        self.read_bytes(&mut bytes)?;
        Ok(match self.bitfield() {
            Some(field) => coerce::decode_field(self.schema, field, &bytes),
            _ => coerce::decode_value(self.schema, self.bare_id(), self.metadata(), &bytes),
        })
    }

    /// Changes the bytes of a guarded value in one step that no other writer can come between.
    ///
    /// # Errors
    ///
    /// - [`CellError::NotGuarded`]: nothing holds other writers off.
    /// - [`CellError::Busy`]: another live writer held the value all the time; `change` was not called.
    pub fn update_bytes(self, change: impl FnOnce(&mut [u8])) -> Result<(), CellError> {
        if !self.is_guarded() {
            return Err(CellError::NotGuarded {
                type_name: self.type_name(),
            });
        }
        self.change(|bytes| {
            change(bytes);
            Ok(())
        })
    }

    /// The parts that a value goes to, each of them guarded, a union, or one number or text.
    fn split<'v>(
        self,
        value: &'v Value,
        parts: &mut Vec<(RawCell<'b>, &'v Value)>,
    ) -> Result<(), CellError> {
        match (&self.bare().kind, value) {
            (Kind::Struct { .. }, Value::Record(members)) if !self.is_guarded() => members
                .iter()
                .try_for_each(|(name, value)| self.member(name)?.split(value, parts)),
            (Kind::Array { element, count }, Value::List(values))
                if !self.is_guarded() && values.len() as u64 == *count =>
            {
                (0..).zip(values).try_for_each(|(index, value)| {
                    self.of_element(*element, index).split(value, parts)
                })
            }
            _ => {
                parts.push((self, value));
                Ok(())
            }
        }
    }

    /// Puts `value` into the present bytes of this part.
    fn encode(self, value: &Value, bytes: &mut [u8]) -> Result<(), CellError> {
        let forced = Strictness::Forced;
        Ok(match self.bitfield() {
            Some(field) => coerce::encode_field(self.schema, field, value, forced, bytes),
            _ => coerce::encode_value(
                self.schema,
                self.bare_id(),
                self.metadata(),
                value,
                forced,
                bytes,
            ),
        }?)
    }

    /// The present bytes.
    fn present(self) -> Result<Vec<u8>, CellError> {
        let mut bytes = vec![0; self.bare().size as usize];
        self.check_whole(bytes.len())?;
        self.load(&mut bytes)?;
        Ok(bytes)
    }

    /// Replaces the present bytes by what `new` makes of them, under the protection of the cell.
    fn change(self, new: impl FnOnce(&mut [u8]) -> Result<(), CellError>) -> Result<(), CellError> {
        if self.is_guarded() {
            return self.change_guarded(new);
        }
        if let Some(bits) = self.bits() {
            return self.change_bits(bits, new);
        }
        let mut bytes = self.present()?;
        new(&mut bytes)?;
        each_scalar(
            self.schema,
            self.type_id,
            self.view,
            0,
            &mut |view, size, at| {
                store(view, size, get_scalar(&bytes[at..at + size]));
            },
        );
        Ok(())
    }

    fn change_guarded(
        self,
        new: impl FnOnce(&mut [u8]) -> Result<(), CellError>,
    ) -> Result<(), CellError> {
        let claim = self.claim()?;
        let size = self.bare().size;
        let mut words = vec![0; words_of(size) as usize];
        claim.read_current(&mut words);
        let mut bytes = bytes_of(&words, size as usize);
        new(&mut bytes)?;
        for (word, bytes) in words.iter_mut().zip(bytes.chunks(8)) {
            *word = word_of(bytes);
        }
        claim.publish_and_release(&words);
        Ok(())
    }

    /// Only the bits of the member: observers may change others of the integer meanwhile.
    fn change_bits(
        self,
        bits: Bits,
        new: impl FnOnce(&mut [u8]) -> Result<(), CellError>,
    ) -> Result<(), CellError> {
        let mut bytes = self.present()?;
        new(&mut bytes)?;
        let wanted = get_scalar(&bytes);
        access::store_bits(self.view, bytes.len(), mask(bits), wanted);
        Ok(())
    }

    fn load(self, bytes: &mut [u8]) -> Result<(), CellError> {
        if self.is_guarded() {
            self.slots().read_bytes(0, bytes)?;
            return Ok(());
        }
        each_scalar(
            self.schema,
            self.type_id,
            self.view,
            0,
            &mut |view, size, at| {
                put_scalar(load(view, size), &mut bytes[at..at + size]);
            },
        );
        Ok(())
    }

    /// That the whole has bytes of its own, and so many.
    fn check_whole(self, found: usize) -> Result<(), CellError> {
        if !self.is_guarded() && has_guarded_parts(self.schema, self.type_id) {
            return Err(CellError::Parts {
                type_name: self.type_name(),
            });
        }
        let expected = self.bare().size;
        if found as u64 != expected {
            return Err(CellError::Length {
                type_name: self.type_name(),
                expected,
                found: found as u64,
            });
        }
        Ok(())
    }

    fn claim(self) -> Result<Claim<'b>, CellError> {
        let address = self.view.address();
        let is_dead = |owner| sync::is_dead(address, owner);
        Ok(self.slots().claim(Owner::PRODUCER, is_dead)?)
    }

    fn slots(self) -> TwoSlot<'b> {
        access::guarded(self.view, words_of(self.bare().size) as usize)
    }

    pub(super) fn of_field(self, field: &'b Field) -> RawCell<'b> {
        let size = self.schema[field.type_id].size;
        RawCell {
            type_id: field.type_id,
            field: Some(field),
            view: part(self.view, field.offset, size),
            ..self
        }
    }

    pub(super) fn of_element(self, element: TypeId, index: u64) -> RawCell<'b> {
        let size = self.schema[element].size;
        RawCell {
            type_id: element,
            view: part(self.view, index * size, size),
            ..self
        }
    }

    /// The member that it is, if that is a bitfield.
    fn bitfield(self) -> Option<&'b Field> {
        self.field.filter(|field| field.bits.is_some())
    }

    fn bits(self) -> Option<Bits> {
        self.field?.bits
    }

    pub(super) fn is_guarded(self) -> bool {
        is_guarded(self.schema, self.type_id)
    }

    pub(super) fn has_guarded_parts(self) -> bool {
        has_guarded_parts(self.schema, self.type_id)
    }

    /// Calls `visit` for each place that is accessed at once, with its size and its offset. None may be
    /// guarded.
    pub(super) fn each_scalar(self, visit: &mut dyn FnMut(View<'b>, usize, usize)) {
        each_scalar(self.schema, self.type_id, self.view, 0, visit);
    }

    pub(super) fn bare_id(self) -> TypeId {
        self.schema.bare(self.type_id)
    }

    pub(super) fn bare(self) -> &'b Type {
        &self.schema[self.bare_id()]
    }

    fn metadata(self) -> &'b Metadata {
        self.field.map_or(Metadata::none(), |field| &field.metadata)
    }

    pub(super) fn type_name(self) -> String {
        self.schema.type_name(self.type_id)
    }
}

impl std::fmt::Debug for RawCell<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "RawCell({})", self.type_name())
    }
}

pub(super) fn is_guarded(schema: &Schema, id: TypeId) -> bool {
    matches!(
        schema.protection(id),
        Protection::Seqlock | Protection::Locked
    )
}

fn has_guarded_parts(schema: &Schema, id: TypeId) -> bool {
    match &schema[id].kind {
        Kind::Alias { of } | Kind::Array { element: of, .. } => has_guarded_parts(schema, *of),
        Kind::Struct { fields } => fields
            .iter()
            .any(|field| has_guarded_parts(schema, field.type_id)),
        _ => is_guarded(schema, id),
    }
}

/// Calls `visit` for each place that is accessed at once, with its size and its offset, which begins
/// at `at`. None may be guarded.
fn each_scalar<'v>(
    schema: &Schema,
    id: TypeId,
    view: View<'v>,
    at: usize,
    visit: &mut dyn FnMut(View<'v>, usize, usize),
) {
    let ty = &schema[id];
    let units = |size: usize, visit: &mut dyn FnMut(View<'v>, usize, usize)| {
        for offset in (0..ty.size as usize).step_by(size) {
            visit(part(view, offset as u64, size as u64), size, at + offset);
        }
    };
    match &ty.kind {
        Kind::Alias { of } | Kind::Protected { value: of, .. } => {
            each_scalar(schema, *of, view, at, visit);
        }
        Kind::Struct { fields } => {
            for field in fields {
                let view = part(view, field.offset, schema[field.type_id].size);
                let at = at + field.offset as usize;
                each_scalar(schema, field.type_id, view, at, visit);
            }
        }
        Kind::Array { element, count } => {
            let size = schema[*element].size;
            for index in 0..*count {
                let offset = index * size;
                let view = part(view, offset, size);
                each_scalar(schema, *element, view, at + offset as usize, visit);
            }
        }
        Kind::Text | Kind::Record { .. } => units(1, visit),
        Kind::Union { .. } => units(8, visit),
        _ => units(ty.size.min(8) as usize, visit),
    }
}

fn part(view: View<'_>, offset: u64, size: u64) -> View<'_> {
    view.part(offset as usize, size as usize)
        .expect("a checked schema keeps parts inside")
}

/// The bits of an integer that are those of a bitfield.
pub(super) fn mask(bits: Bits) -> u64 {
    u64::MAX >> (64 - u32::from(bits.width)) << bits.offset
}

/// The first `len` bytes of whole words.
fn bytes_of(words: &[u64], len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    bytes.truncate(len);
    bytes
}

/// The word that begins with these bytes, at most 8.
fn word_of(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_ne_bytes(word)
}

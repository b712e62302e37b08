//! Reading a field: a lone number by one load, everything else by copying its bytes.

use super::{Field, PLACE};
use crate::access::load;
use crate::coerce::LoneNumber;
use crate::observe::Observe;
use crate::observer::cells::Cells;
use crate::observer::error::ReadError;
use crate::observer::read::{self, Retries};
use crate::observer::typed::TypedField;
use crate::sync::Contended;
use crate::value::Value;

/// Most values that one read makes.
const MAX_VALUES: u64 = 1 << 24;

impl Field {
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
    /// - [`ReadError::Record`]: it is a part of a packed record, which the present record does not have or
    ///   whose bytes do not fit the layout.
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
        match self.numbers.loaded {
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
        if let Some(number) = self.numbers.guarded {
            return self.read_guarded_number(number);
        }
        let number = self.numbers.loaded;
        let number = number.and_then(|number| self.read_number(number));
        number.map_or_else(|| self.read_whole(Retries::Retry), Ok)
    }

    /// A number in a guarded value, or as one.
    fn read_guarded_number(&self, number: LoneNumber) -> Result<Value, ReadError> {
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..number.size()];
        self.while_alive(|| {
            let (sight, object) = (self.sight(), self.object_view());
            read::copy(sight, &self.place, object, bytes, Retries::Retry)
                .map_err(|contended| self.contended(None, contended))?;
            Ok(number.decode(bytes, 0))
        })
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
    /// part of one, the result is its own bytes alone. For a part of a packed record, they are the bytes of
    /// the whole record.
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
        if let Some(inside) = &self.inside {
            return inside.value_or_fault(bytes);
        }
        let (sight, place) = (self.sight(), &self.place);
        match self.object.elements {
            None => match sight.members(self.type_id()) {
                Some(members) => members.decode(&sight.schema, bytes),
                None => read::decode(&sight.schema, place, bytes),
            },
            Some(_) => read::decode_each(sight, place, bytes),
        }
    }

    /// The value of bytes that were just copied.
    pub(super) fn decoded(&self, bytes: &[u8]) -> Result<Value, ReadError> {
        let Some(inside) = &self.inside else {
            return Ok(self.value_of(bytes));
        };
        inside.value(bytes).map_err(|reason| ReadError::Record {
            path: self.path().into(),
            reason,
        })
    }

    /// Bytes of the value, or of all elements of an array of objects.
    #[inline]
    pub(in crate::observer) fn byte_len(&self) -> usize {
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
    #[inline]
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
    pub(in crate::observer) fn contended(
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

    /// The bits of a lone number of `size` bytes, if the object is alive afterwards.
    #[inline(always)]
    pub(in crate::observer) fn load(&self, size: usize) -> Option<u64> {
        let bits = load(self.memory.view::<PLACE>(), size);
        let is_sound = self.object.alive.still_holds(self.entry()) && self.check_cut().is_ok();
        is_sound.then_some(bits)
    }

    fn read_whole(&self, retries: Retries) -> Result<Value, ReadError> {
        if let Some(inside) = &self.inside {
            return self.read_part(inside, retries);
        }
        if self.is_unguarded_record() {
            return self.read_unguarded_record(retries);
        }
        self.while_alive(|| self.copy(retries))
    }

    /// What `read` returns, if the object is alive afterwards.
    #[inline]
    pub(in crate::observer) fn while_alive<R>(
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

    #[inline]
    fn copy(&self, retries: Retries) -> Result<Value, ReadError> {
        self.check_size()?;
        read::with_buffer(self.byte_len(), |bytes| {
            self.copy_bytes(bytes, retries)?;
            self.decoded(bytes)
        })
    }

    /// Refuses to read more at once than a program can be expected to have memory for.
    #[inline]
    pub(in crate::observer) fn check_size(&self) -> Result<(), ReadError> {
        // A text of any length is one value, and a struct may be mostly padding.
        let elements = self.object.elements.unwrap_or(1);
        let values = self.cells().values.saturating_mul(elements);
        match values > MAX_VALUES {
            true => Err(self.too_large(values)),
            false => Ok(()),
        }
    }

    #[cold]
    fn too_large(&self, values: u64) -> ReadError {
        let path = self.path().into();
        ReadError::TooLarge { path, values }
    }

    /// Hands the bytes of the value, as [`read::copy`] copies them, to `look`.
    pub(in crate::observer) fn look_at_bytes<R>(
        &self,
        look: impl FnOnce(&[u8]) -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        self.look_at_bytes_with(Retries::Retry, look)
    }

    /// The same, with so many attempts.
    pub(in crate::observer) fn look_at_bytes_with<R>(
        &self,
        retries: Retries,
        look: impl FnOnce(&[u8]) -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        self.check_size()?;
        read::with_buffer(self.byte_len(), |bytes| {
            self.while_alive(|| self.copy_bytes(bytes, retries))?;
            look(bytes)
        })
    }
}

//! Putting back what an observer copied: the reverse of [`Field::read_into`](crate::Field::read_into), for
//! what re-creates an object of another session.

use super::cell_error::CellError;
use super::runtime::RawCell;
use crate::access::{self, FIRST_COPY};
use crate::schema::Kind;

impl RawCell<'_> {
    /// Bytes that [`RawCell::restore`] takes: those of the storage; of a guarded value, its own alone.
    pub fn copied_len(self) -> u64 {
        match self.is_guarded() {
            true => self.bare().size,
            false => self.schema[self.type_id].size,
        }
    }

    /// Writes a whole value that [`Field::read_bytes`](crate::Field::read_bytes) copied from a value of the
    /// same type, protections included.
    ///
    /// A guarded part is written as one. Other parts are stored one by one, so a reader may see old and new
    /// ones together, as it may of the original. Takes some nanoseconds for each part.
    ///
    /// # Errors
    ///
    /// - [`CellError::Length`]: the type has another number of bytes.
    /// - [`CellError::Busy`]: another live writer held a guarded part all the time; parts before it have
    ///   changed.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let _first = session.object("first", 42_i64)?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let first = observer.field("first")?;
    /// let memory = session.allocate_typed(first.storage_type(), None)?;
    /// memory.cell().restore(&first.read_bytes()?)?;
    /// let second = session.register("second", memory)?;
    /// assert_eq!(second.cell().read()?, 42_i64.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn restore(self, bytes: &[u8]) -> Result<(), CellError> {
        if bytes.len() as u64 != self.copied_len() {
            return Err(CellError::Length {
                type_name: self.type_name(),
                expected: self.copied_len(),
                found: bytes.len() as u64,
            });
        }
        self.put(bytes)
    }

    fn put(self, bytes: &[u8]) -> Result<(), CellError> {
        if self.is_guarded() {
            return self.write_bytes(bytes);
        }
        if !self.has_guarded_parts() {
            self.each_scalar(&mut |view, size, at| {
                access::store(view, size, access::get_scalar(&bytes[at..at + size]));
            });
            return Ok(());
        }
        match &self.bare().kind {
            Kind::Struct { fields } => fields
                .iter()
                .try_for_each(|field| self.of_field(field).put_from(bytes, field.offset as usize)),
            Kind::Array { element, count } => {
                let stride = self.schema[*element].size;
                (0..*count).try_for_each(|index| {
                    let part = self.of_element(*element, index);
                    part.put_from(bytes, (index * stride) as usize)
                })
            }
            _ => unreachable!("only structs and arrays have guarded parts"),
        }
    }

    /// Puts the part whose storage begins at `at`; a guarded value lies in the place of its first copy.
    fn put_from(self, bytes: &[u8], at: usize) -> Result<(), CellError> {
        let at = at + if self.is_guarded() { FIRST_COPY } else { 0 };
        self.put(&bytes[at..at + self.copied_len() as usize])
    }
}

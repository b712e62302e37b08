//! Putting back what an observer copied: the reverse of [`Field::read_into`](crate::Field::read_into), for
//! what re-creates an object of another session, and copying it again.

use std::ops::Range;

use super::cell_error::CellError;
use super::runtime::{RawCell, is_guarded, mask};
use crate::access::{self, FIRST_COPY, get_scalar, put_scalar};
use crate::schema::{Bits, Kind, Schema, TypeId};

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
        self.check_copied(bytes)?;
        self.put(bytes, None)
    }

    /// Writes what differs between two values, and leaves everything else as it is: what somebody else wrote there stays.
    /// A number, a bitfield, a text, a union and a packed record differ as a whole; bits of no member, each by itself.
    ///
    /// # Errors
    ///
    /// As for [`RawCell::restore`].
    pub fn restore_changes(self, old: &[u8], new: &[u8]) -> Result<(), CellError> {
        self.check_copied(old)?;
        self.check_copied(new)?;
        let mut differs = vec![0; new.len()];
        let whole = match self.is_guarded() {
            true => self.bare_id(),
            false => self.type_id,
        };
        mark_different(self.schema, whole, 0, [old, new], &mut differs);
        self.put(new, Some(&differs))
    }

    /// Copies the whole value out, as [`Field::read_bytes`](crate::Field::read_bytes) does.
    ///
    /// # Errors
    ///
    /// [`CellError::Contended`]: a new value of a guarded part was published during each attempt.
    pub fn copied(self) -> Result<Vec<u8>, CellError> {
        let mut bytes = vec![0; self.copied_len() as usize];
        self.copy(&mut bytes)?;
        Ok(bytes)
    }

    fn check_copied(self, bytes: &[u8]) -> Result<(), CellError> {
        match bytes.len() as u64 == self.copied_len() {
            true => Ok(()),
            false => Err(CellError::Length {
                type_name: self.type_name(),
                expected: self.copied_len(),
                found: bytes.len() as u64,
            }),
        }
    }

    /// Stores a value, or only the bits of it that are set in `only`.
    fn put(self, bytes: &[u8], only: Option<&[u8]>) -> Result<(), CellError> {
        if self.is_guarded() {
            return match only {
                None => self.write_bytes(bytes),
                Some(only) if only.iter().all(|mask| *mask == 0) => Ok(()),
                Some(only) => self.update_bytes(|present| {
                    for (present, (new, mask)) in present.iter_mut().zip(bytes.iter().zip(only)) {
                        *present = *present & !mask | new & mask;
                    }
                }),
            };
        }
        if !self.has_guarded_parts() {
            self.each_scalar(&mut |view, size, at| {
                let mask = only.map_or(u64::MAX, |only| get_scalar(&only[at..at + size]));
                access::store_bits(view, size, mask, get_scalar(&bytes[at..at + size]));
            });
            return Ok(());
        }
        self.each_part(&mut |part, range| {
            part.put(&bytes[range.clone()], only.map(|only| &only[range]))
        })
    }

    fn copy(self, bytes: &mut [u8]) -> Result<(), CellError> {
        if self.is_guarded() || !self.has_guarded_parts() {
            return self.read_bytes(bytes);
        }
        self.each_part(&mut |part, range| part.copy(&mut bytes[range]))
    }

    /// Visits the members or elements of what has guarded parts, and where the copied bytes of each are: a guarded value
    /// lies in the place of its first copy.
    fn each_part(self, visit: &mut Visit<'_>) -> Result<(), CellError> {
        let mut visit = |part: RawCell<'_>, at: u64| {
            let start = at as usize + if part.is_guarded() { FIRST_COPY } else { 0 };
            visit(part, start..start + part.copied_len() as usize)
        };
        match &self.bare().kind {
            Kind::Struct { fields } => fields
                .iter()
                .try_for_each(|field| visit(self.of_field(field), field.offset)),
            Kind::Array { element, count } => {
                let stride = self.schema[*element].size;
                (0..*count)
                    .try_for_each(|index| visit(self.of_element(*element, index), index * stride))
            }
            _ => unreachable!("only structs and arrays have guarded parts"),
        }
    }
}

/// What is done with a part whose copied bytes are in this range.
type Visit<'v> = dyn FnMut(RawCell<'_>, Range<usize>) -> Result<(), CellError> + 'v;

/// Sets the bits of all parts that differ, of a type whose storage begins at `at`.
fn mark_different(
    schema: &Schema,
    id: TypeId,
    at: usize,
    [old, new]: [&[u8]; 2],
    differs: &mut [u8],
) {
    let at = at
        + if is_guarded(schema, id) {
            FIRST_COPY
        } else {
            0
        };
    let bare = &schema[schema.bare(id)];
    match &bare.kind {
        Kind::Struct { fields } => {
            for field in fields {
                let at = at + field.offset as usize;
                match field.bits {
                    None => mark_different(schema, field.type_id, at, [old, new], differs),
                    Some(bits) => {
                        let integer = at..at + schema[field.type_id].size as usize;
                        let sides = [old, new].map(|side| get_scalar(&side[integer.clone()]));
                        mark_bits(bits, sides, &mut differs[integer]);
                    }
                }
            }
        }
        Kind::Array { element, count } => {
            let stride = schema[*element].size as usize;
            for index in 0..*count as usize {
                mark_different(schema, *element, at + index * stride, [old, new], differs);
            }
        }
        _ => {
            let part = at..at + bare.size as usize;
            if old[part.clone()] != new[part.clone()] {
                differs[part].fill(u8::MAX);
            }
        }
    }
}

/// Sets the bits of a bitfield that differs, and those of its integer that differ: they may be no member's.
fn mark_bits(bits: Bits, [old, new]: [u64; 2], differs: &mut [u8]) {
    let (changed, own) = (old ^ new, mask(bits));
    let field = if changed & own == 0 { 0 } else { own };
    put_scalar(get_scalar(differs) | changed | field, differs);
}

#[cfg(test)]
mod tests {
    use crate::schema::{Bits, Field, Kind, Protection, Schema, Type};
    use crate::{Observe, Observer, Session, Text, Value, doc};

    #[derive(Observe, Clone, Copy, Default)]
    struct Quote {
        bid: i64,
        ask: i64,
    }

    #[derive(Observe, Clone, Copy, Default)]
    struct Position {
        quantity: i64,
        limit: i64,
        #[observe(seqlock)]
        quote: Quote,
        note: Text<8>,
    }

    #[test]
    fn changes_leave_alone_what_they_do_not_change() {
        let dir = doc::directory();
        let session = Session::builder("s").dir(&dir).create().unwrap();
        let note = Text::new("abc").unwrap();
        let first = Position {
            note,
            ..Position::default()
        };
        let first = session.object("first", first).unwrap();
        let observer = Observer::builder().dir(&dir).attach("s").unwrap();
        let field = observer.field("first").unwrap();
        let old = field.read_bytes().unwrap();
        first.quantity.set(500);
        first.quote.write(Quote { bid: 1, ask: 0 }).unwrap();
        first.note.set(Text::new("abd").unwrap());
        let new = field.read_bytes().unwrap();

        let memory = session.allocate_typed(field.storage_type(), None).unwrap();
        memory.cell().restore(&old).unwrap();
        assert_eq!(memory.cell().copied().unwrap(), old);
        let second = session.register("second", memory).unwrap();
        // Another one writes to parts of it.
        let other = Observer::builder()
            .dir(&dir)
            .writable()
            .attach("s")
            .unwrap();
        let field = |path: &str| other.field(path).unwrap();
        field("second.limit").write(&Value::I64(7)).unwrap();
        field("second.quote.ask").write(&Value::I64(9)).unwrap();
        let written = Value::Text("written".into());
        field("second.note").write(&written).unwrap();
        second.cell().restore_changes(&old, &new).unwrap();

        let read = |path: &str| field(path).read().unwrap();
        assert_eq!(read("second.quantity"), Value::I64(500));
        assert_eq!(read("second.limit"), Value::I64(7));
        assert_eq!(read("second.quote.bid"), Value::I64(1));
        assert_eq!(read("second.quote.ask"), Value::I64(9));
        assert_eq!(read("second.note"), Value::Text("abd".into()), "as a whole");
    }

    #[test]
    fn a_bitfield_that_differs_leaves_others_of_its_integer_alone() {
        let dir = doc::directory();
        let session = Session::builder("s").dir(&dir).create().unwrap();
        let mut schema = Schema::new();
        let int = Kind::Int { signed: false };
        let int = schema.add(Type::new("u32", 4, 4, int)).unwrap();
        let member = |name: &str, offset, width| {
            let bits = Bits { offset, width };
            Field::new(name, int, 0).bits(bits)
        };
        // Bits 20 to 23 are no member's.
        let fields = vec![
            member("seq", 0, 16),
            member("cmd", 16, 4),
            member("ack", 24, 8),
        ];
        let plain = Type::new("Count", 4, 4, Kind::Struct { fields });
        let plain = schema.add(plain).unwrap();
        let guarded = schema.add_protected(Protection::Seqlock, plain).unwrap();
        for (label, id) in [("plain", plain), ("guarded", guarded)] {
            let id = session.adopt_type(&schema, id).unwrap();
            let memory = session.allocate_typed(id, None).unwrap();
            let [old, new] = [0x0100_0003_u32, 0x0180_0014].map(u32::to_ne_bytes);
            memory.cell().restore(&old).unwrap();
            let object = session.register(label, memory).unwrap();
            let observer = Observer::builder().dir(&dir).writable();
            let observer = observer.attach("s").unwrap();
            for (name, value) in [("seq", 0xff00), ("cmd", 7), ("ack", 9)] {
                let field = observer.field(&format!("{label}.{name}")).unwrap();
                field.write(&Value::U64(value)).unwrap();
            }
            object.cell().restore_changes(&old, &new).unwrap();
            let expected = 0x0987_0014_u32.to_ne_bytes();
            assert_eq!(object.cell().copied().unwrap(), expected, "{label}");
        }
    }
}

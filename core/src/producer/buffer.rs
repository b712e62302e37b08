//! Packed records in shared memory: bytes of bounded length, whose layout is a text.

use memglass_layouts::{Fault, Layout};

use super::cell_error::CellError;
use super::error::ProducerError;
use super::object::RawObject;
use super::session::Session;
use crate::coerce::packed::Packed;
use crate::schema::{Definition, Kind, MAX_SIZE, Protection, Room, Schema, Type, TypeId};

/// An object that holds one packed record: made by [`Session::buffer`].
///
/// A write replaces the whole record in one step. A reader always gets all bytes of one write, and lays
/// them out on its own copy, so no count changes while it is used. Dropping the buffer destroys the object.
#[derive(Debug)]
pub struct Buffer {
    object: RawObject,
    packed: Packed,
    capacity: usize,
}

/// Bytes that are not written into a buffer; what it held stays.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BufferError {
    /// The record is larger than the buffer.
    #[error("the record has {len_bytes} bytes; there is room for {capacity_bytes}")]
    TooLong {
        /// Bytes of the record.
        len_bytes: usize,
        /// Bytes of the buffer.
        capacity_bytes: usize,
    },
    /// The bytes do not fit the layout.
    #[error("the bytes are no {root}: {} at {}; there are {len_bytes} bytes", fault.kind, fault.path)]
    Malformed {
        /// The struct that they should be.
        root: String,
        /// The first place where they do not fit.
        fault: Fault,
        /// Bytes that were given.
        len_bytes: usize,
    },
    /// The record ends before the bytes do.
    #[error("the bytes are no {root}: it ends after {end} of {len_bytes} bytes")]
    TooMany {
        /// The struct that they should be.
        root: String,
        /// Bytes of the record.
        end: u64,
        /// Bytes that were given.
        len_bytes: usize,
    },
    /// Another process holds the right to write.
    #[error("the record is not written")]
    Cell(#[source] CellError),
}

impl Session {
    /// Defines structs of packed records by a [layout text](https://docs.rs/memglass-layouts), for
    /// [`Session::buffer`]. Observers get the definition with the types of the session.
    ///
    /// The same text again is no new definition.
    ///
    /// # Errors
    ///
    /// - [`ProducerError::Layout`]: the text has a mistake; the source says in which line and column.
    /// - [`ProducerError::Redefined`]: an earlier layout defines a struct of the same name.
    /// - [`ProducerError::Schema`], [`ProducerError::Shm`]: the definition is too long, or there is no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::{Observer, Value};
    ///
    /// session.define("struct msg { u8 n; be u16 data[n]; u8 crc; };")?;
    /// let packet = session.buffer("packet", "msg", 64)?;
    /// packet.write(&[2, 0, 5, 0, 7, 99])?;
    ///
    /// let observer = Observer::builder().dir(&dir).attach("example")?;
    /// assert_eq!(observer.field("packet.data[1]")?.read()?, Value::U64(7));
    /// let crc = observer.field("packet.crc")?;
    /// packet.write(&[0, 98])?;
    /// assert_eq!(crc.read()?, Value::U64(98));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn define(&self, text: &str) -> Result<TypeId, ProducerError> {
        let layout = Layout::parse(text).map_err(ProducerError::Layout)?;
        let ty = Type::from(Definition::new(layout));
        let mut registry = self.shared.registry_of_mine()?;
        check_names(registry.types.schema(), &ty)?;
        registry.add_type(ty)
    }

    /// Creates an object with room for one packed record of at most `capacity` bytes. `root` is a struct that
    /// was [defined](Session::define). It holds no record until the first write.
    ///
    /// # Errors
    ///
    /// - [`ProducerError::Root`]: no layout defines the struct, or it takes names from around it.
    /// - [`ProducerError::Size`]: there is no room for a single byte, or more than 2^40 bytes.
    /// - [`ProducerError::Label`], [`ProducerError::Shm`]: as for [`Session::object`].
    pub fn buffer(
        &self,
        label: &str,
        root: &str,
        capacity: usize,
    ) -> Result<Buffer, ProducerError> {
        let bytes = capacity as u64;
        if bytes == 0 || bytes > MAX_SIZE / 4 {
            return Err(ProducerError::Size { bytes });
        }
        let mut registry = self.shared.registry_of_mine()?;
        let (layout, packed) = find_root(registry.types.schema(), root)?;
        let kind = Kind::Record {
            layout,
            root: root.into(),
            room: Room::Counted,
        };
        let record = Type::new(root, 8 + bytes.next_multiple_of(8), 8, kind);
        let record = registry.add_type(record)?;
        let mut schema = registry.types.schema().clone();
        drop(registry);
        let guarded = schema.add_protected(Protection::Seqlock, record)?;
        let guarded = self.adopt_type(&schema, guarded)?;
        let memory = self.allocate_typed(guarded, None)?;
        Ok(Buffer {
            object: self.register(label, memory)?,
            packed,
            capacity,
        })
    }
}

impl Buffer {
    /// Replaces the record by these bytes in one step, after checking that they are one whole record. It
    /// takes time in proportion to the capacity and to what the record is made of.
    ///
    /// # Errors
    ///
    /// [`BufferError`] says where the bytes do not fit the layout; nothing has changed.
    pub fn write(&self, record: &[u8]) -> Result<(), BufferError> {
        if record.len() > self.capacity {
            return Err(BufferError::TooLong {
                len_bytes: record.len(),
                capacity_bytes: self.capacity,
            });
        }
        self.check(record)?;
        let mut bytes = vec![0; 8 + self.capacity.next_multiple_of(8)];
        self.packed.put(record, &mut bytes);
        let cell = self.object.cell();
        cell.write_bytes(&bytes).map_err(BufferError::Cell)
    }

    /// The most bytes that a record may have.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Leaves the object alive when this is dropped, until the session ends.
    pub fn leak(self) {
        self.object.leak();
    }

    fn check(&self, bytes: &[u8]) -> Result<(), BufferError> {
        let record = self.packed.record(bytes);
        let root = || self.packed.root_name().to_owned();
        if let Some(fault) = record.faults().into_iter().next() {
            return Err(BufferError::Malformed {
                root: root(),
                fault,
                len_bytes: bytes.len(),
            });
        }
        match record.size() {
            Some(end) if end < bytes.len() as u64 => Err(BufferError::TooMany {
                root: root(),
                end,
                len_bytes: bytes.len(),
            }),
            _ => Ok(()),
        }
    }
}

/// Refuses a layout with a struct that another one defines.
fn check_names(schema: &Schema, ty: &Type) -> Result<(), ProducerError> {
    let Kind::Layout { definition } = &ty.kind else {
        return Ok(());
    };
    let others = layouts(schema).filter(|(_, other)| *other != definition);
    let others: Vec<_> = others.collect();
    let is_taken = |name: &&str| {
        let mut others = others.iter();
        others.any(|(_, other)| other.layout().structs().any(|known| known == *name))
    };
    match definition.layout().structs().find(is_taken) {
        Some(name) => Err(ProducerError::Redefined { name: name.into() }),
        None => Ok(()),
    }
}

fn layouts(schema: &Schema) -> impl Iterator<Item = (TypeId, &Definition)> {
    schema.iter().filter_map(|(id, ty)| match &ty.kind {
        Kind::Layout { definition } => Some((id, definition)),
        _ => None,
    })
}

/// The layout that defines a struct, and what reads it.
fn find_root(schema: &Schema, name: &str) -> Result<(TypeId, Packed), ProducerError> {
    let refuse = |reason| ProducerError::Root {
        name: name.into(),
        reason,
    };
    let mut known = Vec::new();
    for (id, definition) in layouts(schema) {
        if definition.layout().structs().any(|of| of == name) {
            let root = definition.layout().root(name);
            let root = root.map_err(|error| refuse(error.to_string()))?;
            let packed = Packed::new(definition.clone(), root, Room::Counted);
            return Ok((id, packed));
        }
        known.extend(definition.layout().structs());
    }
    Err(refuse(match known.is_empty() {
        true => "the session has no layouts; define one first".into(),
        false => format!("the session defines {}", known.join(", ")),
    }))
}

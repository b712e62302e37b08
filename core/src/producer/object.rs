//! Handles of objects: the producer's way to their cells.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::error::ProducerError;
use super::memory::Aligned;
use super::registry::Wanted;
use super::runtime::TypedBlock;
use super::session::{Session, Shared, now, since_epoch};
use crate::observe::{Observe, Storage};
use crate::schema::{Schema, Type, TypeId};
use crate::shm::{Anchor, Pinned, View, Writable};

/// One object in shared memory. It dereferences to the cells of its fields; dropping it destroys the
/// object.
pub struct Object<T: Observe> {
    registration: Registration<Pinned<T::Storage, Arc<Shared>>>,
}

/// An array of objects under one label. It dereferences to a slice of cells; dropping it destroys
/// the array.
pub struct Array<T: Observe> {
    registration: Registration<Pinned<T::Storage, Arc<Shared>>>,
}

/// Shared memory that was allocated without an object; see [`Session::allocate`]. Dropping it gives
/// the memory back.
pub struct Block {
    pub(super) shared: Arc<Shared>,
    pub(super) memory: Aligned,
    bytes: Anchor,
    /// False once an object is made from it; the object then gives the memory back.
    owned: bool,
}

/// An object of a type known at run time. It dereferences to its memory. Dropping it destroys the
/// object.
pub struct RawObject {
    registration: Registration<TypedBlock>,
}

/// An entry of the directory, alive until this is dropped, and the memory it describes.
struct Registration<M: Registered> {
    memory: M,
    slot: u32,
    generation: u64,
    kept: bool,
}

/// Memory of a registered object.
trait Registered {
    fn shared(&self) -> &Shared;
}

impl<S: Storage> Registered for Pinned<S, Arc<Shared>> {
    fn shared(&self) -> &Shared {
        self.keeper()
    }
}

impl Registered for TypedBlock {
    fn shared(&self) -> &Shared {
        &self.shared
    }
}

impl Session {
    /// Creates an object of `value` under `label`.
    ///
    /// # Errors
    ///
    /// - [`ProducerError::Label`]: the label is empty, longer than 1024 bytes, or that of a live object.
    /// - [`ProducerError::Shm`]: there is no room for another region.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass::Observe;
    ///
    /// #[derive(Observe, Clone, Copy, Default)]
    /// struct Position {
    ///     symbol_id: u32,
    ///     #[observe(atomic, desc = "signed number of shares")]
    ///     quantity: i64,
    /// }
    ///
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let position = session.object("AAPL_position", Position::default())?;
    /// position.symbol_id.set(7);
    /// position.quantity.fetch_add(500);
    /// assert_eq!(position.quantity.load(), 500);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn object<T: Observe>(&self, label: &str, value: T) -> Result<Object<T>, ProducerError> {
        self.object_created(label, value, None)
    }

    /// [`object`](Self::object) with a time of creation of its own: what mirrors an object of another
    /// session keeps that one's. Times before 1970 become 1970.
    ///
    /// # Errors
    ///
    /// As for [`Session::object`].
    pub fn object_created_at<T: Observe>(
        &self,
        label: &str,
        value: T,
        created: SystemTime,
    ) -> Result<Object<T>, ProducerError> {
        self.object_created(label, value, Some(since_epoch(created)))
    }

    #[inline]
    fn object_created<T: Observe>(
        &self,
        label: &str,
        value: T,
        created: Option<Duration>,
    ) -> Result<Object<T>, ProducerError> {
        let mut registry = self.shared.registry_of_mine()?;
        let hash = registry.foresee(label);
        let now = now();
        registry.reclaim(now);
        let type_id = registry.type_of::<T::Storage>()?;
        let mut wanted = Wanted {
            label,
            hash,
            type_id,
            count: 0,
            memory: Aligned::NONE,
        };
        let slot = registry.with_room(|registry| {
            registry.allocate_cells::<T::Storage>(&mut wanted, 1)?;
            let cells = registry.memory.cells::<T::Storage>(wanted.memory.place, 1);
            // Storing one value is quick enough to do it under the lock.
            cells[0].init(&value);
            registry.reserve_or_free(&wanted)
        })?;
        let generation = registry.publish(slot, &wanted, created.unwrap_or(now));
        drop(registry);
        let memory = self.pinned(wanted.memory, 1);
        Ok(Object {
            registration: Registration {
                memory,
                slot,
                generation,
                kept: false,
            },
        })
    }

    /// Creates an array of `count` objects under one label, each with the default value.
    ///
    /// # Errors
    ///
    /// As for [`Session::object`]; [`ProducerError::Size`] if the array is empty or larger than 2^40 bytes.
    pub fn array<T: Observe + Default>(
        &self,
        label: &str,
        count: usize,
    ) -> Result<Array<T>, ProducerError> {
        self.array_with(label, count, |_| T::default())
    }

    /// Creates an array of `count` objects under one label, with a value for each index.
    ///
    /// # Errors
    ///
    /// As for [`Session::array`].
    pub fn array_with<T: Observe>(
        &self,
        label: &str,
        count: usize,
        value: impl Fn(usize) -> T,
    ) -> Result<Array<T>, ProducerError> {
        if count == 0 {
            return Err(ProducerError::Size { bytes: 0 });
        }
        let reservation = {
            let mut registry = self.shared.registry_of_mine()?;
            let hash = registry.foresee(label);
            registry.reclaim(now());
            let mut wanted = Wanted {
                label,
                hash,
                type_id: registry.type_of::<T::Storage>()?,
                count: count as u64,
                memory: Aligned::NONE,
            };
            let slot = registry.with_room(|registry| {
                registry.allocate_cells::<T::Storage>(&mut wanted, count)?;
                registry.reserve_or_free(&wanted)
            })?;
            Reservation::new(&self.shared, slot, wanted)
        };
        let cells = self.pinned::<T::Storage>(reservation.wanted.memory, count);
        // Without the lock: a large array takes long, and `value` may do anything.
        cells
            .iter()
            .enumerate()
            .for_each(|(index, cell)| cell.init(&value(index)));
        let (slot, generation) = reservation.publish();
        Ok(Array {
            registration: Registration {
                memory: cells,
                slot,
                generation,
                kept: false,
            },
        })
    }

    fn pinned<S: Storage>(&self, memory: Aligned, count: usize) -> Pinned<S, Arc<Shared>> {
        let place = memory.place;
        let cells = Pinned::new(Arc::clone(&self.shared), count, |shared| {
            Writable::of(
                shared.segment(place.region())?,
                place.offset() as usize,
                size_of::<S>() * count,
            )
        });
        cells.expect("allocated with the size and alignment of the cells")
    }

    /// The types of the session so far.
    pub fn schema(&self) -> Schema {
        self.shared.look(|registry| registry.types.schema().clone())
    }

    /// Adds a type without a Rust counterpart, for [`Session::allocate_typed`].
    ///
    /// # Errors
    ///
    /// [`ProducerError::Schema`] if the description is inconsistent.
    pub fn add_type(&self, ty: Type) -> Result<TypeId, ProducerError> {
        self.shared.registry_of_mine()?.add_type(ty)
    }

    /// Adds a type of another schema, with the types that it refers to. A type that the session has
    /// already keeps its id.
    ///
    /// # Errors
    ///
    /// [`ProducerError::Schema`] if the schema has no such type.
    pub fn adopt_type(&self, schema: &Schema, id: TypeId) -> Result<TypeId, ProducerError> {
        self.shared.registry_of_mine()?.adopt_type(schema, id)
    }

    /// Reuses the memory of objects that were destroyed long enough ago. Creating an object does the same,
    /// so only a program that creates none for a long time needs it.
    ///
    /// # Errors
    ///
    /// [`ProducerError::Forked`] in a forked child.
    pub fn reclaim(&self) -> Result<(), ProducerError> {
        self.shared.registry_of_mine()?.reclaim(now());
        Ok(())
    }

    /// Allocates zeroed shared memory of `len` bytes, aligned to `align` bytes (a power of two up to
    /// 4096). What it holds is decided by [`Block::typed`]; no observer sees it until it is registered.
    ///
    /// # Errors
    ///
    /// [`ProducerError::Size`] for impossible sizes, [`ProducerError::Shm`] if there is no room.
    pub fn allocate(&self, len: u64, align: u64) -> Result<Block, ProducerError> {
        if len == 0 {
            return Err(ProducerError::Size { bytes: len });
        }
        let mut registry = self.shared.registry_of_mine()?;
        registry.reclaim(now());
        let memory = registry.with_room(|registry| registry.memory.allocate_aligned(len, align))?;
        let words = registry.memory.view(memory.block.place, memory.block.size);
        let words = words
            .words(0, (memory.block.size / 8) as usize)
            .expect("blocks are whole words");
        words
            .iter()
            .for_each(|word| word.store(0, Ordering::Relaxed));
        let bytes = registry.memory.anchor(memory.place, len);
        Ok(Block {
            shared: Arc::clone(&self.shared),
            memory,
            bytes,
            owned: true,
        })
    }

    /// Makes an object from memory with a type.
    ///
    /// # Errors
    ///
    /// - [`ProducerError::Memory`]: the memory belongs to another session.
    /// - [`ProducerError::Label`]: as for [`Session::object`].
    pub fn register(&self, label: &str, memory: TypedBlock) -> Result<RawObject, ProducerError> {
        self.register_created(label, memory, now())
    }

    /// [`register`](Self::register) with a time of creation of its own: what mirrors an object of
    /// another session keeps that one's. Times before 1970 become 1970.
    ///
    /// # Errors
    ///
    /// As for [`Session::register`].
    pub fn register_created_at(
        &self,
        label: &str,
        memory: TypedBlock,
        created: SystemTime,
    ) -> Result<RawObject, ProducerError> {
        self.register_created(label, memory, since_epoch(created))
    }

    fn register_created(
        &self,
        label: &str,
        mut memory: TypedBlock,
        created: Duration,
    ) -> Result<RawObject, ProducerError> {
        if !Arc::ptr_eq(&self.shared, &memory.shared) {
            return Err(ProducerError::Memory {
                reason: "belongs to another session",
            });
        }
        // Moved in here, so that on every return it is dropped after the guard.
        let mut registry = self.shared.registry_of_mine()?;
        let wanted = Wanted {
            label,
            hash: registry.foresee(label),
            type_id: memory.type_id(),
            count: memory.count().unwrap_or(0),
            memory: memory.memory,
        };
        let slot = registry.reserve(&wanted)?;
        let generation = registry.publish(slot, &wanted, created);
        drop(registry);
        memory.block_mut().owned = false;
        Ok(RawObject {
            registration: Registration {
                memory,
                slot,
                generation,
                kept: false,
            },
        })
    }
}

/// A reserved object that is being filled. It is given back if filling it panics.
pub(super) struct Reservation<'a> {
    shared: &'a Arc<Shared>,
    pub(super) wanted: Wanted<'a>,
    /// `None` once it is published.
    slot: Option<u32>,
}

impl<'a> Reservation<'a> {
    pub(super) fn new(shared: &'a Arc<Shared>, slot: u32, wanted: Wanted<'a>) -> Reservation<'a> {
        Reservation {
            shared,
            wanted,
            slot: Some(slot),
        }
    }

    /// Returns the slot and the generation of the object.
    pub(super) fn publish(mut self) -> (u32, u64) {
        let slot = self.slot.take().expect("published once");
        let mut registry = self.shared.registry();
        (slot, registry.publish(slot, &self.wanted, now()))
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            self.shared.registry().cancel(slot);
        }
    }
}

impl<M: Registered> Drop for Registration<M> {
    fn drop(&mut self) {
        // A forked child drops only copies of its parent's handles.
        let shared = self.memory.shared();
        if !self.kept && shared.is_mine() {
            shared.registry().destroy(self.slot, self.generation, now());
        }
    }
}

impl Block {
    /// Size in bytes.
    pub fn len(&self) -> usize {
        self.bytes.view().len()
    }

    /// Always false: a block has at least one byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first byte, for code that accesses the memory by itself.
    ///
    /// Such code keeps rule W1 of the wire format for as long as anybody else may access the memory,
    /// observers included:
    ///
    /// - each byte is accessed by atomics only, and always by those of one width
    /// - that width is the one that the type gives it once there is a [`TypedBlock`]: of a plain or
    ///   atomic scalar its own, of text one byte, of guarded values and unions a word of 8 bytes
    pub fn as_ptr(&self) -> *mut u8 {
        self.view().start().as_ptr()
    }

    pub(super) fn view(&self) -> View<'_> {
        self.bytes.view()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.owned && self.shared.is_mine() {
            self.shared.registry().memory.free(self.memory.block);
        }
    }
}

impl<T: Observe> Object<T> {
    /// Keeps the object until the session ends.
    pub fn leak(mut self) {
        self.registration.kept = true;
    }
}

impl<T: Observe> Array<T> {
    /// Keeps the array until the session ends.
    pub fn leak(mut self) {
        self.registration.kept = true;
    }
}

impl RawObject {
    /// Keeps the object until the session ends.
    pub fn leak(mut self) {
        self.registration.kept = true;
    }
}

impl Deref for RawObject {
    type Target = TypedBlock;

    fn deref(&self) -> &TypedBlock {
        &self.registration.memory
    }
}

impl<T: Observe> Deref for Object<T> {
    type Target = T::Storage;

    #[inline]
    fn deref(&self) -> &T::Storage {
        self.registration.memory.first()
    }
}

impl<T: Observe> Deref for Array<T> {
    type Target = [T::Storage];

    #[inline]
    fn deref(&self) -> &[T::Storage] {
        &self.registration.memory
    }
}

macro_rules! debug {
    ($($name:literal for $type:ty $(, $parameter:ident)?;)*) => {$(
        impl$(<$parameter: Observe>)? std::fmt::Debug for $type {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(out, concat!($name, "(slot {})"), self.registration.slot)
            }
        }
    )*};
}

debug! {
    "Object" for Object<T>, T;
    "Array" for Array<T>, T;
    "RawObject" for RawObject;
}

impl std::fmt::Debug for Block {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Block({} bytes at {:?})",
            self.len(),
            self.memory.place
        )
    }
}

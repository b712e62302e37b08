//! Objects without a handle: the program knows them by their address, as programs in C and C++ do.
//!
//! They live until they are destroyed or the session ends.

use std::ptr::NonNull;

use super::error::ProducerError;
use super::memory::Aligned;
use super::object::Reservation;
use super::places::Loose;
use super::registry::{Registry, Wanted};
use super::session::{Session, now};
use crate::schema::TypeId;
use crate::shm::View;
use crate::wire::Ref;

impl Session {
    /// Creates an object of a type of this session under `label`, and returns where it lies. The bytes of its
    /// cells begin as `storage`.
    ///
    /// It starts on a cache line of its own and ends with [`Session::destroy_at`] or with the session. Code
    /// that accesses it keeps the rule that [`Block::as_ptr`](super::Block::as_ptr) states.
    ///
    /// # Errors
    ///
    /// - [`ProducerError::Memory`]: the session has no such type, or `storage` is not as large as it.
    /// - [`ProducerError::Label`], [`ProducerError::Shm`]: as for [`Session::object`].
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass::schema::{Kind, Type};
    ///
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let number = session.add_type(Type::new("u32", 4, 4, Kind::Int { signed: false }))?;
    /// let place = session.place("count", number, &7_u32.to_ne_bytes())?;
    /// assert_eq!(session.object_count(), 1);
    /// session.destroy_at(place)?;
    /// assert_eq!(session.object_count(), 0);
    /// assert!(session.destroy_at(place).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn place(
        &self,
        label: &str,
        type_id: TypeId,
        storage: &[u8],
    ) -> Result<NonNull<u8>, ProducerError> {
        let mut registry = self.shared.registry_of_mine()?;
        let hash = registry.foresee(label);
        let now = now();
        registry.reclaim(now);
        let (bytes, align) = storage_of(&registry, type_id, storage)?;
        let mut wanted = Wanted {
            label,
            hash,
            type_id,
            count: 0,
            memory: Aligned::NONE,
        };
        let slot = registry.with_room(|registry| {
            wanted.memory = registry.memory.allocate_lines(bytes, align)?;
            registry
                .words_at(wanted.memory, bytes)
                .store_bytes_in_words(0, storage)
                .expect("allocated with this length");
            registry.reserve_or_free(&wanted)
        })?;
        registry.publish(slot, &wanted, now);
        Ok(registry.enter_placed(wanted.memory.place, slot))
    }

    /// Creates an array of `count` objects under one label, all of which begin with the bytes of `storage`.
    ///
    /// # Errors
    ///
    /// As for [`Session::place`]; [`ProducerError::Size`] if the array is empty or larger than 2^40 bytes.
    pub fn place_array(
        &self,
        label: &str,
        type_id: TypeId,
        count: u64,
        storage: &[u8],
    ) -> Result<NonNull<u8>, ProducerError> {
        let (reservation, bytes) = {
            let mut registry = self.shared.registry_of_mine()?;
            let hash = registry.foresee(label);
            registry.reclaim(now());
            let (each, align) = storage_of(&registry, type_id, storage)?;
            let bytes = each.checked_mul(count);
            let bytes = bytes.ok_or(ProducerError::Size { bytes: u64::MAX })?;
            let mut wanted = Wanted {
                label,
                hash,
                type_id,
                count,
                memory: Aligned::NONE,
            };
            let slot = registry.with_room(|registry| {
                wanted.memory = registry.memory.allocate_lines(bytes, align)?;
                registry.reserve_or_free(&wanted)
            })?;
            (Reservation::new(&self.shared, slot, wanted), bytes)
        };
        let place = reservation.wanted.memory.place;
        let segment = self.shared.segment(place.region());
        let view = segment.and_then(|segment| {
            let (start, len) = (place.offset() as usize, bytes.next_multiple_of(8) as usize);
            segment.view().part(start, len)
        });
        // Without the lock: a large array takes long.
        fill(view.expect("just allocated"), storage);
        let (slot, _) = reservation.publish();
        let mut registry = self.shared.registry_of_mine()?;
        Ok(registry.enter_placed(place, slot))
    }

    /// Allocates zeroed shared memory by its address; see [`Session::allocate`]. It starts on a cache line of
    /// its own, and no observer sees it until [`Session::register_at`] makes an object of it.
    ///
    /// # Errors
    ///
    /// As for [`Session::allocate`].
    pub fn allocate_at(&self, len: u64, align: u64) -> Result<NonNull<u8>, ProducerError> {
        let mut registry = self.shared.registry_of_mine()?;
        registry.reclaim(now());
        let memory = registry.with_room(|registry| registry.memory.allocate_lines(len, align))?;
        fill(registry.words_at(memory, len), &[0]);
        registry.places.enter_loose(memory, len);
        Ok(registry.address_of(memory.place))
    }

    /// Gives back memory of [`Session::allocate_at`] that is no object.
    ///
    /// # Errors
    ///
    /// [`ProducerError::Memory`] if no such memory starts here.
    pub fn free_at(&self, start: NonNull<u8>) -> Result<(), ProducerError> {
        let mut registry = self.shared.registry_of_mine()?;
        let place = registry.place_of(start)?;
        let memory = registry.places.take_loose(place);
        let memory = memory.ok_or(ProducerError::Memory {
            reason: "was not allocated by this session, or is an object",
        })?;
        registry.memory.free(memory.block);
        Ok(())
    }

    /// Makes an object of memory of [`Session::allocate_at`]: a value of a type of the session, or with
    /// `count` an array of that many. Destroying it gives the memory back.
    ///
    /// # Errors
    ///
    /// - [`ProducerError::Memory`]: no such memory starts here, it is too small or misaligned for the type,
    ///   or the session has no such type.
    /// - [`ProducerError::Label`]: as for [`Session::object`].
    pub fn register_at(
        &self,
        label: &str,
        start: NonNull<u8>,
        type_id: TypeId,
        count: Option<u64>,
    ) -> Result<(), ProducerError> {
        let mut registry = self.shared.registry_of_mine()?;
        let place = registry.place_of(start)?;
        let loose = registry.places.loose(place).ok_or(ProducerError::Memory {
            reason: "was not allocated by this session, or is an object already",
        })?;
        check_room(&registry, loose, type_id, count)?;
        let wanted = Wanted {
            label,
            hash: registry.foresee(label),
            type_id,
            count: count.unwrap_or(0),
            memory: loose.memory,
        };
        let slot = registry.reserve(&wanted)?;
        registry.publish(slot, &wanted, now());
        registry.places.take_loose(place);
        registry.enter_placed(place, slot);
        Ok(())
    }

    /// Destroys the object that starts at an address that [`Session::place`], [`Session::place_array`] or
    /// [`Session::register_at`] gave it. Observers get `Gone`; the memory is reused after the grace period.
    ///
    /// # Errors
    ///
    /// [`ProducerError::Memory`] if no such object starts here, or it was destroyed already.
    pub fn destroy_at(&self, start: NonNull<u8>) -> Result<(), ProducerError> {
        let mut registry = self.shared.registry_of_mine()?;
        let place = registry.place_of(start)?;
        let slot = registry.places.take(place);
        let slot = slot.ok_or(ProducerError::Memory {
            reason: "is not an object of this session, or was destroyed already",
        })?;
        registry.destroy_present(slot, now());
        Ok(())
    }
}

impl Registry {
    /// The whole words that a place of so many bytes lies in.
    fn words_at(&self, memory: Aligned, bytes: u64) -> View<'_> {
        self.memory.view(memory.place, bytes.next_multiple_of(8))
    }

    /// Makes an object known by its address, which it returns.
    #[inline]
    fn enter_placed(&mut self, place: Ref, slot: u32) -> NonNull<u8> {
        let region_len = self.memory.region_len(place);
        self.places.enter(place, slot, region_len);
        self.address_of(place)
    }

    fn address_of(&self, place: Ref) -> NonNull<u8> {
        self.memory.view(place, 1).start()
    }

    fn place_of(&self, start: NonNull<u8>) -> Result<Ref, ProducerError> {
        let place = self.memory.place_of(start.as_ptr().addr());
        place.ok_or(ProducerError::Memory {
            reason: "does not lie in this session's memory",
        })
    }
}

/// Size and alignment of a type whose storage begins with these bytes.
#[inline]
fn storage_of(
    registry: &Registry,
    type_id: TypeId,
    storage: &[u8],
) -> Result<(u64, u64), ProducerError> {
    let ty = registry.types.schema().get(type_id);
    let ty = ty.ok_or(ProducerError::Memory {
        reason: "has a type that the session does not know",
    })?;
    if ty.size != storage.len() as u64 {
        return Err(ProducerError::Memory {
            reason: "is to begin with more or fewer bytes than its type has",
        });
    }
    Ok((ty.size, ty.align))
}

/// Whether a value of the type, or so many, fit into the memory.
fn check_room(
    registry: &Registry,
    loose: Loose,
    type_id: TypeId,
    count: Option<u64>,
) -> Result<(), ProducerError> {
    let refuse = |reason| Err(ProducerError::Memory { reason });
    let Some(ty) = registry.types.schema().get(type_id) else {
        return refuse("has a type that the session does not know");
    };
    let size = ty.size.checked_mul(count.unwrap_or(1));
    if count == Some(0) || size.is_none_or(|size| size > loose.len) {
        return refuse("is smaller than its type");
    }
    if !loose.memory.place.offset().is_multiple_of(ty.align) {
        return refuse("is not aligned for its type");
    }
    Ok(())
}

/// Fills whole words with the same bytes again and again.
fn fill(view: View<'_>, bytes: &[u8]) {
    use std::sync::atomic::Ordering;
    let words = view.words(0, view.len() / 8).expect("whole words");
    let mut repeated = bytes.iter().cycle();
    for word in words {
        let next: [u8; 8] = std::array::from_fn(|_| *repeated.next().expect("it has bytes"));
        word.store(u64::from_ne_bytes(next), Ordering::Relaxed);
    }
}

//! An allocator over session memory, for containers that take one.
#![allow(unsafe_code)]

use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::Arc;

use allocator_api2::alloc::{AllocError, Allocator};

use super::allocator::Block;
use super::session::{Session, Shared};

/// Lets containers with an `allocator_api2` allocator keep their elements in session memory.
///
/// Observers see this memory only where it is registered as an object. Register only memory that is
/// made of cells: a container's memory is its own.
///
/// The memory is shared: any process that may write to the session could store to it. Like all of a
/// program's memory that others map for writing, it is as trustworthy as these processes are.
///
/// # Examples
///
/// ```
/// use allocator_api2::vec::Vec;
/// use memglass::Plain;
///
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("example").dir(&dir).create()?;
/// let mut numbers: Vec<u64, _> = Vec::new_in(session.allocator());
/// numbers.extend(0..1000);
/// assert_eq!(numbers.iter().sum::<u64>(), 499_500);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SessionAllocator {
    /// B1: each block handed out stays mapped, unmoved and unused by anything else until it is given
    /// back, or until the last clone of this is gone.
    shared: Arc<Shared>,
}

/// Largest alignment of an element. A larger one is refused as if there were no memory.
const MAX_ALIGN: usize = 64;

impl Session {
    /// An allocator over the session's memory.
    pub fn allocator(&self) -> SessionAllocator {
        SessionAllocator {
            shared: Arc::clone(&self.shared),
        }
    }
}

// SAFETY: B1: blocks stay mapped and unmoved as long as the session's memory, which every clone keeps.
// A block is handed out again only after `deallocate`. The size class of a block follows from the
// layout alone, so `deallocate` gives back exactly what `allocate` took.
unsafe impl Allocator for SessionAllocator {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            let dangling = NonNull::new(std::ptr::without_provenance_mut(layout.align()));
            return Ok(NonNull::slice_from_raw_parts(
                dangling.expect("alignments are not 0"),
                0,
            ));
        }
        if layout.align() > MAX_ALIGN {
            return Err(AllocError);
        }
        let mut registry = self.shared.registry_of_mine().map_err(|_| AllocError)?;
        let bytes = class_of(layout);
        let block = registry.memory.allocate(bytes).map_err(|_| AllocError)?;
        let start = registry.memory.view(block.place, bytes).start();
        Ok(NonNull::slice_from_raw_parts(start, layout.size()))
    }

    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        let Ok(mut registry) = self.shared.registry_of_mine() else {
            return;
        };
        let place = registry
            .memory
            .place_of(start.as_ptr().addr())
            .expect("it was allocated here");
        registry.memory.free(Block {
            place,
            size: super::allocator::rounded(class_of(layout)),
        });
    }
}

/// The number of bytes to ask for so that the block is aligned: to 16 bytes below a line, to 64 from
/// there on.
fn class_of(layout: Layout) -> u64 {
    let size = layout.size() as u64;
    if layout.align() <= 16 {
        size
    } else {
        size.max(64)
    }
}

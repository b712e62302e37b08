//! Objects of C programs, known by their addresses.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use memglass::schema::TypeId;

use crate::out::place;
use crate::session::CSession;
use crate::status::{Failure, Status, entry};
use crate::text::{Text, elements};

/// Creates an object of a type of the session; `object` gets its address.
///
/// Its bytes begin as the `len` bytes at `storage`, which must be as many as the type has. It lives until
/// `memglass_object_destroy`, or until the session ends. Each of its bytes is accessed by atomics of the width
/// that its type gives it; the functions and types of this header and of `memglass.hpp` do that.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_object_create(
    session: Option<&CSession>,
    label: Text,
    type_id: u32,
    storage: *const c_void,
    len: usize,
    object: Option<&mut MaybeUninit<*mut c_void>>,
) -> Status {
    entry(|| {
        let out = place(object, "object")?;
        let session = session.ok_or_else(|| Failure::null("session"))?;
        let storage = elements(storage.cast::<u8>(), len, "storage")?;
        let start = session
            .session
            .place(label.get()?, TypeId(type_id), storage)?;
        out.write(start.as_ptr().cast());
        Ok(())
    })
}

/// Creates an array of `count` objects under one label, all of which begin with the `len` bytes at `storage`;
/// `first` gets the address of the first. The others follow without gaps.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_array_create(
    session: Option<&CSession>,
    label: Text,
    type_id: u32,
    count: u64,
    storage: *const c_void,
    len: usize,
    first: Option<&mut MaybeUninit<*mut c_void>>,
) -> Status {
    entry(|| {
        let out = place(first, "first")?;
        let session = session.ok_or_else(|| Failure::null("session"))?;
        let storage = elements(storage.cast::<u8>(), len, "storage")?;
        let label = label.get()?;
        let start = session
            .session
            .place_array(label, TypeId(type_id), count, storage)?;
        out.write(start.as_ptr().cast());
        Ok(())
    })
}

/// Destroys an object or array by its address. Observers learn that it is gone, and its memory is reused after
/// the grace period: do not use the address any more.
///
/// Fails with `MEMGLASS_STATUS_BAD_MEMORY` if no object starts there, or it was destroyed already.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_object_destroy(
    session: Option<&CSession>,
    object: *mut c_void,
) -> Status {
    entry(|| {
        let session = session.ok_or_else(|| Failure::null("session"))?;
        Ok(session.session.destroy_at(address(object, "object")?)?)
    })
}

/// Allocates `len` zeroed bytes of the session's memory, aligned to `align` (a power of two up to 4096). No
/// observer sees them before `memglass_register`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_allocate(
    session: Option<&CSession>,
    len: u64,
    align: u64,
    memory: Option<&mut MaybeUninit<*mut c_void>>,
) -> Status {
    entry(|| {
        let out = place(memory, "memory")?;
        let session = session.ok_or_else(|| Failure::null("session"))?;
        let start = session.session.allocate_at(len, align)?;
        out.write(start.as_ptr().cast());
        Ok(())
    })
}

/// Gives back memory of `memglass_allocate` that is no object.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_free(session: Option<&CSession>, memory: *mut c_void) -> Status {
    entry(|| {
        let session = session.ok_or_else(|| Failure::null("session"))?;
        Ok(session.session.free_at(address(memory, "memory")?)?)
    })
}

/// Makes an object of memory of `memglass_allocate`: one value of a type of the session if `count` is 0, else
/// an array of `count`. From here on observers access it, and `memglass_object_destroy` gives it back.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_register(
    session: Option<&CSession>,
    label: Text,
    memory: *mut c_void,
    type_id: u32,
    count: u64,
) -> Status {
    entry(|| {
        let session = session.ok_or_else(|| Failure::null("session"))?;
        let start = address(memory, "memory")?;
        let count = (count > 0).then_some(count);
        let label = label.get()?;
        Ok(session
            .session
            .register_at(label, start, TypeId(type_id), count)?)
    })
}

fn address(start: *mut c_void, argument: &str) -> Result<NonNull<u8>, Failure> {
    NonNull::new(start.cast()).ok_or_else(|| Failure::null(argument))
}

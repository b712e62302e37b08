//! Where results go.

use std::mem::MaybeUninit;

use crate::status::{Failure, Status};
use crate::text;

/// The place for a result, which the caller need not have initialised. A function asks for it before it does
/// anything.
pub(crate) fn place<'a, T>(
    out: Option<&'a mut MaybeUninit<T>>,
    argument: &str,
) -> Result<&'a mut MaybeUninit<T>, Failure> {
    out.ok_or_else(|| Failure::null(argument))
}

/// Copies bytes into a caller's buffer. `len` gets their number in any case.
///
/// # Errors
///
/// [`Status::TooSmall`] if the buffer has no room; nothing is copied.
pub(crate) fn copy(
    bytes: &[u8],
    buffer: *mut u8,
    capacity: usize,
    len: Option<&mut MaybeUninit<usize>>,
) -> Result<(), Failure> {
    let buffer = text::room(buffer, capacity, "the buffer")?;
    if let Some(len) = len {
        len.write(bytes.len());
    }
    let Some(room) = buffer.get_mut(..bytes.len()) else {
        let needed = bytes.len();
        let message = format!("the result has {needed} bytes, and the buffer {capacity}");
        return Err(Failure::new(Status::TooSmall, message));
    };
    room.write_copy_of_slice(bytes);
    Ok(())
}

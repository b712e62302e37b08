//! Texts and arrays from C and for C.
//!
//! C1: a pointer that a caller passes is null, or leads to as many elements as the function says, initialised
//! unless they are only written, and nobody changes them during the call.
#![allow(unsafe_code)]

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr;
use std::slice;

use crate::status::{Failure, Status};

/// UTF-8 text by pointer and length. It need not end with a zero byte, and a null pointer with length 0 is an
/// empty text.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Its first byte.
    pub data: *const c_char,
    /// How many bytes it has.
    pub len: usize,
}

impl Text {
    /// No text.
    pub const EMPTY: Text = Text {
        data: ptr::null(),
        len: 0,
    };

    /// A text of ours, valid as long as `text`.
    pub(crate) fn of(text: &str) -> Text {
        Text {
            data: text.as_ptr().cast(),
            len: text.len(),
        }
    }

    /// The text, if it is UTF-8.
    pub(crate) fn get<'a>(self) -> Result<&'a str, Failure> {
        let bytes = elements(self.data.cast::<u8>(), self.len, "a text")?;
        std::str::from_utf8(bytes).map_err(|error| {
            let message = format!(
                "a text is not UTF-8 from its byte {} on",
                error.valid_up_to()
            );
            Failure::new(Status::NotUtf8, message)
        })
    }

    /// The text; an empty one stands for none.
    pub(crate) fn optional<'a>(self) -> Result<Option<&'a str>, Failure> {
        match self.len == 0 {
            true => Ok(None),
            false => self.get().map(Some),
        }
    }
}

/// What lies at a pointer, `len` elements; without elements, the pointer may be null.
pub(crate) fn elements<'a, T>(start: *const T, len: usize, what: &str) -> Result<&'a [T], Failure> {
    check(start, len, what)?;
    if len == 0 {
        return Ok(&[]);
    }
    // SAFETY: C1, and `check` found it aligned and not null.
    Ok(unsafe { slice::from_raw_parts(start, len) })
}

/// Room for `len` elements, which the caller need not have initialised.
pub(crate) fn room<'a, T>(
    start: *mut T,
    len: usize,
    what: &str,
) -> Result<&'a mut [MaybeUninit<T>], Failure> {
    check(start, len, what)?;
    if len == 0 {
        return Ok(&mut []);
    }
    // SAFETY: C1, and `check` found it aligned and not null.
    Ok(unsafe { slice::from_raw_parts_mut(start.cast(), len) })
}

/// The same for bytes, as zeros.
pub(crate) fn zeroed<'a>(start: *mut u8, len: usize, what: &str) -> Result<&'a mut [u8], Failure> {
    let room = room(start, len, what)?;
    room.fill(MaybeUninit::new(0));
    // SAFETY: C1 for `room`, and each of its bytes was just written.
    Ok(unsafe { room.assume_init_mut() })
}

fn check<T>(start: *const T, len: usize, what: &str) -> Result<(), Failure> {
    if len == 0 {
        return Ok(());
    }
    if start.is_null() {
        return Err(Failure::null(what));
    }
    let refuse = |reason: String| Err(Failure::new(Status::BadArgument, reason));
    if !start.is_aligned() {
        return refuse(format!(
            "{what} is not aligned to {} bytes",
            align_of::<T>()
        ));
    }
    if len > isize::MAX as usize / size_of::<T>().max(1) {
        return refuse(format!("{what} cannot have {len} elements"));
    }
    Ok(())
}

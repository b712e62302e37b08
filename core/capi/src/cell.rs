//! Guarded cells of C programs: values that are always read whole.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::atomic::AtomicU64;

use memglass::{GuardedBytes, hold_word};

use crate::out::place;
use crate::status::{Failure, Status, entry};
use crate::text::{elements, zeroed};

/// Copies the present value of a guarded cell, `len` bytes, to `value`. It is always of one write, and the
/// writer never waits for this.
///
/// `cell` is the address of a seqlock or locked member of an object of this process; `len` is the size of its
/// values. Fails with `MEMGLASS_STATUS_CONTENDED` if new values were published faster than one could be copied.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_guarded_read(
    cell: *const c_void,
    value: *mut c_void,
    len: usize,
) -> Status {
    entry(|| {
        let value = zeroed(value.cast::<u8>(), len, "value")?;
        at(cell, len)?.read(value)?;
        Ok(())
    })
}

/// Writes a guarded cell: `len` bytes, those between the members of a struct too. Whoever may open the session
/// can see them, so let them be zero. Fails with `MEMGLASS_STATUS_BUSY` if another live writer held it for the whole wait.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_guarded_write(
    cell: *mut c_void,
    value: *const c_void,
    len: usize,
) -> Status {
    entry(|| {
        let value = elements(value.cast::<u8>(), len, "value")?;
        Ok(at(cell, len)?.write(value)?)
    })
}

/// Changes a guarded cell in one step that no other writer can come between: `change` gets `context` and a
/// copy of the present value, aligned as its type may ask, which it changes. It must return: true to write the
/// value; false to leave the cell as it is, which fails with `MEMGLASS_STATUS_CALLED_OFF`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_guarded_update(
    cell: *mut c_void,
    len: usize,
    change: Option<extern "C" fn(context: *mut c_void, value: *mut c_void) -> bool>,
    context: *mut c_void,
) -> Status {
    entry(|| {
        let change = change.ok_or_else(|| Failure::null("change"))?;
        let update = |bytes: &mut [u8]| change(context, bytes.as_mut_ptr().cast());
        match at(cell, len)?.update(update)? {
            true => Ok(()),
            false => Err(Failure::new(
                Status::CalledOff,
                "the value is unchanged: its change was called off",
            )),
        }
    })
}

/// How many values were written to a guarded cell so far, modulo 2^40.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_guarded_sequence(
    cell: *const c_void,
    sequence: Option<&mut MaybeUninit<u64>>,
) -> Status {
    entry(|| {
        let out = place(sequence, "sequence")?;
        out.write(at(cell, 0)?.sequence());
        Ok(())
    })
}

/// Takes the right to write a guarded cell until `memglass_guarded_release`; other writers are told that it is
/// busy. `held` gets what the functions below need.
///
/// Fails with `MEMGLASS_STATUS_BUSY` if another live writer held it for the whole wait. A writer that died does
/// not count.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_guarded_hold(
    cell: *mut c_void,
    held: Option<&mut MaybeUninit<u64>>,
) -> Status {
    entry(|| {
        let out = place(held, "held")?;
        check(cell)?;
        // SAFETY: C1: a guarded cell of an object, whose first word everybody accesses as an atomic;
        // `check` found it aligned and not null.
        let word = unsafe { AtomicU64::from_ptr(cell.cast()) };
        out.write(hold_word(word)?);
        Ok(())
    })
}

/// Publishes a value under a right that is held, with stores only, and changes `held` accordingly.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_guarded_publish(
    cell: *mut c_void,
    held: Option<&mut u64>,
    value: *const c_void,
    len: usize,
) -> Status {
    entry(|| {
        let held = held.ok_or_else(|| Failure::null("held"))?;
        let value = elements(value.cast::<u8>(), len, "value")?;
        *held = at(cell, len)?.publish(*held, value);
        Ok(())
    })
}

/// Gives back a right that is held.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_guarded_release(cell: *mut c_void, held: u64) -> Status {
    entry(|| {
        at(cell, 0)?.release(held);
        Ok(())
    })
}

/// The guarded value at an address; with `len` 0, its word alone.
fn at<'a>(cell: *const c_void, len: usize) -> Result<GuardedBytes<'a>, Failure> {
    check(cell)?;
    // SAFETY: C1: a guarded cell of an object with values of `len` bytes, which everybody accesses as
    // atomic words; `check` found it aligned and not null.
    Ok(unsafe { GuardedBytes::at(cell.cast(), len) })
}

fn check(cell: *const c_void) -> Result<(), Failure> {
    let cell = cell.cast::<AtomicU64>();
    match (cell.is_null(), cell.is_aligned()) {
        (true, _) => Err(Failure::null("cell")),
        (_, true) => Ok(()),
        _ => Err(Failure::new(
            Status::BadArgument,
            "cell is not aligned to 8 bytes, so it is not guarded",
        )),
    }
}

//! Reading and writing while another process cuts the memory short.
#![allow(unsafe_code)]

use memglass::{Field, Observer, Value};

use crate::until_told::Input;
use crate::{Answer, say};

/// Refreshes and reads a list of numbers over and over; says `ok` before the first time. Every number must
/// be `number`.
pub(crate) fn devour(observer: &mut Observer, field: &Field, number: u64, input: &Input) -> Answer {
    say("ok devouring");
    let expected = Value::from(number);
    let rounds = input.until_told(|| {
        observer.refresh()?;
        let Value::List(numbers) = field.read()? else {
            return Err("it is no list".into());
        };
        match numbers.iter().find(|found| **found != expected) {
            Some(found) => Err(format!("found {found}").into()),
            None => Ok::<(), Box<dyn std::error::Error>>(()),
        }
    })?;
    Ok(rounds.to_string())
}

/// Writes a list of one number over and over; prints `ok` before the first write.
pub(crate) fn fill(field: &Field, number: u64, input: &Input) -> Answer {
    let count = field.element_count().ok_or("it is no list")?;
    let numbers = Value::List(vec![Value::from(number); count as usize]);
    say("ok filling");
    let rounds = input.until_told(|| field.write(&numbers))?;
    Ok(rounds.to_string())
}

/// Ends this process with code 42 at a SIGBUS, as long as no other handler is set.
pub(crate) fn expect_faults() {
    extern "C" fn quit(_signal: i32) {
        // SAFETY: L1: ending the process is allowed in a handler.
        unsafe { libc::_exit(42) };
    }
    let quit = quit as *const () as usize;
    // SAFETY: L1: the handler is a function of the right type that makes one system call.
    unsafe { libc::signal(libc::SIGBUS, quit) };
}

/// Ignores SIGBUS, as far as it can be ignored.
pub(crate) fn ignore_faults() {
    // SAFETY: L1: ignoring a signal is always allowed.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_IGN) };
}

/// Loads from our own mapping, whose file is cut.
pub(crate) fn fault() -> Answer {
    let file = tempfile::tempfile()?;
    file.set_len(4096)?;
    let fd = std::os::fd::AsRawFd::as_raw_fd(&file);
    // SAFETY: L1: a new mapping, which no other code uses.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ,
            libc::MAP_SHARED,
            fd,
            0,
        )
    };
    file.set_len(0)?;
    // SAFETY: L1: it is mapped and readable; the SIGBUS is intended.
    let byte = unsafe { start.cast::<u8>().read_volatile() };
    Err(format!("read {byte}").into())
}

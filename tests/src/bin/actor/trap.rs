//! Being stopped exactly at the first store of a write: after the object was found alive, with
//! nothing in the library that knows of it.
//!
//! The session's regions are made read-only in this process. The first store to them then faults, the
//! handler of that signal stops the process, and once it goes on it makes the regions writable again
//! and lets the store happen.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicUsize, Ordering};

use memglass::{Field, Value};

use crate::{Answer, say};

/// Address and length of each region that is read-only now.
static REGIONS: [[AtomicUsize; 2]; 8] = [const { [const { AtomicUsize::new(0) }; 2] }; 8];

/// Changes a value as `how` says and is stopped before the first byte changes.
pub(crate) fn trap(field: &Field, how: &str) -> Answer {
    let value = changed(&field.read()?);
    set_up()?;
    say("ok trapped");
    let written = match how {
        "write" => field.write(&value),
        "add" => field.add(&1_u64.into()).map(drop),
        _ => field.update(|present| *present = value.clone()).map(drop),
    };
    if is_set_up() {
        return Err(format!("nothing was stored: {written:?}").into());
    }
    written?;
    Ok("written".into())
}

/// How many members of a struct are written. Not all: the members of a union contradict each other.
const SEVERAL: usize = 4;

/// Another value of the same type.
fn changed(value: &Value) -> Value {
    match value {
        Value::I64(number) => Value::I64(number + 1),
        Value::U64(number) => Value::U64(number ^ 1),
        Value::I128(number) => Value::I128(number + 1),
        Value::Text(_) => "somebody else".into(),
        Value::Enum(value) => Value::I128(-value.number),
        Value::Flags(value) => Value::U64(value.bits ^ 1),
        Value::List(values) => Value::from(values.iter().map(changed).collect::<Vec<_>>()),
        Value::Record(members) => {
            let changed = |(name, value): &(_, _)| (std::sync::Arc::clone(name), changed(value));
            Value::Record(members.iter().take(SEVERAL).map(changed).collect())
        }
        other => other.clone(),
    }
}

fn set_up() -> Result<(), Box<dyn std::error::Error>> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let ours = maps
        .lines()
        .filter(|line| line.contains(" rw-s ") && line.contains("_region_"));
    let mut places = REGIONS.iter();
    for line in ours {
        let range = line
            .split(' ')
            .next()
            .and_then(|range| range.split_once('-'));
        let (start, end) = range.ok_or("maps are ranges")?;
        let [start, end] = [start, end].map(|text| usize::from_str_radix(text, 16));
        let place = places.next().ok_or("more regions than a test has")?;
        place[1].store(end? - start.clone()?, Ordering::Relaxed);
        place[0].store(start?, Ordering::Relaxed);
    }
    handle_faults();
    protect(libc::PROT_READ);
    Ok(())
}

fn is_set_up() -> bool {
    REGIONS[0][1].load(Ordering::Relaxed) != 0
}

/// Lets the next fault, and that one only, stop the process.
fn handle_faults() {
    // SAFETY: a `sigaction` of zeros is a valid one: no flags, no blocked signals.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = stand_still as *const () as usize;
    action.sa_flags = libc::SA_RESETHAND;
    // SAFETY: `action` is complete, and the handler does only what handlers may.
    let result = unsafe { libc::sigaction(libc::SIGSEGV, &action, std::ptr::null_mut()) };
    assert_eq!(result, 0, "a handler can be set");
}

extern "C" fn stand_still(_signal: libc::c_int) {
    // SAFETY: `raise` may be called in a handler.
    unsafe { libc::raise(libc::SIGSTOP) };
    protect(libc::PROT_READ | libc::PROT_WRITE);
    REGIONS[0][1].store(0, Ordering::Relaxed);
}

fn protect(protection: libc::c_int) {
    for [start, len] in &REGIONS {
        let (start, len) = (start.load(Ordering::Relaxed), len.load(Ordering::Relaxed));
        if len > 0 {
            // SAFETY: one whole mapping of a region, which lasts as long as the observer; making it
            // read-only for a while breaks nobody's assumption but that stores are possible.
            unsafe { libc::mprotect(start as *mut libc::c_void, len, protection) };
        }
    }
}

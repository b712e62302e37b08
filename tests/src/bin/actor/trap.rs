//! Being stopped exactly at a store: at the first one of a write, after the object was found alive, with
//! nothing in the library that knows of it.
//!
//! The session's regions are made read-only in this process. The first store to them then faults, and the
//! handler of that signal stops the process. When the process goes on, the handler makes the regions
//! writable again, and the store happens.
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
            let changed = |(name, value): (&std::sync::Arc<str>, _)| {
                (std::sync::Arc::clone(name), changed(value))
            };
            Value::Record(members.iter().take(SEVERAL).map(changed).collect())
        }
        other => other.clone(),
    }
}

/// Does `work` and is stopped before every single store to the session's segments.
///
/// The handler of the fault lets the store happen alone: it makes the processor trap after one
/// instruction, and the handler of that makes the segments read-only again.
#[cfg(target_arch = "x86_64")]
pub(crate) fn at_each_store<R>(work: impl FnOnce() -> R) -> Result<R, Box<dyn std::error::Error>> {
    find_mappings(&["_region_", "_header"])?;
    handle(libc::SIGSEGV, before_store, 0);
    handle(libc::SIGTRAP, after_store, 0);
    protect(libc::PROT_READ);
    let result = work();
    protect(libc::PROT_READ | libc::PROT_WRITE);
    Ok(result)
}

/// The processor's flag that makes it trap after each instruction.
#[cfg(target_arch = "x86_64")]
const TRAP_FLAG: libc::greg_t = 0x100;

#[cfg(target_arch = "x86_64")]
extern "C" fn before_store(
    _: libc::c_int,
    fault: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: L1: the kernel hands a handler what there is to know of the signal.
    let fault = unsafe { &*fault };
    // SAFETY: L1: this signal is a fault, which has an address.
    let address = unsafe { fault.si_addr() };
    if !is_read_only(address.addr()) {
        // Any other fault is the end.
        std::process::abort();
    }
    // SAFETY: L1: `raise` may be called in a handler.
    unsafe { libc::raise(libc::SIGSTOP) };
    protect(libc::PROT_READ | libc::PROT_WRITE);
    // SAFETY: L1: the context of the handler, with which the thread goes on; no other code has it.
    let flags = unsafe { flags_of(context) };
    *flags |= TRAP_FLAG;
}

#[cfg(target_arch = "x86_64")]
extern "C" fn after_store(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    protect(libc::PROT_READ);
    // SAFETY: L1, as above.
    let flags = unsafe { flags_of(context) };
    *flags &= !TRAP_FLAG;
}

/// The processor's flags in a signal's context.
///
/// # Safety
///
/// `context` was passed by the kernel to a handler with `SA_SIGINFO`, and no other reference to it lives.
#[cfg(target_arch = "x86_64")]
unsafe fn flags_of<'a>(context: *mut libc::c_void) -> &'a mut libc::greg_t {
    // SAFETY: L1: by the caller's promise.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    &mut context.uc_mcontext.gregs[libc::REG_EFL as usize]
}

fn is_read_only(address: usize) -> bool {
    REGIONS.iter().any(|[start, len]| {
        let start = start.load(Ordering::Relaxed);
        (start..start + len.load(Ordering::Relaxed)).contains(&address)
    })
}

fn set_up() -> Result<(), Box<dyn std::error::Error>> {
    find_mappings(&["_region_"])?;
    handle(libc::SIGSEGV, stand_still, libc::SA_RESETHAND);
    protect(libc::PROT_READ);
    Ok(())
}

/// Notes where this process has the segments whose names contain one of `parts`.
fn find_mappings(parts: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let is_ours =
        |line: &&str| line.contains(" rw-s ") && parts.iter().any(|part| line.contains(part));
    let ours = maps.lines().filter(is_ours);
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
    Ok(())
}

fn is_set_up() -> bool {
    REGIONS[0][1].load(Ordering::Relaxed) != 0
}

/// A handler of signals, in the form for which `SA_SIGINFO` asks.
type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);

fn handle(signal: libc::c_int, handler: Handler, flags: libc::c_int) {
    // SAFETY: L1: a `sigaction` of zeros is a valid one: no flags, no blocked signals.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler as *const () as usize;
    action.sa_flags = flags | libc::SA_SIGINFO;
    // SAFETY: L1: `action` is complete, and the handlers here do only what handlers may.
    let result = unsafe { libc::sigaction(signal, &action, std::ptr::null_mut()) };
    assert_eq!(result, 0, "a handler can be set");
}

/// For the first store only: another fault ends the process.
extern "C" fn stand_still(_: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: L1: `raise` may be called in a handler.
    unsafe { libc::raise(libc::SIGSTOP) };
    protect(libc::PROT_READ | libc::PROT_WRITE);
    REGIONS[0][1].store(0, Ordering::Relaxed);
}

fn protect(protection: libc::c_int) {
    for [start, len] in &REGIONS {
        let (start, len) = (start.load(Ordering::Relaxed), len.load(Ordering::Relaxed));
        if len > 0 {
            // SAFETY: L1: one whole mapping of a region, which lasts as long as the observer. While it is
            // read-only, stores fault, which is intended.
            unsafe { libc::mprotect(start as *mut libc::c_void, len, protection) };
        }
    }
}

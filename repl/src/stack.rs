//! Room for the deepest script, on whatever thread the caller has.

use std::io;

use memglass_script::ScriptHost;

/// What is taken beyond what scripts need, so that an evaluation inside of one needs no other stack.
const MARGIN: usize = 1 << 20;

/// Whether there is room for such a stack.
///
/// # Errors
///
/// If a limit of the system (`ulimit -v`) leaves too little.
pub(crate) fn check() -> io::Result<()> {
    let bytes = ScriptHost::STACK_BYTES + MARGIN;
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| {
        let told = format!(
            "scripts need a stack of {} MiB, and there is no memory for it",
            bytes >> 20
        );
        io::Error::new(io::ErrorKind::OutOfMemory, told)
    })
}

/// Runs `work` on the caller's thread, on a larger stack where the present one is too small for the
/// deepest script that the limits allow.
pub fn deep<T>(work: impl FnOnce() -> T) -> T {
    let needed = ScriptHost::STACK_BYTES;
    stacker::maybe_grow(needed, needed + MARGIN, work)
}

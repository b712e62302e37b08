//! Room for the deepest script, on whatever thread the caller has.

use std::io;

use memglass_script::ScriptHost;
use memglass_system::memory;

/// What is taken beyond what scripts need, so that an evaluation inside of one needs no other stack.
const MARGIN: usize = 1 << 20;

/// What making the engine takes beside its stack, and a small script after it: 2 MiB were measured.
const ENGINE: usize = 8 << 20;

/// Whether there is room for such a stack, and for an engine beside it.
///
/// # Errors
///
/// If a limit of the system (`ulimit -v`) leaves too little.
pub(crate) fn check() -> io::Result<()> {
    memory::check(
        ScriptHost::STACK_BYTES + MARGIN + ENGINE,
        "a script with its stack",
    )
}

/// Runs `work` on the caller's thread, on a larger stack where the present one is too small for the
/// deepest script that the limits allow.
pub fn deep<T>(work: impl FnOnce() -> T) -> T {
    let needed = ScriptHost::STACK_BYTES;
    stacker::maybe_grow(needed, needed + MARGIN, work)
}

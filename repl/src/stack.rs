//! Room for the deepest script, on whatever thread the caller has.

use crate::script::ScriptHost;

/// What is taken beyond what scripts need, so that an evaluation inside of one needs no other stack.
const MARGIN: usize = 1 << 20;

/// Runs `work` on the caller's thread, on a larger stack where the present one is too small for the
/// deepest script that the limits allow.
pub fn deep<T>(work: impl FnOnce() -> T) -> T {
    let needed = ScriptHost::STACK_BYTES;
    stacker::maybe_grow(needed, needed + MARGIN, work)
}

//! Addresses, and what lies there if somebody knows.

use std::sync::OnceLock;

/// Says what lies at an address: `&on_tick`.
type Names = dyn Fn(u64) -> Option<String> + Send + Sync;

/// Of the whole process: it looks into one program, and an address means the same in all of its values.
static NAMES: OnceLock<Box<Names>> = OnceLock::new();

/// Has all addresses written with what `names` says of them, for people and in CSV. JSON has the address alone.
///
/// The first call counts. `names` is asked whenever an address is written, from any thread.
pub fn name_addresses(names: impl Fn(u64) -> Option<String> + Send + Sync + 'static) {
    let _ = NAMES.set(Box::new(names));
}

/// An address, with what lies there.
pub(super) fn address(address: u64) -> String {
    match NAMES.get().and_then(|names| names(address)) {
        Some(name) => format!("0x{address:x} {}", super::escaped(&name)),
        None => format!("0x{address:x}"),
    }
}

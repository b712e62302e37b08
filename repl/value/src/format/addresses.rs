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
    match name(address) {
        Some(name) => format!("0x{address:x} {name}"),
        None => format!("0x{address:x}"),
    }
}

/// What lies at an address, or the address if nobody knows, where there is little room.
pub(super) fn brief_address(address: u64) -> String {
    name(address).unwrap_or_else(|| format!("0x{address:x}"))
}

fn name(address: u64) -> Option<String> {
    let name = NAMES.get()?(address)?;
    Some(super::escaped(&name).into_owned())
}

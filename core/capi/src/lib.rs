//! The C ABI of memglass: `core/include/memglass/memglass.h` is made of this crate, and docs/cpp.md shows how
//! to use it.
//!
//! A function here checks its arguments, calls the library, and turns an error into a [`Status`] and a
//! message. It decides nothing else: what C needs and the library lacks belongs into the library. No panic
//! leaves a function ([`entry`](status::entry)).
//!
//! - Texts go in and out as pointer and length ([`Text`](text::Text)).
//! - A function that can fail returns its status, and its result through its last parameter.
//! - Handles are made by one function and given back to another, each of which says so.

pub mod cell;
pub mod field;
pub mod introspection;
pub mod metadata;
pub mod object;
pub mod observer;
mod out;
pub mod reading;
pub mod sampler;
pub mod schema;
pub mod session;
pub mod status;
pub mod text;
pub mod types;
pub mod writing;

/// Version of this interface. It grows when functions, codes or fields are added, and its thousands when
/// programs have to be compiled again.
pub const ABI_VERSION: u32 = 3000;

/// The version of the library that the program runs with. A program that was compiled with another number of
/// thousands must not go on.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_abi_version() -> u32 {
    ABI_VERSION
}

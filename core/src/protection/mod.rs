//! The cells that a storage struct is made of: [`Plain`], [`Atomic`], [`Guarded`], [`Locked`] and text.
//!
//! Each is the only way to its bytes: a reference to it gives out values, never references to its
//! bytes. No cell knows a session; `sync` tells, by address, whether an owner is dead.
#![allow(unsafe_code)]

mod atomic;
mod guarded;
mod guarded_bytes;
mod heap;
mod locked;
mod plain;
mod text;
mod union;
mod words;

pub use atomic::Atomic;
pub use guarded::{Guarded, Writer};
pub use guarded_bytes::{GuardedBytes, HeldSequence, hold_word};
pub use heap::Heap;
pub use locked::Locked;
pub use plain::Plain;
pub use text::{PlainText, Text, TextError};
pub use union::PlainUnion;

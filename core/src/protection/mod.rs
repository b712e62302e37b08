//! What a storage struct is made of: [`Plain`], [`Atomic`], [`Guarded`], [`Locked`] and text.
//!
//! Each is the one way to its bytes: a reference to it gives out values, never references to
//! them. None knows of sessions; who is dead is asked through `sync`, by address.
#![allow(unsafe_code)]

mod atomic;
mod guarded;
mod heap;
mod locked;
mod plain;
mod text;
mod union;
mod words;

pub use atomic::Atomic;
pub use guarded::{Guarded, Writer};
pub use heap::Heap;
pub use locked::Locked;
pub use plain::Plain;
pub use text::{PlainText, Text, TextError};
pub use union::PlainUnion;

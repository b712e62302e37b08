//! Typed objects of a live program in shared memory, to be looked into and steered from outside.
#![deny(unsafe_code)]

// What the derive writes names this crate, in this crate's own tests and examples too.
extern crate self as memglass;

mod coerce;
#[doc(hidden)]
pub mod doc;
mod forks;
mod identity;
mod labels;
mod observe;
mod owners;
mod producer;
mod protection;
pub mod schema;
mod shm;
mod sync;
mod value;
mod wire;

/// The crate whose `bitflags!` makes flag sets that `#[derive(Observe)]` understands.
pub use bitflags;
pub use coerce::{Reason, Refusal};
pub use memglass_derive::Observe;
#[doc(hidden)]
pub use observe::derive_support;
pub use observe::{
    AtomicBits, AtomicInteger, AtomicScalar, Bits, Bitwise, InvalidValue, Observe, Scalar, Shape,
    Storage,
};
pub use producer::{
    Array, Block, Builder, Object, ProducerError, RawObject, Session, SessionAllocator,
};
pub use protection::{
    Atomic, Guarded, Heap, Locked, Plain, PlainText, PlainUnion, Text, TextError, Writer,
};
pub use shm::{Mode, ShmError};
pub use sync::{Busy, Contended, Owner};
pub use value::{ConvertError, EnumValue, FlagsValue, Value};

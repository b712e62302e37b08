//! Typed objects of a live program in shared memory, to be inspected and steered from outside.
//!
//! A **producer** keeps some of its objects in shared memory, described by their types. An
//! **observer**, another process, attaches to the running program, finds every object by its label
//! and every field by its name, reads it while it changes, and writes it where that is allowed. The
//! producer is not stopped, slowed down or asked. Nothing that either side does (a crash, a `kill -9`,
//! garbage in memory, two writers at once) causes a torn value, a hang or a crash on the other side.
//!
//! ```
//! use memglass::{ObserverBuilder, Observer, Observe, Session, Value};
//!
//! #[derive(Observe, Clone, Copy, Default)]
//! struct Quote {
//!     bid_price: i64,
//!     ask_price: i64,
//! }
//!
//! #[derive(Observe, Clone, Copy, Default)]
//! struct Position {
//!     #[observe(atomic, desc = "signed number of shares")]
//!     quantity: i64,
//!     #[observe(seqlock)]
//!     last_quote: Quote,
//! }
//!
//! # let dir = memglass::doc::directory();
//! // The producer. Without `dir`, `Session::create("engine")` does the same.
//! let session = Session::builder("engine").dir(&dir).create()?;
//! let position = session.object("AAPL_position", Position::default())?;
//! position.quantity.store(500);
//! position.last_quote.write(Quote { bid_price: 15_020, ask_price: 15_025 })?;
//!
//! // An observer, usually in another process.
//! let observer = Observer::builder().dir(&dir).writable().attach("engine")?;
//! let bid = observer.field("AAPL_position.last_quote.bid_price")?;
//! assert_eq!(bid.read()?, Value::I64(15_020));
//! observer.field("AAPL_position.quantity")?.write(&Value::I64(200))?;
//! assert_eq!(position.quantity.load(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each field has a **protection**, which its cell's type names: [`Plain`] costs nothing and is one
//! load or store, [`Atomic`] is one with an ordering, [`Guarded`] and [`Locked`] keep a whole value
//! together. There is no way to the memory past the protections.
#![deny(unsafe_code)]

// The derive's output names this crate, also in this crate's own tests and examples.
extern crate self as memglass;

mod access;
mod aligned;
mod coerce;
#[doc(hidden)]
pub mod doc;
mod forks;
mod identity;
mod labels;
mod large_pages;
mod layout;
mod observe;
mod observer;
mod origin;
mod owners;
mod pattern;
mod prefetch;
#[doc(hidden)]
pub mod printable;
mod process;
mod producer;
mod protection;
mod quiet_thread;
pub mod sampler;
pub mod schema;
mod shm;
mod sync;
mod value;
mod wire;

/// The crate whose `bitflags!` makes flag sets that `#[derive(Observe)]` understands.
pub use bitflags;
pub use coerce::{Reason, Refusal};
pub use layout::{Damage, LayoutError, Part};
pub use memglass_derive::Observe;
/// The crate that parses the texts of packed records, and reads such records.
pub use memglass_layouts as layouts;
#[doc(hidden)]
pub use observe::derive_support;
pub use observe::{
    AtomicBits, AtomicInteger, AtomicScalar, Bits, Bitwise, InvalidValue, Observe, Scalar, Shape,
    Storage,
};
#[doc(hidden)]
pub use observer::nearest;
pub use observer::{
    AttachError, Change, Cleaned, CutOffWrite, DamagedMemory, Field, FieldInfo, Moment,
    ObjectEntry, ObjectId, ObjectInfo, Observer, ObserverBuilder, PackedPart, Packing, PathError,
    Presence, ReadError, RegionInfo, SessionEntry, SessionInfo, TypedField, WriteError, clean,
    object_value, sessions,
};
pub use origin::{Origin, Replay};
pub use pattern::{Pattern, PatternError};
pub use producer::{
    Array, Block, Buffer, BufferError, CellError, Growth, Object, ProducerError, RawCell,
    RawObject, Session, SessionAllocator, SessionBuilder, TypedBlock,
};
pub use protection::{
    Atomic, Guarded, GuardedBytes, Heap, HeldSequence, Locked, Plain, PlainText, PlainUnion, Text,
    TextError, Writer, hold_word,
};
pub use shm::{Mode, ShmError, survive_truncation};
pub use sync::{Busy, Contended, Owner};
pub use value::{ConvertError, EnumValue, FlagsValue, Members, Record, Value};

/// The examples of the page on packed records are tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/layouts.md")]
struct Layouts;

//! The producer's side: a session, its objects, and the memory under them.
//!
//! [`session`] makes and ends a session, [`registry`] creates and destroys objects in it,
//! [`allocator`] and [`regions`] give them bytes, [`types`] tells observers what they are.

mod allocator;
mod claim_name;
mod containers;
mod error;
mod memory;
mod object;
mod regions;
mod registry;
mod session;
mod table;
mod types;

pub use containers::SessionAllocator;
pub use error::ProducerError;
pub use object::{Array, Block, Object, RawObject};
pub use session::{Builder, Session};

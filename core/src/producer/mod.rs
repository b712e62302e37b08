//! The producer's side: a session, its objects, and the memory under them.
//!
//! [`session`] makes and ends a session, [`registry`] creates and destroys objects in it,
//! [`allocator`] and [`regions`] give them bytes, [`ahead`] makes regions before they are needed,
//! [`types`] tells observers what they are. [`object`] has the handles of typed objects, [`runtime`]
//! those of types that are known only at run time, [`placed`] objects that have no handle but their address.

mod ahead;
mod allocator;
mod buffer;
mod cell_error;
mod claim_name;
mod containers;
mod error;
mod exits;
mod extents;
mod memory;
mod object;
mod placed;
mod places;
mod regions;
mod registry;
mod restore;
mod runtime;
mod session;
mod table;
mod types;

pub use buffer::{Buffer, BufferError};
pub use cell_error::CellError;
pub use containers::SessionAllocator;
pub use error::ProducerError;
pub use object::{Array, Block, Object, RawObject};
pub use runtime::{RawCell, TypedBlock};
pub use session::{Growth, Session, SessionBuilder};

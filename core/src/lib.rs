//! Typed objects of a live program in shared memory, to be looked into and steered from outside.
#![deny(unsafe_code)]

mod coerce;
pub mod schema;
mod sync;
mod value;
pub use coerce::{Reason, Refusal};
pub use sync::{Busy, Contended, Owner};
pub use value::{ConvertError, EnumValue, FlagsValue, Value};

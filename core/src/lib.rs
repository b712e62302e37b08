//! Typed objects of a live program in shared memory, to be looked into and steered from outside.
#![deny(unsafe_code)]

mod coerce;
pub mod schema;
mod value;
pub use coerce::{Reason, Refusal};
pub use value::{ConvertError, EnumValue, FlagsValue, Value};

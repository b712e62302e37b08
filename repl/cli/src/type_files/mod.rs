//! Types of files: programs, objects and `.mgt` files, and of sessions as if they were files.
//!
//! [`source`] says whose types are meant; `memglass-type-tables` answers, and what is asked is here.

pub(super) mod asked;
pub(super) mod diff;
pub(super) mod embed;
pub(super) mod merge;
mod source;

pub(super) use source::{is_file, of as types_of, of_file};

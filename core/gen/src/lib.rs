//! Reads C++ headers, and writes what memglass needs to know of their types.
//!
//! A struct that is marked `[[memglass::observe]]` gets a storage struct and a descriptor, and so does every type in it.
//! Annotations are read from comments: `// @atomic @range(0, 100)`. libclang reads the headers; it is loaded when it is
//! needed. Where it is missing, the scanner of `memglass-code` reads the headers that it fully understands. What is wrong in a header is reported with its place, all in one run. docs/cpp.md is the introduction.
//!
//! ```no_run
//! use memglass_gen::{Options, generate};
//!
//! let options = Options { headers: vec!["trading.hpp".into()], ..Options::default() };
//! let generated = generate(&options)?;
//! println!("{}", generated.text);
//! # Ok::<(), memglass_gen::GenerateError>(())
//! ```
#![deny(unsafe_code)]

mod annotated;
mod bits;
mod clang;
mod compiler;
mod emit;
mod error;
mod fault;
mod gaps;
mod generate;
mod includes;
mod judge;
mod model;
mod names;
mod notes;
mod options;
mod packed;
mod read;
mod refusals;
mod scanned;
mod sources;
mod types;

pub use annotated::{annotation_faults, misspelt_annotation, nearest_path, unknown_annotation};
pub use error::GenerateError;
pub use fault::{Fault, Place};
pub use generate::{Generated, generate};
pub use includes::{Unseen, unseen};
pub use options::{Options, Reader};
pub use types::{HeaderOptions, types_of};

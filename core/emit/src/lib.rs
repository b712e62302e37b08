//! Writes the types of a session as C++, C or Rust.
//!
//! The types travel with a session. [`emit`] turns them back into code, for those who have the program but not its headers, or who
//! want to write an observer or a second producer in another language. Annotations are written as the generator and the derive
//! read them, so that the code describes the same types again.
//!
//! ```
//! use memglass::{Observe, Storage, schema::Schema};
//! use memglass_emit::{Language, emit};
//!
//! #[derive(Observe, Clone, Copy)]
//! struct Quote {
//!     #[observe(unit = "ticks")]
//!     bid_price: i64,
//! }
//!
//! let mut schema = Schema::new();
//! <Quote as Observe>::Storage::storage_type(&mut schema)?;
//! let header = emit(&schema, Language::Cpp);
//! assert!(header.contains("    std::int64_t bid_price;  // @unit(\"ticks\")\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod annotations;
mod declared;
mod header;
mod names;
mod place;
mod rust;

use memglass::schema::Schema;

/// A language that types are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// C++20, with the marks and comments that `memglass-gen` reads.
    Cpp,
    /// C11. Annotations are comments for people.
    C,
    /// Rust, with `#[derive(Observe)]`.
    Rust,
}

/// Writes all structs, unions, enums and flag sets of a schema. Fields come in the order of their places.
///
/// The text compiles by itself; Rust needs the crate `memglass`. A name that the language cannot have is changed: other characters
/// become `_`, and keywords get a `_` behind them. Two types of one name get numbers. Where a language cannot say what the schema
/// says, a comment at the place tells so: bitfields in Rust, unions in Rust whose members differ in size, fields that the compiler
/// would put elsewhere.
#[must_use]
pub fn emit(schema: &Schema, language: Language) -> String {
    match language {
        Language::Cpp => header::emit(schema, header::Dialect::Cpp),
        Language::C => header::emit(schema, header::Dialect::C),
        Language::Rust => rust::emit(schema),
    }
}

//! Types of C, C++ and Rust programs as data.
//!
//! A compiler knows of each type where its members lie. It writes that into the debug information of the program, where
//! nobody can easily ask for it. This crate reads it, answers questions, and keeps it in small files:
//!
//! ```
//! use memglass_types::Types;
//!
//! # let types = memglass_types::doc::quotes()?;
//! # let path = std::env::temp_dir().join(format!("quotes-{}.mgt", std::process::id()));
//! # std::fs::write(&path, types.to_bytes())?;
//! // A program, an object, or a `.mgt` file.
//! let types = Types::open(&path)?;
//! # std::fs::remove_file(&path)?;
//! let quote = types.find("struct quote").ok_or("no quote")?;
//! assert_eq!(types.size_of(quote), Some(16));
//! let places: Vec<_> = types.members(quote).iter().map(|member| (&*member.name, member.offset())).collect();
//! assert_eq!(places, [("live", 0), ("price", 8)]);
//! assert_eq!(types.holes(quote).ok_or("no struct")?.hole_bytes(), 7);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`Types`] has all questions: [`find`](Types::find), [`members`](Types::members), [`closure`](Types::closure),
//!   [`uses`](Types::uses), [`holes`](Types::holes), [`diff`](Types::diff), and what is [said](Types::declaration) of a
//!   type in C.
//! - Whether two sources say the same of where members lie: [`agreement`](Types::agreement).
//! - Programs carry their own types: [`to_code`](Types::to_code), [`to_object`](Types::to_object).
//! - Sizes and offsets are the compiler's: none is ever worked out from other sizes.
//! - Files may come from anybody: damaged ones are errors, and take time and memory in proportion to their size.
//!
//! The crate knows no session and no shared memory.
#![deny(unsafe_code)]

mod agreement;
mod btf;
mod builder;
mod closure;
mod crefl;
mod declaration;
mod diff;
#[doc(hidden)]
pub mod doc;
mod dwarf;
mod embed;
mod file;
mod holes;
mod identity;
mod kind;
mod linked;
mod meant;
mod names;
mod namesakes;
mod output;
mod placing;
mod qualifiers;
mod references;
mod sound;
mod source;
mod spell;
mod symbol;
mod types;
mod union;
mod uses;

pub use agreement::{Agreement, Disagreement};
pub use btf::BtfError;
pub use builder::{BuildError, Builder};
pub use crefl::CreflError;
pub use declaration::Remarks;
pub use diff::{Change, Detail};
pub use dwarf::DwarfError;
pub use embed::EmbedError;
pub use file::FileError;
pub use holes::{CACHE_LINE, Hole, Holes, Part};
pub use kind::{
    Arm, Attribute, Base, Count, Enum, Enumerator, GUARD, Kind, Member, Name, Place, Qualifier,
    Record, Signature, Tag, Type, TypeId, Variants, WAS,
};
pub use meant::Alike;
pub use output::check_output;
pub use source::{OpenError, Opened};
pub use symbol::{Linkage, Symbol, SymbolKind, Unit};
pub use types::Types;
pub use uses::{Use, User};

/// The examples of the page are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/types.md")]
struct Page;

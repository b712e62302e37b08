//! What is known of types, as tables: members with their offsets, unused bytes, users, functions.
//!
//! The program's subcommands and the functions of scripts ask the same questions, of files and of sessions, and must
//! get the same answers. So the answers are made here, as plain data, and both only show them.
//!
//! ```
//! # let quotes = memglass_types::doc::quotes()?;
//! let quote = memglass_type_tables::named(&quotes, "quote")?;
//! let gaps = memglass_type_tables::gaps(&quotes, quote)?;
//! assert_eq!(gaps.columns, ["after", "offset", "bytes", "bits"]);
//! assert_eq!(gaps.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod btf_like;
mod crefl;
mod elsewhere;
mod error;
mod functions;
mod holes;
mod listing;
mod of_schema;
mod pattern;
mod to_schema;
mod uses;

pub use btf_like::btf_like;
pub use crefl::crefl;
pub use elsewhere::described;
pub use error::AskError;
pub use functions::functions;
pub use holes::{gaps, holes, ranking};
pub use listing::{c_of, chosen, describe, list, listed};
pub use of_schema::types as of_session;
pub use pattern::{Pattern, is_pattern};
pub use to_schema::schema as for_session;
pub use uses::uses;

use memglass::printable::printable;
use memglass_types::{TypeId, Types};
use memglass_value::shown::Shown;
use serde_json::Value as Json;

/// The type of this name, which may be without the namespace if no other has it.
///
/// # Errors
///
/// [`AskError::NoType`], with the names that may be meant.
pub fn named(types: &Types, name: &str) -> Result<TypeId, AskError> {
    types.meant(name).map_err(|alike| AskError::NoType {
        name: name.to_owned(),
        alike,
    })
}

/// The types of this name: several if files that were compiled have different types of it.
///
/// # Errors
///
/// As of [`named`].
pub fn all_named(types: &Types, name: &str) -> Result<Vec<TypeId>, AskError> {
    types.all_meant(name).map_err(|alike| AskError::NoType {
        name: name.to_owned(),
        alike,
    })
}

/// Text for people, whatever is in the names, and the same for programs as it is.
fn text(text: &str, json: Json) -> Shown {
    Shown::Text {
        text: printable(text.trim_end()).into_owned(),
        json: Some(json),
    }
}

/// A file and line, as editors open it.
fn place(place: Option<&memglass_types::Place>) -> Option<String> {
    let place = place?;
    Some(match place.line {
        0 => place.file.to_string(),
        line => format!("{}:{line}", place.file),
    })
}

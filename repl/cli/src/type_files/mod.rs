//! Types of files: programs, objects and `.mgt` files, and of sessions as if they were files.
//!
//! [`source`] says whose types are meant; each subcommand has a file.

pub(super) mod diff;
pub(super) mod functions;
pub(super) mod holes;
pub(super) mod listing;
pub(super) mod merge;
mod of_schema;
mod pattern;
mod source;
pub(super) mod uses;

pub(super) use of_schema::types as types_of;
pub(super) use source::is_file;

use memglass_repl::program::Output;
use memglass_types::{TypeId, Types};
use memglass_value::shown::Shown;
use serde_json::Value as Json;

use super::failure::Failure;

/// The type of this name, or what to say instead.
fn found(types: &Types, name: &str) -> Result<TypeId, Failure> {
    types.find(name).ok_or_else(|| {
        let tip = match types.nearest(name) {
            Some(nearest) => format!("; did you mean {nearest:?}?"),
            None => String::new(),
        };
        Failure::Types(format!("no type {name:?} here{tip}"))
    })
}

/// Text as it is, and the same for programs.
fn text(text: String, json: Json) -> Output {
    Shown::Text {
        text: text.trim_end().to_owned(),
        json: Some(json),
    }
    .into()
}

/// A file and line, as editors open it.
fn place(place: Option<&memglass_types::Place>) -> Option<String> {
    let place = place?;
    Some(match place.line {
        0 => place.file.to_string(),
        line => format!("{}:{line}", place.file),
    })
}

//! A structure as a tree of its members.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Cell;
use crate::format;

/// A structure spread out.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Label or path; empty if it has none.
    pub title: String,
    /// Name of its type.
    pub type_name: String,
    /// Its members, in their order.
    pub members: Vec<Member>,
}

/// One member of a [`Record`].
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub cell: Cell,
    /// Name of its type.
    pub type_name: String,
    /// What else there is to say: protection, range, description.
    pub note: String,
    /// The members of the structure that it is; empty if it is not a structure.
    pub members: Vec<Member>,
}

impl Record {
    /// An object of its members.
    pub fn json(&self) -> Json {
        let members = self.members.iter();
        let members =
            members.map(|member| (member.name.to_string(), format::json(&member.cell.value)));
        Json::Object(members.collect())
    }
}

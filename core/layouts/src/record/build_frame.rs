//! What a map gives for the fields of one struct, and which of it was taken.

use super::value::Value;
use super::write::WriteError;
use crate::program::{NONE, Program};
use std::collections::HashMap;

/// The values for the fields of one struct.
pub(super) struct MapFrame<'v> {
    pub(super) map: &'v [(String, Value)],
    pub(super) used: Vec<bool>,
    pub(super) path: String,
    /// What was given for the arrays of this struct.
    pub(super) arrays: HashMap<u32, Option<&'v Value>>,
}

impl<'v> MapFrame<'v> {
    pub(super) fn new(map: &'v [(String, Value)], path: String) -> MapFrame<'v> {
        MapFrame {
            map,
            used: vec![false; map.len()],
            path,
            arrays: HashMap::new(),
        }
    }

    /// The value for a field: by its full name, else by its own if no field before took that.
    pub(super) fn take(&mut self, program: &Program, field: u32) -> Option<&'v Value> {
        let field = program.field(field);
        let name = program.name(field.name);
        let full = match program.structure(field.owner).name {
            NONE => None,
            owner => Some(format!("{}::{name}", program.name(owner))),
        };
        let found = full
            .and_then(|full| self.find(&full))
            .or_else(|| self.find(name))?;
        self.used[found] = true;
        Some(&self.map[found].1)
    }

    fn find(&self, key: &str) -> Option<usize> {
        (0..self.map.len()).find(|i| !self.used[*i] && self.map[*i].0 == key)
    }

    pub(super) fn refuse_unused(&self) -> Result<(), WriteError> {
        let unused = self.used.iter().position(|used| !used);
        match unused {
            Some(unused) => Err(WriteError::NoField {
                path: joined(&self.path, &self.map[unused].0),
            }),
            None => Ok(()),
        }
    }
}

/// The path of a member.
pub(super) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

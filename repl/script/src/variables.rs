//! The variables of the prompt: which there are, which hide an object, and taking one away.

use std::collections::HashSet;

use memglass_value::shown::{Cell, Table};
use rhai::Dynamic;

use super::object_list::ObjectList;
use super::place::Place;
use super::{ScriptHost, convert, written};

/// What is known of variables with the name of an object.
#[derive(Default)]
pub(crate) struct Hiding {
    told: HashSet<String>,
    notes: Vec<String>,
}

impl ScriptHost {
    /// A row for each variable, in the order in which they were made.
    pub fn variables(&self) -> Table {
        let rows = self.scope.iter_raw().map(|(name, is_constant, value)| {
            let kind = match is_constant {
                true => format!("{} (constant)", convert::noun(value)),
                false => convert::noun(value),
            };
            let cells = [Cell::plain(name), Cell::plain(kind), self.content(value)];
            cells.map(Some).into()
        });
        let mut rows: Vec<_> = rows.collect();
        // Rhai goes through them from the last to the first.
        rows.reverse();
        Table {
            rows,
            ..Table::new(["name", "kind", "value"])
        }
    }

    /// Forgets a variable; false if there is none of this name.
    pub fn unset(&mut self, name: &str) -> bool {
        self.hiding.told.remove(name);
        // Whatever type it has.
        self.scope.remove::<Dynamic>(name).is_some()
    }

    /// Whether a variable or something of the session has this name.
    pub fn is_name(&self, name: &str) -> bool {
        self.scope.contains(name) || self.is_of_session(name)
    }

    /// Whether the name means something of the session unless a variable has it.
    pub fn is_of_session(&self, name: &str) -> bool {
        match name {
            "obs" => true,
            "args" => self.context.arguments.borrow().is_some(),
            name => self.context.attached.observer().find(name).is_some(),
        }
    }

    /// What there is to say since this was asked last: which variables hide an object.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.hiding.notes)
    }

    /// Notes, once for each, the variables that hide an object.
    pub(super) fn note_hiding(&mut self) {
        let names = self.scope.iter_raw().map(|(name, ..)| name);
        let new =
            names.filter(|name| !self.hiding.told.contains(*name) && self.is_of_session(name));
        for name in new.map(str::to_owned).collect::<Vec<_>>() {
            let hidden = match name.as_str() {
                "obs" => "the session",
                "args" => "the arguments",
                _ => "the object",
            };
            self.hiding.notes.push(format!(
                "note: {name:?} now means the variable; `:unset {name}` brings {hidden} back"
            ));
            self.hiding.told.insert(name);
        }
    }

    /// What a variable holds: of objects, which.
    fn content(&self, value: &Dynamic) -> Cell {
        if let Some(place) = value.read_lock::<Place>() {
            return Cell::plain(place.path());
        }
        if let Some(list) = value.read_lock::<ObjectList>() {
            return Cell::plain(format!("[{} objects]", list.len()));
        }
        match convert::from_script(value) {
            Some(value) => Cell::plain(value),
            None => Cell::plain(written::text(value, &self.context).unwrap_or_default()),
        }
    }
}

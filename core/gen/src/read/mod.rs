//! From the compiler's declarations to the model.

// The names of libclang are as in C.
#![allow(non_upper_case_globals)]

mod marks;
mod members;
mod names;
mod records;
mod types;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use clang_sys::*;

use crate::clang::{Cursor, Unit};
use crate::fault::{Fault, Place};
use crate::judge;
use crate::model::{Declared, Model};
use crate::names::Taken;
use crate::sources::Sources;

/// Reads all marked types of `headers`, and all types that they contain. What is wrong goes to `faults`.
pub(crate) fn read(
    unit: &Unit,
    headers: &[PathBuf],
    sources: &mut Sources,
    faults: &mut Vec<Fault>,
) -> Model {
    let macros = marks::macros(unit);
    sources.declare(&macros.attributes);
    let mut reader = Reader {
        sources,
        faults,
        model: Model::default(),
        known: HashMap::new(),
        taken: Taken::default(),
        functions: functions(unit.root()),
    };
    for record in marks::marked(unit, headers, macros, &mut reader) {
        reader.marked(record);
    }
    reader.model
}

struct Reader<'r> {
    sources: &'r mut Sources,
    faults: &'r mut Vec<Fault>,
    model: Model,
    /// Types that were read, by their spelling: the index in the model, or that they are refused.
    known: HashMap<String, Option<usize>>,
    taken: Taken,
    /// Functions and variables outside of namespaces, which hide types of the same name: `stat`.
    functions: HashSet<String>,
}

/// The names of functions and variables in a scope that is no namespace.
fn functions(scope: Cursor<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    for cursor in scope.children() {
        match cursor.kind() {
            CXCursor_FunctionDecl | CXCursor_VarDecl => {
                names.insert(cursor.name());
            }
            CXCursor_LinkageSpec | CXCursor_UnexposedDecl => names.extend(functions(cursor)),
            _ => {}
        }
    }
    names
}

impl Reader<'_> {
    fn refuse(&mut self, place: Place, reason: impl Into<String>) {
        self.faults.push(Fault::new(place, reason));
    }

    fn marked(&mut self, record: Cursor<'_>) {
        let index = self.record(record.ty().canonical(), None);
        if let Some(index) = index
            && let Declared::Record(record) = &mut self.model.types[index]
        {
            record.is_marked = true;
            let place = record.place.clone();
            let refused = judge::marked(&self.model, index);
            refused
                .into_iter()
                .for_each(|reason| self.refuse(place.clone(), reason));
        }
    }
}

//! Names that many types share, kept once.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::kind::Name;

/// Gives out one [`Name`] for equal texts.
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<Name, RandomState>);

impl Names {
    pub(crate) fn get(&mut self, text: &str) -> Name {
        match self.0.get(text) {
            Some(name) => name.clone(),
            None => {
                let name = Name::from(text);
                self.0.insert(name.clone());
                name
            }
        }
    }
}

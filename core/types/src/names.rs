//! Names that many types share, kept once.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::kind::Name;

/// Gives out one [`Name`] for equal texts.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashSet<Name, RandomState>,
    /// Where the bytes of some of them lie, and how many they are.
    places: HashMap<(usize, usize), Name, RandomState>,
}

/// Shorter names are looked up as fast as their places, and compilers write them again each time.
const SHORT: usize = 8;

impl Names {
    pub(crate) fn get(&mut self, text: &str) -> Name {
        match self.known.get(text) {
            Some(name) => name.clone(),
            None => {
                let name = Name::from(text);
                self.known.insert(name.clone());
                name
            }
        }
    }

    /// The name that these bytes are, which stay where they are as long as this is used: debug information has a long name
    /// once, and refers to it often.
    pub(crate) fn at(&mut self, bytes: &[u8]) -> Name {
        if bytes.len() < SHORT {
            return self.get(&String::from_utf8_lossy(bytes));
        }
        let place = (bytes.as_ptr().addr(), bytes.len());
        if let Some(name) = self.places.get(&place) {
            return name.clone();
        }
        let name = self.get(&String::from_utf8_lossy(bytes));
        self.places.insert(place, name.clone());
        name
    }
}

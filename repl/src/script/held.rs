//! What a variable holds, as far as completion has to know.

use rhai::{Array, Dynamic, Map};

use super::library;
use super::place::Place;

/// Elements of a list or map that are looked at, each time that somebody may press Tab.
const LOOKED_AT: usize = 100;

/// Maps inside of maps that are looked into.
const DEEPEST: usize = 4;

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// An object or a part of one, of this type.
    Place(String),
    /// A list of objects or parts of objects, of these types.
    Places(Vec<String>),
    /// A map with these names.
    Map(Vec<(String, Held)>),
    /// A value of Rhai's own, by the name of its kind: `#array`, `#map`, `#string`.
    Plain(&'static str),
    /// Something without names.
    Other,
}

/// What there is to know of a value; of a long list, of its first elements.
pub(super) fn held(value: &Dynamic) -> Held {
    held_at(value, 0)
}

fn held_at(value: &Dynamic, depth: usize) -> Held {
    if let Some(place) = value.read_lock::<Place>() {
        return Held::Place(place.type_name());
    }
    if let Some(types) = value.read_lock::<Array>().and_then(|list| types(&list)) {
        return Held::Places(types);
    }
    if let Some(map) = value.read_lock::<Map>().filter(|_| depth < DEEPEST) {
        let known = map.iter().take(LOOKED_AT);
        let members = known.map(|(name, value)| (name.to_string(), held_at(value, depth + 1)));
        return Held::Map(members.collect());
    }
    library::kind_of(value).map_or(Held::Other, Held::Plain)
}

/// The types of the places in a list of such; `None` of a list of anything else.
fn types(list: &Array) -> Option<Vec<String>> {
    let mut types = Vec::new();
    for element in list.iter().take(LOOKED_AT) {
        let name = element.read_lock::<Place>()?.type_name();
        if !types.contains(&name) {
            types.push(name);
        }
    }
    (!types.is_empty()).then_some(types)
}

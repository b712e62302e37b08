//! What a variable holds, as far as completion has to know.

use memglass_syntax::{Held, kind_of};
use rhai::{Array, Dynamic, Map};

use super::object_list::ObjectList;
use super::place::Place;

/// Elements of lists and maps that are looked at, each time that somebody may press Tab.
const LOOKED_AT: usize = 200;

/// What there is to know of a value; of a long list or map, of what comes first in it.
pub(super) fn held(value: &Dynamic) -> Held {
    let mut left = LOOKED_AT;
    held_within(value, &mut left)
}

fn held_within(value: &Dynamic, left: &mut usize) -> Held {
    if let Some(place) = value.read_lock::<Place>() {
        return Held::Place(place.type_name());
    }
    if let Some(list) = value.read_lock::<ObjectList>() {
        return Held::Places(list.type_names());
    }
    if let Some(types) = value
        .read_lock::<Array>()
        .and_then(|list| types(&list, left))
    {
        return Held::Places(types);
    }
    if let Some(map) = value.read_lock::<Map>() {
        return Held::Map(members(&map, left));
    }
    kind_of(value).map_or(Held::Other, Held::Plain)
}

/// The types of the places in a list of such; `None` of a list of anything else.
fn types(list: &Array, left: &mut usize) -> Option<Vec<String>> {
    let mut types = Vec::new();
    for element in list.iter().take(*left) {
        *left -= 1;
        let name = element.read_lock::<Place>()?.type_name();
        if !types.contains(&name) {
            types.push(name);
        }
    }
    (!types.is_empty()).then_some(types)
}

/// All names of the map itself come before those of the maps in it.
fn members(map: &Map, left: &mut usize) -> Vec<(String, Held)> {
    let known: Vec<_> = map.iter().take(*left).collect();
    *left -= known.len();
    let members = known.into_iter();
    members
        .map(|(name, value)| (name.to_string(), held_within(value, left)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(held: &Held) -> usize {
        match held {
            Held::Map(members) => members.iter().map(|(_, held)| 1 + names(held)).sum(),
            _ => 0,
        }
    }

    #[test]
    fn what_is_looked_at_is_bounded_however_wide_and_deep_it_is() {
        let nested = |inner: Dynamic| -> Dynamic {
            let members = (0..20).map(|n| (format!("name_{n}").into(), inner.clone()));
            Dynamic::from_map(members.collect())
        };
        let wide = nested(nested(nested(nested(Dynamic::UNIT))));
        let Held::Map(members) = held(&wide) else {
            panic!("{wide:?}");
        };
        assert_eq!(members.len(), 20);
        assert_eq!(names(&Held::Map(members)), LOOKED_AT);
        let deep = (0..1000).fold(Dynamic::UNIT, |inner, _| {
            Dynamic::from_map([("x".into(), inner)].into_iter().collect())
        });
        assert_eq!(names(&held(&deep)), LOOKED_AT);
    }
}

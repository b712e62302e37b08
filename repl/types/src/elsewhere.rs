//! Types that a session only names, out of the types of a file.

use memglass::schema::{Schema, Type, TypeId};
use memglass_types::Types;

/// What a type that a session names is in these types, in a schema of its own: the one with its name and its id, or without an id
/// the one with its name and size.
pub fn described(types: &Types, named: &Type) -> Option<(Schema, TypeId)> {
    let fits = |&id: &memglass_types::TypeId| match named.elsewhere {
        None | Some(0) => types.size_of(id) == Some(named.size),
        Some(wanted) => types.hash_of(id) == wanted,
    };
    let all = types.find_all(&named.name).iter().copied();
    // An alias of a struct without a name has the struct's members and an id of its own.
    let found = all
        .filter(fits)
        .min_by_key(|&id| types.record(id).is_none())?;
    let schema = crate::for_session(types, &[found]);
    // Its parts stand before it.
    let last = schema.iter().last().map(|(id, _)| id)?;
    Some((schema, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_tells_versions_apart_and_without_one_the_size_does() {
        let types = memglass_types::doc::quotes().unwrap();
        let id = types.hash_of(types.find("quote").unwrap());
        let check = |name: &str, size, id, is_found: bool| {
            let mut session = Schema::new();
            let named = session.add_named(name, size, 8, id).unwrap();
            let found = described(&types, &session[named]);
            assert_eq!(found.is_some(), is_found, "{name} {size} {id}");
            if let Some((schema, id)) = found {
                assert_eq!(&*schema[id].name, "quote");
                assert!(schema.member(id, "price").is_some());
            }
        };
        check("quote", 16, 0, true);
        check("quote", 16, id, true);
        check("quote", 24, 0, false);
        check("quote", 16, id ^ 1, false);
        check("quotes", 16, 0, false);
    }
}

//! Which types a session has otherwise than the one before it: what a script of before may not find.

use std::mem::discriminant;
use std::sync::Arc;

use memglass::schema::{Field, Kind, Schema, Type, TypeId};
use memglass_script::declared_types;

/// Types that are told; the others are only counted.
const MOST: usize = 10;

/// A line for each type that both have and that is different. Where members lie says nothing: they are found by their names.
pub(crate) fn lines(old: &Schema, new: &Schema) -> Vec<String> {
    let different = |(id, ty): (TypeId, &Arc<Type>)| {
        let before = before(old, (new, id))?;
        let details = details((old, before), (new, ty));
        (!details.is_empty()).then(|| format!("type {}: {}", ty.name, details.join(", ")))
    };
    let mut lines: Vec<String> = declared_types(new).filter_map(different).collect();
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    lines.extend((more > 0).then(|| format!("and {more} more types are different")));
    lines
}

/// The type of this name that is not the same any more; nothing if there was none or it is. Several may have one name, as a
/// record and the buffer around it.
fn before<'o>(old: &'o Schema, (new, id): (&Schema, TypeId)) -> Option<&'o Type> {
    let ty = &new[id];
    let namesakes = || old.iter().filter(|(_, old)| old.name == ty.name);
    if namesakes().any(|(before, _)| old.hash_of(before) == new.hash_of(id)) {
        return None;
    }
    let is_alike =
        |(_, old): &(TypeId, &Arc<Type>)| discriminant(&old.kind) == discriminant(&ty.kind);
    let before = namesakes().find(is_alike).or_else(|| namesakes().next());
    before.map(|(_, ty)| &**ty)
}

fn details((old_schema, old): (&Schema, &Type), (schema, new): (&Schema, &Type)) -> Vec<String> {
    match (old.members(), new.members()) {
        (Some(was), Some(is)) => {
            let fate = |member| fate((old_schema, member), (schema, new, is));
            let is_new = |member: &&Field| !was.iter().any(|was| is_same(new, is, was, member));
            let new = is.iter().filter(is_new);
            let new = new.map(|member| format!("{} is new", member.name));
            was.iter().filter_map(fate).chain(new).collect()
        }
        _ => match (&old.kind, &new.kind) {
            (Kind::Enum { variants: was, .. }, Kind::Enum { variants: is, .. })
            | (Kind::Flags { flags: was }, Kind::Flags { flags: is })
                if was == is =>
            {
                Vec::new()
            }
            (Kind::Enum { .. }, Kind::Enum { .. }) | (Kind::Flags { .. }, Kind::Flags { .. }) => {
                vec!["its names are others".to_owned()]
            }
            (was, is) if discriminant(was) == discriminant(is) => Vec::new(),
            _ => vec!["it is of another kind".to_owned()],
        },
    }
}

/// What has become of a member; nothing if it is there as before.
fn fate(
    (old, was): (&Schema, &Field),
    (schema, ty, members): (&Schema, &Type, &[Field]),
) -> Option<String> {
    let Some(index) = ty.position(&was.name) else {
        return Some(format!("{} is gone", was.name));
    };
    let is = &members[index];
    let types = [old.type_name(was.type_id), schema.type_name(is.type_id)];
    let name = match was.name == is.name {
        true => None,
        false => Some(format!("{} is called {} now", was.name, is.name)),
    };
    let ty = match types[0] == types[1] {
        true => None,
        false => Some(format!("{} is {} and was {}", is.name, types[1], types[0])),
    };
    let parts: Vec<String> = name.into_iter().chain(ty).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Whether a member is what another one is called now.
fn is_same(ty: &Type, members: &[Field], was: &Field, is: &Field) -> bool {
    let index = ty.position(&was.name);
    index.is_some_and(|index| members[index].name == is.name)
}

#[cfg(test)]
mod tests {
    use memglass::{Observe, Observer, Session};

    use super::*;

    mod old {
        use super::*;

        #[derive(Observe, Clone, Copy, Default)]
        pub(super) struct Position {
            qty: i64,
            price: i64,
            note: u32,
        }

        #[derive(Observe, Clone, Copy, Default)]
        pub(super) struct Same {
            number: i64,
        }
    }

    mod new {
        use super::*;

        #[derive(Observe, Clone, Copy, Default)]
        pub(super) struct Position {
            limit: i64,
            #[observe(was = "qty")]
            quantity: i64,
            price: f64,
        }

        #[derive(Observe, Clone, Copy, Default)]
        pub(super) struct Same {
            number: i64,
        }
    }

    fn schema(fill: impl FnOnce(&Session)) -> Schema {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("t1").dir(dir.path()).create().unwrap();
        fill(&session);
        let observer = Observer::builder().dir(dir.path()).attach("t1").unwrap();
        Schema::clone(observer.schema())
    }

    #[test]
    fn what_is_different_is_told_by_type_and_member() {
        let old = schema(|session| {
            session
                .object("a", old::Position::default())
                .unwrap()
                .leak();
            session.object("b", old::Same::default()).unwrap().leak();
        });
        let new = schema(|session| {
            session
                .object("a", new::Position::default())
                .unwrap()
                .leak();
            session.object("b", new::Same::default()).unwrap().leak();
        });
        let expected = "type Position: qty is called quantity now, price is f64 and was i64, note is gone, limit is new";
        assert_eq!(lines(&old, &new), [expected]);
        assert!(lines(&new, &new).is_empty());
    }

    #[test]
    fn a_type_that_shares_its_name_is_compared_with_the_one_that_it_was() {
        let log = |count: &str| {
            schema(|session| {
                let layout = format!("struct Log {{ u8 sent; u8 count; {count} items[count]; }};");
                session.define(&layout).unwrap();
                session.buffer("log", "Log", 64).unwrap().leak();
            })
        };
        let (old, new) = (log("u8"), log("u16"));
        assert!(old.iter().filter(|(_, ty)| &*ty.name == "Log").count() > 1);
        assert!(lines(&old, &old).is_empty());
        assert!(lines(&new, &log("u16")).is_empty());
        let news = lines(&old, &new);
        assert!(
            !news.iter().any(|line| line.contains("another kind")),
            "{news:?}"
        );
    }
}

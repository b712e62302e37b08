//! Types that cannot be, and objects that are not of theirs.

use memglass::schema::{Kind, TypeId};
use memglass::{Part, PathError};

use crate::place::{assert_sound, forged, member, number, ty, with_objects};

#[test]
fn a_type_cannot_contain_itself_or_what_comes_after_it() {
    let inside = ty(
        "Own",
        8,
        8,
        Kind::Struct {
            fields: vec![member("own", 1, 0)],
        },
    );
    let alias = ty("Alias", 8, 8, Kind::Alias { of: TypeId(2) });
    let later = ty(
        "Later",
        16,
        8,
        Kind::Array {
            element: TypeId(4),
            count: 2,
        },
    );
    let sound = ty("Sound", 8, 8, Kind::Alias { of: TypeId(0) });
    let place = forged(|forged| forged.types_of(&[number(), inside, alias, later, sound]));
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    let parts: Vec<_> = damage.iter().map(|damage| damage.part).collect();
    assert_eq!(parts, [1, 2, 3].map(Part::Type), "{damage:?}");
    assert!(observer.schema().find("Sound").is_some());
}

#[test]
fn a_type_that_comes_twice_or_under_another_id_is_left_out() {
    let bool = ty("bool", 1, 1, Kind::Bool);
    let place = forged(|forged| forged.types_of(&[number(), number(), bool.clone()]));
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert!(
        matches!(&damage[..], [only] if only.part == Part::Type(1)),
        "{damage:?}"
    );
    assert_eq!(observer.schema().find("bool"), Some(TypeId(2)));
    let place = forged(|forged| {
        forged.types_of(&[number(), bool]);
        let first = forged.word(336);
        forged.store(first + 64 + 64, 0);
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert!(
        matches!(&damage[..], [only] if only.part == Part::Type(1)),
        "{damage:?}"
    );
}

#[test]
fn objects_of_wrong_types_and_sizes_are_left_out_alone() {
    let place = forged(|forged| {
        let objects: [(&[u8], u64, u64); 4] = [
            (b"unknown", 99, 0),
            (b"number", 0, 0),
            (b"long", 0, 1 << 30),
            (b"endless", 0, u64::MAX),
        ];
        with_objects(forged, &objects);
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    let parts: Vec<_> = damage.iter().map(|damage| damage.part).collect();
    assert_eq!(parts, [0, 2, 3].map(Part::Object), "{damage:?}");
    for label in ["unknown", "long", "endless"] {
        let error = observer.field(label).unwrap_err();
        assert!(matches!(error, PathError::Damaged { .. }), "{error}");
    }
}

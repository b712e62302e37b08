//! Labels that are invalid, or belong to several objects.

use memglass::Part;
use memglass_tests::hostile::{Entry, Forged};

use crate::place::{Place, assert_sound, forged, number, with_objects};

#[test]
fn a_label_that_is_no_text_hides_its_object_alone() {
    let place = forged(|forged| {
        with_objects(
            forged,
            &[(b"number", 0, 0), (b"\xff\xfe\x80", 0, 0), (b"last", 0, 0)],
        );
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert!(observer.field("last").is_ok());
    assert_eq!(observer.object_count(), 2);
    let [only] = &damage[..] else {
        panic!("{damage:?}")
    };
    assert_eq!(only.part, Part::Object(1));
    assert_eq!(
        only.to_string(),
        r#"the object in slot 1 is left out: session "forged" is damaged: the label of entry 1 is "\\xff\\xfe\\x80", expected UTF-8"#
    );
}

#[test]
fn a_label_means_one_object_though_two_have_it() {
    let place = forged(|forged| {
        with_objects(
            forged,
            &[(b"number", 0, 0), (b"number", 0, 0), (b"other", 0, 0)],
        );
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert_eq!(observer.object_count(), 2);
    assert!(
        matches!(&damage[..], [only] if only.part == Part::Object(1)),
        "{damage:?}"
    );
}

/// Labels in entries are compared by words: bytes behind one would make it another label.
#[test]
fn a_label_with_bytes_behind_it_is_left_out() {
    for (short, long) in [
        ("abc", "abcd"),
        ("12345678", "123456789"),
        ("größe", "größen"),
    ] {
        let place = forged(|forged| {
            let data = forged.put(&7_u64.to_ne_bytes());
            let entry = |forged: &mut Forged, label: &str, len: usize| Entry {
                type_id: 0,
                count: 0,
                data,
                label: forged.label(label.as_bytes()),
                label_len: len as u64,
            };
            let entries = [
                entry(forged, "number", 6),
                entry(forged, long, short.len()),
                entry(forged, short, short.len()),
            ];
            forged.objects(&entries);
        });
        let (observer, damage, _) = place.look();
        assert_sound(&observer);
        assert!(
            matches!(&damage[..], [only] if only.part == Part::Object(1)),
            "{damage:?}"
        );
        let labels: Vec<_> = observer.objects().map(|object| object.label).collect();
        assert_eq!(
            labels.iter().map(|label| &**label).collect::<Vec<_>>(),
            ["number", short]
        );
        assert_eq!(observer.find(short).map(|object| object.slot), Some(2));
    }
}

/// In a hash table equal hashes are a list, and entering each looks at all before it.
#[test]
fn many_objects_of_one_label_cost_no_more_than_others() {
    let count = 1 << 18;
    let mut forged = Forged::new((count as usize + 2048) * 64 + (1 << 20), 8, 1 << 16);
    forged.types_of(&[number()]);
    let data = forged.put(&7_u64.to_ne_bytes());
    let label = forged.label(b"number");
    let entry = Entry {
        type_id: 0,
        count: 0,
        data,
        label,
        label_len: 6,
    };
    forged.objects(&vec![entry; count as usize]);
    let place = Place::of(&forged);
    let observer = place.attach().unwrap();
    assert_sound(&observer);
    assert_eq!(observer.object_count(), 1);
    assert_eq!(observer.damage().len(), 1000);
}

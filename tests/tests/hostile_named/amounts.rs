//! Few bytes that would make many.

use memglass::Part;
use memglass::schema::{Kind, TypeId, Variant, codec};
use memglass_tests::hostile::{Entry, Forged};

use crate::place::{Place, forged, member, number, ty, with_objects};

/// A union of unions of unions.
#[test]
fn members_over_each_other_do_not_multiply() {
    let mut types = vec![number()];
    for level in 0..5 {
        let members = (0..30).map(|index| member(&format!("m{index}"), level, 0));
        let members = members.collect();
        types.push(ty(&format!("L{level}"), 8, 8, Kind::Union { members }));
    }
    let place = forged(|forged| {
        forged.types_of(&types);
        with_objects(forged, &[(b"one", 1, 0), (b"all", 5, 0), (b"most", 4, 0)]);
    });
    let (observer, damage, times) = place.look();
    // Thirty values for one word are a few; nine hundred are not.
    assert!(observer.field("one").unwrap().read().is_ok());
    assert!(observer.field("all").is_err());
    assert!(
        damage[0].reason.contains("values and bytes of text"),
        "{damage:?}"
    );
    assert!(times < 4.0, "{times}");
}

/// Names over each other: each is one more that a byte reads as.
#[test]
fn flags_of_the_same_bits_do_not_multiply() {
    let flags: Vec<_> = (0..2000)
        .map(|index| Variant {
            name: format!("f{index}").into(),
            value: 1,
        })
        .collect();
    let size = 64 << 10;
    let mut annotated = member("all", 1, 0);
    annotated.metadata.flags = flags.clone();
    let types = [
        ty("u8", 1, 1, Kind::Int { signed: false }),
        ty(
            "bytes",
            size,
            1,
            Kind::Array {
                element: TypeId(0),
                count: size,
            },
        ),
        ty(
            "annotated",
            size,
            1,
            Kind::Struct {
                fields: vec![annotated],
            },
        ),
        ty("flags", 1, 1, Kind::Flags { flags }),
    ];
    let mut forged = Forged::new(1 << 20, 8, 8);
    forged.types_of(&types);
    let data = forged.put(&vec![1; size as usize]);
    let entry = |label, type_id, count| Entry {
        type_id,
        count,
        data,
        label,
        label_len: 1,
    };
    let labels = [forged.label(b"a"), forged.label(b"b")];
    forged.objects(&[entry(labels[0], 2, 0), entry(labels[1], 3, size)]);
    let (_, damage, times) = Place::of(&forged).look();
    let parts: Vec<_> = damage.iter().map(|damage| damage.part).collect();
    assert_eq!(parts[..2], [Part::Type(2), Part::Type(3)], "{damage:?}");
    assert!(times < 4.0, "{times}");
}

/// Texts over each other: few values, many bytes.
#[test]
fn texts_over_each_other_do_not_multiply() {
    let size = 512 << 10;
    let fields = (0..1000)
        .map(|index| member(&format!("m{index}"), 0, 0))
        .collect();
    let types = [
        ty("text", size, 1, Kind::Text),
        ty("all", size, 1, Kind::Struct { fields }),
    ];
    let mut forged = Forged::new(1 << 20, 8, 8);
    forged.types_of(&types);
    let label = forged.label(b"texts");
    let data = forged.take(size as usize);
    forged.objects(&[Entry {
        type_id: 1,
        count: 0,
        data,
        label,
        label_len: 5,
    }]);
    let (_, damage, times) = Place::of(&forged).look();
    assert_eq!(damage[0].part, Part::Type(1));
    assert!(times < 4.0, "{times}");
}

/// The shortest members there are, in every description that fits.
#[test]
fn types_take_no_more_than_a_few_times_the_memory_of_the_session() {
    let mut forged = Forged::new(16 << 20, 1024, 8);
    let mut types = vec![ty("", 1, 1, Kind::Bool)];
    for number in 0..60 {
        let fields = (0..20_000).map(|index| member(&format!("{index:x}"), 0, index));
        types.push(ty(
            "",
            20_000 + number,
            1,
            Kind::Struct {
                fields: fields.collect(),
            },
        ));
    }
    forged.types_of(&types);
    let (observer, damage, times) = Place::of(&forged).look();
    assert!(times < 20.0, "{times}");
    assert!(observer.schema().iter().count() > 20);
    assert!(
        damage
            .iter()
            .any(|damage| damage.reason.contains("more than there may be")),
        "{damage:?}"
    );
}

/// Descriptions that share their bytes: each would be decoded again.
#[test]
fn descriptions_over_each_other_are_not_read_again_and_again() {
    let mut forged = Forged::new(1 << 20, 1024, 8);
    let fields = (0..20_000)
        .map(|index| member(&format!("{index:x}"), 0, index))
        .collect();
    let description = codec::encode(&ty("", 20_000, 1, Kind::Struct { fields }));
    let place = forged.put(&description);
    forged.types(&vec![(place, description.len() as u64); 1000]);
    let (_, damage, times) = Place::of(&forged).look();
    assert!(
        damage
            .iter()
            .any(|damage| damage.reason.contains("without overlap")),
        "{damage:?}"
    );
    assert!(times < 20.0, "{times}");
}

//! Enums, flag sets, and integers with names.

use super::*;

#[test]
fn enums_take_names_and_named_numbers() {
    let variants = variants(&[("PENDING", 0), ("FILLED", 2), ("LOST", -1)]);
    let mut schema = Schema::new();
    let id = add(
        &mut schema,
        "Status",
        1,
        Kind::Enum {
            signed: true,
            variants,
        },
    );
    Bench::new(schema, id)
        .takes("FILLED", named(2, Some("FILLED")))
        .takes("filled", named(2, Some("FILLED")))
        .takes(-1, named(-1, Some("LOST")))
        .takes(named(0, None), named(0, Some("PENDING")))
        .refuses(
            "FILED",
            "Status has no \"FILED\" (it has PENDING, FILLED, LOST); did you mean \"FILLED\"?",
        )
        .refuses("x", "Status has no \"x\" (it has PENDING, FILLED, LOST)")
        .refuses(
            1,
            "1 is not a value of Status; it has PENDING = 0, FILLED = 2, LOST = -1",
        )
        .refuses(true, "expected a name or number of an enum, got a bool")
        .forces(1, named(1, None))
        .refuses_even_forced(200, "200 does not fit Status (-128..=127)");
}

#[test]
fn flag_sets_take_numbers_texts_and_lists() {
    let mut schema = Schema::new();
    let id = add(
        &mut schema,
        "Mode",
        1,
        Kind::Flags {
            flags: variants(&[("A", 1), ("B", 2), ("AB", 3)]),
        },
    );
    let both = || flags(3, &["A", "B", "AB"], 0);
    Bench::new(schema, id)
        .takes(3, both())
        .takes("A|B", both())
        .takes("a|b", both())
        .takes(" A | B ", both())
        .takes(Value::List(vec![text("A"), text("B")]), both())
        .takes(both(), both())
        .takes("", flags(0, &[], 0))
        .takes("0x0", flags(0, &[], 0))
        .refuses("A|c", "Mode has no \"c\" (it has A, B, AB)")
        .refuses(
            12,
            "Mode has no flags for the bits 0xc; it has A = 0x1, B = 0x2, AB = 0x3",
        )
        .refuses(-1, "-1 does not fit Mode (0..=18446744073709551615)")
        .forces("A | 0x8", flags(9, &["A"], 8))
        .refuses_even_forced(256, "256 does not fit Mode (0..=255)");
}

#[test]
fn integers_can_be_annotated_with_names() {
    let names = Metadata {
        names: variants(&[("OFF", 0), ("ON", 1)]),
        ..Metadata::default()
    };
    Bench::int(false, 4)
        .with(names)
        .takes("ON", named(1, Some("ON")))
        .takes(0, named(0, Some("OFF")))
        .refuses(2, "2 is not a value of this field; it has OFF = 0, ON = 1")
        .forces(2, named(2, None));
    let bits = Metadata {
        flags: variants(&[("TOP", 0x80)]),
        ..Metadata::default()
    };
    Bench::int(true, 1)
        .with(bits)
        .takes("TOP", flags(0x80, &["TOP"], 0));
}

#[test]
fn a_flag_of_no_bits_is_set_when_nothing_else_is() {
    let list = variants(&[("NONE", 0), ("A", 1)]);
    let value = |bits| Value::Flags(named::flags_value(&list, bits));
    assert_eq!(value(0), flags(0, &["NONE"], 0));
    assert_eq!(value(5), flags(5, &["A"], 4));
}

/// Looking through all names for each element takes minutes here.
#[test]
fn a_large_array_of_an_enum_of_many_names_is_read_at_once() {
    const NAMES: u32 = 30_000;
    const ELEMENTS: u64 = 800_000;
    let mut schema = Schema::new();
    let variants = (0..NAMES).map(|number| Variant {
        name: format!("n{number}").into(),
        value: number.into(),
    });
    let kind = Kind::Enum {
        signed: false,
        variants: variants.collect(),
    };
    let element = add(&mut schema, "Many", 2, kind);
    let array = schema.add_array(element, ELEMENTS).unwrap();
    let last = u16::try_from(NAMES - 1).unwrap();
    let bytes = last.to_ne_bytes().repeat(ELEMENTS as usize);
    let start = std::time::Instant::now();
    let Value::List(elements) = decode::decode(&schema, array, &Metadata::default(), None, &bytes)
    else {
        panic!("an array is a list")
    };
    assert_eq!(elements.last().unwrap().to_string(), "n29999");
    let took = start.elapsed();
    assert!(took.as_secs() < 30, "{took:?}");
}

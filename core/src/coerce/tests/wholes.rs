//! Arrays, structs, unions and bitfields.

use super::*;
use crate::schema::Bits;

#[test]
fn arrays_take_lists_of_their_length_and_check_each_element() {
    let mut schema = Schema::new();
    let id = add(&mut schema, "", 1, Kind::Int { signed: false });
    let id = schema.add_array(id, 3).unwrap();
    let stored = Value::List(vec![Value::U64(1), Value::U64(2), Value::U64(3)]);
    Bench::new(schema, id)
        .with(range(None, Some(9)))
        .takes(list(&[1, 2, 3]), stored)
        .refuses(list(&[1, 2]), "a list of 2 does not fit an array of 3")
        .refuses(
            list(&[1, 2, 10]),
            "[2]: 10 is out of range; allowed is ..=9",
        )
        .refuses("abc", "expected a list of 3 for u8[3], got text");
}

/// `struct Level { id: u32 @readonly, price: i64 @range(0, 100), name: text[8] }`
fn level(schema: &mut Schema) -> TypeId {
    let number = add(schema, "", 4, Kind::Int { signed: false });
    let price = add(schema, "", 8, Kind::Int { signed: true });
    let name = add(schema, "", 8, Kind::Text);
    let readonly = Metadata {
        readonly: true,
        ..Metadata::default()
    };
    let fields = vec![
        Field {
            metadata: readonly,
            ..member("id", number, 0)
        },
        Field {
            metadata: range(Some(0), Some(100)),
            ..member("price", price, 8)
        },
        member("name", name, 16),
    ];
    add(schema, "Level", 24, Kind::Struct { fields })
}

fn level_bench() -> Bench {
    let mut schema = Schema::new();
    let id = level(&mut schema);
    let mut bench = Bench::new(schema, id);
    bench.bytes[..4].copy_from_slice(&7_u32.to_ne_bytes());
    bench.bytes[4..8].fill(0xee);
    bench
}

fn level_value(price: i64, name: &str) -> Value {
    record(&[
        ("id", Value::U64(7)),
        ("price", Value::I64(price)),
        ("name", text(name)),
    ])
}

#[test]
fn members_not_mentioned_and_padding_keep_their_bytes() {
    let mut bench = level_bench();
    bench.takes(record(&[("name", text("x"))]), level_value(0, "x"));
    bench.takes(record(&[("price", 5.into())]), level_value(5, "x"));
    bench.takes(record(&[]), level_value(5, "x"));
    assert_eq!(bench.bytes[4..8], [0xee; 4]);
}

#[test]
fn members_are_checked_with_their_own_annotations() {
    level_bench()
        .refuses(
            record(&[("price", 101.into())]),
            "price: 101 is out of range; allowed is 0..=100",
        )
        .refuses(
            record(&[("prise", 1.into())]),
            "Level has no member \"prise\" (it has id, price, name); did you mean \"price\"?",
        )
        .refuses(
            record(&[("price", 1.into()), ("price", 2.into())]),
            "member \"price\" is given twice",
        )
        .refuses(5, "expected a record for Level, got an integer");
}

#[test]
fn readonly_members_may_be_written_only_as_they_are() {
    level_bench()
        .takes(
            record(&[("id", 7.into()), ("price", 1.into())]),
            level_value(1, ""),
        )
        .refuses(
            record(&[("id", 8.into())]),
            "id: it is read-only; leave it out, or force the write",
        );
    let mut bench = level_bench();
    let forced = bench
        .put(record(&[("id", 8.into())]), Strictness::Forced)
        .unwrap();
    assert_eq!(forced.get("id"), Some(&Value::U64(8)));
}

#[test]
fn what_was_read_can_be_written_back() {
    let mut bench = level_bench();
    // The producer itself does not obey the range.
    bench.bytes[8..16].copy_from_slice(&500_i64.to_ne_bytes());
    let read = decode_value(&bench.schema, bench.id, &bench.metadata, &bench.bytes);
    bench.takes(read.clone(), read);
    // An address and a union inside a record are kept as well.
    let mut schema = Schema::new();
    let pointer = add(&mut schema, "", 8, Kind::Pointer { target: "Q".into() });
    let union = add(
        &mut schema,
        "U",
        8,
        Kind::Union {
            members: vec![member("a", pointer, 0)],
        },
    );
    let fields = vec![member("p", pointer, 0), member("u", union, 8)];
    let id = add(&mut schema, "S", 16, Kind::Struct { fields });
    let kept = record(&[
        ("p", Value::Address(0)),
        ("u", record(&[("a", Value::Address(0))])),
    ]);
    Bench::new(schema, id).takes(kept.clone(), kept).refuses(
        record(&[("p", Value::Address(1))]),
        "p: this is an address in the producer; force the write if you know a valid one",
    );
}

#[test]
fn refusals_name_the_place_inside_the_value() {
    let mut schema = Schema::new();
    let id = level(&mut schema);
    let levels = schema.add_array(id, 2).unwrap();
    let book = add(
        &mut schema,
        "Book",
        48,
        Kind::Struct {
            fields: vec![member("levels", levels, 0)],
        },
    );
    let wanted = Value::List(vec![record(&[]), record(&[("price", 101.into())])]);
    Bench::new(schema, book).refuses(
        record(&[("levels", wanted)]),
        "levels[1].price: 101 is out of range; allowed is 0..=100",
    );
}

#[test]
fn unions_take_exactly_one_member() {
    let mut schema = Schema::new();
    let number = add(&mut schema, "", 8, Kind::Int { signed: false });
    let float = add(&mut schema, "", 8, Kind::Float);
    let members = vec![member("bits", number, 0), member("float", float, 0)];
    let id = add(&mut schema, "U", 8, Kind::Union { members });
    let one = record(&[
        ("bits", Value::U64(1.0_f64.to_bits())),
        ("float", Value::F64(1.0)),
    ]);
    Bench::new(schema, id)
        .takes(record(&[("float", 1.0.into())]), one)
        .refuses(
            record(&[]),
            "a union takes one member, got 0; name the one to store",
        )
        .refuses(
            record(&[("bits", 1.into()), ("float", 1.0.into())]),
            "a union takes one member, got 2; name the one to store",
        );
}

#[test]
fn bitfields_leave_their_neighbours_alone() {
    let mut schema = Schema::new();
    let unit = add(&mut schema, "", 2, Kind::Int { signed: true });
    let bits = |name, offset, width| Field {
        bits: Some(Bits { offset, width }),
        ..member(name, unit, 0)
    };
    let id = add(
        &mut schema,
        "B",
        2,
        Kind::Struct {
            fields: vec![bits("low", 0, 3), bits("high", 3, 5)],
        },
    );
    let mut bench = Bench::new(schema, id);
    bench.bytes = 0x5500_u16.to_ne_bytes().to_vec();
    let value = |low: i64, high: i64| record(&[("low", low.into()), ("high", high.into())]);
    bench
        .takes(record(&[("high", (-1).into())]), value(0, -1))
        .takes(record(&[("low", 3.into())]), value(3, -1))
        .refuses(
            record(&[("low", 4.into())]),
            "low: 4 does not fit i16:3 (-4..=3)",
        );
    assert_eq!(u16::from_ne_bytes([bench.bytes[0], bench.bytes[1]]), 0x55fb);
    let Kind::Struct { fields } = &bench.schema[id].kind else {
        unreachable!("it is a struct")
    };
    encode_field(
        &bench.schema,
        &fields[0],
        &(-4).into(),
        Strictness::Checked,
        &mut bench.bytes,
    )
    .unwrap();
    assert_eq!(
        decode_field(&bench.schema, &fields[0], &bench.bytes),
        Value::I64(-4)
    );
    assert_eq!(
        decode_field(&bench.schema, &fields[1], &bench.bytes),
        Value::I64(-1)
    );
}

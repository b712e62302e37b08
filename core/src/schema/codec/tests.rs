use proptest::prelude::*;

use std::sync::Arc;

use super::super::{Bits, Field, Kind, Metadata, Number, Protection, Room, Schema, Type, Variant};
use super::arbitrary::schemas;
use super::*;

fn ty(name: &str, size: u64, align: u64, kind: Kind) -> Type {
    Type {
        elsewhere: None,
        name: name.into(),
        size,
        align,
        kind,
    }
}

fn field(name: &str, type_id: u32, offset: u64) -> Field {
    Field {
        name: name.into(),
        type_id: TypeId(type_id),
        offset,
        bits: None,
        metadata: Metadata::default(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

/// The bytes are these, and they read as the same type.
#[track_caller]
fn golden(ty: Type, expected: &str) {
    assert_eq!(hex(&encode(&ty)), expected.replace([' ', '\n'], ""));
    assert_eq!(decode(&unhex(expected)).unwrap(), ty);
}

#[track_caller]
fn refused(input: &str, reason: &str, offset: usize) {
    let error = decode(&unhex(input)).unwrap_err();
    assert_eq!((error.reason.as_str(), error.offset), (reason, offset));
}

#[test]
fn golden_signed_integer() {
    golden(
        ty("", 8, 8, Kind::Int { signed: true }),
        "a4 01 08 02 08 03 01 04 f5",
    );
}

#[test]
fn golden_text_omits_defaults() {
    golden(ty("", 256, 1, Kind::Text), "a2 01 190100 03 03");
}

#[test]
fn golden_enum_with_negative_value() {
    let variants = vec![
        Variant {
            name: "OK".into(),
            value: 0,
        },
        Variant {
            name: "BAD".into(),
            value: -1,
        },
    ];
    golden(
        ty(
            "Status",
            1,
            1,
            Kind::Enum {
                signed: true,
                variants,
            },
        ),
        "a5 00 66 537461747573 01 01 03 04 04 f5 05 82 82 62 4f4b 00 82 63 424144 20",
    );
}

#[test]
fn golden_struct_with_bitfield_and_metadata() {
    let metadata = Metadata {
        min: Some(Number::Int(-500)),
        max: Some(Number::Int(1 << 64)),
        step: Some(Number::Float(0.5)),
        unit: Some("V".into()),
        ..Metadata::default()
    };
    let fields = vec![
        Field {
            bits: Some(Bits {
                offset: 3,
                width: 24,
            }),
            ..field("b", 2, 0)
        },
        Field {
            metadata,
            ..field("v", 300, 8)
        },
    ];
    golden(
        ty("S", 16, 8, Kind::Struct { fields }),
        "a5 00 61 53 01 10 02 08 03 06
         06 82
            a3 00 61 62 01 02 03 82 03 1818
            a4 00 61 76 01 19012c 02 08
               04 a4 01 3901f3 02 c2 49 010000000000000000 03 fb 3fe0000000000000 08 61 56",
    );
}

#[test]
fn golden_array_pointer_alias_and_protected() {
    golden(
        ty(
            "",
            40,
            8,
            Kind::Array {
                element: TypeId(7),
                count: 5,
            },
        ),
        "a5 01 1828 02 08 03 08 07 07 08 05",
    );
    golden(
        ty("", 8, 8, Kind::Pointer { target: "Q".into() }),
        "a4 01 08 02 08 03 09 09 61 51",
    );
    golden(
        ty("P", 8, 8, Kind::Alias { of: TypeId(0) }),
        "a5 00 61 50 01 08 02 08 03 0a 07 00",
    );
    let kind = Kind::Protected {
        protection: Protection::Seqlock,
        value: TypeId(1),
    };
    golden(ty("", 24, 8, kind), "a5 01 1818 02 08 03 0b 07 01 0a 02");
}

#[test]
fn references_are_hashes_in_the_hash_input() {
    let alias = ty("P", 8, 8, Kind::Alias { of: TypeId(0) });
    let expected = "a500615001080208030a07 50 000102030405060708090a0b0c0d0e0f".replace(' ', "");
    assert_eq!(
        hex(&encode_with(&alias, &|_| {
            0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f
        })),
        expected
    );
}

#[test]
fn integers_of_128_bits_are_bignums_only_beyond_64() {
    let limits = [
        0,
        -1,
        u64::MAX.into(),
        i128::from(u64::MAX) + 1,
        -(1 << 64),
        -(1 << 64) - 1,
        i128::MAX,
        i128::MIN,
    ];
    for value in limits {
        let metadata = Metadata {
            min: Some(Number::Int(value)),
            ..Metadata::default()
        };
        let fields = vec![Field {
            metadata,
            ..field("v", 0, 0)
        }];
        let ty = ty("S", 8, 8, Kind::Struct { fields });
        let bytes = encode(&ty);
        let is_bignum = bytes
            .windows(2)
            .any(|pair| pair == [0x01, 0xc2] || pair == [0x01, 0xc3]);
        assert_eq!(
            is_bignum,
            !(-(1 << 64)..1 << 64).contains(&value),
            "{value}"
        );
        assert_eq!(decode(&bytes).unwrap(), ty);
    }
}

#[test]
fn unknown_keys_are_skipped_whatever_they_hold() {
    let plain = decode(&unhex("a2 01 08 03 02")).unwrap();
    for value in [
        "00",
        "20",
        "41ff",
        "6161",
        "820102",
        "a10102",
        "c101",
        "f6",
        "f97e00",
        "fa00000000",
        "f820",
        "818181a1018100",
    ] {
        let input = format!("a3 01 08 03 02 18ff {value}");
        assert_eq!(decode(&unhex(&input)).unwrap(), plain, "{value}");
    }
}

#[test]
fn unknown_values_must_be_well_formed() {
    for value in [
        "5f4100ff",
        "9f00ff",
        "bf0000ff",
        "ff",
        "1c",
        "61ff",
        "f81f",
        "82 00",
        "bb ffffffffffffffff",
        "9b ffffffffffffffff",
    ] {
        let input = format!("a3 01 08 03 02 18ff {value}");
        assert!(decode(&unhex(&input)).is_err(), "{value}");
    }
}

#[test]
fn unknown_values_nest_to_a_limit() {
    let nested = |depth: usize| format!("a3 01 08 03 02 18ff {} 00", "81".repeat(depth));
    assert!(decode(&unhex(&nested(15))).is_ok());
    refused(&nested(16), "nested deeper than 16 levels", 23);
    assert!(decode(&unhex(&nested(500_000))).is_err());
}

#[test]
fn keys_come_once_and_in_order() {
    refused("a3 01 08 01 08 03 02", "key 1 twice", 3);
    refused("a3 03 02 01 08", "key 1 after key 3", 3);
}

#[test]
fn errors_say_what_and_where() {
    refused(
        "",
        "expected a type (a map), found the end of the input,",
        0,
    );
    refused("80", "expected a type (a map)", 0);
    refused("bf 01 08 03 02 ff", "an item of indefinite length", 0);
    refused("a2 01 08 03 02 00 00", "2 bytes too many", 5);
    refused("a1 03 02", "a type without a size", 0);
    refused("a1 01 08", "a type without a kind", 0);
    refused("a2 01 08 03 18c8", "a type of the unknown kind 200", 0);
    refused(
        "a2 01 08 03 08",
        "a type without the type of its elements",
        0,
    );
    refused("a4 01 08 03 0b 07 00 0a 00", "unknown protection 0", 8);
    refused("a2 01 20 03 02", "expected a size", 2);
    refused("a2 00 62 ffff 01 08", "expected UTF-8 text", 2);
    refused(
        "a3 01 08 03 06 06 81 a1 00 61 61",
        "a field without a type",
        7,
    );
    refused(
        "a3 01 08 03 04 05 81 83 61 61 00 00",
        "expected an array of a name and its value, found 3 items,",
        7,
    );
    let text = decode(&unhex("a2 01 20 03 02")).unwrap_err().to_string();
    assert_eq!(text, "type description: expected a size at byte 2");
}

#[test]
fn names_have_a_greatest_length() {
    let named = |length: usize| encode(&ty(&"é".repeat(length / 2), 8, 8, Kind::Float));
    assert!(decode(&named(1024)).is_ok());
    let error = decode(&named(1026)).unwrap_err();
    assert_eq!(
        (error.reason.as_str(), error.offset),
        ("a name of 1026 bytes, more than 1024,", 2)
    );
}

#[test]
fn claimed_counts_reserve_nothing() {
    // Claims 2^64 - 1 fields, variants and bytes of text, and contains none.
    for claim in ["06 9b", "05 9b", "09 7b"] {
        assert!(decode(&unhex(&format!("a3 01 08 03 06 {claim} ffffffffffffffff"))).is_err());
    }
}

#[test]
fn descriptions_have_a_greatest_length() {
    let error = decode(&vec![0; MAX_DESCRIPTION + 1]).unwrap_err();
    assert_eq!(error.reason, "524289 bytes, more than 524288");
}

#[test]
fn a_file_without_magic_or_of_another_version_is_refused() {
    let bytes = encode_schema(&Schema::new());
    assert_eq!(hex(&bytes), format!("826e{}01", hex(b"memglass-types")));
    assert!(decode_schema(&bytes).unwrap().is_empty());
    let error = decode_schema(&unhex("81 01")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "type description: no \"memglass-types\" in front at byte 0"
    );
    let mut later = bytes;
    *later.last_mut().unwrap() = 2;
    assert_eq!(
        decode_schema(&later).unwrap_err(),
        FileError::Version { found: 2 }
    );
}

#[test]
fn a_file_may_not_repeat_a_type_nor_hold_an_unsound_one() {
    let file = |types: &[Type]| {
        let mut bytes = unhex(&format!(
            "{:02x}6e{}01",
            0x82 + types.len(),
            hex(b"memglass-types")
        ));
        bytes.extend(types.iter().flat_map(encode));
        decode_schema(&bytes)
    };
    let float = || ty("", 8, 8, Kind::Float);
    assert_eq!(file(&[float()]).unwrap().len(), 1);
    assert_eq!(
        file(&[float(), float()]).unwrap_err(),
        FileError::Repeated {
            index: 1,
            earlier: 0
        }
    );
    let unsound = ty("", 8, 8, Kind::Alias { of: TypeId(0) });
    assert!(matches!(
        file(&[unsound]),
        Err(FileError::Schema { index: 0, .. })
    ));
}

#[test]
fn hash_does_not_depend_on_ids() {
    let (mut one, mut other) = (Schema::new(), Schema::new());
    other.add(ty("", 1, 1, Kind::Bool)).unwrap();
    let add = |schema: &mut Schema| {
        let number = schema
            .add(ty("", 8, 8, Kind::Int { signed: true }))
            .unwrap();
        schema
            .add(ty(
                "S",
                8,
                8,
                Kind::Struct {
                    fields: vec![field("a", number.0, 0)],
                },
            ))
            .unwrap()
    };
    let (a, b) = (add(&mut one), add(&mut other));
    assert_ne!(a, b);
    assert_eq!(one.hash_of(a), other.hash_of(b));
}

#[test]
fn any_single_change_changes_the_hash() {
    let base = || {
        ty(
            "S",
            32,
            8,
            Kind::Struct {
                fields: vec![field("a", 0, 0), field("b", 1, 8)],
            },
        )
    };
    let change = |change: &dyn Fn(&mut Type)| {
        let mut ty = base();
        change(&mut ty);
        ty
    };
    fn first(ty: &mut Type) -> &mut Field {
        match &mut ty.kind {
            Kind::Struct { fields } => &mut fields[0],
            _ => unreachable!("the base is a struct"),
        }
    }
    let variants = || {
        vec![Variant {
            name: "A".into(),
            value: 1,
        }]
    };
    let changed = [
        base(),
        change(&|ty| ty.name = "T".into()),
        change(&|ty| ty.size = 40),
        change(&|ty| ty.align = 16),
        change(&|ty| first(ty).name = "c".into()),
        change(&|ty| first(ty).type_id = TypeId(1)),
        change(&|ty| first(ty).offset = 16),
        change(&|ty| {
            first(ty).bits = Some(Bits {
                offset: 0,
                width: 1,
            })
        }),
        change(&|ty| {
            first(ty).bits = Some(Bits {
                offset: 1,
                width: 1,
            })
        }),
        change(&|ty| {
            first(ty).bits = Some(Bits {
                offset: 0,
                width: 2,
            })
        }),
        change(&|ty| first(ty).metadata.readonly = true),
        change(&|ty| first(ty).metadata.min = Some(Number::Int(1))),
        change(&|ty| first(ty).metadata.max = Some(Number::Int(1))),
        change(&|ty| first(ty).metadata.max = Some(Number::Float(1.0))),
        change(&|ty| first(ty).metadata.step = Some(Number::Int(1))),
        change(&|ty| first(ty).metadata.names = variants()),
        change(&|ty| first(ty).metadata.flags = variants()),
        change(&|ty| first(ty).metadata.format = Some("%d".into())),
        change(&|ty| first(ty).metadata.unit = Some("%d".into())),
        change(&|ty| first(ty).metadata.desc = Some("%d".into())),
        change(&|ty| first(ty).metadata.was = Some("%d".into())),
        change(&|ty| ty.kind = Kind::Struct { fields: vec![] }),
    ];
    let mut schema = Schema::new();
    schema
        .add(ty("", 8, 8, Kind::Int { signed: true }))
        .unwrap();
    schema
        .add(ty("", 8, 8, Kind::Int { signed: false }))
        .unwrap();
    let hashes: std::collections::HashSet<u128> = changed
        .iter()
        .map(|ty| {
            let id = schema.add(ty.clone()).unwrap();
            schema.hash_of(id)
        })
        .collect();
    assert_eq!(hashes.len(), changed.len());
}

#[test]
fn a_record_in_an_array_is_an_array_for_readers_that_skip_what_they_do_not_know() {
    let (layout, byte, root) = (TypeId(7), TypeId(3), Arc::from("msg"));
    let room = Room::Bytes(byte);
    let record = encode(&ty("msg", 16, 1, Kind::Record { layout, root, room }));
    let (element, count) = (byte, 16);
    let array = encode(&ty("msg", 16, 1, Kind::Array { element, count }));
    // The map has two more entries, and they are its last ones.
    assert_eq!(record[0], array[0] + 2);
    assert_eq!(record[1..array.len()], array[1..]);
    assert_eq!(hex(&record[array.len()..]), "0c636d73670d07");
    let mut short = record;
    let at = short.len() - 9;
    assert_eq!(short[at..at + 2], [8, 16]);
    short[at + 1] = 15;
    assert!(decode(&short).is_err());
}

#[test]
fn a_type_that_is_described_elsewhere_is_an_array_for_readers_that_skip_what_they_do_not_know() {
    let (element, count) = (TypeId(3), 16);
    let array = ty("Book", 16, 8, Kind::Array { element, count });
    let named = Type {
        elsewhere: Some(0x1234),
        ..array.clone()
    };
    let (bytes, array) = (encode(&named), encode(&array));
    assert_eq!(bytes[0], array[0] + 1);
    assert_eq!(bytes[1..array.len()], array[1..]);
    assert_eq!(
        hex(&bytes[array.len()..]),
        "0e5000000000000000000000000000001234"
    );
    assert_eq!(decode(&bytes), Ok(named));
    assert!(decode(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn only_bytes_with_a_name_are_described_elsewhere() {
    let mut schema = Schema::new();
    assert!(schema.add_named("", 16, 8, 0).is_err());
    let named = schema.add_named("Book", 16, 8, 0).unwrap();
    let other = schema.add_named("Book", 16, 8, 1).unwrap();
    assert_ne!(schema.hash_of(named), schema.hash_of(other));
    let long = ty("i64", 8, 8, Kind::Int { signed: true });
    assert!(
        schema
            .add(Type {
                elsewhere: Some(0),
                ..long
            })
            .is_err()
    );
}

proptest! {
    #[test]
    fn every_type_reads_back_as_itself(schema in schemas()) {
        for (_, ty) in schema.iter() {
            prop_assert_eq!(&decode(&encode(ty)).unwrap(), &**ty);
        }
    }

    #[test]
    fn a_schema_reads_back_with_the_same_ids_and_hashes(schema in schemas()) {
        let read = decode_schema(&encode_schema(&schema)).unwrap();
        prop_assert_eq!(read.len(), schema.len());
        for (id, ty) in schema.iter() {
            prop_assert_eq!(&read[id], &**ty);
            prop_assert_eq!(read.hash_of(id), schema.hash_of(id));
        }
    }

    #[test]
    fn random_bytes_are_judged_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
        let _ = decode_schema(&bytes);
    }

    #[test]
    fn damaged_descriptions_are_judged_without_panic(
        schema in schemas(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode_schema(&schema);
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Ok(schema) = decode_schema(&bytes) {
            prop_assert!(decode_schema(&encode_schema(&schema)).is_ok());
        }
        let _ = decode_schema(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn every_cut_of_a_description_is_refused(schema in schemas(), cut in any::<prop::sample::Index>()) {
        let (_, ty) = schema.iter().last().unwrap();
        let bytes = encode(ty);
        prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
    }
}

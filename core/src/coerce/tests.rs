use proptest::prelude::*;

use super::*;
use crate::schema::codec::arbitrary::bare_schemas;
use crate::schema::{Bits, Kind, Number, Type, Variant};

/// One type with its annotations, and the bytes of a place of it.
struct Bench {
    schema: Schema,
    id: TypeId,
    metadata: Metadata,
    bytes: Vec<u8>,
}

impl Bench {
    fn new(schema: Schema, id: TypeId) -> Self {
        let bytes = vec![0; schema[id].size as usize];
        Self {
            schema,
            id,
            metadata: Metadata::default(),
            bytes,
        }
    }

    fn leaf(size: u64, kind: Kind) -> Self {
        let mut schema = Schema::new();
        let id = add(&mut schema, "", size, kind);
        Self::new(schema, id)
    }

    fn int(signed: bool, size: u64) -> Self {
        Self::leaf(size, Kind::Int { signed })
    }

    fn with(self, metadata: Metadata) -> Self {
        Self { metadata, ..self }
    }

    fn put(&mut self, wanted: impl Into<Value>, strictness: Strictness) -> Result<Value, String> {
        let mut bytes = self.bytes.clone();
        encode_value(
            &self.schema,
            self.id,
            &self.metadata,
            &wanted.into(),
            strictness,
            &mut bytes,
        )
        .map_err(|refusal| refusal.to_string())?;
        self.bytes = bytes;
        Ok(decode_value(
            &self.schema,
            self.id,
            &self.metadata,
            &self.bytes,
        ))
    }

    /// Stored, and read back as `expected`.
    #[track_caller]
    fn takes(&mut self, wanted: impl Into<Value>, expected: impl Into<Value>) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Checked), Ok(expected.into()));
        self
    }

    #[track_caller]
    fn refuses(&mut self, wanted: impl Into<Value>, text: &str) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Checked), Err(text.into()));
        self
    }

    #[track_caller]
    fn forces(&mut self, wanted: impl Into<Value>, expected: impl Into<Value>) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Forced), Ok(expected.into()));
        self
    }

    #[track_caller]
    fn refuses_even_forced(&mut self, wanted: impl Into<Value>, text: &str) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Forced), Err(text.into()));
        self
    }
}

fn add(schema: &mut Schema, name: &str, size: u64, kind: Kind) -> TypeId {
    let align = if matches!(kind, Kind::Text) {
        1
    } else {
        size.min(8)
    };
    schema
        .add(Type {
            name: name.into(),
            size,
            align,
            kind,
        })
        .unwrap()
}

fn variants(list: &[(&str, i128)]) -> Vec<Variant> {
    list.iter()
        .map(|&(name, value)| Variant {
            name: name.into(),
            value,
        })
        .collect()
}

fn range(min: Option<i128>, max: Option<i128>) -> Metadata {
    Metadata {
        min: min.map(Number::Int),
        max: max.map(Number::Int),
        ..Metadata::default()
    }
}

fn record(members: &[(&str, Value)]) -> Value {
    Value::Record(
        members
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone()))
            .collect(),
    )
}

fn list(elements: &[i64]) -> Value {
    Value::List(elements.iter().copied().map(Value::I64).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn named(number: i128, name: Option<&str>) -> Value {
    Value::Enum(crate::EnumValue {
        number,
        name: name.map(Into::into),
    })
}

fn flags(bits: u64, names: &[&str], unnamed: u64) -> Value {
    Value::Flags(crate::FlagsValue {
        bits,
        names: names.iter().map(|&name| name.into()).collect(),
        unnamed,
    })
}

fn member(name: &str, type_id: TypeId, offset: u64) -> Field {
    Field {
        name: name.into(),
        type_id,
        offset,
        bits: None,
        metadata: Metadata::default(),
    }
}

#[test]
fn integers_of_any_kind_fit_if_in_range() {
    Bench::int(true, 1)
        .takes(127_u128, 127_i64)
        .takes(-128_i128, -128_i64)
        .refuses(300, "300 does not fit i8 (-128..=127)")
        .refuses(-129, "-129 does not fit i8 (-128..=127)")
        .refuses_even_forced(300, "300 does not fit i8 (-128..=127)");
    Bench::int(false, 8)
        .takes(u64::MAX, u64::MAX)
        .refuses(-1, "-1 does not fit u64 (0..=18446744073709551615)");
    Bench::int(true, 16)
        .takes(i128::MIN, i128::MIN)
        .takes(-1, -1_i128)
        .refuses(
            u128::MAX,
            &format!(
                "{} does not fit i128 ({}..={})",
                u128::MAX,
                i128::MIN,
                i128::MAX
            ),
        );
    Bench::int(false, 16)
        .takes(u128::MAX, u128::MAX)
        .refuses(-1, &format!("-1 does not fit u128 (0..={})", u128::MAX));
}

#[test]
fn integers_take_whole_floats_only() {
    Bench::int(true, 8)
        .takes(5.0, 5_i64)
        .takes(-5.0_f32, -5_i64)
        .refuses(5.5, "5.5 is no whole number, which i64 needs")
        .refuses(f64::NAN, "NaN is no whole number, which i64 needs")
        .refuses(f64::INFINITY, "inf is no whole number, which i64 needs")
        .refuses(1e30, "1000000000000000019884624838656 does not fit i64 (-9223372036854775808..=9223372036854775807)")
        .refuses("5", "expected an integer for i64, got text")
        .refuses(true, "expected an integer for i64, got a bool");
    Bench::int(false, 16).takes(2_f64.powi(127), 1_u128 << 127);
}

#[test]
fn floats_take_all_numbers() {
    Bench::leaf(8, Kind::Float)
        .takes(5, 5.0)
        .takes(0.1_f32, f64::from(0.1_f32))
        .refuses(true, "expected a number for f64, got a bool");
    Bench::leaf(4, Kind::Float)
        .takes(0.1, 0.1_f32)
        .takes(f64::INFINITY, f32::INFINITY)
        .refuses(1e39, "1e39 does not fit f32 (-3.4028235e38..=3.4028235e38)")
        .refuses_even_forced(1e39, "1e39 does not fit f32 (-3.4028235e38..=3.4028235e38)");
}

#[test]
fn bools_take_truth_values_and_bits() {
    Bench::leaf(1, Kind::Bool)
        .takes(true, true)
        .takes(0, false)
        .takes(1_u8, true)
        .refuses(2, "expected true, false, 1 or 0, got 2")
        .refuses("true", "expected true, false, 1 or 0, got text");
}

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
        .takes(-1, named(-1, Some("LOST")))
        .takes(named(0, None), named(0, Some("PENDING")))
        .refuses(
            "FILED",
            "Status has no \"FILED\" (it has PENDING, FILLED, LOST); did you mean \"FILLED\"?",
        )
        .refuses("x", "Status has no \"x\" (it has PENDING, FILLED, LOST)")
        .refuses(
            1,
            "1 is no value of Status; it has PENDING = 0, FILLED = 2, LOST = -1",
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
        .takes(" A | B ", both())
        .takes(Value::List(vec![text("A"), text("B")]), both())
        .takes(both(), both())
        .takes("", flags(0, &[], 0))
        .takes("0x0", flags(0, &[], 0))
        .refuses("A|C", "Mode has no \"C\" (it has A, B, AB)")
        .refuses(
            12,
            "0xc are no flags of Mode; it has A = 0x1, B = 0x2, AB = 0x3",
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
        .refuses(2, "2 is no value of this field; it has OFF = 0, ON = 1")
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
fn text_is_never_cut() {
    Bench::leaf(4, Kind::Text)
        .takes("abcd", "abcd")
        .takes("é", "é")
        .takes("", "")
        .refuses("abcde", "text of 5 bytes, there is room for 4")
        .refuses_even_forced("ééé", "text of 6 bytes, there is room for 4")
        .refuses("a\0b", "text with a zero byte at 1, which would end it")
        .refuses(5, "expected text for text[4], got an integer");
}

#[test]
fn shorter_text_leaves_nothing_of_the_longer() {
    let mut bench = Bench::leaf(4, Kind::Text);
    bench.takes("abcd", "abcd").takes("x", "x");
    assert_eq!(bench.bytes, b"x\0\0\0");
}

#[test]
fn patterns_match_the_whole_text() {
    let pattern = |pattern: &str| Metadata {
        regex: Some(pattern.into()),
        ..Metadata::default()
    };
    Bench::leaf(8, Kind::Text)
        .with(pattern("[A-Z]+|x"))
        .takes("ABC", "ABC")
        .refuses("xA", "\"xA\" does not match \"[A-Z]+|x\"")
        .refuses("ABC\n", "\"ABC\\n\" does not match \"[A-Z]+|x\"")
        .forces("xA", "xA");
    Bench::leaf(8, Kind::Text)
        .with(pattern("(?x) a # letter"))
        .takes("a", "a");
}

#[test]
fn a_bad_pattern_refuses_the_write_and_says_so() {
    let pattern = |pattern: &str| Metadata {
        regex: Some(pattern.into()),
        ..Metadata::default()
    };
    // Would be well-formed, and not anchored, inside the parentheses put around it.
    let refused = Bench::leaf(8, Kind::Text)
        .with(pattern("a)|(b"))
        .put("b", Strictness::Checked)
        .unwrap_err();
    assert!(
        refused.starts_with("the field's annotation regex \"a)|(b\" is bad (unopened group)"),
        "{refused}"
    );
    let mut huge = Bench::leaf(8, Kind::Text).with(pattern(r"(\w{100}){100}"));
    assert!(
        huge.put("b", Strictness::Checked)
            .unwrap_err()
            .contains("is bad")
    );
    huge.forces("b", "b");
}

#[test]
fn ranges_hold_for_integers_and_floats() {
    Bench::int(true, 8)
        .with(range(Some(0), Some(100)))
        .takes(100, 100_i64)
        .refuses(101, "101 is out of range; allowed is 0..=100")
        .refuses(-1, "-1 is out of range; allowed is 0..=100")
        .forces(101, 101_i64);
    Bench::int(false, 16).with(range(None, Some(5))).refuses(
        u128::MAX,
        &format!("{} is out of range; allowed is ..=5", u128::MAX),
    );
    let mut float = Bench::leaf(8, Kind::Float).with(range(Some(1), None));
    float
        .takes(1, 1.0)
        .refuses(0.5, "0.5 is out of range; allowed is 1..");
    float.refuses(f64::NAN, "NaN is out of range; allowed is 1..");
    let tenth = Metadata {
        max: Some(Number::Float(0.1)),
        ..Metadata::default()
    };
    Bench::leaf(4, Kind::Float)
        .with(tenth)
        .takes(0.1, 0.1_f32)
        .takes(0.1_f32, 0.1_f32);
}

#[test]
fn ranges_are_exact_beyond_the_precision_of_floats() {
    let most = i128::from(i64::MAX) - 1;
    Bench::int(true, 8)
        .with(range(None, Some(most)))
        .takes(i64::MAX - 1, i64::MAX - 1)
        .refuses(
            i64::MAX,
            &format!("{} is out of range; allowed is ..={most}", i64::MAX),
        );
}

#[test]
fn steps_are_counted_from_the_minimum() {
    let step = |min, step| Metadata {
        min,
        step: Some(step),
        ..Metadata::default()
    };
    Bench::int(true, 8)
        .with(step(Some(Number::Int(-3)), Number::Int(5)))
        .takes(-3, -3_i64)
        .takes(7, 7_i64)
        .refuses(5, "5 is not on a step; allowed is -3 plus multiples of 5")
        .forces(5, 5_i64);
    Bench::leaf(8, Kind::Float)
        .with(step(None, Number::Float(0.1)))
        .takes(0.1 + 0.2, 0.1 + 0.2)
        .refuses(
            0.25,
            "0.25 is not on a step; allowed is 0 plus multiples of 0.1",
        );
    Bench::leaf(4, Kind::Float)
        .with(step(None, Number::Float(0.1)))
        .takes(0.3_f32, 0.3_f32);
}

#[test]
fn arrays_take_lists_of_their_length_and_check_each_element() {
    let mut schema = Schema::new();
    let id = add(&mut schema, "", 1, Kind::Int { signed: false });
    let id = schema.add_array(id, 3).unwrap();
    let stored = Value::List(vec![Value::U64(1), Value::U64(2), Value::U64(3)]);
    Bench::new(schema, id)
        .with(range(None, Some(9)))
        .takes(list(&[1, 2, 3]), stored)
        .refuses(list(&[1, 2]), "a list of 2 for an array of 3")
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
            "member \"price\" twice",
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
        "p: addresses of the producer are not written; force the write if you know one",
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
        .refuses(record(&[]), "0 members for a union; name the one to store")
        .refuses(
            record(&[("bits", 1.into()), ("float", 1.0.into())]),
            "2 members for a union; name the one to store",
        );
}

#[test]
fn pointers_are_written_by_force_only() {
    Bench::leaf(8, Kind::Pointer { target: "Q".into() })
        .refuses(
            0,
            "addresses of the producer are not written; force the write if you know one",
        )
        .forces(0x1000, Value::Address(0x1000));
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

#[test]
fn odd_bytes_read_as_something_true_to_them() {
    let read =
        |bench: Bench, bytes: &[u8]| decode_value(&bench.schema, bench.id, &bench.metadata, bytes);
    assert_eq!(read(Bench::leaf(1, Kind::Bool), &[2]), Value::Bool(true));
    assert_eq!(read(Bench::leaf(4, Kind::Text), b"ab\0d"), text("ab"));
    assert_eq!(read(Bench::leaf(4, Kind::Text), b"abcd"), text("abcd"));
    assert_eq!(
        read(Bench::leaf(2, Kind::Text), b"a\xff"),
        text("a\u{fffd}")
    );
}

#[test]
fn a_flag_of_no_bits_is_set_when_nothing_else_is() {
    let list = variants(&[("NONE", 0), ("A", 1)]);
    let value = |bits| Value::Flags(named::flags_value(&list, bits));
    assert_eq!(value(0), flags(0, &["NONE"], 0));
    assert_eq!(value(5), flags(5, &["A"], 4));
}

fn has_text(schema: &Schema, id: TypeId) -> bool {
    let ty = &schema[schema.bare(id)];
    match &ty.kind {
        Kind::Text => true,
        Kind::Array { element, .. } => has_text(schema, *element),
        _ => ty
            .members()
            .is_some_and(|fields| fields.iter().any(|field| has_text(schema, field.type_id))),
    }
}

proptest! {
    #[test]
    fn every_value_that_is_read_can_be_stored_and_read_again(
        schema in bare_schemas(),
        mut random in proptest::collection::vec(any::<u8>(), 4096),
    ) {
        for (id, ty) in schema.iter() {
            if has_text(&schema, id) {
                // Bytes that are no UTF-8 read as longer text, which may not fit.
                random.iter_mut().for_each(|byte| *byte &= 0x7f);
            }
            let source = &random[..ty.size as usize];
            let value = decode_value(&schema, id, &Metadata::default(), source);
            let mut bytes = vec![0; source.len()];
            encode_value(&schema, id, &Metadata::default(), &value, Strictness::Forced, &mut bytes).unwrap();
            let again = decode_value(&schema, id, &Metadata::default(), &bytes);
            // As text, since NaN is not equal to itself.
            prop_assert_eq!(format!("{value:?}"), format!("{again:?}"));
        }
    }

    #[test]
    fn integers_are_stored_exactly_or_refused(wanted: i128, log_size in 0..5_u32, signed: bool, shift in 0..128_u32) {
        let wanted = wanted >> shift;
        let width = 8 << log_size;
        let mut bench = Bench::int(signed, width / 8);
        let fits = match signed {
            true => wanted << (128 - width) >> (128 - width) == wanted,
            false => wanted >= 0 && (width == 128 || wanted >> width == 0),
        };
        match bench.put(wanted, Strictness::Checked) {
            Ok(stored) => prop_assert!(fits && stored.to_string() == wanted.to_string()),
            Err(_) => prop_assert!(!fits),
        }
    }
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

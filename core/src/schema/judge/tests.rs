//! What is refused, what is accepted, and why.

use super::super::*;

fn ty(size: u64, align: u64, kind: Kind) -> Type {
    Type {
        elsewhere: None,
        name: "T".into(),
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

fn structure(fields: Vec<Field>) -> Type {
    ty(16, 8, Kind::Struct { fields })
}

fn annotated(type_id: u32, metadata: Metadata) -> Type {
    structure(vec![Field {
        metadata,
        ..field("f", type_id, 0)
    }])
}

/// 0: i64, 1: text[8], 2: i64 @atomic, 3: f64
fn schema() -> Schema {
    let mut schema = Schema::new();
    let number = schema.add(ty(8, 8, Kind::Int { signed: true })).unwrap();
    schema.add(ty(8, 1, Kind::Text)).unwrap();
    schema.add_protected(Protection::Atomic, number).unwrap();
    schema.add(ty(8, 8, Kind::Float)).unwrap();
    schema
}

#[track_caller]
fn refused(ty: Type, expected: &str) {
    let mut schema = schema();
    let before = schema.len();
    assert_eq!(schema.add(ty).unwrap_err().to_string(), expected);
    assert_eq!(schema.len(), before);
}

#[track_caller]
fn accepted(ty: Type) {
    schema().add(ty).unwrap();
}

#[test]
fn what_a_type_is_made_of_lies_where_it_can_be_accessed() {
    let needs_8 = "type \"T\" has an alignment of 4 bytes; its parts need 8";
    refused(ty(8, 4, Kind::Int { signed: true }), needs_8);
    refused(ty(16, 4, Kind::Int { signed: true }), needs_8);
    accepted(ty(16, 8, Kind::Int { signed: true }));
    refused(ty(8, 4, Kind::Pointer { target: "".into() }), needs_8);
    refused(
        ty(
            8,
            4,
            Kind::Struct {
                fields: vec![field("f", 0, 0)],
            },
        ),
        needs_8,
    );
    refused(
        ty(
            16,
            4,
            Kind::Array {
                element: TypeId(0),
                count: 2,
            },
        ),
        needs_8,
    );
    refused(ty(8, 4, Kind::Alias { of: TypeId(0) }), needs_8);
    let (atomic, seqlock) = (Protection::Atomic, Protection::Seqlock);
    refused(
        ty(
            8,
            4,
            Kind::Protected {
                protection: atomic,
                value: TypeId(0),
            },
        ),
        needs_8,
    );
    refused(
        ty(
            24,
            4,
            Kind::Protected {
                protection: seqlock,
                value: TypeId(1),
            },
        ),
        needs_8,
    );
    accepted(ty(
        8,
        1,
        Kind::Struct {
            fields: vec![field("f", 1, 0)],
        },
    ));
    refused(
        ty(
            12,
            8,
            Kind::Struct {
                fields: vec![field("f", 0, 0)],
            },
        ),
        "type \"T\" has 12 bytes; it needs a multiple of 8, its alignment",
    );
}

#[test]
fn sizes_and_alignments_are_bounded() {
    refused(
        ty(0, 1, Kind::Text),
        "type \"T\" has a size of 0 bytes; sizes are 1 to 1099511627776",
    );
    refused(
        ty(MAX_SIZE + 1, 1, Kind::Text),
        "type \"T\" has a size of 1099511627777 bytes; sizes are 1 to 1099511627776",
    );
    refused(
        ty(8, 3, Kind::Float),
        "type \"T\" has an alignment of 3 bytes; it must be a power of two up to 4096",
    );
    refused(
        ty(8, 8192, Kind::Float),
        "type \"T\" has an alignment of 8192 bytes; it must be a power of two up to 4096",
    );
    refused(
        ty(3, 1, Kind::Float),
        "type \"T\" has 3 bytes; it needs 4 or 8",
    );
    accepted(ty(MAX_SIZE, 4096, Kind::Text));
}

#[test]
fn references_go_backwards_only() {
    refused(
        ty(8, 8, Kind::Alias { of: TypeId(4) }),
        "type \"T\" refers to type 4, which is not defined before it",
    );
    refused(
        structure(vec![field("f", 9, 0)]),
        "type \"T\" refers to type 9, which is not defined before it",
    );
}

#[test]
fn members_lie_within_aligned_and_named_once() {
    let refusal = |offset: u64, why: &str| {
        format!("field \"f\" of \"T\" at offset {offset} with 8 bytes does not fit: {why}")
    };
    refused(
        structure(vec![field("f", 0, 16)]),
        &refusal(16, "it ends after the struct"),
    );
    refused(
        structure(vec![field("f", 0, u64::MAX)]),
        &refusal(u64::MAX, "it ends after the struct"),
    );
    refused(
        structure(vec![field("f", 0, 4)]),
        &refusal(4, "it is not aligned"),
    );
    refused(
        structure(vec![field("f", 0, 0), field("f", 0, 8)]),
        "\"T\" has \"f\" twice",
    );
    refused(
        structure(vec![field("", 0, 0)]),
        "a field of \"T\" needs a name of 1 to 1024 bytes",
    );
    accepted(structure(vec![field("f", 0, 0), field("g", 1, 8)]));
}

#[test]
fn bitfields_lie_within_an_integer() {
    let bits = |type_id, offset, width| {
        structure(vec![Field {
            bits: Some(Bits { offset, width }),
            ..field("f", type_id, 0)
        }])
    };
    let refusal =
        |why: &str| format!("field \"f\" of \"T\" at offset 0 with 8 bytes does not fit: {why}");
    refused(bits(0, 60, 5), &refusal("its bits leave the integer"));
    refused(bits(0, 0, 0), &refusal("its bits leave the integer"));
    refused(
        bits(3, 0, 1),
        &refusal("only integers of at most 8 bytes have bitfields"),
    );
    accepted(bits(0, 60, 4));
}

#[test]
fn members_of_a_struct_share_no_bytes() {
    let refusal = |field: &str, offset: u64| {
        format!(
            "field {field:?} of \"T\" at offset {offset} with 8 bytes does not fit: another member has some of its bytes; only bitfields of one integer share them"
        )
    };
    refused(
        structure(vec![field("f", 0, 0), field("g", 0, 0)]),
        &refusal("g", 0),
    );
    // Text may start anywhere.
    refused(
        structure(vec![field("f", 1, 4), field("g", 0, 0)]),
        &refusal("f", 4),
    );
    let mut bits = vec![field("low", 0, 0), field("high", 0, 0)];
    for (field, offset) in bits.iter_mut().zip([0, 32]) {
        field.bits = Some(Bits { offset, width: 32 });
    }
    accepted(structure(bits.clone()));
    bits.push(field("whole", 0, 0));
    refused(structure(bits), &refusal("whole", 0));
}

#[test]
fn no_plain_member_lies_over_a_guarded_one() {
    let mut schema = schema();
    let guarded = schema
        .add_protected(Protection::Seqlock, TypeId(0))
        .unwrap();
    let over = ty(
        24,
        8,
        Kind::Struct {
            fields: vec![field("guarded", guarded.0, 0), field("over", 0, 16)],
        },
    );
    let error = schema.add(over).unwrap_err();
    assert!(matches!(error, SchemaError::Field { field, .. } if field == "over"));
}

#[test]
fn a_guarded_place_is_aligned_like_its_value() {
    let mut schema = schema();
    let fields = vec![field("f", 0, 0)];
    let line = schema.add(ty(64, 64, Kind::Struct { fields })).unwrap();
    let guarded = schema.add_protected(Protection::Locked, line).unwrap();
    assert_eq!((schema[guarded].size, schema[guarded].align), (192, 64));
    // As it was described when all were aligned to 8.
    let kind = schema[guarded].kind.clone();
    schema.add(ty(8 + 2 * 64, 8, kind)).unwrap();
}

#[test]
fn protections_do_not_nest_and_atomics_are_scalars() {
    let protect = |protection, value| {
        let mut schema = schema();
        schema
            .add_protected(protection, TypeId(value))
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        protect(Protection::Seqlock, 2).unwrap_err(),
        "type \"\" cannot be seqlock: it has a protected field inside"
    );
    assert_eq!(
        protect(Protection::Atomic, 1).unwrap_err(),
        "type \"T\" cannot be atomic: only scalars of at most 8 bytes can be; use seqlock"
    );
    assert_eq!(protect(Protection::Locked, 1), Ok(()));
    let union = ty(
        8,
        8,
        Kind::Union {
            members: vec![field("f", 2, 0)],
        },
    );
    refused(
        union,
        "type \"T\" cannot be a union: its members lie over each other, so none can be protected alone",
    );
}

#[test]
fn variants_fit_their_integer() {
    let variants = |value: i128| {
        vec![Variant {
            name: "V".into(),
            value,
        }]
    };
    let signed = |value| {
        ty(
            1,
            1,
            Kind::Enum {
                signed: true,
                variants: variants(value),
            },
        )
    };
    accepted(signed(-128));
    refused(
        signed(128),
        "\"V\" = 128 does not fit into the 1 bytes of \"T\"",
    );
    let flags = |value| {
        ty(
            8,
            8,
            Kind::Flags {
                flags: variants(value),
            },
        )
    };
    accepted(flags(u64::MAX.into()));
    refused(
        flags(-1),
        "\"V\" = -1 does not fit into the 8 bytes of \"T\"",
    );
}

#[test]
fn annotations_agree_with_each_other_and_the_type() {
    let fault = |why: &str| format!("field \"f\" of \"T\": {why}");
    let (one, two) = (Some(Number::Int(1)), Some(Number::Int(2)));
    let none = Metadata::default;
    refused(
        annotated(
            0,
            Metadata {
                min: two,
                max: one,
                ..none()
            },
        ),
        &fault("min 2 is greater than max 1"),
    );
    refused(
        annotated(1, Metadata { max: one, ..none() }),
        &fault("max needs a number, this is text"),
    );
    let nan = Some(Number::Float(f64::NAN));
    refused(
        annotated(3, Metadata { min: nan, ..none() }),
        &fault("min = NaN is not a finite number"),
    );
    refused(
        annotated(
            0,
            Metadata {
                step: Some(Number::Int(0)),
                ..none()
            },
        ),
        &fault("step must be greater than 0"),
    );
    refused(
        annotated(
            0,
            Metadata {
                regex: Some("a".into()),
                ..none()
            },
        ),
        &fault("regex needs text, this is an integer"),
    );
    let names = vec![Variant {
        name: "V".into(),
        value: 1,
    }];
    refused(
        annotated(
            3,
            Metadata {
                names: names.clone(),
                ..none()
            },
        ),
        &fault("named values need an integer, this is a floating-point number"),
    );
    accepted(annotated(
        2,
        Metadata {
            min: one,
            max: two,
            names,
            ..none()
        },
    ));
}

#[test]
fn descriptions_are_bounded() {
    let metadata = |length| Metadata {
        desc: Some("x".repeat(length).into()),
        ..Metadata::default()
    };
    accepted(annotated(0, metadata(codec::MAX_DESCRIPTION - 100)));
    refused(
        annotated(0, metadata(codec::MAX_DESCRIPTION)),
        "the description of type \"T\" takes 524314 bytes; at most 524288 are allowed",
    );
}

#[test]
fn nesting_is_bounded() {
    let mut schema = schema();
    let mut id = TypeId(0);
    let depths = (2..).map(|_| schema.add_array(id, 1).map(|outer| id = outer));
    let reached = depths.take_while(Result::is_ok).count();
    assert_eq!(reached, MAX_DEPTH as usize - 1);
}

#[test]
fn a_type_equal_to_an_earlier_one_gets_its_id() {
    let mut schema = schema();
    assert_eq!(schema.add(ty(8, 8, Kind::Float)).unwrap(), TypeId(3));
    assert_eq!(schema.len(), 4);
}

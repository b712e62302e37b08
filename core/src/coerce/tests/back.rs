//! Decoding bytes, and values that are encoded and decoded again.

use proptest::prelude::*;

use super::*;
use crate::schema::codec::arbitrary::{bare_schemas, schemas};

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
                // Invalid UTF-8 reads as longer text, which may not fit.
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
    fn members_worked_out_once_read_as_the_type_does(
        schema in schemas(),
        random in proptest::collection::vec(any::<u8>(), 4096),
    ) {
        for (id, ty) in schema.iter() {
            let Some(members) = Members::of(&schema, id) else { continue };
            let bytes = &random[..ty.size as usize];
            let expected = decode_value(&schema, id, &Metadata::default(), bytes);
            prop_assert_eq!(format!("{:?}", members.decode(&schema, bytes)), format!("{expected:?}"));
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

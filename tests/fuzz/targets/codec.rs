//! Descriptions of types, one after the other, and whole files of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memglass::schema::{Schema, codec};

fuzz_target!(|input: &[u8]| {
    if let Ok(schema) = codec::decode_schema(input) {
        check(&schema);
    }
    let mut schema = Schema::new();
    for description in (Descriptions { rest: input }) {
        let Ok(ty) = codec::decode(description) else {
            continue;
        };
        let again = codec::decode(&codec::encode(&ty)).expect("what was encoded can be decoded");
        // Not compared as such: a bound may be a number that equals nothing.
        assert_eq!(codec::encode(&again), codec::encode(&ty));
        let before = schema.len();
        match schema.add(ty) {
            Ok(id) => assert!(schema.get(id).is_some()),
            Err(error) => {
                assert_eq!(schema.len(), before);
                assert!(!error.to_string().is_empty());
            }
        }
    }
    check(&schema);
});

/// A schema can be printed, and written and read again.
fn check(schema: &Schema) {
    for (id, ty) in schema.iter() {
        assert!(!schema.describe(id).is_empty());
        assert!(schema.values_of(id) <= 16 * ty.size + 64);
    }
    let bytes = codec::encode_schema(schema);
    let again = codec::decode_schema(&bytes).expect("a schema that was written can be read");
    assert_eq!(codec::encode_schema(&again), bytes);
}

/// Parts of the input, each behind its length in two bytes.
struct Descriptions<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for Descriptions<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        let (len, rest) = self.rest.split_first_chunk()?;
        let len = usize::from(u16::from_le_bytes(*len)).min(rest.len());
        let (part, rest) = rest.split_at(len);
        self.rest = rest;
        Some(part)
    }
}

//! The structural hash: equal types have equal hashes in every session and build.

use super::{Schema, Type, codec};

/// FNV-1a with 128 bits (Fowler, Noll, Vo; <http://www.isthe.com/chongo/tech/comp/fnv/>) over the
/// type's description in which each reference is replaced by the hash of the type referred to.
pub(super) fn of(schema: &Schema, ty: &Type) -> u128 {
    fnv1a(&codec::encode_with(ty, &|id| {
        schema.summaries[id.0 as usize].hash
    }))
}

fn fnv1a(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET, |hash, &byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_of_known_texts() {
        // Published test vectors of FNV-1a 128.
        assert_eq!(fnv1a(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv1a(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}

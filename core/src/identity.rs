//! Random identities.

use std::hash::{BuildHasher, RandomState};

/// 128 bits that no other call returns: two SipHash values under keys that std takes from the
/// operating system's random source.
pub(crate) fn random() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(std::process::id()));
    (half() << 64) | half()
}

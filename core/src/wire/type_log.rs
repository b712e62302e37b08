//! Records of the type log.

use super::{LINE, WORD};

pub(crate) const ID: usize = 0;
pub(crate) const HASH_LOW: usize = ID + WORD;
pub(crate) const HASH_HIGH: usize = HASH_LOW + WORD;
/// Where the CBOR description lies, a `Ref`.
pub(crate) const DESCRIPTION: usize = HASH_HIGH + WORD;
/// Length of the description in bytes.
pub(crate) const DESCRIPTION_LEN: usize = DESCRIPTION + WORD;

pub(crate) const RECORD_BYTES: usize = LINE;
pub(crate) const RECORDS_PER_CHUNK: usize = 64;

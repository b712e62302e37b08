//! Memory, and which field each byte belongs to.

use std::ops::Range;

use serde_json::{Value as Json, json};

/// Bytes of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// Whose they are.
    pub title: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether they are of one moment: two readings one after the other agreed.
    pub consistent: bool,
    /// The fields, in the order of their first bytes.
    pub parts: Vec<Part>,
}

/// A field and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name of the field.
    pub name: String,
    /// Where its bytes are.
    pub bytes: Range<usize>,
    /// Whether these are bytes of its storage that hold no value: a sequence, or the copy that nobody reads.
    pub hidden: bool,
}

impl Bytes {
    /// The bytes in hexadecimal, and the fields.
    pub fn json(&self) -> Json {
        let hex = self.bytes.iter().map(|byte| format!("{byte:02x}"));
        let fields = self.parts.iter().filter(|part| !part.hidden).map(|part| {
            json!({ "name": part.name, "offset": part.bytes.start, "bytes": part.bytes.len() })
        });
        json!({
            "bytes": hex.collect::<String>(),
            "consistent": self.consistent,
            "fields": fields.collect::<Vec<_>>(),
        })
    }
}

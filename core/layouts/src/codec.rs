//! Compiled layouts as CBOR, to travel with a session or a recording.
//!
//! A document is an array: version, canonical text, names, structs, fields, enums, bitfields, needs. Expressions are byte
//! strings. Sizes and tables are not stored: they are worked out again, so that they cannot disagree with the rest.

mod bytes;
mod decode;
mod encode;
mod sound;

use crate::Layout;
use thiserror::Error;

/// The version of the document.
const VERSION: u8 = 1;

/// Why bytes are no compiled layout.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The document was made by a later version.
    #[error(
        "the layout has version {found}, this build reads {VERSION}; use the memglass of its producer"
    )]
    Version {
        /// Its version.
        found: u8,
    },
    /// It is no CBOR of this form.
    #[error("the layout is damaged")]
    Form {
        /// What the decoder met.
        #[source]
        source: minicbor::decode::Error,
    },
    /// Something in it refers to nothing, or to itself.
    #[error("the layout is damaged: {what} is not sound")]
    Unsound {
        /// What is wrong.
        what: &'static str,
    },
}

impl Layout {
    /// The layout as bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode::document(self)
    }

    /// Reads a layout from bytes, which may come from anywhere. All that it refers to is checked, so a layout that was
    /// read is as safe as one that was parsed. It takes time and memory in proportion to the bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if they are no layout.
    pub fn decode(bytes: &[u8]) -> Result<Layout, DecodeError> {
        decode::document(bytes)
    }
}

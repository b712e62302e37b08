//! A whole schema as bytes: the content of a `.mgt` file.

use super::super::{Schema, SchemaError, TypeId};
use super::decode::{CodecError, Reader};
use super::encode::{cbor, write_type};

const MAGIC: &str = "memglass-types";
const VERSION: u64 = 1;

/// Why bytes are not a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// They are not in the format.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The format is of a later version.
    #[error(
        "the types have format version {found}, this build reads version {VERSION}; use the memglass that wrote them"
    )]
    Version {
        /// The version found.
        found: u64,
    },
    /// A type is inconsistent.
    #[error("type {index} of the file")]
    Schema {
        /// The type's position, from 0.
        index: usize,
        /// What is wrong with it.
        #[source]
        source: SchemaError,
    },
    /// A type equals an earlier one, which would shift all later references by one.
    #[error("type {index} of the file equals type {earlier}")]
    Repeated {
        /// The type's position, from 0.
        index: usize,
        /// The position of its equal.
        earlier: usize,
    },
}

/// Encodes all types of a schema.
pub fn encode_schema(schema: &Schema) -> Vec<u8> {
    let mut bytes = Vec::new();
    cbor(&mut bytes, |out| {
        out.array(schema.len() as u64 + 2)?
            .str(MAGIC)?
            .u64(VERSION)
            .map(drop)
    });
    for id in (0..schema.len() as u32).map(TypeId) {
        match schema.get(id) {
            Some(ty) => write_type(&mut bytes, ty, &|bytes, id| {
                cbor(bytes, |out| out.u32(id.0).map(drop))
            }),
            None => cbor(&mut bytes, |out| out.null().map(drop)),
        }
    }
    bytes
}

/// Decodes and judges all types of a schema. Their ids are the ones they had.
///
/// The bytes may come from anybody; time and memory are linear in their number.
///
/// # Errors
///
/// [`FileError`] says which byte or which type is wrong.
pub fn decode_schema(bytes: &[u8]) -> Result<Schema, FileError> {
    let mut reader = Reader::new(bytes);
    let items = reader.array("an array that starts with \"memglass-types\"")?;
    if items < 2 || &*reader.text()? != MAGIC {
        return Err(CodecError {
            reason: format!("no {MAGIC:?} in front"),
            offset: 0,
        }
        .into());
    }
    let found = reader.unsigned("a version")?;
    if found != VERSION {
        return Err(FileError::Version { found });
    }
    let mut schema = Schema::new();
    for _ in 2..items {
        if reader.skip_null() {
            schema.leave_out();
            continue;
        }
        let ty = reader.read_type()?;
        let index = schema.len();
        let id = schema
            .add(ty)
            .map_err(|source| FileError::Schema { index, source })?;
        if id.0 as usize != index {
            return Err(FileError::Repeated {
                index,
                earlier: id.0 as usize,
            });
        }
    }
    reader.end()?;
    Ok(schema)
}

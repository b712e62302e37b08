//! Types as a file, `.mgt`: small, and safe to read from anybody.
//!
//! | bytes | what |
//! |---|---|
//! | 0 to 7 | `\x89MGT\r\n\x1a\n`: a transfer that changes line ends or bits destroys it |
//! | 8 | version, 1 |
//! | 9 to 16 | XXH3 with 64 bits of all that follows, little-endian |
//! | 17 to the end | the sections names, types, symbols and units, each behind its length |
//!
//! All numbers are LEB128 varints; signed ones are zigzag-coded. A name is its place in the section of names, which are
//! sorted, so that each says only how many bytes it shares with the one before. A reference to a type is the distance
//! to it. Counts are checked against the bytes that are left, and names expand to at most [`EXPANSION`] times their
//! section: reading takes time and memory in proportion to the file.

mod error;
mod read;
mod sections;
mod varint;
mod write;

pub use error::FileError;

use crate::types::Types;

pub(crate) const MAGIC: [u8; 8] = *b"\x89MGT\r\n\x1a\n";
const VERSION: u8 = 1;
const HEADER: usize = MAGIC.len() + 1 + size_of::<u64>();

/// Names take at most as many times the bytes of their section.
const EXPANSION: usize = 16;

impl Types {
    /// The types as the bytes of a `.mgt` file. Equal sets give equal bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass_types::Types;
    ///
    /// let types = memglass_types::doc::quotes()?;
    /// assert_eq!(Types::from_bytes(&types.to_bytes())?, types);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let content = write::content(self);
        let mut bytes = Vec::with_capacity(HEADER + content.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&checksum(&content).to_le_bytes());
        bytes.extend_from_slice(&content);
        bytes
    }

    /// Reads the bytes of a `.mgt` file. Takes time and memory in proportion to their number, whatever they say.
    ///
    /// # Errors
    ///
    /// [`FileError`], if they are not such a file, were damaged, or come from a newer version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        let (header, content) = split(bytes)?;
        of(header, content)
    }

    /// What is behind the checksum, which only tells accidents.
    pub(crate) fn from_content(content: &[u8]) -> Result<Self, FileError> {
        let types = read::types(content)?;
        types.into_sound().map_err(|unsound| FileError::Unsound {
            what: unsound.to_string(),
        })
    }
}

/// The types of the file that begins here, and what is behind its end.
pub(crate) fn first(bytes: &[u8]) -> Result<(Types, &[u8]), FileError> {
    let (header, rest) = split(bytes)?;
    let (content, behind) = rest.split_at(read::content_len(rest)?);
    Ok((of(header, content)?, behind))
}

/// The header, of this version, and what is behind it.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), FileError> {
    let (header, rest) = bytes
        .split_at_checked(HEADER)
        .ok_or(FileError::TooShort { len: bytes.len() })?;
    if header[..MAGIC.len()] != MAGIC {
        return Err(FileError::NotTypes);
    }
    match header[MAGIC.len()] {
        VERSION => Ok((header, rest)),
        found => Err(FileError::Version {
            found,
            supported: VERSION,
        }),
    }
}

fn of(header: &[u8], content: &[u8]) -> Result<Types, FileError> {
    if header[MAGIC.len() + 1..] != checksum(content).to_le_bytes() {
        return Err(FileError::Checksum);
    }
    Types::from_content(content)
}

fn checksum(content: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(content)
}

#[cfg(test)]
mod tests;

//! Records, of which an MCAP file and each of its chunks consists, read with bounded memory: nothing in them is trusted.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use mcap::records::{Record, op};

/// Largest record that is read.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// Bytes before the content of a record: what it is, and its length.
pub(crate) const HEAD: u64 = 9;

/// What a hole in a file begins with.
pub(crate) const NONE: u8 = 0;

/// Reads the next record's content into `body`, and says what it is; `None` if the file ends before it does.
pub(crate) fn next(file: &mut impl Read, body: &mut Vec<u8>) -> io::Result<Option<u8>> {
    body.clear();
    file.take(HEAD).read_to_end(body)?;
    let Ok([kind, len @ ..]) = <[u8; 9]>::try_from(&**body) else {
        return Ok(None);
    };
    let len = u64::from_le_bytes(len);
    if len > MAX_BYTES {
        return Ok(None);
    }
    body.clear();
    // As much as there is, and not as much as it says.
    file.take(len).read_to_end(body)?;
    Ok((body.len() as u64 == len).then_some(kind))
}

/// The same of the record at `offset`, which may be anything.
pub(crate) fn at(file: &mut File, offset: u64) -> io::Result<Option<(u8, Vec<u8>)>> {
    if offset > file.metadata()?.len() {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut body = Vec::new();
    Ok(next(file, &mut body)?.map(|kind| (kind, body)))
}

/// What the record at `offset` says that it is, and how many bytes its content has; zeros if the file ends before.
pub(crate) fn head_at(file: &mut File, offset: u64) -> io::Result<(u8, u64)> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(HEAD).read_to_end(&mut head)?;
    let head = <[u8; 9]>::try_from(head).unwrap_or_default();
    let [kind, len @ ..] = head;
    Ok((kind, u64::from_le_bytes(len)))
}

/// What the next record of a chunk is, and its content.
///
/// # Errors
///
/// The chunk ends before it does.
pub(crate) fn split<'c>(rest: &mut &'c [u8]) -> Result<(u8, &'c [u8]), String> {
    let cut = || "it ends inside of a record".to_owned();
    let (head, after) = rest.split_first_chunk::<9>().ok_or_else(cut)?;
    let [kind, len @ ..] = *head;
    let len = usize::try_from(u64::from_le_bytes(len)).map_err(|_| cut())?;
    let (body, after) = after.split_at_checked(len).ok_or_else(cut)?;
    *rest = after;
    Ok((kind, body))
}

/// What the content of a record says. Records that recordings do not need are not looked into.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn parse(kind: u8, body: &[u8]) -> Result<Record<'_>, String> {
    let Some(parts) = parts(kind) else {
        return Ok(Record::Unknown {
            opcode: kind,
            data: body.into(),
        });
    };
    // The parser asks for as much memory as a length says.
    let mut rest = body;
    for part in parts {
        part.skip(&mut rest)
            .ok_or("something in it is longer than it is")?;
    }
    mcap::parse_record(kind, body).map_err(|error| error.to_string())
}

/// Whether a record that comes between chunks, or a chunk, is as long as its content says. If it is longer, its length is damaged,
/// and it has swallowed what is behind it.
pub(crate) fn is_filled(kind: u8, body: &[u8]) -> bool {
    let mut rest = body;
    let mut parts = parts(kind).into_iter().flatten();
    if !parts.all(|part| part.skip(&mut rest).is_some()) {
        return false;
    }
    match (kind, rest.split_first_chunk()) {
        (op::CHUNK, Some((len, records))) => u64::from_le_bytes(*len) == records.len() as u64,
        (op::HEADER | op::METADATA | op::MESSAGE_INDEX, _) => rest.is_empty(),
        (op::SCHEMA | op::CHANNEL, _) => rest.is_empty(),
        _ => true,
    }
}

/// A part of a record's content.
enum Part {
    Bytes(usize),
    /// So many bytes as the four before them say, which is a multiple of this.
    Sized(usize),
    /// As many texts as so many bytes have, two by two.
    Pairs,
}

const TEXT: Part = Part::Sized(1);

/// What comes first in a record, up to the last length in it; `None` if recordings need no such record.
fn parts(kind: u8) -> Option<&'static [Part]> {
    use Part::{Bytes, Pairs, Sized};
    Some(match kind {
        op::HEADER => &[TEXT, TEXT],
        op::SCHEMA => &[Bytes(2), TEXT, TEXT, TEXT],
        op::CHANNEL => &[Bytes(4), TEXT, TEXT, Pairs],
        op::CHUNK => &[Bytes(8 + 8 + 8 + 4), TEXT],
        op::MESSAGE_INDEX => &[Bytes(2), Sized(16)],
        op::CHUNK_INDEX => &[Bytes(8 + 8 + 8 + 8), Sized(10), Bytes(8), TEXT],
        op::METADATA => &[TEXT, Pairs],
        op::STATISTICS => &[Bytes(8 + 2 + 4 * 4 + 8 + 8), Sized(10)],
        op::MESSAGE | op::FOOTER => &[],
        _ => return None,
    })
}

impl Part {
    /// Passes over it; `None` if it is not there.
    fn skip(&self, rest: &mut &[u8]) -> Option<()> {
        match self {
            Part::Bytes(len) => *rest = rest.get(*len..)?,
            Part::Sized(unit) => {
                let bytes = sized(rest)?;
                return bytes.len().is_multiple_of(*unit).then_some(());
            }
            Part::Pairs => {
                let mut texts = sized(rest)?;
                while !texts.is_empty() {
                    sized(&mut texts)?;
                    sized(&mut texts)?;
                }
            }
        }
        Some(())
    }
}

/// A text at the beginning of some bytes.
pub(crate) fn text(rest: &mut &[u8]) -> Option<String> {
    String::from_utf8(sized(rest)?.to_vec()).ok()
}

fn sized<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (len, after) = rest.split_first_chunk()?;
    let (bytes, after) = after.split_at_checked(u32::from_le_bytes(*len) as usize)?;
    *rest = after;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_recording_needs_is_not_looked_into() {
        // The parser would take a part of it that ends before it begins.
        let attachment = parse(op::ATTACHMENT, &[0; 32]);
        assert!(matches!(attachment, Ok(Record::Unknown { .. })));
    }

    #[test]
    fn a_text_is_no_longer_than_what_is_left() {
        let header = |len: u32| [&len.to_le_bytes(), &b"memglass\0\0\0\0"[..]].concat();
        assert!(parse(op::HEADER, &header(8)).is_ok());
        assert!(parse(op::HEADER, &header(9)).is_err());
        assert!(parse(op::HEADER, &header(u32::MAX)).is_err());
    }
}

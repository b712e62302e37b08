//! The parts of an MCAP file, read with bounded memory: nothing in it is trusted.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use mcap::records::{ChunkHeader, Record, op};

/// Largest part that is read, and largest chunk once it is decompressed.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

pub(crate) const MAGIC: &[u8] = mcap::MAGIC;

/// Bytes before the content of a record: what it is, and its length.
pub(crate) const RECORD_HEAD: u64 = 9;

/// What a hole in a file begins with.
pub(crate) const NO_RECORD: u8 = 0;

/// A message of a chunk.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) time: u64,
    pub(crate) channel: u16,
    pub(crate) data: Vec<u8>,
}

/// Reads the content of a record at `offset`; `None` if the file ends before it does.
pub(crate) fn record_at(file: &mut File, offset: u64) -> io::Result<Option<(u8, Vec<u8>)>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut head = Vec::new();
    file.take(RECORD_HEAD).read_to_end(&mut head)?;
    let Ok([kind, len @ ..]) = <[u8; 9]>::try_from(head) else {
        return Ok(None);
    };
    let len = u64::from_le_bytes(len);
    if len > MAX_BYTES {
        return Ok(None);
    }
    // As much as there is, and not as much as it says.
    let mut body = Vec::new();
    file.take(len).read_to_end(&mut body)?;
    Ok((body.len() as u64 == len).then_some((kind, body)))
}

/// The records of a chunk that is the content of a record.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn records(kind: u8, body: &[u8]) -> Result<Vec<Record<'static>>, String> {
    let (_, content) = content(kind, body)?;
    let (mut rest, mut records) = (&content[..], Vec::new());
    while !rest.is_empty() {
        let (kind, body) = split_record(&mut rest)?;
        let record = mcap::parse_record(kind, body).map_err(|error| error.to_string())?;
        records.push(record.into_owned());
    }
    Ok(records)
}

/// What a chunk that is the content of a record says of itself, and its records, decompressed.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn content(kind: u8, body: &[u8]) -> Result<(ChunkHeader, Vec<u8>), String> {
    if kind != op::CHUNK {
        return Err("there is no chunk of messages".into());
    }
    let record = mcap::parse_record(kind, body).map_err(|error| error.to_string())?;
    let Record::Chunk { header, data } = record else {
        return Err("there is no chunk of messages".into());
    };
    let content = decompressed(&header, &data)?;
    if header.uncompressed_crc != 0 && crc32fast::hash(&content) != header.uncompressed_crc {
        return Err("its checksum is wrong".into());
    }
    Ok((header, content))
}

/// What the next record of a chunk is, and its content.
///
/// # Errors
///
/// The chunk ends before it does.
pub(crate) fn split_record<'c>(rest: &mut &'c [u8]) -> Result<(u8, &'c [u8]), String> {
    let cut = || "it ends inside of a record".to_owned();
    let (head, after) = rest.split_first_chunk::<9>().ok_or_else(cut)?;
    let [kind, len @ ..] = *head;
    let len = usize::try_from(u64::from_le_bytes(len)).map_err(|_| cut())?;
    let (body, after) = after.split_at_checked(len).ok_or_else(cut)?;
    *rest = after;
    Ok((kind, body))
}

/// Whether a file ends as one does to which nothing is added any more.
pub(crate) fn is_finished(file: &mut File) -> io::Result<bool> {
    let len = file.seek(SeekFrom::End(0))?;
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(len.saturating_sub(MAGIC.len() as u64)))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut end)?;
    // The magic bytes alone are the beginning.
    Ok(end == MAGIC && len > 2 * MAGIC.len() as u64)
}

fn decompressed(header: &ChunkHeader, data: &[u8]) -> Result<Vec<u8>, String> {
    if header.uncompressed_size > MAX_BYTES {
        return Err(format!("it claims {} bytes", header.uncompressed_size));
    }
    let content = match &*header.compression {
        "" => data.to_vec(),
        "zstd" => {
            let decoder = zstd::Decoder::new(data).map_err(|error| error.to_string())?;
            let mut content = Vec::new();
            // One byte more tells that it has more than it says.
            decoder
                .take(header.uncompressed_size + 1)
                .read_to_end(&mut content)
                .map_err(|error| error.to_string())?;
            content
        }
        other => {
            return Err(format!(
                "it is compressed as {other:?}, which memglass does not read"
            ));
        }
    };
    match content.len() as u64 == header.uncompressed_size {
        true => Ok(content),
        false => Err("it has another length than it says".into()),
    }
}

//! Chunks of an MCAP file, read with bounded memory: nothing in them is trusted.

use std::io::Read;

use mcap::records::{ChunkHeader, Record, op};

use crate::record::{self, MAX_BYTES};

pub(crate) const MAGIC: &[u8] = mcap::MAGIC;

/// A message of a chunk.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) time: u64,
    pub(crate) channel: u16,
    pub(crate) data: Vec<u8>,
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
        let (kind, body) = record::split(&mut rest)?;
        records.push(record::parse(kind, body)?.into_owned());
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
    let Record::Chunk { header, data } = record::parse(kind, body)? else {
        return Err("there is no chunk of messages".into());
    };
    let content = decompressed(&header, &data)?;
    if header.uncompressed_crc != 0 && crc32fast::hash(&content) != header.uncompressed_crc {
        return Err("its checksum is wrong".into());
    }
    Ok((header, content))
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

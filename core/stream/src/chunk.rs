//! Chunks of an MCAP file, read with bounded memory: nothing in them is trusted.

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use mcap::records::{ChunkHeader, ChunkIndex, Record, op};

use crate::record::{self, MAX_BYTES};

pub(crate) const MAGIC: &[u8] = mcap::MAGIC;

/// A message of a chunk.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) time: u64,
    pub(crate) channel: u16,
    /// All of the chunk, and where the message is in it.
    content: Arc<Vec<u8>>,
    place: Range<usize>,
}

impl Message {
    pub(crate) fn data(&self) -> &[u8] {
        &self.content[self.place.clone()]
    }

    /// Bytes of the chunk, which are there as long as the message is.
    pub(crate) fn chunk_bytes(&self) -> usize {
        self.content.len()
    }
}

/// Bytes before the data of a message: channel, number, and two times.
const MESSAGE_HEAD: usize = 2 + 4 + 8 + 8;

/// The messages of a chunk that is the content of a record, in the order of their times.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn messages(kind: u8, body: &[u8]) -> Result<Vec<Message>, String> {
    let (_, content) = content(kind, body)?;
    let content = Arc::new(content);
    let (mut rest, mut messages) = (&content[..], Vec::new());
    while !rest.is_empty() {
        let (kind, body) = record::split(&mut rest)?;
        if kind == op::MESSAGE {
            let (channel, time) = message_head(body)?;
            let end = content.len() - rest.len();
            messages.push(Message {
                time,
                channel,
                content: Arc::clone(&content),
                place: end - body.len() + MESSAGE_HEAD..end,
            });
        }
    }
    messages.sort_by_key(|message| message.time);
    Ok(messages)
}

/// Whether a chunk has messages, and so times. Of which channels, the index of a file may leave out.
pub(crate) fn has_messages(chunk: &ChunkIndex) -> bool {
    !chunk.message_index_offsets.is_empty() || chunk.message_end_time > 0
}

/// The channel and the time of a message.
///
/// # Errors
///
/// It is too short.
pub(crate) fn message_head(body: &[u8]) -> Result<(u16, u64), String> {
    let head: &[u8; MESSAGE_HEAD] = body.first_chunk().ok_or("a message is too short")?;
    let [c, d, _, _, _, _, time @ ..] = *head;
    let (time, _) = time.split_first_chunk().expect("two times");
    Ok((u16::from_le_bytes([c, d]), u64::from_le_bytes(*time)))
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

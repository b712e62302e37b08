//! Where the messages of a chunk are, as the records behind it say: <https://mcap.dev/spec#message-index-op0x07>.

use std::collections::BTreeMap;

use mcap::records::{ChunkIndex, MessageIndexEntry, op};

use crate::record;

/// Where the messages of each channel are in a chunk.
pub(crate) type Places = BTreeMap<u16, Vec<MessageIndexEntry>>;

/// Appends the records that say where messages of a chunk are, which begin in the file where the chunk ends. The chunk knows
/// of them.
pub(crate) fn put(out: &mut Vec<u8>, chunk: &mut ChunkIndex, places: &Places) {
    let (start, begin) = (end_of(chunk), out.len());
    for (&channel, entries) in places {
        let offset = start + (out.len() - begin) as u64;
        chunk.message_index_offsets.insert(channel, offset);
        // Written by hand: a recorder writes one entry for each message.
        let entries_len = entries.len() * ENTRY_LEN;
        let len = CHANNEL_LEN + LENGTH_LEN + entries_len;
        out.reserve(record::HEAD as usize + len);
        out.push(op::MESSAGE_INDEX);
        out.extend((len as u64).to_le_bytes());
        out.extend(channel.to_le_bytes());
        out.extend((entries_len as u32).to_le_bytes());
        for entry in entries {
            out.extend(entry.log_time.to_le_bytes());
            out.extend(entry.offset.to_le_bytes());
        }
    }
    chunk.message_index_length = (out.len() - begin) as u64;
}

/// Bytes of an entry: a time and an offset.
const ENTRY_LEN: usize = 8 + 8;

/// Bytes of the number of a channel, and of how long its entries are.
const CHANNEL_LEN: usize = 2;
const LENGTH_LEN: usize = 4;

/// Where a chunk ends, and its index begins.
pub(crate) fn end_of(chunk: &ChunkIndex) -> u64 {
    chunk.chunk_start_offset + chunk.chunk_length
}

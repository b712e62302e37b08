//! Writing an MCAP file: its records, gathered in chunks. <https://mcap.dev/spec>
//!
//! The `mcap` library hands each part of a message to the compressor by itself, which takes more than twice as long for messages
//! that are as short as those of most objects (`docs/benchmarks.md`). Here a chunk is gathered first and compressed as a whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};

use mcap::Summary;
use mcap::records::{
    Channel, ChunkHeader, ChunkIndex, Header, MessageHeader, MessageIndexEntry, Metadata,
    MetadataIndex, Record, SchemaHeader, op,
};
use zstd::bulk::Compressor;
use zstd::zstd_safe::compress_bound;

use crate::chunk::MAGIC;
use crate::control::FIRST_CHANNEL;
use crate::ending;
use crate::gap;
use crate::index::{self, Places};

/// Bytes of records after which a chunk is written: all of it is read to see one of them.
const CHUNK: usize = 768 << 10;

/// Of a chunk that grew larger, as much memory is kept as this.
const KEPT: usize = 2 * CHUNK;

const ZSTD_LEVEL: i32 = 1;

/// A file that is written. What is [flushed](Writer::flush) is a valid beginning of it.
pub(crate) struct Writer {
    file: File,
    /// Bytes that were written.
    len: u64,
    /// Without it, nothing is compressed.
    compressor: Option<Compressor<'static>>,
    /// Records of the chunk that is gathered, and how many of its bytes are whole records.
    chunk: Vec<u8>,
    whole: usize,
    places: Places,
    /// What its end will say, and how many messages each channel has.
    summary: Summary,
    counts: BTreeMap<u16, u64>,
    /// Bytes that are written next, and a chunk that was compressed.
    out: Vec<u8>,
    packed: Vec<u8>,
    /// Whether nothing may be written any more.
    is_shut: bool,
}

impl Writer {
    /// Begins a file, which is empty.
    pub(crate) fn begin(file: File, is_compressed: bool, header: &Header) -> io::Result<Writer> {
        let compressor = is_compressed.then(|| Compressor::new(ZSTD_LEVEL));
        let mut out = MAGIC.to_vec();
        ending::put(&mut out, op::HEADER, header);
        let mut writer = Writer {
            file,
            len: 0,
            compressor: compressor.transpose()?,
            chunk: Vec::new(),
            whole: 0,
            places: Places::new(),
            summary: Summary::default(),
            counts: BTreeMap::new(),
            out,
            packed: Vec::new(),
            is_shut: false,
        };
        writer.write_out()?;
        Ok(writer)
    }

    /// Writes a record about the file as a whole.
    pub(crate) fn metadata(&mut self, metadata: &Metadata) -> io::Result<()> {
        self.end_chunk()?;
        ending::put(&mut self.out, op::METADATA, metadata);
        self.summary.metadata_indexes.push(MetadataIndex {
            offset: self.len,
            length: self.out.len() as u64,
            name: metadata.name.clone(),
        });
        self.write_out()
    }

    /// Says what the messages of channels are; gives the number of it.
    ///
    /// # Errors
    ///
    /// A file has no number for it.
    pub(crate) fn schema(&mut self, name: &str, encoding: &str, data: &[u8]) -> io::Result<u16> {
        let id = next(self.summary.schemas.len(), FIRST_SCHEMA)?;
        let header = SchemaHeader {
            id,
            name: name.into(),
            encoding: encoding.into(),
        };
        self.add(|out| ending::put_schema(out, &header, data));
        let data = data.into();
        ending::keep(&mut self.summary, Record::Schema { header, data });
        Ok(id)
    }

    /// Says what a channel is; gives its number.
    ///
    /// # Errors
    ///
    /// A file has no number for it.
    pub(crate) fn channel(
        &mut self,
        schema_id: u16,
        topic: String,
        encoding: &str,
        metadata: BTreeMap<String, String>,
    ) -> io::Result<u16> {
        let id = next(self.summary.channels.len(), FIRST_CHANNEL)?;
        let channel = Channel {
            id,
            schema_id,
            topic,
            message_encoding: encoding.into(),
            metadata,
        };
        self.add(|out| ending::put(out, op::CHANNEL, &channel));
        ending::keep(&mut self.summary, Record::Channel(channel));
        Ok(id)
    }

    /// Says again what all channels and their messages are, in a record that other readers pass over; gives how many bytes that
    /// takes.
    pub(crate) fn channels_again(&mut self) -> u64 {
        let mut records = Vec::new();
        ending::put_all_channels(&mut records, &self.summary);
        let added = self.add(|out| put(out, gap::CHANNELS_AGAIN, |out| out.extend(&records)));
        added as u64
    }

    /// Writes a message whose bytes `fill` appends; gives how many those are.
    pub(crate) fn message(
        &mut self,
        header: &MessageHeader,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> io::Result<u64> {
        if self.chunk.len() > CHUNK {
            self.end_chunk()?;
        }
        let MessageHeader {
            channel_id,
            sequence,
            log_time,
            publish_time,
        } = *header;
        let (offset, mut data) = (self.whole as u64, 0);
        self.add(|out| {
            put(out, op::MESSAGE, |out| {
                out.extend(channel_id.to_le_bytes());
                out.extend(sequence.to_le_bytes());
                out.extend(log_time.to_le_bytes());
                out.extend(publish_time.to_le_bytes());
                data = out.len();
                fill(out);
            });
        });
        let entry = MessageIndexEntry { log_time, offset };
        self.places.entry(channel_id).or_default().push(entry);
        Ok((self.whole - data) as u64)
    }

    /// Adds a record to the chunk; gives how many bytes it takes. If `write` panics, what it left is no part of the chunk.
    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> usize {
        self.chunk.truncate(self.whole);
        write(&mut self.chunk);
        let before = std::mem::replace(&mut self.whole, self.chunk.len());
        self.whole - before
    }

    /// From here on nothing is written any more, whatever is asked for.
    pub(crate) fn shut(&mut self) {
        self.is_shut = true;
    }

    /// Hands everything to the system.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.end_chunk()
    }

    /// Ends the file: other programs find their way in it.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.end_chunk()?;
        self.summary.stats = Some(ending::statistics(&self.summary, &self.counts));
        ending::write(&mut self.out, self.len, &self.summary);
        self.write_out()?;
        self.shut();
        // Without what somebody else has put behind it.
        self.file.set_len(self.len)
    }

    /// Writes the records that were gathered as a chunk, with its index, at once.
    fn end_chunk(&mut self) -> io::Result<()> {
        self.chunk.truncate(self.whole);
        if self.chunk.is_empty() {
            return Ok(());
        }
        self.check_open()?;
        let times = self.places.values().flatten().map(|entry| entry.log_time);
        let [start, end] = [times.clone().min(), times.max()].map(Option::unwrap_or_default);
        let records = match &mut self.compressor {
            None => &self.chunk,
            Some(compressor) => {
                self.packed.clear();
                self.packed.reserve(compress_bound(self.chunk.len()));
                compressor.compress_to_buffer(&self.chunk, &mut self.packed)?;
                &self.packed
            }
        };
        let header = ChunkHeader {
            message_start_time: start,
            message_end_time: end,
            uncompressed_size: self.chunk.len() as u64,
            uncompressed_crc: crc32fast::hash(&self.chunk),
            compression: self.compressor.as_ref().map_or("", |_| "zstd").into(),
            compressed_size: records.len() as u64,
        };
        ending::put_with(&mut self.out, op::CHUNK, &header, records);
        let mut chunk = ChunkIndex {
            message_start_time: start,
            message_end_time: end,
            chunk_start_offset: self.len,
            chunk_length: self.out.len() as u64,
            message_index_offsets: BTreeMap::new(),
            message_index_length: 0,
            compression: header.compression,
            compressed_size: header.compressed_size,
            uncompressed_size: header.uncompressed_size,
        };
        index::put(&mut self.out, &mut chunk, &self.places);
        self.write_out()?;
        for (channel, entries) in &self.places {
            *self.counts.entry(*channel).or_default() += entries.len() as u64;
        }
        self.summary.chunk_indexes.push(chunk);
        self.places.clear();
        self.whole = 0;
        for buffer in [&mut self.chunk, &mut self.packed] {
            buffer.clear();
            buffer.shrink_to(KEPT);
        }
        Ok(())
    }

    fn check_open(&self) -> io::Result<()> {
        match self.is_shut {
            true => Err(io::Error::other("nothing more is written into it")),
            false => Ok(()),
        }
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.check_open()?;
        self.file.write_all(&self.out)?;
        self.len += self.out.len() as u64;
        self.out.clear();
        self.out.shrink_to(KEPT);
        Ok(())
    }
}

/// Appends a record whose content `fill` appends.
fn put(out: &mut Vec<u8>, kind: u8, fill: impl FnOnce(&mut Vec<u8>)) {
    out.push(kind);
    let length_at = out.len();
    out.extend([0; 8]);
    let start = out.len();
    fill(out);
    let len = (out.len() - start) as u64;
    out[length_at..start].copy_from_slice(&len.to_le_bytes());
}

/// The number of the first schema: none has 0.
const FIRST_SCHEMA: u16 = 1;

/// The number after so many.
fn next(count: usize, first: u16) -> io::Result<u16> {
    let next = u16::try_from(count)
        .ok()
        .and_then(|count| first.checked_add(count));
    next.ok_or_else(|| io::Error::other("a file has room for 65,535 types and objects"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn header() -> Header {
        Header {
            profile: String::new(),
            library: "test".into(),
        }
    }

    fn message(channel_id: u16, time: u64) -> MessageHeader {
        MessageHeader {
            channel_id,
            sequence: 0,
            log_time: time,
            publish_time: time,
        }
    }

    #[test]
    fn what_it_writes_is_what_the_library_reads() {
        for is_compressed in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("run.mcap");
            let file = File::create(&path).unwrap();
            let mut writer = Writer::begin(file, is_compressed, &header()).unwrap();
            let schema = writer.schema("types", "text", b"of all").unwrap();
            let mut channel = |topic: &str| {
                let metadata = [("label".to_owned(), topic.to_owned())].into();
                writer.channel(schema, topic.into(), "bytes", metadata)
            };
            let channels = [channel("/one").unwrap(), channel("/other").unwrap()];
            let lens: [u64; 3] = [100, 0, 2 * CHUNK as u64];
            let put = |writer: &mut Writer, time: u64| {
                let header = message(channels[time as usize % 2], time);
                let len = lens[time as usize % 3] as usize;
                let written = writer.message(&header, |out| out.extend(vec![7; len]));
                assert_eq!(written.unwrap(), len as u64);
            };
            // A look may be older than the one before it in the file.
            for time in [3, 1, 2, 6, 5, 4] {
                put(&mut writer, time);
            }
            writer.flush().unwrap();
            for time in 7..=9 {
                put(&mut writer, time);
            }
            writer.finish().unwrap();

            let bytes = fs::read(&path).unwrap();
            let messages = mcap::MessageStream::new(&bytes).unwrap();
            let read: Vec<(u64, String, usize)> = messages
                .map(|message| {
                    let message = message.unwrap();
                    assert_eq!(message.channel.schema.as_ref().unwrap().name, "types");
                    let topic = message.channel.topic.clone();
                    (message.log_time, topic, message.data.len())
                })
                .collect();
            let expected = [3, 1, 2, 6, 5, 4, 7, 8, 9].map(|time: u64| {
                let topic = ["/one", "/other"][time as usize % 2];
                (time, topic.to_owned(), lens[time as usize % 3] as usize)
            });
            assert_eq!(read, expected);

            let summary = Summary::read(&bytes).unwrap().unwrap();
            let stats = summary.stats.as_ref().unwrap();
            assert_eq!((stats.message_count, stats.channel_count), (9, 2));
            assert_eq!(
                stats.channel_message_counts,
                [(channels[0], 4), (channels[1], 5)].into()
            );
            assert_eq!((stats.message_start_time, stats.message_end_time), (1, 9));
            let mut indexed = Vec::new();
            for chunk in &summary.chunk_indexes {
                let of_chunk = summary.read_message_indexes(&bytes, chunk).unwrap();
                for entry in of_chunk.values().flatten() {
                    assert!(
                        (chunk.message_start_time..=chunk.message_end_time)
                            .contains(&entry.log_time)
                    );
                    let message = summary.seek_message(&bytes, chunk, entry).unwrap();
                    assert_eq!(message.log_time, entry.log_time);
                    indexed.push(entry.log_time);
                }
            }
            indexed.sort_unstable();
            assert_eq!(indexed, (1..=9).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn once_it_is_shut_nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.mcap");
        let file = File::create(&path).unwrap();
        let mut writer = Writer::begin(file, true, &header()).unwrap();
        writer.flush().unwrap();
        let before = fs::read(&path).unwrap();
        writer.shut();
        let channel = writer.channel(0, "/one".into(), "bytes", BTreeMap::new());
        let header = message(channel.unwrap(), 1);
        writer.message(&header, |out| out.push(7)).unwrap();
        assert!(writer.flush().is_err());
        assert!(writer.finish().is_err());
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_message_that_panicked_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.mcap");
        let mut writer = Writer::begin(File::create(&path).unwrap(), true, &header()).unwrap();
        let channel = writer.channel(0, "/one".into(), "bytes", BTreeMap::new());
        let channel = channel.unwrap();
        for time in 1..=4 {
            let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                writer.message(&message(channel, time), |out| {
                    out.push(7);
                    assert!(time % 2 == 1, "on purpose");
                })
            }));
            assert_eq!(written.is_ok(), time % 2 == 1);
        }
        let other = writer.channel(0, "/other".into(), "bytes", BTreeMap::new());
        assert!(other.is_ok());
        writer.finish().unwrap();
        let bytes = fs::read(&path).unwrap();
        let messages = mcap::MessageStream::new(&bytes).unwrap();
        let times = messages.map(|message| message.unwrap().log_time);
        assert_eq!(times.collect::<Vec<u64>>(), [1, 3]);
        let end = writer.message(&message(channel, 5), |_| ());
        assert!(end.is_ok() && writer.flush().is_err(), "it has ended");
    }

    #[test]
    fn what_others_put_behind_it_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.mcap");
        let mut writer = Writer::begin(File::create(&path).unwrap(), true, &header()).unwrap();
        fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut other| other.write_all(&[7; 10_000]))
            .unwrap();
        writer.finish().unwrap();
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() < 1_000 && bytes.ends_with(MAGIC));
    }

    #[test]
    fn numbers_end() {
        assert_eq!(next(0, 1).unwrap(), 1);
        assert_eq!(next(65_534, 1).unwrap(), u16::MAX);
        assert!(next(65_535, 1).is_err());
    }
}

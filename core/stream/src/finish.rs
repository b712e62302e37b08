//! Finishing a recording that was cut off, by a kill, a full disk, a loss of power, or whose index is damaged.
//!
//! All parts are read and checked. Behind the last that is whole, in place of what was torn, comes what a recorder writes at
//! its end. So nothing is copied, a full disk mostly has room enough, and who is killed meanwhile leaves a file that is cut again.
//! What is damaged before the last whole chunk stays where it is, and is marked as something that readers pass over. Where that
//! was the beginning of the file, or said what channels are, it is made anew, as far as all recordings have the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use mcap::Summary;
use mcap::records::{
    AttachmentIndex, Channel, ChunkIndex, Header, MessageIndexEntry, MetadataIndex, Record,
    SchemaHeader, op,
};

use crate::chunk::{self, MAGIC};
use crate::control;
use crate::ending;
use crate::gap::{self, Search};
use crate::index::{self, Places};
use crate::record;
use crate::recorder::{LIBRARY, PROFILE};

pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Bytes that are read at once.
const AT_ONCE: usize = 1 << 20;

/// What is whole of a file that was cut off.
#[derive(Default)]
pub(crate) struct Found {
    /// What its index would say.
    pub(crate) summary: Summary,
    /// Where the messages of the last chunk are, and of which channels its index did not say it yet.
    places: Places,
    missing: BTreeSet<u16>,
    /// Indexes that were damaged and have room where they were, each with all that is there now.
    mended: Vec<(Range<u64>, Vec<u8>)>,
    counts: BTreeMap<u16, u64>,
    /// What is damaged between whole parts.
    damaged: Vec<Range<u64>>,
    /// Where the last whole part ends.
    end: u64,
    /// Whether it says what channels are outside of chunks, so that no recorder of ours wrote it.
    pub(crate) has_no_chunks: bool,
    /// What was said of channels in another place.
    channels: Summary,
}

/// Reads all whole parts of a file.
pub(crate) fn scan(file: &mut File) -> io::Result<Found> {
    let mut found = Found {
        end: MAGIC.len() as u64,
        ..Found::default()
    };
    let (mut search, mut next) = (Search::new(), Some(found.end));
    let mut end_of_data = None;
    while let Some(offset) = next {
        end_of_data = found.read(file, offset)?.or(end_of_data);
        if found.has_no_chunks {
            return Ok(found);
        }
        if found.end <= offset {
            // It is whole, and says what no chunk says.
            search.failed();
        }
        // Behind what is damaged. Of a file that was cut off, nothing is there.
        next = search.next_chunk(file, found.end.max(offset) + 1)?;
    }
    // Where bytes are missing before it, or are too many, the footer says another place. The channels behind it are still valid.
    // It is read once, however often a file made up says that its data ends.
    if let Some(end) = end_of_data
        && let Some(ending) = ending::read_at(file, end)?
    {
        found.channels.schemas.extend(ending.schemas);
        found.channels.channels.extend(ending.channels);
    }
    found.take_channels();
    found.mend();
    Ok(found)
}

impl Found {
    /// Reads one record after the other from `offset` on, up to the first that is not whole. Where the data ends in order, gives
    /// where what stands behind it begins.
    fn read(&mut self, file: &mut File, mut offset: u64) -> io::Result<Option<u64>> {
        file.seek(SeekFrom::Start(offset))?;
        let (mut file, mut body) = (BufReader::with_capacity(AT_ONCE, file), Vec::new());
        while let Some(kind) = record::next(&mut file, &mut body)? {
            match kind {
                op::DATA_END => return Ok(Some(offset + record::HEAD + body.len() as u64)),
                // How long a damaged part is, nothing vouches for.
                record::NONE | gap::UNREADABLE => break,
                _ => {}
            }
            let is_sound = record::is_filled(kind, &body) && self.take(offset, kind, &body);
            let start = offset;
            offset += record::HEAD + body.len() as u64;
            if is_sound {
                if start > self.end {
                    self.damaged.push(self.end..start);
                }
                self.end = offset;
            }
        }
        Ok(None)
    }

    /// Takes a record in, and says whether it is sound.
    fn take(&mut self, offset: u64, kind: u8, body: &[u8]) -> bool {
        match kind {
            op::CHUNK => self.take_chunk(offset, body).is_ok(),
            op::MESSAGE_INDEX => self.take_index(offset, body),
            op::METADATA => match record::parse(kind, body) {
                Ok(Record::Metadata(metadata)) => {
                    self.end_index(offset);
                    self.summary.metadata_indexes.push(MetadataIndex {
                        offset,
                        length: record::HEAD + body.len() as u64,
                        name: metadata.name,
                    });
                    true
                }
                _ => false,
            },
            op::ATTACHMENT => {
                let index = attachment(offset, body);
                let is_sound = index.is_some();
                if is_sound {
                    self.end_index(offset);
                }
                self.summary.attachment_indexes.extend(index);
                is_sound
            }
            op::HEADER => record::parse(kind, body).is_ok(),
            // As long as nothing is damaged before it: a chunk may be damaged so that it looks alike.
            op::SCHEMA | op::CHANNEL => {
                let is_sure = offset == self.end && self.summary.chunk_indexes.is_empty();
                self.has_no_chunks |= is_sure;
                false
            }
            // Nothing else is written before the end.
            _ => false,
        }
    }

    fn take_chunk(&mut self, offset: u64, body: &[u8]) -> Result<(), String> {
        let (header, content) = chunk::content(op::CHUNK, body)?;
        let mut messages = Places::new();
        let (mut rest, mut kept) = (&content[..], Vec::new());
        while !rest.is_empty() {
            let at = (content.len() - rest.len()) as u64;
            let (kind, body) = record::split(&mut rest)?;
            match kind {
                op::MESSAGE => {
                    let (channel, log_time) = chunk::message_head(body)?;
                    let places = messages.entry(channel).or_default();
                    places.push(MessageIndexEntry {
                        log_time,
                        offset: at,
                    });
                }
                op::SCHEMA | op::CHANNEL => {
                    kept.push(record::parse(kind, body)?);
                }
                gap::CHANNELS_AGAIN => {
                    let mut rest = body;
                    while !rest.is_empty() {
                        let (kind, body) = record::split(&mut rest)?;
                        ending::keep(&mut self.channels, record::parse(kind, body)?);
                    }
                }
                _ => {}
            }
        }
        self.end_index(offset);
        for record in kept {
            ending::keep(&mut self.summary, record);
        }
        for (&channel, entries) in &messages {
            *self.counts.entry(channel).or_default() += entries.len() as u64;
        }
        let times = || messages.values().flatten().map(|entry| entry.log_time);
        self.summary.chunk_indexes.push(ChunkIndex {
            // What the chunk itself says of them has no checksum.
            message_start_time: times().min().unwrap_or(0),
            message_end_time: times().max().unwrap_or(0),
            chunk_start_offset: offset,
            chunk_length: record::HEAD + body.len() as u64,
            // Where they are comes after it.
            message_index_offsets: messages.keys().map(|&channel| (channel, 0)).collect(),
            message_index_length: 0,
            compression: header.compression,
            compressed_size: header.compressed_size,
            uncompressed_size: header.uncompressed_size,
        });
        self.missing = messages.keys().copied().collect();
        self.places = messages;
        Ok(())
    }

    /// The index of the last chunk ends at `offset`. If some of it is damaged, it is made anew where it was. If it does not
    /// fit there, the file does not say which channels the chunk has: a list with some of them would hide the others.
    fn end_index(&mut self, offset: u64) {
        let places = std::mem::take(&mut self.places);
        if std::mem::take(&mut self.missing).is_empty() {
            return;
        }
        let Some(chunk) = self.summary.chunk_indexes.last_mut() else {
            return;
        };
        let room = index::end_of(chunk)..offset;
        let mut index = Vec::new();
        index::put(&mut index, chunk, &places);
        // What is left over is marked, and a mark is a record.
        match (room.end - room.start).checked_sub(index.len() as u64) {
            Some(0 | record::HEAD..) => self.mended.push((room, index)),
            _ => forget_index(chunk),
        }
    }

    /// Takes what was said of channels in another place, where what was said first is damaged.
    fn take_channels(&mut self) {
        let Summary {
            schemas, channels, ..
        } = std::mem::take(&mut self.channels);
        for (id, schema) in schemas {
            self.summary.schemas.entry(id).or_insert(schema);
        }
        for (id, channel) in channels {
            self.summary.channels.entry(id).or_insert(channel);
        }
    }

    /// Makes anew what says what channels are, if that was damaged. The first ones are the same in all recordings. Of others only
    /// their numbers are known, and no reader may meet a number that nothing says anything of.
    pub(crate) fn name_channels(&mut self) {
        for id in self.counts.keys() {
            if self.summary.channels.contains_key(id) {
                continue;
            }
            let number = id.checked_sub(control::FIRST_CHANNEL);
            let known = number.and_then(|number| control::CHANNELS.get(usize::from(number)));
            if let Some((topic, cddl)) = known {
                let header = SchemaHeader {
                    id: *id,
                    name: control::schema_name(topic),
                    encoding: control::SCHEMA_ENCODING.into(),
                };
                let data = cddl.as_bytes().into();
                ending::keep(&mut self.summary, Record::Schema { header, data });
            }
            let channel = Channel {
                id: *id,
                schema_id: known.map_or(0, |_| *id),
                topic: match known {
                    Some((topic, _)) => (*topic).into(),
                    None => format!("{}{id}", control::LOST_CHANNEL),
                },
                message_encoding: known.map_or("", |_| control::ENCODING).into(),
                metadata: BTreeMap::new(),
            };
            ending::keep(&mut self.summary, Record::Channel(channel));
        }
    }

    /// The places of one channel's messages in the last chunk, which are known already.
    fn take_index(&mut self, offset: u64, body: &[u8]) -> bool {
        let Ok(Record::MessageIndex(index)) = record::parse(op::MESSAGE_INDEX, body) else {
            return false;
        };
        let is_known = self.places.get(&index.channel_id) == Some(&index.records)
            && self.missing.remove(&index.channel_id);
        if let Some(chunk) = self.summary.chunk_indexes.last_mut().filter(|_| is_known) {
            chunk.message_index_offsets.insert(index.channel_id, offset);
            chunk.message_index_length += record::HEAD + body.len() as u64;
        }
        is_known
    }

    /// Leaves out of what is damaged the indexes that are made anew. That of the last chunk has all the room that it needs.
    fn mend(&mut self) {
        if let Some(chunk) = self.summary.chunk_indexes.last()
            && !self.missing.is_empty()
        {
            self.end = index::end_of(chunk);
            self.damaged.retain(|part| part.end <= self.end);
        }
        for (room, index) in &self.mended {
            self.damaged
                .retain(|part| part.end <= room.start || room.end <= part.start);
            let rest = room.start + index.len() as u64..room.end;
            if !rest.is_empty() {
                self.damaged.push(rest);
            }
        }
        self.damaged.sort_by_key(|part| part.start);
    }

    /// What is to come behind the last whole part.
    fn ending(&mut self) -> Vec<u8> {
        let places = std::mem::take(&mut self.places);
        let mut tail = Vec::new();
        if let Some(chunk) = self.summary.chunk_indexes.last_mut()
            && !std::mem::take(&mut self.missing).is_empty()
        {
            index::put(&mut tail, chunk, &places);
        }
        self.summary.stats = Some(ending::statistics(&self.summary, &self.counts));
        ending::write(&mut tail, self.end, &self.summary);
        tail
    }
}

fn forget_index(chunk: &mut ChunkIndex) {
    chunk.message_index_offsets.clear();
    chunk.message_index_length = 0;
}

/// Puts behind what was found in the file what a recorder writes at its end. The file stays as it was if nobody may write it,
/// somebody reads it now, or there is no room.
pub(crate) fn finish(path: &Path, found: &mut Found) -> Result<(), Cause> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.try_lock()?;
    if ending::read(&mut file)?.is_some() {
        // Somebody else was quicker.
        return Ok(());
    }
    for (room, index) in &found.mended {
        write_at(&mut file, room.start, index)?;
    }
    write_at(&mut file, 0, MAGIC)?;
    for damaged in &found.damaged {
        pass_over(&mut file, damaged)?;
    }
    let tail = found.ending();
    let (len, mut torn) = (file.metadata()?.len(), Vec::new());
    file.seek(SeekFrom::Start(found.end))?;
    (&file).take(tail.len() as u64).read_to_end(&mut torn)?;
    let written = write_at(&mut file, found.end, &tail).and_then(|()| {
        file.set_len(found.end + tail.len() as u64)?;
        file.sync_all()
    });
    written.inspect_err(|_| {
        // As it was: the next one may have room, and these bytes had some.
        let _ = write_at(&mut file, found.end, &torn);
        let _ = file.set_len(len);
    })?;
    Ok(())
}

/// Makes a damaged part of a file one record that nobody reads, behind what a file begins with if that is a part of it.
fn pass_over(file: &mut File, damaged: &Range<u64>) -> io::Result<()> {
    let mut start = damaged.start;
    if start == MAGIC.len() as u64 {
        let header = header(damaged.end - start);
        write_at(file, start, &header)?;
        start += header.len() as u64;
    }
    let Some(len) = (damaged.end - start).checked_sub(record::HEAD) else {
        return Ok(());
    };
    let head = [&[gap::UNREADABLE][..], &len.to_le_bytes()].concat();
    write_at(file, start, &head)
}

/// What a file begins with, in so many bytes at most; nothing if they are too few.
fn header(room: u64) -> Vec<u8> {
    let mut header = Header {
        profile: PROFILE.into(),
        library: LIBRARY.into(),
    };
    let mut out = Vec::new();
    ending::put(&mut out, op::HEADER, &header);
    let rest = room.checked_sub(out.len() as u64);
    // What is left over is no record: the name gets longer by it.
    if let Some(rest @ 1..record::HEAD) = rest {
        header.library.push_str(&" ".repeat(rest as usize));
        out.clear();
        ending::put(&mut out, op::HEADER, &header);
    }
    rest.map_or(Vec::new(), |_| out)
}

fn write_at(file: &mut File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

/// Where an attachment is that another program put into a recording, if it is whole.
fn attachment(offset: u64, body: &[u8]) -> Option<AttachmentIndex> {
    let (content, checksum) = body.split_last_chunk()?;
    if ![0, crc32fast::hash(content)].contains(&u32::from_le_bytes(*checksum)) {
        return None;
    }
    let mut rest = content;
    let [log_time, create_time] = [number(&mut rest)?, number(&mut rest)?];
    let [name, media_type] = [record::text(&mut rest)?, record::text(&mut rest)?];
    let data_size = number(&mut rest)?;
    (data_size == rest.len() as u64).then_some(AttachmentIndex {
        offset,
        length: record::HEAD + body.len() as u64,
        log_time,
        create_time,
        data_size,
        name,
        media_type,
    })
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u64::from_le_bytes(*number))
}

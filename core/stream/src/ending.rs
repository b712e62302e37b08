//! What stands behind the last chunk of a recording: what it has, and where. <https://mcap.dev/spec#summary-section>

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use binrw::BinWrite;
use crc32fast::Hasher;
use mcap::Summary;
use mcap::records::{
    Channel, DataEnd, Footer, Record, SchemaHeader, Statistics, SummaryOffset, op,
};

use crate::chunk::{self, MAGIC};
use crate::record;

/// Content of a record that says where the summary is: two offsets and a checksum.
const FOOTER_LEN: u64 = 8 + 8 + 4;

/// What of it the checksum is of, besides all before it.
const CHECKED_LEN: usize = 8 + 8;

/// Appends a record.
pub(crate) fn put<R>(out: &mut Vec<u8>, kind: u8, record: &R)
where
    R: for<'a> BinWrite<Args<'a> = ()>,
{
    put_with(out, kind, record, &[]);
}

/// Appends a record whose content ends with these bytes.
pub(crate) fn put_with<R>(out: &mut Vec<u8>, kind: u8, record: &R, rest: &[u8])
where
    R: for<'a> BinWrite<Args<'a> = ()>,
{
    let mut content = Vec::new();
    let written = record.write_le(&mut Cursor::new(&mut content));
    written.expect("memory takes everything");
    out.push(kind);
    out.extend(((content.len() + rest.len()) as u64).to_le_bytes());
    out.extend(content);
    out.extend(rest);
}

/// Reads what a file that was finished has, and where: its schemas, channels and chunks. `None` if it was not, or that part
/// is damaged or left out, or says of fewer chunks where they are than there are.
///
/// # Errors
///
/// It cannot be read.
pub(crate) fn read(file: &mut File) -> io::Result<Option<Summary>> {
    let Some(footer) = footer(file)? else {
        return Ok(None);
    };
    if footer.summary_start == 0 || footer.summary_start > file.metadata()?.len() {
        return Ok(None);
    }
    let summary = read_at(file, footer.summary_start)?;
    Ok(summary.filter(|summary| {
        let found = summary.chunk_indexes.len() as u64;
        let stats = summary.stats.as_ref();
        stats.map_or(found > 0, |stats| found >= stats.chunk_count.into())
    }))
}

/// Reads that part of a file where it begins at `start`. `None` if it does not, or is damaged.
pub(crate) fn read_at(file: &mut File, start: u64) -> io::Result<Option<Summary>> {
    file.seek(SeekFrom::Start(start))?;
    let (mut file, mut body) = (BufReader::new(file), Vec::new());
    let (mut summary, mut checksum) = (Summary::default(), Hasher::new());
    while let Some(kind) = record::next(&mut file, &mut body)? {
        checksum.update(&[kind]);
        checksum.update(&(body.len() as u64).to_le_bytes());
        if kind == op::FOOTER {
            checksum.update(body.get(..CHECKED_LEN).unwrap_or_default());
            let Ok(Record::Footer(footer)) = record::parse(kind, &body) else {
                break;
            };
            let is_sound = [0, checksum.finalize()].contains(&footer.summary_crc);
            return Ok(is_sound.then_some(summary));
        }
        checksum.update(&body);
        match record::parse(kind, &body) {
            Ok(record) => keep(&mut summary, record),
            Err(_) => break,
        }
    }
    Ok(None)
}

/// What a finished file ends with.
fn footer(file: &mut File) -> io::Result<Option<Footer>> {
    let end = file.metadata()?.len().saturating_sub(MAGIC.len() as u64);
    let mut magic = Vec::new();
    file.seek(SeekFrom::Start(end))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut magic)?;
    let begin = end.saturating_sub(record::HEAD + FOOTER_LEN);
    let record = record::at(file, begin)?.filter(|_| magic == MAGIC);
    let footer = record.and_then(|(kind, body)| match record::parse(kind, &body) {
        Ok(Record::Footer(footer)) => Some(footer),
        _ => None,
    });
    Ok(footer)
}

/// Adds a schema, a channel, where a chunk is, or how much there is of all.
pub(crate) fn keep(summary: &mut Summary, record: Record<'_>) {
    match record {
        Record::Schema { header, data } => {
            let schema = mcap::Schema {
                id: header.id,
                name: header.name,
                encoding: header.encoding,
                data: data.into_owned().into(),
            };
            summary.schemas.insert(schema.id, Arc::new(schema));
        }
        Record::Channel(channel) => {
            let known = mcap::Channel {
                id: channel.id,
                topic: channel.topic,
                schema: summary.schemas.get(&channel.schema_id).cloned(),
                message_encoding: channel.message_encoding,
                metadata: channel.metadata,
            };
            summary.channels.insert(known.id, Arc::new(known));
        }
        Record::ChunkIndex(chunk) => summary.chunk_indexes.push(chunk),
        Record::Statistics(stats) => summary.stats = Some(stats),
        _ => {}
    }
}

/// Appends everything from the end of the data to the end of the file to a part of it that begins at `start`.
pub(crate) fn write(out: &mut Vec<u8>, start: u64, summary: &Summary) {
    let data_section_crc = 0;
    put(out, op::DATA_END, &DataEnd { data_section_crc });
    let begin = out.len();
    let mut offsets = Vec::new();
    let mut group = |out: &mut Vec<u8>, group_opcode, write: &dyn Fn(&mut Vec<u8>)| {
        let before = out.len();
        write(out);
        let group_length = (out.len() - before) as u64;
        let group_start = start + before as u64;
        if group_length > 0 {
            offsets.push(SummaryOffset {
                group_opcode,
                group_start,
                group_length,
            });
        }
    };
    group(out, op::SCHEMA, &|out| put_schemas(out, summary));
    group(out, op::CHANNEL, &|out| put_channels(out, summary));
    group(out, op::STATISTICS, &|out| {
        let stats = summary.stats.iter();
        stats.for_each(|stats| put(out, op::STATISTICS, stats));
    });
    group(out, op::CHUNK_INDEX, &|out| {
        let chunks = summary.chunk_indexes.iter();
        chunks.for_each(|chunk| put(out, op::CHUNK_INDEX, chunk));
    });
    group(out, op::ATTACHMENT_INDEX, &|out| {
        let all = summary.attachment_indexes.iter();
        all.for_each(|attachment| put(out, op::ATTACHMENT_INDEX, attachment));
    });
    group(out, op::METADATA_INDEX, &|out| {
        let all = summary.metadata_indexes.iter();
        all.for_each(|metadata| put(out, op::METADATA_INDEX, metadata));
    });
    let offsets_begin = out.len();
    for offset in &offsets {
        put(out, op::SUMMARY_OFFSET, offset);
    }
    out.push(op::FOOTER);
    out.extend(FOOTER_LEN.to_le_bytes());
    out.extend((start + begin as u64).to_le_bytes());
    out.extend((start + offsets_begin as u64).to_le_bytes());
    let checksum = crc32fast::hash(&out[begin..]);
    out.extend(checksum.to_le_bytes());
    out.extend(MAGIC);
}

/// Appends what all channels and their messages are.
pub(crate) fn put_all_channels(out: &mut Vec<u8>, summary: &Summary) {
    put_schemas(out, summary);
    put_channels(out, summary);
}

fn put_schemas(out: &mut Vec<u8>, summary: &Summary) {
    let schemas: BTreeMap<_, _> = summary.schemas.iter().collect();
    for schema in schemas.values() {
        let header = SchemaHeader {
            id: schema.id,
            name: schema.name.clone(),
            encoding: schema.encoding.clone(),
        };
        put_schema(out, &header, &schema.data);
    }
}

pub(crate) fn put_schema(out: &mut Vec<u8>, header: &SchemaHeader, data: &[u8]) {
    let data = [&(data.len() as u32).to_le_bytes(), data].concat();
    put_with(out, op::SCHEMA, header, &data);
}

fn put_channels(out: &mut Vec<u8>, summary: &Summary) {
    let channels: BTreeMap<_, _> = summary.channels.iter().collect();
    for channel in channels.values() {
        let record = Channel {
            id: channel.id,
            schema_id: channel.schema.as_ref().map_or(0, |schema| schema.id),
            topic: channel.topic.clone(),
            message_encoding: channel.message_encoding.clone(),
            metadata: channel.metadata.clone(),
        };
        put(out, op::CHANNEL, &record);
    }
}

/// How much there is of everything, with how many messages each channel has.
pub(crate) fn statistics(summary: &Summary, counts: &BTreeMap<u16, u64>) -> Statistics {
    let chunks = &summary.chunk_indexes;
    let of_messages = chunks.iter().filter(|chunk| chunk::has_messages(chunk));
    let starts = of_messages.clone().map(|chunk| chunk.message_start_time);
    let ends = of_messages.map(|chunk| chunk.message_end_time);
    Statistics {
        message_count: counts.values().sum(),
        schema_count: summary.schemas.len() as u16,
        channel_count: summary.channels.len() as u32,
        attachment_count: summary.attachment_indexes.len() as u32,
        metadata_count: summary.metadata_indexes.len() as u32,
        chunk_count: chunks.len() as u32,
        message_start_time: starts.min().unwrap_or(0),
        message_end_time: ends.max().unwrap_or(0),
        channel_message_counts: counts.clone(),
    }
}

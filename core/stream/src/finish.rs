//! Finishing a recording that was cut off: by a kill, a full disk, a loss of power.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use mcap::Writer;
use mcap::records::Record;

use crate::chunk::{self, DATA_END, MAGIC, NO_RECORD, RECORD_HEAD};
use crate::recorder::{Compression, options};

pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Writes a recording anew, with everything up to where it was cut off, and puts it in its place. The file
/// stays as it was if that fails.
pub(crate) fn finish(path: &Path, file: &mut File) -> Result<(), Cause> {
    // A link stays, and leads to the finished one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let part = beside(&target);
    let finished = copy(file, &part).and_then(|()| Ok(fs::rename(&part, &target)?));
    finished.inspect_err(|_| {
        // Nobody needs it.
        let _ = fs::remove_file(&part);
    })
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{}.part", std::process::id()));
    name.into()
}

fn copy(file: &mut File, part: &Path) -> Result<(), Cause> {
    let mut writer = options(Compression::Zstd).create(BufWriter::new(File::create(part)?))?;
    let mut offset = MAGIC.len() as u64;
    // Up to the first part that is not whole.
    while let Some((kind, body)) = chunk::record_at(file, offset)? {
        offset += RECORD_HEAD + body.len() as u64;
        if let Ok(records) = chunk::records(kind, &body) {
            for record in records {
                write(&mut writer, record)?;
            }
        } else if let Ok(Record::Metadata(metadata)) = mcap::parse_record(kind, &body) {
            writer.write_metadata(&metadata)?;
        } else if kind == DATA_END || kind == NO_RECORD {
            break;
        }
    }
    writer.finish()?;
    writer
        .into_inner()
        .into_inner()
        .map_err(|error| error.into_error())?
        .sync_all()?;
    Ok(())
}

fn write(writer: &mut Writer<BufWriter<File>>, record: Record<'_>) -> Result<(), Cause> {
    match record {
        Record::Schema { header, data } => {
            writer.add_schema_with_id(header.id, &header.name, &header.encoding, &data)?;
        }
        Record::Channel(channel) => {
            let (id, schema) = (channel.id, channel.schema_id);
            let (topic, encoding) = (&channel.topic, &channel.message_encoding);
            writer.add_channel_with_id(id, schema, topic, encoding, &channel.metadata)?;
        }
        Record::Message { header, data } => writer.write_to_known_channel(&header, &data)?,
        _ => {}
    }
    Ok(())
}

//! `:hex`: the bytes of an object, and which field each belongs to.

use std::ops::Range;

use memglass::schema::{Protection, Schema, TypeId};
use memglass::{Field, PackedPart, ReadError};
use memglass_value::shown::{Bytes, Part};

use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Hex;

/// More bytes are for a file and not for a screen.
const MOST_BYTES: u64 = 64 << 10;

/// How often an object is read until two readings agree.
const ATTEMPTS: usize = 16;

impl Command for Hex {
    fn name(&self) -> &'static str {
        "hex"
    }

    fn usage(&self) -> &'static str {
        ":hex PATH"
    }

    fn summary(&self) -> &'static str {
        "show bytes, and the field that each belongs to"
    }

    fn details(&self) -> &'static str {
        "Each field has its colour; without colours the fields are named below the rows. The bytes of a guarded field come from one write. If no two readings in a row agree, the title says that the bytes were read at different moments."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":hex AAPL_position", ":hex AAPL_quote.bid_price"]
    }

    fn takes(&self) -> Takes {
        Takes::Paths
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if rest.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        runtime.attached.refresh()?;
        let field = runtime.attached.observer().field(rest)?;
        let bytes = field.info().size;
        if bytes > MOST_BYTES {
            return Err(CommandError::TooLong {
                path: field.path().to_owned(),
                bytes,
            });
        }
        Ok(dump(&field)?.into())
    }
}

/// The bytes of a field, and which of its parts each belongs to.
///
/// # Errors
///
/// As reading it.
pub(crate) fn dump(field: &Field) -> Result<Bytes, ReadError> {
    let (bytes, consistent) = read(field)?;
    let packed = field.packed_parts(&bytes);
    let mut parts = packed.map_or_else(
        || parts(field, bytes.len()),
        |found| packed_parts(&found, bytes.len()),
    );
    parts.sort_by_key(|part| part.bytes.start);
    Ok(Bytes {
        title: format!("{}  {}", field.path(), field.info().type_name),
        bytes,
        consistent,
        parts,
    })
}

/// The bytes, and whether two readings one after the other agreed.
fn read(field: &Field) -> Result<(Vec<u8>, bool), ReadError> {
    let mut bytes = field.read_bytes()?;
    for _ in 0..ATTEMPTS {
        let again = field.read_bytes()?;
        if again == bytes {
            return Ok((bytes, true));
        }
        bytes = again;
    }
    Ok((bytes, false))
}

/// The fields of a structure, the elements of an array, or the one value.
fn parts(field: &Field, len: usize) -> Vec<Part> {
    let schema = field.schema();
    if let Some(members) = field.members() {
        let mut parts: Vec<Part> = Vec::new();
        for member in members {
            let start = member.offset as usize;
            match parts.iter_mut().find(|part| part.bytes.contains(&start)) {
                // Members of a union, or bits of one number.
                Some(part) => {
                    part.name = format!("{}|{}", part.name, member.name);
                    let end = start + schema[member.type_id].size as usize;
                    part.bytes.end = part.bytes.end.max(end);
                }
                None => push_stored(&mut parts, schema, member.type_id, &member.name, start),
            }
        }
        return parts;
    }
    let Some(count) = field.element_count().filter(|count| *count > 0) else {
        let name = field.path().rsplit('.').next().unwrap_or_default();
        return vec![shown(name, 0..len)];
    };
    let size = len / count as usize;
    let elements = (0..count as usize)
        .map(|index| shown(&format!("[{index}]"), index * size..(index + 1) * size));
    elements.collect()
}

/// The values of a packed record; what lies between and behind them is not shown.
fn packed_parts(found: &[PackedPart], len: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut end = 0;
    for part in found {
        let start = part.offset as usize;
        match parts.last_mut() {
            // Members of a bitfield.
            Some(last) if start < end => last.name = format!("{}|{}", last.name, part.path),
            _ => {
                parts.push(hidden(end..start));
                end = start + part.size as usize;
                parts.push(shown(&part.path, start..end));
            }
        }
    }
    parts.push(hidden(end..len));
    parts.retain(|part| !part.bytes.is_empty());
    parts
}

/// A value where it is stored: of a guarded one, the first copy holds it.
fn push_stored(parts: &mut Vec<Part>, schema: &Schema, id: TypeId, name: &str, start: usize) {
    let stored = schema[id].size as usize;
    let is_guarded = matches!(
        schema.protection(id),
        Protection::Seqlock | Protection::Locked
    );
    if !is_guarded {
        parts.push(shown(name, start..start + stored));
        return;
    }
    let value = start + SEQUENCE..start + SEQUENCE + schema[schema.bare(id)].size as usize;
    parts.push(hidden(start..value.start));
    let end = value.end;
    parts.push(shown(name, value));
    parts.push(hidden(end..start + stored));
}

/// Bytes of the word before the copies of a guarded value.
const SEQUENCE: usize = 8;

fn shown(name: &str, bytes: Range<usize>) -> Part {
    Part {
        name: name.to_owned(),
        bytes,
        hidden: false,
    }
}

fn hidden(bytes: Range<usize>) -> Part {
    Part {
        name: String::new(),
        bytes,
        hidden: true,
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Observer, Session};

    use super::*;

    #[test]
    fn the_bytes_of_a_packed_record_belong_to_its_parts() {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("s").dir(dir.path()).create().unwrap();
        let text =
            "bitfield two { a : 4; b : 4; }; struct msg { two bits; padding[1]; u8 n; u16 x[n]; };";
        session.define(text).unwrap();
        let packet = session.buffer("packet", "msg", 16).unwrap();
        packet.write(&[1, 0, 2, 3, 0, 4, 0]).unwrap();
        let observer = Observer::builder().dir(dir.path()).attach("s").unwrap();
        let check = |path: &str, expected: &[(&str, Range<usize>)]| {
            let dump = dump(&observer.field(path).unwrap()).unwrap();
            let parts = dump.parts.iter().filter(|part| !part.hidden);
            let parts = parts.map(|part| (part.name.as_str(), part.bytes.clone()));
            assert_eq!(parts.collect::<Vec<_>>(), expected, "{path}");
        };
        let all = [
            ("bits.a|bits.b", 8..9),
            ("n", 10..11),
            ("x[0]", 11..13),
            ("x[1]", 13..15),
        ];
        check("packet", &all);
        check("packet.x", &all[2..]);
        check("packet.x[1]", &all[3..]);
        check("packet.n", &all[1..2]);
    }
}

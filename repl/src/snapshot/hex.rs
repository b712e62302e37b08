//! The bytes of an object in rows, and which field each belongs to.

use std::collections::HashMap;

use memglass::Field;
use memglass_value::shown::Bytes;
use memglass_view::interest::HexInterest;
use memglass_view::snapshot::{Hex, HexByte, HexRow, Key};
use memglass_view::text;

use crate::commands;

/// More bytes are for a file and not for a screen.
const MOST_BYTES: u64 = 64 << 10;

/// The most objects of which bytes are held.
const MOST_HELD: usize = 1_000;

/// The bytes that were read while values are frozen, of each object.
#[derive(Default)]
pub(super) struct Held {
    dumps: HashMap<Key, Bytes>,
    /// Whether any was read since they are.
    has_later: bool,
}

impl Held {
    /// Begins anew with an object, whose other values are frozen now.
    pub(super) fn begin(&mut self, object: Option<(Key, &Field)>) {
        self.dumps.clear();
        let read = object.and_then(|(key, root)| Some((key, dump(root).ok()?)));
        self.dumps.extend(read);
    }

    /// Holds none.
    pub(super) fn clear(&mut self) {
        self.dumps.clear();
    }

    /// Whether any was read while values are frozen, since this was asked last.
    pub(super) fn take_later(&mut self) -> bool {
        std::mem::take(&mut self.has_later)
    }

    /// The rows of a window over an object, as they are or as they were held.
    pub(super) fn rows(
        &mut self,
        object: Option<(Key, &Field)>,
        interest: HexInterest,
        is_frozen: bool,
    ) -> Hex {
        let Some((key, root)) = object else {
            return none("the object is gone");
        };
        if let (true, Some(held)) = (is_frozen, self.dumps.get(&key)) {
            return rows(held, interest);
        }
        match dump(root) {
            Ok(read) => {
                let shown = rows(&read, interest);
                self.has_later |= is_frozen;
                if is_frozen && self.dumps.len() < MOST_HELD {
                    self.dumps.insert(key, read);
                }
                shown
            }
            Err(reason) => none(&reason),
        }
    }
}

fn dump(root: &Field) -> Result<Bytes, String> {
    let size = root.info().size;
    if size > MOST_BYTES {
        return Err(format!(
            "{size} bytes are more than a screen is for; `:hex LABEL.part` takes a part"
        ));
    }
    commands::dump(root).map_err(|error| error.to_string())
}

fn rows(dump: &Bytes, interest: HexInterest) -> Hex {
    let total = dump.bytes.len().div_ceil(interest.row_bytes);
    let window = interest.window.settled(total);
    // Of each byte its field, of those that are shown; nothing of what lies between.
    let mut fields = vec![None; dump.bytes.len()];
    let parts = dump.parts.iter().filter(|part| !part.hidden);
    for (index, part) in parts.clone().enumerate() {
        let end = part.bytes.end.min(fields.len());
        fields[part.bytes.start.min(end)..end].fill(Some(index));
    }
    let names: Vec<&str> = parts.map(|part| part.name.as_str()).collect();
    let rows = (window.first..total.min(window.first + window.height)).map(|row| {
        let start = row * interest.row_bytes;
        let end = (start + interest.row_bytes).min(dump.bytes.len());
        row_of(start, &dump.bytes[start..end], &fields[start..end], &names)
    });
    Hex {
        total,
        first: window.first,
        selected: window.selected,
        rows: rows.collect(),
        is_consistent: dump.consistent,
        reason: None,
    }
}

fn row_of(offset: usize, bytes: &[u8], fields: &[Option<usize>], names: &[&str]) -> HexRow {
    let shown = bytes.iter().zip(fields).map(|(byte, field)| HexByte {
        value: field.map(|_| *byte),
        is_odd_field: field.is_some_and(|field| field % 2 == 1),
    });
    let mut here: Vec<usize> = fields.iter().copied().flatten().collect();
    here.dedup();
    let here: Vec<&str> = here.into_iter().map(|field| names[field]).collect();
    HexRow {
        offset,
        bytes: shown.collect(),
        names: text::clean(&here.join(", ")).into_owned(),
    }
}

fn none(reason: &str) -> Hex {
    Hex {
        reason: Some(reason.to_owned()),
        ..Hex::default()
    }
}

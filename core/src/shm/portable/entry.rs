//! The file that leads from a segment's name to its memory.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The id by which the system knows one segment's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(u64);

/// Where a name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: Id,
    /// Size of the memory in bytes.
    pub(super) size: u64,
}

/// First word of every entry.
const MARK: &str = "memglass-segment";
/// Longer than any entry.
const MAX_BYTES: u64 = 128;

impl Id {
    /// A new random id.
    pub(super) fn random() -> Id {
        Id(crate::identity::random() as u64)
    }

    /// The name of its memory: 26 bytes, of the 31 that macOS allows.
    pub(super) fn os_id(self) -> String {
        format!("/memglass.{self}")
    }

    /// Exactly what `Display` writes. Nothing else: an entry must not lead to memory that
    /// is not ours, because entries also say what to remove.
    pub(super) fn parse(text: &str) -> Option<Id> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = text.len() == 16 && text.bytes().all(is_digit);
        is_id
            .then(|| u64::from_str_radix(text, 16).ok().map(Id))
            .flatten()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

impl Entry {
    /// Reads an entry; `None` if the file is something else.
    pub(super) fn read(path: &Path) -> io::Result<Option<Entry>> {
        // Checked before opening: opening a pipe would wait for a writer.
        if !std::fs::symlink_metadata(path)?.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(std::str::from_utf8(&bytes).ok().and_then(Entry::parse))
    }

    /// Writes it into a new file.
    pub(super) fn write_new(&self, path: &Path) -> io::Result<()> {
        let mut file = super::private().create_new(true).open(path)?;
        file.write_all(format!("{MARK} {} {}\n", self.id, self.size).as_bytes())
    }

    fn parse(text: &str) -> Option<Entry> {
        let (id, size) = text
            .strip_suffix('\n')?
            .strip_prefix(MARK)?
            .strip_prefix(' ')?
            .split_once(' ')?;
        let size = size.parse().ok().filter(|&size| size > 0)?;
        Some(Entry {
            id: Id::parse(id)?,
            size,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let (path, entry) = (
            dir.path().join("e"),
            Entry {
                id: Id::random(),
                size: 4096,
            },
        );
        entry.write_new(&path).unwrap();
        assert_eq!(Entry::read(&path).unwrap(), Some(entry));
        assert_eq!(
            entry.write_new(&path).unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
    }

    #[test]
    fn memory_ids_fit_into_31_bytes() {
        assert_eq!(Id(7).os_id(), "/memglass.0000000000000007");
        assert!(Id(u64::MAX).os_id().len() <= 31);
    }

    #[test]
    fn an_entry_leads_to_memory_of_ours_or_nowhere() {
        let good = "memglass-segment 00000000000000ff 4096\n";
        assert_eq!(
            Entry::parse(good),
            Some(Entry {
                id: Id(255),
                size: 4096
            })
        );
        for bad in [
            "",
            "memglass-segment 00000000000000ff 4096",
            "memglass-segment 00000000000000ff 0\n",
            "memglass-segment 00000000000000FF 4096\n",
            "memglass-segment +0000000000000ff 4096\n",
            "memglass-segment ../../etc/passwd 4096\n",
            "memglass-segment 00000000000000ff 4096 x\n",
            "memglass-segment 00000000000000ff 99999999999999999999\n",
            "00000000000000ff 4096\n",
        ] {
            assert_eq!(Entry::parse(bad), None, "{bad:?}");
        }
    }
}

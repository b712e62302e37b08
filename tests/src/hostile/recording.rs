//! The segments of a small session, as a producer left them.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use memglass::{Growth, Session};
use tempfile::TempDir;

use super::Edit;

/// A session's segments in a directory of their own, which can be damaged and repaired.
pub struct Recording {
    dir: TempDir,
    segments: Vec<Segment>,
}

/// One segment's file, and its original content.
pub struct Segment {
    /// The file's name.
    pub name: String,
    /// What was in it.
    pub bytes: Vec<u8>,
    /// The number of its bytes up to the last one that is not 0.
    pub used: u64,
    file: File,
}

/// The name of every recorded session.
const NAME: &str = "recorded";

impl Recording {
    /// Records the session that `fill` fills, as if its producer had died.
    ///
    /// # Panics
    ///
    /// If the session cannot be made.
    pub fn of(fill: impl FnOnce(&Session)) -> Recording {
        let from = tempfile::tempdir_in("/dev/shm").expect("a directory in shared memory");
        let builder = Session::builder(NAME).dir(from.path());
        let session = builder
            .first_region(128 << 10)
            .growth(Growth::OnDemand)
            .create();
        let session = session.expect("there is room for a small session");
        fill(&session);
        let to = tempfile::tempdir_in("/dev/shm").expect("a directory in shared memory");
        let mut names: Vec<_> = std::fs::read_dir(from.path())
            .expect("it can be listed")
            .map(|entry| entry.expect("an entry").file_name().into_string())
            .map(|name| name.expect("names are plain"))
            .collect();
        // The header comes first.
        names.sort();
        let segments = names
            .into_iter()
            .map(|name| Segment::copy(name, from.path(), to.path()));
        Recording {
            segments: segments.collect(),
            dir: to,
        }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// Its segments, the header first.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Bytes of all segments.
    pub fn bytes(&self) -> u64 {
        self.segments
            .iter()
            .map(|segment| segment.bytes.len() as u64)
            .sum()
    }

    /// The word at `offset` of a segment, as it was recorded.
    pub fn word(&self, segment: usize, offset: u64) -> u64 {
        let bytes = &self.segments[segment].bytes[offset as usize..];
        u64::from_ne_bytes(*bytes.first_chunk().expect("a word inside the segment"))
    }

    /// Makes one change.
    ///
    /// # Panics
    ///
    /// If the file cannot be written.
    pub fn apply(&self, edit: &Edit) {
        let segment = self.segment_of(edit);
        let (size, width) = (segment.bytes.len() as u64, u64::from(edit.width));
        let offset = u64::from(edit.offset) % size;
        if edit.width == 0 {
            segment.file.set_len(offset).expect("a file can be cut");
            return;
        }
        let bytes = edit.value.to_ne_bytes();
        let offset = offset.min(size - width);
        segment
            .file
            .write_all_at(&bytes[..edit.width as usize], offset)
            .expect("a file can be written");
    }

    /// Undoes a change.
    ///
    /// # Panics
    ///
    /// If the file cannot be written.
    pub fn repair(&self, edit: &Edit) {
        let segment = self.segment_of(edit);
        if edit.width == 0 {
            segment.write();
            return;
        }
        let (size, width) = (segment.bytes.len() as u64, u64::from(edit.width));
        let offset = (u64::from(edit.offset) % size).min(size - width);
        let place = offset as usize..(offset + width) as usize;
        segment
            .file
            .write_all_at(&segment.bytes[place], offset)
            .expect("a file can be written");
    }

    /// Writes all segments again.
    pub fn restore(&self) {
        self.segments.iter().for_each(Segment::write);
    }

    fn segment_of(&self, edit: &Edit) -> &Segment {
        &self.segments[usize::from(edit.segment) % self.segments.len()]
    }
}

impl Segment {
    fn copy(name: String, from: &Path, to: &Path) -> Segment {
        let bytes = std::fs::read(from.join(&name)).expect("a segment can be read");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(to.join(&name));
        let used = bytes.iter().rposition(|&byte| byte != 0);
        let segment = Segment {
            name,
            used: used.map_or(0, |last| last as u64 + 1),
            bytes,
            file: file.expect("a file can be made"),
        };
        segment.write();
        segment
    }

    fn write(&self) {
        let written = self.file.write_all_at(&self.bytes, 0);
        written.expect("a file can be written");
    }
}

//! The file: opened, read at a place, written at a place, and opened again when another has its name.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Use;
use crate::error::ForeignError;

/// How often bytes are read to get the same twice.
const ATTEMPTS: u32 = 3;

/// A file that somebody else writes.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    how: Use,
    file: File,
    /// What was read before, to compare.
    before: Vec<u8>,
}

impl Source {
    pub(crate) fn open(path: &Path, how: Use) -> Result<Source, ForeignError> {
        let file = opened(path, how).map_err(|source| ForeignError::Io {
            path: path.to_owned(),
            what: match how {
                Use::Read => "read",
                Use::Write => "written",
            },
            source,
        })?;
        Ok(Source {
            path: path.to_owned(),
            how,
            file,
            before: Vec::new(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn is_written(&self) -> bool {
        self.how == Use::Write
    }

    /// Bytes of the file now.
    pub(crate) fn len(&self) -> Result<u64, ForeignError> {
        let len = self.file.metadata().map(|metadata| metadata.len());
        len.map_err(|source| ForeignError::Io {
            path: self.path.clone(),
            what: "read",
            source,
        })
    }

    /// Reads the bytes at `offset`, again if they change meanwhile. Fails if the file does not have them.
    pub(crate) fn read(&mut self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        read_at(&mut self.file, offset, bytes)?;
        self.before.resize(bytes.len(), 0);
        for _ in 1..ATTEMPTS {
            self.before.copy_from_slice(bytes);
            read_at(&mut self.file, offset, bytes)?;
            if self.before == bytes {
                break;
            }
        }
        Ok(())
    }

    /// Writes bytes at `offset`. Fails if the file does not have them. The file becomes longer only if the program cuts
    /// it between the look at its length and the write.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let end = offset + bytes.len() as u64;
        if end > self.file.metadata()?.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.write_all(bytes)
    }

    /// Writes fail from here on.
    #[cfg(test)]
    pub(crate) fn lose_right_to_write(&mut self) {
        self.file = File::open(&self.path).expect("it was opened before");
    }

    /// Opens the file that has the name now, if it is another one. While there is none, the old one stays.
    pub(crate) fn follow(&mut self) {
        let own = self.file.metadata();
        let named = fs::metadata(&self.path);
        let is_other = match (own, named) {
            (Ok(own), Ok(named)) => !is_same(&own, &named),
            _ => false,
        };
        if is_other && let Ok(file) = opened(&self.path, self.how) {
            self.file = file;
        }
    }
}

/// Opens a regular file. To open a pipe would wait for its other end.
fn opened(path: &Path, how: Use) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    OpenOptions::new()
        .read(true)
        .write(how == Use::Write)
        .open(path)
}

fn read_at(file: &mut File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere a file that is in use keeps its name.
#[cfg(not(unix))]
fn is_same(_one: &Metadata, _other: &Metadata) -> bool {
    true
}

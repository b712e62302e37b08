//! A file into which nothing more is written from some moment on: the writer of MCAP files writes an end when it is dropped,
//! also behind what could not be written.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A file that can be written until it is shut.
pub(crate) struct Gate {
    file: File,
    is_shut: Arc<AtomicBool>,
}

impl Gate {
    pub(crate) fn new(file: File, is_shut: Arc<AtomicBool>) -> Gate {
        Gate { file, is_shut }
    }
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Relaxed: whoever shuts it is on this thread.
        match self.is_shut.load(Ordering::Relaxed) {
            true => Err(io::Error::other("nothing more is written into it")),
            false => self.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Gate {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

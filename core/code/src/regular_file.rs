//! Reading the files that people name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of the regular file at `path`.
///
/// What is no regular file is refused: to open a pipe would wait for its writer, and a device may have no end.
///
/// # Errors
///
/// Those of the file system, or that it is a directory, a pipe or a device.
pub fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why a file that is not UTF-8 is refused.
pub const NOT_UTF8: &str = "is not UTF-8, which is the encoding that is expected: convert the file, for example by `iconv -f LATIN1 -t UTF-8`";

/// The same as text.
///
/// # Errors
///
/// As [`read_regular`], or that it is not UTF-8, with the first line that is not.
pub fn read_regular_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read_regular(path)?).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("line {line} {NOT_UTF8}"),
        )
    })
}

fn open(path: &Path) -> io::Result<File> {
    match std::fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is no regular file")),
    }
}

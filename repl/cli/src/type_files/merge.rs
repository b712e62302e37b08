//! `memglass merge`

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use memglass_types::Types;

use super::super::failure::Failure;
use super::super::options::Options;
use super::source;

/// Writes the types of files and sessions into one file.
pub(crate) fn run(options: &Options, output: &Path, words: &[String]) -> Result<i32, Failure> {
    let sets = words.iter().map(|word| source::of(options, word));
    let sets = sets.collect::<Result<Vec<Types>, Failure>>()?;
    let types = Types::merged(sets);
    let bytes = types.to_bytes();
    write(output, &bytes).map_err(|error| {
        Failure::Types(format!("{} cannot be written: {error}", output.display()))
    })?;
    options.note(&format!(
        "{}: {} types in {} bytes",
        output.display(),
        types.len(),
        bytes.len()
    ));
    Ok(0)
}

/// Whoever reads the file finds the old one or the new one, and never a part.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside: OsString = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

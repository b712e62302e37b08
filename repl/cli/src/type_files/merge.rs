//! `memglass merge`

use std::path::Path;

use memglass_system::files;
use memglass_types::{Types, check_output};

use super::super::failure::Failure;
use super::super::options::Options;
use super::source;

/// Writes the types of files and sessions into one file.
pub(crate) fn run(options: &Options, output: &Path, words: &[String]) -> Result<i32, Failure> {
    let types = merged(options, words)?;
    let bytes = types.to_bytes();
    let written = check_output(output, &bytes).and_then(|()| files::replace(output, &bytes));
    written.map_err(|error| {
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

/// The types of files and sessions as one set.
pub(super) fn merged(options: &Options, words: &[String]) -> Result<Types, Failure> {
    let sets = words.iter().map(|word| source::of(options, word));
    Ok(Types::merged(sets.collect::<Result<Vec<_>, _>>()?))
}

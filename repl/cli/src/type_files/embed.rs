//! `memglass embed`

use std::path::Path;

use memglass_system::files;
use memglass_types::check_output;

use super::super::failure::Failure;
use super::super::options::Options;
use super::merge;

/// Endings of files that C and C++ sources include.
const CODE: &[&str] = &["h", "hh", "hpp", "hxx", "inc", "c", "cc", "cpp", "cxx"];
/// Endings of objects.
const OBJECTS: &[&str] = &["o", "obj"];

/// Writes the types of files and sessions so that they can be built into a program.
pub(crate) fn run(
    options: &Options,
    output: &Path,
    name: Option<&str>,
    words: &[String],
) -> Result<i32, Failure> {
    let ending = output.extension().and_then(|ending| ending.to_str());
    let is_one_of = |endings: &[&str]| ending.is_some_and(|ending| endings.contains(&ending));
    let writes_code = is_one_of(CODE);
    if !writes_code && !is_one_of(OBJECTS) {
        return Err(Failure::Usage(format!(
            "{}: write an include file for C and C++, as types.h, or an object, as types.o",
            output.display()
        )));
    }
    let name = name.map_or_else(|| name_of(output), str::to_owned);
    let types = merge::merged(options, words)?;
    let bytes = match writes_code {
        true => types.to_code(&name).map(String::into_bytes),
        false => types.to_object(&name),
    };
    let bytes =
        bytes.map_err(|error| Failure::Types(memglass_repl::program::with_causes(&error)))?;
    let written = check_output(output, &bytes).and_then(|()| files::replace(output, &bytes));
    written.map_err(|error| {
        Failure::Types(format!("{} cannot be written: {error}", output.display()))
    })?;
    let output = output.display();
    let next = match writes_code {
        true => format!("#include \"{output}\" in one source of the program"),
        false => format!("add {output} to what is linked into the program"),
    };
    options.note(&format!(
        "{output}: {} types as extern const unsigned char {name}[], and extern const size_t {name}_size\n\
         {next}; then `memglass types PROGRAM` needs no debug information",
        types.len()
    ));
    Ok(0)
}

/// The name of the array in a file that is called so: `my-types.h` has `my_types`.
fn name_of(output: &Path) -> String {
    let stem = output.file_stem().and_then(|stem| stem.to_str());
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = stem.unwrap_or("types").chars().map(letter).collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{name}"),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_array_is_called_as_the_file() {
        for (file, name) in [
            ("out/engine-types.h", "engine_types"),
            ("types.pb.o", "types_pb"),
            ("3d.h", "_3d"),
        ] {
            assert_eq!(name_of(Path::new(file)), name);
        }
    }
}

//! All types of headers, marked or not, as data: what the compiler says of them.

// The names of libclang are as in C.
#![allow(non_upper_case_globals)]

mod attributes;
mod bases;
mod declarations;
mod plain;
mod reading;

use std::path::{Path, PathBuf};

use memglass_types::Types;

use crate::clang::Unit;
use crate::compiler::{Invocation, Language};
use crate::error::GenerateError;
use crate::fault::Fault;
use crate::generate::{check_includes, report, whole_paths};
use crate::sources::Sources;
use reading::Reading;

/// Headers whose types are wanted, and how the compiler that builds the program would read them.
#[derive(Clone, Debug, Default)]
pub struct HeaderOptions {
    /// The headers, which are read as one file that includes all of them.
    pub headers: Vec<PathBuf>,
    /// Directories with headers, as for the compiler's `-I`.
    pub include_directories: Vec<PathBuf>,
    /// Macros, as for the compiler's `-D`.
    pub defines: Vec<String>,
    /// The language: `c++20`, `gnu17`. If this is `None`, it is C or C++ by the ending of the file; a `.h` file is C if it
    /// can be read as C.
    pub standard: Option<String>,
    /// The compiler that is asked where its headers are; `CXX` or `c++` if this is `None`.
    pub compiler: Option<String>,
}

/// Endings of files that are C++.
const CPP: &[&str] = &[
    "hpp", "hh", "hxx", "h++", "cpp", "cc", "cxx", "c++", "ipp", "tpp",
];
const STANDARD_OF_C: &str = "gnu17";
const STANDARD_OF_CPP: &str = "gnu++20";

/// The types of headers, with their functions and variables; libclang says where members lie.
///
/// There are those of the headers and of the headers that they include, and whatever these refer to. Headers of the
/// system count only if one of the given headers is among them.
///
/// # Errors
///
/// [`GenerateError::NoClang`] if there is no libclang, and [`GenerateError::Faults`] if it finds errors in the headers.
///
/// # Examples
///
/// ```no_run
/// use memglass_gen::{HeaderOptions, types_of};
///
/// let options = HeaderOptions { headers: vec!["feed.h".into()], ..HeaderOptions::default() };
/// let types = types_of(&options)?;
/// println!("{}", types.len());
/// # Ok::<(), memglass_gen::GenerateError>(())
/// ```
pub fn types_of(options: &HeaderOptions) -> Result<Types, GenerateError> {
    let headers = whole_paths(&options.headers)?;
    match languages(options).as_slice() {
        [first, second] => match read(options, &headers, first) {
            Err(GenerateError::Faults { .. }) => read(options, &headers, second),
            read => read,
        },
        others => read(options, &headers, &others[0]),
    }
}

/// A language with its standard.
type Dialect<'o> = (Language, &'o str);

/// What the headers may be written in: the first that works.
fn languages(options: &HeaderOptions) -> Vec<Dialect<'_>> {
    let is = |endings: &[&str]| {
        let ending = |path: &PathBuf| path.extension()?.to_str().map(str::to_ascii_lowercase);
        let mut found = options.headers.iter().filter_map(ending);
        found.any(|ending| endings.contains(&&*ending))
    };
    match &options.standard {
        Some(standard) if standard.contains("++") => vec![(Language::Cpp, standard)],
        Some(standard) => vec![(Language::C, standard)],
        None if is(CPP) => vec![(Language::Cpp, STANDARD_OF_CPP)],
        None if is(&["c"]) => vec![(Language::C, STANDARD_OF_C)],
        None => vec![
            (Language::C, STANDARD_OF_C),
            (Language::Cpp, STANDARD_OF_CPP),
        ],
    }
}

fn read(
    options: &HeaderOptions,
    headers: &[PathBuf],
    (language, standard): &Dialect<'_>,
) -> Result<Types, GenerateError> {
    let invocation = Invocation {
        language: *language,
        standard,
        compiler: options.compiler.as_deref(),
        include_directories: &options.include_directories,
        defines: &options.defines,
    };
    let mut arguments = invocation.arguments();
    if *language == Language::Cpp {
        // Distances to bases are asked of classes that only others can name.
        arguments.push("-fno-access-control".into());
    }
    let lines = headers
        .iter()
        .map(|header| format!("#include \"{}\"\n", header.display()));
    let text: String = lines.collect();
    check_includes(headers, &arguments)?;
    let unit = parse(&text, &arguments)?;
    let scope = declarations::Scope {
        headers,
        with_system: is_of_system(headers, &invocation),
        language: *language,
    };
    let mut reading = Reading::new(&unit);
    declarations::read(&mut reading, &scope);
    let questions = reading.take_questions();
    if !questions.is_empty() {
        let text = questions.append_to(&text);
        // Behind the twentieth error, libclang would say of no constant that it is wrong.
        arguments.push("-ferror-limit=0".into());
        reading.set_places(&questions.answers(&parse_leniently(&text, &arguments)?, &text));
    }
    reading.finish()
}

/// Parses a text; errors in it are faults.
fn parse(text: &str, arguments: &[String]) -> Result<Unit, GenerateError> {
    let unit = parse_leniently(text, arguments)?;
    let problems = unit.problems().into_iter();
    let faults = problems.map(|problem| Fault::new(problem.place, problem.text));
    match report(faults.collect(), &mut Sources::default()) {
        Some((text, count)) => Err(GenerateError::Faults { text, count }),
        None => Ok(unit),
    }
}

/// Parses a text; it may have errors.
fn parse_leniently(text: &str, arguments: &[String]) -> Result<Unit, GenerateError> {
    let unit = Unit::parse(text, arguments);
    let unit = unit.map_err(|reason| GenerateError::NoClang { reason })?;
    unit.ok_or(GenerateError::NotParsed)
}

/// Whether a header is in a directory that the compiler looks into by itself.
fn is_of_system(headers: &[PathBuf], invocation: &Invocation<'_>) -> bool {
    let directories = invocation.system_directories().unwrap_or_default();
    let whole = directories.iter().map(Path::new).map(Path::canonicalize);
    let directories: Vec<PathBuf> = whole.flatten().collect();
    let is_inside = |header: &PathBuf| directories.iter().any(|outer| header.starts_with(outer));
    headers.iter().any(is_inside)
}

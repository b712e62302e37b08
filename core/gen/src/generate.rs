//! From headers to a header.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::clang::{INPUT, Unit};
use crate::compiler::{Invocation, Language};
use crate::error::GenerateError;
use crate::fault::Fault;
use crate::model::{Declared, Model};
use crate::options::{Options, Reader};
use crate::sources::Sources;
use crate::{emit, includes, read, scanned};

/// A generated header.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Its text.
    pub text: String,
    /// The text of the source file with the tables, if there shall be one.
    pub source: Option<String>,
    /// All files that it depends on.
    pub files: Vec<PathBuf>,
    /// The described types, as users see them.
    pub types: Vec<String>,
    /// Who has read the headers.
    pub reader: Reader,
    /// What the reader did not find and may have needed, with the lines; empty if there is nothing.
    pub notes: String,
}

/// Reads the headers and makes the code for their marked types. Nothing is written.
///
/// # Errors
///
/// [`GenerateError::Faults`] says what is wrong in the headers, all of it at once, up to 200 places with their lines.
pub fn generate(options: &Options) -> Result<Generated, GenerateError> {
    let headers = whole_paths(&options.headers)?;
    let mut sources = Sources::default();
    let Read {
        model,
        files,
        reader,
        notes,
    } = match options.reader {
        Reader::Clang => by_clang(options, &headers, &mut sources)?,
        Reader::Scanner => {
            let hint = "leave out `--reader scanner`".to_owned();
            by_scanner(options, &headers, &mut sources, hint)?
        }
        Reader::Any => match by_clang(options, &headers, &mut sources) {
            Err(error @ GenerateError::NoClang { .. }) => {
                by_scanner(options, &headers, &mut sources, error.to_string())?
            }
            read => read?,
        },
    };
    if !model
        .types
        .iter()
        .any(|declared| matches!(declared, Declared::Record(_)))
    {
        let names: Vec<String> = options
            .headers
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(GenerateError::NothingMarked {
            headers: names.join(", "),
        });
    }
    let includes = includes(options, &headers);
    let (text, source) = match (&options.output, &options.source) {
        (Some(output), Some(source)) => {
            let own = from_beside(output, source);
            (
                emit::declarations(&model, &includes)?,
                Some(emit::tables(&model, &own)?),
            )
        }
        (None, Some(_)) => return Err(GenerateError::SourceWithoutOutput),
        (_, None) => (emit::header(&model, &includes)?, None),
    };
    let types = model
        .types
        .iter()
        .map(|declared| declared.names().shown.clone())
        .collect();
    Ok(Generated {
        text,
        source,
        files,
        types,
        reader,
        notes,
    })
}

/// What a front end has read.
struct Read {
    model: Model,
    files: Vec<PathBuf>,
    reader: Reader,
    notes: String,
}

fn by_clang(
    options: &Options,
    headers: &[PathBuf],
    sources: &mut Sources,
) -> Result<Read, GenerateError> {
    let mut faults = Vec::new();
    let unit = parse(options, headers)?;
    for problem in unit.problems() {
        faults.push(Fault::new(problem.place, problem.text));
    }
    let mut model = Model::default();
    if faults.is_empty() {
        model = read::read(&unit, headers, sources, &mut faults);
        faults.extend(sources.take_invalid_utf8());
    }
    if let Some((text, count)) = report(faults, sources) {
        return Err(GenerateError::Faults { text, count });
    }
    let files = unit.files().into_iter();
    Ok(Read {
        model,
        files: files.filter(|file| file != Path::new(INPUT)).collect(),
        reader: Reader::Clang,
        notes: String::new(),
    })
}

fn by_scanner(
    options: &Options,
    headers: &[PathBuf],
    sources: &mut Sources,
    hint: String,
) -> Result<Read, GenerateError> {
    let mut faults = Vec::new();
    let scanned = scanned::read(options, headers, sources, &mut faults);
    faults.extend(sources.take_invalid_utf8());
    let notes = shown(scanned.notes, sources, Fault::show_note);
    match report(faults, sources) {
        Some((text, count)) => Err(GenerateError::NotUnderstood {
            text: text + &notes,
            count,
            hint,
        }),
        None => Ok(Read {
            model: scanned.model,
            files: scanned.files,
            reader: Reader::Scanner,
            notes,
        }),
    }
}

/// The headers with whole paths.
pub(crate) fn whole_paths(headers: &[PathBuf]) -> Result<Vec<PathBuf>, GenerateError> {
    if headers.is_empty() {
        return Err(GenerateError::NoHeaders);
    }
    let whole = |path: &PathBuf| {
        // libclang would wait for the writer of a pipe.
        let is_file = fs::metadata(path).map(|found| found.is_file());
        let whole = is_file.and_then(|is_file| match is_file {
            true => fs::canonicalize(path),
            false => Err(io::Error::other("it is no regular file")),
        });
        whole.map_err(|source| GenerateError::Header {
            path: path.clone(),
            source,
        })
    };
    headers.iter().map(whole).collect()
}

/// Parses all headers as one file.
fn parse(options: &Options, headers: &[PathBuf]) -> Result<Unit, GenerateError> {
    let lines = headers
        .iter()
        .map(|header| format!("#include \"{}\"\n", header.display()));
    let text: String = lines.collect();
    let invocation = Invocation {
        language: Language::Cpp,
        standard: &options.standard,
        compiler: options.compiler.as_deref(),
        include_directories: &options.include_directories,
        defines: &options.defines,
    };
    let arguments = invocation.arguments();
    check_includes(headers, &arguments)?;
    let unit =
        Unit::parse(&text, &arguments).map_err(|reason| GenerateError::NoClang { reason })?;
    unit.ok_or(GenerateError::NotParsed)
}

/// Fails if the headers include what libclang must not read.
pub(crate) fn check_includes(
    headers: &[PathBuf],
    arguments: &[String],
) -> Result<(), GenerateError> {
    let faults = includes::unreadable(headers, arguments);
    match report(faults, &mut Sources::default()) {
        Some((text, count)) => Err(GenerateError::Faults { text, count }),
        None => Ok(()),
    }
}

/// How many faults are shown at most.
const MOST_SHOWN: usize = 200;

/// All faults with the lines that they are in, and how many there are; `None` if there are none.
pub(crate) fn report(mut faults: Vec<Fault>, sources: &mut Sources) -> Option<(String, usize)> {
    if faults.is_empty() {
        return None;
    }
    faults.sort();
    faults.dedup();
    let count = faults.len();
    Some((shown(faults, sources, Fault::show), count))
}

/// Places with their lines, up to 200.
fn shown(
    faults: Vec<Fault>,
    sources: &mut Sources,
    show: impl Fn(&Fault, &str) -> String,
) -> String {
    let count = faults.len();
    let here = std::env::current_dir().unwrap_or_default();
    let mut text = String::new();
    for mut fault in faults.into_iter().take(MOST_SHOWN) {
        let source = sources.text(&fault.place.file).to_owned();
        if let Ok(short) = fault.place.file.strip_prefix(&here) {
            fault.place.file = short.to_owned();
        }
        text.push_str(&show(&fault, &source));
    }
    if let Some(more @ 1..) = count.checked_sub(MOST_SHOWN) {
        text.push_str(&format!("{more} more are not shown\n"));
    }
    text
}

/// How the result includes each header.
fn includes(options: &Options, headers: &[PathBuf]) -> Vec<String> {
    let Some(output) = &options.output else {
        return options
            .headers
            .iter()
            .map(|header| header.display().to_string())
            .collect();
    };
    let directory = directory_of(output);
    headers
        .iter()
        .map(|header| relative(header, &directory))
        .collect()
}

/// The whole path of the directory that a file is or will be in.
fn directory_of(file: &Path) -> PathBuf {
    let directory = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned())
}

/// How one file that will be written includes another one.
fn from_beside(header: &Path, source: &Path) -> String {
    let name = header.file_name().unwrap_or_default();
    relative(&directory_of(header).join(name), &directory_of(source))
}

/// The path of a file from a directory.
fn relative(file: &Path, directory: &Path) -> String {
    let (file_parts, directory_parts): (Vec<Component<'_>>, Vec<Component<'_>>) = (
        file.components().collect(),
        directory.components().collect(),
    );
    let common = file_parts
        .iter()
        .zip(&directory_parts)
        .take_while(|(a, b)| a == b)
        .count();
    let up = directory_parts[common..].iter().map(|_| "..".to_owned());
    let down = file_parts[common..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_included_from_where_the_output_is() {
        assert_eq!(
            relative(Path::new("/a/b/t.hpp"), Path::new("/a/b")),
            "t.hpp"
        );
        assert_eq!(
            relative(Path::new("/a/b/t.hpp"), Path::new("/a/c/d")),
            "../../b/t.hpp"
        );
    }
}

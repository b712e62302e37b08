//! `memglass types FILE`, `holes`, `uses` and `functions`

use memglass_type_tables::{self as tables, Pattern, is_pattern, named};
use memglass_value::shown::Shown;

use super::super::failure::Failure;
use super::super::options::Options;
use super::source;

/// How types are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// As rows.
    Rows,
    /// As C.
    C,
}

/// Lists the types of a file or session, or shows one.
pub(crate) fn types(
    options: &Options,
    session: Option<&str>,
    words: Vec<String>,
    writing: Writing,
) -> Result<i32, Failure> {
    let (types, words) = source::split(options, session, words, 0)?;
    let word = words.first().map(String::as_str);
    let one = word.filter(|word| !is_pattern(word));
    let one = one.map(|name| named(&types, name)).transpose()?;
    let shown = match (one, writing) {
        (Some(id), Writing::Rows) => tables::describe(&types, id),
        (Some(id), Writing::C) => tables::c_of(&types, &[id]),
        (None, Writing::Rows) => tables::list(&types, &Pattern::of(word)?).into(),
        (None, Writing::C) => tables::c_of_all(&types, &Pattern::of(word)?),
    };
    print(options, shown)
}

/// Ranks records by their unused bytes, or shows those of one.
pub(crate) fn holes(
    options: &Options,
    session: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let (types, words) = source::split(options, session, words, 0)?;
    let shown = match words.first().map(String::as_str) {
        Some(name) if !is_pattern(name) => tables::holes(&types, named(&types, name)?)?,
        pattern => tables::ranking(&types, &Pattern::of(pattern)?).into(),
    };
    print(options, shown)
}

/// Lists what has a type in it.
pub(crate) fn uses(
    options: &Options,
    session: Option<&str>,
    words: Vec<String>,
) -> Result<i32, Failure> {
    let (types, words) = source::split(options, session, words, 1)?;
    let Some(name) = words.first() else {
        return Err(Failure::Usage(
            "a type is missing, as in `memglass uses app quote`".into(),
        ));
    };
    print(options, tables::uses(&types, named(&types, name)?).into())
}

/// Lists functions, with their types and where their code is.
pub(crate) fn functions(options: &Options, words: &[String]) -> Result<i32, Failure> {
    let (file, pattern) = match words {
        [file] => (file, None),
        [file, pattern] => (file, Some(pattern.as_str())),
        _ => {
            return Err(Failure::Usage(
                "name a file, and a pattern for names if you like".into(),
            ));
        }
    };
    let types = source::of(options, file)?;
    print(
        options,
        tables::functions(&types, &Pattern::of(pattern)?).into(),
    )
}

fn print(options: &Options, shown: Shown) -> Result<i32, Failure> {
    options.print(&shown.into())?;
    Ok(0)
}

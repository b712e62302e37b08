//! `memglass types FILE`, `holes`, `uses` and `functions`

use memglass_type_tables::{self as tables, Pattern, is_pattern, named};
use memglass_types::{TypeId, Types};
use memglass_value::shown::Shown;

use super::super::failure::Failure;
use super::super::options::Options;
use super::source;

/// How types are written, if not as rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// As C.
    C,
    /// As the nodes of Crefl.
    Crefl,
    /// As records of the kernel.
    BtfLike,
}

impl Writing {
    /// The word of `--format`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Writing::C => "c",
            Writing::Crefl => "crefl",
            Writing::BtfLike => "btf-like",
        }
    }
}

/// Lists the types of a file or session, or shows one.
pub(crate) fn types(
    options: &Options,
    session: Option<&str>,
    words: Vec<String>,
    writing: Option<Writing>,
) -> Result<i32, Failure> {
    let (types, words) = source::split(options, session, words, 0)?;
    let word = words.first().map(String::as_str);
    let one = word.filter(|word| !is_pattern(word));
    let one = one.map(|name| named(&types, name)).transpose()?;
    let shown = match writing {
        None => match one {
            Some(id) => tables::describe(&types, id),
            None => tables::list(&types, &Pattern::of(word)?).into(),
        },
        Some(writing) => {
            let ids = match one {
                Some(id) => vec![id],
                None => tables::listed(&types, &Pattern::of(word)?),
            };
            written(&types, &ids, writing, word.is_none())
        }
    };
    print(options, shown)
}

/// Types as a text: those of the ids and what they refer to, or all with all functions.
fn written(types: &Types, ids: &[TypeId], writing: Writing, is_all: bool) -> Shown {
    let meant = || match is_all {
        true => types.clone(),
        false => types.subset(ids),
    };
    match writing {
        Writing::C => tables::c_of(types, ids),
        Writing::Crefl => tables::crefl(&meant()),
        Writing::BtfLike => tables::btf_like(&meant()),
    }
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

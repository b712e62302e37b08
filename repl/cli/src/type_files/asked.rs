//! `memglass types FILE`, `holes`, `uses` and `functions`

use memglass_repl::program::Output;
use memglass_type_tables::{self as tables, Pattern, all_named, is_pattern};
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
    let named = one
        .map(|name| namesakes(options, &types, name))
        .transpose()?;
    let shown = match (writing, named) {
        (None, Some(ids)) => {
            let each = ids.into_iter().map(|id| tables::describe(&types, id));
            return print_all(options, each);
        }
        (None, None) => tables::list(&types, &Pattern::of(word)?).into(),
        (Some(writing), named) => {
            let ids = match named {
                Some(ids) => ids,
                None => tables::listed(&types, &Pattern::of(word)?),
            };
            written(&types, &ids, writing, word.is_none())
        }
    };
    print_all(options, [shown])
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
    match words.first().map(String::as_str) {
        Some(name) if !is_pattern(name) => {
            let ids = namesakes(options, &types, name)?.into_iter();
            let each: Result<Vec<_>, _> = ids.map(|id| tables::holes(&types, id)).collect();
            print_all(options, each?)
        }
        pattern => {
            let ranking = tables::ranking(&types, &Pattern::of(pattern)?);
            print_all(options, [ranking.into()])
        }
    }
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
    let uses = tables::uses(&types, &namesakes(options, &types, name)?);
    print_all(options, [uses.into()])
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
    let functions = tables::functions(&types, &Pattern::of(pattern)?);
    print_all(options, [functions.into()])
}

/// The types of this name. That they are several is told on standard error: the answer is about all of them.
fn namesakes(options: &Options, types: &Types, name: &str) -> Result<Vec<TypeId>, Failure> {
    let ids = all_named(types, name)?;
    if ids.len() > 1 {
        options.note(&format!("{} different types are called {name}", ids.len()));
    }
    Ok(ids)
}

fn print_all(options: &Options, shown: impl IntoIterator<Item = Shown>) -> Result<i32, Failure> {
    let each = shown.into_iter().map(Output::from);
    options.print(&Output::all(each))?;
    Ok(0)
}

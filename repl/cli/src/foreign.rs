//! `memglass file`: the shared memory of a program that knows nothing of memglass, as a session.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use clap::Parser;
use memglass::ProducerError;
use memglass_foreign::{Foreign, ForeignError, ForeignObject, Publication, Use};
use memglass_repl::program::ScriptText;
use memglass_terminal::signal;
use memglass_types::Types;

use super::addresses::{self, Whose};
use super::arguments::{Arguments, File, Task, end_with, is_subcommand, similar};
use super::failure::Failure;
use super::options::Options;
use super::replay::session_name;

/// How often one file can be looked at at the same time.
const MOST: u32 = 100;

/// Makes a session of the file, and does in it what the words behind say.
pub(super) fn run(options: &Options, file: &File) -> Result<i32, Failure> {
    let inner = inner(file)?;
    let options = within(options, &inner, file);
    let types = options.named_types()?;
    let Published {
        session,
        objects,
        _publication,
    } = published(&options, file, &types)?;
    let whose = Whose::UserOf(file.file.clone(), objects);
    if let Some(news) = addresses::name(&types, options.builds(), whose) {
        options.note(&news);
    }
    match inner.command {
        Some(command) => super::with_command(&options, Some(&session), None, command),
        None => super::without_command(&options, Some(&session), None, &file.eval),
    }
}

/// The words behind the file are those of a command line on its session.
fn inner(file: &File) -> Result<Arguments, Failure> {
    if let Some(first) = file.words.first().filter(|word| !is_subcommand(word)) {
        let meant = similar(first).map_or_else(
            || "behind the file comes a subcommand, as `get PATH`".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        return Err(Failure::Usage(format!(
            "{first:?} is no subcommand; {meant}"
        )));
    }
    let words = std::iter::once("memglass").chain(file.words.iter().map(String::as_str));
    let inner = Arguments::try_parse_from(words).unwrap_or_else(|error| end_with(&error));
    match &inner.command {
        Some(_) if !file.eval.is_empty() => {
            Err(Failure::Usage("-e goes without a subcommand".to_owned()))
        }
        Some(Task::Set { .. }) if !file.write => Err(Failure::Usage(
            "the file is only read; --write, before the subcommand, allows to write into it".into(),
        )),
        _ => Ok(inner),
    }
}

/// The options of both sides of the file.
fn within(outer: &Options, inner: &Arguments, file: &File) -> Options {
    let own = Options::resolve(&inner.common);
    let mut options = outer.clone();
    if own.is_form_chosen {
        (options.form, options.is_form_chosen) = (own.form, true);
    }
    options.types.extend(own.types);
    options.writing = options.writing.or(own.writing);
    options.readonly |= own.readonly || !file.write;
    options.dry_run |= own.dry_run;
    options.timeout = own.timeout.or(options.timeout);
    options
}

/// A session of a file, until it is dropped.
struct Published {
    session: String,
    objects: Vec<ForeignObject>,
    _publication: Publication,
}

/// The session, under the name that is wanted, or else the file's, with a number if that is taken.
fn published(options: &Options, file: &File, types: &Types) -> Result<Published, Failure> {
    // The session is of this process alone, and goes with it.
    signal::exit_at_end()?;
    let layout = layout(file)?;
    let how = if file.write { Use::Write } else { Use::Read };
    let own = session_name(&file.file);
    for number in 1.. {
        let session = match (&file.publish, number) {
            (Some(name), _) => name.clone(),
            (None, 1) => own.clone(),
            (None, number) => format!("{own}-{number}"),
        };
        let foreign = Foreign::of(&file.file, &layout, types, how)?;
        let objects = foreign.objects().collect();
        match foreign.publish(&session, options.dir()) {
            Err(ForeignError::Session(ProducerError::SessionExists { .. }))
                if file.publish.is_none() && number < MOST => {}
            published => {
                return Ok(Published {
                    session,
                    objects,
                    _publication: published?,
                });
            }
        }
    }
    unreachable!("the last number ends the loop")
}

/// The layout as it is written, or the text of the file that `@FILE` names.
fn layout(file: &File) -> Result<String, Failure> {
    match file.layout.strip_prefix('@') {
        None => Ok(file.layout.clone()),
        Some(path) => ScriptText::read(Path::new(path), &AtomicBool::new(false))
            .map(|text| text.as_str().to_owned())
            .map_err(|what| Failure::Usage(format!("the layout: {what}"))),
    }
}

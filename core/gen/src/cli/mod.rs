//! The command line.

mod annotate;
mod edit;
mod generate;
mod scan;
mod types;

use std::borrow::Cow;
use std::error::Error;
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use memglass::printable::printable;

/// What a command does, or why it did nothing.
type Outcome = Result<ExitCode, Box<dyn Error>>;

/// Reads C++ headers and writes what memglass needs to know of the structs that are marked [[memglass::observe]].
#[derive(Parser)]
#[command(
    name = "memglass-gen",
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    generate: generate::Generate,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Annotate(annotate::Annotate),
    Edit(edit::Edit),
    Scan(scan::Scan),
    Types(types::TypesOf),
}

impl Arguments {
    /// Does what was asked for.
    pub(crate) fn run(self) -> Outcome {
        match self.command {
            None => self.generate.run(),
            Some(Command::Annotate(annotate)) => annotate.run(),
            Some(Command::Edit(edit)) => edit.run(),
            Some(Command::Scan(scan)) => scan.run(),
            Some(Command::Types(types)) => types.run(),
        }
    }
}

/// Compilers write `-std=c++20` with one dash, and so do the users of this program.
pub(crate) fn with_long_options(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let long = |argument: OsString| match argument
        .to_str()
        .and_then(|text| text.strip_prefix("-std="))
    {
        Some(standard) => format!("--std={standard}").into(),
        None => argument,
    };
    arguments.map(long).collect()
}

/// Prints an error with its causes.
pub(crate) fn complain(error: &dyn Error) {
    let mut text = format!("memglass-gen: {error}");
    if text.contains('\n') {
        // Faults of headers begin with their own places, which editors look for at the start of a line.
        text = error.to_string();
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    write_message(&text);
}

/// Writes to standard error. A terminal must not obey what stands in a header.
fn write_message(text: &str) {
    let mut out = std::io::stderr().lock();
    let text = for_output(&out, text);
    let _ = writeln!(out, "{text}");
}

fn for_output<'t>(out: &impl IsTerminal, text: &'t str) -> Cow<'t, str> {
    match out.is_terminal() {
        true => printable(text),
        false => Cow::Borrowed(text),
    }
}

/// Says what was done. That nobody can be told is no reason to fail: it is done.
pub(crate) fn tell(text: &str) {
    write_message(&format!("memglass-gen: {text}"));
}

/// Prints data. A reader that has gone away is no error.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let text = for_output(&out, text);
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

//! Arguments as they are typed, what they mean, and one file for each subcommand.

mod arguments;
mod clean;
mod demo;
mod evaluate;
mod failure;
mod fields;
mod listing;
mod ls;
mod options;
mod prompt;
mod session;
mod target;

use std::io::IsTerminal;

pub(crate) use arguments::Arguments;
use arguments::Command;
use failure::Failure;
use options::Options;

/// Does what the arguments say; gives the exit code.
pub(crate) fn run(arguments: Arguments) -> Result<i32, Failure> {
    let options = Options::resolve(&arguments.common);
    let Some(command) = arguments.command else {
        let session = arguments.session.or(arguments.session_named);
        return without_command(&options, session.as_deref(), &arguments.eval);
    };
    if let Some(session) = arguments.session {
        return Err(Failure::Usage(format!(
            "a subcommand comes first: `memglass {} {session} …`",
            command.name()
        )));
    }
    if !arguments.eval.is_empty() || arguments.session_named.is_some() {
        return Err(Failure::Usage(format!(
            "-e and --session go without a subcommand, and `{}` is one",
            command.name()
        )));
    }
    match command {
        Command::Ls => ls::run(&options),
        Command::Clean { session } => clean::run(&options, session.as_deref()),
        Command::Objects {
            session,
            glob,
            type_name,
        } => listing::objects(&options, &session, glob.as_deref(), type_name.as_deref()),
        Command::Types { session, type_name } => {
            listing::types(&options, &session, type_name.as_deref())
        }
        Command::Get { session, paths } => fields::get(&options, &session, &paths),
        Command::Set {
            session,
            path,
            value,
        } => fields::set(&options, &session, &path, &value),
        Command::Demo(demo) => demo::run(&options, &demo),
    }
}

fn without_command(
    options: &Options,
    session: Option<&str>,
    eval: &[String],
) -> Result<i32, Failure> {
    let session = target::resolve(options, session)?;
    if !eval.is_empty() {
        return evaluate::expressions(options, &session, eval);
    }
    if !std::io::stdin().is_terminal() {
        return evaluate::standard_input(options, &session);
    }
    prompt::run(options, &session, "")
}

//! The `memglass` program: arguments as they are typed, what they mean, and one file for each subcommand.

mod addresses;
mod arguments;
mod clean;
mod compare;
mod completions;
mod cuts;
mod demo;
mod doctor;
mod emit;
mod evaluate;
mod export;
mod failure;
mod fields;
mod foreign;
mod idle;
mod listing;
mod live;
mod ls;
mod only;
mod options;
mod play;
mod prompt;
mod record;
mod replay;
mod save;
mod session;
mod status_line;
mod supervisor;
mod target;
mod test;
mod timeline;
mod top;
mod type_files;
mod view;
mod wait;
mod watch;

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use arguments::{Arguments, Task};
use failure::Failure;
use memglass_repl::program::Rules;
use memglass_stream::{Player, Start};
use memglass_terminal::look::ColorChoice;
use options::Options;

/// What the program takes until it knows what it is asked for, and to tell an error, in bytes.
const STARTING: usize = 4 << 20;

fn main() -> ExitCode {
    // What cuts a session's memory short shall not end the prompt that looks at it.
    memglass::survive_truncation();
    memglass_system::signals::report_full_files_as_errors();
    if let Err(error) = memglass_system::memory::check(STARTING, "the program") {
        Failure::Io(error).report(ColorChoice::default());
        return ExitCode::FAILURE;
    }
    let arguments = Arguments::of_process();
    let color = arguments.color();
    match run(arguments) {
        Ok(code) => exit_code(code),
        Err(failure) => {
            failure.report(color);
            exit_code(failure.exit_code())
        }
    }
}

/// A code beyond what the system can carry is cut to its low eight bits, as the system would.
fn exit_code(code: i32) -> ExitCode {
    ExitCode::from(code.to_le_bytes()[0])
}

fn run(mut arguments: Arguments) -> Result<i32, Failure> {
    let options = Options::resolve(&arguments.common);
    let options = match &arguments.command {
        // The file's process has the addresses, and not a session's.
        Some(Task::File(_)) => options,
        _ => options.with_names()?,
    };
    let by_option = arguments.common.session_named.is_some();
    let named = named(arguments.session, arguments.common.session_named)?;
    let named = match (named, &mut arguments.command) {
        (None, Some(command)) => recording_in(command)?,
        (named, _) => named,
    };
    if arguments.command.is_some() && !arguments.eval.is_empty() {
        return Err(Failure::Usage(
            "-e goes without a subcommand: `memglass SESSION -e EXPR`".into(),
        ));
    }
    // The file itself is read, and not played.
    let reads_file = matches!(arguments.command, Some(Task::Export(_) | Task::Diff(_)));
    let recording = named
        .as_deref()
        .filter(|name| !reads_file && replay::is_meant(&options, name, by_option))
        .map(Path::new);
    if options.what_if && !plays(&arguments.command, recording.is_some()) {
        return Err(Failure::Usage(
            "--what-if is for a prompt, -e, scripts, `view`, `play` and `test` on a recording: `memglass run.mcap --what-if`".into(),
        ));
    }
    if let Some(command) = &arguments.command {
        check_timeout(&options, command)?;
        if let Some(file) = recording
            && let Some(code) = in_recording(&options, file, command)?
        {
            return Ok(code);
        }
    }
    // It is paused at its end, where a session was last.
    let play = |file| replay::started(&options, file, None, Start::AtEnd);
    let replay = recording.map(play).transpose()?;
    let (named, player) = match replay {
        // Without a player the session of a recording is gone: it stays to the end.
        Some(replay) => (Some(replay.session), Some(replay.player)),
        None => (named, None),
    };
    match arguments.command {
        None => without_command(&options, named.as_deref(), player, &arguments.eval),
        Some(command) => with_command(&options, named.as_deref(), player, command),
    }
}

/// Does what is about all of a recording, and not about a session that stands at its end; nothing of what is not.
fn in_recording(options: &Options, file: &Path, command: &Task) -> Result<Option<i32>, Failure> {
    match command {
        Task::Wait(wait) => wait::in_recording(options, file, wait).map(Some),
        Task::Watch(watch) => watch::in_recording(options, file, watch).map(Some),
        Task::Top(_) => Err(Failure::Usage(format!(
            "`top` looks at what changes now, and {0} stands still: `memglass play {0}` plays it as a session that `top` can look at",
            file.display()
        ))),
        _ => Ok(None),
    }
}

/// Refuses a timeout where nothing ends in time.
fn check_timeout(options: &Options, command: &Task) -> Result<(), Failure> {
    let ends_in_time = matches!(
        command,
        Task::File(_) | Task::Run { .. } | Task::Test(_) | Task::Demo(_) | Task::Wait(_)
    );
    match options.timeout.is_some() && !ends_in_time {
        true => Err(only_for_scripts()),
        false => Ok(()),
    }
}

/// Whether a recording is played, for somebody who may write to it.
fn plays(command: &Option<Task>, is_recording_named: bool) -> bool {
    match command {
        Some(Task::Play(_) | Task::Test(_)) => true,
        Some(Task::Run { replay, .. }) => replay.is_some() || is_recording_named,
        None | Some(Task::View(_)) => is_recording_named,
        _ => false,
    }
}

/// The session, which may stand in front of a subcommand or after `--session`.
fn named(in_front: Option<String>, by_option: Option<String>) -> Result<Option<String>, Failure> {
    match (in_front, by_option) {
        (Some(one), Some(other)) if one != other => Err(Failure::Usage(format!(
            "two sessions are named, {one:?} and {other:?}: name one"
        ))),
        (one, other) => Ok(one.or(other)),
    }
}

/// Takes the recording out of the words of a subcommand, where a session may stand too.
fn recording_in(command: &mut Task) -> Result<Option<String>, Failure> {
    let is_there = |word: &String| Path::new(word).exists() && replay::is_recording(word.as_ref());
    // The words, and how many there have to be beside it.
    let (words, others) = match command {
        Task::View(view) => return Ok(view.session.take_if(|session| is_there(session))),
        Task::Doctor { session } | Task::Emit { session, .. } => {
            return Ok(session.take_if(|session| is_there(session)));
        }
        Task::Objects { words, .. } | Task::Types { words } | Task::Holes { words } => (words, 0),
        Task::Top(top) => (&mut top.words, 0),
        Task::Get { words } | Task::Uses { words } => (words, 1),
        Task::Watch(watch) => (&mut watch.words, 1),
        Task::Wait(wait) => (&mut wait.words, 1),
        Task::Save(save) => {
            // A word alone is the file that is to be written.
            let is_first = save.words.len() > 1 && is_there(&save.words[0]);
            return Ok(is_first.then(|| save.words.remove(0)));
        }
        _ => return Ok(None),
    };
    match words.first().is_some_and(is_there) {
        true if words.len() > others => Ok(Some(words.remove(0))),
        true => Err(Failure::Usage(format!(
            "{:?} is a recording; add what is meant in it, as `{0} OBJECT.FIELD`",
            words[0]
        ))),
        false => Ok(None),
    }
}

fn without_command(
    options: &Options,
    named: Option<&str>,
    player: Option<Arc<Player>>,
    expressions: &[String],
) -> Result<i32, Failure> {
    if !expressions.is_empty() {
        let session = target::resolve(options, named)?;
        return evaluate::expressions(options, &session, player, expressions);
    }
    if !std::io::stdin().is_terminal() {
        let session = target::resolve(options, named)?;
        return evaluate::standard_input(options, &session, player);
    }
    if options.timeout.is_some() {
        return Err(only_for_scripts());
    }
    let session = target::chosen(options, named)?;
    prompt::run(options, &session, None, player)
}

fn with_command(
    options: &Options,
    named: Option<&str>,
    player: Option<Arc<Player>>,
    command: Task,
) -> Result<i32, Failure> {
    let has_none = matches!(
        command,
        Task::Ls
            | Task::Play(_)
            | Task::Test(_)
            | Task::Functions { .. }
            | Task::File(_)
            | Task::Merge { .. }
            | Task::Embed { .. }
            | Task::Completions { .. }
            | Task::Man
    );
    if let (Some(name), true) = (named, has_none) {
        return Err(Failure::Usage(format!(
            "this subcommand works on all sessions and takes no name; leave out {name:?}"
        )));
    }
    if let (Some(writing), false) = (options.writing, matches!(command, Task::Types { .. })) {
        return Err(Failure::Usage(format!(
            "--format {} is for `types`: values are written as text, json or csv",
            writing.name()
        )));
    }
    match command {
        Task::Ls => ls::run(options),
        Task::Clean { session } => {
            let session = self::named(named.map(str::to_owned), session)?;
            clean::run(options, session.as_deref())
        }
        Task::Doctor { session } => {
            let session = self::named(named.map(str::to_owned), session)?;
            doctor::run(options, session.as_deref())
        }
        Task::Objects { words, type_name } => {
            listing::objects(options, named, words, type_name.as_deref())
        }
        Task::Types { words } => types(options, named, words),
        Task::Holes { words } => type_files::asked::holes(options, named, words),
        Task::Uses { words } => type_files::asked::uses(options, named, words),
        Task::Functions { words } => type_files::asked::functions(options, &words),
        Task::Diff(diff) => compare::run(options, named, &diff),
        Task::Merge { output, files } => type_files::merge::run(options, &output, &files),
        Task::Embed {
            output,
            name,
            files,
        } => type_files::embed::run(options, &output, name.as_deref(), &files),
        Task::Emit {
            session,
            only,
            lang,
        } => {
            let session = self::named(named.map(str::to_owned), session)?;
            emit::run(options, session.as_deref(), lang, only.as_deref())
        }
        Task::Get { words } => fields::get(options, named, words),
        Task::Set {
            first,
            second,
            third,
            more,
            force,
        } => {
            let more = second.into_iter().chain(third).chain(more);
            let rules = if force { Rules::Forced } else { Rules::Checked };
            fields::set(options, named, fields::assigned(first, more)?, rules)
        }
        Task::File(file) => foreign::run(options, &file),
        Task::Top(top) => top::run(options, named, top),
        Task::Watch(watch) => watch::run(options, named, watch),
        Task::Wait(wait) => wait::run(options, named, wait),
        Task::Record(record) => record::run(options, named, &record),
        Task::Play(play) => play::run(options, &play),
        Task::Export(export) => export::run(options, named, &export),
        Task::Save(save) => save::run(options, named, &save),
        Task::Run {
            file,
            args,
            replay: Some(recording),
        } => match named {
            None => evaluate::on_recording(options, &recording, &file, args),
            Some(name) => Err(Failure::Usage(format!(
                "the script runs on a recording, with --replay, or on a session: leave out {name:?}"
            ))),
        },
        Task::Test(test) => test::run(options, &test),
        Task::Run { file, args, .. } => {
            let (session, file, args) = target::of_script(options, named, file, args)?;
            evaluate::file(options, &session, player, &file, args)
        }
        Task::View(view) => {
            let session = self::named(named.map(str::to_owned), view.session.clone())?;
            view::run(options, session.as_deref(), player, &view)
        }
        Task::Demo(demo) => demo::run(options, &demo, named.unwrap_or(demo::NAME)),
        Task::Completions { shell } => completions::script(shell),
        Task::Man => completions::manual(),
    }
}

/// The types of a session with all that it declares of them, or those of a file.
fn types(options: &Options, named: Option<&str>, words: Vec<String>) -> Result<i32, Failure> {
    if let (None, None, [diff, old, new]) = (named, options.writing, words.as_slice())
        && diff == "diff"
    {
        return type_files::diff::run(options, old, new);
    }
    if let (None, [diff] | [diff, _]) = (named, words.as_slice())
        && diff == "diff"
        && options.attach(diff).is_err()
    {
        return Err(Failure::Usage("`types diff OLD NEW` compares two".into()));
    }
    if let [_, _, extra] = words.as_slice() {
        return Err(Failure::Usage(format!(
            "{extra:?} is one word too many: `types` takes a session or file, and a type; `types diff OLD NEW` compares two"
        )));
    }
    let is_file = |word: &String| type_files::is_file(options, word);
    let of_file = named.is_none() && words.first().is_some_and(is_file);
    match (of_file, options.writing) {
        (false, None) => listing::types(options, named, words),
        (_, writing) => type_files::asked::types(options, named, words, writing),
    }
}

fn only_for_scripts() -> Failure {
    Failure::Usage(
        "--timeout is for scripts, with -e, with `run`, or piped in, and for `wait`; \
         `watch` and `record` end after `--for 5s`"
            .into(),
    )
}

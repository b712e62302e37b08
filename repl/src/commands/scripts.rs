//! `:run`, `:save` and `:edit`: scripts in files.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use memglass_line::expanded;
use memglass_script::ScriptError;
use memglass_syntax::words;
use memglass_system::files;
use memglass_terminal::foreground;
use memglass_value::format;

use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::Runtime;
use crate::script_text::ScriptText;

pub(super) struct Run;
pub(super) struct Save;
pub(super) struct Edit;

/// What people edit with where `$VISUAL` and `$EDITOR` do not say.
const EDITOR: &str = "vi";

impl Command for Run {
    fn name(&self) -> &'static str {
        "run"
    }

    fn usage(&self) -> &'static str {
        ":run FILE [ARG]..."
    }

    fn summary(&self) -> &'static str {
        "run a script; its variables and functions stay"
    }

    fn details(&self) -> &'static str {
        "The script finds the words after FILE in its array `args`. Put a word with blanks in double quotes."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":run session.rhai", ":run session.rhai AAPL 500"]
    }

    fn takes(&self) -> Takes {
        Takes::Files
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let (file, args) = words::first(rest);
        if file.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        run(runtime, &typed(file), args)
    }
}

/// Runs a script; in it, `args` are the words of this text.
fn run(runtime: &mut Runtime, path: &Path, args: &str) -> Result<Output, CommandError> {
    let read = ScriptText::read(path, &runtime.interrupt);
    let text = read.map_err(|reason| runtime.stopped_or(ScriptError::plain(reason).into()))?;
    let args = words::words(args).into_iter().map(words::unquoted);
    runtime.script(&path.display().to_string(), &text, args)
}

/// The file that a word names.
fn typed(word: &str) -> PathBuf {
    expanded(&words::unquoted(word))
}

impl Command for Save {
    fn name(&self) -> &'static str {
        "save"
    }

    fn usage(&self) -> &'static str {
        ":save FILE [!]"
    }

    fn summary(&self) -> &'static str {
        "write this session as a script; ! replaces FILE"
    }

    fn details(&self) -> &'static str {
        "Lines that failed and commands are left out, except `:set`, which becomes an assignment; a result that a later line uses as `_` is assigned to it. `memglass run FILE` runs it."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":save session.rhai", ":save session.rhai !"]
    }

    fn takes(&self) -> Takes {
        Takes::Files
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let (file, replaces) = match rest.strip_suffix('!') {
            Some(file) => (file.trim_end(), true),
            None => (rest, false),
        };
        if file.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        if runtime.journal.is_empty() {
            return Err(CommandError::NothingToSave);
        }
        let path = typed(file);
        let text = script(runtime);
        write(&path, &text, replaces).map_err(|error| not_written(&path, error))?;
        let lines = text.lines().count();
        Ok(Output::Note(format!(
            "{} has {lines} lines",
            path.display()
        )))
    }
}

/// The session as a file that can be executed.
fn script(runtime: &Runtime) -> String {
    let session = runtime.attached.observer().session().name.clone();
    let lines = runtime.journal.script();
    format!("#!/usr/bin/env -S memglass run\n// typed at session {session:?}\n{lines}")
}

fn write(path: &Path, text: &str, replaces: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    files::executable(options.write(true));
    match replaces {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    files::open_for_writing(&mut options, path)?.write_all(text.as_bytes())
}

fn not_written(path: &Path, error: io::Error) -> CommandError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::AlreadyExists => CommandError::FileExists { path },
        _ => CommandError::File {
            path,
            source: error,
        },
    }
}

impl Command for Edit {
    fn name(&self) -> &'static str {
        "edit"
    }

    fn usage(&self) -> &'static str {
        ":edit [FILE [ARG]...]"
    }

    fn summary(&self) -> &'static str {
        "edit the last input, or FILE, and run it"
    }

    fn details(&self) -> &'static str {
        "The editor is $VISUAL, $EDITOR or vi. What is saved is run as if it had been typed."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":edit", ":edit session.rhai"]
    }

    fn takes(&self) -> Takes {
        Takes::Files
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if !io::stdin().is_terminal() {
            return Err(CommandError::NoTerminal {
                usage: self.usage(),
            });
        }
        if runtime.has_view {
            let reason = "`:edit` needs the terminal that the view is on: leave the view first";
            return Err(CommandError::Text(reason.into()));
        }
        let (file, args) = words::first(rest);
        if !file.is_empty() {
            let path = typed(file);
            edit(&path)?;
            return run(runtime, &path, args);
        }
        let text = edited(runtime.journal.last())?;
        let text = text.trim_end();
        if text.trim().is_empty() {
            return Ok(Output::Note("nothing was saved, so nothing is run".into()));
        }
        runtime.journal.edited(text);
        // Before it runs: what it prints, or why it fails, stands below.
        runtime
            .writer
            .tell(&format!("{}\n", format::printable(text)));
        runtime.text("", text)
    }
}

/// `text` after the user has had it in an editor.
fn edited(text: &str) -> Result<String, CommandError> {
    let scratch =
        Scratch(std::env::temp_dir().join(format!("memglass-{}.rhai", std::process::id())));
    let failed = |source| CommandError::File {
        path: scratch.0.clone(),
        source,
    };
    let mut options = OpenOptions::new();
    files::private(options.write(true).create_new(true));
    let mut file = options.open(&scratch.0).map_err(failed)?;
    writeln!(file, "{text}").map_err(failed)?;
    edit(&scratch.0)?;
    let text = ScriptText::configured(&scratch.0).map_err(CommandError::Text)?;
    Ok(text.as_str().to_owned())
}

/// A file that goes with this value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // An editor may have moved it, which is as well.
        let _ = fs::remove_file(&self.0);
    }
}

fn edit(path: &Path) -> Result<(), CommandError> {
    let chosen = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|editor| !editor.trim().is_empty());
    let editor = chosen.unwrap_or_else(|| EDITOR.into());
    foreground::run(&editor, path).map_err(|source| CommandError::Editor { editor, source })
}

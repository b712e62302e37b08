//! Why a line did not work.

use std::io;
use std::path::PathBuf;

use memglass::{AttachError, PathError, ReadError, WriteError, nearest};
use memglass_script::ScriptError;
use memglass_terminal::look::Look;
use memglass_value::causes::with_causes;
use memglass_value::format;
use nu_ansi_term::Color;

use super::{COMMANDS, habits};
use crate::automation;
use memglass_script::ledger::{LedgerError, UndoError};

/// Why a line did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// No command has this name.
    #[error("there is no command :{name}{suggestion}")]
    Unknown {
        /// What was typed.
        name: String,
        /// What was probably meant, or where to look.
        suggestion: String,
    },
    /// The words after the command are not what it takes.
    #[error("wrong arguments; usage: {usage}")]
    Usage {
        /// What it takes.
        usage: &'static str,
    },
    /// What was meant as a pattern for labels cannot be one.
    #[error(transparent)]
    Pattern(#[from] memglass::PatternError),
    /// A path has more alternatives than are tried.
    #[error(transparent)]
    Alternatives(#[from] memglass_syntax::AlternativesError),
    /// No object has such a label.
    #[error("no label matches {pattern:?}")]
    NoMatch {
        /// What was typed.
        pattern: String,
    },
    /// No type has this name.
    #[error("no type {name:?}{suggestion}")]
    NoSuchType {
        /// What was typed.
        name: String,
        /// What was probably meant.
        suggestion: String,
    },
    /// A value that could not be understood.
    #[error("{path} takes {takes}; {reason}")]
    Literal {
        /// What was to be written.
        path: String,
        /// What is wrong with the text.
        reason: String,
        /// What would be a value.
        takes: String,
    },
    /// A value that the field cannot hold, being of another kind.
    #[error("{path} takes {takes}, not {text:?}")]
    WrongKind {
        /// What was to be written.
        path: String,
        /// What was typed.
        text: String,
        /// What would be a value.
        takes: String,
    },
    /// Every write is refused.
    #[error("{path} cannot be written: {why}")]
    ReadOnly {
        /// What was to be written.
        path: String,
        /// Why.
        why: &'static str,
    },
    /// Nobody would read what is written.
    #[error(
        "{path} cannot be written: the session's producer is gone ({presence}), so nothing would read it"
    )]
    Unread {
        /// What was to be written.
        path: String,
        /// What became of the producer, in a word.
        presence: &'static str,
    },
    /// Nothing has this name.
    #[error("nothing is named {name:?}{suggestion}")]
    UnknownName {
        /// What was typed.
        name: String,
        /// What was probably meant.
        suggestion: String,
    },
    /// No new producer has taken the session's name.
    #[error("nothing to reattach to: {session:?} {fate} and has not restarted")]
    NoSuccessor {
        /// The session.
        session: String,
        /// What its producer did: `crashed`, `exited`.
        fate: &'static str,
    },
    /// No script was run in this session.
    #[error("nothing to save yet: no line of this session was a script")]
    NothingToSave,
    /// A file would be lost.
    #[error("{} exists already; `:save {} !` replaces it", path.display(), path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written or read.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The user's editor did not start, or failed.
    #[error("{editor} failed; set $VISUAL or $EDITOR to the editor to use")]
    Editor {
        /// Its command line.
        editor: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It asks somebody who is not there.
    #[error("{usage} works only on a terminal")]
    NoTerminal {
        /// What it takes.
        usage: &'static str,
    },
    /// So many bytes are of no use on a screen.
    #[error("{path} is {bytes} bytes long; name a part of it")]
    TooLong {
        /// What was to be shown.
        path: String,
        /// Its size.
        bytes: u64,
    },
    /// A script ended with an error, or asked to exit.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// An expression that only a script can evaluate.
    #[error("{text:?} cannot be watched by itself: {why}")]
    ForScripts {
        /// The expression.
        text: String,
        /// What in it is for a script.
        why: String,
    },
    /// A path leads nowhere.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A value could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A value was refused.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A write was refused, or its record was.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Nothing was undone.
    #[error(transparent)]
    Undo(#[from] UndoError),
    /// The session could not be attached to.
    #[error(transparent)]
    Attach(#[from] AttachError),
    /// A command of the embedding program failed.
    #[error("{0}")]
    Own(String),
    /// The text is not a script, for a reason that the grammar does not know.
    #[error("{0}")]
    Text(String),
    /// A command in a script did not work.
    #[error("{error}")]
    At {
        /// The script.
        file: String,
        /// The command's line in it.
        line: usize,
        /// Why.
        error: Box<CommandError>,
    },
    /// It was stopped after this time.
    #[error("timed out after {0:?}")]
    TimedOut(std::time::Duration),
    /// What it printed was not taken.
    #[error("the output cannot be written")]
    Output(#[source] io::Error),
    /// No thread could be started for a limit in time.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

impl CommandError {
    /// No command has this name.
    pub fn unknown(name: &str) -> Self {
        let near = nearest(name, COMMANDS.iter().map(|command| command.name()));
        let suggestion = match (habits::instead_of(name), near) {
            _ if automation::is_function(name) => {
                format!("; `{name}` is a function: `:help {name}`")
            }
            (Some(instead), _) => format!("; {instead}"),
            (None, Some(near)) => format!("; did you mean :{near}?"),
            (None, None) => "; :help lists them".to_owned(),
        };
        CommandError::Unknown {
            name: name.to_owned(),
            suggestion,
        }
    }

    /// Nothing has this name; `known` is what has one.
    pub fn unknown_name<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let near = nearest(name, known);
        CommandError::UnknownName {
            name: name.to_owned(),
            suggestion: near.map_or("; :help lists the commands".to_owned(), |near| {
                format!("; did you mean {near:?}?")
            }),
        }
    }

    /// The same with the line of a file that it is about, where it does not know that itself.
    pub fn at(self, file: &str, line: usize) -> Self {
        match self {
            CommandError::Script(_)
            | CommandError::Text(_)
            | CommandError::TimedOut(_)
            | CommandError::Output(_)
            | CommandError::Thread(_) => self,
            error => CommandError::At {
                file: file.to_owned(),
                line,
                error: Box::new(error),
            },
        }
    }

    /// The exit code of a program that only ran this line.
    pub fn exit_code(&self) -> i32 {
        match self {
            CommandError::Script(error) => error.exit_code(),
            CommandError::At { error, .. } => error.exit_code(),
            CommandError::Unknown { .. }
            | CommandError::UnknownName { .. }
            | CommandError::NoTerminal { .. }
            | CommandError::Usage { .. }
            | CommandError::Pattern(_)
            | CommandError::Alternatives(_)
            | CommandError::ForScripts { .. }
            | CommandError::Text(_) => 2,
            CommandError::TimedOut(_) => 124,
            // Whoever read the output has enough; that is not a failure.
            CommandError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            CommandError::Attach(error) => attach_exit_code(error),
            _ => 1,
        }
    }

    /// Whether a script called `exit(n)`, of which the code tells all.
    pub fn is_exit(&self) -> bool {
        matches!(self, CommandError::Script(ScriptError::Exit(_)))
    }

    /// The text for standard error, without a newline at its end.
    pub fn render(&self, look: Look) -> String {
        match self {
            CommandError::Script(error) => {
                error.render(look.width, |text| look.paint(Color::LightRed.bold(), text))
            }
            CommandError::At { file, line, error } => {
                let file = format::escaped(file);
                format!("{}\n  --> {file}:{line}", error.render(look))
            }
            other => {
                format!(
                    "{}: {}",
                    look.paint(memglass_terminal::look::alarm(), "error"),
                    format::printable(&with_causes(other))
                )
            }
        }
    }
}

/// The exit code of a program that could not attach: a session that is not there is told apart.
pub fn attach_exit_code(error: &AttachError) -> i32 {
    if matches!(error, AttachError::Alive { .. }) {
        1
    } else {
        3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_answered_with_the_word_meant() {
        let text = CommandError::unknown("obejcts").to_string();
        assert!(text.contains("did you mean :objects?"), "{text}");
        let text = CommandError::unknown("stop").to_string();
        assert!(text.contains("trigger(2).pause()"), "{text}");
        let text = CommandError::unknown("zzz").to_string();
        assert_eq!(text, "there is no command :zzz; :help lists them");
    }

    #[test]
    fn mistakes_of_usage_and_of_content_exit_differently() {
        assert_eq!(CommandError::unknown("zzz").exit_code(), 2);
        assert_eq!(
            CommandError::NoSuchType {
                name: "T".into(),
                suggestion: String::new()
            }
            .exit_code(),
            1
        );
        assert_eq!(CommandError::Script(ScriptError::Exit(7)).exit_code(), 7);
    }
}

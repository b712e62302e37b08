//! The `:commands` of the prompt: one table, from which running, help and completion are made.

mod assignment;
mod doctor;
#[cfg(test)]
mod document;
mod error;
mod explain;
mod fields;
mod form;
mod habits;
mod help;
mod hex;
mod ledger;
mod objects;
mod places;
mod record;
mod regions;
mod replay;
mod scripts;
mod session;
mod sets;
mod top;
mod triggers;
mod types;
mod variables;
mod view;
mod watch;

use std::borrow::Cow;

use memglass_syntax::CommandName;

use crate::output::Output;
use crate::runtime::Runtime;

pub(crate) use assignment::script as assignment;
pub use error::{CommandError, attach_exit_code};
pub(crate) use fields::read;
pub use fields::{get, set};
pub(crate) use hex::dump;
pub(crate) use memglass_syntax::Takes;
pub use memglass_value::causes::with_causes;
pub use objects::list as list_objects;
pub use places::is_pattern;
#[cfg(feature = "view")]
pub(crate) use replay::walk as walk_beside;
pub(crate) use replay::why_not as why_not_replayed;
pub use types::{describe as describe_type, list as list_types};
pub(crate) use watch::timed;

/// A word after a colon, and what it does.
pub(crate) trait Command: Sync {
    /// The word, without the colon.
    fn name(&self) -> &'static str;

    /// Other words for the same.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    /// The whole line: `:objects [GLOB] [--type TYPE]`.
    fn usage(&self) -> &'static str;

    /// What it does: one line, imperative, that stands beside the usage on a screen of 80 columns.
    fn summary(&self) -> &'static str;

    /// What else is to be known, in sentences.
    fn details(&self) -> &'static str {
        ""
    }

    /// Lines that work on the demo session.
    fn examples(&self) -> &'static [&'static str];

    /// What its words are, for completion.
    fn takes(&self) -> Takes {
        Takes::Nothing
    }

    /// Does it. `rest` is what follows the word, without blanks around it.
    ///
    /// # Errors
    ///
    /// What went wrong; the session goes on.
    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError>;
}

/// All of them, in the order of the help.
pub(crate) const COMMANDS: &[&dyn Command] = &[
    &help::Help,
    &objects::Objects,
    &types::Types,
    &types::TypeOf,
    &fields::Get,
    &fields::Set,
    &explain::Explain,
    &ledger::Log,
    &ledger::Undo,
    &ledger::Redo,
    &hex::Hex,
    &form::Json,
    &form::Csv,
    &form::Expanded,
    &form::Time,
    &form::Pager,
    &scripts::Run,
    &scripts::Edit,
    &scripts::Save,
    &watch::Watch,
    &watch::Unwatch,
    &top::Top,
    &triggers::Triggers,
    &sets::Sets,
    &record::Record,
    &replay::PLAY,
    &replay::PAUSE,
    &replay::SEEK,
    &replay::STEP,
    &replay::SPEED,
    &variables::Vars,
    &variables::Unset,
    &variables::History,
    &regions::Regions,
    &doctor::Doctor,
    &view::View,
    &session::Session,
    &session::Reattach,
    &session::Clear,
    &session::Quit,
];

/// The command with this name or alias.
pub(crate) fn find(name: &str) -> Option<&'static dyn Command> {
    let is_it =
        |command: &&&dyn Command| command.name() == name || command.aliases().contains(&name);
    COMMANDS.iter().find(is_it).copied()
}

/// Whether the prompt has a command of this name.
pub fn is_command(name: &str) -> bool {
    find(name).is_some()
}

/// All of them, as completion knows them.
pub(crate) fn names() -> impl Iterator<Item = CommandName> {
    COMMANDS.iter().map(|command| CommandName {
        name: command.name().to_owned(),
        aliases: command.aliases(),
        usage: command.usage().to_owned(),
        takes: command.takes(),
    })
}

/// Runs a line of which the colon is gone.
pub(crate) fn run(runtime: &mut Runtime, line: &str) -> Result<Output, CommandError> {
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    // `:undo!` is `:undo !`.
    let (name, rest) = match name.trim().strip_suffix('!') {
        Some(name) => (name, format!("{} !", rest.trim())),
        None => (name.trim(), rest.trim().to_owned()),
    };
    let command = find(name).ok_or_else(|| CommandError::unknown(name))?;
    command.run(runtime, rest.trim())
}

/// Refuses words after a command that takes none.
fn expect_nothing(command: &dyn Command, rest: &str) -> Result<(), CommandError> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(CommandError::Usage {
            usage: command.usage(),
        })
    }
}

/// The line that is meant by a word which people type at any prompt.
pub(crate) fn out_of_habit(line: &str) -> Cow<'_, str> {
    match line.trim() {
        "exit" | "quit" | "quit()" => ":q".into(),
        "help" | "help()" | "?" => ":help".into(),
        typed => match asked_about(typed) {
            Some(name) => format!(":help {name}").into(),
            None => line.into(),
        },
    }
}

/// The name in `help(name)`, `help("name")` or `help name`.
fn asked_about(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("help")?;
    let inside = match rest.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?.trim(),
        None => rest.strip_prefix(char::is_whitespace)?.trim(),
    };
    let quoted = ['"', '\'', '`'].iter().find_map(|quote| {
        let inside = inside.strip_prefix(*quote)?;
        inside.strip_suffix(*quote)
    });
    let name = quoted.unwrap_or(inside);
    let name = name.strip_suffix("()").unwrap_or(name);
    memglass_syntax::is_identifier(name.trim_start_matches(':')).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const WIDEST_USAGE: usize = 29;

    #[test]
    fn every_command_says_what_it_is() {
        for command in COMMANDS {
            let name = command.name();
            assert!(command.usage().starts_with(&format!(":{name}")), "{name}");
            assert!(
                !command.summary().is_empty() && !command.summary().ends_with('.'),
                "{name}"
            );
            assert!(command.summary().len() <= 80 - WIDEST_USAGE - 2, "{name}");
            assert!(command.usage().len() <= WIDEST_USAGE, "{name}");
            assert!(!command.examples().is_empty(), "{name}");
            for example in command.examples() {
                assert!(
                    example.starts_with(':') || example.ends_with('?'),
                    "{name}: {example}"
                );
            }
        }
    }

    #[test]
    fn no_word_stands_for_two_commands() {
        let mut seen = HashSet::new();
        for command in COMMANDS {
            for word in command.aliases().iter().chain([&command.name()]) {
                assert!(seen.insert(*word), "{word}");
            }
        }
    }

    #[test]
    fn words_of_other_prompts_do_what_they_say() {
        for word in ["quit()", " quit ", "exit"] {
            assert_eq!(out_of_habit(word), ":q");
        }
        assert_eq!(out_of_habit("help()"), ":help");
        assert_eq!(out_of_habit("help(1)"), "help(1)");
        for words in [
            "help(sort)",
            "help(\"sort\")",
            " help sort",
            "help('sort')",
            "help(sort())",
        ] {
            assert_eq!(out_of_habit(words), ":help sort", "{words}");
        }
        assert_eq!(out_of_habit("help :undo"), ":help :undo");
        assert_eq!(out_of_habit("help = 4"), "help = 4");
        assert_eq!(out_of_habit("helper"), "helper");
    }

    #[test]
    fn an_alias_finds_its_command() {
        assert_eq!(find("quit").map(|command| command.name()), Some("q"));
        assert!(find("").is_none());
    }
}

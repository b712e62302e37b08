//! `:vars`, `:unset` and `:history`: what the prompt remembers.

use memglass_syntax::is_identifier;
use memglass_value::shown::{Document, Line};
use serde_json::json;

use super::{Command, CommandError, expect_nothing};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Vars;
pub(super) struct Unset;
pub(super) struct History;

/// Lines that `:history` shows unless told how many.
const LINES: usize = 20;

impl Command for Vars {
    fn name(&self) -> &'static str {
        "vars"
    }

    fn usage(&self) -> &'static str {
        ":vars"
    }

    fn summary(&self) -> &'static str {
        "list your variables"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":vars"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        let variables = runtime.host.variables();
        Ok(match variables.is_empty() {
            true => Output::Note("there are no variables; `let x = 5` makes one".into()),
            false => variables.into(),
        })
    }
}

impl Command for Unset {
    fn name(&self) -> &'static str {
        "unset"
    }

    fn usage(&self) -> &'static str {
        ":unset NAME"
    }

    fn summary(&self) -> &'static str {
        "forget a variable"
    }

    fn details(&self) -> &'static str {
        "A name that the variable had taken from an object means the object again."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":unset x"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if !is_identifier(rest) && rest != "_" {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        if !runtime.host.unset(rest) {
            return Err(CommandError::Text(format!(
                "there is no variable {rest:?}; `:vars` lists them"
            )));
        }
        Ok(match runtime.host.is_of_session(rest) {
            true => Output::Note(format!(
                "{rest:?} means what the session calls by that name"
            )),
            false => Output::NOTHING,
        })
    }
}

impl Command for History {
    fn name(&self) -> &'static str {
        "history"
    }

    fn usage(&self) -> &'static str {
        ":history [N]"
    }

    fn summary(&self) -> &'static str {
        "show the last N lines typed here, or 20"
    }

    fn details(&self) -> &'static str {
        "Up and Ctrl-R also find what was typed at earlier prompts."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":history", ":history 5"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let count = match rest {
            "" => LINES,
            number => number.parse().map_err(|_| CommandError::Usage {
                usage: self.usage(),
            })?,
        };
        let all = runtime.journal.all_typed();
        if all.is_empty() {
            return Ok(Output::Note("nothing was typed here yet".into()));
        }
        let first = all.len().saturating_sub(count);
        let width = all.len().to_string().len() + 2;
        let mut lines = Vec::new();
        for (index, typed) in all.iter().enumerate().skip(first) {
            let number = format!("{:1$}", index + 1, width - 2);
            let numbers = std::iter::once(&*number).chain(std::iter::repeat(""));
            let typed = numbers.zip(typed.lines());
            lines.extend(typed.map(|(number, line)| Line::entry(number, width, line)));
        }
        Ok(Document::new(lines, json!(all[first..])).into())
    }
}

//! `:help`: the commands, made from their table, and whatever else has a name.

use memglass::Field;

use super::{COMMANDS, Command, CommandError, Takes, describe_type, fields, find};
use crate::output::Output;
use crate::runtime::Runtime;
use crate::script::FUNCTIONS;
use crate::table::{Column, Table};

pub(super) struct Help;

const LANGUAGE: &[(&str, &str)] = &[
    ("AAPL_position.quantity", "read a field"),
    ("AAPL_position.quantity = 500", "write it"),
    (
        "obs[\"any label\"].field",
        "an object whose label is no identifier",
    ),
    ("obs.all(\"Position\")", "every object of a type"),
];

impl Command for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["h", "?"]
    }

    fn usage(&self) -> &'static str {
        ":help [NAME]"
    }

    fn summary(&self) -> &'static str {
        "list the commands; with a name (or NAME?), explain that command, function, type or field"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":help",
            ":help objects",
            ":help AAPL_position.quantity",
            "Position?",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Commands
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let name = rest.trim_start_matches(':');
        if name.is_empty() {
            return Ok(overview(runtime));
        }
        if let Some(own) = runtime.own.iter().find(|own| own.name() == name) {
            return Ok(text(&format!("{}\n  {}\n", own.usage(), own.summary())));
        }
        if let Some(command) = find(name) {
            return Ok(text(&explain(command)));
        }
        if let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) {
            return Ok(text(&format!(
                "{}\n  {}\n",
                function.signature, function.summary
            )));
        }
        if let Some(text) = extension(runtime, name) {
            return Ok(text);
        }
        runtime.attached.refresh()?;
        let observer = runtime.attached.observer();
        match observer.field(name) {
            Ok(field) => about(&field),
            Err(_) => describe_type(&observer, name).map_err(|_| CommandError::unknown(name)),
        }
    }
}

/// The name that a line such as `AAPL_position.quantity?` asks about.
pub(crate) fn question(line: &str) -> Option<&str> {
    let name = line.trim().strip_suffix('?')?.trim_end();
    let is_name =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | ':' | '"' | '-' | '/');
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// What is declared about a place, and what is in it.
fn about(field: &Field) -> Result<Output, CommandError> {
    let info = field.info();
    let value = fields::read(field)?;
    let declared = info.metadata.annotations();
    let mut text = format!(
        "{}: {}  @{}",
        field.path(),
        info.type_name,
        info.protection.name()
    );
    if info.readonly && !info.metadata.readonly {
        text += "  @readonly";
    }
    text += &format!("  {declared}");
    Ok(Output::All(vec![
        Output::Document(format!("{}\n", text.trim_end()), text.trim_end().into()),
        Output::Result(value),
    ]))
}

/// The signatures of a function that the embedding program has registered.
fn extension(runtime: &Runtime, name: &str) -> Option<Output> {
    let functions = runtime.host.host_functions().into_iter();
    let signatures: String = functions
        .filter(|function| function.name == name)
        .map(|function| format!("{}\n", function.signature))
        .collect();
    (!signatures.is_empty()).then(|| text(&signatures))
}

fn overview(runtime: &Runtime) -> Output {
    let own = runtime.own.iter().map(|own| (own.usage(), own.summary()));
    overview_with(own)
}

fn overview_with<'c>(own: impl Iterator<Item = (&'c str, &'c str)>) -> Output {
    let mut commands = Table::new([Column::new("command"), Column::wrapping("what it does")]);
    for (usage, summary) in own {
        commands.push([usage.into(), summary.into()]);
    }
    for command in COMMANDS {
        commands.push([command.usage().into(), command.summary().into()]);
    }
    let mut lines = Table::new([Column::new("line"), Column::wrapping("what it does")]);
    for (line, does) in LANGUAGE {
        lines.push([(*line).into(), (*does).into()]);
    }
    let keys = "Tab completes, Ctrl-R searches the history,\nCtrl-C drops the line or stops the script, Ctrl-D leaves";
    Output::All(vec![
        Output::Rows(commands, String::new()),
        Output::Rows(lines, String::new()),
        Output::Note(keys.into()),
    ])
}

fn explain(command: &dyn Command) -> String {
    let mut text = format!("{}\n  {}\n", command.usage(), command.summary());
    if !command.aliases().is_empty() {
        let aliases: Vec<String> = command
            .aliases()
            .iter()
            .map(|alias| format!(":{alias}"))
            .collect();
        text += &format!("  also: {}\n", aliases.join(" "));
    }
    for example in command.examples() {
        text += &format!("  e.g. {example}\n");
    }
    text
}

fn text(text: &str) -> Output {
    Output::Document(text.to_owned(), text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Look;
    use crate::output::{Form, Style};

    #[test]
    fn the_overview_names_every_command() {
        let text = overview_with(std::iter::empty())
            .render(Style {
                form: Form::default(),
                look: Look::PLAIN,
            })
            .data;
        for command in COMMANDS {
            assert!(
                text.contains(command.usage()),
                "{}\n{text}",
                command.usage()
            );
        }
    }

    #[test]
    fn a_question_is_a_name_and_a_question_mark() {
        assert_eq!(
            question(" AAPL_position.quantity? "),
            Some("AAPL_position.quantity")
        );
        assert_eq!(question(":objects?"), Some(":objects"));
        assert_eq!(question("a + b?"), None);
        assert_eq!(question("?"), None);
        assert_eq!(question("a"), None);
    }

    #[test]
    fn an_explanation_shows_aliases_and_examples() {
        let text = explain(&crate::commands::session::Quit);
        assert_eq!(
            text,
            ":q\n  leave; the producer does not notice\n  also: :quit :exit\n  e.g. :q\n"
        );
    }
}

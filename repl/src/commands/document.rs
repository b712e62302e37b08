//! `docs/commands.md`, made from the table: a test compares them.

use std::fmt::Write;

use super::{COMMANDS, Command};

const HEAD: &str = "\
# Commands of the prompt

What begins with a colon is for the prompt; everything else is a script. `NAME?` is short for `:help NAME`,
and Tab completes commands and what they take. This page is made from the table of commands; its examples
are run by a test.

| command | what it does |
|---|---|
";

/// The page about all commands.
fn document() -> String {
    let mut text = HEAD.to_owned();
    for command in COMMANDS {
        let usage = command.usage().replace('|', r"\|");
        let _ = writeln!(
            text,
            "| `{usage}` | {} |",
            command.summary().replace('|', r"\|")
        );
    }
    for command in COMMANDS {
        section(&mut text, *command);
    }
    text
}

fn section(text: &mut String, command: &dyn Command) {
    let _ = writeln!(
        text,
        "\n## :{}\n\n`{}`: {}.",
        command.name(),
        command.usage(),
        command.summary()
    );
    if !command.aliases().is_empty() {
        let aliases: Vec<String> = command
            .aliases()
            .iter()
            .map(|alias| format!("`:{alias}`"))
            .collect();
        let _ = writeln!(text, "Also {}.", aliases.join(", "));
    }
    if !command.details().is_empty() {
        let _ = writeln!(text, "\n{}", command.details());
    }
    let examples: String = command
        .examples()
        .iter()
        .map(|line| format!("    {line}\n"))
        .collect();
    let _ = write!(text, "\n{examples}");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_page_about_commands_is_what_the_table_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/commands.md");
        let page = super::document();
        if std::env::var_os("MEMGLASS_UPDATE_DOCS").is_some() {
            std::fs::write(&path, &page).expect("docs/ can be written");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == page,
            "docs/commands.md is not what the table says; MEMGLASS_UPDATE_DOCS=1 writes it anew"
        );
    }
}

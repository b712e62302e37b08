//! docs/commands.md, which a test of the library compares with the table of commands.

/// A command as the page has it.
pub(crate) struct Command {
    pub(crate) name: String,
    /// The whole line: `:objects [GLOB] [--type TYPE]`.
    pub(crate) usage: String,
    pub(crate) examples: Vec<String>,
}

/// All commands, of which each has a section.
#[track_caller]
pub(crate) fn read() -> Vec<Command> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/commands.md");
    let page = std::fs::read_to_string(path).unwrap();
    let commands: Vec<Command> = page.split("\n## :").skip(1).map(command).collect();
    let rows = page.lines().filter(|line| line.starts_with("| `:"));
    assert_eq!(commands.len(), rows.count());
    commands
}

fn command(section: &str) -> Command {
    let (name, text) = section.split_once("\n\n`").unwrap();
    let (usage, text) = text.split_once("`: ").unwrap();
    let examples = text.lines().filter_map(|line| line.strip_prefix("    "));
    let examples: Vec<String> = examples.map(str::to_owned).collect();
    assert!(!examples.is_empty(), "{name} has no example");
    Command {
        name: name.to_owned(),
        usage: usage.to_owned(),
        examples,
    }
}

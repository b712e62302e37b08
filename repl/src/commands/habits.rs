//! Commands that people look for, and how what they do is done here.

/// Words, and what is written instead of them.
const HABITS: &[(&[&str], &str)] = &[
    (
        &["cancel", "delete", "del", "kill", "remove", "rm"],
        "`trigger(2).cancel()` ends a trigger, and `:unwatch 1` a watch",
    ),
    (
        &["resume", "continue", "enable", "disable", "stop"],
        "`trigger(2).pause()` lets a trigger rest, and `trigger(2).resume()` go on",
    ),
    (
        &["list", "find", "search", "grep"],
        "`:objects *_position` lists those that match",
    ),
    (
        &["print", "p", "show", "echo", "display"],
        "a value is printed by its path alone: `object.field`",
    ),
    (
        &["attach", "open", "connect", "use", "target"],
        "another session is opened by the shell: `memglass NAME`",
    ),
    (
        &["stats", "info", "status"],
        "`:session` is about the session, and `:top` about what changes",
    ),
    (
        &["export", "test", "emit", "clean", "diff", "wait"],
        "it is a subcommand of the shell: `memglass --help` lists them",
    ),
];

/// What to do instead of a command that there is not.
pub(super) fn instead_of(word: &str) -> Option<&'static str> {
    let known = HABITS.iter().find(|(words, _)| words.contains(&word));
    known.map(|(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_command_is_said_not_to_exist() {
        let words = HABITS.iter().flat_map(|(words, _)| *words);
        for word in words {
            assert!(super::super::find(word).is_none(), "{word}");
        }
    }
}

//! The keys of a settings file.

use memglass_value::names::nearest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::read::{Wrong, unknown};
use crate::keymap::{Keymap, Taken};
use crate::keys::{BINDINGS, Command, NAMES, named};
use crate::text::clean;

/// Gives actions the keys that a section says.
pub(super) fn bind(keymap: &mut Keymap, entries: &DeTable<'_>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut chosen = Vec::new();
    for (name, value) in entries {
        let name_text: &str = name.get_ref();
        let command = actions().find(|command| command.name() == name_text);
        match command {
            Some(command) => {
                keymap.clear(command);
                chosen.push((command, value));
            }
            None => {
                let names = actions().map(Command::name);
                wrong.push((name.span(), unknown("action", name_text, names)));
            }
        }
    }
    // In the order of the file: what comes second is what is told.
    chosen.sort_by_key(|(_, value)| value.span().start);
    for (command, value) in chosen {
        wrong.extend(keys(keymap, command, value));
    }
    wrong
}

/// What keys can be chosen for.
fn actions() -> impl Iterator<Item = Command> + Clone {
    let all = BINDINGS.iter().map(|binding| binding.command);
    all.filter(|command| command.is_free())
}

fn keys(keymap: &mut Keymap, command: Command, value: &Spanned<DeValue<'_>>) -> Vec<Wrong> {
    let listed: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::Array(keys) => keys.iter().collect(),
        _ => vec![value],
    };
    let mut wrong = Vec::new();
    for key in listed {
        if let Err(what) = add(keymap, command, key.get_ref()) {
            wrong.push((key.span(), what));
        }
    }
    wrong
}

fn add(keymap: &mut Keymap, command: Command, key: &DeValue<'_>) -> Result<(), String> {
    let DeValue::String(key) = key else {
        return Err("a key in quotes is expected, or a list of them, as in [\"e\", \"F2\"]".into());
    };
    if named(key).is_none() {
        return Err(no_key(key));
    }
    if matches!(key.as_ref(), "Esc" | "^C") {
        return Err(format!("{key} is always the way out; choose another key"));
    }
    keymap.add(command, key).map_err(|Taken { by }| {
        format!(
            "{key} is the key of {} already; choose another for one of them",
            by.name()
        )
    })
}

fn no_key(key: &str) -> String {
    let shown = clean(key);
    let letter = ["Ctrl-", "ctrl-", "Ctrl+", "ctrl+", "C-", "^"]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))
        .filter(|letter| letter.len() == 1);
    let meant = match letter {
        Some(letter) => Some(format!("^{}", letter.to_uppercase())),
        None => nearest(key, NAMES.into_iter()).map(str::to_owned),
    };
    match meant {
        Some(meant) => format!("there is no key {shown:?}; did you mean {meant:?}?"),
        None => format!(
            "there is no key {shown:?}; a key is a character, F1 to F12, ^A to ^Z, or {}",
            NAMES.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mistake, Settings};
    use super::*;
    use crate::keys::Place;

    #[track_caller]
    fn check(keys: &str, mistakes: &[&str]) -> Keymap {
        let settings = Settings::parse(&format!("[keys]\n{keys}"));
        let found: Vec<_> = settings.mistakes.iter().map(Mistake::to_string).collect();
        assert_eq!(found, mistakes, "{keys}");
        settings.keymap
    }

    fn command(keymap: &Keymap, key: &str) -> Option<Command> {
        keymap.command(named(key).expect("a key"), Place::Fields)
    }

    #[test]
    fn an_action_has_the_keys_that_are_chosen_and_no_others() {
        let keymap = check("quit = [\"Q\", \"F10\"]\npause = \"Space\"\nundo = []", &[]);
        assert_eq!(command(&keymap, "F10"), Some(Command::Quit));
        assert_eq!(command(&keymap, "Space"), Some(Command::Pause));
        assert_eq!(command(&keymap, "q"), None);
        assert_eq!(command(&keymap, "u"), None);
        assert_eq!(
            command(&keymap, "e"),
            Some(Command::Edit),
            "the others stay"
        );
    }

    #[test]
    fn keys_can_be_exchanged() {
        let keymap = check("edit = \"w\"\nwatch = \"e\"", &[]);
        assert_eq!(command(&keymap, "w"), Some(Command::Edit));
        assert_eq!(command(&keymap, "e"), Some(Command::Watch));
    }

    #[test]
    fn wrong_names_are_told_with_what_is_meant() {
        check(
            "edti = \"e\"\nedit = \"ctrl-e\"\nundo = \"Pgup\"\nzoom = 3\nquit = \"Esc\"",
            &[
                "2:1: there is no action \"edti\"; did you mean \"edit\"?",
                "3:8: there is no key \"ctrl-e\"; did you mean \"^E\"?",
                "4:8: there is no key \"Pgup\"; did you mean \"PgUp\"?",
                "5:8: a key in quotes is expected, or a list of them, as in [\"e\", \"F2\"]",
                "6:8: Esc is always the way out; choose another key",
            ],
        );
    }

    #[test]
    fn one_key_is_not_for_two_actions() {
        check(
            "zoom = \"F2\"\nhex = [\"x\", \"F2\"]",
            &["3:13: F2 is the key of zoom already; choose another for one of them"],
        );
    }

    #[test]
    fn every_action_has_a_name_of_its_own() {
        for command in actions() {
            let mut others = actions().filter(|other| *other != command);
            assert!(
                others.all(|other| other.name() != command.name()),
                "{command:?}"
            );
        }
    }
}

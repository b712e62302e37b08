//! Which key asks for what: the keys of the table, or those that the user has chosen instead.

use std::borrow::Cow;

use ratatui::crossterm::event::KeyEvent;

use crate::key_bar::Key;
use crate::keys::{self, BINDINGS, Binding, Command, Place};

/// Which key asks for what.
#[derive(Clone, Debug)]
pub struct Keymap {
    bound: Vec<Bound>,
}

/// A row of the table, with its keys.
#[derive(Clone, Debug)]
struct Bound {
    binding: &'static Binding,
    keys: Vec<Cow<'static, str>>,
    is_chosen: bool,
}

/// A key that is to mean two things in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// What it means already.
    pub(crate) by: Command,
}

impl Default for Keymap {
    fn default() -> Self {
        let bound = BINDINGS.iter().map(|binding| Bound {
            binding,
            keys: binding.keys.iter().map(|key| Cow::Borrowed(*key)).collect(),
            is_chosen: false,
        });
        Keymap {
            bound: bound.collect(),
        }
    }
}

impl Bound {
    /// Whether its keys are those that are chosen for a command: of a command that has other keys as well in some
    /// places, those stay.
    fn is_of(&self, command: Command) -> bool {
        let mut rows = BINDINGS.iter().filter(|binding| binding.command == command);
        let first = rows
            .clone()
            .find(|binding| binding.places.is_empty())
            .or(rows.next());
        let has_keys_of = |first: &Binding| self.binding.keys == first.keys;
        self.binding.command == command && first.is_some_and(has_keys_of)
    }

    fn is_in(&self, place: Place) -> bool {
        self.binding.places.is_empty() || self.binding.places.contains(&place)
    }

    fn meets(&self, other: &Bound) -> bool {
        Place::ALL
            .into_iter()
            .any(|place| self.is_in(place) && other.is_in(place))
    }

    fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own == key)
    }
}

impl Keymap {
    /// What a key asks for in a place, if anything.
    pub(crate) fn command(&self, key: KeyEvent, place: Place) -> Option<Command> {
        let name = keys::name(key)?;
        let mut here = self.bound.iter().filter(|bound| bound.is_in(place));
        here.find(|bound| bound.has(&name))
            .map(|bound| bound.binding.command)
    }

    /// Gives a command another key beside those that it got in this way; its usual ones are no longer its own. What
    /// had the key before loses it.
    ///
    /// # Errors
    ///
    /// If something else was given that key in the same place.
    pub(crate) fn add(&mut self, command: Command, key: &str) -> Result<(), Taken> {
        let is_own = |bound: &&Bound| bound.is_of(command);
        let own: Vec<Bound> = self.bound.iter().filter(is_own).cloned().collect();
        let meets = |bound: &Bound| {
            bound.binding.command != command && own.iter().any(|own| own.meets(bound))
        };
        let mut others = self.bound.iter().filter(|bound| meets(bound));
        if let Some(other) = others.find(|bound| bound.is_chosen && bound.has(key)) {
            let by = other.binding.command;
            return Err(Taken { by });
        }
        for bound in &mut self.bound {
            if meets(bound) {
                bound.keys.retain(|own| own != key);
            } else if bound.is_of(command) {
                bound.keys.push(Cow::Owned(key.to_owned()));
            }
        }
        Ok(())
    }

    /// Takes its keys from a command.
    pub(crate) fn clear(&mut self, command: Command) {
        for bound in &mut self.bound {
            if bound.is_of(command) {
                bound.keys.clear();
                bound.is_chosen = true;
            }
        }
    }

    /// The first key of a command, as it is shown.
    pub(crate) fn shown(&self, command: Command) -> Option<&str> {
        let own = self
            .bound
            .iter()
            .filter(|bound| bound.binding.command == command);
        // One that works everywhere, before one that works in some panels.
        own.clone()
            .filter(|bound| bound.binding.places.is_empty())
            .chain(own)
            .find_map(|bound| bound.keys.first())
            .map(|key| keys::shown_name(key))
    }

    /// The key bar of a place: keys and words, the most important first but for the way out, which is last. Only of
    /// commands for which there is a word now.
    pub(crate) fn bar(
        &self,
        place: Place,
        word: impl Fn(&Binding) -> Option<&'static str>,
    ) -> Vec<Key> {
        let rows = self.bound.iter().filter(|bound| {
            let is_offered = bound.binding.command.is_offered_in(place);
            is_offered && bound.is_in(place) && !bound.binding.bar[0].is_empty()
        });
        rows.filter_map(|bound| self.bar_key(bound, word(bound.binding)?))
            .collect()
    }

    /// A step down stands beside the step up.
    fn bar_key(&self, bound: &Bound, word: &'static str) -> Option<Key> {
        let first = bound.keys.first()?;
        let first = keys::shown_name(first);
        let both = match bound.binding.command {
            Command::More => self.shown(Command::Less),
            _ => None,
        };
        let keys = match both {
            Some(other) => format!("{first} {other}"),
            None => first.to_owned(),
        };
        Some(Key {
            keys: keys.into(),
            word,
        })
    }

    /// For the help, a row of the table at a time: keys, what they do, and where.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (String, &'static Binding)> {
        self.bound
            .iter()
            .filter(|bound| !bound.keys.is_empty())
            .map(|bound| {
                let keys: Vec<_> = bound.keys.iter().map(|key| keys::shown_name(key)).collect();
                (keys.join(" "), bound.binding)
            })
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn command(keymap: &Keymap, name: &str, place: Place) -> Option<Command> {
        keymap.command(keys::named(name).expect("a key"), place)
    }

    #[test]
    fn a_control_key_is_told_from_its_letter() {
        let keymap = Keymap::default();
        let key = |c, modifiers| {
            let key = KeyEvent::new(KeyCode::Char(c), modifiers);
            keymap.command(key, Place::Objects)
        };
        assert_eq!(key('d', KeyModifiers::CONTROL), Some(Command::HalfDown));
        assert_eq!(key('j', KeyModifiers::NONE), Some(Command::Down));
        assert_eq!(key('G', KeyModifiers::SHIFT), Some(Command::Last));
        assert_eq!(key('j', KeyModifiers::ALT), None);
    }

    #[test]
    fn a_chosen_key_is_taken_from_what_had_it() {
        let mut keymap = Keymap::default();
        keymap.clear(Command::Quit);
        keymap.add(Command::Quit, "w").expect("free");
        for place in Place::ALL {
            assert_eq!(command(&keymap, "w", place), Some(Command::Quit));
        }
        assert_eq!(command(&keymap, "q", Place::Objects), None);
        assert_eq!(keymap.shown(Command::Watch), None);
        let taken = keymap.add(Command::Edit, "w");
        assert_eq!(taken, Err(Taken { by: Command::Quit }));
    }

    #[test]
    fn one_key_may_mean_two_things_in_two_places() {
        let mut keymap = Keymap::default();
        for step in [Command::More, Command::Faster] {
            keymap.clear(step);
        }
        keymap.add(Command::More, "F5").expect("free");
        assert!(
            keymap.add(Command::Faster, "F5").is_err(),
            "it is faster everywhere"
        );
        keymap.clear(Command::CopyPath);
        keymap.add(Command::CopyPath, "d").expect("in the fields");
        assert_eq!(
            command(&keymap, "d", Place::Fields),
            Some(Command::CopyPath)
        );
        assert_eq!(command(&keymap, "d", Place::Log), None);
    }
}

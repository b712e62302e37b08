//! The labels of a session in their order, as plain data that another thread keeps up to date.
//!
//! A session may have a million objects, and each key press looks some up: what a prompt completes is
//! neither gathered nor copied for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use memglass_value::Pattern;

/// Labels that are compared with a pattern at one key press.
const MOST_MATCHED: usize = 20_000;

/// More types than anybody's pattern takes in.
const MOST_TYPES: usize = 100;

/// Characters with a meaning in patterns; up to the first of them a pattern says how labels begin.
const SPECIAL: [char; 5] = ['*', '?', '[', '{', '\\'];

/// The labels of the live objects and the types of these; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Labels(Arc<RwLock<Index>>);

#[derive(Debug, Default)]
struct Index {
    by_label: BTreeMap<Arc<str>, Entry>,
    by_slot: HashMap<u32, Arc<str>>,
    /// How many objects there are of each type.
    types: BTreeMap<Arc<str>, usize>,
    /// How often anything of this was changed, from the first session on.
    changes: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    slot: u32,
    type_name: Arc<str>,
}

/// What a slot holds now.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The object's label.
    pub label: Arc<str>,
    /// The name of its type; of an array of objects, `Book[5]`. Objects of one type share it.
    pub type_name: Arc<str>,
}

impl Labels {
    /// At most `most` labels that begin with `prefix`, in order.
    pub fn starting(&self, prefix: &str, most: usize) -> Vec<Arc<str>> {
        self.read(|index| {
            let labels = index.starting(prefix).map(|(label, _)| label);
            labels.take(most).cloned().collect()
        })
    }

    /// As [`Labels::starting`], but the last one is the last of all that begin with `prefix`.
    pub(crate) fn ends(&self, prefix: &str, most: usize) -> Vec<Arc<str>> {
        let mut first = self.starting(prefix, most);
        if first.len() == most {
            let last = self.read(|index| index.last(prefix).cloned());
            first.splice(most - 1.., last);
        }
        first
    }

    /// At most `most` labels that `is_wanted`, in order; all are looked at.
    pub(crate) fn matching(&self, most: usize, is_wanted: impl Fn(&str) -> bool) -> Vec<Arc<str>> {
        self.read(|index| {
            let labels = index.by_label.keys().filter(|label| is_wanted(label));
            labels.take(most).cloned().collect()
        })
    }

    /// The name of the type of the object with this label; of an array of objects, `Book[5]`.
    pub fn type_of(&self, label: &str) -> Option<String> {
        self.read(|index| {
            let entry = index.by_label.get(label)?;
            Some(entry.type_name.to_string())
        })
    }

    /// The types of all objects, as [`Labels::type_of`] names them.
    pub fn types(&self) -> Vec<String> {
        self.read(|index| {
            let types = index.types.keys().take(MOST_TYPES);
            types.map(|name| name.to_string()).collect()
        })
    }

    /// The types of the objects whose labels match a pattern such as `*_position`. Of very many labels
    /// only the first ones are looked at, from those on that begin like the pattern.
    pub(crate) fn types_like(&self, pattern: &str) -> Vec<String> {
        let Ok(matcher) = Pattern::new(pattern) else {
            return Vec::new();
        };
        let begin = &pattern[..pattern.find(SPECIAL).unwrap_or(pattern.len())];
        self.read(|index| {
            let mut types = BTreeSet::new();
            for (label, entry) in index.starting(begin).take(MOST_MATCHED) {
                if types.len() == index.types.len().min(MOST_TYPES) {
                    break;
                }
                if !types.contains(&*entry.type_name) && matcher.is_match(&**label) {
                    types.insert(&*entry.type_name);
                }
            }
            types.into_iter().map(str::to_owned).collect()
        })
    }

    fn read<T>(&self, look: impl FnOnce(&Index) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number that is another one after each change.
    pub(crate) fn changes(&self) -> u64 {
        self.read(|index| index.changes)
    }

    fn change(&self, change: impl FnOnce(&mut Index)) {
        let mut index = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changes = index.changes + 1;
        change(&mut index);
        // Last, because a change may begin with nothing.
        index.changes = changes;
    }

    /// Takes in what these slots hold now. Readers wait meanwhile: a thousand at once is few enough that no
    /// key press notices.
    pub fn take_in(&self, slots: impl IntoIterator<Item = (u32, Option<Labelled>)>) {
        self.change(|index| {
            for (slot, object) in slots {
                index.apply(slot, object);
            }
        });
    }

    /// Forgets all of them: they are of a session that is over.
    pub fn clear(&self) {
        self.change(|index| *index = Index::default());
    }
}

impl Index {
    fn starting(&self, prefix: &str) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let entries = self.by_label.range::<str, _>(from);
        entries.take_while(move |(label, _)| label.starts_with(prefix))
    }

    fn last(&self, prefix: &str) -> Option<&Arc<str>> {
        // No character is greater, and no label has so many of these.
        let above = format!("{prefix}{}", char::MAX.to_string().repeat(8));
        let bounds = (Bound::Included(prefix), Bound::Excluded(above.as_str()));
        let last = self.by_label.range::<str, _>(bounds).next_back();
        last.map(|(label, _)| label)
    }

    fn apply(&mut self, slot: u32, object: Option<Labelled>) {
        if let Some(label) = self.by_slot.remove(&slot)
            // Another slot's object may have taken the label since.
            && self.by_label.get(&label).is_some_and(|entry| entry.slot == slot)
        {
            let gone = self.by_label.remove(&label);
            self.forget(gone);
        }
        let Some(Labelled { label, type_name }) = object else {
            return;
        };
        self.by_slot.insert(slot, Arc::clone(&label));
        *self.types.entry(Arc::clone(&type_name)).or_default() += 1;
        let before = self.by_label.insert(label, Entry { slot, type_name });
        self.forget(before);
    }

    /// One object less of its type.
    fn forget(&mut self, gone: Option<Entry>) {
        let Some(Entry { type_name, .. }) = gone else {
            return;
        };
        if let Some(left) = self.types.get_mut(&type_name) {
            *left -= 1;
            if *left == 0 {
                self.types.remove(&type_name);
            }
        }
    }
}

/// Labels with the names of their types, of a session that there is not.
#[cfg(test)]
pub(crate) fn sample(objects: &[(&str, &str)]) -> Labels {
    let labels = Labels::default();
    let labelled = |(label, type_name): &(&str, &str)| Labelled {
        label: (*label).into(),
        type_name: (*type_name).into(),
    };
    labels.take_in((0..).zip(objects.iter().map(|object| Some(labelled(object)))));
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<String>) -> Vec<String> {
        names.sort();
        names
    }

    #[test]
    fn of_too_many_labels_the_last_is_there() {
        let names: Vec<String> = (0..2_000).map(|n| format!("order_{n:04}")).collect();
        let objects = names.iter().map(|name| (name.as_str(), "Order"));
        let objects: Vec<_> = objects.chain([("zebra", "Order")]).collect();
        let found = sample(&objects).ends("order_", 10);
        assert_eq!(found.len(), 10);
        assert_eq!((&*found[0], &*found[8]), ("order_0000", "order_0008"));
        assert_eq!(&*found[9], "order_1999");
    }

    #[test]
    fn a_pattern_tells_the_types_of_what_it_matches() {
        let labels = sample(&[
            ("AAPL_position", "Position"),
            ("AAPL_quote", "Quote"),
            ("MSFT_position", "Position"),
            ("book", "Quote[4]"),
        ]);
        let like = |pattern: &str| sorted(labels.types_like(pattern));
        assert_eq!(like("*_position"), ["Position"]);
        assert_eq!(like("AAPL_*"), ["Position", "Quote"]);
        assert_eq!(like("{MSFT_*,book}"), ["Position", "Quote[4]"]);
        assert_eq!(like("*"), ["Position", "Quote", "Quote[4]"]);
        assert_eq!(like("MSFT_position"), ["Position"]);
        assert_eq!(like("nothing*"), Vec::<String>::new());
        assert_eq!(like("[no pattern"), Vec::<String>::new());
    }
}

//! The labels of a session in their order, kept up to date by a thread of its own.
//!
//! A session may have a million objects, and each key press looks some up: what a prompt completes is
//! neither gathered nor copied for it. The thread has an observer beside the engine's, is told what
//! came and went, and changes only that.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use globset::Glob;
use memglass::schema::{Schema, TypeId};
use memglass::{ObjectInfo, Observer};

/// How soon after it was created a label can be completed.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Labels that are compared with a pattern at one key press.
const MOST_MATCHED: usize = 20_000;

/// More types than anybody's pattern takes in.
const MOST_TYPES: usize = 100;

/// Characters with a meaning in patterns; up to the first of them a pattern says how labels begin.
const SPECIAL: [char; 5] = ['*', '?', '[', '{', '\\'];

/// Changes made while readers wait: few enough that no key press notices.
const BATCH: usize = 1_000;

/// The labels of the live objects and the types of these; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels(Arc<RwLock<Index>>);

/// Keeps [`Labels`] up to date as long as it lives.
#[derive(Debug)]
pub(crate) struct LabelKeeper {
    sessions: Sender<Observer>,
}

#[derive(Debug, Default)]
struct Index {
    by_label: BTreeMap<Arc<str>, Entry>,
    by_slot: HashMap<u32, Arc<str>>,
    /// How many objects there are of each kind.
    kinds: BTreeMap<Kind, usize>,
    schema: Arc<Schema>,
    /// How often anything of this was changed, from the first session on.
    changes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    slot: u32,
    kind: Kind,
}

/// What an object is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    type_id: TypeId,
    /// Elements of an array of objects.
    count: Option<u64>,
}

impl Labels {
    /// At most `most` labels that begin with `prefix`, in order.
    pub(crate) fn starting(&self, prefix: &str, most: usize) -> Vec<Arc<str>> {
        self.read(|index| {
            let labels = index.starting(prefix).map(|(label, _)| label);
            labels.take(most).cloned().collect()
        })
    }

    /// The name of the type of the object with this label; of an array of objects, `Book[5]`.
    pub(crate) fn type_of(&self, label: &str) -> Option<String> {
        self.read(|index| {
            let entry = index.by_label.get(label)?;
            Some(index.name(entry.kind))
        })
    }

    /// The types of all objects, as [`Labels::type_of`] names them.
    pub(crate) fn types(&self) -> Vec<String> {
        self.read(|index| {
            let kinds = index.kinds.keys().take(MOST_TYPES);
            kinds.map(|kind| index.name(*kind)).collect()
        })
    }

    /// The types of the objects whose labels match a pattern such as `*_position`. Of very many labels
    /// only the first ones are looked at, from those on that begin like the pattern.
    pub(crate) fn types_like(&self, pattern: &str) -> Vec<String> {
        let Ok(glob) = Glob::new(pattern) else {
            return Vec::new();
        };
        let glob = glob.compile_matcher();
        let begin = &pattern[..pattern.find(SPECIAL).unwrap_or(pattern.len())];
        self.read(|index| {
            let mut kinds = BTreeSet::new();
            for (label, entry) in index.starting(begin).take(MOST_MATCHED) {
                if kinds.len() == index.kinds.len().min(MOST_TYPES) {
                    break;
                }
                if !kinds.contains(&entry.kind) && glob.is_match(&**label) {
                    kinds.insert(entry.kind);
                }
            }
            kinds.into_iter().map(|kind| index.name(kind)).collect()
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

    /// Takes in what changed since the last time.
    fn follow(&self, observer: &mut Observer) {
        let mut changed = Vec::new();
        // What is damaged is told when it is read; here it only cannot be completed.
        let _ = observer.refresh_noting(|slot| changed.push(slot));
        for slots in changed.chunks(BATCH) {
            let objects: Vec<_> = slots.iter().map(|slot| observer.object_in(*slot)).collect();
            self.change(|index| {
                index.schema = Arc::clone(observer.schema());
                for (slot, object) in slots.iter().zip(objects) {
                    index.apply(*slot, object);
                }
            });
        }
    }
}

impl Index {
    fn starting(&self, prefix: &str) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let entries = self.by_label.range::<str, _>(from);
        entries.take_while(move |(label, _)| label.starts_with(prefix))
    }

    fn name(&self, kind: Kind) -> String {
        let name = self.schema.type_name(kind.type_id);
        match kind.count {
            Some(count) => format!("{name}[{count}]"),
            None => name,
        }
    }

    /// `object` is what the slot holds now.
    fn apply(&mut self, slot: u32, object: Option<ObjectInfo>) {
        if let Some(label) = self.by_slot.remove(&slot)
            // Another slot's object may have taken the label since.
            && self.by_label.get(&label).is_some_and(|entry| entry.slot == slot)
        {
            let gone = self.by_label.remove(&label);
            self.forget(gone);
        }
        let Some(object) = object else { return };
        self.by_slot.insert(slot, Arc::clone(&object.label));
        let (type_id, count) = (object.type_id, object.count);
        self.add(object.label, slot, Kind { type_id, count });
    }

    fn add(&mut self, label: Arc<str>, slot: u32, kind: Kind) {
        *self.kinds.entry(kind).or_default() += 1;
        let before = self.by_label.insert(label, Entry { slot, kind });
        self.forget(before);
    }

    /// One object less of its kind.
    fn forget(&mut self, gone: Option<Entry>) {
        let Some(Entry { kind, .. }) = gone else {
            return;
        };
        if let Some(left) = self.kinds.get_mut(&kind) {
            *left -= 1;
            if *left == 0 {
                self.kinds.remove(&kind);
            }
        }
    }
}

impl LabelKeeper {
    /// Fills `labels` from what `observer` sees, from now on and on another thread; those of a small
    /// session at once, so that the first key finds them.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub(crate) fn start(labels: Labels, observer: &Observer) -> io::Result<Self> {
        let (sessions, received) = unbounded();
        let keeper = LabelKeeper { sessions };
        let mut beside = observer.beside();
        if observer.object_count() <= BATCH {
            labels.follow(&mut beside);
        }
        thread::Builder::new()
            .name("labels".into())
            .spawn(move || keep(&labels, beside, &received))?;
        Ok(keeper)
    }

    /// From now on the labels are those that `observer` sees: after a restart of the producer.
    pub(crate) fn follow(&self, observer: &Observer) {
        // A thread that has ended has panicked, and said so.
        let _ = self.sessions.send(observer.beside());
    }
}

fn keep(labels: &Labels, mut observer: Observer, sessions: &Receiver<Observer>) {
    loop {
        labels.follow(&mut observer);
        match sessions.recv_timeout(LOOK_AGAIN) {
            Ok(next) => {
                observer = next;
                labels.change(|index| *index = Index::default());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Labels with the names of their types, of a session that there is not.
#[cfg(test)]
pub(crate) fn sample(objects: &[(&str, &str, Option<u64>)]) -> Labels {
    use memglass::schema::{Kind as Shape, Type};
    let mut schema = Schema::new();
    let mut index = Index::default();
    for (slot, (label, type_name, count)) in (0..).zip(objects) {
        let declared = Type {
            name: (*type_name).into(),
            size: 8,
            align: 8,
            kind: Shape::Struct { fields: Vec::new() },
        };
        let known = schema.find(type_name);
        let type_id = known.unwrap_or_else(|| schema.add(declared).expect("a sound type"));
        let count = *count;
        index.add((*label).into(), slot, Kind { type_id, count });
    }
    index.schema = Arc::new(schema);
    Labels(Arc::new(RwLock::new(index)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_what_comes_and_goes() {
        let dir = tempfile::tempdir().expect("a directory");
        let session = memglass::Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        let attach = || memglass::AttachOptions::new().dir(dir.path()).attach("s");
        let mut observer = attach().expect("an observer").beside();
        let labels = Labels::default();
        let shown = |labels: &Labels, prefix: &str| {
            let found = labels.starting(prefix, 10);
            found
                .iter()
                .map(|label| label.to_string())
                .collect::<Vec<_>>()
        };

        let a = session.object("b_1", 1_i64).expect("room");
        let _b = session.object("a_1", 1_u32).expect("room");
        let _c: memglass::Array<u32> = session.array("a_2", 3).expect("room");
        labels.follow(&mut observer);
        assert_eq!(shown(&labels, ""), ["a_1", "a_2", "b_1"]);
        assert_eq!(shown(&labels, "a"), ["a_1", "a_2"]);
        assert_eq!(labels.starting("", 2).len(), 2);
        assert_eq!(labels.type_of("b_1").as_deref(), Some("i64"));
        assert_eq!(labels.type_of("a_2").as_deref(), Some("u32[3]"));
        assert_eq!(labels.type_of("a_"), None);
        assert_eq!(sorted(labels.types()), ["i64", "u32", "u32[3]"]);

        drop(a);
        let _again = session.object("b_1", true).expect("room");
        labels.follow(&mut observer);
        assert_eq!(shown(&labels, ""), ["a_1", "a_2", "b_1"]);
        assert_eq!(labels.type_of("b_1").as_deref(), Some("bool"));
        assert_eq!(sorted(labels.types()), ["bool", "u32", "u32[3]"]);
    }

    fn sorted(mut names: Vec<String>) -> Vec<String> {
        names.sort();
        names
    }

    #[test]
    fn a_pattern_tells_the_types_of_what_it_matches() {
        let labels = sample(&[
            ("AAPL_position", "Position", None),
            ("AAPL_quote", "Quote", None),
            ("MSFT_position", "Position", None),
            ("book", "Quote", Some(4)),
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

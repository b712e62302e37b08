//! The labels of a session in their order, kept up to date by a thread of its own.
//!
//! A session may have a million objects, and each key press looks some up: what a prompt completes is
//! neither gathered nor copied for it. The thread has an observer beside the engine's, is told what
//! came and went, and changes only that.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use memglass::schema::{Schema, TypeId};
use memglass::{ObjectInfo, Observer};

/// How soon after it was created a label can be completed.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

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
    schema: Arc<Schema>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    slot: u32,
    type_id: TypeId,
    /// Elements of an array of objects.
    count: Option<u64>,
}

impl Labels {
    /// At most `most` labels that begin with `prefix`, in order.
    pub(crate) fn starting(&self, prefix: &str, most: usize) -> Vec<Arc<str>> {
        self.read(|index| {
            let from = (Bound::Included(prefix), Bound::Unbounded);
            let labels = index.by_label.range::<str, _>(from).map(|(label, _)| label);
            let matching = labels.take_while(|label| label.starts_with(prefix));
            matching.take(most).cloned().collect()
        })
    }

    /// The name of the type of the object with this label; of an array of objects, `Book[5]`.
    pub(crate) fn type_of(&self, label: &str) -> Option<String> {
        self.read(|index| {
            let entry = index.by_label.get(label)?;
            let name = index.schema.type_name(entry.type_id);
            Some(match entry.count {
                Some(count) => format!("{name}[{count}]"),
                None => name,
            })
        })
    }

    fn read<T>(&self, look: impl FnOnce(&Index) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Index)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
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
    /// `object` is what the slot holds now.
    fn apply(&mut self, slot: u32, object: Option<ObjectInfo>) {
        if let Some(label) = self.by_slot.remove(&slot)
            // Another slot's object may have taken the label since.
            && self.by_label.get(&label).is_some_and(|entry| entry.slot == slot)
        {
            self.by_label.remove(&label);
        }
        let Some(object) = object else { return };
        let entry = Entry {
            slot,
            type_id: object.type_id,
            count: object.count,
        };
        self.by_slot.insert(slot, Arc::clone(&object.label));
        self.by_label.insert(object.label, entry);
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
    use memglass::schema::{Kind, Type};
    let mut schema = Schema::new();
    let mut index = Index::default();
    for (slot, (label, type_name, count)) in (0..).zip(objects) {
        let declared = Type {
            name: (*type_name).into(),
            size: 8,
            align: 8,
            kind: Kind::Struct { fields: Vec::new() },
        };
        let known = schema.find(type_name);
        let type_id = known.unwrap_or_else(|| schema.add(declared).expect("a sound type"));
        let entry = Entry {
            slot,
            type_id,
            count: *count,
        };
        index.by_label.insert((*label).into(), entry);
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

        drop(a);
        let _again = session.object("b_1", true).expect("room");
        labels.follow(&mut observer);
        assert_eq!(shown(&labels, ""), ["a_1", "a_2", "b_1"]);
        assert_eq!(labels.type_of("b_1").as_deref(), Some("bool"));
    }
}

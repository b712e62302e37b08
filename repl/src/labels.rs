//! Keeps the labels that the prompt completes up to date, on a thread of its own.
//!
//! It has an observer beside the engine's, is told what came and went, and changes only that. As it looks at
//! every object anyway, it also says what of a session is damaged.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use memglass::schema::TypeId;
use memglass::{ObjectInfo, Observer};
use memglass_line::{Labelled, Labels};

use crate::damage;

/// How soon after it was created a label can be completed.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Changes made while readers wait: few enough that no key press notices.
const BATCH: usize = 1_000;

/// Keeps [`Labels`] up to date as long as it lives.
#[derive(Debug)]
pub(crate) struct LabelKeeper {
    sessions: Sender<Observer>,
    damage: Receiver<String>,
}

/// One session's labels.
struct Followed {
    observer: Observer,
    /// Whether its damage has been looked for.
    is_judged: bool,
    /// Names of types, each made once: of a type, or of arrays of it with so many elements.
    names: HashMap<(TypeId, Option<u64>), Arc<str>>,
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
        let (told, damage) = unbounded();
        let mut followed = Followed::new(observer.beside());
        if observer.stated_count() <= BATCH as u64 {
            followed.bring(&labels);
            followed.tell_damage(&told);
        }
        thread::Builder::new()
            .name("labels".into())
            .spawn(move || keep(&labels, followed, &received, &told))?;
        Ok(LabelKeeper { sessions, damage })
    }

    /// Sentences about what is damaged of the session, one for each session at most. That of a small session is
    /// there at once.
    pub(crate) fn damage(&self) -> &Receiver<String> {
        &self.damage
    }

    /// From now on the labels are those that `observer` sees: after a restart of the producer.
    pub(crate) fn follow(&self, observer: &Observer) {
        // A thread that has ended has panicked, and said so.
        let _ = self.sessions.send(observer.beside());
    }
}

impl Followed {
    fn new(observer: Observer) -> Self {
        Followed {
            observer,
            is_judged: false,
            names: HashMap::new(),
        }
    }

    /// Brings what changed since the last time.
    fn bring(&mut self, labels: &Labels) {
        let mut changed = Vec::new();
        // What is damaged is told when it is read; here it only cannot be completed.
        let _ = self.observer.refresh_noting(|slot| changed.push(slot));
        for slots in changed.chunks(BATCH) {
            let objects: Vec<_> = slots
                .iter()
                .map(|slot| (*slot, self.labelled(*slot)))
                .collect();
            labels.take_in(objects);
        }
    }

    /// Says once what is damaged.
    fn tell_damage(&mut self, told: &Sender<String>) {
        if std::mem::replace(&mut self.is_judged, true) {
            return;
        }
        // Judging makes an index of all labels, which is not needed afterwards.
        let mut judge = self.observer.beside();
        if judge.refresh().is_ok()
            && let Some(news) = damage::news(&judge)
        {
            // A prompt that has been left needs no news.
            let _ = told.send(news);
        }
    }

    fn labelled(&mut self, slot: u32) -> Option<Labelled> {
        let ObjectInfo {
            label,
            type_id,
            count,
            ..
        } = self.observer.object_in(slot)?;
        let schema = self.observer.schema();
        let name = self.names.entry((type_id, count)).or_insert_with(|| {
            let name = schema.type_name(type_id);
            match count {
                Some(count) => format!("{name}[{count}]").into(),
                None => name.into(),
            }
        });
        Some(Labelled {
            label,
            type_name: Arc::clone(name),
        })
    }
}

/// Waits before it looks: the first prompt of a large session has the processor for itself.
fn keep(
    labels: &Labels,
    mut followed: Followed,
    sessions: &Receiver<Observer>,
    damage: &Sender<String>,
) {
    loop {
        match sessions.recv_timeout(LOOK_AGAIN) {
            Ok(next) => {
                followed = Followed::new(next);
                labels.clear();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        followed.bring(labels);
        followed.tell_damage(damage);
    }
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
        let attach = || Observer::builder().dir(dir.path()).attach("s");
        let observer = attach().expect("an observer").beside();
        let mut followed = Followed::new(observer);
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
        followed.bring(&labels);
        assert_eq!(shown(&labels, ""), ["a_1", "a_2", "b_1"]);
        assert_eq!(shown(&labels, "a"), ["a_1", "a_2"]);
        assert_eq!(labels.starting("", 2).len(), 2);
        assert_eq!(labels.type_of("b_1").as_deref(), Some("i64"));
        assert_eq!(labels.type_of("a_2").as_deref(), Some("u32[3]"));
        assert_eq!(labels.type_of("a_"), None);
        assert_eq!(sorted(labels.types()), ["i64", "u32", "u32[3]"]);

        drop(a);
        let _again = session.object("b_1", true).expect("room");
        followed.bring(&labels);
        assert_eq!(shown(&labels, ""), ["a_1", "a_2", "b_1"]);
        assert_eq!(labels.type_of("b_1").as_deref(), Some("bool"));
        assert_eq!(sorted(labels.types()), ["bool", "u32", "u32[3]"]);
    }

    fn sorted(mut names: Vec<String>) -> Vec<String> {
        names.sort();
        names
    }
}

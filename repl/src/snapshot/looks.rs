//! The objects on the screen: their roots, resolved once, and how often each changes.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use memglass::{Field, Observer};
use memglass_view::snapshot::{Key, ObjectRow};
use memglass_view::text;

use super::order::Entry;

/// Objects of more bytes are not read for their changes alone.
const MOST_BYTES: u64 = 64 << 10;

/// A rate is that of the last seconds.
const RATE_OVER: Duration = Duration::from_secs(2);

/// A rate is not told before so much time has been counted.
const RATE_AFTER: Duration = Duration::from_millis(500);

/// Counts are kept so far apart.
const APART: Duration = Duration::from_millis(100);

/// The objects that are on the screen, and some that were.
#[derive(Default)]
pub(super) struct Looks {
    looks: HashMap<Key, Look>,
    on_screen: HashSet<Key>,
    /// The one whose fields are shown.
    current: Option<Key>,
}

/// One object that is looked at.
struct Look {
    /// Nothing if it is damaged, or was gone before it was looked at.
    root: Option<Field>,
    label: Arc<str>,
    created: SystemTime,
    bytes: Vec<u8>,
    sequence: Option<u64>,
    changes: u64,
    /// Whether that is all: large objects are not read for it, and a read may fail.
    is_known: bool,
    /// Whether it was looked at for the last snapshot: what happened in between would be no rate.
    is_followed: bool,
    looks: u64,
    /// Counts of changes and looks, the oldest first.
    counts: VecDeque<(Instant, u64, u64)>,
}

impl Looks {
    /// The row of an object.
    pub(super) fn row(
        &mut self,
        observer: &Observer,
        entry: &Entry,
        (now, wall): (Instant, SystemTime),
        is_frozen: bool,
    ) -> ObjectRow {
        let look = self.look(observer, entry.key, &entry.label);
        if !is_frozen {
            look.count(now);
        }
        ObjectRow {
            key: entry.key,
            label: Arc::clone(&look.label),
            type_name: Arc::clone(&*entry.type_name),
            age: wall.duration_since(look.created).unwrap_or_default(),
            is_gone: entry.is_gone,
            changes: look.changes,
            rate: look.rate(now),
            is_least: look.changes_each_time(),
            cells: Vec::new(),
            is_over: entry.verdict.is_over(),
        }
    }

    /// The whole object as a field.
    pub(super) fn root(&mut self, observer: &Observer, key: Key, label: &str) -> Option<&Field> {
        self.look(observer, key, label).root.as_ref()
    }

    /// The same of an object that was looked at before.
    pub(super) fn known_root(&self, key: Key) -> Option<&Field> {
        self.looks.get(&key)?.root.as_ref()
    }

    /// The rate that an object showed last, while it is on the screen.
    pub(super) fn rate_of(&self, key: Key, now: Instant) -> Option<f64> {
        let look = self.looks.get(&key).filter(|look| look.is_followed);
        look.and_then(|look| look.rate(now))
    }

    /// Remembers which objects are on the screen, and forgets others once they are many.
    pub(super) fn settle(
        &mut self,
        rows: &[ObjectRow],
        current: Option<&ObjectRow>,
        is_frozen: bool,
    ) {
        self.current = current.map(|row| row.key);
        let shown = rows.iter().map(|row| row.key).chain(self.current);
        self.on_screen.clear();
        self.on_screen.extend(shown);
        if self.looks.len() > 4 * rows.len() + 64 {
            let on_screen = &self.on_screen;
            self.looks.retain(|key, _| on_screen.contains(key));
        }
        for (key, look) in &mut self.looks {
            look.is_followed = !is_frozen && self.on_screen.contains(key);
        }
    }

    /// Whether no object on the screen has changed since it was looked at. Of the one whose fields are shown this has to
    /// be known; of the others only counted changes are shown.
    pub(super) fn are_still(&mut self, now: Instant) -> bool {
        let (looks, current) = (&mut self.looks, self.current);
        self.on_screen.iter().all(|key| {
            let Some(look) = looks.get_mut(key) else {
                return false;
            };
            let (changes, was_known) = (look.changes, look.is_known);
            look.count(now);
            let is_known = was_known && look.is_known;
            look.changes == changes && (is_known || current != Some(*key))
        })
    }

    fn look(&mut self, observer: &Observer, key: Key, label: &str) -> &mut Look {
        let new = || Look::new(observer, key, label);
        self.looks.entry(key).or_insert_with(new)
    }
}

impl Look {
    fn new(observer: &Observer, key: Key, label: &str) -> Look {
        let object = observer.object_in(key.slot);
        let object = object.filter(|object| object.generation == key.generation);
        let created = object.as_ref().map(|object| object.created);
        Look {
            root: object.and_then(|object| observer.root(&object).ok()),
            label: text::clean(label).into(),
            created: created.unwrap_or_else(SystemTime::now),
            bytes: Vec::new(),
            sequence: None,
            changes: 0,
            is_known: true,
            is_followed: false,
            looks: 0,
            counts: VecDeque::new(),
        }
    }

    /// Looks whether it has changed: a guarded object tells how often, of others the bytes are compared.
    fn count(&mut self, now: Instant) {
        let Some(root) = &self.root else { return };
        if !self.is_followed {
            self.counts.clear();
        }
        self.looks += 1;
        if let Some(sequence) = root.sequence() {
            let before = self.sequence.replace(sequence).unwrap_or(sequence);
            self.changes += Field::published_between(before, sequence);
            self.is_known = true;
        } else if root.info().size <= MOST_BYTES {
            let mut bytes = Vec::with_capacity(self.bytes.len());
            // One that is gone or damaged has not changed.
            let is_read = root.read_into(&mut bytes).is_ok();
            if is_read && bytes != self.bytes {
                self.changes += u64::from(!self.bytes.is_empty());
                self.bytes = bytes;
            }
            self.is_known = is_read || !root.is_alive();
        } else {
            self.is_known = false;
            return;
        }
        self.note(now);
    }

    fn note(&mut self, now: Instant) {
        let is_due = self.counts.back().is_none_or(|(at, ..)| now - *at >= APART);
        if is_due {
            self.counts.push_back((now, self.changes, self.looks));
        }
        while self.counts.len() > 2 && now - self.counts[1].0 >= RATE_OVER {
            self.counts.pop_front();
        }
    }

    /// Whether it had changed at nearly each look, where a look tells no more than that.
    fn changes_each_time(&self) -> bool {
        let (None, Some((_, changes, looks))) = (self.sequence, self.counts.front()) else {
            return false;
        };
        let [changes, looks] = [self.changes - changes, self.looks - looks];
        looks > 1 && changes * 10 >= looks * 9
    }

    fn rate(&self, now: Instant) -> Option<f64> {
        let (since, before, _) = self.counts.front()?;
        let time = now - *since;
        let changes = self.changes.saturating_sub(*before);
        (time >= RATE_AFTER).then(|| changes as f64 / time.as_secs_f64())
    }
}

//! Firings that wait for the one thread on which actions run.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::{Duration, SystemTime};

use crate::change::Report;
use crate::condition::Rise;
use crate::counters::Counters;

/// When a firing is due, and what comes first at one instant: the trigger defined first, then what ranks first in it, then what
/// arrived first. A recording of the session gives the same order, whatever else was in its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Due {
    /// The sample or the point that made it.
    pub time: Duration,
    /// The number of the trigger.
    pub definition: u64,
    /// What in it.
    pub rank: Rank,
}

/// What of a trigger comes first at one instant: the object whose recorded time of creation is the earliest, and in it the path that is written first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    /// When the object was created, if the trigger follows several.
    pub created: Option<SystemTime>,
    /// Its number, or that of the element of an array: many objects are created at one time.
    pub creation: u64,
    /// Which of the paths that it follows.
    pub path: usize,
}

impl Rank {
    /// That of the path written as the `nth`, which leads to one field.
    pub fn of_path(nth: usize) -> Rank {
        Rank {
            path: nth,
            ..Rank::default()
        }
    }
}

/// What a trigger follows: a field of one object's life, or an object.
pub trait Subject: Clone + Eq + Hash {}

impl<S: Clone + Eq + Hash> Subject for S {}

/// What waits for its action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fold<V> {
    /// A report of a `watch`. A later change of the same field becomes part of the newest that waits.
    Change(Report<V>),
    /// A firing of a condition. A later rise of the same object is counted with the one that waits.
    Rise {
        /// What fires.
        rise: Rise,
        /// Further rises that are part of it.
        merged: u64,
    },
    /// A point of a timer, or an object that came or went: these are never folded, and beyond the limit
    /// they are dropped.
    Alone,
}

/// A firing whose action is to run now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing<S, V, E = ()> {
    /// When it was due, and of which trigger.
    pub due: Due,
    /// What it is about.
    pub subject: S,
    /// What happened.
    pub what: Fold<V>,
    /// What came with it; of folded firings, with the first.
    pub evidence: E,
    /// How long it waited.
    pub late: Duration,
}

/// All firings that wait, in the order in which their actions run.
///
/// Each trigger has its own limit. Beyond that what comes is folded into what waits, so that the order is kept
/// and the last value of each subject is never lost. Subjects may come and go without end: beyond [`Room::most`]
/// even what is about a new one is dropped and counted.
#[derive(Clone, Debug)]
pub struct Queue<S, V, E = ()> {
    waiting: BTreeMap<(Due, u64), Waiting<S, V, E>>,
    /// The newest that waits, by trigger and subject.
    newest: HashMap<(u64, S), (Due, u64)>,
    /// How many wait, by trigger.
    lengths: HashMap<u64, usize>,
    arrivals: u64,
}

/// How many firings of one trigger may wait.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Beyond this, those of one subject are folded.
    pub limit: usize,
    /// Beyond this, nothing more waits.
    pub most: usize,
}

impl Room {
    /// Room for one firing of each of so many subjects beyond the limit, and of as many that are gone already.
    pub fn of(limit: usize, subjects: usize) -> Self {
        Room {
            limit,
            most: limit + subjects.saturating_mul(2).max(MOST_SUBJECTS),
        }
    }
}

/// Subjects that have room in any case.
const MOST_SUBJECTS: usize = 10_000;

#[derive(Clone, Debug)]
struct Waiting<S, V, E> {
    subject: S,
    what: Fold<V>,
    evidence: E,
}

impl<S: Subject, V: PartialEq, E> Queue<S, V, E> {
    /// Firings of one trigger that may wait, unless it was defined with another number.
    pub const LIMIT: usize = 1_024;

    /// Nothing waits.
    pub fn new() -> Self {
        Queue {
            waiting: BTreeMap::new(),
            newest: HashMap::new(),
            lengths: HashMap::new(),
            arrivals: 0,
        }
    }

    /// Lets a firing wait; beyond the limit it is folded into the newest of the same subject, if one waits.
    /// What is never folded is dropped and counted then, as is all else when nothing more may wait.
    pub fn push(
        &mut self,
        due: Due,
        subject: S,
        (what, evidence): (Fold<V>, E),
        room: Room,
        counters: &mut Counters,
    ) {
        let name = (due.definition, subject);
        let length = self.len_of(due.definition);
        let is_full = length >= room.limit;
        if is_full && what == Fold::Alone {
            counters.suppressed += 1;
            return;
        }
        let before = self.newest.get(&name).copied();
        if let Some(key) = before.filter(|_| is_full)
            && let Some(waiting) = self.take(key)
        {
            if let Some(what) = waiting.what.then(what, counters) {
                self.put(key, Waiting { what, ..waiting });
            }
            return;
        }
        if length >= room.most {
            counters.suppressed += 1;
            return;
        }
        self.arrivals += 1;
        let waiting = Waiting {
            subject: name.1,
            what,
            evidence,
        };
        self.put((due, self.arrivals), waiting);
    }

    /// Takes what runs next, if anything is due at `now`.
    pub fn pop(&mut self, now: Duration) -> Option<Firing<S, V, E>> {
        let key = *self.waiting.first_key_value()?.0;
        if key.0.time > now {
            return None;
        }
        let Waiting {
            subject,
            what,
            evidence,
        } = self.take(key)?;
        Some(Firing {
            due: key.0,
            subject,
            what,
            evidence,
            late: now.saturating_sub(key.0.time),
        })
    }

    /// Drops what waits of one trigger; gives how many firings that were.
    pub fn drop_all_of(&mut self, definition: u64) -> usize {
        if self.len_of(definition) == 0 {
            return 0;
        }
        let keys: Vec<_> = self
            .waiting
            .keys()
            .filter(|(due, _)| due.definition == definition)
            .copied()
            .collect();
        for key in &keys {
            self.take(*key);
        }
        keys.len()
    }

    /// How many firings of one trigger wait.
    pub fn len_of(&self, definition: u64) -> usize {
        self.lengths.get(&definition).copied().unwrap_or(0)
    }

    /// When the first of what waits was due.
    pub fn next_time(&self) -> Option<Duration> {
        Some(self.waiting.first_key_value()?.0.0.time)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn put(&mut self, key: (Due, u64), waiting: Waiting<S, V, E>) {
        let definition = key.0.definition;
        self.newest
            .insert((definition, waiting.subject.clone()), key);
        *self.lengths.entry(definition).or_default() += 1;
        self.waiting.insert(key, waiting);
    }

    fn take(&mut self, key: (Due, u64)) -> Option<Waiting<S, V, E>> {
        let waiting = self.waiting.remove(&key)?;
        let definition = key.0.definition;
        let name = (definition, waiting.subject.clone());
        if self.newest.get(&name) == Some(&key) {
            self.newest.remove(&name);
        }
        if let Some(length) = self.lengths.get_mut(&definition) {
            *length -= 1;
            if *length == 0 {
                self.lengths.remove(&definition);
            }
        }
        Some(waiting)
    }
}

impl<S: Subject, V: PartialEq, E> Default for Queue<S, V, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: PartialEq> Fold<V> {
    /// What waits and what comes as one; nothing if a value came back before anybody heard of it.
    fn then(self, next: Fold<V>, counters: &mut Counters) -> Option<Fold<V>> {
        match (self, next) {
            (Fold::Change(waiting), Fold::Change(next)) => {
                let change = waiting.change.then(next.change, counters)?;
                let missed = match (waiting.missed, next.missed) {
                    (Some(before), Some(after)) => Some(before + after),
                    (before, after) => before.or(after),
                };
                Some(Fold::Change(Report {
                    time: waiting.time,
                    change,
                    missed,
                }))
            }
            (Fold::Rise { rise, merged }, _) => {
                counters.merged += 1;
                let merged = merged + 1;
                Some(Fold::Rise { rise, merged })
            }
            (waiting, _) => {
                counters.merged += 1;
                Some(waiting)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn due(time: u64, definition: u64, creation: u64) -> Due {
        let rank = Rank {
            creation,
            ..Rank::default()
        };
        Due {
            time: ms(time),
            definition,
            rank,
        }
    }

    fn change(time: u64, old: u64, now: u64) -> Fold<u64> {
        Fold::Change(Report {
            time: ms(time),
            change: Change {
                old,
                now,
                merged: 0,
            },
            missed: None,
        })
    }

    fn rise(time: u64) -> Fold<u64> {
        Fold::Rise {
            rise: Rise {
                time: ms(time),
                since: ms(time),
                held: false,
            },
            merged: 0,
        }
    }

    /// What a queue of the limit 1 gives back, as `old now merged`, when all of it is taken at 100 ms.
    fn drained(mut queue: Queue<&'static str, u64>) -> Vec<(&'static str, String, u64)> {
        let mut all = Vec::new();
        while let Some(firing) = queue.pop(ms(100)) {
            let what = match firing.what {
                Fold::Change(Report { change, .. }) => {
                    format!("{} {} {}", change.old, change.now, change.merged)
                }
                Fold::Rise { merged, .. } => format!("rise {merged}"),
                Fold::Alone => "alone".to_owned(),
            };
            all.push((firing.subject, what, firing.late.as_millis() as u64));
        }
        assert!(queue.newest.is_empty() && queue.lengths.is_empty());
        all
    }

    #[test]
    fn at_one_instant_definition_then_creation_then_arrival_decide() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        let mut push = |due, name| {
            queue.push(
                due,
                name,
                (Fold::<u64>::Alone, ()),
                Room::of(10, 0),
                &mut counters,
            )
        };
        push(due(20, 2, 0), "second trigger");
        push(due(20, 1, 7), "young object");
        push(due(20, 1, 3), "old object");
        push(due(20, 1, 3), "old object again");
        push(due(10, 9, 0), "earlier");
        let order: Vec<_> = drained(queue).into_iter().map(|(name, ..)| name).collect();
        let expected = [
            "earlier",
            "old object",
            "old object again",
            "young object",
            "second trigger",
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn what_is_not_due_waits() {
        let mut queue = Queue::new();
        queue.push(
            due(20, 1, 0),
            "a",
            (Fold::<u64>::Alone, ()),
            Room::of(10, 0),
            &mut Counters::default(),
        );
        assert!(queue.pop(ms(19)).is_none());
        assert_eq!(queue.pop(ms(25)).expect("it is due").late, ms(5));
        assert!(queue.is_empty());
    }

    #[test]
    fn beyond_the_limit_a_change_folds_into_the_newest_of_its_field() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        for (time, old, now) in [(20, 1, 2), (30, 2, 3), (40, 3, 4)] {
            let what = change(time, old, now);
            queue.push(
                due(time, 1, 0),
                "a",
                (what, ()),
                Room::of(1, 0),
                &mut counters,
            );
        }
        assert_eq!(counters.merged, 2);
        // It waits since the first of them.
        assert_eq!(drained(queue), [("a", "1 4 2".to_owned(), 80)]);
    }

    #[test]
    fn a_change_that_comes_back_takes_the_waiting_one_with_it() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        queue.push(
            due(20, 1, 0),
            "a",
            (change(20, 1, 2), ()),
            Room::of(1, 0),
            &mut counters,
        );
        queue.push(
            due(30, 1, 0),
            "a",
            (change(30, 2, 1), ()),
            Room::of(1, 0),
            &mut counters,
        );
        assert_eq!(counters.merged, 2);
        assert!(drained(queue).is_empty());
    }

    #[test]
    fn each_field_has_one_place_beyond_the_limit() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        queue.push(
            due(20, 1, 0),
            "a",
            (change(20, 1, 2), ()),
            Room::of(1, 0),
            &mut counters,
        );
        queue.push(
            due(20, 1, 1),
            "b",
            (change(20, 5, 6), ()),
            Room::of(1, 0),
            &mut counters,
        );
        queue.push(
            due(30, 1, 1),
            "b",
            (change(30, 6, 7), ()),
            Room::of(1, 0),
            &mut counters,
        );
        assert_eq!(queue.len_of(1), 2);
        let expected = [("a", "1 2 0".to_owned(), 80), ("b", "5 7 1".to_owned(), 80)];
        assert_eq!(drained(queue), expected);
    }

    #[test]
    fn beyond_the_limit_a_rise_is_counted_with_the_waiting_one() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        queue.push(
            due(20, 1, 0),
            "a",
            (rise(20), ()),
            Room::of(1, 0),
            &mut counters,
        );
        queue.push(
            due(40, 1, 0),
            "a",
            (rise(40), ()),
            Room::of(1, 0),
            &mut counters,
        );
        assert_eq!(counters.merged, 1);
        assert_eq!(drained(queue), [("a", "rise 1".to_owned(), 80)]);
    }

    #[test]
    fn the_limit_is_of_one_trigger() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        for definition in [1, 2] {
            queue.push(
                due(20, definition, 0),
                "a",
                (rise(20), ()),
                Room::of(1, 0),
                &mut counters,
            );
        }
        assert_eq!(counters.merged, 0);
        assert_eq!(queue.drop_all_of(1), 1);
        assert_eq!((queue.len_of(1), queue.len_of(2)), (0, 1));
    }

    #[test]
    fn beyond_the_limit_what_cannot_be_folded_is_dropped_and_counted() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        for name in ["a", "b", "c"] {
            let what = (Fold::<u64>::Alone, ());
            queue.push(due(20, 1, 0), name, what, Room::of(2, 0), &mut counters);
        }
        assert_eq!((queue.len_of(1), counters.suppressed), (2, 1));
    }

    #[test]
    fn subjects_that_come_and_go_without_end_take_no_memory_without_end() {
        let mut queue = Queue::new();
        let mut counters = Counters::default();
        let room = Room::of(1, 8_000);
        for subject in 0..20_000_u64 {
            let due = due(20, 1, subject);
            queue.push(due, subject, (rise(20), ()), room, &mut counters);
        }
        assert_eq!((queue.len_of(1), counters.suppressed), (16_001, 3_999));
        // One that waits already is still folded.
        queue.push(due(30, 1, 5), 5, (rise(30), ()), room, &mut counters);
        assert_eq!((queue.len_of(1), counters.merged), (16_001, 1));
    }
}

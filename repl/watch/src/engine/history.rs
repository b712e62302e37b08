//! The recent values of fields: of those that are watched one by one, and of those that somebody asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use memglass::{Field, ObjectId, Observer, Value};

use super::Engine;
use super::error::DefinitionError;
use super::reading::{Reading, sample};
use super::sample::is_same;
use super::trigger::{Followed, Trigger};
use crate::ring::{Ring, Weight};

/// Fields whose history is kept because somebody asked, and as many because they are watched.
pub(super) const MOST_FIELDS: usize = 128;

/// The recent values of a field.
#[derive(Clone, Debug, Default)]
pub struct History {
    ring: Ring<Value>,
    /// The last sample.
    until: Duration,
    /// Whose values they are.
    object: Option<ObjectId>,
}

/// A field of which somebody asked for the history.
pub(super) struct Asked {
    field: Option<Field>,
    history: History,
}

/// Something that changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// When it was seen.
    pub time: Duration,
    /// The field.
    pub path: String,
    /// What was there before, if that is still known.
    pub old: Option<Value>,
    /// What was there then.
    pub now: Value,
}

impl Weight for Vec<Reading> {
    fn bytes(&self) -> usize {
        let all = self.iter();
        all.map(|reading| size_of::<Reading>() + reading.value.bytes())
            .sum()
    }
}

impl History {
    /// The values, each with the time from which it held.
    pub fn ring(&self) -> &Ring<Value> {
        &self.ring
    }

    /// The time of the last sample: until then the last value held.
    pub fn until(&self) -> Duration {
        self.until
    }

    /// Takes in a sample. Another object than before begins a new history.
    pub(super) fn note(&mut self, time: Duration, object: ObjectId, value: &Value) {
        if self.object.replace(object) != Some(object) {
            self.ring.clear();
        }
        self.until = time;
        if !self.ring.last().is_some_and(|last| is_same(last, value)) {
            self.ring.push(time, value.clone());
        }
    }
}

impl Asked {
    fn sample(&mut self, path: &str, time: Duration, observer: &Observer) {
        let session = observer.session().id;
        let is_here = |field: &Field| field.is_alive() && field.object_id().session == session;
        if !self.field.as_ref().is_some_and(is_here) {
            self.field = observer.field(path).ok();
        }
        let Some(field) = &self.field else { return };
        // What cannot be read now leaves no trace: the value before goes on holding.
        if let Ok(sampled) = sample(field) {
            self.history.note(time, field.object_id(), &sampled.value);
        }
    }
}

impl Engine {
    /// Keeps the recent values of a field from now on, at each sample of the engine. Those that a `watch` has kept
    /// already come first. Asking again changes nothing.
    ///
    /// # Errors
    ///
    /// There is no such field, or there are too many already.
    pub fn keep_history(&mut self, path: &str, now: Duration) -> Result<(), DefinitionError> {
        if self.histories.contains_key(path) {
            return Ok(());
        }
        let field = self.observer.field(path)?;
        if self.histories.len() >= MOST_FIELDS {
            return Err(DefinitionError::TooManyHistories { most: MOST_FIELDS });
        }
        let watched = self.watched(path).cloned();
        let mut asked = Asked {
            field: Some(field),
            history: watched.unwrap_or_default(),
        };
        if self.presence.is_alive() {
            asked.sample(path, now, &self.observer);
        }
        self.next_history = self.next_history.min(now);
        self.histories.insert(path.to_owned(), asked);
        Ok(())
    }

    /// Keeps the recent values of a field no longer, unless it is watched.
    pub fn forget_history(&mut self, path: &str) {
        self.histories.remove(path);
        self.may_sample_less = true;
    }

    /// The recent values of a field, if they are kept.
    pub fn history(&self, path: &str) -> Option<&History> {
        let asked = self.histories.get(path).map(|asked| &asked.history);
        asked.or_else(|| self.watched(path))
    }

    /// What is known to have changed from one time to another, both included, oldest first.
    pub fn changes(&self, from: Duration, to: Duration) -> Vec<Changed> {
        let asked = self.histories.iter();
        let asked = asked.map(|(path, asked)| (path.as_str(), &asked.history));
        let watched = self.triggers.values().flat_map(Trigger::histories);
        // Of a field that is both, what was asked for has all that the watch has.
        let all: BTreeMap<&str, &History> = watched.chain(asked).collect();
        let mut found = Vec::new();
        for (path, history) in all {
            let entries = history.ring.since(from);
            let mut old = None;
            for (time, now) in entries.take_while(|(time, _)| *time <= to) {
                let old = old.replace(now.clone());
                if *time >= from && old.is_some() {
                    found.push(Changed {
                        time: *time,
                        path: path.to_owned(),
                        old,
                        now: now.clone(),
                    });
                }
            }
        }
        found.sort_by_key(|changed| changed.time);
        found
    }

    /// The memory of all histories.
    pub fn history_bytes(&self) -> usize {
        let asked = self
            .histories
            .values()
            .map(|asked| asked.history.ring.bytes());
        let triggers = self.triggers.values().map(Trigger::history_bytes);
        asked.chain(triggers).sum()
    }

    /// Of how many more fields a watch may keep what it sees.
    pub(super) fn room_for_histories(&self) -> usize {
        let kept = self.triggers.values().flat_map(Trigger::histories);
        MOST_FIELDS.saturating_sub(kept.take(MOST_FIELDS).count())
    }

    pub(super) fn next_history(&self) -> Option<Duration> {
        (!self.histories.is_empty()).then_some(self.next_history)
    }

    #[inline]
    pub(super) fn sample_histories(&mut self, now: Duration) {
        if !self.histories.is_empty() && now >= self.next_history {
            self.sample_all_histories(now);
        }
    }

    fn sample_all_histories(&mut self, now: Duration) {
        self.next_history = super::trigger::next_point(now, self.period);
        if !self.is_readable() {
            return;
        }
        for (path, asked) in &mut self.histories {
            asked.sample(path, now, &self.observer);
        }
    }

    fn watched(&self, path: &str) -> Option<&History> {
        let mut kept = self.triggers.values().flat_map(Trigger::histories);
        kept.find(|(known, _)| *known == path)
            .map(|(_, history)| history)
    }
}

impl Trigger {
    /// What a `watch` of single fields has seen, if that is kept.
    fn histories(&self) -> impl Iterator<Item = (&str, &History)> {
        let watch = match &self.followed {
            Followed::Watch(watch) => Some(watch),
            _ => None,
        };
        watch.into_iter().flat_map(|watch| watch.histories())
    }

    fn history_bytes(&self) -> usize {
        match &self.followed {
            Followed::Guard(guard) => guard.history_bytes(),
            _ => {
                let kept = self.histories();
                kept.map(|(_, history)| history.ring.bytes()).sum()
            }
        }
    }
}

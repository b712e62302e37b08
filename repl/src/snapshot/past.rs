//! What was watched was some time ago, value by value.

use std::time::Duration;

use memglass::Value;
use memglass_watch::{Ring, Weight};

/// For so long values are kept, as far as there is memory for them.
const KEPT: Duration = Duration::from_secs(60);

/// The values that something had; times count from when the view was opened.
#[derive(Debug, Default)]
pub(super) struct Past {
    ring: Ring<Seen>,
}

/// Whether nothing changed from one value to the other; a NaN that stays is no change.
pub(super) fn is_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => memglass_watch::is_same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// What was seen: a value, or none.
#[derive(Clone, Debug)]
struct Seen(Option<Value>);

impl Weight for Seen {
    fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, Weight::bytes)
    }
}

impl Past {
    /// Takes in what is seen at a time; what has not changed goes on.
    pub(super) fn note(&mut self, time: Duration, value: Option<&Value>) {
        let is_same = self
            .ring
            .last()
            .is_some_and(|last| is_same(last.0.as_ref(), value));
        if !is_same {
            self.ring.push(time, Seen(value.cloned()));
        }
        self.ring.forget_before(time.saturating_sub(KEPT));
    }

    /// The value at a time, if it is known.
    pub(super) fn at(&self, time: Duration) -> Option<&Value> {
        self.ring.at(time)?.0.as_ref()
    }

    /// The last change before a time.
    pub(super) fn before(&self, time: Duration) -> Option<Duration> {
        let mut times = self.ring.iter().rev().map(|(at, _)| *at);
        times.find(|at| *at < time)
    }

    /// The first change after a time.
    pub(super) fn after(&self, time: Duration) -> Option<Duration> {
        let mut times = self.ring.since(time).map(|(at, _)| *at);
        times.find(|at| *at > time)
    }

    /// How many changes are kept of those up to a time.
    pub(super) fn known(&self, until: Duration) -> usize {
        let later = self.ring.iter().rev().take_while(|(at, _)| *at > until);
        self.ring.iter().len() - later.count()
    }

    /// The changes up to a time, the newest first: when each was seen, the value from then on, and the one before.
    pub(super) fn changes(
        &self,
        until: Duration,
    ) -> impl Iterator<Item = (Duration, Option<&Value>, Option<&Value>)> {
        let known = self.known(until);
        let before = self.ring.iter().take(known.saturating_sub(1)).rev();
        let before = before.map(|(_, seen)| seen.0.as_ref()).chain([None]);
        let changes = self.ring.iter().take(known).rev();
        changes
            .zip(before)
            .map(|((at, seen), before)| (*at, seen.0.as_ref(), before))
    }

    /// The last change.
    pub(super) fn last(&self) -> Option<Duration> {
        self.ring.iter().next_back().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_found_in_both_directions() {
        let ms = Duration::from_millis;
        let mut past = Past::default();
        for (at, value) in [(0, 10), (10, 10), (20, 30), (40, 50)] {
            past.note(ms(at), Some(&Value::I64(value)));
        }
        assert_eq!(past.last(), Some(ms(40)));
        assert_eq!(past.before(ms(40)), Some(ms(20)));
        assert_eq!(past.before(ms(20)), Some(ms(0)));
        assert_eq!(past.before(ms(0)), None);
        assert_eq!(past.after(ms(0)), Some(ms(20)));
        assert_eq!(past.after(ms(40)), None);
        assert_eq!(past.at(ms(39)), Some(&Value::I64(30)));
        let changes: Vec<_> = past.changes(ms(39)).collect();
        let [ten, thirty] = [10, 30].map(Value::I64);
        let expected = [
            (ms(20), Some(&thirty), Some(&ten)),
            (ms(0), Some(&ten), None),
        ];
        assert_eq!((changes.as_slice(), past.known(ms(40))), (&expected[..], 3));
        past.note(ms(50), None);
        assert_eq!(past.at(ms(60)), None, "it was gone");
        past.note(ms(100) + KEPT, Some(&Value::I64(1)));
        assert_eq!(past.before(ms(100)), Some(ms(50)), "what held then is kept");
    }
}

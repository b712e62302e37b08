//! Whether a firing was made by an action, and how long the chain of such firings is.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// For how long a value that an action wrote counts as its doing.
const MEMORY: Duration = Duration::from_millis(100);

/// So many writes are remembered before the old ones are looked for.
const MANY: usize = 1_024;

/// How many firings in a row were each made by the action before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Depth(u32);

impl Depth {
    /// Where a chain starts: the producer, or a line that somebody typed.
    pub const OUTSIDE: Depth = Depth(0);

    /// The depth of what is made by an action of this depth.
    pub fn next(self) -> Depth {
        Depth(self.0.saturating_add(1))
    }

    /// Whether people should hear of it, which they do once for each chain.
    pub fn is_worth_a_warning(self) -> bool {
        self.0 == 10
    }

    /// Whether the trigger is to be paused, because it feeds itself.
    pub fn is_loop(self) -> bool {
        self.0 >= 100
    }
}

/// What actions wrote lately. `K` names a field of one object's life, `V` is its bits.
#[derive(Clone, Debug)]
pub struct Causes<K, V> {
    writes: HashMap<K, Write<V>>,
    /// How many there may be before old ones are forgotten.
    limit: usize,
}

#[derive(Clone, Debug)]
struct Write<V> {
    value: V,
    time: Duration,
    depth: Depth,
}

impl<K: Eq + Hash, V: PartialEq> Causes<K, V> {
    /// Nothing was written yet.
    pub fn new() -> Self {
        Causes {
            writes: HashMap::new(),
            limit: MANY,
        }
    }

    /// Whether nothing was written that is remembered.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Remembers what an action of this depth wrote.
    pub fn wrote(&mut self, field: K, value: V, time: Duration, depth: Depth) {
        if self.writes.len() >= self.limit {
            self.writes.retain(|_, write| is_recent(write.time, time));
            self.limit = MANY.max(2 * self.writes.len());
        }
        let write = Write { value, time, depth };
        self.writes.insert(field, write);
    }

    /// The depth of a firing: one more than that of the action that made it.
    ///
    /// `changed` are the fields that changed for it, with what they hold now. A field that holds anything
    /// else than an action wrote was changed by somebody else since. What was written before `since`, the
    /// sample before, is not why anything changed.
    pub fn depth_of<'v>(
        &self,
        now: Duration,
        since: Duration,
        changed: impl IntoIterator<Item = (K, &'v V)>,
    ) -> Depth
    where
        V: 'v,
    {
        let made = changed.into_iter().filter_map(|(field, value)| {
            let write = self.writes.get(&field)?;
            let made = write.value == *value && write.time >= since;
            (made && is_recent(write.time, now)).then(|| write.depth.next())
        });
        made.max().unwrap_or(Depth::OUTSIDE)
    }
}

impl<K: Eq + Hash, V: PartialEq> Default for Causes<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

fn is_recent(written: Duration, now: Duration) -> bool {
    now.saturating_sub(written) <= MEMORY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_trigger_that_writes_what_it_watches_reaches_the_end_after_a_hundred_firings() {
        let mut causes = Causes::new();
        let mut warnings = 0;
        let mut value = 1;
        let mut fired = 0;
        for tick in 1..=1000 {
            let depth = causes.depth_of(ms(tick), ms(0), [("a.n", &value)]);
            warnings += u32::from(depth.is_worth_a_warning());
            if depth.is_loop() {
                break;
            }
            fired += 1;
            value += 1;
            causes.wrote("a.n", value, ms(tick), depth);
        }
        assert_eq!((fired, warnings), (100, 1));
    }

    #[test]
    fn what_the_producer_stored_since_is_its_own_doing() {
        let mut causes = Causes::new();
        causes.wrote("a.n", 500, ms(10), Depth(7));
        assert_eq!(
            causes.depth_of(ms(15), ms(0), [("a.n", &501)]),
            Depth::OUTSIDE
        );
        assert_eq!(
            causes.depth_of(ms(15), ms(0), [("a.m", &500)]),
            Depth::OUTSIDE
        );
        assert_eq!(causes.depth_of(ms(15), ms(0), [("a.n", &500)]), Depth(8));
    }

    #[test]
    fn a_clockwork_slower_than_ten_a_second_is_no_loop() {
        let mut causes = Causes::new();
        causes.wrote("a.n", 5, ms(0), Depth(50));
        assert_eq!(causes.depth_of(ms(100), ms(0), [("a.n", &5)]), Depth(51));
        assert_eq!(
            causes.depth_of(ms(101), ms(0), [("a.n", &5)]),
            Depth::OUTSIDE
        );
    }

    #[test]
    fn what_was_written_before_the_sample_before_changed_nothing() {
        let mut causes = Causes::new();
        causes.wrote("a.n", 5, ms(10), Depth(3));
        assert_eq!(causes.depth_of(ms(20), ms(10), [("a.n", &5)]), Depth(4));
        assert_eq!(
            causes.depth_of(ms(30), ms(20), [("a.n", &5)]),
            Depth::OUTSIDE
        );
    }

    #[test]
    fn the_longest_chain_counts() {
        let mut causes = Causes::new();
        causes.wrote("a.n", 5, ms(0), Depth(3));
        causes.wrote("a.m", 6, ms(0), Depth(9));
        let changed = [("a.n", &5), ("a.m", &6)];
        assert_eq!(causes.depth_of(ms(1), ms(0), changed), Depth(10));
    }

    #[test]
    fn old_writes_are_forgotten_and_recent_ones_are_kept() {
        let mut causes = Causes::new();
        for index in 0..100_000_u64 {
            causes.wrote(index, index, ms(index), Depth(1));
        }
        assert!(causes.writes.len() <= 2 * MANY, "{}", causes.writes.len());
        assert_eq!(
            causes.depth_of(ms(100_000), ms(0), [(99_950, &99_950)]),
            Depth(2)
        );
    }
}

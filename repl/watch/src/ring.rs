//! The recent values of something, each with the time from which it held, within bounded memory.

use std::collections::VecDeque;
use std::time::Duration;

use memglass::Value;

/// Something that takes memory.
pub trait Weight {
    /// Its bytes, about.
    fn bytes(&self) -> usize;
}

/// The recent values of something. A value holds from its time to that of the next one, so a field that does not
/// change costs nothing.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use memglass::Value;
/// use memglass_watch::Ring;
///
/// let mut ring = Ring::default();
/// ring.push(Duration::from_secs(1), Value::I64(10));
/// ring.push(Duration::from_secs(3), Value::I64(20));
/// assert_eq!(ring.at(Duration::from_secs(2)), Some(&Value::I64(10)));
/// assert_eq!(ring.at(Duration::from_secs(3)), Some(&Value::I64(20)));
/// assert_eq!(ring.at(Duration::ZERO), None);
/// ```
#[derive(Clone, Debug)]
pub struct Ring<T> {
    entries: VecDeque<(Duration, T)>,
    bytes: usize,
    dropped: u64,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Ring {
            entries: VecDeque::new(),
            bytes: 0,
            dropped: 0,
        }
    }
}

impl<T> Ring<T> {
    /// The memory of one ring at most, beside its last value: some 10,000 numbers.
    pub const MOST_BYTES: usize = 768 << 10;
}

impl<T: Weight> Ring<T> {
    /// Takes in what holds from `time` on. The oldest values make room.
    pub fn push(&mut self, time: Duration, value: T) {
        self.bytes += Self::weight(&value);
        self.entries.push_back((time, value));
        while self.bytes > Self::MOST_BYTES && self.entries.len() > 1 {
            self.pop();
            self.dropped += 1;
        }
    }

    /// Forgets what no longer held at `time`.
    pub fn forget_before(&mut self, time: Duration) {
        while self.entries.get(1).is_some_and(|(next, _)| *next <= time) {
            self.pop();
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Ring {
            dropped: self.dropped,
            ..Ring::default()
        };
    }

    fn pop(&mut self) {
        if let Some((_, value)) = self.entries.pop_front() {
            self.bytes -= Self::weight(&value);
        }
    }

    fn weight(value: &T) -> usize {
        size_of::<(Duration, T)>() + value.bytes()
    }

    /// The memory that it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Values that had to make room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The newest value.
    pub fn last(&self) -> Option<&T> {
        self.entries.back().map(|(_, value)| value)
    }

    /// All values, oldest first, each with the time from which it held.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &(Duration, T)> + ExactSizeIterator {
        self.entries.iter()
    }

    /// The value that held at `time`; none if that is before the first.
    pub fn at(&self, time: Duration) -> Option<&T> {
        let next = self.entries.partition_point(|(from, _)| *from <= time);
        let at = next.checked_sub(1)?;
        self.entries.get(at).map(|(_, value)| value)
    }

    /// The values that held since `time`, beginning with the one that held then.
    pub fn since(&self, time: Duration) -> impl Iterator<Item = &(Duration, T)> {
        let next = self.entries.partition_point(|(from, _)| *from <= time);
        self.entries.range(next.saturating_sub(1)..)
    }
}

impl Weight for Value {
    fn bytes(&self) -> usize {
        match self {
            Value::Text(text) => text.capacity(),
            Value::Enum(value) => value.name.as_ref().map_or(0, |name| name.len()),
            Value::List(values) => values
                .iter()
                .map(|value| size_of::<Value>() + value.bytes())
                .sum(),
            Value::Record(record) => {
                let values = record.iter();
                values
                    .map(|(_, value)| size_of::<Value>() + value.bytes())
                    .sum()
            }
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_value_holds_until_the_next_one() {
        let mut ring = Ring::default();
        for n in [1, 3, 5] {
            ring.push(seconds(n), Value::U64(n));
        }
        assert_eq!(ring.at(seconds(4)), Some(&Value::U64(3)));
        let since: Vec<u64> = ring
            .since(seconds(4))
            .map(|(time, _)| time.as_secs())
            .collect();
        assert_eq!(since, [3, 5]);
        ring.forget_before(seconds(4));
        assert_eq!(ring.iter().len(), 2);
        assert_eq!(ring.at(seconds(2)), None);
    }

    #[test]
    fn memory_is_bounded_and_what_made_room_is_counted() {
        let mut ring = Ring::default();
        for n in 0..100_000_u64 {
            ring.push(Duration::from_millis(n), Value::U64(n));
            assert!(ring.bytes() <= Ring::<Value>::MOST_BYTES);
        }
        assert!(ring.iter().len() > 10_000, "{}", ring.iter().len());
        assert_eq!(ring.dropped(), 100_000 - ring.iter().len() as u64);
        assert_eq!(ring.last(), Some(&Value::U64(99_999)));
        ring.push(seconds(101), Value::Text("x".repeat(1 << 20)));
        assert_eq!(ring.iter().len(), 1, "one value alone may be larger");
        ring.clear();
        assert_eq!(ring.bytes(), 0);
    }
}

//! Reports of what changed in one field, within one object's life.

use std::time::Duration;

use crate::counters::Counters;

/// Follows the samples of one field of one object, from its first one on.
///
/// `V` compares by the bits of the value: the same NaN is no change, -0.0 after 0.0 is one.
#[derive(Clone, Debug)]
pub struct Follower<V> {
    last: V,
    reported: Option<Duration>,
    /// What changed inside the window of `at_most_every`.
    folded: Option<Change<V>>,
    missed: Option<u64>,
}

/// A change between two samples, or several that became one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<V> {
    /// The value before.
    pub old: V,
    /// The value now.
    pub now: V,
    /// Further sampled changes that are part of this one.
    pub merged: u64,
}

/// What is told of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report<V> {
    /// The sample that made it.
    pub time: Duration,
    /// What changed.
    pub change: Change<V>,
    /// Writes that are known to have come and gone between samples since the last report; `None` if
    /// the field does not count its writes.
    pub missed: Option<u64>,
}

impl<V: Clone + PartialEq> Follower<V> {
    /// Starts with the first value, which is not reported.
    pub fn new(first: V) -> Self {
        Follower {
            last: first,
            reported: None,
            folded: None,
            missed: None,
        }
    }

    /// Takes in one sample; gives the report that it makes.
    ///
    /// `writes` is how often the value was written since the sample before, if that is known; `window` is
    /// the shortest time between two reports.
    pub fn observe(
        &mut self,
        time: Duration,
        value: V,
        writes: Option<u64>,
        window: Option<Duration>,
        counters: &mut Counters,
    ) -> Option<Report<V>> {
        if let Some(writes) = writes {
            // The last of them is the one that was sampled.
            let unseen = writes.saturating_sub(1);
            counters.missed += unseen;
            self.missed = Some(self.missed.unwrap_or(0) + unseen);
        }
        if value != self.last {
            self.fold(value, counters);
        }
        let is_due = match (self.reported, window) {
            (Some(reported), Some(window)) => time.saturating_sub(reported) >= window,
            _ => true,
        };
        let change = self.folded.take_if(|_| is_due)?;
        self.reported = Some(time);
        let missed = self.missed;
        if writes.is_some() {
            self.missed = Some(0);
        }
        Some(Report {
            time,
            change,
            missed,
        })
    }

    /// Starts again with the first value of another object. The window of `at_most_every` goes on; a change
    /// that it kept back is dropped and counted.
    pub fn start_anew(&mut self, first: V, counters: &mut Counters) {
        counters.suppressed += u64::from(self.folded.is_some());
        *self = Follower {
            reported: self.reported,
            ..Follower::new(first)
        };
    }

    /// Whether nothing waits for the end of the window.
    pub fn is_settled(&self) -> bool {
        self.folded.is_none()
    }

    /// The value of the last sample.
    pub fn last(&self) -> &V {
        &self.last
    }

    fn fold(&mut self, value: V, counters: &mut Counters) {
        let old = std::mem::replace(&mut self.last, value.clone());
        let next = Change {
            old,
            now: value,
            merged: 0,
        };
        self.folded = match self.folded.take() {
            None => Some(next),
            Some(before) => before.then(next, counters),
        };
    }
}

impl<V: PartialEq> Change<V> {
    /// This change and the next one as one; nothing if the value came back.
    pub fn then(self, next: Change<V>, counters: &mut Counters) -> Option<Change<V>> {
        counters.merged += 1;
        if self.old == next.now {
            // Neither of the two is ever reported.
            counters.merged += 1;
            return None;
        }
        Some(Change {
            old: self.old,
            now: next.now,
            merged: self.merged + next.merged + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// One sample every 10 ms, starting at 0; the reports as `time: old now merged`.
    fn reports(window: Option<u64>, values: &[u64]) -> (Vec<String>, Counters) {
        let mut counters = Counters::default();
        let mut follower = Follower::new(values[0]);
        let mut reports = Vec::new();
        for (index, value) in values.iter().enumerate().skip(1) {
            let time = ms(10 * index as u64);
            let report = follower.observe(time, *value, None, window.map(ms), &mut counters);
            if let Some(Report { change, .. }) = report {
                let Change { old, now, merged } = change;
                reports.push(format!("{}: {old} {now} {merged}", time.as_millis()));
            }
        }
        (reports, counters)
    }

    #[test]
    fn the_first_value_is_the_baseline() {
        assert_eq!(
            reports(None, &[1, 1, 2, 2, 3]).0,
            ["20: 1 2 0", "40: 2 3 0"]
        );
    }

    #[test]
    fn inside_the_window_changes_fold_and_the_last_value_comes_at_its_end() {
        let (reports, counters) = reports(Some(50), &[0, 1, 2, 3, 4, 4, 4]);
        assert_eq!(reports, ["10: 0 1 0", "60: 1 4 2"]);
        assert_eq!(counters.merged, 2);
    }

    #[test]
    fn what_came_back_inside_the_window_is_no_report_but_counted() {
        let (reports, counters) = reports(Some(50), &[0, 1, 2, 1, 1, 1, 1, 1]);
        assert_eq!(reports, ["10: 0 1 0"]);
        assert_eq!(counters.merged, 2);
    }

    #[test]
    fn unseen_writes_are_kept_for_the_next_report() {
        let mut counters = Counters::default();
        let mut follower = Follower::new(0);
        let mut at = |time, value, writes| {
            let report = follower.observe(ms(time), value, Some(writes), None, &mut counters);
            report.map(|report| report.missed)
        };
        assert_eq!(at(10, 0, 0), None);
        assert_eq!(at(20, 0, 2), None);
        assert_eq!(at(30, 7, 1), Some(Some(1)));
        assert_eq!(at(40, 8, 3), Some(Some(2)));
        assert_eq!(at(50, 9, 1), Some(Some(0)));
        assert_eq!(counters.missed, 3);
    }

    #[test]
    fn a_field_that_does_not_count_its_writes_says_nothing_of_missed_ones() {
        let mut follower = Follower::new(0);
        let report = follower.observe(ms(10), 1, None, None, &mut Counters::default());
        assert_eq!(report.expect("a change").missed, None);
    }
}

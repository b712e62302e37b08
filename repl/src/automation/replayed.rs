//! Time and the producer out of a recording: as fast as it goes, and the same each time.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use memglass::Presence;
use memglass_script::Attached;

use super::PERIOD;
use super::surroundings::Surroundings;

/// A recording that is gone through, whose session is attached.
pub trait Timeline {
    /// When it begins.
    fn start(&self) -> SystemTime;

    /// When it ends.
    fn end(&self) -> SystemTime;

    /// Goes on to a moment, so that everything up to it has happened; gives when the next thing happens, or nothing
    /// if none does.
    fn go_on(&self, to: SystemTime) -> Option<SystemTime>;

    /// Told that nothing happens between two moments, for so long that what is done at steady times would not end.
    /// The replay ends there.
    fn refuse_gap(&self, from: SystemTime, to: SystemTime);
}

/// The recording's clock, which moves when somebody waits.
pub(super) struct Replayed {
    timeline: Box<dyn Timeline>,
    now: Cell<Duration>,
    /// When something happens next.
    next: Cell<Option<Duration>>,
    end: Duration,
    /// When something happened last, and how often somebody waited since then.
    idle: Cell<(Duration, u32)>,
    has_ended: Cell<bool>,
    /// Raised when somebody waits for what comes after the end.
    interrupt: Arc<AtomicBool>,
}

impl Replayed {
    pub(super) fn new(timeline: Box<dyn Timeline>, interrupt: Arc<AtomicBool>) -> Replayed {
        let length = timeline.end().duration_since(timeline.start());
        let replayed = Replayed {
            now: Cell::new(Duration::ZERO),
            next: Cell::new(None),
            // What happens last is sampled too.
            end: length.unwrap_or_default() + 2 * PERIOD,
            idle: Cell::default(),
            has_ended: Cell::new(false),
            interrupt,
            timeline,
        };
        replayed.happen();
        replayed
    }

    /// Lets everything happen up to now.
    fn happen(&self) {
        let start = self.timeline.start();
        let next = self.timeline.go_on(start + self.now.get());
        let since = |time: SystemTime| time.duration_since(start).unwrap_or_default();
        self.next.set(next.map(since));
    }
}

/// Waits within which nothing happens, beyond which a time in the recording must be wrong.
const MOST_IDLE: u128 = 10_000_000;

/// So many waits say how many there will be.
const ENOUGH_IDLE: u32 = 1000;

impl Replayed {
    /// Whether so little time has passed in the last waits that there would be too many until something happens.
    fn is_endless(&self, until: Duration) -> bool {
        let (since, waits) = self.idle.get();
        self.idle.set((since, waits.saturating_add(1)));
        let passed = until.saturating_sub(since).as_nanos();
        let ahead = self.next.get().unwrap_or(self.end).saturating_sub(since);
        waits >= ENOUGH_IDLE && ahead.as_nanos() / (passed / u128::from(waits)).max(1) > MOST_IDLE
    }

    fn end_here(&self, now: Duration) {
        self.now.set(now);
        self.has_ended.set(true);
        self.interrupt.store(true, Ordering::Relaxed);
    }
}

impl Surroundings for Replayed {
    fn now(&self) -> Duration {
        self.now.get()
    }

    fn start(&self) -> SystemTime {
        self.timeline.start()
    }

    fn next_event(&self) -> Option<Duration> {
        self.next.get()
    }

    fn wait(&self, until: Option<Duration>) {
        let until = [until, self.next.get()].into_iter().flatten().min();
        match until.filter(|until| *until <= self.end) {
            Some(until) if until > self.now.get() && self.is_endless(until) => {
                let start = self.timeline.start();
                let next = self.next.get().unwrap_or(self.end);
                self.timeline
                    .refuse_gap(start + self.idle.get().0, start + next);
                self.end_here(until);
            }
            Some(until) => {
                self.now.set(self.now.get().max(until));
                if self.next.get().is_some_and(|next| next <= self.now.get()) {
                    self.idle.set((self.now.get(), 0));
                    self.happen();
                }
            }
            None => self.end_here(self.end),
        }
    }

    fn samples_here(&self) -> bool {
        true
    }

    fn has_ended(&self) -> bool {
        self.has_ended.get()
    }

    fn presence(&self, _: &Attached) -> Presence {
        Presence::Alive
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    /// Something at the start, and something else after `gap`.
    struct Twice {
        gap: Duration,
        refused: Rc<Cell<bool>>,
    }

    impl Timeline for Twice {
        fn start(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn end(&self) -> SystemTime {
            self.start() + self.gap
        }

        fn go_on(&self, to: SystemTime) -> Option<SystemTime> {
            (to < self.end()).then(|| self.end())
        }

        fn refuse_gap(&self, from: SystemTime, to: SystemTime) {
            assert_eq!((from, to), (self.start(), self.end()));
            self.refused.set(true);
        }
    }

    /// Waits in steps until it is over; whether the gap was refused.
    fn is_refused(gap: Duration, step: Duration) -> bool {
        let refused = Rc::new(Cell::new(false));
        let timeline = Twice {
            gap,
            refused: refused.clone(),
        };
        let replayed = Replayed::new(Box::new(timeline), Arc::default());
        while !replayed.has_ended() {
            replayed.wait(Some(replayed.now() + step));
        }
        refused.get()
    }

    #[test]
    fn steady_times_in_a_gap_of_hundreds_of_years_are_refused() {
        let step = Duration::from_millis(100);
        assert!(is_refused(Duration::from_nanos(1 << 62), step));
        assert!(!is_refused(Duration::from_secs(100_000), step));
        assert!(!is_refused(
            Duration::from_nanos(1 << 62),
            Duration::from_hours(24)
        ));
    }
}

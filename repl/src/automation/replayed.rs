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
}

/// The recording's clock, which moves when somebody waits.
pub(super) struct Replayed {
    timeline: Box<dyn Timeline>,
    now: Cell<Duration>,
    /// When something happens next.
    next: Cell<Option<Duration>>,
    end: Duration,
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
            Some(until) => {
                self.now.set(self.now.get().max(until));
                if self.next.get().is_some_and(|next| next <= self.now.get()) {
                    self.happen();
                }
            }
            None => {
                self.now.set(self.end);
                self.has_ended.set(true);
                self.interrupt.store(true, Ordering::Relaxed);
            }
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

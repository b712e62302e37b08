//! One trigger: what it follows, what was said of it, and what became of it.

use std::sync::Arc;
use std::time::Duration;

use memglass::Field;

use super::Ask;
use super::change::Watch;
use super::define::Options;
use super::guard::Guard;
use super::objects::Member;
use crate::causes::Depth;
use crate::condition::Settings;
use crate::counters::Counters;
use crate::queue::{Rank, Room};
use crate::timer::{Grid, Once};

/// What a trigger follows.
pub(super) enum Followed {
    Watch(Box<Watch>),
    Guard(Guard),
    Every(Grid),
    After(Once),
}

/// Why a trigger is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseReason {
    /// Somebody said so.
    Asked,
    /// Its actions made it fire too often in a row.
    Loop,
    /// Its action went on until somebody ended it.
    Interrupted,
}

/// One trigger.
pub(super) struct Trigger {
    pub(super) followed: Followed,
    pub(super) options: Options,
    pub(super) settings: Settings,
    pub(super) counters: Counters,
    pub(super) pause: Option<PauseReason>,
    pub(super) is_done: bool,
    /// Whether the next answers are those of its definition.
    pub(super) is_first_answer: bool,
    /// Whether a point of a timer waits.
    pub(super) is_waiting: bool,
    /// How deep the action was that made a timer.
    pub(super) depth: Depth,
    pub(super) last_fired: Option<Duration>,
    pub(super) last_error: Option<String>,
    /// When what is not packed of it is sampled next.
    pub(super) next_sample: Duration,
}

impl Trigger {
    pub(super) fn new(followed: Followed, options: Options, settings: Settings) -> Self {
        Trigger {
            followed,
            options,
            settings,
            counters: Counters::default(),
            pause: None,
            is_done: false,
            is_first_answer: true,
            is_waiting: false,
            depth: Depth::OUTSIDE,
            last_fired: None,
            last_error: None,
            next_sample: Duration::ZERO,
        }
    }

    /// Whether it may fire yet.
    pub(super) fn is_live(&self) -> bool {
        !self.is_done && self.pause.is_none()
    }

    /// Whether it looks at memory or is asked.
    pub(super) fn samples(&self) -> bool {
        self.is_live() && self.samples_memory()
    }

    /// The same of one that is paused or done as well.
    pub(super) fn samples_memory(&self) -> bool {
        matches!(self.followed, Followed::Watch(_) | Followed::Guard(_))
    }

    pub(super) fn is_due(&self, now: Duration) -> bool {
        now >= self.next_sample
    }

    /// The next point of a timer.
    pub(super) fn next_point(&self) -> Option<Duration> {
        match &self.followed {
            Followed::Every(grid) => grid.next(),
            Followed::After(once) => once.next(),
            Followed::Watch(_) | Followed::Guard(_) => None,
        }
    }

    /// The point of a timer that is due. Further ones that are due as well, and all of them while its action
    /// waits or runs, are left out and counted.
    pub(super) fn take_point(&mut self, now: Duration, is_busy: bool) -> Option<Duration> {
        match &mut self.followed {
            Followed::After(once) => once.take(now),
            Followed::Every(grid) => {
                let first = match is_busy {
                    true => None,
                    false => grid.take(now),
                };
                self.counters.missed += grid.skip(now);
                first
            }
            Followed::Watch(_) | Followed::Guard(_) => None,
        }
    }

    /// It was sampled at `now`: the next sample is at the next point of its grid.
    pub(super) fn sampled(&mut self, now: Duration) {
        self.next_sample = next_point(now, self.settings.period);
    }

    /// What its condition is to be asked about.
    pub(super) fn asks(&self, number: u64, time: Duration) -> Vec<Ask> {
        match &self.followed {
            Followed::Guard(Guard::One { .. }) => vec![Ask {
                number,
                time,
                about: None,
            }],
            Followed::Guard(Guard::Each { members, .. }) => {
                let asks = members.all.iter().map(|(creation, known)| Ask {
                    number,
                    time,
                    about: Some((*creation, known.root.clone(), Arc::clone(&known.label))),
                });
                asks.collect()
            }
            _ => Vec::new(),
        }
    }

    /// The object of this number.
    pub(super) fn known(&self, creation: u64) -> Option<(Member, Field, Arc<str>)> {
        let Followed::Guard(Guard::Each { members, .. }) = &self.followed else {
            return None;
        };
        let known = members.all.get(&creation)?;
        Some((known.member, known.root.clone(), Arc::clone(&known.label)))
    }

    /// Which of its firings at one instant is about the object of this number.
    pub(super) fn rank(&self, creation: u64) -> Rank {
        let known = match &self.followed {
            Followed::Guard(Guard::Each { members, .. }) => members.all.get(&creation),
            _ => None,
        };
        known.map_or(Rank::default(), |known| known.rank(0, creation))
    }

    /// How many of its firings may wait.
    pub(super) fn room(&self) -> Room {
        let subjects = match &self.followed {
            Followed::Watch(watch) => watch.subjects(),
            Followed::Guard(Guard::Each { members, .. }) => members.all.len(),
            Followed::Guard(Guard::One { .. }) | Followed::Every(_) | Followed::After(_) => 1,
        };
        Room::of(self.options.limit(), subjects)
    }

    /// It fires no more, and needs nothing any more; what waits still runs.
    pub(super) fn finish(&mut self) {
        self.is_done = true;
        match &mut self.followed {
            Followed::Watch(watch) => watch.clear(),
            Followed::Guard(Guard::Each { members, .. }) => members.clear(),
            _ => {}
        }
    }
}

/// The first point after `now` of a grid with this period.
pub(super) fn next_point(now: Duration, period: Duration) -> Duration {
    let period = nanoseconds(period).max(1);
    let rest = period - nanoseconds(now) % period;
    now.saturating_add(Duration::from_nanos(rest))
}

/// 584 years at most. Numbers of 128 bits are divided by a function of their own, which is in no cache after a sleep.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

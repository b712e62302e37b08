//! What became of the producer, and when that was seen.

use std::time::{Duration, Instant, SystemTime};

use memglass::{Observer, Presence};
use memglass_view::snapshot::Producer;

use memglass_value::time;

/// How often the producer is looked after: each look is some system calls.
const LOOK: Duration = Duration::from_millis(250);

/// What was seen last of a producer.
#[derive(Debug, Default)]
pub(super) struct Fate {
    looked: Option<Instant>,
    seen: Option<Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    presence: Presence,
    since: Instant,
    at: SystemTime,
    /// Whether it was so when it was looked at for the first time: nobody knows for how long.
    is_first: bool,
}

impl Fate {
    /// What has become of it as of a moment ago.
    pub(super) fn of(&mut self, observer: &Observer, now: Instant) -> Producer {
        if self.looked.is_none_or(|looked| now - looked >= LOOK) {
            self.looked = Some(now);
            self.see(observer.producer(), now);
        }
        self.seen.map_or(Producer::Live, |seen| seen.told(now))
    }

    /// Whether it is as it was seen last.
    pub(super) fn is_still(&mut self, observer: &Observer, now: Instant) -> bool {
        let before = self.seen.map(|seen| seen.presence);
        self.of(observer, now);
        self.seen.map(|seen| seen.presence) == before
    }

    fn see(&mut self, presence: Presence, now: Instant) {
        if self.seen.is_some_and(|seen| seen.presence == presence) {
            return;
        }
        self.seen = Some(Seen {
            presence,
            since: now,
            at: SystemTime::now(),
            is_first: self.seen.is_none(),
        });
    }
}

impl Seen {
    fn told(&self, now: Instant) -> Producer {
        let since = now - self.since;
        let at = (!self.is_first).then(|| time::clock(self.at));
        match self.presence {
            Presence::Stopped => Producer::Suspended { since },
            Presence::Exited => Producer::Ended { at },
            Presence::Crashed => Producer::Crashed { at, since },
            Presence::Restarted => Producer::Restarted { at },
            _ => Producer::Live,
        }
    }
}

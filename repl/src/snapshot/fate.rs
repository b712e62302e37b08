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
    /// Its end, which stands behind that of a successor.
    end: Option<Seen>,
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
        let seen = Seen {
            presence,
            since: now,
            at: SystemTime::now(),
            is_first: match self.seen {
                None => true,
                Some(seen) => seen.is_first && seen.presence == Presence::Restarted,
            },
        };
        // After a restart it is its own end again that is seen once its successor is gone.
        self.seen = Some(match presence {
            Presence::Exited | Presence::Crashed => *self.end.get_or_insert(seen),
            _ => seen,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_successor_is_not_its_own() {
        let mut fate = Fate::default();
        let start = Instant::now();
        let end = [
            Presence::Alive,
            Presence::Crashed,
            Presence::Restarted,
            Presence::Crashed,
        ];
        for (presence, seconds) in end.into_iter().zip(0..) {
            fate.see(presence, start + Duration::from_secs(seconds));
        }
        let seen = fate.seen.expect("it was looked after");
        assert_eq!(seen.since, start + Duration::from_secs(1));
    }
}

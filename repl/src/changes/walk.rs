//! Going through a recording, from one moment at which something happened to the next.

use std::time::{Duration, SystemTime};

use memglass::{AttachError, Observer};
use memglass_stream::{Losses, Passage, PlayError};

/// Somebody who goes through a recording.
pub struct Walk {
    passage: Passage,
    observer: Observer,
    period: Duration,
    start: SystemTime,
}

impl Walk {
    /// From where the passage is, to each moment at which something happened; with a `period`, to moments that are at least
    /// that far apart.
    ///
    /// # Errors
    ///
    /// Something happened to the files of its session.
    pub fn new(passage: Passage, period: Duration) -> Result<Walk, AttachError> {
        Ok(Walk {
            observer: passage.attach()?,
            start: passage.recording().start(),
            passage,
            period,
        })
    }

    /// The recorded session, as it is here.
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// The moment that was reached.
    pub fn time(&self) -> SystemTime {
        self.passage.position()
    }

    /// The last moment of the recording.
    pub fn end(&self) -> SystemTime {
        self.passage.recording().end()
    }

    /// How much of the recording is behind it.
    pub fn elapsed(&self) -> Duration {
        self.since_start(self.time())
    }

    /// What the recorder is known to have missed on the way so far.
    pub fn losses(&self) -> Losses {
        self.passage.losses()
    }

    pub(super) fn start(&self) -> SystemTime {
        self.start
    }

    /// Until when, since the start, nothing happens; `None` if some moments are passed over.
    pub(super) fn still_until(&mut self) -> Option<Duration> {
        if !self.period.is_zero() {
            return None;
        }
        let next = self.passage.next_time();
        // The last moment counts too.
        let after_end = self.end() + Duration::from_nanos(1);
        Some(self.since_start(next.unwrap_or(after_end)))
    }

    /// Goes on to the next moment; false at the end.
    ///
    /// # Errors
    ///
    /// The recording makes no sense there.
    pub(super) fn go_on(&mut self) -> Result<bool, PlayError> {
        let Some(next) = self.passage.next_time() else {
            return Ok(false);
        };
        let apart = (self.time() + self.period).min(self.end());
        self.passage.go_on(next.max(apart))?;
        Ok(true)
    }

    fn since_start(&self, time: SystemTime) -> Duration {
        time.duration_since(self.start).unwrap_or_default()
    }
}

//! Going through a recording, from one moment at which something happened to the next.

use std::time::{Duration, SystemTime};

use memglass::{AttachError, Observer};
use memglass_stream::{Passage, PlayError};

/// Somebody who goes through a recording.
pub struct Walk {
    passage: Passage,
    observer: Observer,
    period: Duration,
    start: SystemTime,
    time: SystemTime,
}

impl Walk {
    /// Where the passage is. From there each moment is looked at, or with a `period` those that are so far apart.
    ///
    /// # Errors
    ///
    /// Something happened to the files of its session.
    pub fn new(passage: Passage, period: Duration) -> Result<Walk, AttachError> {
        let start = passage.recording().start();
        Ok(Walk {
            observer: passage.attach()?,
            passage,
            period,
            start,
            time: start,
        })
    }

    /// The recorded session, as it is here.
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// The moment that was reached.
    pub fn time(&self) -> SystemTime {
        self.time
    }

    /// The last moment of the recording.
    pub fn end(&self) -> SystemTime {
        self.passage.recording().end()
    }

    /// How long after the start that moment is.
    pub(super) fn elapsed(&self) -> Duration {
        self.time.duration_since(self.start).unwrap_or_default()
    }

    /// The moment of so long after the start.
    pub(super) fn moment(&self, elapsed: Duration) -> SystemTime {
        self.start + elapsed
    }

    pub(super) fn start(&self) -> SystemTime {
        self.start
    }

    /// The next moment; nothing at the end.
    pub(super) fn next(&mut self) -> Option<SystemTime> {
        let next = self.passage.next_time()?;
        let apart = (self.time + self.period).min(self.end());
        Some(next.max(apart))
    }

    /// Goes on to a moment.
    ///
    /// # Errors
    ///
    /// The recording makes no sense there.
    pub fn go_on(&mut self, to: SystemTime) -> Result<(), PlayError> {
        self.passage.go_on(to)?;
        self.time = to.min(self.end());
        Ok(())
    }
}

//! When a condition was true in a recording.

use std::time::{Duration, SystemTime};

use memglass_stream::PlayError;

use super::{Awaited, Walk};
use crate::commands::CommandError;

/// Looks for the first moment at which a condition is true, from where a [`Walk`] is.
pub struct Search {
    walk: Walk,
    awaited: Awaited,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The condition is true at this moment, and was for long enough.
    Found(SystemTime),
    /// Not up to here; there is more.
    Unfinished,
    /// Not up to the end.
    Never,
}

/// Moments that are looked at in a step.
const MOMENTS: usize = 256;

impl Search {
    /// The condition of a text, which is to be true for `lasting`. The second is what is worth telling although it is a
    /// condition.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: what is wrong with the text, and where.
    pub fn new(
        walk: Walk,
        text: &str,
        lasting: Option<Duration>,
    ) -> Result<(Search, Vec<String>), CommandError> {
        // Two looks are never too far apart: nobody else looks in between.
        let period = Duration::MAX;
        let mut observer = walk.observer().beside();
        // What cannot be refreshed is unknown to the condition.
        let _ = observer.refresh();
        let (awaited, warnings) = Awaited::new(observer, text, lasting, period)?;
        Ok((Search { walk, awaited }, warnings))
    }

    /// Leaves out what is true where it is now: it has to become true again.
    pub fn from_next(mut self) -> Search {
        self.awaited.look(self.walk.elapsed());
        self
    }

    /// Goes on for a while.
    ///
    /// # Errors
    ///
    /// The recording makes no sense somewhere.
    pub fn step(&mut self) -> Result<Step, PlayError> {
        for _ in 0..MOMENTS {
            if self.awaited.look(self.walk.elapsed()) {
                return Ok(Step::Found(self.walk.time()));
            }
            let due = self.awaited.due();
            let is_still = |due: &Duration| self.walk.still_until().is_some_and(|end| *due < end);
            if let Some(due) = due.filter(is_still) {
                return Ok(Step::Found(self.walk.start() + due));
            }
            if !self.walk.go_on()? {
                return Ok(Step::Never);
            }
        }
        Ok(Step::Unfinished)
    }

    /// Where it is.
    pub fn walk(&self) -> &Walk {
        &self.walk
    }

    /// What the condition is where it is now, in words.
    pub fn state(&mut self) -> String {
        self.awaited.state()
    }
}

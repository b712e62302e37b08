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
        // Nothing happens between two moments, however far apart they are.
        let period = Duration::MAX;
        let mut observer = walk.observer().beside();
        // What cannot be refreshed is unknown to the condition.
        let _ = observer.refresh();
        let (awaited, warnings) = Awaited::new(observer, text, lasting, period)?;
        Ok((Search { walk, awaited }, warnings))
    }

    /// Looks only for a moment at which it becomes true.
    pub fn only_edges(mut self) -> Search {
        self.awaited.only_edges();
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
            let next = self.walk.next();
            let due = self.awaited.due().map(|due| self.walk.moment(due));
            if let Some(due) = due.filter(|due| *due < next.unwrap_or(self.walk.end())) {
                return Ok(Step::Found(due));
            }
            match next {
                Some(next) => self.walk.go_on(next)?,
                None => return Ok(Step::Never),
            }
        }
        Ok(Step::Unfinished)
    }

    /// Up to where it has looked.
    pub fn time(&self) -> SystemTime {
        self.walk.time()
    }

    /// What the condition is where it is now, in words.
    pub fn state(&mut self) -> String {
        self.awaited.state()
    }
}

//! What changed in a recording.

use memglass_stream::PlayError;

use super::feed::Feed;
use super::{Meaning, News, Walk};
use crate::commands::CommandError;

/// Everything that is watched in a recording that a [`Walk`] goes through.
pub struct RecordedChanges {
    walk: Walk,
    feed: Feed,
}

impl RecordedChanges {
    /// Follows nothing yet.
    pub fn new(walk: Walk) -> RecordedChanges {
        // What happened at one moment is taken before the next one, and none of it is merged.
        let feed = Feed::new(walk.observer().beside(), usize::MAX);
        RecordedChanges { walk, feed }
    }

    /// Follows what a text means, under a number of the caller's. What is there at the start is no news.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: a field can never be read.
    pub fn add(&mut self, number: usize, meaning: Meaning) -> Result<(), CommandError> {
        self.feed.add(number, meaning)
    }

    /// What happened at the next moment, which may be nothing that is followed; `None` at the end.
    ///
    /// # Errors
    ///
    /// The recording makes no sense there.
    pub fn go_on(&mut self) -> Result<Option<Vec<News>>, PlayError> {
        if !self.walk.go_on()? {
            return Ok(None);
        }
        self.feed.sample(self.walk.elapsed());
        let (items, ..) = self.feed.take(usize::MAX);
        let start = self.walk.start();
        let news = items.into_iter().map(|item| News {
            // The recorder knows, and not who looks at what it saw.
            missed: None,
            ..item.news(start)
        });
        Ok(Some(news.collect()))
    }

    /// Where it is in the recording.
    pub fn walk(&self) -> &Walk {
        &self.walk
    }
}

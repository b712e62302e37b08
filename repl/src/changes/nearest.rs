//! Where what is watched changed in a recording: last before a moment, and first after it.

use std::time::{Duration, Instant, SystemTime};

use memglass_stream::PlayError;

use super::{Meaning, RecordedChanges, Walk};
use crate::commands::{CommandError, with_causes};

/// Of the recording this much is looked through first, backwards.
const FIRST: Duration = Duration::from_secs(1);

/// Each part that lies before is so many times as long.
const LONGER: u32 = 4;

/// The longest search, about: who waits for it cannot do anything else.
const PATIENCE: Duration = Duration::from_secs(1);

/// Moments between two looks at the clock.
const MOMENTS: usize = 256;

/// Where a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nearest {
    /// At a change.
    Change(SystemTime),
    /// Nothing changed up to there: that is as far as the recording goes, or as there was time for.
    Nothing(SystemTime),
}

/// The last moment before `moment` at which one of these fields or expressions changed, came or went. `walk` gives the recording
/// from a moment on; before `start` there is none.
///
/// # Errors
///
/// As those of `walk`, or the recording makes no sense somewhere.
pub(crate) fn last_before(
    moment: SystemTime,
    start: SystemTime,
    watched: &[String],
    walk: &dyn Fn(SystemTime) -> Result<Walk, CommandError>,
) -> Result<Nearest, CommandError> {
    let begun = Instant::now();
    let (mut end, mut length) = (moment, FIRST);
    loop {
        let part = Instant::now();
        let from = end
            .checked_sub(length)
            .map_or(start, |from| from.max(start));
        let mut changes = followed(walk(from)?, watched);
        let (mut last, mut moments) = (None, 0);
        while let Some(news) = changes.go_on().map_err(senseless)? {
            let time = changes.walk().time();
            moments += 1;
            // More happened in it than in those behind it: a shorter part is looked through the next time.
            if moments % MOMENTS == 0 && end < moment && begun.elapsed() > PATIENCE {
                return Ok(Nearest::Nothing(end));
            }
            // The first moment of the part behind this one was no news there.
            if time > end || time >= moment {
                break;
            }
            if !news.is_empty() {
                last = Some(time);
            }
        }
        let is_over = from <= start || begun.elapsed() + part.elapsed() * LONGER > PATIENCE;
        match last {
            Some(change) => return Ok(Nearest::Change(change)),
            None if is_over => return Ok(Nearest::Nothing(from)),
            None => (end, length) = (from, length.saturating_mul(LONGER)),
        }
    }
}

/// The first moment after where the walk is at which one of these changed, came or went.
///
/// # Errors
///
/// The recording makes no sense somewhere.
pub(crate) fn first_after(walk: Walk, watched: &[String]) -> Result<Nearest, CommandError> {
    let begun = Instant::now();
    let mut changes = followed(walk, watched);
    loop {
        for _ in 0..MOMENTS {
            match changes.go_on().map_err(senseless)? {
                Some(news) if news.is_empty() => {}
                Some(_) => return Ok(Nearest::Change(changes.walk().time())),
                None => return Ok(Nearest::Nothing(changes.walk().end())),
            }
        }
        if begun.elapsed() > PATIENCE {
            return Ok(Nearest::Nothing(changes.walk().time()));
        }
    }
}

/// Follows what there is at that time; what means nothing there does not change.
fn followed(walk: Walk, watched: &[String]) -> RecordedChanges {
    let observer = walk.observer().beside();
    let mut changes = RecordedChanges::new(walk);
    for (number, text) in watched.iter().enumerate() {
        if let Ok((meaning, _)) = Meaning::of(&observer, text) {
            let _ = changes.add(number, meaning);
        }
    }
    changes
}

fn senseless(error: PlayError) -> CommandError {
    CommandError::Text(with_causes(&error))
}

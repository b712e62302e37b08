//! What changes in a session: fields, patterns, types and expressions, followed by a thread that samples.
//!
//! [`Meaning`] says what a text follows. A [`Feed`] samples all of it at one rate, and keeps what nobody has taken yet
//! in an [`outbox`], merged where its reader is slow. [`Changes`] is the feed with its thread; [`lines`] writes what
//! comes out. `memglass watch` and `:watch` ([`Typed`]) are two
//! readers of it. In a recording nothing happens while nobody goes on: [`RecordedChanges`] and [`Search`] take a [`Walk`] through it,
//! and [`nearest`] finds the change before a moment, or after it.

mod awaited;
#[cfg(feature = "view")]
mod board;
mod expression;
mod feed;
mod lines;
mod meaning;
#[cfg(feature = "view")]
mod nearest;
mod news;
mod outbox;
mod recorded;
mod search;
mod spread;
mod typed;
mod walk;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crossbeam_channel::{Receiver, Sender, bounded};
use memglass::sampler::{ProbeHandle, Rate, Sampler, Tick, now};
use memglass::{Observer, Presence, SessionInfo};

pub use awaited::Awaited;
#[cfg(feature = "view")]
pub use board::{Told, Watching};
pub use lines::Lines;
pub use meaning::Meaning;
#[cfg(feature = "view")]
pub(crate) use nearest::{Nearest, first_after, last_before};
pub use news::{Happened, News};
pub use recorded::RecordedChanges;
pub use search::{Search, Step};
pub(crate) use typed::Typed;
#[cfg(feature = "view")]
pub(crate) use typed::TypedTable;
pub use walk::Walk;

use crate::commands::CommandError;
use crate::enduring::Panics;
use feed::Feed;

/// Everything that is watched, sampled by a thread until this is dropped.
pub struct Changes {
    feed: Arc<Mutex<Feed>>,
    /// Whether a reader wants the feed: a thread that samples without a pause would not let go of it.
    is_wanted: Arc<AtomicBool>,
    sampler: Sampler,
    woken: Receiver<()>,
    wake: Sender<()>,
    probe: Option<(Rate, ProbeHandle)>,
    /// When the clock of samplers began.
    start: SystemTime,
}

/// What a reader gets at once.
#[derive(Debug, Default)]
pub struct Batch {
    /// What happened, in order.
    pub news: Vec<News>,
    /// What became of the producer, with the session that was followed then.
    pub fates: Vec<(Presence, SessionInfo)>,
    /// What is to be told of the sampling itself.
    pub remarks: Vec<String>,
}

/// What was counted since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Changes that were merged into others before somebody took them.
    pub merged: u64,
    /// Values of guarded fields that came and went between two samples.
    pub missed: u64,
    /// Points in time at which no sample could be taken.
    pub late: u64,
}

impl Changes {
    /// Follows nothing yet, in the session of an observer. `room` is how many news wait before they are merged, one
    /// for each field.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub fn start(observer: &Observer, room: usize) -> io::Result<Changes> {
        let (wake, woken) = bounded(1);
        Ok(Changes {
            feed: Arc::new(Mutex::new(Feed::new(observer.beside(), room))),
            is_wanted: Arc::default(),
            sampler: Sampler::start()?,
            woken,
            wake,
            probe: None,
            start: SystemTime::now() - now(),
        })
    }

    /// Follows what a text means, under a number of the caller's. What is there now is no news.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: a field can never be read.
    pub fn add(&mut self, number: usize, meaning: Meaning) -> Result<(), CommandError> {
        self.feed().add(number, meaning)
    }

    /// Follows nothing any more under this number.
    pub fn remove(&mut self, number: usize) {
        self.feed().remove(number);
    }

    /// Samples at this rate from now on.
    pub fn sample_at(&mut self, rate: Rate) {
        if self.probe.as_ref().is_some_and(|(known, _)| *known == rate) {
            return;
        }
        let (feed, wake) = (Arc::clone(&self.feed), self.wake.clone());
        let is_wanted = Arc::clone(&self.is_wanted);
        let panics = Panics::default();
        let probe = move |tick: Tick| {
            if rate == Rate::SPIN && is_wanted.load(Ordering::Relaxed) {
                return;
            }
            let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
            let sampled = panics.attempt(|| feed.sample(tick.time));
            if let Err(panicked) = sampled {
                feed.remark(panicked.to_string());
            }
            if feed.has_news() {
                // Whoever has not looked yet need not be told twice.
                let _ = wake.try_send(());
            }
        };
        self.probe = Some((rate, self.sampler.add(rate, probe)));
    }

    /// Told when there is something to take.
    pub fn woken(&self) -> &Receiver<()> {
        &self.woken
    }

    /// Takes at most so many news, and what became of the producer.
    pub fn take(&self, most: usize) -> Batch {
        let mut feed = self.feed();
        let (items, fates, remarks) = feed.take(most);
        if feed.has_news() {
            let _ = self.wake.try_send(());
        }
        drop(feed);
        let news = items.into_iter().map(|item| item.news(self.start));
        Batch {
            news: news.collect(),
            fates,
            remarks,
        }
    }

    /// From now on tells of a structured field what happened to its parts, if these are few.
    #[cfg(feature = "view")]
    pub(crate) fn spread(&self) {
        self.feed().spread();
    }

    /// What there is now, as if it had just appeared.
    pub(crate) fn present(&self) -> Vec<News> {
        let items = self.feed().present();
        items
            .into_iter()
            .map(|item| item.news(self.start))
            .collect()
    }

    /// What was counted so far.
    pub fn totals(&self) -> Totals {
        let feed = self.feed();
        Totals {
            merged: feed.merged(),
            missed: feed.missed(),
            late: self.sampler.counters().late,
        }
    }

    fn feed(&self) -> MutexGuard<'_, Feed> {
        self.is_wanted.store(true, Ordering::Relaxed);
        // What a sample has left half done is sampled again by the next one.
        let feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_wanted.store(false, Ordering::Relaxed);
        feed
    }
}

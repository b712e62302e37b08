//! What a following tells, over a channel.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::counters::Counters;
use super::event::{Event, SelectionId, What};
use super::following::Following;
use super::rate::Rate;
use super::scan::{Key, ScanCounters};
use super::thread::{Probe, ProbeHandle, Sampler, Tick};
use super::waiting::Waiting;
use crate::observer::Field;
use crate::value::Value;

/// The updates of a following that a sampler looks at. Dropping this ends it.
///
/// The channel has room for [`ROOM`] updates. While the receiver is slower, updates are merged, one for each
/// field: `old` stays, `now` is the newest value. So the last value of a field is never lost, order is
/// kept, and memory is bounded.
#[derive(Debug)]
pub struct Subscription {
    updates: Receiver<Update>,
    _probe: ProbeHandle,
}

/// How many updates the channel of a subscription holds before later ones are merged.
pub const ROOM: usize = 1024;

/// What happened to a field, for a receiver on another thread.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Update {
    /// The time of the tick, by [`now`](super::now).
    pub time: Duration,
    /// What selected the field.
    pub selection: SelectionId,
    /// The field during this life of its object.
    pub key: Key,
    /// The field.
    pub field: Arc<Field>,
    /// What happened.
    pub kind: UpdateKind,
    /// How many values were published since the last update of the field; `None` if it is not guarded.
    pub writes: Option<u64>,
    /// How many later updates of the field were merged into this one because the receiver was slow.
    pub merged: u64,
    /// Whether the new value may mix moments.
    pub is_torn: bool,
    old: Option<Box<[u8]>>,
    now: Option<Box<[u8]>>,
}

/// What an [`Update`] tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpdateKind {
    /// An object has appeared that has the field: there is no old value.
    Appeared,
    /// The field has another value.
    Changed,
    /// Its object went: there is no new value.
    Vanished,
}

impl Update {
    /// The value before; of a vanished field, the last that was seen.
    pub fn old(&self) -> Option<Value> {
        self.old.as_deref().map(|bytes| self.field.value_of(bytes))
    }

    /// The value now.
    pub fn now(&self) -> Option<Value> {
        self.now.as_deref().map(|bytes| self.field.value_of(bytes))
    }

    fn of(time: Duration, event: Event<'_>) -> Update {
        let boxed = |bytes: &[u8]| Some(bytes.into());
        let (kind, old, now) = match event.what {
            What::Appeared { now } => (UpdateKind::Appeared, None, boxed(now)),
            What::Changed(change) => (UpdateKind::Changed, boxed(change.old), boxed(change.now)),
            What::Vanished { last } => (UpdateKind::Vanished, boxed(last), None),
        };
        let (writes, is_torn) = match event.what {
            What::Changed(change) => (change.writes, change.is_torn),
            _ => (None, false),
        };
        Update {
            time,
            selection: event.selection,
            key: event.key,
            field: Arc::clone(event.field),
            kind,
            writes,
            merged: 0,
            is_torn,
            old,
            now,
        }
    }

    /// Folds a later update of the same field into this one; `None` if nothing is left to tell: the value came
    /// back, or the field appeared and vanished.
    pub(super) fn merged_with(self, later: Update) -> Option<Update> {
        use UpdateKind::{Appeared, Changed, Vanished};
        let kind = match (self.kind, later.kind) {
            (Appeared, Vanished) => return None,
            (kind, Changed) => kind,
            (_, kind) => kind,
        };
        // A vanished field tells its last value.
        let old = if kind == Vanished {
            later.old
        } else {
            self.old
        };
        if kind == Changed && old == later.now {
            return None;
        }
        let writes = self
            .writes
            .zip(later.writes)
            .map(|(one, other)| one + other);
        Some(Update {
            time: later.time,
            kind,
            writes,
            merged: self.merged + later.merged + 1,
            is_torn: later.is_torn,
            old,
            now: later.now,
            ..self
        })
    }
}

impl Subscription {
    /// The channel, for `select!`. It is disconnected when the sampler has ended.
    pub fn updates(&self) -> &Receiver<Update> {
        &self.updates
    }
}

impl Sampler {
    /// Samples a following at a rate and sends what it tells.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::sampler::{Following, Rate, Sampler, Selection, UpdateKind};
    ///
    /// let price = session.object("AAPL_price", 100_i64)?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let mut following = Following::new(observer);
    /// following.add(Selection::of("*_price")?)?;
    ///
    /// let sampler = Sampler::start()?;
    /// let subscription = sampler.subscribe(Rate::hz(1000.0)?, following);
    /// price.set(105);
    /// let update = subscription.updates().recv()?;
    /// assert_eq!((update.kind, update.field.path()), (UpdateKind::Changed, "AAPL_price"));
    /// assert_eq!((update.old(), update.now()), (Some(100_i64.into()), Some(105_i64.into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn subscribe(&self, rate: Rate, following: Following) -> Subscription {
        let (sender, updates) = bounded(ROOM);
        let feed = Feed {
            counted: following.counters(),
            following,
            sender,
            waiting: Waiting::default(),
            counters: Arc::clone(self.counted()),
        };
        Subscription {
            updates,
            _probe: self.add(rate, feed),
        }
    }
}

/// A following and where it tells.
struct Feed {
    following: Following,
    sender: Sender<Update>,
    waiting: Waiting,
    counters: Arc<Counters>,
    /// What its scan had counted when that was added to the sampler's counters.
    counted: ScanCounters,
}

impl Probe for Feed {
    fn sample(&mut self, tick: Tick) {
        let Feed {
            following,
            sender,
            waiting,
            counters,
            ..
        } = self;
        following.sample(tick.time, |event| {
            let update = Update::of(tick.time, event);
            counters.count_update(update.kind);
            // Behind what waits already.
            let refused = match waiting.is_empty() {
                true => sender.try_send(update),
                false => Err(TrySendError::Full(update)),
            };
            if let Err(TrySendError::Full(update)) = refused {
                counters.count_merged(waiting.push(update));
            }
        });
        let now = self.following.counters();
        self.counters.count_scan(&self.counted, &now);
        self.counted = now;
    }

    fn hand_on(&mut self) -> bool {
        while !self.sender.is_full() {
            let Some(update) = self.waiting.pop() else {
                return false;
            };
            // There is room: no other sender fills it. Without a receiver nobody wants it.
            let _ = self.sender.try_send(update);
        }
        !self.waiting.is_empty()
    }
}

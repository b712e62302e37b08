//! Following selections: what they select now, what changed, and what came and went.

mod coming;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, SelectionId, What};
use super::scan::{ByKey, Gone, Key, Scan, ScanCounters, Seen};
use super::selection::{Selection, SelectionError};
use crate::observer::{Field, Observer, Presence};

/// The fields that some selections select, whatever objects come and go.
///
/// It has an observer of its own, no thread and no clock: call [`Following::sample`] at each tick, or hand it
/// to [`Sampler::subscribe`](super::Sampler::subscribe). When the producer is started again, all fields vanish
/// and those of the new session appear.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("example").dir(&dir).create()?;
/// use memglass::sampler::{Event, Following, Selection, now};
///
/// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
/// let mut following = Following::new(observer);
/// following.add(Selection::of("*_price")?)?;
///
/// let price = session.object("AAPL_price", 100_i64)?;
/// let mut seen = Vec::new();
/// following.sample(now(), |event| seen.push(format!("{event}")));
/// price.set(105);
/// following.sample(now(), |event| seen.push(format!("{event}")));
/// drop(price);
/// following.sample(now(), |event| seen.push(format!("{event}")));
/// assert_eq!(seen, ["AAPL_price appeared", "AAPL_price changed", "AAPL_price vanished"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Following {
    observer: Observer,
    scan: Scan,
    selections: BTreeMap<SelectionId, Selected>,
    /// Those that are no paths: each object that comes may be theirs.
    patterns: Vec<SelectionId>,
    next_id: u32,
    fields: ByKey<Followed>,
    /// The selections that are paths, by each label that the path may start with.
    by_label: HashMap<String, Vec<SelectionId>>,
    /// Paths that may mean another object now.
    stale: BTreeSet<SelectionId>,
    /// Selected fields that could not be read at their first look.
    unread: Vec<(SelectionId, Field)>,
    /// Per slot, the generation of the object that was taken in last, plus one.
    taken: Vec<u64>,
    /// What is to be told at the next sample.
    untold: Vec<Untold>,
    producer: Producer,
}

/// A selection, and for a path the field that it means now.
struct Selected {
    selection: Selection,
    present: Option<Key>,
}

/// A field and what selected it.
struct Followed {
    field: Arc<Field>,
    selection: SelectionId,
}

/// An event that was found before a sample.
enum Untold {
    Appeared(Key),
    Vanished(Key, Followed, Vec<u8>),
}

/// Whether the producer is there, and when to ask again.
struct Producer {
    presence: Presence,
    ask_at: Duration,
    /// When to ask, too, whether it stands still.
    ask_all_at: Duration,
    /// Its last values have been reported.
    is_over: bool,
}

/// How often it is asked whether the producer is there: that costs some microseconds.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// How often it is asked whether the producer stands still: that costs a hundred microseconds where no cache has what the
/// system needs for it.
const ASK_ALL_EVERY: Duration = Duration::from_secs(1);

impl Following {
    /// Follows nothing yet, with an observer of its own. [`Observer::beside`] makes one.
    pub fn new(observer: Observer) -> Following {
        Following {
            producer: Producer {
                presence: observer.producer(),
                ask_at: Duration::ZERO,
                ask_all_at: Duration::ZERO,
                is_over: false,
            },
            observer,
            scan: Scan::new(),
            selections: BTreeMap::new(),
            patterns: Vec::new(),
            next_id: 0,
            fields: ByKey::new(),
            by_label: HashMap::new(),
            stale: BTreeSet::new(),
            unread: Vec::new(),
            taken: Vec::new(),
            untold: Vec::new(),
        }
    }

    /// Follows what a selection selects, now and later. What is there now is followed from its present
    /// value on, and not told as appeared.
    ///
    /// Objects need not exist yet.
    ///
    /// # Errors
    ///
    /// - [`SelectionError::Path`]: the objects that are there have no such field, or the path is none.
    /// - [`SelectionError::Read`]: a selected field can never be read, for example because it is too large.
    pub fn add(&mut self, selection: Selection) -> Result<SelectionId, SelectionError> {
        self.take_in();
        let fields = self.select(&selection)?;
        let id = SelectionId(self.next_id);
        self.next_id += 1;
        for label in selection.labels() {
            self.by_label.entry(label).or_default().push(id);
        }
        if !selection.is_path() {
            self.patterns.push(id);
        }
        let present = None;
        self.selections.insert(id, Selected { selection, present });
        for field in fields {
            if let Err(error) = self.follow(id, field) {
                self.remove(id);
                return Err(error.into());
            }
        }
        Ok(id)
    }

    /// Follows a selection no longer.
    pub fn remove(&mut self, id: SelectionId) {
        let Some(Selected { selection, .. }) = self.selections.remove(&id) else {
            return;
        };
        for label in selection.labels() {
            if let Some(ids) = self.by_label.get_mut(&label) {
                ids.retain(|&other| other != id);
                if ids.is_empty() {
                    self.by_label.remove(&label);
                }
            }
        }
        self.patterns.retain(|&other| other != id);
        self.unread.retain(|(of, _)| *of != id);
        self.untold.retain(|untold| match untold {
            // It may have gone again.
            Untold::Appeared(key) => {
                let followed = self.fields.get(*key);
                followed.is_some_and(|followed| followed.selection != id)
            }
            Untold::Vanished(_, followed, _) => followed.selection != id,
        });
        let scan = &mut self.scan;
        self.fields.retain(|key, followed| {
            let stays = followed.selection != id;
            if !stays {
                scan.forget(key);
            }
            stays
        });
    }

    /// The fields that a selection selects now, in no particular order.
    pub fn fields(&self, id: SelectionId) -> impl Iterator<Item = (Key, &Arc<Field>)> {
        let all = self.fields.iter();
        let selected = all.filter(move |(_, followed)| followed.selection == id);
        selected.map(|(key, followed)| (key, &followed.field))
    }

    /// The value of a field at the last look, as bytes; `None` if it has vanished.
    pub fn last(&self, key: Key) -> Option<Vec<u8>> {
        self.scan.last(key)
    }

    /// Number of fields that are followed.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Number of selected fields that could not be read yet. They appear when they can be.
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// Whether no field is followed.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Its observer; another one after a restart of the producer.
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// Whether the producer was there when it was asked last, at most a tenth of a second before the last sample; and whether
    /// it stood still, at most a second before.
    pub fn producer(&self) -> Presence {
        self.producer.presence
    }

    /// What the scan of its fields counted.
    pub fn counters(&self) -> ScanCounters {
        self.scan.counters()
    }

    /// Asks at once, and not only at the next sample in a tenth of a second, whether the producer is there.
    pub fn ask_for_producer(&mut self) {
        (self.producer.ask_at, self.producer.ask_all_at) = (Duration::ZERO, Duration::ZERO);
    }

    /// Looks at all fields at `time`, and tells what happened since the last look.
    ///
    /// First the fields whose objects went, or that have another value; then those that appeared.
    /// After the end of the producer its last values are told once, and then nothing until a new session has
    /// its name.
    pub fn sample(&mut self, time: Duration, mut see: impl FnMut(Event<'_>)) {
        if time >= self.producer.ask_at {
            self.ask(time);
        }
        self.tell_untold(&mut see);
        if self.producer.is_over {
            return;
        }
        self.producer.is_over = !self.producer.presence.is_alive();
        self.tell_changes(&mut see);
        self.take_in();
        self.tell_untold(&mut see);
    }

    fn ask(&mut self, time: Duration) {
        self.producer.ask_at = time + ASK_EVERY;
        // Of one that stands still it is heard at once that it goes on.
        let is_running = self.producer.presence == Presence::Alive;
        if is_running && time < self.producer.ask_all_at && self.observer.is_producer_alive() {
            return;
        }
        self.producer.ask_all_at = time + ASK_ALL_EVERY;
        self.producer.presence = self.observer.producer();
        self.producer.is_over &= !self.producer.presence.is_alive();
        if self.producer.presence == Presence::Restarted
            // If the new session is not ready yet, it is at the next look.
            && let Ok(observer) = self.observer.reattach()
        {
            self.begin_anew(observer);
        }
    }

    fn tell_untold(&mut self, see: &mut impl FnMut(Event<'_>)) {
        for untold in self.untold.drain(..) {
            match untold {
                Untold::Appeared(key) => {
                    // It may have gone again.
                    let (Some(followed), Some(now)) = (self.fields.get(key), self.scan.last(key))
                    else {
                        continue;
                    };
                    see(followed.event(key, What::Appeared { now: &now }));
                }
                Untold::Vanished(key, followed, last) => {
                    see(followed.event(key, What::Vanished { last: &last }));
                }
            }
        }
    }

    fn tell_changes(&mut self, see: &mut impl FnMut(Event<'_>)) {
        let Following {
            scan,
            fields,
            selections,
            stale,
            ..
        } = self;
        scan.sample(|seen| match seen {
            Seen::Changed(change) => {
                let followed = fields.get(change.key).expect("followed until now");
                see(followed.event(change.key, What::Changed(change)));
            }
            Seen::Gone(Gone { key, last, .. }) => {
                let followed = fields.remove(key).expect("followed until now");
                let id = followed.selection;
                if selections[&id].selection.is_path() {
                    stale.insert(id);
                }
                see(followed.event(key, What::Vanished { last }));
            }
        });
    }
}

impl Followed {
    fn event<'s>(&'s self, key: Key, what: What<'s>) -> Event<'s> {
        Event {
            selection: self.selection,
            key,
            field: &self.field,
            what,
        }
    }
}

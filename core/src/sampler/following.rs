//! Following selections: what they select now, what changed, and what came and went.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::scan::{Change, Gone, Key, Scan, ScanCounters, Seen};
use super::selection::{Selection, SelectionError};
use crate::observer::{Field, Observer, PathError, Presence, ReadError};

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
    fields: HashMap<Key, Followed>,
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

/// A selection that a [`Following`] follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SelectionId(u32);

/// What happened to a followed field. Prints as its path and that.
///
/// [`Field::value_of`] makes values of the bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'s> {
    /// What selected it.
    pub selection: SelectionId,
    /// The field during this life of its object: no later one has the same key.
    pub key: Key,
    /// The field.
    pub field: &'s Arc<Field>,
    /// What happened.
    pub what: What<'s>,
}

/// What can happen to a followed field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What<'s> {
    /// An object has appeared that has it.
    Appeared {
        /// Its first value.
        now: &'s [u8],
    },
    /// It has another value.
    Changed(Change<'s>),
    /// Its object went, or its session was replaced by another one.
    Vanished {
        /// The last value that was seen.
        last: &'s [u8],
    },
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
    /// Its last values have been reported.
    is_over: bool,
}

/// How often it is asked whether the producer is there: that costs some microseconds.
const ASK_EVERY: Duration = Duration::from_millis(100);

impl Following {
    /// Follows nothing yet, with an observer of its own. [`Observer::beside`] makes one.
    pub fn new(observer: Observer) -> Following {
        Following {
            producer: Producer {
                presence: observer.producer(),
                ask_at: Duration::ZERO,
                is_over: false,
            },
            observer,
            scan: Scan::new(),
            selections: BTreeMap::new(),
            patterns: Vec::new(),
            next_id: 0,
            fields: HashMap::new(),
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
            Untold::Appeared(key) => self.fields[key].selection != id,
            Untold::Vanished(_, followed, _) => followed.selection != id,
        });
        let scan = &mut self.scan;
        self.fields.retain(|&key, followed| {
            let stays = followed.selection != id;
            if !stays {
                scan.forget(key);
            }
            stays
        });
    }

    /// The fields that a selection selects now.
    pub fn fields(&self, id: SelectionId) -> impl Iterator<Item = (Key, &Arc<Field>)> {
        let all = self.fields.iter();
        let selected = all.filter(move |(_, followed)| followed.selection == id);
        selected.map(|(&key, followed)| (key, &followed.field))
    }

    /// The value of a field at the last look, as bytes; `None` if it has vanished.
    pub fn last(&self, key: Key) -> Option<Vec<u8>> {
        self.scan.last(key)
    }

    /// Number of fields that are followed.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether no field is followed.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Its observer; another one after a restart of the producer.
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// Whether the producer was there when it was asked last, at most a tenth of a second before the last
    /// sample.
    pub fn producer(&self) -> Presence {
        self.producer.presence
    }

    /// What the scan of its fields counted.
    pub fn counters(&self) -> ScanCounters {
        self.scan.counters()
    }

    /// Asks at once, and not only at the next sample in a tenth of a second, whether the producer is there.
    pub fn ask_for_producer(&mut self) {
        self.producer.ask_at = Duration::ZERO;
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
        self.producer.presence = self.observer.producer();
        self.producer.is_over &= !self.producer.presence.is_alive();
        if self.producer.presence == Presence::Restarted
            // If the new session is not ready yet, it is at the next look.
            && let Ok(observer) = self.observer.reattach()
        {
            self.begin_anew(observer);
        }
    }

    /// Lets everything vanish, and takes in what a new session has.
    fn begin_anew(&mut self, observer: Observer) {
        let keys: Vec<Key> = self.fields.keys().copied().collect();
        keys.into_iter().for_each(|key| self.lose(key));
        self.unread.clear();
        self.taken.clear();
        self.producer.presence = observer.producer();
        self.producer.is_over = false;
        self.observer = observer;
        let ids: Vec<SelectionId> = self.selections.keys().copied().collect();
        for id in ids {
            let selection = self.selections[&id].selection.clone();
            // Objects of the new session may have other fields: they are not selected.
            let fields = self.select(&selection).unwrap_or_default();
            for field in fields {
                self.appear(id, field);
            }
        }
    }

    fn tell_untold(&mut self, see: &mut impl FnMut(Event<'_>)) {
        for untold in self.untold.drain(..) {
            match untold {
                Untold::Appeared(key) => {
                    // It may have gone again.
                    let (Some(followed), Some(now)) = (self.fields.get(&key), self.scan.last(key))
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
                let followed = &fields[&change.key];
                see(followed.event(change.key, What::Changed(change)));
            }
            Seen::Gone(Gone { key, last, .. }) => {
                let followed = fields.remove(&key).expect("followed until now");
                let id = followed.selection;
                if selections[&id].selection.is_path() {
                    stale.insert(id);
                }
                see(followed.event(key, What::Vanished { last }));
            }
        });
    }

    /// Takes in the objects that came since the last time.
    fn take_in(&mut self) {
        let mut slots = Vec::new();
        // What cannot be taken in now is reported again by the next refresh.
        let _ = self.observer.refresh_noting(|slot| slots.push(slot));
        for (id, field) in std::mem::take(&mut self.unread) {
            self.appear(id, field);
        }
        for slot in slots {
            self.take_in_slot(slot);
        }
        for id in std::mem::take(&mut self.stale) {
            self.resolve_again(id);
        }
    }

    fn take_in_slot(&mut self, slot: u32) {
        let Some(object) = self.observer.object_in(slot) else {
            return;
        };
        if self.taken.len() <= slot as usize {
            self.taken.resize(slot as usize + 1, 0);
        }
        let taken = &mut self.taken[slot as usize];
        // A damaged object is noted again and again.
        if std::mem::replace(taken, object.generation + 1) == object.generation + 1 {
            return;
        }
        if let Some(ids) = self.by_label.get(&*object.label) {
            self.stale.extend(ids);
        }
        let mut found = Vec::new();
        for &id in &self.patterns {
            let selection = &self.selections[&id].selection;
            let fields = selection.fields_of(&self.observer, &object);
            found.extend(
                fields
                    .unwrap_or_default()
                    .into_iter()
                    .map(|field| (id, field)),
            );
        }
        for (id, field) in found {
            self.appear(id, field);
        }
    }

    /// Looks which field a path means now.
    fn resolve_again(&mut self, id: SelectionId) {
        let Some(Selected { selection, present }) = self.selections.get(&id) else {
            return;
        };
        let now = self.observer.field(selection.text()).ok();
        let before = present.and_then(|key| Some((key, self.fields.get(&key)?)));
        let is_same = match (&now, before) {
            (Some(now), Some((_, before))) => before.field.object_id() == now.object_id(),
            (now, before) => now.is_none() && before.is_none(),
        };
        if is_same {
            return;
        }
        if let Some((key, _)) = before {
            self.lose(key);
        }
        if let Some(field) = now {
            self.appear(id, field);
        }
    }

    /// All fields that a selection selects now.
    fn select(&self, selection: &Selection) -> Result<Vec<Field>, PathError> {
        if selection.is_path() {
            return match self.observer.field(selection.text()) {
                Ok(field) => Ok(vec![field]),
                Err(PathError::NoSuchObject { .. }) => Ok(Vec::new()),
                Err(error) => Err(error),
            };
        }
        let (mut fields, mut failed) = (Vec::new(), None);
        for object in self.observer.objects() {
            match selection.fields_of(&self.observer, &object) {
                Ok(more) => fields.extend(more),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            Some(error) if fields.is_empty() => Err(error),
            _ => Ok(fields),
        }
    }

    fn appear(&mut self, id: SelectionId, field: Field) {
        // What can never be read does not appear.
        let key = self.follow(id, field).ok().flatten();
        self.untold.extend(key.map(Untold::Appeared));
    }

    /// Follows a selected field, now or as soon as it can be read.
    ///
    /// # Errors
    ///
    /// If it can never be read.
    fn follow(&mut self, id: SelectionId, field: Field) -> Result<Option<Key>, ReadError> {
        let key = match self.scan.follow(&field) {
            Ok(key) => key,
            Err(ReadError::Contended { .. }) => {
                self.unread.push((id, field));
                return Ok(None);
            }
            Err(ReadError::Gone { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Some(selected) = self.selections.get_mut(&id)
            && selected.selection.is_path()
        {
            selected.present = Some(key);
        }
        let field = Arc::new(field);
        let selection = id;
        self.fields.insert(key, Followed { field, selection });
        Ok(Some(key))
    }

    /// Follows a field no longer, and tells that it has vanished.
    fn lose(&mut self, key: Key) {
        let last = self.scan.last(key);
        if let (Some(followed), Some(last)) = (self.fields.remove(&key), last) {
            self.scan.forget(key);
            self.untold.push(Untold::Vanished(key, followed, last));
        }
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

impl fmt::Display for Event<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Appeared { .. } => "appeared",
            What::Changed(_) => "changed",
            What::Vanished { .. } => "vanished",
        };
        write!(out, "{} {what}", self.field.path())
    }
}

//! Fields that are looked at, and what was seen of each.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use memglass::sampler::{Change, Key, Scan, ScanCounters, Seen, Selection};
use memglass::schema::{Kind, Schema};
use memglass::{Field, ObjectId, Observer, Value};
use memglass_value::format::{self, Style};

use crate::changes::Meaning;
use crate::commands::{CommandError, with_causes};
use crate::doctor;

/// Fields that are looked at, at most.
const MOST_FIELDS: usize = 200_000;

/// Elements of one array of structs that are looked at.
const MOST_ELEMENTS: u64 = 1024;

/// Looks at fields in a second, at most: a tenth of what a processor can do.
const LOOKS_PER_SECOND: f64 = 10e6;

/// How long a look waits at least, and at most.
const PERIODS: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(100)];

/// Taking in new objects takes at most one part of the time in so many.
const TAKEN_IN: u32 = 20;

/// How long a field stays when its object is gone: a producer that ends destroys its objects first, and they are its
/// last values.
const STAYS: Duration = Duration::from_secs(3);

/// The fields, and what was seen of each.
pub(super) struct Looked {
    observer: Observer,
    /// What selects them; all, if nothing does.
    selections: Option<Vec<Selection>>,
    scan: Scan,
    by_key: HashMap<Key, usize>,
    tallies: Vec<Tally>,
    /// The chosen fields whose parts these are.
    roots: HashSet<(ObjectId, Box<str>)>,
    /// Whether there are more fields.
    is_limited: bool,
    start: Instant,
    /// The last look.
    now: Instant,
    /// Since when changes are counted, and how long they were in the frame that has ended.
    frame: (Instant, Duration),
    take_in_after: Instant,
}

/// Which fields, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ranked {
    /// Those that changed in the last frame, the most often changed first.
    Busy,
    /// Those that ever changed, likewise.
    Known,
    /// The same by their paths.
    Named,
    /// Those that did not change in the last frame, by their paths.
    Stuck,
    /// All, the longest unchanged first.
    Aged,
}

/// What was seen of a field.
pub(super) struct Tally {
    field: Field,
    key: Key,
    changes: u64,
    /// Of a guarded field, how often it was written.
    writes: Option<u64>,
    torn: u64,
    /// The value that it had last and since when, if its object is gone.
    last: Option<(Box<[u8]>, Instant)>,
    changed: Option<Instant>,
    /// Since when it is looked at.
    since: Instant,
    rate: f64,
    /// Why its value is not allowed, as of the last frame.
    trouble: Option<String>,
    is_checked: bool,
}

impl Looked {
    /// Looks at all fields, or at those that a path, a pattern or a type selects.
    ///
    /// # Errors
    ///
    /// The choice is none, or it is an expression.
    pub(super) fn new(choice: Option<&str>, observer: &Observer) -> Result<Self, CommandError> {
        let selections = choice.map(|text| selections(text, observer)).transpose()?;
        let mut observer = observer.beside();
        let refreshed = observer.refresh();
        refreshed.map_err(|error| CommandError::Text(with_causes(&error)))?;
        let now = Instant::now();
        let mut looked = Looked {
            observer,
            selections,
            scan: Scan::new(),
            by_key: HashMap::new(),
            tallies: Vec::new(),
            roots: HashSet::new(),
            is_limited: false,
            start: now,
            now,
            frame: (now, Duration::ZERO),
            take_in_after: now,
        };
        looked.take_in()?;
        let now = Instant::now();
        (looked.start, looked.frame.0) = (now, now);
        Ok(looked)
    }

    pub(super) fn observer(&self) -> &Observer {
        &self.observer
    }

    pub(super) fn counters(&self) -> ScanCounters {
        self.scan.counters()
    }

    /// Looks at objects that came since.
    pub(super) fn refresh(&mut self) {
        self.forget_gone();
        let now = Instant::now();
        if now < self.take_in_after || !matches!(self.observer.refresh(), Ok(true)) {
            return;
        }
        // What cannot be selected any more has been told when it was chosen.
        let _ = self.take_in();
        self.take_in_after = now + now.elapsed() * TAKEN_IN;
    }

    fn take_in(&mut self) -> Result<(), CommandError> {
        for root in self.chosen()? {
            if self.tallies.len() >= MOST_FIELDS {
                self.is_limited = true;
                break;
            }
            if self.roots.insert((root.object_id(), root.path().into())) {
                self.add(&root);
            }
        }
        Ok(())
    }

    fn chosen(&self) -> Result<Vec<Field>, CommandError> {
        let Some(selections) = &self.selections else {
            let objects = self.observer.objects();
            // One that was destroyed since it was listed is none.
            let roots = objects.filter_map(|object| self.observer.root(&object).ok());
            return Ok(roots.take(MOST_FIELDS + 1).collect());
        };
        let mut chosen = Vec::new();
        for selection in selections {
            let fields = selection.fields(&self.observer);
            chosen.extend(fields.map_err(|error| CommandError::Text(error.to_string()))?);
        }
        Ok(chosen)
    }

    /// Adds the parts of a field that have no parts.
    fn add(&mut self, field: &Field) {
        if self.tallies.len() >= MOST_FIELDS {
            self.is_limited = true;
            return;
        }
        let schema = field.schema().clone();
        match (members(&schema, field), field.element_count()) {
            (_, Some(count)) if has_structs(&schema, field) => {
                self.is_limited |= count > MOST_ELEMENTS;
                for index in 0..count.min(MOST_ELEMENTS) {
                    field
                        .element(index)
                        .iter()
                        .for_each(|field| self.add(field));
                }
            }
            (Some(names), None) => {
                for name in names {
                    field.member(&name).iter().for_each(|field| self.add(field));
                }
            }
            _ => self.follow(field),
        }
    }

    fn follow(&mut self, field: &Field) {
        // What cannot be read is the doctor's to tell.
        let Ok(key) = self.scan.follow(field) else {
            return;
        };
        self.by_key.insert(key, self.tallies.len());
        self.tallies.push(Tally {
            field: field.clone(),
            key,
            changes: 0,
            writes: field.sequence().map(|_| 0),
            torn: 0,
            last: None,
            changed: None,
            since: Instant::now(),
            rate: 0.0,
            trouble: None,
            is_checked: false,
        });
    }

    fn forget_gone(&mut self) {
        let now = self.now;
        let is_over = |tally: &Tally| {
            let gone = tally.last.as_ref();
            gone.is_some_and(|(_, gone)| now.saturating_duration_since(*gone) >= STAYS)
        };
        let gone = self.tallies.iter().filter(|tally| is_over(tally));
        let gone: HashSet<ObjectId> = gone.map(|tally| tally.field.object_id()).collect();
        if gone.is_empty() {
            return;
        }
        self.tallies.retain(|tally| !is_over(tally));
        self.roots.retain(|(object, _)| !gone.contains(object));
        self.by_key = (self.tallies.iter().map(|tally| tally.key))
            .zip(0..)
            .collect();
        self.is_limited = false;
    }

    /// The time between two looks, so that they take a bounded part of a processor.
    pub(super) fn period(&self) -> Duration {
        let seconds = self.tallies.len() as f64 / LOOKS_PER_SECOND;
        let [least, most] = PERIODS;
        Duration::from_secs_f64(seconds).clamp(least, most)
    }

    pub(super) fn sample(&mut self) {
        let Looked {
            scan,
            by_key,
            tallies,
            ..
        } = self;
        let now = Instant::now();
        self.now = now;
        scan.sample(|seen| match seen {
            Seen::Changed(change) => tallies[by_key[&change.key]].count(&change, now),
            Seen::Gone(gone) => {
                tallies[by_key[&gone.key]].last = Some((gone.last.into(), now));
            }
        });
    }

    /// Ends a frame: rates are those of the time since the last one, and values that changed are checked.
    pub(super) fn end_frame(&mut self) {
        let time = self.now.saturating_duration_since(self.frame.0);
        self.frame = (self.now, time);
        let seconds = time.as_secs_f64().max(1e-6);
        for tally in &mut self.tallies {
            tally.end_frame(seconds);
        }
    }

    /// Ends a frame in which nothing changed: its producer is gone.
    pub(super) fn pass(&mut self) {
        self.now = Instant::now();
        self.end_frame();
    }

    /// Begins another frame, as if nothing had been seen since the last one.
    pub(super) fn skip_frame(&mut self) {
        self.sample();
        self.frame.0 = self.now;
        self.tallies.iter_mut().for_each(|tally| {
            tally.take();
        });
    }

    pub(super) fn tally(&self, at: usize) -> &Tally {
        &self.tallies[at]
    }

    /// The value that was seen last, and how it wants to be printed.
    pub(super) fn value(&self, at: usize) -> Option<(Value, Style)> {
        let Tally {
            field, key, last, ..
        } = &self.tallies[at];
        let info = field.info();
        let style = Style::new(info.metadata).of_type(field.schema(), info.type_id);
        let value = match last {
            Some((last, _)) => field.value_of(last),
            None => field.value_of(&self.scan.last(*key)?),
        };
        Some((value, style))
    }

    /// What is wrong with a field.
    pub(super) fn note(&self, at: usize) -> String {
        let tally = &self.tallies[at];
        let torn = (tally.torn > 0).then(|| format!("{} torn", tally.torn));
        let notes = tally.trouble.clone().into_iter().chain(torn);
        notes.collect::<Vec<String>>().join("; ")
    }

    /// The time since a field changed last, or since it is looked at.
    pub(super) fn age(&self, at: usize) -> Duration {
        let Tally { changed, since, .. } = self.tallies[at];
        self.now.saturating_duration_since(changed.unwrap_or(since))
    }

    /// Fields, ranked. Those whose values are not allowed come first, unless the order is another one.
    pub(super) fn ranked(&self, ranked: Ranked) -> Vec<usize> {
        let tallies = &self.tallies;
        let is_shown = |at: &usize| {
            let tally = &tallies[*at];
            match ranked {
                Ranked::Busy | Ranked::Stuck if tally.is_gone() => false,
                Ranked::Busy => tally.rate > 0.0 || tally.trouble.is_some(),
                Ranked::Known | Ranked::Named => tally.changed.is_some() || tally.trouble.is_some(),
                Ranked::Stuck => tally.rate == 0.0,
                Ranked::Aged => true,
            }
        };
        let mut rows: Vec<usize> = (0..tallies.len()).filter(is_shown).collect();
        rows.sort_by(|one, other| {
            let (one, other) = (&tallies[*one], &tallies[*other]);
            let by_path = || one.field.path().cmp(other.field.path());
            match ranked {
                Ranked::Named => by_path(),
                Ranked::Aged => (one.changed.cmp(&other.changed)).then_with(by_path),
                _ => one.urgency().cmp(&other.urgency()).then_with(by_path),
            }
        });
        rows
    }

    /// What was seen, in a line.
    pub(super) fn summary(&self) -> String {
        let grouped = |count: u64| format::grouped(&count.to_string());
        let changed = self.tallies.iter().filter(|tally| tally.rate > 0.0);
        let changed = grouped(changed.count() as u64);
        let fields = grouped(self.tallies.len() as u64);
        let ScanCounters { torn, retries, .. } = self.counters();
        let (torn, retries) = (grouped(torn), grouped(retries));
        let hertz = (1.0 / self.period().as_secs_f64()).round();
        let limited = match self.is_limited {
            true => "; there are more fields: name a pattern or a type",
            false => "",
        };
        format!(
            "{changed} of {fields} fields changed in {:.1} s, looked at {hertz} times a second; {torn} torn, {retries} read again{limited}",
            self.frame.1.as_secs_f64()
        )
    }
}

impl Tally {
    pub(super) fn path(&self) -> &str {
        self.field.path()
    }

    /// Changes a second in the last frame; of a guarded field, writes.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    pub(super) fn is_gone(&self) -> bool {
        self.last.is_some()
    }

    pub(super) fn has_trouble(&self) -> bool {
        self.trouble.is_some()
    }

    fn count(&mut self, change: &Change<'_>, now: Instant) {
        self.changes += 1;
        self.changed = Some(now);
        self.torn += u64::from(change.is_torn);
        if let (Some(writes), Some(more)) = (&mut self.writes, change.writes) {
            *writes += more;
        }
    }

    /// How often something happened to it since this was asked last.
    fn take(&mut self) -> u64 {
        let writes = self.writes.as_mut().map_or(0, std::mem::take);
        writes.max(std::mem::take(&mut self.changes))
    }

    fn end_frame(&mut self, seconds: f64) {
        let happened = self.take();
        self.rate = happened as f64 / seconds;
        if happened > 0 || !self.is_checked {
            self.trouble = doctor::trouble(&self.field);
            self.is_checked = true;
        }
    }

    /// Wrong values first, then by rate.
    fn urgency(&self) -> (bool, Reverse<u64>) {
        // Rates are never negative, and so their bits are in order.
        (self.trouble.is_none(), Reverse(self.rate.to_bits()))
    }
}

/// What a text selects.
fn selections(text: &str, observer: &Observer) -> Result<Vec<Selection>, CommandError> {
    match Meaning::of(observer, text)?.0 {
        Meaning::Fields(selections) => Ok(selections),
        Meaning::Expression(..) => {
            let message =
                format!("{text:?} is an expression; name fields, by path, pattern or type");
            Err(CommandError::Text(message))
        }
    }
}

/// The names of a struct's members.
fn members(schema: &Schema, field: &Field) -> Option<Vec<String>> {
    match schema[schema.bare(field.type_id())].kind {
        Kind::Struct { .. } => {
            let members = field.members()?.iter();
            Some(members.map(|member| member.name.to_string()).collect())
        }
        _ => None,
    }
}

/// Whether the elements of a field have parts.
fn has_structs(schema: &Schema, field: &Field) -> bool {
    let first = field.element(0);
    first.is_ok_and(|first| members(schema, &first).is_some())
}

//! The objects by label, kept up to date from what came and went.
//!
//! A session may have a million objects. Each refresh costs one pass over them when something came or went, and nothing
//! otherwise. Where that pass takes long it is made less often, so that it never takes more than a small share of the time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use compact_str::CompactString;
use memglass::Observer;
use memglass::schema::TypeId;
use memglass_view::interest::{ObjectsInterest, Window};
use memglass_view::snapshot::Key;
use memglass_view::text;

use super::filter::{Filter, Set, Verdict};
use super::sorting::Sorting;
use super::sweep::Sweep;

/// For so long a destroyed object keeps its row.
const KEPT: Duration = Duration::from_secs(2);

/// A refresh that took some time is made again no earlier than after so many times as long.
const SHARE: u32 = 25;

/// One object of the list.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Short ones, which most are, are in here: of a million each would be a piece of memory of its own.
    pub(super) label: CompactString,
    /// Shared twice, as that is one word in here and not two.
    pub(super) type_name: Rc<Arc<str>>,
    pub(super) key: Key,
    pub(super) is_gone: bool,
    /// Whether the condition of the list holds for it.
    pub(super) verdict: Verdict,
}

// There are as many as objects.
const _: () = assert!(size_of::<Entry>() <= 6 * size_of::<u64>());

/// The objects by label.
#[derive(Default)]
pub(super) struct Order {
    entries: Vec<Entry>,
    /// Objects that are gone, and since when.
    gone: Vec<(Key, Instant)>,
    /// One that stays although it is gone: somebody looks at it.
    kept: Option<Key>,
    /// Slots that changed and have not been taken in.
    changed: HashSet<u32>,
    names: HashMap<(TypeId, Option<u64>), Rc<Arc<str>>>,
    /// When changes are taken in again, at the earliest; nothing before the first time.
    next: Option<Instant>,
    filter: Filter,
    sorting: Sorting,
    sweep: Sweep,
    /// The rows that the filter lets through, if there is one.
    shown: Option<Vec<u32>>,
    /// Whether others may be let through by now.
    is_stale: bool,
    /// When the rows are found again, at the earliest.
    next_found: Option<Instant>,
}

impl Order {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.shown.as_ref().map_or(self.entries.len(), Vec::len)
    }

    /// Number of objects that are not gone and that the filter lets through.
    pub(super) fn matching(&self) -> usize {
        match &self.shown {
            None => self.alive(),
            Some(shown) => {
                let entries = shown.iter().map(|row| &self.entries[*row as usize]);
                let matching = |entry: &&Entry| !entry.is_gone && !entry.verdict.is_over();
                entries.filter(matching).count()
            }
        }
    }

    /// Lists only what these filters let through, in this order.
    pub(super) fn filter(&mut self, wanted: &ObjectsInterest, now: Instant) {
        let set = self.filter.set(wanted);
        let is_sorted_anew = self.sorting.set(&wanted.sort);
        if set == Set::Condition {
            let entries = self.entries.iter_mut();
            entries.for_each(|entry| entry.verdict = Verdict::Unknown);
        }
        if set == Set::Condition || is_sorted_anew {
            self.sweep.begin();
        }
        if set != Set::Same || is_sorted_anew {
            self.find_shown(now, true);
        }
    }

    /// Asks the condition of objects and measures what they are sorted by: of those on the screen, and of as many
    /// others as there is time for. Sorts the list anew if that is due and nobody is at
    /// the keys.
    ///
    /// `rate_of` is the rate of an object that is on the screen.
    pub(super) fn judge(
        &mut self,
        observer: &Observer,
        wanted: &ObjectsInterest,
        rate_of: &dyn Fn(Key) -> Option<f64>,
        now: Instant,
    ) {
        if !self.asks() {
            return;
        }
        let was_complete = self.sweep.is_complete();
        self.is_stale |= self.look(observer, wanted.window, rate_of, now);
        let is_known = !was_complete && self.sweep.is_complete();
        let sorts = is_known || self.sorting.is_due(now, wanted.is_touched);
        let finds = self.is_stale && self.next_found.is_none_or(|next| now >= next);
        if finds || sorts {
            self.find_shown(now, sorts);
        }
    }

    /// Looks at some objects; true if the condition has begun or ceased to hold for one.
    fn look(
        &mut self,
        observer: &Observer,
        window: Window,
        rate_of: &dyn Fn(Key) -> Option<f64>,
        now: Instant,
    ) -> bool {
        let (filter, sorting, kept) = (&self.filter, &mut self.sorting, self.kept);
        let count = self.entries.len();
        let (entries, mut has_changed) = (&mut self.entries, false);
        let mut look = |index: usize| {
            let Some(entry) = entries.get_mut(index) else {
                return;
            };
            if sorting.measures() {
                sorting.look(observer, entry, rate_of(entry.key), now);
            }
            if filter.has_condition() {
                let verdict = filter.verdict(observer, entry, kept == Some(entry.key));
                has_changed |= verdict != entry.verdict;
                entry.verdict = verdict;
            }
        };
        let on_screen = self.shown.iter().flatten().skip(window.first);
        on_screen
            .take(window.height)
            .for_each(|index| look(*index as usize));
        self.sweep.run(count, now, look);
        has_changed
    }

    /// Whether the condition has not yet been asked of all objects.
    pub(super) fn is_counting(&self) -> bool {
        self.filter.has_condition() && !self.sweep.is_complete()
    }

    /// Whether anything is asked of the objects to list them.
    pub(super) fn asks(&self) -> bool {
        self.filter.has_condition() || self.sorting.measures()
    }

    /// Whether all objects were looked at since another condition or order was wanted.
    pub(super) fn has_asked_all(&self) -> bool {
        self.sweep.is_complete()
    }

    fn find_shown(&mut self, now: Instant, sorts: bool) {
        let start = Instant::now();
        let rows = self.entries.iter().zip(0..);
        let kept = self.kept;
        let matching =
            rows.filter(|(entry, _)| self.filter.matches(entry, kept == Some(entry.key)));
        let is_plain = self.filter.is_empty() && self.sorting.is_usual();
        self.shown = (!is_plain).then(|| matching.map(|(_, row)| row).collect());
        if let (Some(shown), false) = (&mut self.shown, self.sorting.is_usual()) {
            match sorts {
                true => self.sorting.sort(&self.entries, shown, kept, now),
                false => self.sorting.arrange(&self.entries, shown, kept, now),
            }
        }
        self.is_stale = false;
        self.next_found = Some(Instant::now() + start.elapsed() * SHARE);
    }

    /// One object of each type that the list may have, that of the selected one first.
    pub(super) fn models(&self) -> Vec<&Entry> {
        let selected = |entry: &&Entry| self.kept == Some(entry.key);
        let mut seen = HashSet::new();
        let alive = self.entries.iter().filter(|entry| !entry.is_gone);
        let alive = alive.filter(|entry| self.filter.is_of_type(entry));
        let first = alive.clone().find(selected);
        let models = first.into_iter().chain(alive);
        models
            .filter(|entry| seen.insert(Rc::as_ptr(&entry.type_name)))
            .collect()
    }

    /// The types of which there are objects, and how many of each.
    pub(super) fn types(&self) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| !entry.is_gone) {
            *counts.entry(&entry.type_name).or_default() += 1;
        }
        let counts = counts.into_iter();
        counts
            .map(|(name, count)| (name.to_owned(), count))
            .collect()
    }

    /// Number of objects that are not gone.
    pub(super) fn alive(&self) -> usize {
        self.entries.len() - self.gone.len()
    }

    /// The rows of a window.
    pub(super) fn rows(&self, window: Window) -> impl Iterator<Item = &Entry> {
        let rows = window.first..self.len().min(window.first + window.height);
        rows.filter_map(|row| self.entry(row))
    }

    /// The entry of a row.
    pub(super) fn entry(&self, row: usize) -> Option<&Entry> {
        match &self.shown {
            None => self.entries.get(row),
            Some(shown) => self.entries.get(*shown.get(row)? as usize),
        }
    }

    /// The object of a row.
    pub(super) fn key(&self, row: usize) -> Option<Key> {
        self.entry(row).map(|entry| entry.key)
    }

    /// This object stays although it is gone, until another one is kept.
    pub(super) fn keep(&mut self, key: Option<Key>) {
        self.kept = key;
    }

    /// The window after rows came and went above it: it moves with its object.
    pub(super) fn window(&self, key: Option<Key>, window: Window) -> Window {
        let moved = key.and_then(|key| self.row_of(key, window.selected));
        let Some(row) = moved else {
            return window.settled(self.len());
        };
        let first = match row >= window.selected {
            true => window.first + (row - window.selected),
            false => window.first.saturating_sub(window.selected - row),
        };
        let moved = Window {
            selected: row,
            first,
            ..window
        };
        moved.settled(self.len())
    }

    /// The row of an object, which is mostly where it was.
    fn row_of(&self, key: Key, hint: usize) -> Option<usize> {
        let is_it = |row: &usize| self.entry(*row).is_some_and(|entry| entry.key == key);
        match is_it(&hint) {
            true => Some(hint),
            false => (0..self.len()).find(is_it),
        }
    }

    /// Whether nothing came or went since that was taken in, and nothing is asked of the objects to list them.
    pub(super) fn is_still(&mut self, observer: &mut Observer) -> bool {
        self.note_changed(observer);
        let stays = |(key, _): &(Key, Instant)| self.kept == Some(*key);
        !self.asks() && self.changed.is_empty() && self.gone.iter().all(stays)
    }

    fn note_changed(&mut self, observer: &mut Observer) {
        let changed = &mut self.changed;
        // What is damaged cannot be listed; `:session` tells of it.
        let _ = observer.refresh_noting(|slot| {
            changed.insert(slot);
        });
    }

    /// Takes in what came and went.
    pub(super) fn refresh(&mut self, observer: &mut Observer, now: Instant) {
        if self.next.is_none() {
            return self.fill(observer);
        }
        self.note_changed(observer);
        let is_due = self.next.is_none_or(|next| now >= next);
        let is_over =
            |(key, since): &(Key, Instant)| now - *since >= KEPT && self.kept != Some(*key);
        if !is_due || self.changed.is_empty() && !self.gone.iter().any(is_over) {
            return;
        }
        self.drop_old(now);
        self.mark_gone(observer, now);
        let slots = std::mem::take(&mut self.changed);
        self.add(observer, slots.into_iter());
        self.find_shown(now, false);
        self.next = Some(now + now.elapsed() * SHARE);
    }

    /// Takes in all objects for the first time: there may be a million, mostly made in the order of their labels, in
    /// which they are found.
    fn fill(&mut self, observer: &mut Observer) {
        let start = Instant::now();
        let mut slots = Vec::new();
        let _ = observer.refresh_noting(|slot| slots.push(slot));
        slots.sort_unstable();
        slots.dedup();
        self.add(observer, slots.into_iter());
        self.next = Some(Instant::now() + start.elapsed() * SHARE);
    }

    /// Drops the rows of objects that have been gone for long.
    fn drop_old(&mut self, now: Instant) {
        let kept = self.kept;
        let mut over = HashSet::new();
        self.gone.retain(|(key, since)| {
            let stays = now - *since < KEPT || kept == Some(*key);
            if !stays {
                over.insert(*key);
            }
            stays
        });
        if !over.is_empty() {
            self.entries.retain(|entry| !over.contains(&entry.key));
        }
    }

    fn mark_gone(&mut self, observer: &Observer, now: Instant) {
        for entry in self.entries.iter_mut().filter(|entry| !entry.is_gone) {
            let slot = entry.key.slot;
            if !self.changed.contains(&slot) {
                continue;
            }
            let occupant = observer.entry_in(slot);
            if occupant.is_some_and(|occupant| occupant.generation() == entry.key.generation) {
                // It is listed, and must not be added again.
                self.changed.remove(&slot);
            } else {
                entry.is_gone = true;
                self.gone.push((entry.key, now));
            }
        }
    }

    fn add(&mut self, observer: &Observer, slots: impl ExactSizeIterator<Item = u32>) {
        let mut new: Vec<Entry> = Vec::with_capacity(slots.len());
        let mut buffer = Vec::new();
        for slot in slots {
            new.extend(entry(observer, slot, &mut self.names, &mut buffer));
        }
        // Quick where they are sorted already.
        new.sort_by(|a, b| a.label.cmp(&b.label));
        self.entries = merged(std::mem::take(&mut self.entries), new);
    }
}

fn entry(
    observer: &Observer,
    slot: u32,
    names: &mut HashMap<(TypeId, Option<u64>), Rc<Arc<str>>>,
    buffer: &mut Vec<u8>,
) -> Option<Entry> {
    let object = observer.entry_in(slot)?;
    let label = object.with_label(buffer, |label| CompactString::new(label))?;
    let (id, count) = (object.type_id(), object.count());
    let name = names.entry((id, count)).or_insert_with(|| {
        let name = observer.schema().type_name(id);
        let name = match count {
            Some(count) => format!("{name}[{count}]"),
            None => name,
        };
        Rc::new(text::clean(&name).into())
    });
    Some(Entry {
        label,
        type_name: Rc::clone(name),
        key: Key {
            slot,
            generation: object.generation(),
        },
        is_gone: false,
        verdict: Verdict::Unknown,
    })
}

/// Two sorted lists as one; a new object stands behind one that is gone and had its label.
fn merged(old: Vec<Entry>, new: Vec<Entry>) -> Vec<Entry> {
    if old.is_empty() || new.is_empty() {
        return if new.is_empty() { old } else { new };
    }
    let mut all = Vec::with_capacity(old.len() + new.len());
    let mut new = new.into_iter().peekable();
    for entry in old {
        while let Some(next) = new.next_if(|next| next.label < entry.label) {
            all.push(next);
        }
        all.push(entry);
    }
    all.extend(new);
    all
}

//! Reads what the full-screen view shows: the rows that are on the screen, and no others.
//!
//! The view says what it shows ([`Interest`]); nothing here knows a panel. It has an observer of its own beside the
//! engine's, so that no script can take in changes that the list of objects has not seen.
//!
//! - [`order`]: the objects by label, kept up to date from what came and went.
//! - [`filter`]: which of them are listed; [`formula`]: conditions about any object; [`sweep`]: asking them of all;
//!   [`sorting`]: their order; [`cells`]: the values of pinned columns.
//! - [`looks`]: the objects on the screen, and how often they change.
//! - [`outline`]: the fields of an object as they were shown last; [`tree`]: as rows; [`node`]: its places;
//!   [`numbers`]: several elements in one row; [`packed`]: the parts of a packed record.
//! - [`hex`]: its bytes.
//! - [`watches`]: what is watched, with its history; [`past`]: what it was at a time.
//! - [`fate`]: what became of the producer, and when.

mod cells;
mod fate;
mod filter;
mod formula;
mod hex;
mod looks;
mod node;
mod numbers;
mod order;
mod outline;
mod packed;
mod past;
pub(crate) mod row;
mod sorting;
mod sweep;
#[cfg(test)]
mod testing;
mod tree;
mod watches;

use std::time::{Duration, Instant, SystemTime};

use memglass::{Field, Observer, Origin};
use memglass_view::edit::{Mistake, Place};
use memglass_view::interest::{Column, Interest};
use memglass_view::snapshot::{
    FieldRow, Fields, Fold, Hex, LogRows, ObjectRow, Objects, Region, Session, Snapshot,
};

use crate::presence;
use cells::Cells;
use fate::Fate;
use formula::{Formula, Gives};
use looks::Looks;
use order::{Entry, Order};
use outline::Outlines;
use watches::{Moment, Watches, When};

/// How often the regions are looked at, which are thousands in a large session.
const REGIONS: Duration = Duration::from_millis(250);

/// What stands beside a value that is not of the time that is shown.
const NOT_THEN: &str = "not then";

/// Reads snapshots of one session.
pub(crate) struct Snapshots {
    /// When times begin, and the time of day then: a row has one time, whenever it is drawn.
    opened: Instant,
    began: SystemTime,
    observer: Observer,
    is_readonly: bool,
    order: Order,
    looks: Looks,
    cells: Cells,
    outlines: Outlines,
    bytes: hex::Held,
    fate: Fate,
    watches: Watches,
    regions: Option<(Instant, Vec<Region>)>,
    /// Whether one was taken, and the last one showed what was then. Before the first one the directory must not be asked
    /// what changed: `order` takes in all of it then.
    is_of_now: bool,
    /// Whether values stood still in the last one.
    is_frozen: bool,
    /// Whether anything was read since they do.
    has_later: bool,
}

impl Snapshots {
    /// Snapshots of what `observer` is attached to; times count from `opened` on.
    pub(crate) fn new(observer: &Observer, is_readonly: bool, opened: Instant) -> Self {
        let began = SystemTime::now().checked_sub(opened.elapsed());
        let began = began.unwrap_or(SystemTime::UNIX_EPOCH);
        Snapshots {
            opened,
            began,
            observer: observer.beside(),
            is_readonly,
            order: Order::default(),
            looks: Looks::default(),
            cells: Cells::default(),
            outlines: Outlines::default(),
            bytes: hex::Held::default(),
            fate: Fate::default(),
            watches: Watches::new(began),
            regions: None,
            is_of_now: false,
            is_frozen: false,
            has_later: false,
        }
    }

    /// When times begin.
    pub(crate) fn opened(&self) -> Instant {
        self.opened
    }

    /// The present time, if nothing on the screen has changed since the last snapshot but ages, rates and the use of regions.
    /// Only the directory, the objects on the screen and the producer are asked, so it costs a small part of a snapshot.
    /// `None` also where that is not enough to know: columns, watches, conditions, measured orders, replays.
    pub(crate) fn still(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let is_live = !matches!(self.observer.origin(), Origin::Replay(_));
        let is_still = self.is_of_now
            && is_live
            && self.cells.is_empty()
            && self.watches.is_empty()
            && self.order.is_still(&mut self.observer)
            && self.looks.are_still(now)
            && self.fate.is_still(&self.observer, now);
        is_still.then(|| now - self.opened)
    }

    /// Reads what is asked for, as of now.
    pub(crate) fn take(&mut self, interest: &Interest) -> Snapshot {
        let now = Instant::now();
        // What stands still from here on is read once more, all of it now.
        let was_frozen = std::mem::replace(&mut self.is_frozen, interest.is_frozen);
        let begins = interest.is_frozen && !was_frozen;
        let is_frozen = interest.is_frozen && !begins;
        self.has_later &= is_frozen;
        if !is_frozen {
            self.order.refresh(&mut self.observer, now);
        }
        self.order.filter(&interest.objects, now);
        self.cells.set(&interest.objects.columns);
        // What is asked anew of frozen objects is read once.
        if !is_frozen || !self.order.has_asked_all() {
            self.has_later |= is_frozen && self.order.asks();
            let looks = &self.looks;
            let rate_of = |key| looks.rate_of(key, now);
            self.order
                .judge(&self.observer, &interest.objects, &rate_of, now);
        }
        let objects = self.objects(interest, is_frozen, now);
        let mut fields = self.fields(interest, is_frozen, &objects);
        if begins {
            self.cells.begin(&objects.rows);
            self.outlines.begin(&fields);
        }
        let hex = self.hex(interest, begins, &objects);
        let [cells, fields_later, bytes] = [
            self.cells.take_later(),
            self.outlines.take_later(),
            self.bytes.take_later(),
        ];
        self.has_later |= is_frozen && (cells || fields_later || bytes);
        if let Some(moment) = interest.moment {
            self.put_back(&mut fields, moment, interest.fields.in_hex);
        }
        let when = When::of(is_frozen, interest.moment);
        let moment = self.moment(now);
        let producer = self.fate.of(&self.observer, now);
        self.watches.tell_live(!producer.has_ended());
        let watches = self
            .watches
            .rows(&self.observer, interest.watches, moment, when);
        let history = interest
            .history
            .map(|wanted| self.watches.history(wanted, moment, when));
        self.is_of_now = !interest.is_frozen;
        Snapshot {
            at: now - self.opened,
            is_frozen,
            has_later: self.has_later,
            session: self.session(now),
            objects,
            fields,
            regions: self.regions(now),
            hex,
            watches,
            history: history.unwrap_or_default(),
            log: LogRows::default(),
        }
    }

    /// A field of an object that was shown.
    ///
    /// # Errors
    ///
    /// Why there is none, as a sentence.
    pub(crate) fn field(&mut self, place: &Place) -> Result<Field, String> {
        let root = self.looks.known_root(place.key);
        let root = root.ok_or_else(|| "the object is gone".to_owned())?;
        match &*place.path {
            "" => Ok(root.clone()),
            path => root.at(path).map_err(|error| error.to_string()),
        }
    }

    /// The types of which there are objects, and how many of each.
    pub(crate) fn types(&self) -> Vec<(String, usize)> {
        self.order.types()
    }

    /// Looks whether a condition makes sense for some object of the list.
    ///
    /// # Errors
    ///
    /// What is wrong with it for the type that understands most of it, and of several for the selected one.
    pub(crate) fn check_condition(&self, text: &str) -> Result<(), Mistake> {
        self.check(text, Gives::Truth)
    }

    /// Looks whether a column makes sense for some object of the list.
    ///
    /// # Errors
    ///
    /// What is wrong with it for the selected one.
    pub(crate) fn check_column(&self, column: &Column) -> Result<(), Mistake> {
        self.check(&column.text, Gives::Value)?;
        let alarm = cells::alarm(column);
        let checked = alarm.map_or(Ok(()), |alarm| self.check(&alarm, Gives::Truth));
        checked.map_err(|mistake| Mistake {
            reason: format!("the condition: {}", mistake.reason),
            at: None,
        })
    }

    fn check(&self, text: &str, gives: Gives) -> Result<(), Mistake> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let formula = Formula::of_text(text)?;
        let mut told: Option<Mistake> = None;
        for entry in self.order.models() {
            let root = entry.root(&self.observer);
            match root.map(|root| formula.check(&self.observer, &root, gives)) {
                Some(Ok(())) => return Ok(()),
                Some(Err(mistake)) if told.as_ref().is_none_or(|told| goes_on(told, &mistake)) => {
                    told = Some(mistake);
                }
                _ => {}
            }
        }
        told.map_or(Ok(()), Err)
    }

    /// Watches a field by its path, or an expression.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn watch(&mut self, text: &str) -> Result<(), Mistake> {
        self.order.refresh(&mut self.observer, Instant::now());
        self.watches.add(&self.observer, text)
    }

    /// Watches what was watched before, also if there is no such thing now.
    pub(crate) fn watch_again(&mut self, text: &str) {
        self.order.refresh(&mut self.observer, Instant::now());
        self.watches.add_again(&self.observer, text);
    }

    /// Watches a field, or no longer if it is watched.
    ///
    /// # Errors
    ///
    /// Why it cannot be watched.
    pub(crate) fn watch_or_not(&mut self, path: &str) -> Result<(), String> {
        match self.watches.find(path) {
            Some(index) => {
                self.watches.remove(index);
                Ok(())
            }
            None => {
                let added = self.watches.add(&self.observer, path);
                added.map_err(|mistake| mistake.reason)
            }
        }
    }

    /// What is watched, as it was written.
    pub(crate) fn watched(&self) -> Vec<String> {
        self.watches.names().map(str::to_owned).collect()
    }

    /// Stops watching what is in a row.
    pub(crate) fn unwatch(&mut self, index: usize) {
        self.watches.remove(index);
    }

    /// The same, watching what `before` watched in another session.
    pub(crate) fn watching_as(mut self, before: &mut Snapshots) -> Snapshots {
        self.order.refresh(&mut self.observer, Instant::now());
        let now = self.moment(Instant::now());
        self.watches = std::mem::replace(&mut before.watches, Watches::new(now.since));
        self.watches.follow(&self.observer, now);
        self
    }

    /// The present, as times of what is watched count.
    fn moment(&self, now: Instant) -> Moment {
        match self.observer.origin() {
            Origin::Replay(replay) => Moment {
                since: replay.start,
                at: replay.elapsed(),
            },
            _ => Moment {
                since: self.began,
                at: now - self.opened,
            },
        }
    }

    fn session(&mut self, now: Instant) -> Session {
        let info = self.observer.session();
        Session {
            name: info.name.clone(),
            pid: info.pid,
            producer: self.fate.of(&self.observer, now),
            is_readonly: self.is_readonly,
            is_trial: self.observer.is_trial(),
            can_undo: false,
            replay: match self.observer.origin() {
                Origin::Replay(replay) => Some(presence::replay(&replay)),
                _ => None,
            },
        }
    }

    fn objects(&mut self, interest: &Interest, is_frozen: bool, now: Instant) -> Objects {
        let wanted = &interest.objects;
        let window = self.order.window(wanted.key, wanted.window);
        self.order.keep(self.order.key(window.selected));
        let now = (now, wall_clock(&self.observer));
        let mut row = |entry: &Entry| {
            let row = self.looks.row(&self.observer, entry, now, is_frozen);
            let root = self.looks.known_root(entry.key);
            let cells = self.cells.of(&self.observer, entry.key, root, is_frozen);
            ObjectRow { cells, ..row }
        };
        let rows: Vec<ObjectRow> = self.order.rows(window).map(&mut row).collect();
        let is_current = |row: &&ObjectRow| Some(row.key) == self.order.key(window.selected);
        let current = rows.iter().find(is_current).cloned();
        let current = current.or_else(|| self.order.entry(window.selected).map(row));
        self.looks.settle(&rows, current.as_ref(), is_frozen);
        self.cells.settle(&rows);
        Objects {
            known: self.order.alive(),
            matching: self.order.matching(),
            is_counting: self.order.is_counting(),
            listed: self.order.len(),
            current,
            first: window.first,
            selected: window.selected,
            rows,
        }
    }

    fn fields(&mut self, interest: &Interest, is_frozen: bool, objects: &Objects) -> Fields {
        let Some(row) = &objects.current else {
            return Fields::default();
        };
        let root = self.looks.root(&self.observer, row.key, &row.label);
        let wanted = &interest.fields;
        let row = (row, wall_clock(&self.observer));
        self.outlines.fields(root, row, wanted, is_frozen)
    }

    fn hex(&mut self, interest: &Interest, begins: bool, objects: &Objects) -> Hex {
        let key = objects.current.as_ref().map(|row| row.key);
        let object = key.and_then(|key| Some((key, self.looks.known_root(key)?)));
        match (begins, interest.is_frozen) {
            (true, _) => self.bytes.begin(object),
            (false, false) => self.bytes.clear(),
            (false, true) => {}
        }
        let wanted = interest.hex;
        wanted.map_or_else(Hex::default, |wanted| {
            self.bytes.rows(object, wanted, interest.is_frozen)
        })
    }

    /// Shows what is watched among fields as it was, and marks the others.
    fn put_back(&mut self, fields: &mut Fields, moment: Duration, in_hex: bool) {
        let Some(object) = &fields.object else {
            return;
        };
        let Some(root) = self.looks.known_root(object.key) else {
            return;
        };
        let is_value = |row: &&mut FieldRow| row.fold == Fold::None || !row.cells.is_empty();
        let single = fields.rows.iter_mut().filter(is_value);
        for row in single {
            if !row.cells.is_empty() {
                row.trouble = Some(NOT_THEN);
                continue;
            }
            let Ok(field) = root.at(&row.path) else {
                continue;
            };
            match self.watches.then(field.path(), moment) {
                Some(value) => {
                    let then = row::detail(root, &field, Some(value));
                    if then.path == fields.detail.path {
                        fields.detail = then;
                    }
                    row::put_back(row, &field, value.clone(), in_hex);
                }
                None => row.trouble = Some(NOT_THEN),
            }
        }
    }

    fn regions(&mut self, now: Instant) -> Vec<Region> {
        if let Some((read, regions)) = &self.regions
            && now - *read < REGIONS
        {
            return regions.clone();
        }
        // Of a segment that was cut short the values say so.
        let regions = self.observer.regions().unwrap_or_default();
        let regions: Vec<Region> = regions
            .iter()
            .map(|region| Region {
                id: region.id,
                size: region.size,
                used: region.used,
            })
            .collect();
        self.regions = Some((now, regions.clone()));
        regions
    }
}

/// The time of day, which at a replay is that of the recording.
fn wall_clock(observer: &Observer) -> SystemTime {
    match observer.origin() {
        Origin::Replay(replay) => replay.position,
        _ => SystemTime::now(),
    }
}

/// Whether one mistake stands behind another: its type is more likely to be meant, for it understands what is before.
fn goes_on(before: &Mistake, mistake: &Mistake) -> bool {
    let start = |mistake: &Mistake| mistake.at.as_ref().map(|at| at.start);
    start(mistake) > start(before)
}

#[cfg(test)]
mod tests {
    use memglass_view::interest::{HexInterest, SortBy, Window};

    use super::testing::{Order, World};
    use super::*;

    #[test]
    fn a_glance_sees_what_moves_on_the_screen() {
        let still = World::is_still;
        let mut world = World::new(0..20);
        world.look();
        assert!(still(&mut world), "nothing has happened");
        world.orders[3].quantity.set(30);
        assert!(!still(&mut world), "a value on the screen changed");
        world.look();
        assert!(still(&mut world));
        world.orders[15].quantity.set(30);
        assert!(still(&mut world), "its row is not on the screen");
        let order = world.session.object("order_000003_a", Order::of(1));
        assert!(!still(&mut world), "an object was created");
        world.until(|objects| objects.known == 21);
        assert!(still(&mut world));
        drop(order);
        assert!(!still(&mut world), "an object was destroyed");
        world.until(|objects| objects.known == 20);
        assert!(!still(&mut world), "its row will go");
    }

    #[test]
    fn the_rate_of_an_object_that_was_not_followed_is_blank_until_it_is_counted() {
        let mut world = World::new([1]);
        let counted = |world: &mut World| {
            let start = Instant::now();
            while world.look().rows[0].rate.is_none() {
                assert!(start.elapsed().as_secs() < 60);
            }
        };
        counted(&mut world);
        world.interest.objects.find = "another".into();
        world.look();
        world.interest.objects.find = "".into();
        assert_eq!(world.look().rows[0].rate, None, "a filter had hidden it");
        counted(&mut world);
        world.interest.is_frozen = true;
        world.look();
        world.look();
        world.interest.is_frozen = false;
        assert_eq!(world.look().rows[0].rate, None, "the view was paused");
    }

    #[test]
    fn fields_that_are_left_and_come_back_to_stand_still_while_values_are_frozen() {
        let mut world = World::new([7, 8]);
        world.interest.fields.window.height = 4;
        let keys: Vec<_> = world.look().rows.iter().map(|row| row.key).collect();
        let quantity = |world: &mut World, object: usize| {
            world.interest.objects.key = Some(keys[object]);
            world.interest.objects.window.selected = object;
            world.first_field()
        };
        assert_eq!(quantity(&mut world, 0), "7");
        world.interest.is_frozen = true;
        assert_eq!(quantity(&mut world, 0), "7");
        world.orders[0].quantity.set(70);
        world.orders[1].quantity.set(80);
        assert_eq!(
            quantity(&mut world, 1),
            "80",
            "it is read when it is asked for"
        );
        world.orders[1].quantity.set(81);
        assert_eq!(quantity(&mut world, 0), "7");
        assert_eq!(quantity(&mut world, 1), "80");
        world.interest.is_frozen = false;
        assert_eq!(quantity(&mut world, 0), "70");
        world.interest.is_frozen = true;
        assert_eq!(quantity(&mut world, 1), "81");
    }

    #[test]
    fn the_line_below_says_what_a_row_says_that_stands_still() {
        let mut world = World::new([]);
        let pair = world.session.array::<u32>("pair", 2).expect("room");
        pair[0].set(7);
        world.interest.fields.window.height = 4;
        let detail = |world: &mut World, row: usize| {
            world.interest.fields.window.selected = row;
            let fields = world.fields();
            assert_eq!(fields.detail.value, fields.rows[row].value.plain());
            fields.detail.value
        };
        let before = [0, 1].map(|row| detail(&mut world, row));
        assert_eq!(before[0], "7");
        world.interest.is_frozen = true;
        detail(&mut world, 1);
        pair[0].set(70);
        assert_eq!([0, 1].map(|row| detail(&mut world, row)), before);
    }

    #[test]
    fn bytes_stand_still_while_values_are_frozen() {
        let mut world = World::new([7]);
        world.interest.hex = Some(HexInterest {
            row_bytes: 8,
            window: Window {
                height: 4,
                ..Window::default()
            },
        });
        let first = |world: &mut World| world.bytes()[0].value;
        assert_eq!(first(&mut world), Some(7));
        world.interest.is_frozen = true;
        assert_eq!(first(&mut world), Some(7));
        world.orders[0].quantity.set(8);
        assert_eq!(first(&mut world), Some(7));
        let hex = world.interest.hex.take();
        world.interest.is_frozen = false;
        world.bytes();
        world.interest.is_frozen = true;
        world.bytes();
        world.orders[0].quantity.set(9);
        world.interest.hex = hex;
        assert_eq!(first(&mut world), Some(8), "that of when it began");
        world.interest.is_frozen = false;
        assert_eq!(first(&mut world), Some(9));
    }

    #[test]
    fn a_glance_does_not_tell_what_is_asked_of_all_objects() {
        let mut world = World::new(0..20);
        world.look();
        assert!(world.is_still());
        world.interest.objects.condition = "quantity > 5".into();
        world.look();
        assert!(!world.is_still(), "others may be listed by now");
        world.interest.objects.condition = "".into();
        world.interest.objects.sort.by = SortBy::Rate;
        world.look();
        assert!(!world.is_still(), "others may be first by now");
        world.interest.objects.sort.by = SortBy::Label;
        world.look();
        assert!(world.is_still());
        world.interest.objects.columns = [Column {
            text: "quantity".into(),
            alarm: None,
        }]
        .into();
        world.look();
        assert!(!world.is_still(), "a column may be about other objects");
    }
}

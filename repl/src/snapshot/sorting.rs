//! The order of the list: by label, or by what is measured of each object.
//!
//! What is measured changes all the time, and rows that jump cannot be read. So each object keeps its place until the
//! list is sorted anew, and what came since stands at the end.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant, UNIX_EPOCH};

use memglass::{Field, Observer, Value};
use memglass_view::interest::{Sort, SortBy};
use memglass_view::snapshot::Key;

use super::formula::{Formula, Gives};
use super::order::Entry;

/// A list that is sorted by what changes is sorted anew so often at the most.
const AGAIN: Duration = Duration::from_secs(1);

/// Sorting anew that took some time is done again no earlier than after so many times as long.
const SHARE: u32 = 25;

/// A rate is measured over no less than this.
const RATE_OVER: Duration = Duration::from_millis(200);

/// A list that was just asked to be sorted by rates is sorted so often at once, until one is known.
const ATTEMPTS: u8 = 10;

/// Objects of more bytes are not read for their changes alone.
const MOST_BYTES: u64 = 64 << 10;

/// The order of the list.
#[derive(Default)]
pub(super) struct Sorting {
    sort: Sort,
    formula: Option<Formula>,
    measured: HashMap<Key, Measured>,
    /// Where each object stood when the list was sorted last.
    places: HashMap<Key, u32>,
    /// From which place on they were gone.
    living: u32,
    next: Option<Instant>,
    /// How often it may still be sorted by rates of which none is known yet: for one an object is looked at twice.
    attempts: u8,
}

/// What an object is sorted by.
#[derive(Clone, Debug, Default, PartialEq)]
enum Measured {
    /// Nothing: it stands behind all others, whatever the direction.
    #[default]
    Nothing,
    Number(f64),
    /// A whole number, which is compared to its last digit.
    Whole(i128),
    Text(String),
    /// Changes a second, and what they were counted from.
    Pace(Pace),
}

/// A row that is sorted.
struct Placed<'m> {
    row: u32,
    is_out: bool,
    measured: &'m Measured,
}

/// How often an object changes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    /// Changes a second.
    rate: f64,
    /// How often it was published, or else what its bytes were.
    state: u64,
    /// Changes since that time.
    changes: u64,
    at: Instant,
}

impl Sorting {
    /// Sorts as it is wanted; true if that is another order.
    pub(super) fn set(&mut self, wanted: &Sort) -> bool {
        if *wanted == self.sort {
            return false;
        }
        if wanted.by != self.sort.by {
            self.measured.clear();
            self.formula = match &wanted.by {
                SortBy::Column(text) => Formula::of_text(text).ok(),
                _ => None,
            };
        }
        self.sort = wanted.clone();
        self.places.clear();
        self.next = None;
        self.attempts = if self.sort.by == SortBy::Rate {
            ATTEMPTS
        } else {
            0
        };
        true
    }

    /// Whether it is the order in which objects are kept.
    pub(super) fn is_usual(&self) -> bool {
        self.sort == Sort::default()
    }

    /// Whether objects have to be looked at for it.
    pub(super) fn measures(&self) -> bool {
        !matches!(self.sort.by, SortBy::Label | SortBy::Type)
    }

    /// Whether the list is to be sorted anew; not while somebody is at the keys, unless he waits for it.
    pub(super) fn is_due(&self, now: Instant, is_touched: bool) -> bool {
        let is_wanted = self.measures() && (self.attempts > 0 || !is_touched);
        is_wanted && self.next.is_none_or(|next| now >= next)
    }

    /// Measures an object; one that is gone is as it was.
    /// `shown` is the rate that it has on the screen, if it is there.
    pub(super) fn look(
        &mut self,
        observer: &Observer,
        entry: &Entry,
        shown: Option<f64>,
        now: Instant,
    ) {
        let Some(root) = entry.root(observer) else {
            return;
        };
        let before = self.measured.remove(&entry.key).unwrap_or_default();
        let measured = match &self.sort.by {
            SortBy::Age => age(observer, entry),
            SortBy::Rate => match before {
                Measured::Pace(_) => pace(&root, before, now).shown_as(shown),
                _ => pace(&root, before, now),
            },
            SortBy::Column(_) => self.value(observer, &root),
            SortBy::Label | SortBy::Type => Measured::Nothing,
        };
        self.measured.insert(entry.key, measured);
    }

    fn value(&self, observer: &Observer, root: &Field) -> Measured {
        let Some(formula) = &self.formula else {
            return Measured::Nothing;
        };
        let expression = formula.of_object(observer, root, Gives::Value);
        match expression
            .ok()
            .and_then(|mut value| value.value(observer).ok())
        {
            Some(value) => Measured::of(&value),
            None => Measured::Nothing,
        }
    }

    /// Sorts rows by what was measured last.
    ///
    /// What is gone has no value any more; one that is kept stays where it is looked at.
    pub(super) fn sort(
        &mut self,
        entries: &[Entry],
        rows: &mut [u32],
        kept: Option<Key>,
        now: Instant,
    ) {
        let start = Instant::now();
        let is_descending = self.sort.is_descending;
        let none = Measured::Nothing;
        let measures = self.measures();
        let mut known: Vec<Placed<'_>> = rows
            .iter()
            .map(|row| {
                let entry = &entries[*row as usize];
                let is_out = measures && entry.is_gone && kept != Some(entry.key);
                let measured = self.measured.get(&entry.key).filter(|_| !is_out);
                Placed {
                    row: *row,
                    is_out,
                    measured: measured.unwrap_or(&none),
                }
            })
            .collect();
        known.sort_by(|a, b| {
            let order = match self.sort.by {
                SortBy::Label => directed(a.row.cmp(&b.row), is_descending),
                SortBy::Type => {
                    let name = |row: u32| &entries[row as usize].type_name;
                    directed(name(a.row).cmp(name(b.row)), is_descending)
                }
                _ => a.measured.compare(b.measured, is_descending),
            };
            // Behind those that have no value but may have one.
            a.is_out.cmp(&b.is_out).then(order)
        });
        self.living = known.partition_point(|placed| !placed.is_out) as u32;
        rows.iter_mut()
            .zip(known)
            .for_each(|(row, placed)| *row = placed.row);
        let places = rows.iter().zip(0..);
        self.places = match self.measures() {
            true => places
                .map(|(row, place)| (entries[*row as usize].key, place))
                .collect(),
            false => HashMap::new(),
        };
        if self.measured.len() > 2 * entries.len() {
            let places = &self.places;
            self.measured.retain(|key, _| places.contains_key(key));
        }
        let rates = self.measured.values().filter_map(Measured::number);
        let knows_rates = rates.fold(0.0, f64::max) > 0.0;
        self.attempts = if knows_rates {
            0
        } else {
            self.attempts.saturating_sub(1)
        };
        let again = if self.attempts > 0 { RATE_OVER } else { AGAIN };
        self.next = Some(now + again.max(start.elapsed() * SHARE));
    }

    /// Puts rows where they stood, and new ones behind them.
    pub(super) fn arrange(
        &mut self,
        entries: &[Entry],
        rows: &mut [u32],
        kept: Option<Key>,
        now: Instant,
    ) {
        if self.places.is_empty() {
            return self.sort(entries, rows, kept, now);
        }
        let places = &self.places;
        rows.sort_by_cached_key(|row| match places.get(&entries[*row as usize].key) {
            Some(place) if *place < self.living => (0, *place),
            None => (1, 0),
            Some(place) => (2, *place),
        });
    }
}

fn directed(order: Ordering, is_descending: bool) -> Ordering {
    match is_descending {
        true => order.reverse(),
        false => order,
    }
}

impl Measured {
    fn of(value: &Value) -> Measured {
        match value {
            Value::Text(text) => Measured::Text(text.clone()),
            Value::Bool(truth) => Measured::Whole((*truth).into()),
            value => match (value.as_i128(), value.as_f64()) {
                (Some(whole), _) => Measured::Whole(whole),
                (None, Some(number)) if !number.is_nan() => Measured::Number(number),
                _ => Measured::Nothing,
            },
        }
    }

    /// The same, with the rate that is on the screen: that must not contradict the order.
    fn shown_as(self, shown: Option<f64>) -> Measured {
        match (self, shown) {
            (Measured::Pace(pace), Some(rate)) => Measured::Pace(Pace { rate, ..pace }),
            (measured, _) => measured,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Measured::Number(number) => Some(*number),
            Measured::Whole(whole) => Some(*whole as f64),
            // As it is told: what looks alike is sorted by label.
            Measured::Pace(pace) if pace.rate >= 1.0 => Some(pace.rate.round()),
            Measured::Pace(pace) => Some((pace.rate * 10.0).round() / 10.0),
            _ => None,
        }
    }

    /// Numbers come before texts, and both before nothing.
    fn compare(&self, other: &Measured, is_descending: bool) -> Ordering {
        let rank = |measured: &Measured| match measured {
            Measured::Number(_) | Measured::Whole(_) | Measured::Pace(_) => 0,
            Measured::Text(_) => 1,
            Measured::Nothing => 2,
        };
        let order = match (self, other) {
            (Measured::Text(a), Measured::Text(b)) => a.cmp(b),
            (Measured::Whole(a), Measured::Whole(b)) => a.cmp(b),
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => return rank(a).cmp(&rank(b)),
            },
        };
        directed(order, is_descending)
    }
}

/// The youngest have the least.
fn age(observer: &Observer, entry: &Entry) -> Measured {
    let object = observer.entry_in(entry.key.slot);
    let object = object.filter(|object| object.generation() == entry.key.generation);
    let created = object.and_then(|object| object.created().duration_since(UNIX_EPOCH).ok());
    created.map_or(Measured::Nothing, |created| {
        Measured::Number(-created.as_secs_f64())
    })
}

/// The changes of an object since it was looked at before: a guarded one tells how often it was published, of others
/// it is seen whether they changed.
fn pace(root: &Field, before: Measured, now: Instant) -> Measured {
    let Some(state) = state(root) else {
        return Measured::Nothing;
    };
    let Measured::Pace(before) = before else {
        let rate = 0.0;
        return Measured::Pace(Pace {
            rate,
            state,
            changes: 0,
            at: now,
        });
    };
    let seen = match root.sequence() {
        Some(_) => state.saturating_sub(before.state),
        None => u64::from(state != before.state),
    };
    let changes = before.changes + seen;
    let time = now.saturating_duration_since(before.at);
    if time < RATE_OVER {
        return Measured::Pace(Pace {
            state,
            changes,
            ..before
        });
    }
    Measured::Pace(Pace {
        rate: (before.rate + changes as f64 / time.as_secs_f64()) / 2.0,
        state,
        changes: 0,
        at: now,
    })
}

fn state(root: &Field) -> Option<u64> {
    if let Some(sequence) = root.sequence() {
        return Some(sequence);
    }
    if root.info().size > MOST_BYTES {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    root.read_bytes().ok()?.hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use memglass::Value;
    use memglass_view::interest::{Column, Sort, SortBy};

    use super::{Measured, Ordering};
    use crate::snapshot::testing::{Order, World};

    fn sorted(by: SortBy, is_descending: bool, quantities: &[u32]) -> World {
        let mut world = World::new(quantities.iter().copied());
        world.interest.objects.sort = Sort { by, is_descending };
        world
    }

    fn quantity() -> SortBy {
        SortBy::Column("quantity".into())
    }

    #[test]
    fn objects_are_sorted_by_what_an_expression_gives_and_equal_ones_by_label() {
        let mut world = sorted(quantity(), true, &[5, 9, 5, 7]);
        let _price = world.session.object("a_price", 1_i64).expect("room");
        let labels = world.until(|objects| &*objects.rows[0].label == "order_000001");
        let expected = [
            "order_000001",
            "order_000003",
            "order_000000",
            "order_000002",
            "a_price",
        ];
        assert_eq!(labels, expected, "what has no quantity is last");
        world.interest.objects.sort.is_descending = false;
        let labels = world.until(|objects| &*objects.rows[0].label == "order_000000");
        assert_eq!(labels[3..], ["order_000001", "a_price"]);
    }

    #[test]
    fn rows_do_not_move_while_keys_are_pressed() {
        let mut world = sorted(quantity(), true, &[5, 9]);
        world.until(|objects| &*objects.rows[0].label == "order_000001");
        world.interest.objects.is_touched = true;
        world.orders[0].quantity.set(10);
        let start = std::time::Instant::now();
        while start.elapsed() < 2 * super::AGAIN {
            assert_eq!(&*world.look().rows[0].label, "order_000001");
        }
        let third = world.session.object("order_9", Order::of(11));
        let labels = world.until(|objects| objects.rows.len() == 3);
        assert_eq!(labels[2], "order_9", "what is new stands at the end");
        world.interest.objects.is_touched = false;
        let labels = world.until(|objects| &*objects.rows[0].label == "order_9");
        assert_eq!(labels, ["order_9", "order_000000", "order_000001"]);
        drop(third);
    }

    #[test]
    fn objects_are_sorted_by_type_by_age_and_by_how_often_they_change() {
        let mut world = sorted(SortBy::Type, true, &[5, 9]);
        let _price = world.session.object("a_price", 1_i64).expect("room");
        let labels = world.until(|objects| objects.rows.len() == 3);
        assert_eq!(
            labels,
            ["a_price", "order_000000", "order_000001"],
            "i64 and Order"
        );
        world.interest.objects.sort.by = SortBy::Age;
        world.interest.objects.sort.is_descending = false;
        world.until(|objects| &*objects.rows[0].label == "a_price");
        world.interest.objects.sort = Sort {
            by: SortBy::Rate,
            is_descending: true,
        };
        let (mut world, mut value) = (world, 0);
        let start = std::time::Instant::now();
        while &*world.look().rows[0].label != "order_000001" {
            value += 1;
            world.orders[1].quantity.set(value);
            assert!(start.elapsed().as_secs() < 60);
        }
    }

    #[test]
    fn a_list_that_is_asked_to_be_sorted_by_rates_is_so_at_once() {
        let mut world = sorted(SortBy::Rate, true, &[5, 9]);
        world.interest.objects.is_touched = true;
        let start = std::time::Instant::now();
        let mut value = 0;
        while &*world.look().rows[0].label != "order_000001" {
            value += 1;
            world.orders[1].quantity.set(value);
            assert!(start.elapsed().as_secs() < 60);
        }
    }

    #[test]
    fn the_order_by_rates_is_that_of_the_rates_on_the_screen() {
        let mut world = sorted(SortBy::Rate, true, &[5, 9, 7]);
        let start = std::time::Instant::now();
        let mut looks = 0;
        // The third changes at each look, and the second sometimes.
        loop {
            looks += 1;
            world.orders[2].quantity.set(looks);
            if looks % 10 == 0 {
                world.orders[1].quantity.set(looks);
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
            let rows = world.look().rows;
            let rates: Vec<_> = rows.iter().filter_map(|row| row.rate).collect();
            let labels: Vec<_> = rows.iter().map(|row| &row.label[11..]).collect();
            let is_sorted = rates.len() == 3 && rates[0] > 50.0 && labels == ["2", "1", "0"];
            if is_sorted {
                assert!(rows[0].is_least && !rows[1].is_least && !rows[2].is_least);
                break;
            }
            assert!(start.elapsed().as_secs() < 60, "{labels:?} {rates:?}");
        }
    }

    #[test]
    fn pinned_columns_have_values_and_conditions() {
        let mut world = World::new([5, 9]);
        let columns = ["quantity * 2 amber > 15", "quantty"];
        world.interest.objects.columns = columns.map(Column::of_text).into();
        let rows = world.look().rows;
        let cells = rows.iter().map(|row| {
            let cells = row.cells.iter();
            cells
                .map(|cell| (cell.value.plain(), cell.is_alarm))
                .collect::<Vec<_>>()
        });
        let none = || (String::new(), false);
        let expected = [
            vec![("10".to_owned(), false), none()],
            vec![("18".to_owned(), true), none()],
        ];
        assert!(cells.eq(expected), "{rows:?}");
    }

    #[test]
    fn what_is_gone_is_last_once_the_list_is_sorted_anew() {
        let mut world = sorted(quantity(), true, &[5, 9, 8, 7]);
        world.until(|objects| &*objects.rows[0].label == "order_000001");
        // The third is selected, and not looked for elsewhere when it goes.
        world.interest.objects.key = Some(world.look().rows[2].key);
        world.interest.objects.window.selected = 2;
        world.look();
        world.orders.remove(1);
        world.orders.pop();
        let labels = world.until(|objects| objects.rows.last().is_some_and(|row| row.is_gone));
        assert_eq!(
            labels,
            [
                "order_000002",
                "order_000003",
                "order_000000",
                "order_000001"
            ]
        );
    }

    #[test]
    fn an_order_and_a_column_chosen_while_values_are_frozen_are_read_once() {
        let mut world = World::new([5, 9]);
        world.look();
        world.interest.is_frozen = true;
        world.look();
        world.interest.objects.sort = Sort {
            by: quantity(),
            is_descending: true,
        };
        world.interest.objects.columns = [Column::of_text("quantity")].into();
        let shown = |world: &mut World| {
            let rows = world.look().rows.into_iter();
            rows.map(|row| row.cells[0].value.plain())
                .collect::<Vec<_>>()
        };
        world.until(|objects| &*objects.rows[0].label == "order_000001");
        assert_eq!(shown(&mut world), ["9", "5"]);
        world.orders[0].quantity.set(10);
        assert_eq!(shown(&mut world), ["9", "5"], "it was read already");
        world.interest.is_frozen = false;
        world.until(|objects| &*objects.rows[0].label == "order_000000");
        assert_eq!(shown(&mut world), ["10", "9"]);
    }

    #[test]
    fn whole_numbers_are_compared_to_their_last_digit() {
        let of = |number: u64| Measured::of(&Value::U64(number));
        let large = 1 << 60;
        assert_eq!(
            of(large).compare(&of(large + 1), false),
            Ordering::Less,
            "as floats they are equal"
        );
        let float = Measured::of(&Value::F64(0.5));
        assert_eq!(of(1).compare(&float, false), Ordering::Greater);
        assert_eq!(of(1).compare(&float, true), Ordering::Less);
    }
}

//! What happened and nobody has taken yet: in order, and bounded.

use std::collections::{HashMap, VecDeque};

use super::news::Item;
use memglass::sampler::Key;

/// What something happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Id {
    Field(Key),
    /// A part of a structured field, by a number that no other part of it has.
    Part(Key, u32),
    /// An expression, by a number that no other has.
    Expression(u64),
}

/// Items in order. Beyond `room` they are merged, one for each thing that is followed: the old value stays, the new
/// one is the newest. So the last value of a field is never lost, and memory is bounded.
pub(super) struct Outbox {
    room: usize,
    /// `None` where a value came back before anybody saw it go.
    items: VecDeque<Option<Item>>,
    /// The number of the first of `items`.
    first: u64,
    /// The number of the last item of each thing.
    last: HashMap<Id, u64>,
    len: usize,
    merged: u64,
}

/// Empty places that are kept besides as many as there are items.
const SPARE: usize = 64;

impl Outbox {
    pub(super) fn new(room: usize) -> Self {
        Outbox {
            room,
            items: VecDeque::new(),
            first: 0,
            last: HashMap::new(),
            len: 0,
            merged: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many items were merged away.
    pub(super) fn merged(&self) -> u64 {
        self.merged
    }

    pub(super) fn push(&mut self, item: Item) {
        let waiting = self.last.get(&item.id).copied();
        match waiting {
            Some(number) if self.len >= self.room => self.merge(number, item),
            _ => self.append(item),
        }
    }

    /// Takes at most so many, the first ones.
    pub(super) fn take(&mut self, most: usize) -> Vec<Item> {
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(item) = self.items.pop_front()
        {
            let number = self.first;
            self.first += 1;
            let Some(item) = item else { continue };
            self.len -= 1;
            if self.last.get(&item.id) == Some(&number) {
                self.last.remove(&item.id);
            }
            taken.push(item);
        }
        taken
    }

    /// Forgets all that belongs to a watch.
    pub(super) fn drop_watch(&mut self, watch: usize) {
        for place in &mut self.items {
            if place.take_if(|item| item.watch == watch).is_some() {
                self.len -= 1;
            }
        }
        self.close_gaps();
    }

    fn append(&mut self, item: Item) {
        let number = self.first + self.items.len() as u64;
        self.last.insert(item.id, number);
        self.items.push_back(Some(item));
        self.len += 1;
    }

    fn merge(&mut self, number: u64, later: Item) {
        let id = later.id;
        let place = &mut self.items[(number - self.first) as usize];
        let earlier = place.take().expect("the last item of a thing is there");
        self.merged += 1;
        *place = earlier.merged_with(later);
        if place.is_none() {
            self.last.remove(&id);
            self.len -= 1;
            if self.items.len() > 2 * self.len + SPARE {
                self.close_gaps();
            }
        }
    }

    fn close_gaps(&mut self) {
        self.first += self.items.len() as u64;
        self.items.retain(Option::is_some);
        self.last = self
            .items
            .iter()
            .flatten()
            .map(|item| item.id)
            .zip(self.first..)
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::super::news::{Happened, Held, Item, Subject};
    use super::*;
    use memglass::Value;

    fn change(id: u64, old: i64, now: i64) -> Item {
        Item {
            id: Id::Expression(id),
            watch: id as usize,
            time: Default::default(),
            subject: Subject::Text("x".into()),
            happened: Happened::Changed,
            old: Some(Held::Value(old.into())),
            now: Some(Held::Value(now.into())),
            missed: None,
            merged: 0,
            is_torn: false,
            why: None,
        }
    }

    /// Id, old and new value of each item.
    fn taken(outbox: &mut Outbox) -> Vec<(usize, Value, Value)> {
        let value = |held| match held {
            Some(Held::Value(value)) => value,
            _ => panic!("a value"),
        };
        let items = outbox.take(usize::MAX).into_iter();
        items
            .map(|item| (item.watch, value(item.old), value(item.now)))
            .collect()
    }

    #[test]
    fn items_that_fit_are_all_kept_in_order() {
        let mut outbox = Outbox::new(3);
        for (id, old, now) in [(1, 0, 1), (2, 0, 9), (1, 1, 2)] {
            outbox.push(change(id, old, now));
        }
        let kept = [(1, 0, 1), (2, 0, 9), (1, 1, 2)];
        assert_eq!(
            taken(&mut outbox),
            kept.map(|(id, old, now): (_, i64, i64)| (id, old.into(), now.into()))
        );
        assert_eq!((outbox.is_empty(), outbox.merged()), (true, 0));
    }

    #[test]
    fn beyond_the_room_the_last_value_stays_and_what_was_merged_is_counted() {
        let mut outbox = Outbox::new(2);
        for now in 1..=100 {
            outbox.push(change(1, now - 1, now));
        }
        assert_eq!(
            taken(&mut outbox),
            [(1, 0.into(), 1.into()), (1, 1.into(), 100.into())]
        );
        assert_eq!(outbox.merged(), 98);
    }

    #[test]
    fn a_value_that_comes_back_unseen_is_no_news_and_takes_no_memory() {
        let mut outbox = Outbox::new(0);
        outbox.push(change(7, 1, 2));
        for _ in 0..10_000 {
            outbox.push(change(1, 0, 1));
            outbox.push(change(1, 1, 0));
        }
        assert!(
            outbox.items.len() <= 2 + SPARE + 1,
            "{}",
            outbox.items.len()
        );
        assert_eq!(taken(&mut outbox), [(7, 1.into(), 2.into())]);
        outbox.push(change(1, 0, 3));
        assert_eq!(outbox.take(1).len(), 1);
    }

    #[test]
    fn what_waits_of_a_watch_goes_with_it() {
        let mut outbox = Outbox::new(10);
        outbox.push(change(1, 0, 1));
        outbox.push(change(2, 0, 1));
        outbox.drop_watch(1);
        outbox.push(change(2, 1, 5));
        assert_eq!(
            taken(&mut outbox),
            [(2, 0.into(), 1.into()), (2, 1.into(), 5.into())]
        );
    }
}

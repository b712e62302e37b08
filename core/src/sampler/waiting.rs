//! Updates for which a receiver has no room yet: one for each field, in order.

use std::collections::{HashMap, VecDeque};

use super::scan::Key;
use super::subscription::Update;

/// What waits for a slow receiver.
#[derive(Default)]
pub(super) struct Waiting {
    updates: HashMap<Key, (u64, Update)>,
    /// The keys by when their updates began to wait, each with its number; those whose number is another one
    /// now have gone.
    order: VecDeque<(u64, Key)>,
    next: u64,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.updates.is_empty()
    }

    /// Adds an update behind the others, or merges it into the one of its field; returns how many were merged
    /// away.
    pub(super) fn push(&mut self, update: Update) -> u64 {
        let key = update.key;
        let Some((number, earlier)) = self.updates.remove(&key) else {
            self.updates.insert(key, (self.next, update));
            self.order.push_back((self.next, key));
            self.next += 1;
            return 0;
        };
        match earlier.merged_with(update) {
            Some(merged) => {
                self.updates.insert(key, (number, merged));
                1
            }
            None => {
                self.forget_gone();
                2
            }
        }
    }

    /// The update that has waited longest.
    pub(super) fn pop(&mut self) -> Option<Update> {
        while let Some((number, key)) = self.order.pop_front() {
            if self.is_there(number, key) {
                return self.updates.remove(&key).map(|(_, update)| update);
            }
        }
        None
    }

    fn is_there(&self, number: u64, key: Key) -> bool {
        self.updates
            .get(&key)
            .is_some_and(|&(now, _)| now == number)
    }

    /// Drops the keys whose updates have gone when they are most of the order, so that memory is bounded.
    fn forget_gone(&mut self) {
        if self.order.len() > 2 * self.updates.len() + 64 {
            let updates = &self.updates;
            let is_there = |&(number, key): &(u64, Key)| {
                updates.get(&key).is_some_and(|&(now, _)| now == number)
            };
            self.order.retain(is_there);
        }
    }
}

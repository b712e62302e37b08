//! The conditions that are judged on what the looks of one rate find, and the values that they read.
//!
//! A value that several conditions read is compared, decoded and kept once. A condition whose answer stays the same is
//! looked at here alone, and not in its trigger: after a sleep no cache has either.

use std::collections::{BTreeSet, HashMap};

use memglass::sampler::{ByKey, Key, Scan};
use memglass::{Field, ObjectId};
use slab::Slab;

use super::held::Held;
use super::reading::{Reading, has_parts};
use crate::condition::Truth;
use crate::expression::ToldValue;

/// Held conditions, and what they read.
#[derive(Default)]
pub(super) struct Judged {
    /// In boxes, as the table has a place for each key of the scan, and watches have keys there too.
    values: ByKey<Box<FollowedValue>>,
    /// The value that was followed last of each field. There are several of a field that changed while conditions came.
    latest: HashMap<FieldId, Key>,
    conditions: Slab<HeldCondition>,
    /// The conditions that are to be judged.
    due: Vec<usize>,
}

type FieldId = (ObjectId, String);

/// A single value in memory.
struct FollowedValue {
    field: Field,
    told: ToldValue,
    /// The conditions that read it.
    readers: BTreeSet<usize>,
}

/// A condition that is judged when one of its values changes.
pub(super) struct HeldCondition {
    pub(super) condition: Box<dyn Held>,
    pub(super) at: ConditionAt,
    pub(super) values: Vec<Key>,
    /// Whether each change of its values is of interest, and not only of its answer.
    pub(super) remembers: bool,
    truth: Truth,
    is_due: bool,
    /// Whether one of its values is there no more.
    is_lost: bool,
}

/// Which condition of which trigger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ConditionAt {
    pub(super) trigger: u64,
    pub(super) creation: u64,
}

/// Why a value cannot be followed.
pub(super) enum NotFollowed {
    /// It has no single value.
    Never,
    /// It is followed already and has changed since: after the next look it will be as it was there.
    Now,
}

impl HeldCondition {
    pub(super) fn new(
        condition: Box<dyn Held>,
        at: ConditionAt,
        values: Vec<Key>,
        remembers: bool,
    ) -> HeldCondition {
        HeldCondition {
            condition,
            at,
            values,
            remembers,
            // So that the first answer is news.
            truth: Truth::Unknown,
            is_due: false,
            is_lost: false,
        }
    }
}

impl Judged {
    /// Follows the value of a field, from its present one on. `is_after_look` says whether what is followed was looked at
    /// just now.
    ///
    /// Conditions share a value only if it is at this moment what they were told of it: else the answers of some would be
    /// of values that they never had together.
    pub(super) fn follow(
        &mut self,
        scan: &mut Scan,
        field: &Field,
        is_after_look: bool,
    ) -> Result<(Key, ToldValue), NotFollowed> {
        let key = scan.follow(field).map_err(|_| NotFollowed::Never)?;
        let bytes = scan.last(key).unwrap_or_default();
        let id = (field.object_id(), field.path().to_owned());
        let known = self.latest.get(&id).copied();
        if let Some((known, value)) = known.and_then(|key| Some((key, self.values.get(key)?))) {
            let is_same = scan.last(known).as_ref() == Some(&bytes);
            if is_same || !is_after_look {
                scan.forget(key);
                return match is_same {
                    true => Ok((known, value.told.clone())),
                    false => Err(NotFollowed::Now),
                };
            }
        }
        let value = field.value_of(&bytes);
        // A part of a packed record that is not there has no value.
        if has_parts(&value) {
            scan.forget(key);
            return Err(NotFollowed::Never);
        }
        let told = ToldValue::new(value);
        let followed = FollowedValue {
            field: field.clone(),
            told: told.clone(),
            readers: BTreeSet::new(),
        };
        self.values.insert(key, Box::new(followed));
        self.latest.insert(id, key);
        Ok((key, told))
    }

    /// Judges a condition from now on when one of its values changes; gives its number.
    pub(super) fn hold(&mut self, held: HeldCondition) -> usize {
        let entry = self.conditions.vacant_entry();
        let number = entry.key();
        for key in &held.values {
            if let Some(value) = self.values.get_mut(*key) {
                value.readers.insert(number);
            }
        }
        entry.insert(held);
        number
    }

    /// Judges a condition no more.
    pub(super) fn release(&mut self, scan: &mut Scan, number: usize) {
        let Some(held) = self.conditions.try_remove(number) else {
            return;
        };
        for key in &held.values {
            if let Some(value) = self.values.get_mut(*key) {
                value.readers.remove(&number);
            }
        }
        self.drop_unread(scan, &held.values);
    }

    /// Follows those of these values no more that no condition reads.
    pub(super) fn drop_unread(&mut self, scan: &mut Scan, keys: &[Key]) {
        for key in keys {
            let value = self.values.get(*key);
            if value.is_some_and(|value| value.readers.is_empty()) {
                scan.forget(*key);
                self.forget(*key);
            }
        }
    }

    fn forget(&mut self, key: Key) -> Option<Box<FollowedValue>> {
        let value = self.values.remove(key)?;
        let id = (value.field.object_id(), value.field.path().to_owned());
        if self.latest.get(&id) == Some(&key) {
            self.latest.remove(&id);
        }
        Some(value)
    }

    /// Takes in new bytes of a value; false if it is none that a condition reads.
    pub(super) fn tell(&mut self, key: Key, bytes: &[u8]) -> bool {
        let Some(value) = self.values.get(key) else {
            return false;
        };
        let FollowedValue {
            field,
            told,
            readers,
        } = &**value;
        let value = field.value_of(bytes);
        let is_single = !has_parts(&value);
        if is_single {
            told.set(value);
        }
        for reader in readers {
            let held = &mut self.conditions[*reader];
            held.is_lost |= !is_single;
            if !std::mem::replace(&mut held.is_due, true) {
                self.due.push(*reader);
            }
        }
        true
    }

    /// Notes that a value has gone, and its key with it; false if it is none that a condition reads.
    pub(super) fn lose(&mut self, key: Key) -> bool {
        let Some(value) = self.forget(key) else {
            return false;
        };
        for reader in value.readers {
            let held = &mut self.conditions[reader];
            held.is_lost = true;
            if !std::mem::replace(&mut held.is_due, true) {
                self.due.push(reader);
            }
        }
        true
    }

    /// Judges what is due, and adds the answers that are news.
    pub(super) fn judge_due(&mut self, news: &mut Vec<(ConditionAt, Truth)>) {
        for number in self.due.drain(..) {
            let held = &mut self.conditions[number];
            held.is_due = false;
            let truth = match held.is_lost {
                true => Truth::Unknown,
                false => held.condition.judge(),
            };
            // One that is held is not changed by a sample like the last one.
            if truth != held.truth || truth == Truth::Unknown || held.remembers {
                held.truth = truth;
                news.push((held.at, truth));
            }
        }
    }

    /// Judges a condition at once; `None` if it is held no more.
    pub(super) fn judge(&mut self, number: usize) -> Option<Truth> {
        let held = self.conditions.get_mut(number)?;
        held.truth = held.condition.judge();
        Some(held.truth)
    }

    /// The values on which a condition was judged last.
    pub(super) fn readings(&self, number: usize) -> Vec<Reading> {
        let keys = self.conditions[number].values.iter();
        let values = keys.filter_map(|key| self.values.get(*key));
        let readings = values.map(|value| Reading {
            field: value.field.clone(),
            value: value.told.get(),
        });
        readings.collect()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.latest.is_empty() && self.conditions.is_empty()
    }
}

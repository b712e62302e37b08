//! One field that a `watch` follows, from one object that has it to the next.

use std::sync::Arc;

use memglass::sampler::Key;
use memglass::{Field, ObjectId, Observer, PathError, Value};

use super::change::{Item, News, Sight, split};
use super::objects::{Known, Member};
use super::reading::{Sampled, has_parts, sample};
use super::sample::Sample;
use crate::change::Follower;
use crate::counters::Counters;
use crate::queue::Rank;

/// One field of one object after the other.
#[derive(Default)]
pub(super) struct Place {
    pub(super) followed: Option<Followed>,
    /// The window of `at_most_every` outlives the object.
    before: Option<Follower<Sample>>,
    /// Why there was no value at the last sample.
    pub(super) why: Option<String>,
    /// The session and its epoch in which no object had the label: until that moves, none has it.
    nowhere: Option<(u128, u64)>,
    /// Present if its bits are compared together with others.
    pub(super) packed: Option<Key>,
}

pub(super) struct Followed {
    field: Field,
    label: Arc<str>,
    follower: Follower<Sample>,
    sequence: Option<u64>,
}

impl Place {
    pub(super) fn sample_path(
        &mut self,
        (rank, path): (Rank, &str),
        sight: &Sight<'_>,
        counters: &mut Counters,
        items: &mut Vec<Item>,
    ) {
        if !sight.is_alive {
            self.nowhere = None;
            self.fail("its producer is gone".to_owned(), counters);
            return;
        }
        let session = sight.observer.session().id;
        let is_here = |followed: &Followed| {
            followed.field.is_alive() && followed.field.object_id().session == session
        };
        if !self.followed.as_ref().is_some_and(is_here) {
            if let Some(followed) = &self.followed {
                counters.vanished += 1;
                let (member, label) = (whole(&followed.field), Arc::clone(&followed.label));
                let field = followed.field.clone();
                let last = followed.follower.last().0.clone();
                items.push(Item {
                    rank,
                    member,
                    field,
                    label,
                    news: News::Vanished(last),
                });
            }
            let epoch = (session, sight.observer.epoch());
            if self.nowhere == Some(epoch) {
                return;
            }
            self.leave(counters);
            let found = sight.observer.field(path);
            let is_nowhere = matches!(found, Err(PathError::NoSuchObject { .. }));
            self.nowhere = is_nowhere.then_some(epoch);
            match found {
                Ok(field) => self.enter(rank, whole(&field), field, None, sight, counters, items),
                Err(error) => self.fail(error.to_string(), counters),
            }
            return;
        }
        self.follow(rank, sight, counters, items);
    }

    /// Whether nothing can come of it before its bits change: it has one number or text, which is not guarded, as the
    /// writes of guarded ones are counted.
    pub(super) fn is_steady(&self) -> bool {
        let followed = self.followed.as_ref().filter(|_| self.why.is_none());
        followed.is_some_and(|followed| {
            let follower = &followed.follower;
            let is_lone = followed.sequence.is_none() && !has_parts(&follower.last().0);
            is_lone && follower.is_settled()
        })
    }

    /// The field that it follows.
    pub(super) fn field(&self) -> Option<Field> {
        self.followed
            .as_ref()
            .map(|followed| followed.field.clone())
    }

    /// What it held at this sample; nothing if that is not known.
    pub(super) fn sampled(&self) -> Option<(ObjectId, &Value)> {
        let followed = self.followed.as_ref().filter(|_| self.why.is_none())?;
        Some((followed.field.object_id(), &followed.follower.last().0))
    }

    /// Begins with another object.
    #[expect(clippy::too_many_arguments, reason = "all of one item")]
    pub(super) fn enter(
        &mut self,
        rank: Rank,
        member: Member,
        field: Field,
        label: Option<&Arc<str>>,
        sight: &Sight<'_>,
        counters: &mut Counters,
        items: &mut Vec<Item>,
    ) {
        let Sampled {
            value, sequence, ..
        } = match sample(&field) {
            Ok(sampled) => sampled,
            Err(error) => return self.fail(error.to_string(), counters),
        };
        self.why = None;
        let label = match label {
            Some(label) => Arc::clone(label),
            None => label_of(sight.observer, &field),
        };
        if !sight.is_first {
            items.push(Item {
                rank,
                member,
                field: field.clone(),
                label: Arc::clone(&label),
                news: News::Appeared(value.clone()),
            });
        }
        let follower = match self.before.take() {
            Some(mut before) => {
                before.start_anew(Sample(value), counters);
                before
            }
            None => Follower::new(Sample(value)),
        };
        self.followed = Some(Followed {
            field,
            label,
            follower,
            sequence,
        });
    }

    pub(super) fn follow(
        &mut self,
        rank: Rank,
        sight: &Sight<'_>,
        counters: &mut Counters,
        items: &mut Vec<Item>,
    ) {
        let Some(followed) = &self.followed else {
            return;
        };
        match sample(&followed.field) {
            Ok(sampled) => self.take_in(rank, sampled, sight, counters, items),
            Err(error) => self.fail(error.to_string(), counters),
        }
    }

    /// Takes in the bytes that a look found in its field.
    pub(super) fn take_in_bytes(
        &mut self,
        rank: Rank,
        bytes: &[u8],
        sight: &Sight<'_>,
        counters: &mut Counters,
        items: &mut Vec<Item>,
    ) {
        let value = self.followed.as_ref().map(|it| it.field.value_of(bytes));
        match value {
            Some(value) if !has_parts(&value) => {
                self.take_in(rank, Sampled::alone(value), sight, counters, items);
            }
            // A part of a packed record that is there no more has no value.
            _ => self.follow(rank, sight, counters, items),
        }
    }

    fn take_in(
        &mut self,
        rank: Rank,
        sampled: Sampled,
        sight: &Sight<'_>,
        counters: &mut Counters,
        items: &mut Vec<Item>,
    ) {
        let Some(followed) = &mut self.followed else {
            return;
        };
        self.why = None;
        let before = std::mem::replace(&mut followed.sequence, sampled.sequence);
        let writes = sampled.sequence.zip(before);
        let writes = writes.map(|(now, before)| Field::published_between(before, now));
        let value = Sample(sampled.value);
        let follower = &mut followed.follower;
        let report = follower.observe(sight.time, value, writes, sight.window, counters);
        if let Some(report) = report {
            items.push(Item {
                rank,
                member: whole(&followed.field),
                field: followed.field.clone(),
                label: Arc::clone(&followed.label),
                news: News::Changed {
                    report,
                    torn: sampled.torn,
                },
            });
        }
    }

    /// Its object is gone; gives its field, label and last value.
    pub(super) fn leave(&mut self, counters: &mut Counters) -> Option<(Field, Arc<str>, Value)> {
        let followed = self.followed.take()?;
        let last = followed.follower.last().clone();
        let mut before = followed.follower;
        before.start_anew(last.clone(), counters);
        self.before = Some(before);
        Some((followed.field, followed.label, last.0))
    }

    pub(super) fn fail(&mut self, why: String, counters: &mut Counters) {
        counters.failures += u64::from(self.why.is_none());
        self.why = Some(why);
    }
}

impl Known<Place> {
    pub(super) fn sample(
        &mut self,
        rank: Rank,
        rest: &str,
        sight: &Sight<'_>,
        counters: &mut Counters,
        items: &mut Vec<Item>,
    ) {
        if self.state.followed.is_some() {
            let first = items.len();
            self.state.follow(rank, sight, counters, items);
            self.name(&mut items[first..]);
            return;
        }
        match self.root.at(rest) {
            Ok(field) => {
                let label = Some(&self.label);
                let member = self.member;
                self.state
                    .enter(rank, member, field, label, sight, counters, items);
            }
            Err(error) => self.state.fail(error.to_string(), counters),
        }
    }

    /// Takes in the bytes that a look found in its field.
    pub(super) fn take_in_bytes(
        &mut self,
        rank: Rank,
        bytes: &[u8],
        sight: &Sight<'_>,
        counters: &mut Counters,
        items: &mut Vec<Item>,
    ) {
        let first = items.len();
        self.state
            .take_in_bytes(rank, bytes, sight, counters, items);
        self.name(&mut items[first..]);
    }

    /// Says of which member the news are.
    fn name(&self, items: &mut [Item]) {
        for item in items {
            item.member = self.member;
        }
    }
}

/// The label of the object that a field lies in; of an element of an array of objects, with its index.
fn label_of(observer: &Observer, field: &Field) -> Arc<str> {
    let id = field.object_id();
    let object = observer.object_in(id.slot);
    let Some(object) = object.filter(|object| observer.id_of(object) == id) else {
        return split(field.path()).0.into();
    };
    let behind = field.path().strip_prefix(&*object.label);
    let index = behind.and_then(|behind| behind.strip_prefix('[')?.split_once(']'));
    match index.filter(|_| object.count.is_some()) {
        Some((index, _)) => format!("{}[{index}]", object.label).into(),
        None => (*object.label).into(),
    }
}

fn whole(field: &Field) -> Member {
    Member {
        object: field.object_id(),
        element: None,
    }
}

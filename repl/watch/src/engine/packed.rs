//! Places that are compared as packed bits: as long as nothing happens to them, one costs a nanosecond and no look
//! at its trigger.
//!
//! A place of a `watch` is packed once it has been sampled and nothing of it is pending; the values of a condition are
//! packed likewise ([`held`](super::held), [`judged`](super::judged)). Its trigger is *restless* as long as something of it is not packed: that is
//! sampled at each of its points. When the bits of a packed place change, or its object goes, that place alone is
//! sampled.
//!
//! What is packed was taken in from the bytes that the scan remembers, and never from a second read: a store between
//! the two would be seen by neither.

use std::time::Duration;

use memglass::Field;
use memglass::sampler::{ByKey, Key, Scan, Seen};

use super::Engine;
use super::change::Sight;
use super::judged::{ConditionAt, HeldCondition, Judged, NotFollowed};
use super::reading::Reading;
use super::trigger::{Followed, Trigger, next_point};
use crate::condition::Truth;
use crate::expression::ToldValue;

/// The packed places and the held conditions of all triggers that are sampled at one rate.
#[derive(Default)]
pub(super) struct Rate {
    scan: Scan,
    places: ByKey<PlaceAt>,
    judged: Judged,
    /// When they are looked at next.
    pub(super) next: Duration,
    /// The last look, and the one before it.
    looks: [Option<Duration>; 2],
}

/// Which place of which watch.
#[derive(Clone, Copy)]
pub(super) struct PlaceAt {
    pub(super) trigger: u64,
    pub(super) part: usize,
    pub(super) creation: u64,
}

/// What a look found of a packed place.
pub(super) enum Look {
    /// It has these bytes now.
    Changed(Vec<u8>),
    /// Its object is gone, and its key with it.
    Gone,
}

impl Rate {
    /// Looks at the field of a place from now on; gives its bytes too. `None` if that is not possible.
    pub(super) fn pack(
        &mut self,
        at: PlaceAt,
        field: &Field,
        next: Duration,
    ) -> Option<(Key, Vec<u8>)> {
        if self.scan.is_empty() {
            self.next = next;
        }
        let key = self.scan.follow(field).ok()?;
        self.places.insert(key, at);
        Some((key, self.scan.last(key)?))
    }

    pub(super) fn unpack(&mut self, key: Key) {
        self.scan.forget(key);
        self.places.remove(key);
    }

    /// Looks at the value of a field for a condition from now on.
    pub(super) fn follow_value(
        &mut self,
        field: &Field,
        now: Duration,
        next: Duration,
    ) -> Result<(Key, ToldValue), NotFollowed> {
        if self.scan.is_empty() {
            self.next = next;
        }
        let is_after_look = self.looks[0] == Some(now);
        self.judged.follow(&mut self.scan, field, is_after_look)
    }

    /// Judges a condition when one of its values changes; gives its number.
    pub(super) fn hold(&mut self, held: HeldCondition) -> usize {
        self.judged.hold(held)
    }

    /// Judges a held condition at once; `None` if it is held no more.
    pub(super) fn judge(&mut self, number: usize) -> Option<Truth> {
        self.judged.judge(number)
    }

    /// The values on which a held condition was judged last.
    pub(super) fn readings(&self, number: usize) -> Vec<Reading> {
        self.judged.readings(number)
    }

    /// Judges a condition no more.
    pub(super) fn release(&mut self, number: usize) {
        self.judged.release(&mut self.scan, number);
    }

    /// Looks at those of these values no more that no condition reads.
    pub(super) fn drop_unread(&mut self, keys: &[Key]) {
        self.judged.drop_unread(&mut self.scan, keys);
    }

    /// The look before the last one.
    pub(super) fn look_before(&self) -> Duration {
        self.looks[1].unwrap_or_default()
    }

    /// Adds the places to which something happened, and the answers of conditions that are news.
    #[inline]
    fn look(&mut self, now: Duration, found: &mut Found) {
        self.looks = [Some(now), self.looks[0]];
        let Rate {
            scan,
            places,
            judged,
            ..
        } = self;
        let mut is_told = false;
        scan.sample(|seen| match seen {
            Seen::Changed(change) => {
                if judged.tell(change.key, change.now) {
                    is_told = true;
                } else {
                    let at = places.get(change.key);
                    let look = |at: &PlaceAt| (*at, Look::Changed(change.now.to_vec()));
                    found.places.extend(at.map(look));
                }
            }
            Seen::Gone(gone) => {
                if judged.lose(gone.key) {
                    is_told = true;
                } else {
                    let at = places.remove(gone.key);
                    found.places.extend(at.map(|at| (at, Look::Gone)));
                }
            }
        });
        if is_told {
            judged.judge_due(&mut found.answers);
        }
    }
}

/// What looks have found.
#[derive(Default)]
struct Found {
    places: Vec<(PlaceAt, Look)>,
    answers: Vec<(ConditionAt, Truth)>,
}

impl Engine {
    /// The next time at which packed places are looked at.
    pub(super) fn next_look(&self) -> Option<Duration> {
        let rates = self.rates.values().filter(|rate| !rate.scan.is_empty());
        rates.map(|rate| rate.next).min()
    }

    /// Samples the packed places to which something happened.
    #[inline]
    pub(super) fn sample_packed(&mut self, now: Duration) {
        let mut found = Found::default();
        for (period, rate) in &mut self.rates {
            if !rate.scan.is_empty() && rate.next <= now {
                rate.next = next_point(now, *period);
                rate.look(now, &mut found);
            }
        }
        if !found.places.is_empty() || !found.answers.is_empty() {
            self.sample_found(found, now);
        }
    }

    fn sample_found(
        &mut self,
        Found {
            places,
            mut answers,
        }: Found,
        now: Duration,
    ) {
        for (at, look) in places {
            self.sample_place(at, &look, now);
        }
        answers.sort_unstable_by_key(|(at, _)| *at);
        for (at, truth) in answers {
            self.take_held(at.trigger, at.creation, truth, now);
        }
    }

    fn sample_place(&mut self, at: PlaceAt, look: &Look, now: Duration) {
        let Engine {
            triggers,
            observer,
            presence,
            is_last_look,
            ..
        } = self;
        let Some(trigger) = triggers.get_mut(&at.trigger) else {
            return;
        };
        let Followed::Watch(watch) = &mut trigger.followed else {
            return;
        };
        let sight = Sight {
            observer,
            is_alive: presence.is_alive() || *is_last_look,
            time: now,
            window: trigger.options.at_most_every,
            is_first: false,
        };
        let (items, steady) = watch.take_in(at, look, &sight, &mut trigger.counters);
        if !steady {
            self.unpack(at);
        }
        self.push_items(at.trigger, now, items);
    }

    /// Packs the places of a trigger that say they may be; whether all of them could be.
    pub(super) fn pack(&mut self, number: u64, steady: Vec<PlaceAt>, now: Duration) -> bool {
        let mut all = true;
        for at in steady {
            match self.pack_place(at, now) {
                // What was stored since the sample is part of what the scan remembers.
                Some(bytes) => self.sample_place(at, &Look::Changed(bytes), now),
                None => all = false,
            }
        }
        let is_packed = |trigger: &Trigger| match &trigger.followed {
            Followed::Watch(watch) => watch.is_packed(),
            _ => false,
        };
        all && self.triggers.get(&number).is_some_and(is_packed)
    }

    /// Packs one place; gives its bytes.
    fn pack_place(&mut self, at: PlaceAt, now: Duration) -> Option<Vec<u8>> {
        let Engine {
            triggers, rates, ..
        } = self;
        let trigger = triggers.get_mut(&at.trigger).filter(|t| t.samples())?;
        let period = trigger.settings.period;
        let Followed::Watch(watch) = &mut trigger.followed else {
            return None;
        };
        let place = watch.place_mut(at)?;
        let field = place.field()?;
        let rate = rates.entry(period).or_default();
        let (key, bytes) = rate.pack(at, &field, next_point(now, period))?;
        place.packed = Some(key);
        Some(bytes)
    }

    /// Samples a place with all else of its trigger again.
    fn unpack(&mut self, at: PlaceAt) {
        self.rouse(at.trigger);
        let Some(trigger) = self.triggers.get_mut(&at.trigger) else {
            return;
        };
        let rate = self.rates.get_mut(&trigger.settings.period);
        if let (Followed::Watch(watch), Some(rate)) = (&mut trigger.followed, rate)
            && let Some(key) = watch.place_mut(at).and_then(|place| place.packed.take())
        {
            rate.unpack(key);
        }
    }

    /// Samples all places of a trigger by themselves again.
    pub(super) fn unpack_all_of(&mut self, number: u64) {
        self.rouse(number);
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        let mut rate = self.rates.get_mut(&trigger.settings.period);
        match &mut trigger.followed {
            Followed::Watch(watch) => watch.unpack(&mut |key| {
                if let Some(rate) = &mut rate {
                    rate.unpack(key);
                }
            }),
            Followed::Guard(guard) => guard.let_go(&mut |held| {
                if let Some(rate) = &mut rate {
                    rate.release(held);
                }
            }),
            Followed::Every(_) | Followed::After(_) => {}
        }
    }

    /// The same for all triggers: something happened to all objects.
    pub(super) fn unpack_all(&mut self) {
        let numbers: Vec<u64> = self.triggers.keys().copied().collect();
        for number in numbers {
            self.unpack_all_of(number);
        }
    }

    /// Has what is not packed of a trigger sampled at its next point.
    pub(super) fn rouse(&mut self, number: u64) {
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        if trigger.samples_memory()
            && !trigger.is_done
            && self.restless.insert(number)
            && let Some(rate) = self.rates.get(&trigger.settings.period)
        {
            trigger.next_sample = rate.next;
        }
    }
}

#[cfg(test)]
mod tests;

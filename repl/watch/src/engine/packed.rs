//! Places that are compared as packed bits: as long as nothing happens to them, one costs a nanosecond and no look
//! at its trigger.
//!
//! A place of a `watch` is packed once it has been sampled and nothing of it is pending. Its trigger is *restless* as
//! long as some of its places are not packed, or it is a condition: then all that is not packed is sampled at each of
//! its points. When the bits of a packed place change, or its object goes, that place alone is sampled.

use std::collections::HashMap;
use std::time::Duration;

use memglass::Field;
use memglass::sampler::{Key, Scan, Seen};

use super::Engine;
use super::change::Sight;
use super::trigger::{Followed, next_point};

/// The packed places of all triggers that are sampled at one rate.
#[derive(Default)]
pub(super) struct Rate {
    scan: Scan,
    places: HashMap<Key, PlaceAt>,
    /// When they are looked at next.
    next: Duration,
}

/// Which place of which trigger.
#[derive(Clone, Copy)]
pub(super) struct PlaceAt {
    pub(super) trigger: u64,
    pub(super) part: usize,
    pub(super) creation: u64,
}

impl Rate {
    /// Looks at the field of a place from now on; `None` if that is not possible.
    fn pack(&mut self, at: PlaceAt, field: &Field, next: Duration) -> Option<Key> {
        if self.scan.is_empty() {
            self.next = next;
        }
        let key = self.scan.follow(field).ok()?;
        self.places.insert(key, at);
        Some(key)
    }

    fn unpack(&mut self, key: Key) {
        self.scan.forget(key);
        self.places.remove(&key);
    }

    /// The places to which something happened, and whether their objects are gone.
    fn look(&mut self) -> Vec<(PlaceAt, bool)> {
        let Rate { scan, places, .. } = self;
        let mut found = Vec::new();
        scan.sample(|seen| match seen {
            Seen::Changed(change) => found.extend(places.get(&change.key).map(|at| (*at, false))),
            Seen::Gone(gone) => found.extend(places.remove(&gone.key).map(|at| (at, true))),
        });
        found
    }
}

impl Engine {
    /// The next time at which packed places are looked at.
    pub(super) fn next_look(&self) -> Option<Duration> {
        let rates = self.rates.values().filter(|rate| !rate.scan.is_empty());
        rates.map(|rate| rate.next).min()
    }

    /// Samples the packed places to which something happened.
    pub(super) fn sample_packed(&mut self, now: Duration) {
        let mut found = Vec::new();
        for (period, rate) in &mut self.rates {
            if !rate.scan.is_empty() && rate.next <= now {
                rate.next = next_point(now, *period);
                found.append(&mut rate.look());
            }
        }
        for (at, is_gone) in found {
            self.sample_place(at, is_gone, now);
        }
    }

    fn sample_place(&mut self, at: PlaceAt, is_gone: bool, now: Duration) {
        let Engine {
            triggers,
            observer,
            presence,
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
            is_alive: presence.is_alive(),
            time: now,
            window: trigger.options.at_most_every,
            is_first: false,
        };
        let Some(place) = watch.place_mut(at) else {
            // An object of many, which is taken in with the directory.
            return;
        };
        if is_gone {
            place.packed = None;
        }
        let (items, steady) = watch.sample_place(at, &sight, &mut trigger.counters);
        if !steady {
            self.unpack(at);
        }
        self.push_items(at.trigger, now, items);
    }

    /// Packs the places of a trigger that say they may be; whether all of them could be.
    pub(super) fn pack(&mut self, number: u64, steady: Vec<PlaceAt>, now: Duration) -> bool {
        let Engine {
            triggers, rates, ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number).filter(|t| t.samples()) else {
            return true;
        };
        let period = trigger.settings.period;
        let Followed::Watch(watch) = &mut trigger.followed else {
            return false;
        };
        let rate = rates.entry(period).or_default();
        let mut all = true;
        for at in steady {
            let Some(place) = watch.place_mut(at) else {
                continue;
            };
            let field = place.field();
            place.packed = field.and_then(|field| rate.pack(at, &field, next_point(now, period)));
            all &= place.packed.is_some();
        }
        all
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
        let rate = self.rates.get_mut(&trigger.settings.period);
        if let (Followed::Watch(watch), Some(rate)) = (&mut trigger.followed, rate) {
            watch.unpack(&mut |key| rate.unpack(key));
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
            && self.restless.insert(number)
            && let Some(rate) = self.rates.get(&trigger.settings.period)
        {
            trigger.next_sample = rate.next;
        }
    }
}

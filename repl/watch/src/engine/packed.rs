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

#[cfg(test)]
mod tests {
    use memglass::{Observer, Session};
    use tempfile::TempDir;

    use super::*;
    use crate::engine::history::MOST_FIELDS;
    use crate::engine::{Definition, Happening, Kind, Options};

    const PERIOD: u64 = 10;

    struct World {
        engine: Engine,
        session: Session,
        now: u64,
        _dir: TempDir,
    }

    impl World {
        fn new() -> World {
            let dir = tempfile::tempdir().expect("a directory");
            let session = Session::builder("s").dir(dir.path()).create();
            let observer = Observer::builder().dir(dir.path());
            let session = session.expect("a session");
            let observer = observer.attach("s").expect("an observer");
            World {
                engine: Engine::new(observer, ms(PERIOD)),
                session,
                now: 0,
                _dir: dir,
            }
        }

        fn watch(&mut self, path: &str, options: Options) -> u64 {
            let kind = Kind::Watch { path: path.into() };
            let definition = Definition { kind, options };
            let defined = self.engine.define(ms(self.now), definition);
            defined.expect("it can fire")
        }

        /// Lets ticks pass; gives what is to run after each, as its time and values.
        fn ticks(&mut self, count: u64) -> Vec<String> {
            let mut told = Vec::new();
            for _ in 0..count {
                self.now += PERIOD;
                self.engine.tick(ms(self.now)).expect("a tick");
                while let Some(run) = self.engine.next_run(ms(self.now)) {
                    told.push(match run.what {
                        Happening::Changed { old, now, .. } => {
                            format!("{}: {old} {now}", self.now)
                        }
                        Happening::Appeared { .. } => format!("{}: appeared", self.now),
                        Happening::Vanished { .. } => format!("{}: vanished", self.now),
                        _ => format!("{}: something else", self.now),
                    });
                    self.engine.ended(ms(self.now), None);
                }
            }
            told
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_watch_whose_places_are_packed_is_not_restless() {
        let mut world = World::new();
        let number = world.session.object("a", 1_i64).expect("room");
        world.watch("a", Options::default());
        // What is kept of the past is noted at each sample, so one of many is looked at.
        world.watch("{a,a}*", Options::default());
        assert_eq!(world.engine.restless.len(), 1);
        number.set(2);
        assert_eq!(world.ticks(1), ["10: 1 2", "10: 1 2"]);
        assert_eq!(world.ticks(3), [""; 0]);
    }

    #[test]
    fn what_waits_for_the_end_of_a_window_comes_without_another_change() {
        let mut world = World::new();
        let number = world.session.object("a", 0_i64).expect("room");
        let options = Options {
            at_most_every: Some(ms(50)),
            ..Options::default()
        };
        world.watch("a*", options);
        number.set(1);
        assert_eq!(world.ticks(1), ["10: 0 1"]);
        number.set(2);
        assert_eq!(world.ticks(4), [""; 0]);
        assert_eq!(world.ticks(1), ["60: 1 2"]);
        assert!(world.engine.restless.is_empty(), "it is packed again");
    }

    #[test]
    fn another_object_with_the_label_is_followed() {
        let mut world = World::new();
        let first = world.session.object("a", 1_i64).expect("room");
        let options = Options {
            hears_appeared: true,
            hears_vanished: true,
            ..Options::default()
        };
        world.watch("a*", options);
        assert!(world.engine.restless.is_empty());
        drop(first);
        let second = world.session.object("a", 5_i64).expect("room");
        assert_eq!(world.ticks(1), ["10: vanished", "10: appeared"]);
        second.set(6);
        assert_eq!(world.ticks(1), ["20: 5 6"]);
        assert!(world.engine.restless.is_empty());
    }

    #[test]
    fn another_object_under_one_path_is_followed() {
        let mut world = World::new();
        let _other = world.session.object("other", 0_i64).expect("room");
        let first = world.session.object("a", 1_i64).expect("room");
        // Fields whose past is kept are not packed.
        for _ in 0..MOST_FIELDS {
            world.watch("other", Options::default());
        }
        let watch = world.watch("a", Options::default());
        assert!(!world.engine.restless.contains(&watch));
        drop(first);
        let second = world.session.object("a", 5_i64).expect("room");
        assert_eq!(world.ticks(1), [""; 0]);
        second.set(6);
        assert_eq!(world.ticks(1), ["20: 5 6"]);
        second.set(7);
        assert_eq!(world.ticks(2), ["30: 6 7"]);
    }

    #[test]
    fn a_paused_or_cancelled_watch_leaves_nothing_to_look_at() {
        let mut world = World::new();
        let number = world.session.object("a", 1_i64).expect("room");
        let watch = world.watch("a*", Options::default());
        world.engine.pause(watch);
        number.set(2);
        assert_eq!(world.ticks(2), [""; 0]);
        assert!(world.engine.resume(watch, ms(world.now)));
        number.set(3);
        assert_eq!(world.ticks(1), ["30: 2 3"]);
        world.engine.cancel(watch);
        assert_eq!(world.engine.next_tick(), None);
        assert!(
            world
                .engine
                .rates
                .values()
                .all(|rate| rate.places.is_empty())
        );
    }
}

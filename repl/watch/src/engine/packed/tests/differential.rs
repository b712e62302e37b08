//! Two engines over one session, one of which holds conditions and one of which samples each of them at each point: at any
//! time both tell and show the same.

use std::collections::BTreeMap;

use memglass::{Array, Object};
use proptest::prelude::*;

use super::*;
use crate::engine::Run;

/// Chosen numbers, from the first to the last, and then zeros.
struct Dice(std::vec::IntoIter<u32>);

impl Dice {
    fn below(&mut self, count: u32) -> u32 {
        self.0.next().unwrap_or_default() % count
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 1
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let count = u32::try_from(all.len()).expect("a short list");
        all[self.below(count) as usize]
    }
}

#[derive(memglass::Observe, Clone, Copy, Default)]
struct Pair {
    x: i64,
    y: i64,
}

enum Thing {
    Number(Object<i64>),
    Pair(Object<Pair>),
    Array(Array<i64>),
}

const LABELS: [&str; 7] = ["a", "b", "ab", "limit", "p", "q", "arr"];

const CONDITIONS: [&str; 11] = [
    "a > 5",
    "a > b",
    "b > 5 || a > 7",
    "a != b",
    "p.x > p.y",
    "p.x == a && q.y < limit",
    "limit > 3",
    "arr[0] > limit || arr[1] > 7",
    "!(a > limit)",
    "10 / p.x > p.y",
    "a > 4 && a > 4",
];

/// Of each object of a type or pattern.
const OF_EACH: [(&str, &str); 7] = [
    ("{} > limit", "a*"),
    ("{} > 4", "[ab]*"),
    ("{}.x > limit", "Pair"),
    ("10 / {}.x > {}.y", "Pair"),
    ("{}.x > a || {}.y > b", "[pq]"),
    ("{} > limit", "arr"),
    ("{} > 6", "b"),
];

const REARMS: [&str; 3] = ["a < 3", "b < 4", "limit < 6"];

/// A condition that is sampled at each point, or one that may be held; unknown where it does not compile.
struct Either {
    text: String,
    plain: Option<Plain>,
    may_be_held: bool,
}

impl Either {
    fn of(text: &str, object: &str, observer: &Observer, may_be_held: bool) -> Box<dyn Judge> {
        Box::new(Either {
            text: text.into(),
            plain: Plain::perhaps(text, object, observer),
            may_be_held,
        })
    }
}

impl Judge for Either {
    fn judge(&mut self, observer: &Observer) -> Truth {
        let plain = self.plain.as_mut();
        plain.map_or(Truth::Unknown, |plain| plain.judge(observer))
    }

    fn why(&self) -> String {
        String::new()
    }

    fn names(&self) -> &[(Arc<str>, Option<ObjectId>)] {
        self.plain.as_ref().map_or(&[], |plain| plain.names())
    }

    fn readings(&self) -> Vec<Reading> {
        let plain = self.plain.as_ref();
        plain.map_or(Vec::new(), |plain| plain.readings())
    }

    fn about(&self, observer: &Observer, object: &Field) -> Box<dyn Judge> {
        Either::of(&self.text, object.path(), observer, self.may_be_held)
    }

    fn held(
        &self,
        observer: &Observer,
        first: &mut dyn FnMut(&Field) -> Option<ToldValue>,
    ) -> Option<Box<dyn Held>> {
        let plain = self.plain.as_ref().filter(|_| self.may_be_held)?;
        plain.held(observer, first)
    }
}

struct Two {
    /// The one that holds, and the one that samples.
    engines: [Engine; 2],
    session: Option<Session>,
    things: BTreeMap<&'static str, Thing>,
    numbers: Vec<u64>,
    now: u64,
    fired: usize,
    dice: Dice,
    dir: TempDir,
}

impl Two {
    fn new(dice: Vec<u32>) -> Two {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let engine = || Engine::new(observer(&dir), ms(PERIOD));
        Two {
            engines: [engine(), engine()],
            session: Some(session),
            things: BTreeMap::new(),
            numbers: Vec::new(),
            now: 0,
            fired: 0,
            dice: Dice(dice.into_iter()),
            dir,
        }
    }

    fn both(&mut self, act: impl FnMut(&mut Engine)) {
        self.engines.iter_mut().for_each(act);
    }

    fn make(&mut self, label: &'static str) {
        let (Some(session), false) = (&self.session, self.things.contains_key(label)) else {
            return;
        };
        let number = i64::from(self.dice.below(10));
        let thing = match label {
            "p" | "q" => {
                let pair = Pair { x: number, y: 3 };
                Thing::Pair(session.object(label, pair).expect("room"))
            }
            "arr" => Thing::Array(session.array(label, 4).expect("room")),
            _ => Thing::Number(session.object(label, number).expect("room")),
        };
        self.things.insert(label, thing);
    }

    fn make_most(&mut self) {
        for label in LABELS {
            if !self.dice.one_in(5) {
                self.make(label);
            }
        }
    }

    fn store(&mut self) {
        let (label, at) = (self.dice.of(&LABELS), self.dice.below(4) as usize);
        let number = i64::from(self.dice.below(10));
        match self.things.get(label) {
            Some(Thing::Number(it)) => it.set(number),
            Some(Thing::Pair(pair)) if at < 2 => pair.x.set(number),
            Some(Thing::Pair(pair)) => pair.y.set(number),
            Some(Thing::Array(array)) => array[at].set(number),
            None => {}
        }
    }

    fn options(&mut self) -> Options {
        let dice = &mut self.dice;
        let mut perhaps = |one_in, least: u32, span| {
            dice.one_in(one_in)
                .then(|| ms(u64::from(least + dice.below(span))))
        };
        let (lasting, at_most_every) = (perhaps(4, 0, 60), perhaps(5, 15, 80));
        let history = perhaps(5, 0, 100);
        Options {
            lasting,
            at_most_every,
            history,
            edges_only: dice.one_in(4),
            once: dice.one_in(10),
            rearms: dice.one_in(5),
            may_loop: true,
            period: dice.of(&[None, None, None, Some(ms(20)), Some(ms(30))]),
            ..Options::default()
        }
    }

    fn define(&mut self) {
        let options = self.options();
        let rearm = options.rearms.then(|| self.dice.of(&REARMS));
        let (text, objects) = match self.dice.one_in(2) {
            true => (self.dice.of(&CONDITIONS), None),
            false => {
                let (text, objects) = self.dice.of(&OF_EACH);
                (text, Some(objects))
            }
        };
        let now = ms(self.now);
        let defined = [0, 1].map(|which| {
            let engine = &mut self.engines[which];
            engine.catch_up(now);
            let either = |text| Either::of(text, "a", engine.observer(), which == 0);
            let question = Question::Judged {
                condition: either(text),
                rearm: rearm.map(either),
            };
            let kind = match objects {
                Some(objects) => Kind::WhenEach {
                    objects: objects.into(),
                    question,
                },
                None => Kind::When { question },
            };
            let options = options.clone();
            engine.define(now, Definition { kind, options }).ok()
        });
        assert_eq!(defined[0], defined[1]);
        self.numbers.extend(defined[0]);
    }

    /// Runs what waits, with actions that store, define and end triggers.
    fn run_all(&mut self) {
        loop {
            let now = ms(self.now);
            let runs = self.engines.each_mut().map(|engine| engine.next_run(now));
            let number = runs[0].as_ref().map(|run| run.number);
            let [held, sampled] = runs.map(|run| run.as_ref().map(told));
            assert_eq!(held, sampled, "at {now:?}");
            let Some(number) = number else { return };
            self.fired += 1;
            match self.dice.below(40) {
                1..4 => self.both(|engine| engine.cancel(number)),
                4..6 => self.both(|engine| engine.pause(number)),
                6..9 => self.store(),
                9..11 => self.define(),
                _ => {}
            }
            self.both(|engine| engine.ended(now, None));
        }
    }

    fn tick(&mut self, time: u64) {
        self.now += time;
        let now = ms(self.now);
        self.both(|engine| engine.tick(now).expect("a tick"));
        self.run_all();
        for number in &self.numbers {
            let [held, sampled] = [0, 1].map(|which| {
                let status = self.engines[which].status(*number);
                status.map(|it| format!("{:?} {:?} {:?}", it.state, it.counters, it.counts))
            });
            assert_eq!(held, sampled, "trigger {number} at {now:?}");
        }
    }

    fn restart(&mut self) {
        self.things.clear();
        self.session = None;
        if self.dice.one_in(2) {
            self.both(|engine| engine.set_presence(Presence::Exited));
            for _ in 0..self.dice.below(3) {
                self.tick(PERIOD);
            }
        }
        let session = Session::builder("s").dir(self.dir.path()).create();
        self.session = Some(session.expect("a session"));
        self.make_most();
        for engine in &mut self.engines {
            engine.attach(observer(&self.dir));
            engine.set_presence(Presence::Alive);
        }
    }

    fn step(&mut self) {
        for _ in 0..self.dice.below(4) {
            self.store();
        }
        let count = u32::try_from(self.numbers.len()).expect("a few");
        let number = self.numbers.get(self.dice.below(count.max(1)) as usize);
        let (number, label) = (number.copied(), self.dice.of(&LABELS));
        match (self.dice.below(40), number) {
            (1..5, _) if count < 14 => self.define(),
            (5..7, _) => drop(self.things.remove(label)),
            (7..10, _) => self.make(label),
            (10, Some(number)) => self.both(|engine| engine.pause(number)),
            (11..13, Some(number)) => {
                let now = ms(self.now);
                self.both(|engine| {
                    engine.resume(number, now);
                });
            }
            (13, Some(number)) => self.both(|engine| engine.cancel(number)),
            (14, Some(number)) => {
                self.both(|engine| engine.forget(number));
                self.numbers.retain(|other| *other != number);
            }
            (15, _) => self.both(Engine::begin_again),
            (16, _) if self.dice.one_in(3) => self.restart(),
            _ => {}
        }
        let on_the_grid = PERIOD - self.now % PERIOD;
        let time = match self.dice.one_in(10) {
            true => u64::from(1 + self.dice.below(60)),
            false => on_the_grid,
        };
        self.tick(time);
    }
}

fn observer(dir: &TempDir) -> Observer {
    let observer = Observer::builder().dir(dir.path()).attach("s");
    observer.expect("an observer")
}

/// All that an action would see.
fn told(run: &Run) -> String {
    let Happening::Rose {
        since,
        held,
        merged,
        object,
        readings,
        history,
    } = &run.what
    else {
        panic!("there are conditions alone");
    };
    let shown = |readings: &[Reading]| {
        let each = readings.iter();
        let each = each.map(|it| format!("{} = {}", it.field.path(), it.value));
        each.collect::<Vec<_>>()
    };
    let history = history.iter().map(|(time, all)| (time, shown(&all[..])));
    format!(
        "{} at {:?} since {since:?} {held} {merged} {:?} {:?} {:?}",
        run.number,
        run.time,
        object.as_ref().map(|(_, label)| label),
        shown(&readings[..]),
        history.collect::<Vec<_>>()
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_held_fires_as_what_is_sampled(dice in prop::collection::vec(any::<u32>(), 2_000)) {
        let mut two = Two::new(dice);
        two.make_most();
        for _ in 0..3 {
            two.define();
        }
        for _ in 0..100 {
            two.step();
        }
        for number in std::mem::take(&mut two.numbers) {
            two.both(|engine| engine.forget(number));
        }
        for engine in &two.engines {
            let is_empty = |rate: &Rate| {
                rate.scan.is_empty() && rate.places.is_empty() && rate.judged.is_empty()
            };
            prop_assert!(engine.restless.is_empty());
            prop_assert!(engine.rates.values().all(is_empty));
        }
    }
}

mod differential;

use std::sync::Arc;

use memglass::{ObjectId, Observer, Presence, Session};
use tempfile::TempDir;

use super::*;
use crate::causes::Depth;
use crate::condition::Truth;
use crate::engine::guard::{Judge, Question};
use crate::engine::held::Held;
use crate::engine::history::MOST_FIELDS;
use crate::engine::reading::Reading;
use crate::engine::{Definition, Happening, Kind, Options, PauseReason, Sample, Shown};
use crate::{Expression, HeldExpression, Source};

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

    /// A condition; `{}` in it is the object that it is about, if it is about many.
    fn when(&mut self, text: &str, objects: Option<&str>, options: Options) -> u64 {
        let judge = |object: &str| Plain::of(text, object, self.engine.observer());
        let question = Question::Judged {
            condition: Box::new(judge("a")),
            rearm: None,
        };
        let kind = match objects {
            Some(objects) => Kind::WhenEach {
                objects: objects.into(),
                question,
            },
            None => Kind::When { question },
        };
        let definition = Definition { kind, options };
        let defined = self.engine.define(ms(self.now), definition);
        defined.expect("it can fire")
    }

    /// Whether nothing is looked at any more.
    fn has_forgotten_all(&self) -> bool {
        let mut rates = self.engine.rates.values();
        rates.all(|rate| rate.scan.is_empty() && rate.places.is_empty() && rate.judged.is_empty())
    }

    /// How many values are looked at for conditions.
    fn values(&self) -> usize {
        let rates = self.engine.rates.values();
        rates.map(|rate| rate.scan.len() - rate.places.len()).sum()
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
                    Happening::Rose { .. } => format!("{}: fired", self.now),
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

/// A compiled condition.
struct Plain {
    text: String,
    expression: Expression,
    names: Vec<(Arc<str>, Option<ObjectId>)>,
    object: String,
    /// What is done between the sample of the condition about this object and the look from which it is held.
    meanwhile: Option<(&'static str, Deed)>,
}

type Deed = Arc<dyn Fn() + Send + Sync>;

impl Plain {
    fn of(text: &str, object: &str, observer: &Observer) -> Plain {
        Plain::perhaps(text, object, observer).expect("a condition")
    }

    fn perhaps(text: &str, object: &str, observer: &Observer) -> Option<Plain> {
        let source = Source::of_text(&text.replace("{}", object)).expect("an expression");
        Some(Plain {
            text: text.into(),
            expression: source.condition(observer, |_| None).ok()?,
            names: Vec::new(),
            object: object.into(),
            meanwhile: None,
        })
    }
}

impl Judge for Plain {
    fn judge(&mut self, observer: &Observer) -> Truth {
        let truth = self.expression.truth(observer);
        let meanings = self.expression.meanings();
        self.names = meanings.map(|(name, id)| (name.into(), id)).collect();
        truth
    }

    fn why(&self) -> String {
        String::new()
    }

    fn names(&self) -> &[(Arc<str>, Option<ObjectId>)] {
        &self.names
    }

    fn readings(&self) -> Vec<Reading> {
        let fields = self.expression.fields().iter();
        let readings = fields.filter_map(|field| {
            Some(Reading {
                value: field.read().ok()?,
                field: field.clone(),
            })
        });
        readings.collect()
    }

    fn about(&self, observer: &Observer, object: &Field) -> Box<dyn Judge> {
        Box::new(Plain {
            meanwhile: self.meanwhile.clone(),
            ..Plain::of(&self.text, object.path(), observer)
        })
    }

    fn held(
        &self,
        observer: &Observer,
        first: &mut dyn FnMut(&Field) -> Option<ToldValue>,
    ) -> Option<Box<dyn Held>> {
        if let Some((object, act)) = &self.meanwhile
            && *object == self.object
        {
            act();
        }
        let held = self.expression.held(observer, first)?;
        Some(Box::new(held))
    }
}

impl Held for HeldExpression {
    fn judge(&self) -> Truth {
        self.truth()
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A store between the sample of a place and the look that packs it, or between a look and the sample that comes
/// of it, must not be taken for what was there all the time.
#[test]
fn the_last_value_is_told_however_fast_it_came() {
    let mut world = World::new();
    let number = world.session.object("a", 0_i64).expect("room");
    world.watch("a*", Options::default());
    let mut last = 0;
    for round in 0..300 {
        std::thread::scope(|scope| {
            let storing = scope.spawn(|| {
                let deadline = std::time::Instant::now() + ms(1);
                while std::time::Instant::now() < deadline {
                    number.set(1 - number.get());
                }
            });
            while !storing.is_finished() {
                last = told_last(&mut world, 1).unwrap_or(last);
            }
        });
        last = told_last(&mut world, 2).unwrap_or(last);
        assert_eq!(last, number.get(), "in round {round}");
    }
}

fn told_last(world: &mut World, ticks: u64) -> Option<i64> {
    let told = world.ticks(ticks);
    let (_, now) = told.last()?.rsplit_once(' ')?;
    now.parse().ok()
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
    assert!(world.has_forgotten_all());
}

#[test]
fn a_condition_is_judged_when_a_value_changes() {
    let mut world = World::new();
    let number = world.session.object("a", 1_i64).expect("room");
    world.when("a > 5", None, Options::default());
    assert!(world.engine.restless.is_empty(), "it is held");
    number.set(6);
    assert_eq!(world.ticks(2), ["10: fired"]);
    number.set(7);
    assert_eq!(world.ticks(1), [""; 0]);
    number.set(2);
    assert_eq!(world.ticks(1), [""; 0]);
    number.set(8);
    assert_eq!(world.ticks(1), ["50: fired"]);
    assert!(world.engine.restless.is_empty());
}

#[test]
fn conditions_share_the_values_that_they_read() {
    let mut world = World::new();
    let numbers = ["a", "b"].map(|label| world.session.object(label, 1_i64).expect("room"));
    let texts = ["a > 5", "a > b", "b > 5 || a > 8", "a > 5 && b == 1"];
    let whens = texts.map(|text| world.when(text, None, Options::default()));
    assert_eq!(world.values(), 2);
    numbers[0].set(6);
    assert_eq!(world.ticks(2), ["10: fired", "10: fired", "10: fired"]);
    world.engine.cancel(whens[0]);
    numbers[1].set(7);
    assert_eq!(world.ticks(1), ["30: fired"]);
    for when in &whens[1..3] {
        world.engine.cancel(*when);
    }
    assert_eq!(world.values(), 2, "one is left that reads both");
    numbers[1].set(1);
    assert_eq!(world.ticks(1), ["40: fired"]);
    world.engine.cancel(whens[3]);
    assert!(world.has_forgotten_all());
}

/// Nobody may judge a new value of one field beside an old one of another: here both change at once, and are never seen
/// to differ.
#[test]
fn a_condition_that_comes_tells_the_others_nothing() {
    let mut world = World::new();
    let numbers = ["a", "b"].map(|label| world.session.object(label, 1_i64).expect("room"));
    world.when("a != b", None, Options::default());
    for number in &numbers {
        number.set(2);
    }
    let when = world.when("a == 2", None, Options::default());
    assert!(world.engine.restless.contains(&when), "a has changed since");
    assert_eq!(world.ticks(1), ["10: fired"], "the new one alone");
    assert!(world.engine.restless.is_empty());
    assert_eq!(world.values(), 2);
    numbers[0].set(3);
    assert_eq!(world.ticks(1), ["20: fired"]);
}

#[test]
fn all_that_read_a_value_hear_that_it_has_gone() {
    let mut world = World::new();
    let number = world.session.object("a", 9_i64).expect("room");
    let whens = ["a > 5", "a > 6"].map(|text| world.when(text, None, Options::default()));
    assert_eq!(world.ticks(1).len(), 2);
    drop(number);
    assert_eq!(world.ticks(1), [""; 0]);
    assert!(
        whens
            .iter()
            .all(|when| world.engine.restless.contains(when))
    );
    assert_eq!(world.values(), 0);
    let next = world.session.object("a", 1_i64).expect("room");
    assert_eq!(world.ticks(1), [""; 0]);
    assert!(world.engine.restless.is_empty());
    next.set(6);
    assert_eq!(world.ticks(1), ["40: fired"]);
}

/// What an object was compared with is looked at no more when it goes, and its condition is judged no more.
#[test]
fn conditions_of_objects_that_went_leave_nothing() {
    let mut world = World::new();
    let limit = world.session.object("limit", 5_i64).expect("room");
    world.when("{} > limit", Some("a*"), Options::default());
    for round in 0..3 {
        let first = world.session.object("a", 1_i64).expect("room");
        let other = world.session.object("ab", 1_i64).expect("room");
        assert_eq!(world.ticks(1), [""; 0]);
        assert!(world.engine.restless.is_empty(), "both are held");
        first.set(9);
        assert_eq!(world.ticks(1).len(), 1, "in round {round}");
        drop(first);
        assert_eq!(world.ticks(1), [""; 0]);
        assert_eq!(world.values(), 2, "of the other one");
        drop(other);
        assert_eq!(world.ticks(1), [""; 0]);
        assert!(world.has_forgotten_all(), "in round {round}");
        limit.set(limit.get() + 1);
    }
}

#[test]
fn what_has_to_last_is_sampled_meanwhile() {
    let mut world = World::new();
    let number = world.session.object("a", 1_i64).expect("room");
    let options = Options {
        lasting: Some(ms(30)),
        ..Options::default()
    };
    world.when("a > 5", None, options);
    number.set(6);
    assert_eq!(world.ticks(3), [""; 0]);
    assert_eq!(world.ticks(2), ["40: fired"]);
    assert!(world.engine.restless.is_empty(), "it is held again");
}

#[test]
fn a_condition_of_each_follows_objects_that_come_and_go() {
    let mut world = World::new();
    world.when("{} > 5", Some("a*"), Options::default());
    let first = world.session.object("a", 9_i64).expect("room");
    assert_eq!(world.ticks(1), ["10: fired"]);
    let second = world.session.object("ab", 1_i64).expect("room");
    assert_eq!(world.ticks(1), [""; 0]);
    assert!(world.engine.restless.is_empty(), "both are held");
    second.set(6);
    assert_eq!(world.ticks(1), ["30: fired"]);
    drop(first);
    drop(second);
    assert_eq!(world.ticks(1), [""; 0]);
    let _third = world.session.object("ac", 6_i64).expect("room");
    assert_eq!(world.ticks(1), ["50: fired"]);
}

#[test]
fn a_condition_without_an_answer_is_sampled_until_it_has_one() {
    let mut world = World::new();
    let number = world.session.object("a", 1_i64).expect("room");
    let text = "if a == 0 { 1 / 0 == 1 } else { a > 5 }";
    let when = world.when(text, None, Options::default());
    number.set(0);
    assert_eq!(world.ticks(2), [""; 0]);
    assert!(world.engine.restless.contains(&when));
    number.set(6);
    assert_eq!(world.ticks(1), ["30: fired"]);
    assert!(world.engine.restless.is_empty());
    drop(number);
    assert_eq!(world.ticks(2), [""; 0]);
    assert!(world.engine.restless.contains(&when));
    let next = world.session.object("a", 1_i64).expect("room");
    assert_eq!(world.ticks(1), [""; 0]);
    next.set(7);
    assert_eq!(world.ticks(1), ["70: fired"]);
}

#[test]
fn a_paused_condition_leaves_nothing_to_look_at() {
    let mut world = World::new();
    let number = world.session.object("a", 1_i64).expect("room");
    let when = world.when("a > 5", None, Options::default());
    world.engine.pause(when);
    number.set(6);
    assert_eq!(world.ticks(2), [""; 0]);
    assert!(world.engine.resume(when, ms(world.now)));
    assert_eq!(world.ticks(1), ["30: fired"]);
    world.engine.cancel(when);
    assert_eq!(world.engine.next_tick(), None);
    assert!(world.has_forgotten_all());
}

#[test]
fn a_condition_ends_with_what_was_there_last() {
    let mut world = World::new();
    let number = world.session.object("a", 0_i64).expect("room");
    let when = world.when("a == 1", None, Options::default());
    for round in 0..300 {
        std::thread::scope(|scope| {
            let storing = scope.spawn(|| {
                let deadline = std::time::Instant::now() + ms(1);
                while std::time::Instant::now() < deadline {
                    number.set(1 - number.get());
                }
            });
            while !storing.is_finished() {
                world.ticks(1);
            }
        });
        world.ticks(2);
        let shown = world.engine.status(when).expect("it is there").state;
        let is_active = matches!(shown, Shown::Active(_));
        assert_eq!(is_active, number.get() == 1, "in round {round}");
    }
}

#[test]
fn what_the_producer_wrote_last_is_told_after_its_end() {
    let mut world = World::new();
    let number = world.session.object("a", 1_i64).expect("room");
    world.watch("a", Options::default());
    world.watch("a*", Options::default());
    world.when("a == 2", None, Options::default());
    number.set(2);
    world.engine.set_presence(Presence::Exited);
    assert_eq!(world.ticks(1), ["10: 1 2", "10: 1 2", "10: fired"]);
    number.set(3);
    assert_eq!(world.ticks(3), [""; 0], "nobody looks any more");
}

#[test]
fn a_label_may_look_like_a_path() {
    let mut world = World::new();
    let number = world.session.object("cpu.load", 1_i64).expect("room");
    let watch = world.watch("cpu.load", Options::default());
    number.set(2);
    world.now += PERIOD;
    world.engine.tick(ms(world.now)).expect("a tick");
    let run = world.engine.next_run(ms(world.now)).expect("it changed");
    let Happening::Changed { label, .. } = run.what else {
        panic!("watch {watch} tells of something else");
    };
    assert_eq!(&*label, "cpu.load");
}

#[test]
fn an_array_of_more_objects_than_anybody_follows_is_refused_and_later_left_out() {
    let mut world = World::new();
    let big = |label: &str| {
        let array = world.session.array::<u8>(label, 100_001);
        array.expect("room")
    };
    let first = big("huge");
    let refused = |text: &str, engine: &mut Engine| {
        let kind = Kind::Watch { path: text.into() };
        let options = Options::default();
        let defined = engine.define(ms(0), Definition { kind, options });
        defined.expect_err("too many").to_string()
    };
    for text in ["*", "u8"] {
        let told = refused(text, &mut world.engine);
        assert!(
            told.starts_with(
                "huge has 100001 elements, of which a pattern or a type follows 100000"
            ),
            "{told}"
        );
    }
    drop(first);
    let number = world.session.object("a", 1_i64).expect("room");
    let watch = world.watch("*", Options::default());
    let label = "huge again";
    let _second = world.session.array::<u8>(label, 100_001).expect("room");
    number.set(2);
    assert_eq!(world.ticks(1), ["10: 1 2"]);
    let left_out = crate::Notice::TooMany {
        number: watch,
        label: label.into(),
    };
    assert_eq!(world.engine.take_notices(), [left_out]);
}

#[derive(memglass::Observe, Clone, Copy, Default)]
struct Pair {
    x: i64,
    y: i64,
}

#[test]
fn at_one_instant_paths_run_as_they_are_written_wherever_their_fields_lie() {
    let mut world = World::new();
    let pairs = ["a", "b"].map(|label| world.session.object(label, Pair::default()));
    let pairs = pairs.map(|pair| pair.expect("an object"));
    world.watch("a.{y,x}", Options::default());
    world.watch("*.{y,x}", Options::default());
    assert_eq!(world.ticks(2), Vec::<String>::new());
    for (pair, value) in pairs.iter().zip([1, 3]) {
        pair.x.set(value);
        pair.y.set(value + 1);
    }
    let told = ["0 2", "0 1", "0 2", "0 1", "0 4", "0 3"];
    assert_eq!(world.ticks(1), told.map(|values| format!("30: {values}")));
}

#[test]
fn an_answer_is_of_the_sample_that_it_was_asked_for() {
    let mut world = World::new();
    let field = world.session.object("a", 0_i64).expect("an object");
    let question = Question::Asked;
    let kind = Kind::When { question };
    let options = Options::default();
    let definition = Definition { kind, options };
    let asked = world.engine.define(ms(0), definition).expect("it can fire");
    let watch = world.watch("a", Options::default());
    let answer = |truth| crate::engine::Answer {
        truth,
        rearm: Truth::Unknown,
        why: String::new(),
        names: Vec::new(),
        readings: Vec::new(),
    };
    for ask in world.engine.asks_of(asked) {
        let answer = answer(Truth::False);
        world.engine.answer(asked, None, ask.time, answer);
    }
    world.engine.answered(asked);
    world.ticks(2);
    field.set(1);
    world.engine.tick(ms(30)).expect("a tick");
    assert!(world.engine.next_run(ms(31)).is_none());
    // Later, when the caller comes to it.
    for ask in world.engine.asks() {
        assert_eq!((ask.number, ask.time), (asked, ms(30)));
        let answer = answer(Truth::True);
        world.engine.answer(asked, None, ask.time, answer);
    }
    let runs = std::iter::from_fn(|| world.engine.next_run(ms(37)));
    let runs: Vec<_> = runs.map(|run| (run.number, run.time)).collect();
    assert_eq!(runs, [(asked, ms(30)), (watch, ms(30))]);
}

/// A write of an action that is this deep counts as a loop.
fn deep() -> Depth {
    (0..120).fold(Depth::OUTSIDE, |depth, _| depth.next())
}

#[derive(memglass::Observe, Clone, Copy, Default)]
struct Divisor {
    x: i64,
}

#[test]
fn a_condition_that_is_done_and_has_no_answer_is_sampled_at_the_next_point_and_not_again_now() {
    let mut world = World::new();
    let p = world.session.object("a", Divisor { x: 1 }).expect("room");
    let _other = world.session.object("b", Divisor { x: 0 }).expect("room");
    world.engine.refresh().1.expect("a refresh");
    let options = Options {
        once: true,
        period: Some(ms(100)),
        ..Options::default()
    };
    world.when("10 / {}.x > 5", Some("Divisor"), options);
    while world.engine.next_run(ms(0)).is_some() {
        world.engine.ended(ms(0), None);
    }
    p.x.set(0);
    for now in [100, 200, 300] {
        world.engine.tick(ms(now)).expect("a tick");
        // A replay samples what is due before time goes on.
        assert!(world.engine.next_tick().is_none_or(|next| next > ms(now)));
    }
}

#[test]
fn what_an_action_wrote_before_the_look_before_is_no_cause_though_another_value_goes() {
    let mut world = World::new();
    let a = world.session.object("a", 1_i64).expect("room");
    let b = world.session.object("b", 1_i64).expect("room");
    let c = world.session.object("c", 1_i64).expect("room");
    world.engine.refresh().1.expect("a refresh");
    let when = world.when("a > 100 || b > 5 || c > 100", None, Options::default());
    assert_eq!(world.ticks(1), [""; 0]);
    assert!(world.engine.restless.is_empty());
    a.set(3);
    let field = world.engine.observer().field("a").expect("a field");
    let place = (field.object_id(), "a".to_owned());
    let wrote = Sample(3_i64.into());
    world.engine.causes.wrote(place, wrote, ms(15), deep());
    assert_eq!(world.ticks(4), [""; 0]);
    b.set(9);
    drop(c);
    assert_eq!(world.ticks(1), ["60: fired"]);
    let status = world.engine.status(when).expect("a trigger");
    assert!(matches!(status.state, Shown::Active(_)), "{status:?}");
}

#[test]
fn lasting_for_no_time_fires_at_the_next_sample_whoever_else_is_sampled() {
    for other in [1, 0] {
        let mut world = World::new();
        let a = world.session.object("a", Divisor { x: 1 }).expect("room");
        let _other = world
            .session
            .object("b", Divisor { x: other })
            .expect("room");
        world.engine.refresh().1.expect("a refresh");
        let options = Options {
            lasting: Some(ms(0)),
            ..Options::default()
        };
        world.when("10 / {}.x < 2", Some("Divisor"), options);
        a.x.set(9);
        assert_eq!(world.ticks(3), ["20: fired"], "{other}");
    }
}

#[test]
fn a_trigger_that_is_paused_as_a_loop_while_it_begins_to_be_held_is_no_mistake() {
    let mut world = World::new();
    let first = world.session.object("a", 0_i64).expect("room");
    let _second = world.session.object("a2", 0_i64).expect("room");
    world.engine.refresh().1.expect("a refresh");
    let field = world.engine.observer().field("a").expect("a field");
    let place = (field.object_id(), "a".to_owned());
    let wrote = Sample(9_i64.into());
    world.engine.causes.wrote(place, wrote, ms(0), deep());
    let condition = Plain {
        object: String::new(),
        meanwhile: Some(("a", Arc::new(move || first.set(9)))),
        ..Plain::of("{} > 5", "a", world.engine.observer())
    };
    let kind = Kind::WhenEach {
        objects: "a*".into(),
        question: Question::Judged {
            condition: Box::new(condition),
            rearm: None,
        },
    };
    let options = Options::default();
    let defined = world.engine.define(ms(0), Definition { kind, options });
    let status = world.engine.status(defined.expect("it can fire"));
    let state = status.expect("a trigger").state;
    assert_eq!(state, Shown::Paused(PauseReason::Loop));
}

#[test]
fn a_condition_whose_object_comes_back_is_held_again() {
    let mut world = World::new();
    let _a = world.session.object("a", 9_i64).expect("room");
    let b = world.session.object("b", 1_i64).expect("room");
    world.engine.refresh().1.expect("a refresh");
    world.when("a > 5 || b > 5", None, Options::default());
    assert!(world.engine.restless.is_empty());
    drop(b);
    world.ticks(2);
    assert_eq!(world.engine.restless.len(), 1);
    let _b = world.session.object("b", 1_i64).expect("room");
    world.ticks(3);
    assert!(world.engine.restless.is_empty());
}

#[test]
fn a_trigger_that_is_done_rests_also_when_the_producer_comes_back() {
    let mut world = World::new();
    let _a = world.session.object("a", 1_i64).expect("room");
    world.engine.refresh().1.expect("a refresh");
    let when = world.when("a > 5", None, Options::default());
    world.engine.cancel(when);
    world.engine.set_presence(Presence::Exited);
    world.engine.set_presence(Presence::Alive);
    world.ticks(1);
    assert!(world.engine.restless.is_empty());
}

#[test]
fn a_condition_of_each_object_has_no_answer_without_a_producer() {
    let mut world = World::new();
    let _a = world.session.object("a", 1_i64).expect("room");
    let all = world.when("{} > 5", Some("a*"), Options::default());
    let none = world.when("{} > 5", Some("zz*"), Options::default());
    let is_armed = |world: &World, number| world.engine.state(number) == Some(Shown::Armed);
    world.ticks(2);
    assert!(is_armed(&world, all) && is_armed(&world, none));
    world.engine.set_presence(Presence::Crashed);
    world.ticks(2);
    let gone = Some(Shown::Error("its producer is gone".to_owned()));
    assert_eq!(world.engine.state(all), gone);
    assert_eq!(world.engine.state(none), gone);
    world.engine.set_presence(Presence::Alive);
    world.ticks(2);
    assert!(is_armed(&world, all) && is_armed(&world, none));
    world.engine.cancel(all);
    world.engine.set_presence(Presence::Crashed);
    assert_eq!(world.engine.state(all), Some(Shown::Done));
}

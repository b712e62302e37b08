//! Selections whose objects come and go.

use std::collections::BTreeMap;
use std::time::Duration;

use memglass::sampler::{Event, Following, Selection, SelectionError, What};
use memglass::{Object, Observe, PathError, Presence, Session, Value};
use proptest::prelude::*;
use proptest::sample::select;

use crate::place::Place;

#[derive(Observe, Clone, Copy, Default)]
struct Pair {
    #[observe(atomic)]
    n: u64,
    #[observe(seqlock)]
    inner: Inner,
}

#[derive(Observe, Clone, Copy, Default)]
struct Inner {
    m: u16,
    k: i64,
}

fn pair(n: u64) -> Pair {
    let inner = Inner { m: 0, k: 0 };
    Pair { n, inner }
}

/// A following and the time of its next sample.
struct Told {
    following: Following,
    time: Duration,
}

impl Told {
    fn of(place: &Place, selections: &[&str]) -> Told {
        let mut following = Following::new(place.reader("t"));
        for text in selections {
            following.add(Selection::of(text).unwrap()).unwrap();
        }
        let time = Duration::ZERO;
        Told { following, time }
    }

    /// What a sample tells, as text; a second later than the last.
    fn sample(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        self.time += Duration::from_secs(1);
        self.following
            .sample(self.time, |event| told.push(text(event)));
        told
    }
}

fn text(event: Event<'_>) -> String {
    let value = |bytes| event.field.value_of(bytes);
    match event.what {
        What::Appeared { now } => format!("{event}: {}", short(&value(now))),
        What::Changed(change) => {
            let (old, now) = (value(change.old), value(change.now));
            format!("{event}: {} {}", short(&old), short(&now))
        }
        What::Vanished { last } => format!("{event}: {}", short(&value(last))),
        _ => panic!("{event}"),
    }
}

/// The number that a value is or begins with.
fn short(value: &Value) -> String {
    match value {
        Value::Record(record) => short(record.iter().next().unwrap().1),
        Value::U64(number) => number.to_string(),
        Value::I64(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_label_that_does_not_exist_yet_appears_when_it_does() {
    let place = Place::new();
    let session = place.session("t");
    let mut told = Told::of(&place, &["a.n"]);
    assert!(told.sample().is_empty());
    let a = session.object("a", pair(1)).unwrap();
    assert_eq!(told.sample(), ["a.n appeared: 1"]);
    a.n.store(2);
    assert_eq!(told.sample(), ["a.n changed: 1 2"]);
    drop(a);
    assert_eq!(told.sample(), ["a.n vanished: 2"]);
    assert!(told.sample().is_empty() && told.following.is_empty());
}

#[test]
fn an_object_that_was_made_anew_between_two_samples_is_another_one() {
    let place = Place::new();
    let session = place.session("t");
    let first = session.object("a", pair(1)).unwrap();
    let mut told = Told::of(&place, &["a.n", "*.inner.k"]);
    drop(first);
    let _second = session.object("a", pair(2)).unwrap();
    let events = told.sample();
    let (vanished, appeared) = events.split_at(2);
    assert!(vanished.contains(&"a.n vanished: 1".into()), "{events:?}");
    assert!(vanished.contains(&"a.inner.k vanished: 0".into()));
    assert!(appeared.contains(&"a.n appeared: 2".into()));
    assert!(appeared.contains(&"a.inner.k appeared: 0".into()));
}

#[test]
fn a_selection_is_removed_although_what_it_was_to_tell_has_gone() {
    let place = Place::new();
    let session = place.session("t");
    let mut following = Following::new(place.reader("t"));
    following.add(Selection::of("a").unwrap()).unwrap();
    let first = session.object("a", 1_i64).unwrap();
    let other = following.add(Selection::of("b").unwrap()).unwrap();
    drop(first);
    let _second = session.object("a", 2_i64).unwrap();
    following.add(Selection::of("c").unwrap()).unwrap();
    following.remove(other);
    let mut told = Vec::new();
    following.sample(memglass::sampler::now(), |event| told.push(text(event)));
    assert_eq!(told, ["a vanished: 1", "a appeared: 2"]);
}

#[test]
fn a_pattern_selects_fields_of_all_labels_that_match() {
    let place = Place::new();
    let session = place.session("t");
    let _a = session.object("a_pair", pair(1)).unwrap();
    let _number = session.object("b_pair_not", 5_u64).unwrap();
    let mut told = Told::of(&place, &["{a,b}_pair.n"]);
    assert_eq!(told.following.len(), 1);
    let _b = session.object("b_pair", pair(3)).unwrap();
    let _c = session.object("c_pair", pair(4)).unwrap();
    assert_eq!(told.sample(), ["b_pair.n appeared: 3"]);
}

#[test]
fn labels_with_dots_match_patterns_too() {
    let place = Place::new();
    let session = place.session("t");
    let _dotted = session.object("eu.x", pair(1)).unwrap();
    let mut told = Told::of(&place, &["eu.*.n", "eu.*"]);
    assert_eq!(told.following.len(), 2);
    let _other = session.object("eu.y", pair(2)).unwrap();
    assert_eq!(told.sample(), ["eu.y.n appeared: 2", "eu.y appeared: 2"]);
}

#[test]
fn a_type_selects_objects_and_elements_of_arrays() {
    let place = Place::new();
    let session = place.session("t");
    let mut following = Following::new(place.reader("t"));
    let id = following.add(Selection::of_type("Pair", "n")).unwrap();
    let array = session
        .array_with("row", 2, |index| pair(index as u64))
        .unwrap();
    let _one = session.object("one", pair(9)).unwrap();
    let _not = session.object("not", 9_u64).unwrap();
    let mut told = Told {
        following,
        time: Duration::ZERO,
    };
    let expected = [
        "row[0].n appeared: 0",
        "row[1].n appeared: 1",
        "one.n appeared: 9",
    ];
    assert_eq!(told.sample(), expected);
    array[1].n.store(7);
    assert_eq!(told.sample(), ["row[1].n changed: 1 7"]);
    assert_eq!(told.following.fields(id).count(), 3);
    told.following.remove(id);
    array[1].n.store(8);
    assert!(told.sample().is_empty() && told.following.is_empty());
}

#[test]
fn a_field_that_no_selected_object_has_is_an_error_at_once() {
    let place = Place::new();
    let session = place.session("t");
    let _a = session.object("a", pair(1)).unwrap();
    let mut following = Following::new(place.reader("t"));
    for text in ["a.nn", "*.nn", "a[x]"] {
        let error = following.add(Selection::of(text).unwrap()).unwrap_err();
        assert!(matches!(error, SelectionError::Path(_)), "{error}");
    }
    let error = following.add(Selection::of_type("Pair", "nn")).unwrap_err();
    let SelectionError::Path(PathError::NoSuchField { suggestion, .. }) = error else {
        panic!("{error}");
    };
    assert!(suggestion.contains("\"n\""), "{suggestion}");
    assert!(matches!(
        Selection::of("*{a"),
        Err(SelectionError::Pattern { .. })
    ));
    assert!(following.is_empty());
}

#[test]
fn the_longest_label_counts_also_when_it_comes_later() {
    let place = Place::new();
    let session = place.session("t");
    let _short = session.object("a", pair(1)).unwrap();
    let mut told = Told::of(&place, &["a.n"]);
    let long = session.object("a.n", 5_u64).unwrap();
    assert_eq!(told.sample(), ["a.n vanished: 1", "a.n appeared: 5"]);
    drop(long);
    assert_eq!(told.sample(), ["a.n vanished: 5", "a.n appeared: 1"]);
}

#[test]
fn fields_vanish_at_a_restart_in_the_order_in_which_they_came() {
    let place = Place::new();
    let session = place.session("t");
    let make = |index| session.object(&format!("n{index}"), 0_u64).unwrap().leak();
    (0..100).for_each(make);
    let mut told = Told::of(&place, &["n*"]);
    drop(session);
    let _session = place.session("t");
    let expected: Vec<_> = (0..100)
        .map(|index| format!("n{index} vanished: 0"))
        .collect();
    assert_eq!(told.sample(), expected);
}

#[test]
fn after_a_restart_everything_vanishes_and_what_is_there_appears() {
    let place = Place::new();
    let session = place.session("t");
    let a = session.object("a", pair(1)).unwrap();
    a.leak();
    let b = session.object("b", pair(2)).unwrap();
    let mut told = Told::of(&place, &["*.n", "b"]);
    b.n.store(3);
    assert_eq!(told.sample().len(), 2);
    drop((b, session));
    assert_eq!(told.sample(), ["b.n vanished: 3", "b vanished: 3"]);
    assert_eq!(told.following.producer(), Presence::Exited);
    assert!(told.sample().is_empty(), "nobody is there");
    let session = place.session("t");
    let _b = session.object("b", pair(7)).unwrap();
    let expected = ["a.n vanished: 1", "b.n appeared: 7", "b appeared: 7"];
    assert_eq!(told.sample(), expected);
    assert_eq!(told.following.producer(), Presence::Alive);
    assert_eq!(told.following.len(), 2);
}

/// What the model does with objects and their selections.
#[derive(Clone, Debug)]
enum Step {
    Create(&'static str, u64),
    Destroy(&'static str),
    Store(&'static str, u64),
    Write(&'static str, i64),
    Sample,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let label = || select(vec!["a", "ab", "b", "cab"]);
    let step = prop_oneof![
        (label(), 0..3_u64).prop_map(|(label, n)| Step::Create(label, n)),
        label().prop_map(Step::Destroy),
        (label(), 0..3_u64).prop_map(|(label, n)| Step::Store(label, n)),
        (label(), 0..3_i64).prop_map(|(label, k)| Step::Write(label, k)),
        Just(Step::Sample),
        Just(Step::Sample),
    ];
    proptest::collection::vec(step, 1..60)
}

/// A live object, and which one of its label it is.
struct Live {
    object: Object<Pair>,
    life: u64,
    n: u64,
    k: i64,
}

/// What was told last of each field: its path and value by selection, label and life.
type Seen = BTreeMap<(&'static str, &'static str, u64), (String, String)>;

/// The fields that the selections of the model select.
fn present(live: &BTreeMap<&'static str, Live>) -> Seen {
    let mut seen = Seen::new();
    for (&label, Live { life, n, k, .. }) in live {
        let mut add = |selection, path: &str, value: String| {
            seen.insert(
                (selection, label, *life),
                (format!("{label}.{path}"), value),
            );
        };
        if label == "b" {
            add("b.n", "n", n.to_string());
        }
        if label.contains('a') {
            add("*a*.inner.k", "inner.k", k.to_string());
        }
        if label.len() == 2 {
            add("??.n", "n", n.to_string());
        }
    }
    seen
}

fn expected(before: &Seen, now: &Seen) -> Vec<String> {
    let mut events = Vec::new();
    for (field, (path, old)) in before {
        match now.get(field) {
            None => events.push(format!("{path} vanished: {old}")),
            Some((_, now)) if now != old => events.push(format!("{path} changed: {old} {now}")),
            Some(_) => {}
        }
    }
    let new = now.iter().filter(|(field, _)| !before.contains_key(field));
    events.extend(new.map(|(_, (path, now))| format!("{path} appeared: {now}")));
    events.sort();
    events
}

fn run(steps: Vec<Step>) {
    let place = Place::new();
    let builder = Session::builder("t").dir(place.dir.path());
    // So that memory and slots are used again at once.
    let session = builder.grace(Duration::ZERO).create().unwrap();
    let mut told = Told::of(&place, &["b.n", "*a*.inner.k", "??.n"]);
    let (mut live, mut seen) = (BTreeMap::<_, Live>::new(), Seen::new());
    for (step, life) in steps.into_iter().zip(0..) {
        match step {
            Step::Create(label, n) => {
                live.entry(label).or_insert_with(|| Live {
                    object: session.object(label, pair(n)).unwrap(),
                    life,
                    n,
                    k: 0,
                });
            }
            Step::Destroy(label) => drop(live.remove(label)),
            Step::Store(label, n) => {
                if let Some(live) = live.get_mut(label) {
                    live.object.n.store(n);
                    live.n = n;
                }
            }
            Step::Write(label, k) => {
                if let Some(live) = live.get_mut(label) {
                    live.object.inner.write(Inner { m: 1, k }).unwrap();
                    live.k = k;
                }
            }
            Step::Sample => {
                let now = present(&live);
                let mut events = told.sample();
                events.sort();
                assert_eq!(events, expected(&seen, &now));
                assert_eq!(told.following.len(), now.len());
                seen = now;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_sample_tells_what_a_model_says(steps in steps()) {
        run(steps);
    }
}

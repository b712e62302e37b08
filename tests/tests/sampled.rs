//! A sampler in this process, and producers that work, die, stop and come again.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use memglass::sampler::{
    Event, Following, Rate, Sampler, Scan, Seen, Selection, Tick, UpdateKind, What, now,
};
use memglass::{Observer, Presence, Value};
use memglass_tests::busy::wrong;
use memglass_tests::clockwork::now_ns;
use memglass_tests::{DEADLINE, Stage, sized, until};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

fn following(stage: &Stage, texts: &[&str]) -> Following {
    let mut following = Following::new(stage.observe("engine"));
    for text in texts {
        following.add(Selection::of(text).unwrap()).unwrap();
    }
    following
}

fn text(event: Event<'_>) -> String {
    let value = |bytes| event.field.value_of(bytes);
    match event.what {
        What::Appeared { now } => format!("{event}: {}", value(now)),
        What::Changed(change) => format!("{event}: {} {}", value(change.old), value(change.now)),
        What::Vanished { last } => format!("{event}: {}", value(last)),
        _ => panic!("{event}"),
    }
}

/// What one sample tells, with a fresh look at the producer.
fn sample(following: &mut Following) -> Vec<String> {
    let mut told = Vec::new();
    following.ask_for_producer();
    following.sample(now(), |event| told.push(text(event)));
    told
}

/// A tick as the probe saw it: when it began and ended, and the value of the number then.
struct Look {
    began: i64,
    ended: i64,
    value: u64,
}

/// Which of the numbers that a producer stored at known times the looks missed, although a whole look lay
/// within their time. Also how many were not seen at all, and how many of those lasted two milliseconds.
fn missed(observer: &Observer, looks: &[Look], last: u64) -> (u64, u64, u64) {
    let times = |label| {
        let bytes = observer.field(label).unwrap().read_bytes().unwrap();
        let (times, _) = bytes.as_chunks();
        times
            .iter()
            .map(|time| i64::from_ne_bytes(*time))
            .collect::<Vec<_>>()
    };
    let (before, after) = (times("before"), times("after"));
    let (mut wrong, mut unseen, mut long) = (0, 0, 0);
    let mut looks = looks.iter().peekable();
    for value in 1..last as usize {
        let (from, to) = (after[value], before[value + 1]);
        let mut is_seen = false;
        while let Some(look) = looks.next_if(|look| look.began < to) {
            let is_within = look.began >= from && look.ended <= to;
            wrong += u64::from(is_within && look.value != value as u64);
            is_seen |= look.value == value as u64;
        }
        unseen += u64::from(!is_seen);
        long += u64::from(!is_seen && to - from > 2_000_000);
    }
    (wrong, unseen, long)
}

#[test]
fn at_a_thousand_ticks_a_second_no_value_that_lasts_is_missed() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("clockwork");
    let observer = stage.observe("engine");
    let sampler = Sampler::start().unwrap();
    let (number, pair) = ("number", "pair.complement");
    let mut scan = Scan::new();
    let number = scan.follow(&observer.field(number).unwrap()).unwrap();
    let pair = scan.follow(&observer.field(pair).unwrap()).unwrap();
    let (tell, looks) = mpsc::channel();
    let mut value = 0;
    let probe = sampler.add(Rate::default(), move |_: Tick| {
        let began = now_ns();
        scan.sample(|seen| {
            let Seen::Changed(change) = seen else {
                panic!("nothing goes: {seen:?}")
            };
            let seen = u64::from_ne_bytes(change.now.try_into().unwrap());
            if change.key == number {
                assert!(seen > value, "{seen} after {value}");
                value = seen;
            } else {
                assert_eq!(change.key, pair);
                assert!(change.writes >= Some(1));
            }
        });
        let ended = now_ns();
        let _ = tell.send(Look {
            began,
            ended,
            value,
        });
    });
    let start = Instant::now();
    let time = Duration::from_secs(sized(4, 600));
    let mut all: Vec<Look> = Vec::new();
    while start.elapsed() < time {
        all.push(looks.recv_timeout(DEADLINE).unwrap());
    }
    let last: u64 = producer.ask("enough").parse().unwrap();
    drop(probe);
    let late = sampler.counters().late;
    assert_eq!(sampler.counters().panics, 0);
    // Values that were stored after the last look do not count.
    let last = all.last().unwrap().value.min(last);
    let (wrong, unseen, long) = missed(&observer, &all, last);
    println!(
        "{} ticks, {late} late; {last} values, {unseen} unseen, of these {long} lasted two periods",
        all.len()
    );
    assert_eq!(wrong, 0, "a look within a value's time did not see it");
    assert!(
        long <= late,
        "{long} long values were missed, and {late} ticks were late"
    );
    assert!(last > sized(100, 50_000), "{last}");
}

#[test]
fn a_killed_producer_is_known_and_what_the_next_one_has_appears() {
    let stage = stage();
    for round in 0..sized(5, 200_u64) {
        let mut producer = stage.producer("engine");
        producer.ask(&format!("make a {round}"));
        let mut following = following(&stage, &["a", "b"]);
        assert!(sample(&mut following).is_empty());
        producer.kill();
        assert!(sample(&mut following).is_empty());
        assert_eq!(following.producer(), Presence::Crashed);
        let mut next = stage.producer("engine");
        next.ask("make b 7");
        let expected = [format!("a vanished: {round}"), "b appeared: 7".into()];
        assert_eq!(sample(&mut following), expected);
        assert_eq!(following.producer(), Presence::Alive);
        assert!(sample(&mut following).is_empty());
    }
}

#[test]
fn a_dead_producers_memory_is_not_told_any_more() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make a 1");
    let mut following = following(&stage, &["a"]);
    let writer = stage.options().writable().attach("engine").unwrap();
    let field = writer.field("a").unwrap();
    field.write(&Value::U64(2)).unwrap();
    producer.kill();
    assert_eq!(sample(&mut following), ["a changed: 1 2"], "its last value");
    field.write(&Value::U64(3)).unwrap();
    assert!(sample(&mut following).is_empty());
}

#[test]
fn a_stopped_producers_memory_is_what_it_is() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make a 1");
    let mut following = following(&stage, &["*"]);
    producer.stop();
    assert!(sample(&mut following).is_empty());
    assert_eq!(following.producer(), Presence::Stopped);
    let writer = stage.options().writable().attach("engine").unwrap();
    writer.field("a").unwrap().write(&Value::U64(2)).unwrap();
    assert_eq!(sample(&mut following), ["a changed: 1 2"]);
    producer.go_on();
    producer.ask("make b 3");
    assert_eq!(sample(&mut following), ["b appeared: 3"]);
}

#[test]
fn an_object_made_anew_between_two_ticks_is_another_one() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make a 0");
    let mut following = following(&stage, &["a"]);
    for round in 1..sized(20, 1000) {
        producer.ask("drop a");
        producer.ask(&format!("make a {round}"));
        let expected = [
            format!("a vanished: {}", round - 1),
            format!("a appeared: {round}"),
        ];
        assert_eq!(sample(&mut following), expected);
    }
}

#[test]
fn a_subscriber_learns_of_a_restart_without_asking() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make a 1");
    let sampler = Sampler::start().unwrap();
    let subscription = sampler.subscribe(Rate::default(), following(&stage, &["a"]));
    producer.kill();
    let mut next = stage.producer("engine");
    next.ask("make a 2");
    let next = || {
        let update = subscription.updates().recv_timeout(DEADLINE).unwrap();
        (update.kind, update.old(), update.now())
    };
    assert_eq!(next(), (UpdateKind::Vanished, Some(1_u64.into()), None));
    assert_eq!(next(), (UpdateKind::Appeared, None, Some(2_u64.into())));
}

/// What is wrong with a value of an object of the busy producer, if anything.
fn fault(event: &Event<'_>, bytes: &[u8]) -> Option<String> {
    let path = event.field.path();
    let label = path.split('.').next()?;
    let number: u64 = label.strip_prefix("busy_")?.parse().ok()?;
    let value = event.field.value_of(bytes);
    match path.ends_with(".complement") {
        true => (value != Value::U64(!number)).then(|| format!("{path} is {value}")),
        false => wrong(number, &value),
    }
}

#[test]
fn no_value_of_another_object_is_told_while_objects_come_and_go_at_full_speed() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("busy");
    let mut following = following(&stage, &["busy_*", "busy_*.complement"]);
    let start = Instant::now();
    let (mut appeared, mut changed, mut vanished) = (0_u64, 0_u64, 0_u64);
    let enough = |count: &u64| *count > 1_000;
    until("enough has come, changed and gone", || {
        following.sample(now(), |event| {
            let (count, bytes) = match event.what {
                What::Appeared { now } => (&mut appeared, [now, now]),
                What::Changed(change) => (&mut changed, [change.old, change.now]),
                What::Vanished { last } => (&mut vanished, [last, last]),
                _ => panic!("{event}"),
            };
            *count += 1;
            for bytes in bytes {
                assert_eq!(fault(&event, bytes), None, "{event}");
            }
        });
        start.elapsed() > Duration::from_secs(sized(2, 60))
            && [&appeared, &changed, &vanished].into_iter().all(enough)
    });
    let ended = producer.ask("enough");
    let counters = following.counters();
    println!("{ended}: {appeared} appeared, {changed} changed, {vanished} vanished, {counters:?}");
}

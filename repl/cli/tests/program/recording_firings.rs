//! A script fires the same on a live session and on the recording of that run, whatever changes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use memglass::sampler::Rate;
use memglass::{Object, Observe, Observer, Session, Text};
use memglass_stream::{Plan, Tape};

use super::support::{World, eventually};

#[derive(Observe, Clone, Copy, Default)]
#[repr(i8)]
enum State {
    #[default]
    Off = 0,
    On = 1,
    Broken = -1,
}

#[derive(Observe, Clone, Copy, Default)]
struct Reading {
    volts: f64,
    samples: [i32; 3],
    note: Text<8>,
}

#[derive(Observe, Clone, Copy, Default)]
struct Motor {
    speed: i64,
    state: State,
    name: Text<12>,
    #[observe(seqlock)]
    reading: Reading,
    grid: [[u16; 2]; 2],
}

/// Every kind of trigger, about every kind of field. What each tells begins with its name and what it is about, and has no
/// times.
const SCRIPT: &str = r#"
    watch("Motor.speed", |c| print(`changed ${c.path} ${c.old} -> ${c.now}`))
        .appeared(|c| print(`changed ${c.label}.speed appeared with ${c.now}`))
        .vanished(|c| print(`changed ${c.label}.speed vanished`));
    watch("a.state", |c| print(`state a ${c.now}`));
    watch("a.name", |c| print(`name a ${c.old} -> ${c.now}`));
    watch("a.reading", |c| print(`reading a ${c.changed}`));
    watch("a.reading.samples[1]", |c| print(`sample a ${c.now}`));
    watch("a.grid[1][0]", |c| print(`grid a ${c.now}`));
    when(`a.state == "On" && a.speed > 50`).run(|f| print(`on a ${f.values}`));
    when("a.speed > 80").rearm("a.speed < 20").run(|f| print(`fast a ${f.values}`));
    when("a.reading.volts > 1.5").edges_only().run(|f| print(`high a ${f.values}`));
    when(`b.name == "two"`).run(|f| print(`two b ${f.values}`));
    when_each("Motor", |o| o.speed > 60).run(|o| print(`each ${o.label()} is fast`));
    always("a.speed < 90", "too fast");
    watch("step.speed", |c| print(`step ${c.now}`));
    watch("end", |c| exit(3));
    print("defined");
"#;

/// A source of numbers that is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    /// Changes one thing.
    fn change(&mut self, session: &Session, a: &Object<Motor>, b: &mut Option<Object<Motor>>) {
        let number = self.below(100);
        match self.below(8) {
            0..=1 => a.speed.set(number as i64),
            2 => a
                .state
                .set([State::Off, State::On, State::Broken][number as usize % 3]),
            3 => a
                .name
                .set(Text::new(["", "two", "größe"][number as usize % 3]).unwrap()),
            4 => a
                .reading
                .write(Reading {
                    volts: number as f64 / 30.0,
                    samples: [number as i32, -1, (number % 2) as i32],
                    note: Text::new("x").unwrap(),
                })
                .unwrap(),
            5 => a.grid[1][0].set(number as u16),
            _ => match b.take() {
                Some(_) => {}
                None => {
                    let motor = Motor {
                        speed: number as i64,
                        name: Text::new("two").unwrap(),
                        ..Motor::default()
                    };
                    *b = Some(session.object("b", motor).unwrap());
                }
            },
        }
    }
}

/// A script that runs, and what it has told so far.
struct Live {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    told: Vec<String>,
}

impl Live {
    fn start(world: &World, script: &str) -> Live {
        let mut command = world.command(&["run", "t1", script]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut live = Live {
            child,
            lines,
            told: Vec::new(),
        };
        live.until("defined");
        live
    }

    fn until(&mut self, last: &str) {
        while self.told.last().is_none_or(|line| line != last) {
            self.told.push(self.lines.next().unwrap().unwrap());
        }
    }

    /// What it told in all, once it has ended.
    fn end(mut self) -> (Vec<String>, Option<i32>) {
        self.told.extend(self.lines.map(Result::unwrap));
        (self.told, self.child.wait().unwrap().code())
    }
}

/// Lets a script run on a session in which anything happens, step by step, and then on the recording of it.
fn fires_the_same(seed: u64) {
    let world = World::new();
    let file = world.path().join("run.mcap");
    let session = Session::builder("t1").dir(world.sessions());
    let session = session.create().unwrap();
    let a = session.object("a", Motor::default()).unwrap();
    let step = session.object("step", Motor::default()).unwrap();
    let end = session.object("end", false).unwrap();
    let observer = Observer::builder().dir(world.sessions()).attach("t1");
    let start = Instant::now();
    let mut plan = Plan::default();
    plan.rate = Rate::every(Duration::from_millis(1)).unwrap();
    let tape = Tape::start(observer.unwrap(), &file, plan).unwrap();
    eventually("the recorder has begun", || {
        tape.progress().totals.values > 0
    });
    let script = world.script("alarm.rhai", SCRIPT);
    let mut live = Live::start(&world, &script);
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut b = None;
    for number in 1..=25 {
        dice.change(&session, &a, &mut b);
        step.speed.set(number);
        let stored = start.elapsed();
        live.until(&format!("step {number}"));
        // The next change is another look's.
        seen(&tape, stored);
    }
    end.set(true);
    let stored = start.elapsed();
    let (told, code) = live.end();
    seen(&tape, stored);
    tape.finish().unwrap();
    let replayed = world.run(&["run", &script, "--replay", &file.display().to_string()]);
    let replayed_told: Vec<String> = replayed.data.lines().map(str::to_owned).collect();
    assert_eq!(by_trigger(&replayed_told), by_trigger(&told), "seed {seed}");
    assert_eq!((code, replayed.code), (Some(3), Some(3)), "seed {seed}");
    assert!(told.len() > 40, "{told:?}");
}

/// Waits until a recorder has seen what was stored so long after its start.
fn seen(tape: &Tape, stored: Duration) {
    let progress = || tape.progress().elapsed;
    eventually("it is told", || progress() >= stored);
    // It tells how far it is after a look: the one before the next telling saw it.
    let told = progress();
    eventually("it is recorded", || progress() > told);
}

/// What each trigger told about each object, in its order. One change may be in two samples of a live session, for two
/// triggers: a sample takes time.
fn by_trigger(told: &[String]) -> BTreeMap<String, Vec<&str>> {
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for line in told {
        let begin: Vec<&str> = line.split(' ').take(2).collect();
        all.entry(begin.join(" ")).or_default().push(line);
    }
    all
}

#[test]
fn a_script_fires_the_same_live_and_replayed_whatever_changes() {
    std::thread::scope(|scope| {
        for seed in 1..=6 {
            scope.spawn(move || fires_the_same(seed));
        }
    });
}

/// The first condition is one that the script answers, after all others of a sample were judged. There is time for that between
/// two samples.
const IN_ORDER: &str = r#"
    let asked = when(|| { let n = step.speed; n % 2 == 1 }).rate(20.hz).run(|f| print("asked"));
    if !asked.judged.starts_with("interpreted") { exit(4) }
    when("step.speed % 2 == 1").rate(20.hz).run(|f| print("compiled"));
    watch("step.speed", |c| print(`step ${c.now}`)).rate(20.hz);
    watch("end", |c| exit(3));
    print("defined");
"#;

#[test]
fn different_triggers_fire_in_one_order_live_and_replayed() {
    let world = World::new();
    let file = world.path().join("run.mcap");
    let session = Session::builder("t1").dir(world.sessions());
    let session = session.create().unwrap();
    let step = session.object("step", Motor::default()).unwrap();
    let end = session.object("end", false).unwrap();
    let observer = Observer::builder().dir(world.sessions()).attach("t1");
    let start = Instant::now();
    let mut plan = Plan::default();
    plan.rate = Rate::every(Duration::from_millis(1)).unwrap();
    let tape = Tape::start(observer.unwrap(), &file, plan).unwrap();
    eventually("the recorder has begun", || {
        tape.progress().totals.values > 0
    });
    let script = world.script("order.rhai", IN_ORDER);
    let mut live = Live::start(&world, &script);
    for number in 1..=20 {
        step.speed.set(number);
        let stored = start.elapsed();
        live.until(&format!("step {number}"));
        seen(&tape, stored);
    }
    end.set(true);
    let stored = start.elapsed();
    let (told, code) = live.end();
    seen(&tape, stored);
    tape.finish().unwrap();
    let replayed = world.run(&["run", &script, "--replay", &file.display().to_string()]);
    let replayed_told: Vec<&str> = replayed.data.lines().collect();
    let in_order = |told: &[&str]| {
        let order = told.join(", ");
        let odd = (1..=20).step_by(2);
        odd.filter(|step| order.contains(&format!("asked, compiled, step {step},")))
            .count()
    };
    assert_eq!(in_order(&replayed_told), 10, "{replayed_told:?}");
    // Where a change comes in the middle of a sample, not all see it in the same one.
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert!(in_order(&told) >= 7, "{told:?}");
    assert_eq!((code, replayed.code), (Some(3), Some(3)));
}

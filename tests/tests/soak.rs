//! A busy producer with observers that come and go and are killed, for long: nothing grows, and
//! nothing goes wrong.
//!
//! 20 seconds by default, 10 minutes with `MEMGLASS_FULL`.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use memglass_tests::{Actor, Random, Stage, Usage, bytes_of, sized, until};

/// What may be used more at the end than after the warm-up, by each process: an allocator's habits,
/// not a leak. The producer alone creates tens of millions of objects in the full form, and millions
/// in the short one: one byte lost of each would show.
const MARGIN: Usage = Usage {
    private_kib: 2048,
    resident_kib: 2048 + 4096,
    descriptors: 4,
    mappings: 8,
};
/// The extra room that the session's directory may take: it keeps one more large array than before.
const MARGIN_BYTES: u64 = 4 << 20;

/// The most that was used in a while.
#[derive(Clone, Copy, Debug, Default)]
struct Most {
    producer: Usage,
    dweller: Usage,
    visitor: Usage,
    writer: Usage,
    directory: u64,
    samples: u64,
}

struct Scene {
    stage: Stage,
    producer: Actor,
    dweller: Actor,
    visitor: Actor,
    writer: Actor,
    victim: Actor,
    random: Random,
    kills: u64,
}

impl Scene {
    fn start() -> Scene {
        let stage = Stage::new(env!("CARGO_BIN_EXE_memglass-actor"));
        let mut producer = stage.producer("soak");
        producer.ask("busy");
        let begin = |command: &str| {
            let mut actor = stage.actor();
            actor.ask(command);
            actor
        };
        Scene {
            dweller: begin("dwell soak"),
            visitor: begin("visit soak"),
            writer: begin("visit soak write"),
            victim: begin("visit soak write"),
            producer,
            stage,
            random: Random::new(17),
            kills: 0,
        }
    }

    /// Goes on for `time`, and returns the peak usage.
    fn pass(&mut self, time: Duration) -> Most {
        let start = Instant::now();
        let mut most = Most::default();
        while start.elapsed() < time {
            self.await_moment();
            self.replace_victim();
            self.sample(&mut most);
        }
        most
    }

    /// Lets some time pass, so that the victim stops at a random point.
    fn await_moment(&mut self) {
        let moment = Instant::now() + Duration::from_millis(50 + self.random.below(400));
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
    }

    fn replace_victim(&mut self) {
        let mut next = self.stage.actor();
        next.send("visit soak write");
        std::mem::replace(&mut self.victim, next).kill();
        self.victim.answer().expect("it may visit");
        self.kills += 1;
    }

    fn sample(&mut self, most: &mut Most) {
        for (actor, most) in [
            (&mut self.producer, &mut most.producer),
            (&mut self.dweller, &mut most.dweller),
            (&mut self.visitor, &mut most.visitor),
            (&mut self.writer, &mut most.writer),
        ] {
            if actor.has_answered() {
                panic!("ended early: {:?}", actor.answer());
            }
            *most = most.most(Usage::of(actor.pid()).expect("it lives"));
        }
        most.directory = most.directory.max(bytes_of(self.stage.dir()));
        most.samples += 1;
    }
}

#[test]
fn nothing_grows_and_nothing_goes_wrong_for_long() {
    let time = sized(Duration::from_secs(20), Duration::from_secs(600));
    let mut scene = Scene::start();
    let before = scene.pass(time / 4);
    let after = scene.pass(time * 3 / 4);
    println!("warm-up: {before:?}\nthen: {after:?}");
    println!("killed: {}", scene.kills);
    for (name, actor) in [
        ("dweller", &mut scene.dweller),
        ("visitor", &mut scene.visitor),
        ("writer", &mut scene.writer),
        ("producer", &mut scene.producer),
    ] {
        println!("{name}: {}", actor.ask("enough"));
    }
    for (name, before, after) in [
        ("producer", before.producer, after.producer),
        ("dweller", before.dweller, after.dweller),
        ("visitor", before.visitor, after.visitor),
        ("writer", before.writer, after.writer),
    ] {
        assert!(has_not_grown(before, after), "{name}: {before:?} {after:?}");
    }
    assert!(
        after.directory <= before.directory + MARGIN_BYTES,
        "{} {}",
        before.directory,
        after.directory
    );
    assert!(scene.kills > time.as_secs() / 4, "{} kills", scene.kills);
    scene.victim.kill();
    scene.producer.ask("end");
    until("nothing is left", || scene.stage.files().is_empty());
}

fn has_not_grown(before: Usage, after: Usage) -> bool {
    after.private_kib <= before.private_kib + MARGIN.private_kib
        && after.resident_kib <= before.resident_kib + MARGIN.resident_kib
        && after.descriptors <= before.descriptors + MARGIN.descriptors
        && after.mappings <= before.mappings + MARGIN.mappings
}

//! Ctrl-C in functions that take long in Rust, between two steps of the script.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::ScriptError;
use crate::tests::producer::Late;
use crate::tests::world::World;

const OBJECTS: usize = 20_000;

/// Tries, of which the best counts: this process may not get to run for a while.
const TRIES: usize = 50;

/// The part of its time after which an evaluation is interrupted, and that by which it must have ended.
const INTERRUPTED_AT: f64 = 0.1;
const OVER_BY: f64 = 0.75;

fn duration(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// Whether the evaluation ends soon after it is interrupted, instead of at its own end.
fn ends_early(world: &mut World, source: &str) -> bool {
    let whole = duration(|| drop(world.run(source)));
    let flag = world.interrupt.clone();
    let soon = whole.mul_f64(INTERRUPTED_AT);
    let ended = std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(soon);
            flag.store(true, Ordering::Relaxed);
        });
        duration(|| match world.host.eval(source) {
            Ok(_) => {}
            Err(error) => assert_eq!(error, ScriptError::Interrupted, "{source}"),
        })
    });
    world.interrupt.store(false, Ordering::Relaxed);
    ended < whole.mul_f64(OVER_BY)
}

#[test]
fn an_interrupt_ends_long_functions_in_their_middle() {
    let mut world = World::read_only();
    let _many: Vec<_> = (0..OBJECTS)
        .map(|index| {
            let value = Late {
                arrival: index as i64,
                tag: 0,
            };
            world
                .session
                .object(&format!("late_{index}"), value)
                .unwrap()
        })
        .collect();
    world.run("let letters = \"\"; letters.pad(60000, \"ab\"); let program = \"\"; program.pad(20000, \"1;\")");
    world.run("let numbers = []; numbers.pad(100000, 1)");
    world.run("let all = obs.all(\"Late\"); let rows = all.table(); let list = all.map(|o| 0.5);");
    let path = world.dir.path().join("out");
    let path = path.display();
    for source in [
        "obs.all(\"*\"); ()",
        "obs.all(\"late_*\"); ()",
        "objects(); ()",
        "types(); ()",
        "all.table(); ()",
        "all.table([\"tag\"]); ()",
        "all",
        "obs",
        "rows.csv(); ()",
        "rows.json(); ()",
        "all.json(); ()",
        "all.map(|o| [o]).json(); ()",
        "`${all}`; ()",
        "`${rows}`; ()",
        "\"\" + list; ()",
        "list.json(); ()",
        "letters.split(\"\"); ()",
        "letters.split('b', 1000000); ()",
        "letters.split_rev(\"b\"); ()",
        "letters.to_chars(); ()",
        "numbers.contains(-1); ()",
        "numbers.index_of(-1); ()",
        "numbers.dedup(); ()",
        "eval(program); ()",
        &format!("all.csv(\"{path}\"); ()"),
    ] {
        let is_early = (0..TRIES).any(|_| ends_early(&mut world, source));
        assert!(is_early, "{source}");
    }
}

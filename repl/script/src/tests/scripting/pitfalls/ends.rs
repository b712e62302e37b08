//! Exits, interrupts and limits.

use crate::tests::world::World;
use crate::{ScriptError, ScriptHost};

#[test]
fn pitfall_15_exit_is_no_result_and_no_try_catches_it() {
    let mut world = World::read_only();
    world.check("3", "3");
    for source in [
        "exit(3)",
        "try { exit(3) } catch { 0 }",
        "fn f() { exit(3) } f()",
        "[1].map(|x| exit(3))",
        "let f = |x| exit(x); f.call(3)",
    ] {
        assert_eq!(world.error(source).exit_code(), 3, "{source}");
    }
    assert_eq!(world.error("exit()").exit_code(), 0);
    for code in ["300", "-1", "\"1\"", "1.5", "true", "()", "[1]"] {
        let source = format!("exit({code})");
        world.fails(
            &source,
            &format!("{source}: an exit code is one of 0..=255"),
        );
        assert_eq!(world.error(&source).exit_code(), 1, "{source}");
    }
}

#[test]
fn pitfall_17_limits_are_the_same_in_every_build() {
    let deep = std::thread::Builder::new()
        .stack_size(ScriptHost::STACK_BYTES)
        .spawn(|| {
            let mut world = World::read_only();
            world.check(
                "fn down(n) { if n == 0 { 0 } else { down(n - 1) } } down(60)",
                "0",
            );
            world.check("down(500)", "0");
            world.fails("down(600)", "functions call each other too deeply");
            let sum = format!("0{}{}", " + (1".repeat(40), ")".repeat(40));
            world.check(&sum, "40");
        });
    deep.unwrap().join().unwrap();
}

#[test]
fn pitfall_15_an_exit_in_whatever_calls_back_keeps_its_code() {
    let mut world = World::read_only();
    for source in [
        "AAPL_position.bid_levels.map(|x| exit(4))",
        "types().filter(|row| exit(4))",
        "for p in obs.all(\"*\") { try { exit(4) } catch { } }",
        "`${exit(4)}`",
        "let f = || exit(4); [1].sort(|a, b| 0); f.call()",
    ] {
        assert_eq!(world.error(source).exit_code(), 4, "{source}");
    }
}

#[test]
fn pitfall_16_sleep_hears_ctrl_c_and_takes_what_people_write() {
    use std::sync::atomic::Ordering;
    let mut world = World::read_only();
    world.run("sleep(1.ms); sleep(0); sleep(0.001); sleep(0.ms)");
    for source in ["sleep(3600)", "sleep(1.h)", "sleep(3600.0)"] {
        world.interrupt.store(true, Ordering::Relaxed);
        assert_eq!(world.error(source), ScriptError::Interrupted, "{source}");
    }
}

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use memglass_repl::ScriptError;

use crate::world::World;

#[test]
fn an_expectation_that_fails_is_an_error_with_its_place() {
    let mut world = World::read_only();
    world.run("expect(AAPL_position.quantity > 0, \"positive\")");
    let error =
        world.error("let a = 1;\nexpect(AAPL_position.quantity < 0, \"quantity is negative\")");
    assert_eq!(error.exit_code(), 1);
    assert!(
        error
            .render(false)
            .starts_with("error: expectation failed: quantity is negative\n2 | expect("),
        "{}",
        error.render(false)
    );
}

#[test]
fn an_interrupt_ends_whatever_runs_and_is_over_then() {
    let mut world = World::read_only();
    for source in [
        "loop { }",
        "loop { try { loop {} } catch {} }",
        "sleep(1.h)",
        "sleep(100000)",
        "fn f() { loop {} } f()",
        "[1].map(|x| loop {})",
    ] {
        let flag = world.interrupt.clone();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            flag.store(true, Ordering::Relaxed);
        });
        let start = Instant::now();
        assert_eq!(world.error(source), ScriptError::Interrupted, "{source}");
        assert!(start.elapsed() < Duration::from_secs(5), "{source}");
        stopper.join().unwrap();
        world.check("1 + 1", "2");
    }
    assert_eq!(ScriptError::Interrupted.exit_code(), 130);
}

#[test]
fn sleep_lasts_as_long_as_it_says_and_takes_in_what_came() {
    let mut world = World::read_only();
    let start = Instant::now();
    world.run("sleep(30.ms)");
    assert!(start.elapsed() >= Duration::from_millis(30));
    world.fails("sleep(-1)", "-1 s is no duration");
    world.fails("sleep(\"x\")", "there is no function \"sleep\"");
}

#[test]
fn shadowed_variables_are_forgotten() {
    let mut world = World::read_only();
    for n in 0..100 {
        world.run(&format!("let x = {n}; let y = x; let x = x + 1;"));
    }
    assert_eq!(world.host.names().variables.len(), 2);
    world.check("x + y", "199");
    world.run("const K = 5;");
    world.check("let z = 1; let z = 2; K", "5");
    world.fails("K = 6", "\"K\" cannot be assigned to");
}

#[test]
fn what_a_failed_line_defined_stays() {
    let mut world = World::read_only();
    world.error("let a = 1; fn f() { 5 } nope");
    world.check("a + f()", "6");
}

#[test]
fn the_producer_is_told() {
    let mut world = World::read_only();
    world.check("obs.producer()", "\"alive\"");
    world.check("`${obs}`", "\"session market (2 objects)\"");
}

#[test]
fn values_that_closures_share_are_stored_like_others() {
    let mut world = World::read_only();
    world.check(
        "let x = 1; let f = || { x += 1; x }; let a = [x]; a.push(x); f.call(); [a, #{m: x}, [x]]",
        r#"[[1,1],{"m":2},[2]]"#,
    );
    world.check(
        "let m = #{}; m.b = x; let c = || m.b; a[0] = m; [1].map(|v| x + v + c.call())",
        "[5]",
    );
    world.check(
        "let all = []; let g = || all; all += x; all.push(all); g.call()",
        "[2,[2]]",
    );
}

#[test]
fn a_host_registers_functions_of_its_own() {
    let mut world = World::read_only();
    world.host.engine_mut().register_fn("twice", |n: i64| 2 * n);
    world.check("twice(AAPL_position.quantity)", "200");
    world
        .host
        .set_variable("args", vec!["a".into(), "b".into()]);
    world.check("args[1]", "\"b\"");
}

#[test]
fn a_crashed_or_ended_producer_is_told_and_its_last_values_are_read() {
    let World {
        session,
        position,
        other,
        mut host,
        ..
    } = World::read_only();
    host.eval("let p = AAPL_position;").unwrap();
    position.leak();
    other.leak();
    drop(session);
    let shown = host
        .eval("[obs.producer(), p.quantity, MSFT_position.quantity]")
        .unwrap();
    assert_eq!(
        memglass_repl::script::json(&shown).to_string(),
        r#"["exited",100,900]"#
    );
}

#[test]
fn after_a_reattachment_labels_mean_the_new_session_and_handles_the_old() {
    let World {
        dir,
        session,
        position,
        other,
        mut host,
        ..
    } = World::read_only();
    host.eval("let p = AAPL_position;").unwrap();
    drop((position, other, session));
    let session = memglass::Session::builder("market")
        .dir(dir.path())
        .create()
        .unwrap();
    let _late = session
        .object("late", crate::world::Late { arrival: 3, tag: 4 })
        .unwrap();
    host.attached().reattach().unwrap();
    let shown = host
        .eval("[late.arrival + late.tag, obs.len(), p.is_alive()]")
        .unwrap();
    assert_eq!(
        memglass_repl::script::json(&shown).to_string(),
        "[7,1,false]"
    );
}

use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::tests::producer::Late;
use crate::tests::world::World;
use crate::tests::world::json;
use crate::{FUNCTIONS, ScriptError};

#[test]
fn an_expectation_that_fails_is_an_error_with_its_place() {
    let mut world = World::read_only();
    world.run("expect(AAPL_position.quantity > 0, \"positive\")");
    let error =
        world.error("let a = 1;\nexpect(AAPL_position.quantity < 0, \"quantity is negative\")");
    assert_eq!(error.exit_code(), 1);
    assert!(
        error
            .text()
            .starts_with("error: expectation failed: quantity is negative\n2 | expect("),
        "{}",
        error.text()
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
    world.fails("sleep(-1)", "-1 s is not a duration");
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
}

#[test]
fn functions_of_a_host_and_of_scripts_are_listed_with_their_comments() {
    let mut world = World::read_only();
    let engine = world.host.engine_mut();
    rhai::FuncRegistration::new("notional")
        .with_params_info(["quantity: i64", "price: i64", "i64"])
        .with_comments(["/// Quantity times price.", "///", "/// In cents."])
        .register_into_engine(engine, |quantity: i64, price: i64| quantity * price);
    let mut desk = rhai::Module::new();
    desk.set_native_fn("limit", |days: i64| Ok(10 * days));
    engine.register_static_module("desk", desk.into());
    world.run("/// The sum of both.\nfn both(a, b) { a + b }");
    world.check("notional(2, 3) + desk::limit(4) + both(1, 1)", "48");
    let names = world.host.names();
    let of = |name: &str| {
        let found = names
            .functions
            .iter()
            .find(|function| function.name == name);
        let found = found.unwrap_or_else(|| panic!("{name} in {:?}", names.functions));
        (found.signature.as_str(), found.summary.as_str())
    };
    assert_eq!(
        of("notional"),
        (
            "notional(quantity: i64, price: i64)",
            "Quantity times price."
        )
    );
    assert_eq!(of("desk::limit"), ("desk::limit(_)", ""));
    assert_eq!(of("both"), ("both(a, b)", "The sum of both."));
    assert_eq!(of("sleep"), ("sleep(2.s)", "pause"));
    assert!(
        names
            .functions
            .iter()
            .all(|function| !function.name.contains('$') && function.name != "push")
    );
    let ours = FUNCTIONS.len();
    assert_eq!(
        names.functions.len(),
        ours + 3,
        "each of ours once, and the three"
    );
    let text = world.error("notinal(1, 2)").text();
    assert!(text.contains("did you mean \"notional\"?"), "{text}");
}

#[test]
fn arguments_are_seen_in_functions_and_a_variable_of_that_name_comes_first() {
    let mut world = World::read_only();
    world.fails("args", "no variable, object or function is named \"args\"");
    world.host.set_arguments(["fast", "5"].map(str::to_owned));
    world.check("args", r#"["fast","5"]"#);
    world.check("fn first() { args[0] } first()", "\"fast\"");
    world.check("let args = 3; args", "3");
}

#[test]
fn a_part_of_a_file_is_told_with_the_lines_of_the_file() {
    let mut world = World::read_only();
    world
        .host
        .eval_part("orders.rhai", 10, "let a = 1;\nfn f(p) { p.nope }")
        .unwrap();
    let error = world
        .host
        .eval_part("orders.rhai", 12, "\nf(AAPL_position)")
        .unwrap_err()
        .text();
    assert!(
        error.contains(" --> orders.rhai:12:13\n12 | fn f(p) { p.nope }\n"),
        "{error}"
    );
    assert!(
        error.contains("in function \"f\", called at orders.rhai:14:1"),
        "{error}"
    );
    world
        .host
        .eval_part("orders.rhai", 14, "\n  debug(1)")
        .unwrap();
    assert_eq!(world.printed(), ["orders.rhai:16:3: 1"]);
}

#[test]
fn an_ended_producer_stops_a_script_that_writes_on_and_on() {
    let World {
        session,
        position,
        other,
        mut host,
        ..
    } = World::new();
    host.eval("AAPL_position.quantity = 1").unwrap();
    let ended = std::cell::RefCell::new(Some((session, other)));
    host.engine_mut().register_fn("end", move || {
        let (session, other) = ended.borrow_mut().take().expect("called once");
        other.leak();
        drop(session);
    });
    host.eval("let p = AAPL_position;").unwrap();
    position.leak();
    let error = host
        .eval("p.quantity = 2; end(); sleep(100.ms); p.quantity = 3")
        .unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    let error = host.eval("loop { p.quantity = 4 }").unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
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
    assert_eq!(json(&shown).to_string(), r#"["exited",100,900]"#);
}

#[test]
fn after_a_reattachment_labels_mean_the_new_session_and_handles_the_old() {
    let World {
        dir,
        session,
        position,
        other,
        mut host,
        attached,
        ..
    } = World::read_only();
    host.eval("let p = AAPL_position;").unwrap();
    drop((position, other, session));
    let session = memglass::Session::builder("market")
        .dir(dir.path())
        .create()
        .unwrap();
    let _late = session.object("late", Late { arrival: 3, tag: 4 }).unwrap();
    attached.reattach().unwrap();
    let shown = host
        .eval("[late.arrival + late.tag, obs.len(), p.is_alive()]")
        .unwrap();
    assert_eq!(json(&shown).to_string(), "[7,1,false]");
}

#[test]
fn conditions_that_are_texts_leave_nothing_behind() {
    let mut world = World::new();
    world.run("fn limit() { 3 }");
    let callbacks = world.host.callbacks();
    let context = Rc::clone(&world.host.context);
    let functions = || context.library.borrow().all().iter_functions().count();
    let before = functions();
    for turn in 0..50 {
        let text = format!("AAPL_position.quantity > limit() + {turn}");
        world.host.perform(|engine| {
            let closure = callbacks.closure_of(engine, &text).unwrap();
            assert_eq!(closure.parameters(), Some(0));
            let (answer, _) = callbacks.look(engine, &closure, Vec::new(), "when", false);
            assert!(answer.unwrap().as_bool().is_ok(), "{text}");
        });
    }
    assert_eq!(functions(), before);
}

#[test]
fn functions_of_a_further_text_are_taken_in_without_a_copy_of_the_others() {
    let mut world = World::new();
    let callbacks = world.host.callbacks();
    let mut modules = Vec::new();
    let texts = [
        "fn limit(n) { n + 3 }",
        "let closure = |n| n + 4;",
        "[5, 6].map(|n| closure.call(limit(n)))",
        "closure.call(nothing)",
        "fn limit(n) { 9 }",
    ];
    for text in texts {
        let _ = world.host.eval(text);
        modules.push(std::ptr::from_ref::<rhai::Module>(
            callbacks.library().as_ref(),
        ));
    }
    let count = callbacks.library().iter_functions().count();
    assert_eq!(count, 3, "two closures, and a function that was replaced");
    assert!(
        modules.iter().all(|module| *module == modules[0]),
        "{modules:?}"
    );
}

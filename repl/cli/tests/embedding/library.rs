//! The library in a host program, with a session of its own process.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use memglass::{Object, Observe, Session, Value};
use memglass_repl::{
    Access, Answer, Command, EvalErrorKind, Limits, Repl, ReplBuilder, ReplError, Sink, rhai,
};

#[derive(Observe, Clone, Copy, Default)]
struct Motor {
    #[observe(range(0, 3000), unit = "rpm")]
    speed: i32,
    #[observe(atomic)]
    turns: u64,
}

struct World {
    dir: tempfile::TempDir,
    session: Session,
    motor: Object<Motor>,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("robot").dir(dir.path()).create().unwrap();
        let motor = Motor {
            speed: 1200,
            turns: 0,
        };
        let motor = session.object("left_motor", motor).unwrap();
        World {
            dir,
            session,
            motor,
        }
    }

    fn builder(&self) -> ReplBuilder {
        Repl::builder().session("robot").dir(self.dir.path())
    }

    fn repl(&self) -> Repl {
        self.builder().build().unwrap()
    }
}

/// Remembers what it was given.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<(String, String)>>);

impl Sink for Kept {
    fn data(&mut self, text: &str) -> io::Result<()> {
        self.0.borrow_mut().0.push_str(text);
        Ok(())
    }

    fn message(&mut self, text: &str) {
        self.0.borrow_mut().1.push_str(text);
    }
}

#[test]
fn a_label_means_the_object_that_has_it_now_whoever_asked_last() {
    let world = World::new();
    let mut repl = world.repl();
    let mut speed = |line: &str| {
        repl.eval(line).unwrap();
        repl.eval("right_motor.speed").map(|answer| answer.value())
    };
    for (speed_now, line) in (1..).zip([
        "1",
        ":objects",
        ":types",
        ":get right_motor.turns",
        ":set right_motor.turns 5",
        "right_motor?",
        ":session",
        ":regions",
        ":hex right_motor",
    ]) {
        let motor = Motor {
            speed: speed_now,
            turns: 0,
        };
        let _motor = world.session.object("right_motor", motor).unwrap();
        let found = speed(line).map_err(|error| error.to_string());
        assert_eq!(found, Ok(Some(Value::I64(speed_now.into()))), "{line}");
    }
}

#[test]
fn lines_are_evaluated_without_a_terminal_and_share_their_variables() {
    let world = World::new();
    let mut repl = world.repl();
    repl.eval("let wanted = left_motor.speed / 2").unwrap();
    repl.eval("left_motor.speed = wanted").unwrap();
    assert_eq!(world.motor.speed.get(), 600);
    let answer = repl.eval("left_motor.speed").unwrap();
    assert_eq!(answer.value(), Some(Value::I64(600)));
    assert_eq!(answer.to_string(), "600 rpm");
    assert_eq!(repl.eval("_ + 1").unwrap().json(), "601");
    assert_eq!(
        repl.eval("left_motor").unwrap().json(),
        r#"{"speed":600,"turns":0}"#
    );
    assert_eq!(
        repl.eval(":nosuch").unwrap_err().kind(),
        EvalErrorKind::Usage
    );
    assert!(repl.eval(":q").unwrap().quits());
}

#[test]
fn errors_say_what_the_prompt_would_and_of_which_kind_they_are() {
    let world = World::new();
    let mut repl = world.repl();
    for (line, kind, code) in [
        ("1 +", EvalErrorKind::Usage, 2),
        ("1 /* open", EvalErrorKind::Usage, 2),
        ("left_motor.sped", EvalErrorKind::Failed, 1),
        ("exit(7)", EvalErrorKind::Exit(7), 7),
    ] {
        let error = repl.eval(line).unwrap_err();
        assert_eq!((error.kind(), error.exit_code()), (kind, code), "{line}");
    }
    let told = repl.eval("left_motor.sped").unwrap_err().to_string();
    assert!(
        told.contains("did you mean \"speed\"?") && told.contains("^^^^"),
        "{told}"
    );
}

#[test]
fn functions_of_the_host_may_use_what_its_thread_has() {
    let world = World::new();
    let calls = Rc::new(Cell::new(0));
    let counted = Rc::clone(&calls);
    let mut repl = world
        .builder()
        .engine(move |engine| {
            engine.register_fn("halt", move || counted.set(counted.get() + 1));
        })
        .engine(|engine| {
            let mut module = rhai::Module::new();
            module.set_var("TOP_SPEED", 3000_i64);
            engine.register_static_module("robot", module.into());
        })
        .build()
        .unwrap();
    repl.eval("if left_motor.speed > 1000 { halt(); halt() }")
        .unwrap();
    assert_eq!(calls.get(), 2);
    assert_eq!(repl.eval("robot::TOP_SPEED").unwrap().to_string(), "3000");
    let signature = repl.eval("halt?").unwrap().to_string();
    assert!(signature.starts_with("halt()"), "{signature}");
    let told = repl.eval("hlat()").unwrap_err().to_string();
    assert!(told.contains("did you mean \"halt\"?"), "{told}");
}

struct Spin;

impl Command for Spin {
    fn name(&self) -> &str {
        "spin"
    }

    fn usage(&self) -> &str {
        ":spin SPEED"
    }

    fn summary(&self) -> &str {
        "set the speed, and say what it was"
    }

    fn run(&self, access: &mut Access<'_>, rest: &str) -> Result<Answer, Box<dyn Error>> {
        if access.is_readonly() {
            return Err("nothing is written here".into());
        }
        let was = access.eval("left_motor.speed")?;
        let wanted: i64 = rest.parse().map_err(|_| "usage: :spin SPEED")?;
        access
            .observer()
            .field("left_motor.speed")?
            .write(&wanted.into())?;
        Ok(Answer::text(format!("was {was}")))
    }
}

/// An error that leaves its cause to its source, as libraries' errors do.
#[derive(Debug)]
struct NoMotor(std::num::ParseIntError);

impl std::fmt::Display for NoMotor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("no such motor")
    }
}

impl Error for NoMotor {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

struct Choose;

impl Command for Choose {
    fn name(&self) -> &str {
        "motor"
    }

    fn usage(&self) -> &str {
        ":motor NUMBER"
    }

    fn summary(&self) -> &str {
        "choose a motor"
    }

    fn run(&self, _: &mut Access<'_>, rest: &str) -> Result<Answer, Box<dyn Error>> {
        let number: u8 = rest.parse().map_err(NoMotor)?;
        Ok(Answer::text(format!("motor {number}")))
    }
}

#[test]
fn the_error_of_a_hosts_command_is_told_with_its_cause_once() {
    let world = World::new();
    let mut repl = world.builder().command(Choose).build().unwrap();
    assert_eq!(repl.eval(":motor 2").unwrap().to_string(), "motor 2");
    let told = repl.eval(":motor left").unwrap_err().to_string();
    assert!(
        told.ends_with("no such motor: invalid digit found in string"),
        "{told}"
    );
}

#[test]
fn commands_of_the_host_stand_beside_ours() {
    let world = World::new();
    let mut repl = world.builder().command(Spin).build().unwrap();
    assert_eq!(repl.eval(":spin 900").unwrap().to_string(), "was 1200 rpm");
    assert_eq!(world.motor.speed.get(), 900);
    for (line, told) in [
        (":spin fast", "usage: :spin SPEED"),
        (":spin 9000", "out of range"),
    ] {
        let error = repl.eval(line).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
    assert!(
        repl.eval(":help commands")
            .unwrap()
            .to_string()
            .contains(":spin SPEED")
    );
    assert!(
        repl.eval(":help spin")
            .unwrap()
            .to_string()
            .contains("say what it was")
    );
    let mut readonly = world.builder().command(Spin).readonly().build().unwrap();
    assert!(readonly.eval(":spin 1").is_err());
    assert_eq!(world.motor.speed.get(), 900);
}

#[test]
fn prints_go_to_the_hosts_own_output() {
    let world = World::new();
    let kept = Kept::default();
    let mut repl = world.builder().output(kept.clone()).build().unwrap();
    repl.eval("print(left_motor.speed); debug(1)").unwrap();
    let text = kept.0.borrow().0.clone();
    assert!(text.starts_with("1200\n"), "{text}");
}

#[test]
fn a_script_whose_output_nobody_takes_is_stopped() {
    struct Full;
    impl Sink for Full {
        fn data(&mut self, _: &str) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn message(&mut self, _: &str) {}
    }
    let world = World::new();
    let mut repl = world.builder().output(Full).build().unwrap();
    let error = repl.eval("loop { print(1) }").unwrap_err();
    assert_eq!(
        (error.kind(), error.exit_code()),
        (EvalErrorKind::Output, 1)
    );
    repl.eval("1 + 1").unwrap();
}

#[test]
fn a_script_is_given_only_so_much_time() {
    let world = World::new();
    let limit = Duration::from_millis(20);
    let mut repl = world.builder().time_limit(limit).build().unwrap();
    for _ in 0..3 {
        let error = repl.eval("loop {}").unwrap_err();
        assert_eq!(
            (error.kind(), error.exit_code()),
            (EvalErrorKind::TimedOut, 124)
        );
        assert_eq!(repl.eval("1 + 1").unwrap().to_string(), "2");
    }
}

#[test]
fn another_thread_can_stop_an_evaluation() {
    let world = World::new();
    let mut repl = world.repl();
    let interrupter = repl.interrupter();
    let turns = memglass::Observer::builder()
        .dir(world.dir.path())
        .attach("robot")
        .unwrap();
    let stopping = std::thread::spawn(move || {
        let turns = turns.field("left_motor.turns").unwrap();
        while turns.read().unwrap() != Value::U64(1) {
            std::thread::yield_now();
        }
        interrupter.interrupt();
    });
    let error = repl.eval("left_motor.turns = 1; loop {}").unwrap_err();
    assert_eq!(error.kind(), EvalErrorKind::Interrupted);
    stopping.join().unwrap();
    assert_eq!(
        repl.eval("left_motor.turns").unwrap().value(),
        Some(Value::I64(1))
    );
}

#[test]
fn a_pattern_that_is_followed_can_be_stopped() {
    let world = World::new();
    let mut repl = world.repl();
    repl.interrupter().interrupt();
    let error = repl.eval(":get *.speed").unwrap_err();
    assert_eq!(error.kind(), EvalErrorKind::Interrupted);
    let answer = repl.eval(":get *.speed").unwrap().to_string();
    assert!(answer.contains("left_motor.speed"), "{answer}");
}

#[test]
fn a_script_of_a_file_gets_its_arguments() {
    let world = World::new();
    let mut repl = world.repl();
    let path = world.dir.path().join("spin.rhai");
    std::fs::write(&path, "#!/usr/bin/env -S memglass run\nleft_motor.speed = parse_int(args[0]);\n`${args.len()} of them`").unwrap();
    let answer = repl.run_script(&path, &["700", "x"]).unwrap();
    assert_eq!(answer.to_string(), "2 of them");
    assert_eq!(world.motor.speed.get(), 700);
    let error = repl
        .run_script(&world.dir.path().join("none"), &[])
        .unwrap_err();
    assert!(error.to_string().contains("no such file"), "{error}");
}

#[test]
fn the_deepest_script_fits_whatever_stack_the_hosts_thread_has() {
    let depth = format!("{}down(n - 1){}", "[".repeat(18), "]".repeat(18));
    let source = format!("fn down(n) {{ if n > 0 {{ {depth} }} }} down(63)");
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    let evaluated = thread.spawn(move || World::new().repl().eval(&source).map(drop).is_ok());
    assert!(evaluated.unwrap().join().unwrap());
}

#[test]
fn an_observer_that_only_reads_makes_writes_errors() {
    let world = World::new();
    let observer = memglass::Observer::builder()
        .dir(world.dir.path())
        .attach("robot")
        .unwrap();
    let mut repl = Repl::builder().observer(observer).build().unwrap();
    assert_eq!(repl.observer().object_count(), 1);
    assert!(repl.eval("left_motor.speed = 1").is_err());
    assert_eq!(world.motor.speed.get(), 1200);
}

#[test]
fn a_builder_without_a_session_or_with_a_wrong_one_says_so() {
    assert!(matches!(Repl::builder().build(), Err(ReplError::NoSession)));
    let world = World::new();
    let missing = Repl::builder()
        .session("rowboat")
        .dir(world.dir.path())
        .build();
    let Err(error) = missing else { panic!() };
    assert!(error.to_string().contains("rowboat"), "{error}");
    let init = world.builder().init_script("/nonexistent.rhai").build();
    let Err(error) = init else { panic!() };
    assert!(error.to_string().contains("no such file"), "{error}");
}

#[test]
fn a_host_limits_what_scripts_may_ask_for() {
    let world = World::new();
    let mut limits = Limits::default();
    limits.operations = 10_000;
    limits.elements = 20;
    limits.calls = 5;
    // More than there is.
    limits.stack_bytes = usize::MAX;
    let mut repl = world.builder().limits(limits).build().unwrap();
    for (script, told) in [
        ("loop { }", "took more steps"),
        ("let a = []; loop { a.push(1) }", "an array grew beyond"),
        ("fn f() { f() } f()", "functions call each other too deeply"),
    ] {
        let refused = repl.eval(script).unwrap_err();
        assert_eq!(refused.kind(), EvalErrorKind::Failed, "{refused}");
        assert!(refused.to_string().contains(told), "{refused}");
    }
    // A script may still ask for more, and is not given more stack than there is.
    repl.eval("limits(#{calls: 1000000, operations: 0})")
        .unwrap();
    let refused = repl.eval("fn f() { f() } f()").unwrap_err();
    assert!(refused.to_string().contains("too deeply"), "{refused}");
    assert_eq!(repl.eval("1 + 1").unwrap().to_string(), "2");
}

/// With an action that is slower than its firings there is always one more that is due.
#[test]
fn slow_actions_leave_the_host_its_turns() {
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let world = World::new();
        let count = world.session.object("count", 0_i64).unwrap();
        let mut repl = world.repl();
        repl.eval("watch(\"count\", |c| sleep(20.ms)).rate(1000.hz)")
            .unwrap();
        let ended = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                    count.set(count.get() + 1);
                    std::thread::sleep(Duration::from_micros(200));
                }
            });
            for _ in 0..5 {
                repl.run_due().unwrap();
            }
            // A sleep comes to its end beside them, too.
            repl.eval("sleep(30.ms)").unwrap();
            ended.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        told.send(()).unwrap();
    });
    heard
        .recv_timeout(Duration::from_secs(60))
        .expect("each turn ends");
}

//! A producer with its own console: a robot's control loop goes on at 200 Hz while its operator types
//! at a prompt in the same process.
//!
//!     cargo run --example embedded_console
//!
//!     robot> left_motor.target = 900          the loop follows it
//!     robot> halt("somebody is in the way")   the robot's own function
//!     robot [halted]> left_motor              you can still look at everything
//!     robot [halted]> resume()
//!     robot> :odometer                        the robot's own command

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use memglass::{Object, Observe, ProducerError, Session, Text};
use memglass_repl::{Access, Answer, Command, Repl};

const PERIOD: Duration = Duration::from_millis(5);

/// How much faster or slower a motor gets in one period, in rpm.
const STEP: i32 = 20;

#[derive(Observe, Clone, Copy, Default)]
struct Motor {
    #[observe(range(-3000, 3000), unit = "rpm", desc = "what the operator wants")]
    target: i32,
    #[observe(readonly, unit = "rpm", desc = "what the motor does")]
    speed: i32,
    #[observe(readonly, unit = "turns")]
    turned: f64,
}

#[derive(Observe, Clone, Copy, Default)]
struct Control {
    #[observe(atomic, readonly, desc = "periods since the start")]
    periods: u64,
    #[observe(atomic, readonly)]
    halted: bool,
    #[observe(locked, readonly, desc = "why it was halted")]
    reason: Text<64>,
}

/// The robot: its objects are in shared memory, and other programs can look at them too.
struct Robot {
    motors: [Object<Motor>; 2],
    control: Object<Control>,
    _session: Session,
}

impl Robot {
    fn new(session: Session) -> Result<Self, ProducerError> {
        Ok(Robot {
            motors: [
                session.object("left_motor", Motor::default())?,
                session.object("right_motor", Motor::default())?,
            ],
            control: session.object("control", Control::default())?,
            _session: session,
        })
    }

    /// The control loop. It knows nothing of a prompt.
    fn run(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let is_halted = self.control.halted.load();
            for motor in &self.motors {
                motor.step(if is_halted { 0 } else { motor.target.get() });
            }
            self.control.periods.fetch_add(1);
            thread::sleep(PERIOD);
        }
    }

    fn halt(&self, reason: &str) {
        // No other thread writes it, and the robot halts even if the reason does not fit.
        let _ = self.control.reason.update(|text| {
            text.clear();
            text.push_str(reason)
        });
        self.control.halted.store(true);
    }

    fn resume(&self) {
        self.control.halted.store(false);
    }
}

impl MotorStorage {
    fn step(&self, wanted: i32) {
        let speed = self.speed.get();
        let speed = speed + (wanted - speed).clamp(-STEP, STEP);
        self.speed.set(speed);
        let minutes = PERIOD.as_secs_f64() / 60.0;
        self.turned
            .set(self.turned.get() + f64::from(speed) * minutes);
    }
}

/// `:odometer`
struct Odometer(Arc<Robot>);

impl Command for Odometer {
    fn name(&self) -> &str {
        "odometer"
    }

    fn usage(&self) -> &str {
        ":odometer"
    }

    fn summary(&self) -> &str {
        "show how far each motor has turned"
    }

    fn run(&self, _: &mut Access<'_>, _: &str) -> Result<Answer, Box<dyn Error>> {
        let motors = ["left", "right"].into_iter().zip(&self.0.motors);
        let rows =
            motors.map(|(side, motor)| [side.to_owned(), format!("{:.2}", motor.turned.get())]);
        Ok(Answer::rows(["motor", "turns"], rows))
    }
}

/// The prompt, on a session that this process produces itself.
fn console(name: &str, robot: &Arc<Robot>) -> Result<i32, Box<dyn Error>> {
    let (halting, resuming, showing) = (robot.clone(), robot.clone(), robot.clone());
    let repl = Repl::builder()
        .session(name)
        .engine(move |engine| {
            let unreasoned = halting.clone();
            engine.register_fn("halt", move || unreasoned.halt(""));
            engine.register_fn("halt", move |reason: &str| halting.halt(reason));
            engine.register_fn("resume", move || resuming.resume());
        })
        .command(Odometer(robot.clone()))
        .prompt(move |_| match showing.control.halted.load() {
            true => "robot [halted]> ".into(),
            false => "robot> ".into(),
        })
        .banner("left_motor, right_motor, control; halt(), resume(), :odometer; Ctrl-D ends\n")
        .build()?;
    Ok(repl.run()?)
}

fn work(name: &str) -> Result<i32, Box<dyn Error>> {
    let robot = Arc::new(Robot::new(Session::create(name)?)?);
    let stop = AtomicBool::new(false);
    let code = thread::scope(|scope| {
        scope.spawn(|| robot.run(&stop));
        let code = console(name, &robot);
        stop.store(true, Ordering::Relaxed);
        code
    })?;
    eprintln!("{} periods", robot.control.periods.load());
    Ok(code)
}

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_else(|| "robot".into());
    match work(&name) {
        Ok(code) => ExitCode::from(code.to_le_bytes()[0]),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

//! `memglass demo`: an example producer, and a prompt on it.

use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded};
use memglass::ProducerError;
use memglass_repl::program::with_causes;
use memglass_system::{process, signals};
use memglass_terminal::look::{self, Look};
use memglass_terminal::streams::write_data;
use memglass_trading_engine::{Engine, EngineError};

use super::arguments::Demo;
use super::failure::Failure;
use super::options::Options;
use super::{evaluate, prompt};

/// A producer that has not said that it is live by then never will.
const START: Duration = Duration::from_secs(10);

/// A producer that has not ended by then is killed.
const END: Duration = Duration::from_secs(2);

/// The session's name unless another is given.
pub(super) const NAME: &str = "trading_engine";

pub(super) fn run(options: &Options, demo: &Demo, session: &str) -> Result<i32, Failure> {
    if demo.headless {
        headless(options, demo, session)
    } else {
        with_prompt(options, session)
    }
}

/// Is the producer until a signal comes, or the prompt that started it goes.
fn headless(options: &Options, demo: &Demo, session: &str) -> Result<i32, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    signals::raise_at_end(&stop)?;
    let engine =
        Engine::start(session, options.dir()).map_err(|error| not_started(session, &error))?;
    if demo.until_stdin_ends {
        stop_with_stdin(Arc::clone(&stop))?;
    }
    write_data(&format!(
        "session {:?} is live (pid {})\n",
        session,
        std::process::id()
    ))?;
    engine
        .run(&stop)
        .map_err(|error| Failure::Demo(with_causes(&error)))?;
    Ok(0)
}

/// A name that is taken has two ways out.
fn not_started(session: &str, error: &EngineError) -> Failure {
    let told = with_causes(error);
    let is_taken = matches!(
        error,
        EngineError::Session(ProducerError::SessionExists { .. })
    );
    Failure::Demo(match is_taken {
        true => format!(
            "{told}\n  `memglass {session}` opens a prompt on it; `memglass demo --session NAME` starts another"
        ),
        false => told,
    })
}

/// The pipe's other end closes however its holder ends, by SIGKILL too.
fn stop_with_stdin(stop: Arc<AtomicBool>) -> io::Result<()> {
    let wait = move || {
        // Whether it ends or fails, nobody is there any more.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        stop.store(true, Ordering::Relaxed);
    };
    thread::Builder::new()
        .name("stdin".into())
        .spawn(wait)
        .map(drop)
}

fn with_prompt(options: &Options, session: &str) -> Result<i32, Failure> {
    let _producer = Producer::start(options, session)?;
    if !io::stdin().is_terminal() {
        return evaluate::standard_input(options, session, None);
    }
    let look = Look {
        width: Look::of_stdout(options.color).width,
        ..Look::of_stderr(options.color)
    };
    prompt::run(options, session, Some(&banner(session, look)), None)
}

/// Lines to try, and what they do.
const TRY: [(&str, &str); 3] = [
    ("AAPL_position", "all fields of an object, as they are now"),
    (
        "AAPL_position.quantity = 500",
        "write one; unrealized_pnl follows it",
    ),
    ("obs.all(\"Order\")", "orders come and go while you look"),
];

/// Columns below which what a line does stands under it.
const BESIDE: u16 = 76;

fn banner(session: &str, look: Look) -> String {
    let mut text =
        format!("{session:?} is an example: a trading engine, live in another process. Try\n");
    let is_narrow = look.width.is_some_and(|width| width < BESIDE);
    for (line, does) in TRY {
        let (line, between) = match is_narrow {
            true => (line.to_owned(), "\n    "),
            false => (format!("{line:30}"), "  "),
        };
        text += &format!(
            "  {}{between}{}\n",
            look.paint(look::strong(), &line),
            look.paint(look::faint(), does)
        );
    }
    text + ":help lists more, Tab completes, Ctrl-D leaves\n"
}

/// The example producer in a process of its own, which ends with this value or with this process.
struct Producer {
    child: Child,
    /// While this is open the child lives.
    stdin: Option<ChildStdin>,
}

impl Producer {
    /// Starts it and waits until its session is live.
    fn start(options: &Options, session: &str) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([
            "demo",
            "--headless",
            "--until-stdin-ends",
            "--session",
            session,
        ]);
        if let Some(dir) = options.dir() {
            command.arg("--dir").arg(dir);
        }
        // Ctrl-C at the terminal is for the script at the prompt, and not for the producer under it.
        process::in_its_own_group(&mut command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let mut producer = Producer { child, stdin };
        producer.wait_until_live()?;
        Ok(producer)
    }

    /// It writes one line when its session is live.
    fn wait_until_live(&mut self) -> Result<(), Failure> {
        let Some(stdout) = self.child.stdout.take() else {
            return Ok(());
        };
        let (sender, live) = bounded(1);
        thread::Builder::new().name("demo".into()).spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(stdout).read_line(&mut line);
            // A receiver that has given up waits no more.
            let _ = sender.send(read.is_ok_and(|len| len > 0));
        })?;
        match live.recv_timeout(START) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::Demo(self.last_words())),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(Failure::Demo(format!(
                    "the example producer was not live within {} s",
                    START.as_secs()
                )))
            }
        }
    }

    /// What a producer that has ended wrote to standard error.
    fn last_words(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            // What could be read is told; more is not to be had.
            let _ = stderr.read_to_string(&mut text);
        }
        let text = text.trim().trim_start_matches("error: ");
        if text.is_empty() {
            "the example producer ended at once".into()
        } else {
            text.to_owned()
        }
    }

    fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.stdin.take();
        if self.wait(END).is_none() {
            // A child that is already gone needs no killing.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use memglass_value::wrap;

    use super::*;

    #[track_caller]
    fn check_lines(columns: u16, expected: &[&str]) {
        let (color, width) = (false, Some(columns));
        let text = banner("t1", Look { color, width });
        let shown = wrap::wrapped(&text, width);
        let to_try: Vec<&str> = shown
            .lines()
            .filter(|line| line.starts_with("  "))
            .collect();
        assert_eq!(to_try, expected);
    }

    #[test]
    fn what_a_line_does_stands_beside_it_or_under_it() {
        check_lines(
            80,
            &[
                "  AAPL_position                   all fields of an object, as they are now",
                "  AAPL_position.quantity = 500    write one; unrealized_pnl follows it",
                "  obs.all(\"Order\")                orders come and go while you look",
            ],
        );
        check_lines(
            50,
            &[
                "  another process. Try",
                "  AAPL_position",
                "    all fields of an object, as they are now",
                "  AAPL_position.quantity = 500",
                "    write one; unrealized_pnl follows it",
                "  obs.all(\"Order\")",
                "    orders come and go while you look",
            ],
        );
    }
}

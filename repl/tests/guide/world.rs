//! The machine on which the guide is followed.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use memglass_repl::{Repl, Sink};

const DEADLINE: Duration = Duration::from_secs(30);

/// Wide enough for the tables of the guide, and no wider than a page.
const WIDTH: u16 = 100;

pub(crate) struct World {
    dir: tempfile::TempDir,
    demo: Option<Running>,
    thermostat: Option<Running>,
    repl: Option<Repl>,
    screen: Screen,
}

/// What scripts print at the prompt.
#[derive(Clone, Default)]
struct Screen(Rc<RefCell<String>>);

impl Sink for Screen {
    fn data(&mut self, text: &str) -> io::Result<()> {
        self.0.borrow_mut().push_str(text);
        Ok(())
    }

    fn message(&mut self, text: &str) {
        self.0.borrow_mut().push_str(text);
    }
}

/// A program that runs in the background.
struct Running(Child);

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sessions")).unwrap();
        let script = super::page::text("docs/guide.md");
        let (_, after) = script.split_once("$ cat check.rhai\n").unwrap();
        let (script, _) = after.split_once("$ memglass").unwrap();
        std::fs::write(dir.path().join("check.rhai"), script).unwrap();
        World {
            dir,
            demo: None,
            thermostat: None,
            repl: None,
            screen: Screen::default(),
        }
    }

    /// Does what a line that builds or starts something stands for: the tests are built already, and a
    /// prompt is opened without a terminal.
    pub(crate) fn prepare(&mut self, line: &str) {
        match line {
            "cargo build --release" | "export PATH=\"$PWD/target/release:$PATH\"" => {}
            // This one needs a terminal; it is driven in one by its own test.
            "cargo run --release --example embedded_console" => {}
            "memglass demo" => {
                self.start_demo();
                let repl = Repl::builder().session("trading_engine").width(WIDTH);
                let repl = repl.output(self.screen.clone());
                self.repl = Some(repl.dir(self.sessions()).build().unwrap());
            }
            "memglass demo --headless &" => {
                self.repl = None;
                self.start_demo();
            }
            "cargo run --release --example thermostat &" => {
                self.thermostat = Some(self.start(&example("thermostat"), &[], "thermostat"));
            }
            other => panic!("the guide has a line that no test knows: {other}"),
        }
    }

    fn start_demo(&mut self) {
        self.demo = None;
        let program = Path::new(env!("CARGO_BIN_EXE_memglass"));
        self.demo = Some(self.start(program, &["demo", "--headless"], "trading_engine"));
    }

    fn start(&self, program: &Path, arguments: &[&str], session: &str) -> Running {
        let child = Command::new(program)
            .args(arguments)
            .env("MEMGLASS_DIR", self.sessions())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let running = Running(child);
        let deadline = Instant::now() + DEADLINE;
        let options = memglass::AttachOptions::new().dir(self.sessions());
        while !matches!(options.attach(session), Ok(observer) if observer.session().pid == running.0.id())
        {
            assert!(Instant::now() < deadline, "{session} does not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        running
    }

    /// What a shell shows of a line.
    pub(crate) fn console(&mut self, line: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_memglass"));
        let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
        let output = Command::new("bash")
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.dir.path())
            .env("MEMGLASS_DIR", self.sessions())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        // A producer that was killed is dead only when its parent has heard of it.
        if line.starts_with("kill -9")
            && let Some(mut thermostat) = self.thermostat.take()
        {
            thermostat.0.wait().unwrap();
        }
        String::from_utf8(output.stdout).unwrap()
    }

    /// What the prompt shows of a line.
    pub(crate) fn prompt(&mut self, line: &str) -> String {
        let repl = self.repl.as_mut().expect("the guide opens a prompt first");
        let text = match repl.eval(line) {
            Ok(answer) => format!("{answer}\n{}", answer.message()),
            Err(error) => format!("error: {error}"),
        };
        let text = format!("{}{text}", self.screen.0.take());
        let text = text.trim_end();
        match text {
            "" => String::new(),
            text => format!("{text}\n"),
        }
    }

    fn sessions(&self) -> PathBuf {
        self.dir.path().join("sessions")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An example of this package, built with its tests.
fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples")
        .join(name);
    assert!(
        built.exists(),
        "`cargo test -p memglass-repl` builds {}",
        built.display()
    );
    built
}

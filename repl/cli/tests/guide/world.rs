//! The machine on which the guide is followed.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;

use memglass_repl::{Repl, Sink};

use super::support::{self, Producer, example};

/// Wide enough for the tables of the guide, and no wider than a page.
const WIDTH: u16 = 100;

pub(crate) struct World {
    machine: support::World,
    demo: Option<Producer>,
    thermostat: Option<Producer>,
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

impl World {
    pub(crate) fn new() -> Self {
        let machine = support::World::new();
        let script = super::page::text("docs/guide.md");
        let (_, after) = script.split_once("$ cat check.rhai\n").unwrap();
        let (script, _) = after.split_once("$ memglass").unwrap();
        machine.script("check.rhai", script);
        World {
            machine,
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
                self.repl = Some(repl.dir(self.machine.sessions()).build().unwrap());
            }
            "memglass demo --headless &" => {
                self.repl = None;
                self.start_demo();
            }
            "cargo run --release --example thermostat &" => {
                self.thermostat = Some(self.machine.start(&example("thermostat"), "thermostat"));
            }
            // The package that has this example runs it in a test of its own.
            "cargo run --release --example follow trading_engine '*_quote.bid_price'" => {}
            other => panic!("the guide has a line that no test knows: {other}"),
        }
    }

    fn start_demo(&mut self) {
        self.demo = None;
        self.demo = Some(self.machine.producer("trading_engine"));
    }

    /// What a shell shows of a line.
    pub(crate) fn console(&mut self, line: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_memglass"));
        let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
        let output = Command::new("bash")
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(self.machine.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.machine.path())
            .env("MEMGLASS_DIR", self.machine.sessions())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        // A producer that was killed is dead only when its parent has heard of it.
        if line.starts_with("kill -9")
            && let Some(thermostat) = self.thermostat.take()
        {
            thermostat.ends();
        }
        String::from_utf8(output.stdout).unwrap()
    }

    /// What the prompt shows of a line.
    pub(crate) fn prompt(&mut self, line: &str) -> String {
        let repl = self.repl.as_mut().expect("the guide opens a prompt first");
        let text = match repl.eval(line) {
            Ok(answer) => match answer.to_string().as_str() {
                "" => answer.message(),
                data => format!("{data}\n{}", answer.message()),
            },
            Err(error) => format!("error: {error}"),
        };
        let text = format!("{}{text}", self.screen.0.take());
        let text = text.trim_end();
        match text {
            "" => String::new(),
            text => format!("{text}\n"),
        }
    }
}

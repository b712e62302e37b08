//! Other processes: this program again, playing a part.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use crate::{debugger, latency, market, memory, observers, record, triggers, waker};

/// Asks this program to play a part instead of measuring.
pub(crate) const FLAG: &str = "--part";

/// A child process; it ends when this is dropped.
pub(crate) struct Part {
    child: Child,
    /// The line that it printed when it was ready.
    pub(crate) said: String,
}

impl Part {
    /// Starts one and waits until it says that it is ready.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Part {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg(FLAG)
            .arg(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let output = child.stdout.take().expect("piped");
        let mut said = String::new();
        BufReader::new(output)
            .read_line(&mut said)
            .expect("it writes text");
        let said = said.trim().to_owned();
        assert!(
            !said.is_empty(),
            "the part {name} ended before it was ready"
        );
        Part { child, said }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Plays the part `name`.
pub(crate) fn play(name: &str, arguments: &[String]) {
    match (name, arguments) {
        ("changes", [dir, name]) => record::change(dir, name),
        ("debuggee", [dir]) => debugger::be_looked_into(dir),
        ("keeper", [dir]) => memory::keep(dir),
        ("market", [dir, objects, moving]) => market::be_looked_at(dir, objects, moving),
        ("observer", [dir]) => observers::poll(dir),
        ("sender", [way, place]) => latency::send(way, place),
        ("stamper", [dir, pause]) => triggers::stamp(dir, pause),
        ("waker", [hertz, bytes]) => waker::wake(hertz, bytes),
        _ => panic!("there is no part {name} with {arguments:?}"),
    }
}

/// Tells the parent that this part is ready.
pub(crate) fn ready(text: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{text}").expect("the parent listens");
    out.flush().expect("the parent listens");
}

/// Blocks until the parent is gone or closes its end.
pub(crate) fn until_parent_ends() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

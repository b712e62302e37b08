//! The other process of a test, written in C++.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use crate::compile::compile;

/// A running `partner`. It is killed when this is dropped.
pub(crate) struct Partner {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Partner {
    /// Starts one, which says that it is ready.
    pub(crate) fn start(part: &str, dir: &Path) -> Partner {
        static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
        let program = PROGRAM.get_or_init(|| compile("g++", "partner.cpp", &["-O2"]));
        let mut process = Command::new(program)
            .args([part, "t"])
            .env("MEMGLASS_DIR", dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut partner = Partner {
            process,
            input,
            output,
        };
        assert_eq!(partner.answer(), "ready");
        partner
    }

    /// Says a line without waiting for what comes of it.
    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// Says a line and returns the answer.
    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.say(line);
        self.answer()
    }

    /// The next line that it says.
    pub(crate) fn answer(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().into()
    }

    /// Kills it, wherever it is.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

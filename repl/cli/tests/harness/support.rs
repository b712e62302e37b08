//! A world with producers in processes of their own, the program beside them, and patience with a deadline.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// Nothing that is waited for takes longer on a machine that works.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A directory for sessions and for what a prompt keeps.
pub(crate) struct World {
    dir: tempfile::TempDir,
}

/// A program with a session, killed when this goes.
pub(crate) struct Producer {
    child: Child,
}

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) data: String,
    pub(crate) messages: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = World { dir };
        std::fs::create_dir(world.sessions()).unwrap();
        world
    }

    /// A world with the example producer running as `t1`.
    pub(crate) fn with_producer() -> (Self, Producer) {
        let world = World::new();
        let producer = world.producer("t1");
        (world, producer)
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn sessions(&self) -> PathBuf {
        self.path().join("sessions")
    }

    pub(crate) fn history(&self) -> PathBuf {
        self.path().join("state/memglass/history")
    }

    /// Writes a script, and gives its path.
    pub(crate) fn script(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_memglass"));
        command.args(arguments).env_clear().stdin(Stdio::null());
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("MEMGLASS_DIR", self.sessions()),
            ("HOME", self.path().to_owned()),
            ("XDG_STATE_HOME", self.path().join("state")),
            ("XDG_CONFIG_HOME", self.path().join("config")),
            // A test that wants a pager says so.
            ("PAGER", PathBuf::new()),
        ]
    }

    /// Starts the example producer; its session is live when this returns.
    pub(crate) fn producer(&self, session: &str) -> Producer {
        let mut command = self.command(&["demo", "--headless", "--session", session]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(
            line,
            format!("session {session:?} is live (pid {})\n", child.id())
        );
        Producer { child }
    }

    /// Starts another program; its session is live when this returns.
    #[track_caller]
    pub(crate) fn start(&self, program: &Path, session: &str) -> Producer {
        let mut command = Command::new(program);
        command.env("MEMGLASS_DIR", self.sessions());
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let producer = Producer { child };
        let options = memglass::Observer::builder().dir(self.sessions());
        let is_live = || matches!(options.attach(session), Ok(observer) if observer.session().pid == producer.pid());
        eventually("the session is live", is_live);
        producer
    }

    /// Cuts all regions of a session short, as nobody should.
    pub(crate) fn cut(&self, session: &str) {
        self.cut_to(session, 0);
    }

    pub(crate) fn cut_to(&self, session: &str, bytes: u64) {
        let prefix = format!("memglass_{session}_region_");
        for entry in std::fs::read_dir(self.sessions()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                let file = std::fs::OpenOptions::new().write(true).open(entry.path());
                file.unwrap().set_len(bytes).unwrap();
            }
        }
    }

    /// Puts other bytes where these are in a session's memory, which is once.
    pub(crate) fn overwrite(&self, session: &str, bytes: &[u8], others: &[u8]) {
        let prefix = format!("memglass_{session}_region_");
        let mut places = 0;
        for entry in std::fs::read_dir(self.sessions()).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_name().to_string_lossy().starts_with(&prefix) {
                continue;
            }
            let mut memory = std::fs::read(entry.path()).unwrap();
            let found = memory.windows(bytes.len()).position(|part| part == bytes);
            if let Some(at) = found {
                memory[at..at + others.len()].copy_from_slice(others);
                std::fs::write(entry.path(), memory).unwrap();
                places += 1;
            }
        }
        assert_eq!(places, 1);
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Runs the program with `input` piped in.
    pub(crate) fn pipe(&self, arguments: &[&str], input: &[u8]) -> Ran {
        Ran::piped(self.command(arguments), input)
    }

    /// What the program prints, when all is well.
    #[track_caller]
    pub(crate) fn data(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.data
    }

    /// The value of an expression on `t1`.
    #[track_caller]
    pub(crate) fn eval(&self, expression: &str) -> String {
        self.data(&["t1", "-e", expression]).trim_end().to_owned()
    }

    /// A whole object of `t1`.
    #[track_caller]
    pub(crate) fn object(&self, label: &str) -> Json {
        serde_json::from_str(&self.data(&["get", "t1", label, "--json"])).unwrap()
    }
}

impl Ran {
    /// Runs a command to its end with `input` piped in.
    pub(crate) fn piped(mut command: Command, input: &[u8]) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    pub(crate) fn of(output: Output) -> Self {
        Ran {
            code: output.status.code(),
            data: String::from_utf8(output.stdout).unwrap(),
            messages: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It failed with this code, wrote no data, and said something with these words in it.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(
            (self.code, self.data.as_str()),
            (Some(code), ""),
            "{self:?}"
        );
        for word in words {
            assert!(
                self.messages.contains(word),
                "no {word:?} in {}",
                self.messages
            );
        }
    }
}

impl Producer {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As `kill -9` does: nothing of it gets to run any more.
    pub(crate) fn kill(mut self) -> u32 {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.pid()
    }

    /// Waits until it has ended, by whosever hand.
    pub(crate) fn ends(mut self) {
        self.child.wait().unwrap();
    }

    /// Asks it to end; true if it did so in an orderly way.
    pub(crate) fn terminate(mut self) -> bool {
        signal(self.pid(), rustix::process::Signal::TERM);
        self.child.wait().unwrap().success()
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process that this test started.
pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid as i32).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn eventually(what: &str, condition: impl FnMut() -> bool) {
    eventually_seen(what, condition, String::new);
}

/// The same; what was `seen` at the end is told if it never does.
#[track_caller]
pub(crate) fn eventually_seen(
    what: &str,
    mut condition: impl FnMut() -> bool,
    seen: impl Fn() -> String,
) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "not in time: {what}\n{}", seen());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An example of this package, built with its tests.
#[track_caller]
pub(crate) fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests.ancestors().nth(2).unwrap();
    let built = built.join("examples").join(name);
    let path = built.display();
    assert!(built.exists(), "`cargo test -p memglass-cli` builds {path}");
    built
}

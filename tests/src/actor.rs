//! A child process that obeys commands.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::{DEADLINE, until};

/// A running actor; killed when dropped.
pub struct Actor {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
    /// An answer that came before it was waited for.
    early: Option<String>,
}

impl Actor {
    pub(crate) fn start(program: &Path, dir: &Path) -> Actor {
        let mut command = Command::new(program);
        command
            .env("MEMGLASS_DIR", dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .expect("the actor is built beside the tests");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (send, answers) = channel();
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Actor {
            child,
            input,
            answers,
            early: None,
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Gives a command without waiting for the answer.
    ///
    /// # Panics
    ///
    /// If the actor is dead.
    pub fn send(&mut self, command: &str) {
        writeln!(self.input, "{command}").expect("the actor listens");
    }

    /// Whether it has an answer. The answer stays until it is waited for.
    pub fn has_answered(&mut self) -> bool {
        self.early = self.early.take().or_else(|| self.answers.try_recv().ok());
        self.early.is_some()
    }

    /// Waits for the next answer: what follows `ok` or `error` in it.
    ///
    /// # Errors
    ///
    /// The refusal that the actor got.
    ///
    /// # Panics
    ///
    /// If no answer comes in time, or the actor died.
    pub fn answer(&mut self) -> Result<String, String> {
        let line = self
            .early
            .take()
            .map_or_else(|| self.answers.recv_timeout(DEADLINE), Ok);
        let line = line.unwrap_or_else(|error| {
            panic!(
                "actor {} does not answer: {error}; {:?}",
                self.pid(),
                self.child.try_wait()
            )
        });
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("ok", rest) => Ok(rest.into()),
            ("error", rest) => Err(rest.into()),
            _ => panic!("actor {} answers {line:?}", self.pid()),
        }
    }

    /// Gives a command and waits for the answer.
    ///
    /// # Errors
    ///
    /// The refusal that the actor got.
    pub fn tell(&mut self, command: &str) -> Result<String, String> {
        self.send(command);
        self.answer()
    }

    /// Gives a command that must succeed.
    ///
    /// # Panics
    ///
    /// With the refusal that the actor got.
    pub fn ask(&mut self, command: &str) -> String {
        self.tell(command)
            .unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Waits until the actor ends.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub fn ended(mut self) -> std::process::ExitStatus {
        let mut status = None;
        until("an actor ends", || {
            status = self.child.try_wait().expect("it is our child");
            status.is_some()
        });
        status.expect("it ended")
    }

    /// Kills it with SIGKILL and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    /// Waits until the actor ends, and returns the signal that ended it, if any.
    ///
    /// # Panics
    ///
    /// If it lives on.
    pub fn death(mut self) -> Option<i32> {
        let mut status = None;
        until("the actor ends", || {
            status = self.child.try_wait().expect("our child");
            status.is_some()
        });
        std::os::unix::process::ExitStatusExt::signal(&status.expect("waited for"))
    }

    /// Stops it with SIGSTOP and waits until it stands still.
    pub fn stop(&self) {
        self.signal(rustix::process::Signal::STOP);
        self.await_stop();
    }

    /// Waits until it stands still.
    ///
    /// # Panics
    ///
    /// If it never does.
    pub fn await_stop(&self) {
        until("the actor is stopped", || self.is_stopped());
    }

    /// Whether it stands still, with all its threads.
    pub fn is_stopped(&self) -> bool {
        self.state() == Some('T')
    }

    /// Resumes the actor.
    pub fn go_on(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    /// Sends it a signal.
    ///
    /// # Panics
    ///
    /// If it has ended and was waited for.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("our child takes signals");
    }

    /// The state letter of proc(5), once all threads have the same.
    fn state(&self) -> Option<char> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).ok()?;
        let mut states: Vec<_> = tasks.map(|task| state_of(&task.ok()?.path())).collect();
        states.dedup();
        if let [state] = states[..] {
            state
        } else {
            None
        }
    }

    fn end(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn state_of(task: &Path) -> Option<char> {
    let stat = std::fs::read_to_string(task.join("stat")).ok()?;
    stat[stat.rfind(')')? + 1..].trim_start().chars().next()
}

impl Drop for Actor {
    fn drop(&mut self) {
        self.end();
    }
}

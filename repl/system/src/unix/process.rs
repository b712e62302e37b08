//! Groups of processes, and stopping them.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGTSTP};

use super::signals;

/// How long a stop may take to begin. A process that no shell looks after is not stopped at all.
const STOPS_WITHIN: Duration = Duration::from_millis(200);

/// How often it is looked whether the program goes on.
const LOOK: Duration = Duration::from_millis(2);

/// Stops the program and all that the shell started with it.
#[derive(Debug)]
pub struct Suspender {
    continued: Arc<AtomicBool>,
    registered: SigId,
}

impl Suspender {
    /// Makes ready to stop.
    ///
    /// # Errors
    ///
    /// If the system refuses a handler.
    pub fn new() -> io::Result<Self> {
        let continued = Arc::new(AtomicBool::new(false));
        let registered = signal_hook::flag::register(SIGCONT, Arc::clone(&continued))?;
        Ok(Suspender {
            continued,
            registered,
        })
    }

    /// Stops, and comes back when the shell lets the program go on.
    pub fn stop(&self) {
        self.continued.store(false, Ordering::Relaxed);
        // Refused or not: what stops nothing is over when the time is.
        let _ = kill_current_process_group(Signal::TSTP);
        let asked = Instant::now();
        while !self.continued.load(Ordering::Relaxed) && asked.elapsed() < STOPS_WITHIN {
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Suspender {
    fn drop(&mut self) {
        signal_hook::low_level::unregister(self.registered);
    }
}

/// Stops this process until a shell lets it go on, if it is a job of one.
///
/// The system does the same where nobody handles the signal: what leads its terminal's session is no shell's job, and
/// nobody would let it go on.
pub fn stop() {
    if is_job() {
        // Refused, it goes on, which is no harm.
        let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
    }
}

/// Stops this process and all that the shell started with it, as the system does with a job that changes the terminal
/// in the background. One that is about to end goes on.
pub fn stop_in_background() {
    if is_job() && !signals::is_ending() {
        // Refused, it goes on, which is no harm.
        let _ = kill_current_process_group(Signal::TTOU);
    }
}

/// Whether this process is a job of a shell, which lets it go on when it was stopped.
fn is_job() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Starts the command in a group of its own: Ctrl-C at the terminal is not for it.
pub fn in_its_own_group(command: &mut Command) {
    command.process_group(0);
}

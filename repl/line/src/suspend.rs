//! Ctrl-Z: the shell has the terminal until it says `fg`.
//!
//! The editor's own way takes its terminal back at once. Here it is not the main thread that reads
//! keys, the signal is delivered to another, and this one goes on for a moment: the prompt would be
//! drawn for the shell, and be missing when the program goes on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_current_process_group};
use rustyline::{Cmd, ConditionalEventHandler, EventContext, RepeatCount};
use signal_hook::SigId;
use signal_hook::consts::SIGCONT;

use memglass_terminal::modes;

/// How long a stop may take to begin. A process that no shell looks after is not stopped at all.
const STOPS_WITHIN: Duration = Duration::from_millis(200);

/// How often it is looked whether the program goes on.
const LOOK: Duration = Duration::from_millis(2);

/// Stops the program and all that the shell started with it.
pub(super) struct CtrlZ {
    continued: Arc<AtomicBool>,
    registered: SigId,
}

impl CtrlZ {
    /// # Errors
    ///
    /// If the system refuses a handler.
    pub(super) fn new() -> io::Result<Self> {
        let continued = Arc::new(AtomicBool::new(false));
        let registered = signal_hook::flag::register(SIGCONT, Arc::clone(&continued))?;
        Ok(CtrlZ {
            continued,
            registered,
        })
    }

    /// Stops, and comes back when the shell lets the program go on.
    fn stop(&self) {
        self.continued.store(false, Ordering::Relaxed);
        // Refused or not: what stops nothing is over when the time is.
        let _ = kill_current_process_group(Signal::TSTP);
        let asked = Instant::now();
        while !self.continued.load(Ordering::Relaxed) && asked.elapsed() < STOPS_WITHIN {
            thread::sleep(LOOK);
        }
    }
}

impl Drop for CtrlZ {
    fn drop(&mut self) {
        signal_hook::low_level::unregister(self.registered);
    }
}

impl ConditionalEventHandler for CtrlZ {
    fn handle(
        &self,
        _: &rustyline::Event,
        _: RepeatCount,
        _: bool,
        _: &EventContext<'_>,
    ) -> Option<Cmd> {
        modes::interrupted(|| self.stop());
        Some(Cmd::Repaint)
    }
}

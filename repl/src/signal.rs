//! Signals: Ctrl-C stops the script that runs, the others end the program in an orderly way.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, unbounded};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// After so many Ctrl-C that did not stop a script, the program ends at once.
const PATIENCE: u32 = 3;

/// Whether the keyboard belongs to another program, and Ctrl-C is meant for that.
static LENT: AtomicBool = AtomicBool::new(false);

/// While it lives, the keyboard's Ctrl-C is for a program that was started from the prompt.
#[derive(Debug)]
pub(crate) struct Lent(());

impl Lent {
    pub(crate) fn new() -> Self {
        LENT.store(true, Ordering::Relaxed);
        Lent(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        LENT.store(false, Ordering::Relaxed);
    }
}

/// Signals of this process, turned into flags and messages.
pub struct Interrupts {
    flag: Arc<AtomicBool>,
    unanswered: Arc<AtomicU32>,
    received: Receiver<i32>,
}

impl Interrupts {
    /// From now on SIGINT, SIGTERM and SIGHUP come here.
    ///
    /// # Errors
    ///
    /// If the system refuses a handler or a thread.
    pub fn listen() -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let (sender, received) = unbounded();
        let (flag, unanswered) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU32::new(0)),
        );
        let (raised, count) = (Arc::clone(&flag), Arc::clone(&unanswered));
        let listen = move || {
            for signal in signals.forever() {
                if signal == SIGINT && LENT.load(Ordering::Relaxed) {
                    continue;
                }
                raised.store(true, Ordering::Relaxed);
                if count.fetch_add(1, Ordering::Relaxed) + 1 >= PATIENCE {
                    crate::line::give_back();
                    std::process::exit(128 + signal);
                }
                if sender.send(signal).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("signals".into())
            .spawn(listen)?;
        Ok(Interrupts {
            flag,
            unanswered,
            received,
        })
    }

    /// Set while a script is asked to stop.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag)
    }

    /// Forgets a Ctrl-C that came too late for what it was meant for. A signal that ends the program
    /// is kept: it is the result.
    pub fn settle(&self) -> Option<i32> {
        self.flag.store(false, Ordering::Relaxed);
        self.unanswered.store(0, Ordering::Relaxed);
        self.received.try_iter().find(|signal| *signal != SIGINT)
    }

    /// Each signal as it comes.
    pub fn received(&self) -> &Receiver<i32> {
        &self.received
    }
}

/// The exit code that tells a shell of a signal.
pub fn exit_code(signal: i32) -> i32 {
    128 + signal
}

/// Whether a signal asks the program to end, rather than the script.
pub fn ends_program(signal: i32) -> bool {
    signal != SIGINT
}

//! Signals: Ctrl-C stops the script that runs, the others end the program in an orderly way.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use memglass_system::rescue;
pub use memglass_system::signals::INTERRUPT;
use memglass_system::signals::{self, END, Listener};

/// After so many signals that did not stop a script, the program ends at once.
const PATIENCE: u32 = 3;

/// Whose process it is, and so what happens when a script cannot be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Ours: it ends at the third signal.
    Program,
    /// A host's, which is not ours to end.
    Host,
}

/// How many [`Interrupts`] there are.
static LISTENING: AtomicU32 = AtomicU32::new(0);

/// When one of them heard a signal.
static HEARD: Mutex<Option<Instant>> = Mutex::new(None);

/// After this time a signal is not the one that was heard before.
const SAME: Duration = Duration::from_millis(100);

/// From now on Ctrl-C and what asks the program to end make it exit, and do not kill it, also while no [`Interrupts`]
/// listen: what is to be done at an exit is done.
///
/// # Errors
///
/// If the system refuses a handler or a thread.
pub fn exit_at_end() -> io::Result<()> {
    static STARTED: Once = Once::new();
    let mut started = Ok(());
    STARTED.call_once(|| {
        let ends = END.into_iter().chain([INTERRUPT]);
        started = Listener::new(ends, |signal| {
            // Whoever listened to it may be gone by now, and the program ends as it wants to.
            let heard = *HEARD.lock().unwrap_or_else(PoisonError::into_inner);
            let is_heard = heard.is_some_and(|heard| heard.elapsed() < SAME);
            if !is_heard && LISTENING.load(Ordering::Relaxed) == 0 {
                crate::modes::give_back();
                std::process::exit(exit_code(signal));
            }
            ControlFlow::Continue(())
        })
        // It listens to the end.
        .map(std::mem::forget);
    });
    started
}

/// Whether the keyboard belongs to another program, and Ctrl-C is meant for that.
static LENT: AtomicBool = AtomicBool::new(false);

/// While it lives, the keyboard's Ctrl-C is for a program that was started from the prompt.
#[derive(Debug)]
pub struct LentKeyboard(());

impl LentKeyboard {
    /// Lends the keyboard.
    pub fn lend() -> Self {
        LENT.store(true, Ordering::Relaxed);
        LentKeyboard(())
    }
}

impl Drop for LentKeyboard {
    fn drop(&mut self) {
        LENT.store(false, Ordering::Relaxed);
    }
}

/// Signals of this process, turned into flags and messages until this is dropped.
pub struct Interrupts {
    raiser: Raiser,
    received: Receiver<i32>,
    /// Set when this is over: what was not handled before does again what it did.
    over: Arc<AtomicBool>,
    listener: Option<Listener>,
}

/// Stops the script that runs, as Ctrl-C does; clones do the same. It is for keys that come as bytes and not as signals.
#[derive(Clone, Debug)]
pub struct Raiser {
    flag: Arc<AtomicBool>,
    unanswered: Arc<AtomicU32>,
    owner: Owner,
}

impl Raiser {
    /// Stops the script, or else ends the program at the third time, if it is ours.
    pub fn interrupt(&self) {
        self.raise(INTERRUPT);
    }

    fn raise(&self, signal: i32) {
        self.flag.store(true, Ordering::Relaxed);
        let times = self.unanswered.fetch_add(1, Ordering::Relaxed) + 1;
        if self.owner == Owner::Program && times >= PATIENCE {
            crate::modes::give_back();
            std::process::exit(exit_code(signal));
        }
    }
}

impl Interrupts {
    /// From now on Ctrl-C and what asks the program to end raise `flag`. Handlers that the process has already
    /// are called as well.
    ///
    /// A program of ours gives the terminal back before any other signal ends it, such as `SIGUSR1` or `SIGABRT`, and is
    /// not stopped by its terminal while it ends.
    ///
    /// # Errors
    ///
    /// If the system refuses a handler or a thread.
    pub fn listen(flag: Arc<AtomicBool>, owner: Owner) -> io::Result<Self> {
        if owner == Owner::Program {
            rescue::arm();
        }
        let over = Arc::new(AtomicBool::new(false));
        let taken = END.into_iter().chain([INTERRUPT]);
        signals::leave_to_others(taken.clone(), &over)?;
        if owner == Owner::Program {
            signals::never_stop_while_ending(END)?;
        }
        let (sender, received) = unbounded();
        let raiser = Raiser {
            flag,
            unanswered: Arc::default(),
            owner,
        };
        let raised = raiser.clone();
        let listener = Listener::new(taken, move |signal| {
            HEARD
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .replace(Instant::now());
            if signal == INTERRUPT && LENT.load(Ordering::Relaxed) {
                return ControlFlow::Continue(());
            }
            raised.raise(signal);
            match sender.send(signal) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        LISTENING.fetch_add(1, Ordering::Relaxed);
        Ok(Interrupts {
            raiser,
            received,
            over,
            listener: Some(listener),
        })
    }

    /// Forgets a Ctrl-C that came too late for what it was meant for. A signal that ends the program
    /// is kept: it is the result.
    pub fn settle(&self) -> Option<i32> {
        self.raiser.flag.store(false, Ordering::Relaxed);
        self.raiser.unanswered.store(0, Ordering::Relaxed);
        self.ending()
    }

    /// The signal that ends the program, if one came. A Ctrl-C that came too late for one script stays raised
    /// for the next one.
    pub fn ending(&self) -> Option<i32> {
        self.received
            .try_iter()
            .find(|signal| ends_program(*signal))
    }

    /// What stops the script that runs, for another thread.
    pub fn raiser(&self) -> Raiser {
        self.raiser.clone()
    }

    /// Each signal as it comes.
    pub fn received(&self) -> &Receiver<i32> {
        &self.received
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.listener.take();
        LISTENING.fetch_sub(1, Ordering::Relaxed);
        self.over.store(true, Ordering::Relaxed);
    }
}

/// The exit code that tells a shell of a signal.
pub fn exit_code(signal: i32) -> i32 {
    128 + signal
}

/// Whether a signal asks the program to end, rather than the script.
pub fn ends_program(signal: i32) -> bool {
    signal != INTERRUPT
}

//! Signals: Ctrl-C stops the script that runs, the others end the program in an orderly way.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
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

/// Who hears of signals.
static EARS: Mutex<Ears> = Mutex::new(Ears {
    listener: None,
    is_exiting: false,
    open: Vec::new(),
    over: None,
});

/// What happens at a signal. One listener asks, under the lock under which it changes: each signal has somebody who acts.
struct Ears {
    /// There while anybody is to act.
    listener: Option<Listener>,
    /// Whether the program exits at a signal that nobody takes.
    is_exiting: bool,
    /// Those of all [`Interrupts`].
    open: Vec<Ear>,
    /// Set while nobody is to act: what was not handled before does again what it did.
    over: Option<Arc<AtomicBool>>,
}

/// Where one of the [`Interrupts`] is told.
struct Ear {
    raiser: Raiser,
    sender: Sender<i32>,
}

impl Ears {
    fn lock() -> MutexGuard<'static, Ears> {
        EARS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&mut self) -> io::Result<()> {
        if self.listener.is_none() {
            self.listener = Some(Listener::new(taken(), |signal| {
                Ears::lock().hear(signal);
                ControlFlow::Continue(())
            })?);
        }
        if let Some(over) = &self.over {
            over.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Nobody can begin to listen, or cease, until somebody has the signal.
    fn hear(&self, signal: i32) {
        if self.open.is_empty() && self.is_exiting {
            crate::modes::give_back();
            std::process::exit(exit_code(signal));
        }
        if signal == INTERRUPT && LENT.load(Ordering::Relaxed) {
            return;
        }
        for ear in &self.open {
            ear.raiser.raise(signal);
            // Who receives it goes soon.
            let _ = ear.sender.send(signal);
        }
    }

    /// Closes the ear of these.
    fn close(&mut self, raiser: &Raiser) {
        self.open
            .retain(|ear| !Arc::ptr_eq(&ear.raiser.unanswered, &raiser.unanswered));
        if !self.open.is_empty() || self.is_exiting {
            return;
        }
        if let Some(over) = &self.over {
            over.store(true, Ordering::Relaxed);
        }
        self.listener = None;
    }
}

/// What is listened to.
fn taken() -> impl Iterator<Item = i32> + Clone {
    END.into_iter().chain([INTERRUPT])
}

/// From now on Ctrl-C and what asks the program to end make it exit, and do not kill it, also while no [`Interrupts`]
/// listen: what is to be done at an exit is done.
///
/// # Errors
///
/// If the system refuses a handler or a thread.
pub fn exit_at_end() -> io::Result<()> {
    let mut ears = Ears::lock();
    ears.listen()?;
    ears.is_exiting = true;
    Ok(())
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
        // What obeyed the one before has lowered the flag: then this is the first again.
        if !self.flag.swap(true, Ordering::Relaxed) {
            self.unanswered.store(0, Ordering::Relaxed);
        }
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
        let mut ears = Ears::lock();
        // Until somebody listens a signal does what it did: it must not come in between and do nothing.
        let is_deaf = ears.listener.is_none();
        let over = ears
            .over
            .get_or_insert_with(|| Arc::new(AtomicBool::new(is_deaf)));
        let over = Arc::clone(over);
        signals::leave_to_others(taken(), &over)?;
        if owner == Owner::Program {
            signals::never_stop_while_ending(END)?;
        }
        ears.listen()?;
        let (sender, received) = unbounded();
        let raiser = Raiser {
            flag,
            unanswered: Arc::default(),
            owner,
        };
        ears.open.push(Ear {
            raiser: raiser.clone(),
            sender,
        });
        Ok(Interrupts { raiser, received })
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
        // The flag is raised before the signal is sent.
        let _heard = Ears::lock();
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
        Ears::lock().close(&self.raiser);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_listens_after_others_is_told() {
        for _ in 0..3 {
            let flag = Arc::new(AtomicBool::new(false));
            let interrupts = Interrupts::listen(Arc::clone(&flag), Owner::Host).expect("handlers");
            signal_hook::low_level::raise(END[0]).expect("a signal");
            let told = interrupts.received().recv_timeout(Duration::from_secs(10));
            assert_eq!(told, Ok(END[0]));
        }
    }
}

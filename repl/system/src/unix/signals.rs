//! Signals as Unix has them.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGTTIN, SIGWINCH, SIGXFSZ};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::{flag, low_level};

/// Ctrl-C.
pub const INTERRUPT: i32 = SIGINT;

/// What asks a program to end.
pub const END: [i32; 2] = [SIGTERM, SIGHUP];

/// Whether a signal has come that ends the program in an orderly way.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// Hears of signals until it is dropped. Handlers that the process has already are called as well.
#[derive(Debug)]
pub struct Listener(Handle);

impl Listener {
    /// Calls `hear` for each of these signals, on a thread of its own, until that breaks.
    ///
    /// # Errors
    ///
    /// If the system refuses a handler or a thread.
    pub fn new(
        signals: impl IntoIterator<Item = i32>,
        mut hear: impl FnMut(i32) -> ControlFlow<()> + Send + 'static,
    ) -> io::Result<Self> {
        let mut signals = Signals::new(signals)?;
        let handle = signals.handle();
        let listen = move || {
            let _ = signals.forever().try_for_each(&mut hear);
        };
        thread::Builder::new()
            .name("signals".into())
            .spawn(listen)?;
        Ok(Listener(handle))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Once `over` is set, does what the system does by default for those of these signals that nobody handles
/// or ignores yet. Where the system does not tell which those are, for none: a signal that a host
/// handles must not end it.
///
/// # Errors
///
/// If the system refuses a handler.
pub fn leave_to_others(
    signals: impl IntoIterator<Item = i32>,
    over: &Arc<AtomicBool>,
) -> io::Result<()> {
    let taken = taken();
    for signal in signals {
        if taken & bit(signal) == 0 {
            flag::register_conditional_default(signal, Arc::clone(over))?;
        }
    }
    Ok(())
}

/// The signals that somebody in this process handles or ignores; all where the system does not tell.
pub(super) fn taken() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(u64::MAX, |bits| {
            u64::from_str_radix(bits.trim(), 16).unwrap_or(u64::MAX)
        })
    };
    mask("SigCgt:") | mask("SigIgn:")
}

pub(super) fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// Calls `continued` whenever a shell lets the program go on.
///
/// # Errors
///
/// If the system refuses a handler or a thread.
pub fn on_continue(continued: impl Fn() + Send + 'static) -> io::Result<Listener> {
    Listener::new([SIGCONT], move |_| {
        continued();
        ControlFlow::Continue(())
    })
}

/// From now on calls `asked` instead of stopping when somebody asks the program to stop until a shell lets it go on.
/// `asked` stops it with [`process::stop`](crate::process::stop).
///
/// # Errors
///
/// If somebody handles or ignores that already, or the system refuses a handler or a thread.
pub fn on_stop(asked: impl Fn() + Send + 'static) -> io::Result<()> {
    if taken() & bit(SIGTSTP) != 0 {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let listener = Listener::new([SIGTSTP], move |_| {
        asked();
        ControlFlow::Continue(())
    })?;
    // Without it nothing would stop the program any more: a handler cannot be taken back.
    std::mem::forget(listener);
    Ok(())
}

/// Raises `flag` at Ctrl-C, and when the program is asked to end.
///
/// # Errors
///
/// If the system refuses a handler.
pub fn raise_at_end(raised: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in END.into_iter().chain([INTERRUPT]) {
        flag::register(signal, Arc::clone(raised))?;
    }
    Ok(())
}

/// Once one of these signals has come, the program is no longer stopped for what it does in the background: it could not
/// end. Reading the terminal is an error there.
///
/// # Errors
///
/// If the system refuses a handler.
pub fn never_stop_while_ending(ends: impl IntoIterator<Item = i32>) -> io::Result<()> {
    for signal in ends {
        let go_on = || {
            IS_ENDING.store(true, Ordering::Relaxed);
            // SAFETY: L1: ignoring a signal is allowed always, also in a handler.
            unsafe { libc::signal(SIGTTIN, libc::SIG_IGN) };
        };
        // SAFETY: L1: the action stores to an atomic and makes a system call, as a handler may.
        unsafe { low_level::register(signal, go_on) }?;
    }
    Ok(())
}

/// Whether one of those signals has come.
pub(super) fn is_ending() -> bool {
    IS_ENDING.load(Ordering::Relaxed)
}

/// Whether [`wake_keys`] does anything.
pub const WAKES_KEYS: bool = true;

/// Wakes who waits for keys and sizes of the window in this process, as another size would.
pub fn wake_keys() {
    // A signal of the own process is not refused.
    let _ = low_level::raise(SIGWINCH);
}

/// From now on a file that may not grow further is an error of the write, and does not end the process.
pub fn report_full_files_as_errors() {
    // Without a handler it ends, as it would have done.
    let _ = flag::register(SIGXFSZ, Arc::default());
}

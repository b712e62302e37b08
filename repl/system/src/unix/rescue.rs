//! The terminal given back in the last moment of a process, by the handler of the signal that ends it.
//!
//! `abort`, and the fault of an instruction, end the process as soon as their handler returns, so no other thread can do
//! it. The handler takes no lock and allocates nothing; it loads an atomic and makes system calls.

use std::io::IsTerminal;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Once, OnceLock};

use libc::{c_int, c_void, siginfo_t};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::getpgrp;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, tcgetpgrp, tcsetattr};

use super::console::{Console, Modes};
use super::signals::{bit, taken};

/// What ends a process at once that does not expect it; SIGKILL, which nobody hears, is not among them.
const FATAL: [c_int; 12] = [
    libc::SIGABRT,
    libc::SIGALRM,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGPROF,
    libc::SIGQUIT,
    libc::SIGSYS,
    libc::SIGTRAP,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGVTALRM,
    libc::SIGXCPU,
];

/// Faults that somebody handles always: Rust does, to tell of a stack that is too small.
const HANDLED: [c_int; 2] = [libc::SIGBUS, libc::SIGSEGV];

/// How long a terminal may take to take the text.
const PATIENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// What gives a terminal back.
struct Rescue {
    modes: Modes,
    text: String,
}

/// R1: null, or a leaked `Rescue`, which is never freed.
static RESCUE: AtomicPtr<Rescue> = AtomicPtr::new(ptr::null_mut());

/// Whether the handlers are set.
static IS_ARMED: AtomicBool = AtomicBool::new(false);

/// R2: what handled each of [`HANDLED`] before, as the system told it; stored before our handlers are set.
static BEFORE: OnceLock<[libc::sigaction; 2]> = OnceLock::new();

/// From now on a signal that ends the process gives the terminal back first, as [`prepare`] says. Handlers cannot be
/// taken back, so it is for a process that is ours.
///
/// What somebody handles or ignores already is left to him; faults are passed on to who handles them.
pub fn arm() {
    static ARMED: Once = Once::new();
    ARMED.call_once(|| {
        let taken = taken();
        BEFORE.get_or_init(|| HANDLED.map(|signal| set_action(signal, None)));
        let free = fatal().filter(|signal| taken & bit(*signal) == 0);
        let mut action = no_action();
        action.sa_sigaction = handle as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        for signal in free.chain(HANDLED) {
            set_action(signal, Some(&action));
        }
        IS_ARMED.store(true, Ordering::Relaxed);
    });
}

/// A signal that ends the process gives the terminal of standard input the modes that `console` was found with, and writes
/// `text` to that of standard output; with `None` it does nothing of that.
///
/// Where it is not [`arm`]ed, neither. What was prepared before is leaked, for a handler may be about to use it: some
/// hundred bytes.
pub fn prepare(rescue: Option<(&Console, String)>) {
    if !IS_ARMED.load(Ordering::Relaxed) {
        return;
    }
    let rescue = rescue.map(|(console, text)| Rescue {
        modes: console.found_modes(),
        text,
    });
    let rescue = rescue.map_or(ptr::null_mut(), |rescue| Box::leak(Box::new(rescue)));
    RESCUE.store(rescue, Ordering::Release);
}

/// [`FATAL`] and what Linux has besides.
fn fatal() -> impl Iterator<Item = c_int> {
    #[cfg(target_os = "linux")]
    let more = [libc::SIGIO, libc::SIGPWR, libc::SIGSTKFLT]
        .into_iter()
        .chain(libc::SIGRTMIN()..=libc::SIGRTMAX());
    #[cfg(not(target_os = "linux"))]
    let more = [libc::SIGEMT].into_iter();
    FATAL.into_iter().chain(more)
}

extern "C" fn handle(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // A SIGBUS may be one of a session that was cut short, after which the program goes on.
    if signal != libc::SIGBUS {
        give_back();
    }
    if let Some(place) = HANDLED.iter().position(|handled| *handled == signal) {
        pass_on(place, signal, info, context);
        if signal == libc::SIGBUS && is_ours(signal) {
            return;
        }
        give_back();
    }
    set_action(signal, Some(&no_action()));
    // It is blocked in here, and ends the process when this returns.
    // SAFETY: L1: raising a signal is always allowed.
    unsafe { libc::raise(signal) };
}

/// Passes a fault on to who handled it before. If he lets it end the process, he sets the default action.
fn pass_on(place: usize, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(before) = BEFORE.get().map(|before| before[place]) else {
        return;
    };
    match before.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN => {
            set_action(signal, Some(&no_action()));
        }
        handler if before.sa_flags & libc::SA_SIGINFO != 0 => {
            type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);
            // SAFETY: R2: with SA_SIGINFO the field is a function of this type.
            let handler = unsafe { std::mem::transmute::<usize, Handler>(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: R2: without SA_SIGINFO the field is a function of this type.
            let handler = unsafe { std::mem::transmute::<usize, extern "C" fn(c_int)>(handler) };
            handler(signal);
        }
    }
}

/// Gives the terminal back, once.
fn give_back() {
    let rescue = RESCUE.swap(ptr::null_mut(), Ordering::AcqRel);
    // SAFETY: R1: null, or never freed.
    let Some(rescue) = (unsafe { rescue.as_ref() }) else {
        return;
    };
    // A shell that has the terminal already keeps it.
    if !tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp()) {
        return;
    }
    // A terminal that has gone needs neither.
    let _ = tcsetattr(stdin(), OptionalActions::Now, rescue.modes.termios());
    let output = stdout();
    if output.is_terminal() {
        let mut ready = [PollFd::new(&output, PollFlags::OUT)];
        if poll(&mut ready, Some(&PATIENCE)).is_ok_and(|count| count > 0) {
            let _ = rustix::io::write(output, rescue.text.as_bytes());
        }
    }
}

fn is_ours(signal: c_int) -> bool {
    set_action(signal, None).sa_sigaction == handle as *const () as usize
}

/// The default action.
fn no_action() -> libc::sigaction {
    // SAFETY: L1: a record of zeros is the default action without flags and mask.
    unsafe { std::mem::zeroed() }
}

/// Sets the action for a signal, or only queries it; returns the previous action.
fn set_action(signal: c_int, action: Option<&libc::sigaction>) -> libc::sigaction {
    let mut previous = no_action();
    let action = action.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: L1: both pointers lead to a record of ours, or nowhere; what is no signal is refused.
    unsafe { libc::sigaction(signal, action, &mut previous) };
    previous
}

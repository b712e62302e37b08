//! Ctrl-C and the end of the program, as the C library of Windows tells of them: by a handler that can do
//! nothing but raise a flag. A thread looks at the flags.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::SigId;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// Ctrl-C.
pub const INTERRUPT: i32 = SIGINT;

/// What asks a program to end.
pub const END: [i32; 1] = [SIGTERM];

/// How often the flags are looked at: sooner than anybody notices.
const LOOK: Duration = Duration::from_millis(20);

/// Hears of signals until it is dropped.
#[derive(Debug)]
pub struct Listener {
    registered: Vec<SigId>,
    over: Arc<AtomicBool>,
}

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
        let mut listener = Listener {
            registered: Vec::new(),
            over: Arc::default(),
        };
        let mut flags = Vec::new();
        for signal in signals {
            let raised = Arc::new(AtomicBool::new(false));
            let registered = flag::register(signal, Arc::clone(&raised))?;
            listener.registered.push(registered);
            flags.push((signal, raised));
        }
        let over = Arc::clone(&listener.over);
        let listen = move || {
            while !over.load(Ordering::Relaxed) {
                for (signal, raised) in &flags {
                    if raised.swap(false, Ordering::Relaxed) && hear(*signal).is_break() {
                        return;
                    }
                }
                thread::sleep(LOOK);
            }
        };
        thread::Builder::new()
            .name("signals".into())
            .spawn(listen)?;
        Ok(listener)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for registered in self.registered.drain(..) {
            low_level::unregister(registered);
        }
    }
}

/// The system says of no signal whether anybody handles it: none is left to others.
///
/// # Errors
///
/// None.
pub fn leave_to_others(_: impl IntoIterator<Item = i32>, _: &Arc<AtomicBool>) -> io::Result<()> {
    Ok(())
}

/// No shell stops a program here.
///
/// # Errors
///
/// Always: there is nothing to listen to.
pub fn on_continue(_: impl Fn() + Send + 'static) -> io::Result<Listener> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No shell stops a program here.
///
/// # Errors
///
/// Always: there is nothing to listen to.
pub fn on_stop(_: impl Fn() + Send + 'static) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No shell stops a program here.
///
/// # Errors
///
/// None.
pub fn never_stop_while_ending(_: impl IntoIterator<Item = i32>) -> io::Result<()> {
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

/// Whether [`wake_keys`] does anything.
pub const WAKES_KEYS: bool = false;

/// Does nothing: who waits looks up by itself.
pub fn wake_keys() {}

/// A file that may not grow further is an error of the write.
pub fn report_full_files_as_errors() {}

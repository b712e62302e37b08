//! Scripts that take their time. They run on the thread that draws, so the view stands still while one runs. Meanwhile the
//! thread that waits for keys stops it at Ctrl-C, and another one says on the last line what is going on.

use std::io::{self, Write, stdout};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, select};
use memglass_terminal::modes;
use memglass_terminal::signal::Raiser;
use ratatui::crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::screen::terminal_size;

/// A script that takes longer is told of at the next look.
const PATIENCE: Duration = Duration::from_millis(300);

/// How often it is told for how long.
const TELL: Duration = Duration::from_secs(1);

/// How often the thread looks whether a script takes long, while scripts run; else it sleeps.
const LOOK: Duration = Duration::from_millis(500);

/// While it lives, people are told of a script that takes long.
pub(crate) struct Teller(#[expect(dead_code, reason = "dropped, it ends the thread")] Sender<()>);

#[cfg(test)]
impl Teller {
    /// One that tells nobody.
    pub(crate) fn nobody() -> Self {
        Teller(bounded(0).0)
    }
}

/// Whether a script runs now; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Busy {
    work: Arc<Mutex<Option<Work>>>,
    /// Wakes the thread that tells of scripts; one that has not heard it yet needs no second call.
    begun: (Sender<()>, Receiver<()>),
    raiser: Raiser,
}

#[derive(Debug)]
struct Work {
    since: Instant,
    told: Option<Instant>,
}

impl Busy {
    /// No script runs; one that will is stopped by `raiser`.
    pub(crate) fn new(raiser: Raiser) -> Self {
        Busy {
            work: Arc::default(),
            begun: bounded(1),
            raiser,
        }
    }

    /// From now on people are told of a script that takes long.
    pub(crate) fn teller(&self) -> io::Result<Teller> {
        let (sender, over) = bounded(0);
        let busy = self.clone();
        let look = move || {
            while busy.wait(&over) {
                // A terminal that has gone is noticed when the next frame is written.
                if busy.tell().is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("busy".into()).spawn(look)?;
        Ok(Teller(sender))
    }

    /// Waits for the next look at scripts; false if nobody is to be told any more.
    fn wait(&self, over: &Receiver<()>) -> bool {
        if self.work().is_none() {
            select! {
                recv(self.begun.1) -> _ => {}
                recv(over) -> _ => return false,
            }
        }
        over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout)
    }

    fn work(&self) -> MutexGuard<'_, Option<Work>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A script begins.
    pub(crate) fn begin(&self) {
        *self.work() = Some(Work {
            since: Instant::now(),
            told: None,
        });
        let _ = self.begun.0.try_send(());
    }

    /// It has ended: from now on nothing is written. True if something was.
    pub(crate) fn end(&self) -> bool {
        self.work().take().is_some_and(|work| work.told.is_some())
    }

    /// Stops the script if a key says so; false if the key is for the view.
    pub(crate) fn takes(&self, event: &Event) -> bool {
        let is_stop = is_control_c(event) && self.work().is_some();
        if is_stop {
            self.raiser.interrupt();
        }
        is_stop
    }

    /// Says on the last line that a script runs, if it has for a while.
    fn tell(&self) -> io::Result<()> {
        // Held while it is written: the view draws again only after that.
        let mut work = self.work();
        let Some(work) = work.as_mut().filter(|_| modes::has_view()) else {
            return Ok(());
        };
        let now = Instant::now();
        let time = now - work.since;
        let is_due = work.told.is_none_or(|told| now - told >= TELL);
        if time < PATIENCE || !is_due {
            return Ok(());
        }
        work.told = Some(now);
        let (width, height) = terminal_size()?;
        let text = match time.as_secs() {
            0 => "a script is running: ^C stops it".to_owned(),
            seconds => format!("a script has run for {seconds} s: ^C stops it"),
        };
        let text = crate::text::cut_end(&text, usize::from(width.saturating_sub(2)));
        let mut out = stdout().lock();
        write!(out, "\x1b[0m\x1b[{height};1H\x1b[2K {text}")?;
        out.flush()
    }
}

fn is_control_c(event: &Event) -> bool {
    matches!(event, Event::Key(key) if key.code == KeyCode::Char('c')
        && key.modifiers == KeyModifiers::CONTROL
        && key.kind != KeyEventKind::Release)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use memglass_terminal::signal::{Interrupts, Owner};

    use super::*;

    /// Waits until it is so.
    fn until(is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < 40 * LOOK, "it never is");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_thread_that_tells_of_scripts_sleeps_while_none_runs() {
        let interrupts = Interrupts::listen(Arc::default(), Owner::Host).expect("handlers");
        let busy = Busy::new(interrupts.raiser());
        let looks = Arc::new(AtomicU32::new(0));
        let (teller, over) = bounded(0);
        let thread = thread::spawn({
            let (busy, looks) = (busy.clone(), Arc::clone(&looks));
            move || {
                while busy.wait(&over) {
                    looks.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        let looks = || looks.load(Ordering::Relaxed);
        thread::sleep(2 * LOOK);
        assert_eq!(looks(), 0, "no script has run");
        busy.begin();
        until(|| looks() >= 3);
        busy.end();
        // One look may be on its way, and one for a script that began during the last.
        thread::sleep(3 * LOOK);
        let before = looks();
        thread::sleep(3 * LOOK);
        assert_eq!(looks(), before, "no script runs any more");
        busy.begin();
        busy.end();
        until(|| looks() > before);
        busy.begin();
        drop(teller);
        until(|| thread.is_finished());
    }
}

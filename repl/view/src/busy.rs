//! Scripts that take their time. They run on the thread that draws, so the view stands still while one runs. Meanwhile the
//! thread that waits for keys stops it at Ctrl-C, and another one says on the last line what is going on.

use std::io::{self, Write, stdout};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use memglass_terminal::modes;
use memglass_terminal::signal::Raiser;
use ratatui::crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::screen::terminal_size;

/// A script that takes longer is told of.
const PATIENCE: Duration = Duration::from_millis(300);

/// How often it is told for how long.
const TELL: Duration = Duration::from_secs(1);

/// How often the thread looks whether a script takes long. Each look costs, also while no script runs.
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
            raiser,
        }
    }

    /// From now on people are told of a script that takes long.
    pub(crate) fn teller(&self) -> io::Result<Teller> {
        let (sender, over) = bounded(0);
        let busy = self.clone();
        let look = move || {
            while over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                // A terminal that has gone is noticed when the next frame is written.
                if busy.tell().is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("busy".into()).spawn(look)?;
        Ok(Teller(sender))
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
        let text = format!("a script has run for {} s: ^C stops it", time.as_secs());
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

//! Scripts that take their time. They run on the thread that draws, so the view stands still while one runs. Meanwhile the
//! thread that waits for keys stops it at Ctrl-C, and another one says on the last line what is going on.

use std::io::{self, Write, stdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use memglass_terminal::modes;
use memglass_terminal::signal::Raiser;
use ratatui::crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::screen::terminal_size;

/// A script that takes longer is told of.
const PATIENCE: Duration = Duration::from_millis(300);

/// How often it is told for how long.
const TELL: Duration = Duration::from_secs(1);

/// How often the thread looks whether a script takes long, where scripts run. Where none does, it sleeps.
const LOOK: Duration = Duration::from_millis(500);

/// While it lives, people are told of a script that takes long.
pub(crate) struct Teller(Arc<Shared>);

impl Drop for Teller {
    fn drop(&mut self) {
        self.0.state().is_over = true;
        self.0.news.notify_one();
    }
}

#[cfg(test)]
impl Teller {
    /// One that tells nobody.
    pub(crate) fn nobody() -> Self {
        Teller(Arc::default())
    }
}

/// Whether a script runs now; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Busy {
    shared: Arc<Shared>,
    raiser: Raiser,
}

/// What the threads that run, stop and tell of scripts share.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// A script begins while the thread that tells of them sleeps, or nobody is to be told any more.
    news: Condvar,
}

#[derive(Debug, Default)]
struct State {
    work: Option<Work>,
    /// Whether a script has begun since the thread that tells of them looked last.
    has_begun: bool,
    /// Whether that thread sleeps until one begins.
    sleeps: bool,
    is_over: bool,
}

#[derive(Debug)]
struct Work {
    since: Instant,
    told: Option<Instant>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) {
        let mut state = self.state();
        state.work = Some(Work {
            since: Instant::now(),
            told: None,
        });
        state.has_begun = true;
        if state.sleeps {
            self.news.notify_one();
        }
    }

    /// Waits for the next look at scripts; false if nobody is to be told any more.
    fn wait(&self) -> bool {
        let mut state = self.state();
        if state.work.is_none() && !state.has_begun {
            state.sleeps = true;
            let is_awaited = |state: &mut State| !state.has_begun && !state.is_over;
            state =
                (self.news.wait_while(state, is_awaited)).unwrap_or_else(PoisonError::into_inner);
            state.sleeps = false;
        }
        state.has_begun = false;
        let is_live = |state: &mut State| !state.is_over;
        let waited = self.news.wait_timeout_while(state, LOOK, is_live);
        !waited.unwrap_or_else(PoisonError::into_inner).0.is_over
    }
}

impl Busy {
    /// No script runs; one that will is stopped by `raiser`.
    pub(crate) fn new(raiser: Raiser) -> Self {
        Busy {
            shared: Arc::default(),
            raiser,
        }
    }

    /// From now on people are told of a script that takes long.
    pub(crate) fn teller(&self) -> io::Result<Teller> {
        let busy = self.clone();
        let look = move || {
            while busy.shared.wait() {
                // A terminal that has gone is noticed when the next frame is written.
                if busy.tell().is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("busy".into()).spawn(look)?;
        Ok(Teller(Arc::clone(&self.shared)))
    }

    /// A script begins.
    pub(crate) fn begin(&self) {
        self.shared.begin();
    }

    /// It has ended: from now on nothing is written. True if something was.
    pub(crate) fn end(&self) -> bool {
        let work = self.shared.state().work.take();
        work.is_some_and(|work| work.told.is_some())
    }

    /// Stops the script if a key says so; false if the key is for the view.
    pub(crate) fn takes(&self, event: &Event) -> bool {
        let is_stop = is_control_c(event) && self.shared.state().work.is_some();
        if is_stop {
            self.raiser.interrupt();
        }
        is_stop
    }

    /// Says on the last line that a script runs, if it has for a while.
    fn tell(&self) -> io::Result<()> {
        // Held while it is written: the view draws again only after that.
        let mut state = self.shared.state();
        let Some(work) = state.work.as_mut().filter(|_| modes::has_view()) else {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

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
        let shared = Arc::new(Shared::default());
        let looks = Arc::new(AtomicU32::new(0));
        let thread = thread::spawn({
            let (shared, looks) = (Arc::clone(&shared), Arc::clone(&looks));
            move || {
                while shared.wait() {
                    looks.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        until(|| shared.state().sleeps);
        assert_eq!(looks.load(Ordering::Relaxed), 0, "no script has run");
        shared.begin();
        until(|| looks.load(Ordering::Relaxed) == 3);
        assert!(!shared.state().sleeps, "a script runs");
        shared.state().work = None;
        until(|| shared.state().sleeps);
        drop(Teller(shared));
        thread.join().expect("nobody is to be told any more");
    }
}

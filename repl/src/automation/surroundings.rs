//! Where time and the producer come from: the machine, or whoever makes both up.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use memglass::Presence;
use memglass::sampler::{ProbeHandle, Rate, Sampler, Tick, now};
use memglass_script::Attached;

use super::shared_engine::SharedEngine;

/// The clock and the producer, as triggers see them.
pub(crate) trait Surroundings {
    /// The time, on a clock that never jumps.
    fn now(&self) -> Duration;

    /// When that clock began.
    fn start(&self) -> SystemTime;

    /// The next time at which something happens outside, where that is known.
    fn next_event(&self) -> Option<Duration>;

    /// Lets time pass until then, or until something happens that is to be looked at.
    fn wait(&self, until: Option<Duration>);

    /// Whether the script's thread takes samples itself now.
    fn samples_here(&self) -> bool;

    /// Whether no samples can be taken now.
    fn is_stalled(&self) -> bool {
        false
    }

    /// Whether there is no time any more: somebody waited for what comes after the end.
    fn has_ended(&self) -> bool {
        false
    }

    /// Lets `engine` be sampled each `period` from now on, unless the script's thread does that.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    fn sample(&self, _engine: &Arc<SharedEngine>, _period: Duration) -> io::Result<()> {
        Ok(())
    }

    /// At no other period than these anything has to be sampled any more.
    fn sample_only(&self, _periods: &BTreeSet<Duration>) {}

    /// What became of the producer; may be as of a moment ago.
    fn presence(&self, attached: &Attached) -> Presence;
}

/// This machine's clock, and a thread that samples.
pub(super) struct Live {
    start: SystemTime,
    wake: Sender<()>,
    woken: Receiver<()>,
    seen: Cell<Option<(Instant, Presence)>>,
    thread: RefCell<Option<Thread>>,
}

/// The thread that samples, and what it does at each period.
struct Thread {
    sampler: Sampler,
    probes: BTreeMap<Duration, ProbeHandle>,
}

/// How long a script that waits goes without looking whether it was interrupted.
const NAP: Duration = Duration::from_millis(10);

/// How long an answer about the producer holds.
const PRESENCE_HOLDS: Duration = Duration::from_millis(20);

impl Live {
    /// A wait ends when `woken` hears something, which `wake` says.
    pub(super) fn new(wake: Sender<()>, woken: Receiver<()>) -> Self {
        Live {
            start: SystemTime::now() - now(),
            wake,
            woken,
            seen: Cell::default(),
            thread: RefCell::default(),
        }
    }
}

impl Surroundings for Live {
    fn now(&self) -> Duration {
        now()
    }

    fn start(&self) -> SystemTime {
        self.start
    }

    fn next_event(&self) -> Option<Duration> {
        None
    }

    fn wait(&self, until: Option<Duration>) {
        let rest = until.map_or(NAP, |until| until.saturating_sub(now()));
        match self.woken.recv_timeout(rest.min(NAP)) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(rest.min(NAP)),
        }
    }

    fn samples_here(&self) -> bool {
        false
    }

    fn sample(&self, engine: &Arc<SharedEngine>, period: Duration) -> io::Result<()> {
        let mut thread = self.thread.borrow_mut();
        let thread = match &mut *thread {
            Some(thread) => thread,
            none => none.insert(Thread {
                sampler: Sampler::start()?,
                probes: BTreeMap::new(),
            }),
        };
        if !thread.probes.contains_key(&period) {
            let rate = Rate::every(period).unwrap_or(Rate::SPIN);
            let probe = probe(Arc::clone(engine), self.wake.clone());
            let handle = thread.sampler.add(rate, probe);
            thread.probes.insert(period, handle);
        }
        Ok(())
    }

    fn sample_only(&self, periods: &BTreeSet<Duration>) {
        if let Some(thread) = &mut *self.thread.borrow_mut() {
            thread.probes.retain(|period, _| periods.contains(period));
        }
    }

    fn presence(&self, attached: &Attached) -> Presence {
        match self.seen.get() {
            Some((asked, presence)) if asked.elapsed() < PRESENCE_HOLDS => presence,
            _ => {
                let presence = attached.presence();
                self.seen.set(Some((Instant::now(), presence)));
                presence
            }
        }
    }
}

/// Samples at each tick, looks after the producer now and then, and wakes the script's thread when there is
/// something for it to do.
fn probe(engine: Arc<SharedEngine>, wake: Sender<()>) -> impl FnMut(Tick) + Send + 'static {
    let mut looked: Option<Duration> = None;
    move |tick: Tick| {
        let mut engine = engine.for_sample();
        let is_old = |looked: Duration| tick.time.saturating_sub(looked) >= PRESENCE_HOLDS;
        let mut is_news = false;
        if looked.is_none_or(is_old) {
            looked = Some(tick.time);
            is_news = engine.look_at_producer();
        }
        engine.count_late(tick.late);
        // What cannot be read is unknown to conditions.
        let _ = engine.tick(tick.time);
        if is_news || engine.has_work() {
            // It has been woken already if there is no room.
            let _ = wake.try_send(());
        }
    }
}

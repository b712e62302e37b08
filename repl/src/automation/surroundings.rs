//! Where time and the producer come from: the machine, or whoever makes both up.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use memglass::Presence;
use memglass::sampler::{ProbeHandle, Rate, Sampler, Tick, now};
use memglass_script::Attached;
use memglass_stream::Clock;
use memglass_watch::STANDING_HOLDS;

use super::shared_engine::SharedEngine;
use super::spinning::Spinning;
use crate::enduring::{Panicked, Panics};

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

    /// How long there is until then.
    fn until(&self, then: Duration) -> Duration {
        then.saturating_sub(self.now())
    }

    /// Whether time stands still, until somebody lets it go on.
    fn is_still(&self) -> bool {
        false
    }

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

/// A clock that goes on by itself.
pub(super) trait Ticking: Clone + Send + 'static {
    /// The time, which never goes back.
    fn now(&self) -> Duration;

    /// The time at a tick of the sampler.
    fn at(&self, _tick: Duration) -> Duration {
        self.now()
    }

    /// When that began, if time went on since then as it does.
    fn start(&self) -> SystemTime;

    /// How long it takes until so much time has passed; nothing while it stands still.
    fn takes(&self, time: Duration) -> Option<Duration>;
}

/// This machine's clock.
#[derive(Clone, Copy)]
pub(super) struct Machine {
    start: SystemTime,
}

impl Machine {
    pub(super) fn new() -> Machine {
        Machine {
            start: SystemTime::now() - now(),
        }
    }
}

impl Ticking for Machine {
    fn now(&self) -> Duration {
        now()
    }

    fn at(&self, tick: Duration) -> Duration {
        tick
    }

    fn start(&self) -> SystemTime {
        self.start
    }

    fn takes(&self, time: Duration) -> Option<Duration> {
        Some(time)
    }
}

/// That of a replay.
impl Ticking for Clock {
    fn now(&self) -> Duration {
        self.now()
    }

    fn start(&self) -> SystemTime {
        let played = self.now();
        self.time()
            .checked_sub(played)
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }

    fn takes(&self, time: Duration) -> Option<Duration> {
        self.takes(time)
    }
}

/// A session that changes by itself, by some clock, and a thread that samples.
pub(super) struct Live<T> {
    clock: T,
    wake: Sender<()>,
    woken: Receiver<()>,
    seen: Cell<Option<(Instant, Presence)>>,
    thread: RefCell<Option<Thread>>,
    /// What is sampled without a pause.
    spinning: RefCell<Option<Spinning>>,
}

/// The thread that samples, and what it does at each period.
struct Thread {
    sampler: Sampler,
    probes: BTreeMap<Duration, ProbeHandle>,
}

/// How long a script that waits goes without looking whether it was interrupted: each look wakes a processor.
const NAP: Duration = Duration::from_millis(100);

/// How long nothing is looked for while time stands still.
const STILL: Duration = Duration::from_millis(100);

/// How long an answer about the producer holds.
const PRESENCE_HOLDS: Duration = Duration::from_millis(20);

impl<T: Ticking> Live<T> {
    /// A wait ends when `woken` hears something, which `wake` says.
    pub(super) fn new(clock: T, wake: Sender<()>, woken: Receiver<()>) -> Self {
        Live {
            clock,
            wake,
            woken,
            seen: Cell::default(),
            thread: RefCell::default(),
            spinning: RefCell::default(),
        }
    }
}

impl<T: Ticking> Surroundings for Live<T> {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn start(&self) -> SystemTime {
        self.clock.start()
    }

    fn until(&self, then: Duration) -> Duration {
        let time = then.saturating_sub(self.clock.now());
        self.clock.takes(time).unwrap_or(STILL)
    }

    fn is_still(&self) -> bool {
        self.clock.takes(Duration::ZERO).is_none()
    }

    fn next_event(&self) -> Option<Duration> {
        None
    }

    fn wait(&self, until: Option<Duration>) {
        let rest = until.map_or(NAP, |until| self.until(until)).min(NAP);
        if let Some(spinning) = &*self.spinning.borrow() {
            return spinning.here(rest, || self.woken.try_recv().is_ok());
        }
        match self.woken.recv_timeout(rest) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(rest),
        }
    }

    fn samples_here(&self) -> bool {
        false
    }

    fn sample(&self, engine: &Arc<SharedEngine>, period: Duration) -> io::Result<()> {
        let wake = self.wake.clone();
        let wake = move || {
            // It has been woken already if there is no room.
            let _ = wake.try_send(());
        };
        let mut look = look(Arc::clone(engine), self.clock.clone());
        if period.is_zero() {
            let mut spinning = self.spinning.borrow_mut();
            if spinning.is_none() {
                let sample = move || look(now(), 0);
                *spinning = Some(Spinning::start(Box::new(sample), wake)?);
            }
            return Ok(());
        }
        let mut thread = self.thread.borrow_mut();
        let thread = match &mut *thread {
            Some(thread) => thread,
            none => none.insert(Thread {
                sampler: Sampler::start()?,
                probes: BTreeMap::new(),
            }),
        };
        if !thread.probes.contains_key(&period) {
            let rate = Rate::every(period).unwrap_or_default();
            let handle = thread.sampler.add(rate, move |tick: Tick| {
                if look(tick.time, tick.late) {
                    wake();
                }
            });
            thread.probes.insert(period, handle);
        }
        Ok(())
    }

    fn sample_only(&self, periods: &BTreeSet<Duration>) {
        if let Some(thread) = &mut *self.thread.borrow_mut() {
            thread.probes.retain(|period, _| periods.contains(period));
        }
        if !periods.contains(&Duration::ZERO) {
            self.spinning.replace(None);
        }
    }

    fn presence(&self, attached: &Attached) -> Presence {
        match self.seen.get() {
            // Of one that has ended, what comes next is waited for: a new one of its name.
            Some((asked, presence)) if presence.is_alive() && asked.elapsed() < PRESENCE_HOLDS => {
                presence
            }
            _ => {
                let presence = attached.presence_of_late(STANDING_HOLDS);
                self.seen.set(Some((Instant::now(), presence)));
                presence
            }
        }
    }
}

/// Takes a sample at a tick that passed over so many, and looks after the producer now and then; true if there is
/// something to do for the scripts' thread.
fn look(
    engine: Arc<SharedEngine>,
    clock: impl Ticking,
) -> impl FnMut(Duration, u64) -> bool + Send + 'static {
    let mut looked: Option<Duration> = None;
    let panics = Panics::default();
    move |time: Duration, late: u64| {
        let mut engine = engine.for_sample();
        let is_old = |looked: Duration| time.saturating_sub(looked) >= PRESENCE_HOLDS;
        let mut is_news = false;
        let sampled = panics.attempt(|| {
            if looked.is_none_or(is_old) {
                looked = Some(time);
                is_news = engine.look_at_producer(time);
            }
            engine.count_late(late);
            // What cannot be read is unknown to conditions.
            let _ = engine.tick(clock.at(time));
        });
        if let Err(panicked) = sampled {
            // At once: what it left half done belongs to other rates too.
            let begun = catch_unwind(AssertUnwindSafe(|| engine.begin_again()));
            begun.unwrap_or_else(std::mem::forget);
            engine.note_panic(panicked == Panicked::Again);
        }
        is_news || engine.has_work()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use crossbeam_channel::bounded;
    use memglass::{Field, ObjectId, Observer, Session, Value};
    use memglass_watch::{
        Definition, Engine, Held, Judge, Kind, Notice, Options, Question, Reading, Truth,
    };

    use super::*;

    const PERIOD: Duration = Duration::from_millis(1);

    /// A condition whose second and third answers panic.
    struct Panicking(Arc<AtomicU64>);

    impl Judge for Panicking {
        fn judge(&mut self, _: &Observer) -> Truth {
            let before = self.0.fetch_add(1, Ordering::Relaxed);
            assert!(!(1..3).contains(&before), "on purpose");
            Truth::False
        }

        fn why(&self) -> String {
            String::new()
        }

        fn names(&self) -> &[(Arc<str>, Option<ObjectId>)] {
            &[]
        }

        fn readings(&self) -> Vec<Reading> {
            Vec::new()
        }

        fn about(&self, _: &Observer, _: &Field) -> Box<dyn Judge> {
            Box::new(Panicking(Arc::clone(&self.0)))
        }

        fn held(
            &self,
            _: &Observer,
            _: &mut dyn FnMut(&Field) -> Option<Value>,
        ) -> Option<Box<dyn Held>> {
            None
        }
    }

    #[test]
    fn a_sample_that_panics_is_told_and_taken_again_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let _session = Session::builder("s").dir(dir.path()).create();
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let mut engine = Engine::new(observer.expect("a session"), PERIOD);
        let answers = Arc::new(AtomicU64::new(0));
        let question = Question::Judged {
            condition: Box::new(Panicking(Arc::clone(&answers))),
            rearm: None,
        };
        let definition = Definition {
            kind: Kind::When { question },
            options: Options::default(),
        };
        engine.define(now(), definition).expect("it can fire");
        let engine = Arc::new(SharedEngine::new(engine));
        let (wake, woken) = bounded(1);
        let live = Live::new(Machine::new(), wake, woken);
        live.sample(&engine, PERIOD).expect("a thread");
        let mut notices = Vec::new();
        while notices.len() < 2 {
            let told = live.woken.recv_timeout(Duration::from_secs(60));
            told.expect("word of a panic");
            notices.extend(engine.for_scripts().take_notices());
        }
        let told = [false, true].map(|is_last| Notice::Panicked { is_last });
        assert_eq!(notices, told);
        assert_eq!(answers.load(Ordering::Relaxed), 3);
    }
}

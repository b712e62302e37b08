//! Where time and the producer come from: the machine, or whoever makes both up.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender};
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

    /// Lets time pass until then, or until something happens that is to be looked at; not for long where that may be what
    /// wakes nobody.
    fn wait(&self, until: Option<Duration>);

    /// Lets time pass until then, or until something happens to triggers or somebody interrupts.
    fn rest(&self, until: Option<Duration>) {
        self.wait(until);
    }

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
    /// Whether nobody can stop it, or make it faster or slower.
    const IS_STEADY: bool;

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
    const IS_STEADY: bool = true;

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
    const IS_STEADY: bool = false;

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
    /// Raised to end what the scripts' thread does.
    interrupt: Arc<AtomicBool>,
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

/// How long a script that waits goes without looking around, where no other thread does that for it: each look wakes a
/// processor.
const NAP: Duration = Duration::from_millis(100);

/// How long nothing is looked for while time stands still.
const STILL: Duration = Duration::from_millis(100);

/// How long an answer about the producer holds, for whoever asks for it.
const PRESENCE_HOLDS: Duration = Duration::from_millis(20);

/// How often the thread that samples looks after the producer: of all that it does while nothing changes, that takes most.
/// A bit less than the tenth of a second that is meant: ticks come a little early or late.
const LOOK_AFTER_EVERY: Duration = Duration::from_millis(90);

impl<T: Ticking> Live<T> {
    /// A wait ends when `woken` hears something, which `wake` says, and soon after `interrupt` was raised.
    pub(super) fn new(
        clock: T,
        wake: Sender<()>,
        woken: Receiver<()>,
        interrupt: Arc<AtomicBool>,
    ) -> Self {
        Live {
            clock,
            wake,
            woken,
            interrupt,
            seen: Cell::default(),
            thread: RefCell::default(),
            spinning: RefCell::default(),
        }
    }

    /// Waits until it is woken, for so long at most. Nobody hangs up: this has a sender.
    fn listen(&self, time: Option<Duration>) {
        let _ = match time {
            Some(time) => self.woken.recv_timeout(time).is_ok(),
            None => self.woken.recv().is_ok(),
        };
    }

    /// Whether the thread that samples sees soon that the scripts were interrupted.
    fn is_looked_after(&self) -> bool {
        let thread = self.thread.borrow();
        let fastest = thread
            .as_ref()
            .and_then(|thread| thread.probes.keys().next());
        fastest.is_some_and(|period| *period <= NAP)
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
        let nap = until.map_or(NAP, |until| self.until(until)).min(NAP);
        match &*self.spinning.borrow() {
            Some(spinning) => spinning.here(nap, || self.woken.try_recv().is_ok()),
            None => self.listen(Some(nap)),
        }
    }

    fn rest(&self, until: Option<Duration>) {
        let is_asleep = self.spinning.borrow().is_none();
        match is_asleep && T::IS_STEADY && self.is_looked_after() {
            true => self.listen(until.map(|until| self.until(until))),
            false => self.wait(until),
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
        let interrupt = Arc::clone(&self.interrupt);
        let mut look = look(Arc::clone(engine), self.clock.clone(), interrupt);
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
/// something to do for the scripts' thread, or that was interrupted.
fn look(
    engine: Arc<SharedEngine>,
    clock: impl Ticking,
    interrupt: Arc<AtomicBool>,
) -> impl FnMut(Duration, u64) -> bool + Send + 'static {
    let mut looked: Option<Duration> = None;
    let panics = Panics::default();
    move |time: Duration, late: u64| {
        let mut engine = engine.for_sample();
        let is_old = |looked: Duration| time.saturating_sub(looked) >= LOOK_AFTER_EVERY;
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
        is_news || engine.has_work() || interrupt.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::time::Duration;

    use crossbeam_channel::bounded;
    use memglass::{Field, ObjectId, Observer, Session};
    use memglass_watch::{
        Definition, Engine, Held, Judge, Kind, Notice, Options, Question, Reading, ToldValue, Truth,
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
            _: &mut dyn FnMut(&Field) -> Option<ToldValue>,
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
        let live = Live::new(Machine::new(), wake, woken, Arc::default());
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

    #[test]
    fn a_rest_without_end_is_over_when_somebody_interrupts() {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("engine").dir(dir.path());
        let _session = session.create().expect("a session");
        let observer = Observer::builder().dir(dir.path()).attach("engine");
        let engine = Engine::new(observer.expect("attached"), PERIOD);
        let engine = Arc::new(SharedEngine::new(engine));
        let interrupt = Arc::new(AtomicBool::new(false));
        let (wake, woken) = bounded(1);
        let live = Live::new(Machine::new(), wake, woken, Arc::clone(&interrupt));
        live.sample(&engine, PERIOD).expect("a thread");
        let interrupter = std::thread::spawn(move || {
            std::thread::sleep(3 * NAP);
            interrupt.store(true, Ordering::Relaxed);
        });
        // Nothing wakes it before that.
        live.rest(None);
        assert!(live.interrupt.load(Ordering::Relaxed));
        interrupter.join().expect("it slept");
    }
}

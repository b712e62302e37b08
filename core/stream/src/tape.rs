//! A recording that a thread of its own makes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use memglass::{ObjectInfo, Observer, Pattern, Presence, SessionInfo};

use crate::change::{Change, Losses};
use crate::error::RecordError;
use crate::identity;
use crate::maker::Maker;
use crate::pace::{Next, Pace};
use crate::plan::Plan;
use crate::recorder::Totals;
use crate::reels::Reels;
use crate::ring::{Ring, Saved};
use crate::source::Source;

/// How often it is asked whether a recording is to end that looks less often.
const END_EVERY: Duration = Duration::from_millis(100);

/// How long nothing is heard that is asked for, and how long a rest may be that nobody interrupts; one may follow the other.
/// Asking after each look takes as long as looking at an object.
const DEAF: Duration = Duration::from_millis(10);

/// How often everything is handed to the system. A kill is to lose no more than a second, and on a busy machine each look
/// may come late.
pub(crate) const FLUSH_EVERY: Duration = Duration::from_millis(500);

/// How far keyframes are apart at least.
pub(crate) const KEYFRAME_EVERY: Duration = Duration::from_secs(1);

/// How often it is told how far it is.
const TELL_EVERY: Duration = Duration::from_millis(50);

/// A recording that goes on until it is [finished](Tape::finish), dropped, or ends by itself.
///
/// A thread looks at the session at the rate of the [`Plan`], and writes what changed. Twice a second everything so far
/// is handed to the system. The producer does not notice.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let file = dir.join("run.mcap");
/// use memglass::{Observer, Session};
/// use memglass_stream::{Plan, Recording, Tape};
///
/// let session = Session::builder("engine").dir(&dir).create()?;
/// let quantity = session.object("quantity", 100_i64)?;
///
/// let observer = Observer::builder().dir(&dir).attach("engine")?;
/// let tape = Tape::start(observer, &file, Plan::default())?;
/// quantity.set(500);
/// let progress = tape.finish()?;
/// assert!(progress.totals.values >= 1);
/// assert!(Recording::open(&file)?.end() >= Recording::open(&file)?.start());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tape {
    /// Without it the recording ends.
    orders: Option<Sender<Order>>,
    ended: Receiver<End>,
    progress: Arc<Mutex<Progress>>,
    thread: Option<JoinHandle<Result<Progress, RecordError>>>,
    maker: Maker,
}

/// What a recording that goes on is asked for.
#[derive(Debug)]
enum Order {
    /// To record the next life of the producer; who waits for that hears it by the sender being let go of.
    GoOn(Box<Observer>, Sender<()>),
    /// To write what a ring has, and what comes in the time after it, into a file.
    Save {
        path: PathBuf,
        after: Duration,
        answer: Sender<Result<Receiver<Saved>, RecordError>>,
    },
}

/// A file that is written of a ring: [`Tape::save`].
#[derive(Debug)]
pub struct Saving {
    session: String,
    path: PathBuf,
    saved: Receiver<Saved>,
}

impl Saving {
    /// What came of it, if the file is whole by now.
    ///
    /// # Errors
    ///
    /// What kept it from being written.
    pub fn poll(&self) -> Option<Result<Progress, RecordError>> {
        self.saved.try_recv().ok().map(|saved| self.progress(saved))
    }

    /// Waits until the file is whole.
    ///
    /// # Errors
    ///
    /// What kept it from being written.
    ///
    /// # Panics
    ///
    /// Panics if the thread that writes it did.
    pub fn wait(self) -> Result<Progress, RecordError> {
        let saved = self.saved.recv();
        self.progress(saved.expect("writing does not panic"))
    }

    fn progress(&self, saved: Saved) -> Result<Progress, RecordError> {
        let (totals, elapsed) = saved?;
        Ok(Progress {
            session: self.session.clone(),
            path: self.path.clone(),
            files: 1,
            elapsed,
            objects: 0,
            totals,
            ring: None,
        })
    }
}

/// How far a recording is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// Name of the session.
    pub session: String,
    /// The file that is written.
    pub path: PathBuf,
    /// How many files it has begun, this one included.
    pub files: u32,
    /// How long it has gone on, without the times in which no producer lived.
    pub elapsed: Duration,
    /// Objects that are followed now.
    pub objects: usize,
    /// What was written, and what is known to be missed.
    pub totals: Totals,
    /// Of a [ring](Tape::ring), what it has now. Its bytes are in memory, and it has no file.
    pub ring: Option<Held>,
}

/// What a ring has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// How far back it goes.
    pub span: Duration,
    /// Whether that is less than it should, for lack of memory.
    pub is_cut: bool,
}

/// Why nothing is recorded any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// It is as long or as large as it was to be, or was told to end.
    Asked,
    /// The producer has ended.
    Producer(Presence),
    /// It could not be written: [`Tape::finish`] says why.
    Failed,
}

impl Tape {
    /// Starts to record what `observer` is attached to, in a new file.
    ///
    /// # Errors
    ///
    /// As for [`Recorder::create`](crate::Recorder::create), [`RecordError::Selection`] if a pattern is none, and
    /// [`RecordError::Thread`] if there is no thread for it.
    pub fn start(observer: Observer, path: &Path, plan: Plan) -> Result<Tape, RecordError> {
        let info = observer.session().clone();
        let source = Tape::source(observer, &plan)?;
        let reels = Box::new(Reels::new(path, &info, plan.clone())?);
        let made = reels.recorder.identity();
        let tape = Tape::go(Run::new(plan, source, info, Sink::Files(reels)));
        // Nothing of the session is in it.
        tape.inspect_err(|_| identity::remove(path, made))
    }

    /// Keeps what changed in the last `window` in memory, and writes no file before it is [asked](Tape::save).
    ///
    /// Changes take at most [`Plan::max_bytes`] of memory, and 256 MB if it does not say: if they are more, the ring goes
    /// back less far. Besides, it has one value for each object. [`Plan::split`] and [`Plan::keep`] mean nothing to it.
    ///
    /// # Errors
    ///
    /// As for [`Tape::start`], but for those of files.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let file = dir.join("why.mcap");
    /// use std::time::Duration;
    ///
    /// use memglass::{Observer, Session};
    /// use memglass_stream::{Plan, Recording, Tape};
    ///
    /// let session = Session::builder("engine").dir(&dir).create()?;
    /// let quantity = session.object("quantity", 100_i64)?;
    /// let observer = Observer::builder().dir(&dir).attach("engine")?;
    /// let ring = Tape::ring(observer, Duration::from_secs(60), Plan::default())?;
    ///
    /// // Something went wrong: what was before it, and a bit of what comes after it.
    /// let saving = ring.save(&file, Duration::from_millis(50))?;
    /// saving.wait()?;
    /// Recording::open(&file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ring(observer: Observer, window: Duration, plan: Plan) -> Result<Tape, RecordError> {
        let info = observer.session().clone();
        let source = Tape::source(observer, &plan)?;
        let ring = Box::new(Ring::new(window, plan.max_bytes));
        Tape::go(Run::new(plan, source, info, Sink::Ring(ring)))
    }

    /// What is to be recorded. Patterns that are about fields select nothing, and would go on doing so for hours.
    fn source(observer: Observer, plan: &Plan) -> Result<Source, RecordError> {
        match field_meant(&observer, &plan.only) {
            Some([pattern, object]) => Err(RecordError::Field { pattern, object }),
            None => Ok(Source::new(observer, &plan.only)?),
        }
    }

    fn go(run: Run) -> Result<Tape, RecordError> {
        let progress = Arc::clone(&run.progress);
        let (orders, inbox) = bounded(1);
        let (end, ended) = bounded(1);
        let thread = std::thread::Builder::new()
            .name("memglass-tape".into())
            .spawn(move || run.work(&inbox, &end));
        Ok(Tape {
            orders: Some(orders),
            ended,
            progress,
            thread: Some(thread.map_err(|source| RecordError::Thread { source })?),
            maker: Maker::this_process(),
        })
    }

    /// Writes what a [ring](Tape::ring) has into a new file, and what comes in the time `after`.
    ///
    /// The recording goes on, and no look is late because of it; meanwhile what is kept may take twice the memory.
    /// A recording that ends before `after` is over ends the file in order.
    ///
    /// # Errors
    ///
    /// As for [`Recorder::create`](crate::Recorder::create); [`RecordError::NoRing`] if this is none, or has ended, and
    /// [`RecordError::Forked`] in a forked child.
    pub fn save(&self, path: &Path, after: Duration) -> Result<Saving, RecordError> {
        if self.maker.is_parent() {
            return Err(RecordError::Forked);
        }
        let (answer, answered) = bounded(1);
        let order = Order::Save {
            path: path.to_owned(),
            after,
            answer,
        };
        let answered = self.order(order).and_then(|()| answered.recv().ok());
        Ok(Saving {
            session: self.progress().session,
            path: path.to_owned(),
            saved: answered.unwrap_or(Err(RecordError::NoRing))?,
        })
    }

    /// How far it is, as of a moment ago.
    pub fn progress(&self) -> Progress {
        let progress = self.progress.lock();
        progress.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Hears why nothing is recorded any more, once, and nothing while it goes on.
    pub fn ended(&self) -> &Receiver<End> {
        &self.ended
    }

    /// Goes on with the next life of the producer, in another file or with an empty ring, after the recording has ended with this one's.
    pub fn go_on(&self, next: Observer) {
        let (begun, heard) = bounded(0);
        // A recording that failed meanwhile says so at its end.
        if self.order(Order::GoOn(Box::new(next), begun)).is_some() {
            let _ = heard.recv();
        }
    }

    /// Asks for something; nothing if nobody is there to do it.
    fn order(&self, order: Order) -> Option<()> {
        if self.maker.is_parent() {
            return None;
        }
        self.orders.as_ref()?.send(order).ok()?;
        self.wake();
        Some(())
    }

    /// Has the thread look at what it is asked for.
    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    /// Ends the recording, and says what came of it.
    ///
    /// # Errors
    ///
    /// What kept it from being written; [`RecordError::Forked`] in a forked child, whose parent goes on to record.
    ///
    /// # Panics
    ///
    /// Panics if the thread of the recording did.
    pub fn finish(mut self) -> Result<Progress, RecordError> {
        if self.maker.is_parent() {
            return Err(RecordError::Forked);
        }
        self.orders = None;
        self.wake();
        let thread = self.thread.take().expect("it is only taken here and below");
        thread.join().expect("recording does not panic")
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        if self.maker.is_parent() {
            std::mem::forget((self.orders.take(), self.thread.take()));
            return;
        }
        self.orders = None;
        self.wake();
        if let Some(thread) = self.thread.take() {
            // Who drops it does not ask what came of it.
            let _ = thread.join();
        }
    }
}

/// Where changes go.
enum Sink {
    Files(Box<Reels>),
    Ring(Box<Ring>),
}

impl Sink {
    fn take(&mut self, time: SystemTime, change: Change<'_>) -> Result<(), RecordError> {
        match self {
            Sink::Files(reels) => reels.recorder.take(time, change),
            Sink::Ring(ring) => {
                ring.take(time, change);
                Ok(())
            }
        }
    }

    fn totals(&self) -> Totals {
        match self {
            Sink::Files(reels) => reels.totals(),
            Sink::Ring(ring) => ring.totals(),
        }
    }

    /// Nothing comes any more of this life: ends the files, which others can read from here on.
    fn end(&mut self) -> Result<(), RecordError> {
        match self {
            Sink::Files(reels) => reels.end(),
            Sink::Ring(ring) => {
                ring.end();
                Ok(())
            }
        }
    }
}

/// The first pattern that selects no object, but a field of one; and what of it is about objects.
fn field_meant(observer: &Observer, patterns: &[String]) -> Option<[String; 2]> {
    let selected = |text: &str| {
        let pattern = Pattern::new(text).ok();
        observer.objects().filter(move |object| {
            let (schema, id) = (observer.schema(), object.type_id);
            // As people write it: a guarded one has the name of its value.
            let of_type = schema.get(id).map(|_| schema.type_name(id));
            pattern.as_ref().is_some_and(|pattern| {
                let is_of_type = of_type.as_ref().is_some_and(|name| pattern.is_match(name));
                is_of_type || pattern.is_match(&*object.label)
            })
        })
    };
    let has_field = |object: &ObjectInfo, path: &str| {
        let field = observer.field(&format!("{}{path}", object.label));
        field.is_ok_and(|field| field.path().len() > object.label.len())
    };
    patterns.iter().find_map(|pattern| {
        if selected(pattern).next().is_some() {
            return None;
        }
        let mut ends = pattern.match_indices(['.', '[']).map(|(end, _)| end);
        ends.find_map(|end| {
            let (head, path) = pattern.split_at(end);
            let is_meant = selected(head).any(|object| has_field(&object, path));
            is_meant.then(|| [pattern.clone(), head.to_owned()])
        })
    })
}

/// Rests until it is time, or until something is asked for. A short rest is not interrupted: that would take longer.
fn rest_for(rest: Duration) {
    match rest <= DEAF {
        true => std::thread::sleep(rest),
        // A channel that is waited for spins first, which takes longer than a look.
        false => std::thread::park_timeout(rest.min(END_EVERY)),
    }
}

/// The recording, on its thread.
struct Run {
    plan: Plan,
    source: Source,
    info: SessionInfo,
    sink: Sink,
    start: Instant,
    start_time: SystemTime,
    /// How long no producer lived meanwhile.
    waited: Duration,
    flush_at: Duration,
    keyframe_at: Duration,
    progress: Arc<Mutex<Progress>>,
}

impl Run {
    fn new(plan: Plan, source: Source, info: SessionInfo, sink: Sink) -> Run {
        let progress = Progress {
            session: info.name.clone(),
            path: PathBuf::new(),
            files: 0,
            elapsed: Duration::ZERO,
            objects: source.len(),
            totals: Totals::default(),
            ring: None,
        };
        let run = Run {
            plan,
            source,
            info,
            sink,
            start: Instant::now(),
            start_time: SystemTime::now(),
            waited: Duration::ZERO,
            flush_at: FLUSH_EVERY,
            keyframe_at: KEYFRAME_EVERY,
            progress: Arc::new(Mutex::new(progress)),
        };
        run.tell();
        run
    }

    fn work(
        mut self,
        orders: &Receiver<Order>,
        ended: &Sender<End>,
    ) -> Result<Progress, RecordError> {
        let result = self.record_all(orders, ended);
        let result = result.and_then(|()| self.sink.end());
        if result.is_err() {
            let _ = ended.send(End::Failed);
        }
        self.tell();
        result.map(|()| self.progress())
    }

    /// Records one life of the producer after the other, until nobody wants more.
    fn record_all(
        &mut self,
        orders: &Receiver<Order>,
        ended: &Sender<End>,
    ) -> Result<(), RecordError> {
        loop {
            let end = self.run(orders)?;
            // A recording is as long as it was looked, and not as long as something changed.
            self.sink
                .take(self.now(), Change::Lost(Losses::default()))?;
            self.sink.end()?;
            self.tell();
            // Who does not listen does not want to know.
            let _ = ended.send(end);
            let end = Instant::now();
            let next = self.next_life(orders);
            self.waited += end.elapsed();
            let Some((next, _begun)) = next else {
                return Ok(());
            };
            self.info = next.session().clone();
            self.source = Source::new(next, &self.plan.only)?;
            match &mut self.sink {
                Sink::Files(reels) => reels.go_on(&self.info)?,
                Sink::Ring(ring) => ring.begin_anew(),
            }
            self.tell();
        }
    }

    /// Waits for the next life; nothing if nobody wants it recorded. What a ring has can be saved meanwhile.
    fn next_life(&mut self, orders: &Receiver<Order>) -> Option<(Observer, Sender<()>)> {
        loop {
            match orders.recv().ok()? {
                Order::GoOn(next, begun) => return Some((*next, begun)),
                order => {
                    self.obey(order);
                    // One that cannot be written has no more to tell.
                    let _ = self.sink.end();
                }
            }
        }
    }

    /// Starts to write a file.
    fn obey(&mut self, order: Order) {
        let Order::Save {
            path,
            after,
            answer,
        } = order
        else {
            return;
        };
        let saving = match &mut self.sink {
            Sink::Ring(ring) => ring.save(&path, &self.info, &self.plan, after),
            Sink::Files(_) => Err(RecordError::NoRing),
        };
        // Whoever asked waits for it.
        let _ = answer.send(saving);
    }

    fn run(&mut self, orders: &Receiver<Order>) -> Result<End, RecordError> {
        self.start_over()?;
        self.tell();
        let mut pace = Pace::new(self.plan.rate, self.start.elapsed());
        let (mut hear_at, mut tell_at) = (Duration::ZERO, Duration::ZERO);
        loop {
            // One look at the clock for all that is done now: after a rest, it takes as long as looking at an object.
            let elapsed = self.start.elapsed();
            if elapsed >= hear_at {
                match orders.try_recv() {
                    Err(TryRecvError::Empty) => hear_at = elapsed + DEAF,
                    Err(TryRecvError::Disconnected) => return Ok(End::Asked),
                    Ok(order) => {
                        self.obey(order);
                        continue;
                    }
                }
            }
            let late = match pace.next(elapsed) {
                Next::Look { late } => late,
                // What comes last is looked at before the next look is due.
                Next::Rest(rest) if rest > END_EVERY && self.is_to_end() => 0,
                Next::Rest(rest) => {
                    if rest > DEAF {
                        // It may be woken for that.
                        hear_at = Duration::ZERO;
                    }
                    rest_for(rest);
                    continue;
                }
            };
            self.sample(elapsed, late)?;
            self.tend(elapsed)?;
            if elapsed >= tell_at {
                tell_at = elapsed + TELL_EVERY;
                self.tell();
            }
            if let Some(end) = self.end(elapsed) {
                return Ok(end);
            }
        }
    }

    /// What is to be done after a look that was `elapsed` after the start, beside writing what changed.
    fn tend(&mut self, elapsed: Duration) -> Result<(), RecordError> {
        let reels = match &mut self.sink {
            Sink::Files(reels) => reels,
            Sink::Ring(ring) => {
                ring.tend(self.start_time + elapsed);
                return Ok(());
            }
        };
        if elapsed >= self.flush_at {
            self.flush_at = elapsed + FLUSH_EVERY;
            reels.recorder.flush()?;
        }
        if reels.is_full() {
            reels.go_on(&self.info)?;
            return self.start_over();
        }
        if elapsed < self.keyframe_at || !reels.recorder.wants_keyframe() {
            return Ok(());
        }
        self.keyframe_at = elapsed + KEYFRAME_EVERY;
        self.keyframe()
    }

    fn end(&self, elapsed: Duration) -> Option<End> {
        let presence = self.source.producer();
        if !presence.is_alive() {
            return Some(End::Producer(presence));
        }
        let is_long = self.plan.time.is_some_and(|time| elapsed >= time);
        let is_large = match &self.sink {
            Sink::Files(reels) => {
                let is_large = |most| reels.totals().file_bytes >= most;
                self.plan.max_bytes.is_some_and(is_large)
            }
            Sink::Ring(_) => false,
        };
        (is_long || is_large).then_some(End::Asked)
    }

    /// Whether the next look is to be the last one.
    fn is_to_end(&mut self) -> bool {
        self.end(self.start.elapsed()).is_some() || self.source.has_lost_producer()
    }

    /// The time now, on a clock that never goes back.
    fn now(&self) -> SystemTime {
        self.start_time + self.start.elapsed()
    }

    fn keyframe(&mut self) -> Result<(), RecordError> {
        let now = self.now();
        let sink = &mut self.sink;
        self.source.keyframe(|change| sink.take(now, change))
    }

    /// Tells everything to a new file, and hands it to the system: who is killed at once leaves what there was.
    fn start_over(&mut self) -> Result<(), RecordError> {
        let now = self.now();
        let sink = &mut self.sink;
        self.source.start_over(|change| sink.take(now, change))?;
        match &mut self.sink {
            Sink::Files(reels) => {
                reels.recorder.flush()?;
                reels.remove_oldest();
                Ok(())
            }
            Sink::Ring(_) => Ok(()),
        }
    }

    /// Looks at everything, so long after the start.
    fn sample(&mut self, elapsed: Duration, late: u64) -> Result<(), RecordError> {
        let (sink, time) = (&mut self.sink, self.start_time + elapsed);
        self.source
            .sample_at(elapsed, late, |change| sink.take(time, change))
    }

    fn progress(&self) -> Progress {
        let (path, files, ring) = match &self.sink {
            Sink::Files(reels) => (reels.path().to_owned(), reels.count(), None),
            Sink::Ring(ring) => {
                let (span, is_cut) = (ring.span(), ring.is_cut());
                (PathBuf::new(), 0, Some(Held { span, is_cut }))
            }
        };
        Progress {
            session: self.info.name.clone(),
            path,
            files,
            elapsed: self.start.elapsed().saturating_sub(self.waited),
            objects: self.source.len(),
            totals: self.sink.totals(),
            ring,
        }
    }

    fn tell(&self) {
        let progress = self.progress();
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

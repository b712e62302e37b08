//! The last seconds of a session, in memory.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, bounded};
use memglass::SessionInfo;
use memglass::schema::Schema;

use crate::change::{Change, Losses, Object};
use crate::error::RecordError;
use crate::plan::Plan;
use crate::recorder::{Recorder, Totals};
use crate::state::State;
use crate::tape::{FLUSH_EVERY, KEYFRAME_EVERY};

/// Memory that changes take at most where nothing else is said.
pub(crate) const MOST_BYTES: u64 = 256 << 20;

/// Changes that wait for the thread that writes them.
const WAITING: usize = 1 << 16;

/// What changed lately, and what was there before that.
pub(crate) struct Ring {
    window: Duration,
    most_bytes: u64,
    /// What the session was at `since`: one value for each object, besides the changes.
    base: State,
    since: SystemTime,
    /// When it was looked last.
    until: SystemTime,
    changes: VecDeque<Kept>,
    bytes: u64,
    /// Whether changes within the window had to go for lack of memory.
    is_cut: bool,
    totals: Totals,
    savers: Vec<Saver>,
}

/// A change that is kept.
#[derive(Clone)]
struct Kept {
    time: SystemTime,
    what: What,
}

#[derive(Clone)]
enum What {
    Types(Arc<Schema>),
    Created(Arc<Object>),
    Value(Arc<Object>, Arc<[u8]>),
    Destroyed(Arc<Object>),
    Lost(Losses),
}

/// A thread that writes a file of what was kept and of what comes after it.
struct Saver {
    /// Nothing when it has all that it is to have.
    more: Option<Sender<Kept>>,
    /// Without it, when the recording ends.
    until: Option<Instant>,
    thread: JoinHandle<()>,
}

/// What came of a file.
pub(crate) type Saved = Result<(Totals, Duration), RecordError>;

impl Ring {
    pub(crate) fn new(window: Duration, most_bytes: Option<u64>) -> Ring {
        Ring {
            window,
            most_bytes: most_bytes.unwrap_or(MOST_BYTES),
            base: State::new(),
            since: SystemTime::UNIX_EPOCH,
            until: SystemTime::UNIX_EPOCH,
            changes: VecDeque::new(),
            bytes: 0,
            is_cut: false,
            totals: Totals::default(),
            savers: Vec::new(),
        }
    }

    /// Forgets the life of a producer that has ended: the next one has other objects, and maybe other types.
    pub(crate) fn begin_anew(&mut self) {
        self.end();
        let next = Ring::new(self.window, Some(self.most_bytes));
        let totals = self.totals;
        *self = Ring { totals, ..next };
    }

    /// How far back it goes.
    pub(crate) fn span(&self) -> Duration {
        self.until.duration_since(self.since).unwrap_or_default()
    }

    /// Whether it goes less far back than it should, for lack of memory.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// All values that were seen, what was missed, and the bytes of memory that changes take.
    pub(crate) fn totals(&self) -> Totals {
        Totals {
            file_bytes: self.bytes,
            ..self.totals
        }
    }

    /// Takes a change in that was seen at `time`.
    pub(crate) fn take(&mut self, time: SystemTime, change: Change<'_>) {
        self.until = time;
        let is_begin = self.changes.is_empty() && time == self.since;
        match change {
            Change::Keyframe(_) => {
                self.changes.clear();
                (self.bytes, self.since) = (0, time);
                self.base.take(change);
            }
            Change::Types(_) if self.base.schema().is_empty() => drop(self.base.take(change)),
            Change::Value(..) if is_begin => drop(self.base.take(change)),
            change => self.keep(Kept::of(time, change)),
        }
    }

    /// Lets go of what is too old or too much, and of files that have all that they are to have.
    pub(crate) fn tend(&mut self, now: SystemTime) {
        self.until = now;
        let begin = now
            .checked_sub(self.window)
            .unwrap_or(SystemTime::UNIX_EPOCH);
        while let Some(oldest) = self.changes.front().map(|kept| kept.time) {
            let is_old = oldest <= begin;
            if !is_old && self.bytes <= self.most_bytes {
                break;
            }
            self.is_cut = !is_old;
            self.forget(oldest);
        }
        if self.changes.is_empty() {
            self.since = self.since.max(begin);
        }
        let passed = Instant::now();
        for saver in &mut self.savers {
            if saver.until.is_some_and(|until| until <= passed) {
                saver.end(now);
            }
        }
        self.savers.retain(|saver| !saver.thread.is_finished());
    }

    /// Writes what is kept into a new file, and what comes in the time `after`; the receiver hears what came of it.
    ///
    /// Another thread writes: no look is late because of it.
    pub(crate) fn save(
        &mut self,
        path: &Path,
        session: &SessionInfo,
        plan: &Plan,
        after: Duration,
    ) -> Result<Receiver<Saved>, RecordError> {
        let recorder = Recorder::planned(path, session, plan)?;
        let file = Film {
            recorder,
            state: self.base.clone(),
            since: self.since,
            until: self.since,
            keyframe: self.since,
            flushed: self.since,
        };
        let kept = self.changes.clone();
        let (more, rest) = bounded(WAITING);
        let (tell, saved) = bounded(1);
        let thread = std::thread::Builder::new().name("memglass-saver".into());
        let thread = thread.spawn(move || {
            // Whoever asked may not wait any more.
            let _ = tell.send(file.write(kept, &rest));
        });
        self.savers.push(Saver {
            more: Some(more),
            until: Instant::now().checked_add(after),
            thread: thread.map_err(|source| RecordError::Thread { source })?,
        });
        Ok(saved)
    }

    /// Ends all files, and waits until they are whole.
    pub(crate) fn end(&mut self) {
        for mut saver in self.savers.drain(..) {
            saver.end(self.until);
            // Whoever asked for the file hears what came of it.
            let _ = saver.thread.join();
        }
    }

    fn keep(&mut self, kept: Kept) {
        match &kept.what {
            What::Value(..) => self.totals.values += 1,
            What::Lost(losses) => self.totals.losses.add(*losses),
            _ => {}
        }
        for more in self.savers.iter().filter_map(|saver| saver.more.as_ref()) {
            // A thread that takes no more says why itself.
            let _ = more.send(kept.clone());
        }
        self.bytes += kept.bytes();
        self.changes.push_back(kept);
    }

    /// Takes everything of one time out of the changes, into what was there before.
    fn forget(&mut self, time: SystemTime) {
        while let Some(kept) = self.changes.pop_front_if(|kept| kept.time == time) {
            self.bytes -= kept.bytes();
            kept.told(|change| drop(self.base.take(change)));
        }
        self.since = time;
    }
}

impl Saver {
    /// Lets the file end at `time`, when it was looked last.
    fn end(&mut self, time: SystemTime) {
        if let Some(more) = self.more.take() {
            let what = What::Lost(Losses::default());
            // One that takes no more says why itself.
            let _ = more.send(Kept { time, what });
        }
    }
}

impl Kept {
    fn of(time: SystemTime, change: Change<'_>) -> Kept {
        let what = match change {
            Change::Types(schema) => What::Types(Arc::new(schema.clone())),
            Change::Created(object) => What::Created(Arc::clone(object)),
            Change::Value(object, value) => What::Value(Arc::clone(object), value.into()),
            Change::Destroyed(object) => What::Destroyed(Arc::clone(object)),
            Change::Lost(losses) => What::Lost(losses),
            Change::Keyframe(_) => unreachable!("a keyframe is a beginning and no change"),
        };
        Kept { time, what }
    }

    fn told<R>(&self, sink: impl FnOnce(Change<'_>) -> R) -> R {
        sink(match &self.what {
            What::Types(schema) => Change::Types(schema),
            What::Created(object) => Change::Created(object),
            What::Value(object, value) => Change::Value(object, value),
            What::Destroyed(object) => Change::Destroyed(object),
            What::Lost(losses) => Change::Lost(*losses),
        })
    }

    /// Memory that it takes, about.
    fn bytes(&self) -> u64 {
        /// Counts and lengths of what is shared, and what an allocation costs.
        const SHARED: usize = 32;
        let value = match &self.what {
            What::Value(_, value) => value.len() + SHARED,
            What::Types(schema) => schema.len() * size_of::<memglass::schema::Type>(),
            _ => 0,
        };
        (size_of::<Kept>() + value) as u64
    }
}

/// A file that is written of a ring.
struct Film {
    recorder: Recorder,
    /// What the session was at the last change that was written.
    state: State,
    since: SystemTime,
    /// When that last change was.
    until: SystemTime,
    /// When the last keyframe was.
    keyframe: SystemTime,
    /// Up to when everything was handed to the system: if there is no room for the rest, that much is in the file.
    flushed: SystemTime,
}

impl Film {
    fn write(mut self, kept: VecDeque<Kept>, rest: &Receiver<Kept>) -> Saved {
        let types = self.state.schema().clone();
        self.recorder.take(self.since, Change::Types(&types))?;
        self.write_keyframe(self.since)?;
        kept.iter().try_for_each(|kept| self.put(kept))?;
        self.recorder.flush()?;
        let mut flush_at = Instant::now() + FLUSH_EVERY;
        for kept in rest {
            self.put(&kept)?;
            if Instant::now() >= flush_at {
                flush_at += FLUSH_EVERY;
                self.recorder.flush()?;
            }
        }
        let span = self.until.duration_since(self.since).unwrap_or_default();
        Ok((self.recorder.finish()?, span))
    }

    fn put(&mut self, kept: &Kept) -> Result<(), RecordError> {
        let next = self.keyframe + KEYFRAME_EVERY;
        // Not inside of a look: an object that has come has its value after that.
        if kept.time >= next && kept.time > self.until && self.recorder.wants_keyframe() {
            self.write_keyframe(kept.time)?;
        }
        if kept.time >= self.flushed + FLUSH_EVERY && kept.time > self.until {
            self.flushed = kept.time;
            self.recorder.flush()?;
        }
        self.until = kept.time;
        kept.told(|change| {
            self.state.take(change);
            self.recorder.take(kept.time, change)
        })
    }

    fn write_keyframe(&mut self, time: SystemTime) -> Result<(), RecordError> {
        self.keyframe = time;
        let objects: Vec<Arc<Object>> = self
            .state
            .objects()
            .map(|(object, _)| Arc::clone(object))
            .collect();
        self.recorder.take(time, Change::Keyframe(&objects))?;
        for (object, value) in self.state.objects() {
            self.recorder.take(time, Change::Value(object, value))?;
        }
        Ok(())
    }
}

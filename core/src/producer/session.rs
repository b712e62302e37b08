//! A session: one producer's life under one name.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::allocator::rounded;
use super::claim_name::claim_name;
use super::error::ProducerError;
use super::exits;
use super::memory::Memory;
use super::regions::{Maker, Regions, Sizes};
use super::registry::{Reclaim, Registry};
use crate::forks;
use crate::observe::Observe;
use crate::origin::{self, Origin, Replay};
use crate::owners;
use crate::shm::{Dir, Keeper, Mode, Segment, SegmentMap};
use crate::sync::publish;
use crate::wire::{header, names};

/// A producer's side of a session. Cloning it gives another handle to the same session; all of them
/// may be used from any thread.
///
/// The session ends, and its segments are removed, when the last handle and the last object are
/// dropped, or with [`Session::shutdown`].
#[derive(Clone)]
pub struct Session {
    pub(super) shared: Arc<Shared>,
}

/// What handles and objects of a session have in common.
pub(super) struct Shared {
    name: String,
    dir: Dir,
    header: Arc<Segment>,
    registry: Mutex<Registry>,
    /// The regions, for object handles that look up their cells without the lock.
    segments: Arc<SegmentMap>,
    /// A forked child must not end its parent's session.
    forks: u64,
    /// Whether it is a copy of something else, and nothing is lost with it.
    is_copy: bool,
}

/// How a session is made; see [`Session::builder`].
#[derive(Clone, Debug)]
#[must_use = "no session is made before `create`"]
pub struct SessionBuilder {
    name: String,
    dir: Option<PathBuf>,
    sizes: Sizes,
    reclaim: Reclaim,
    mode: Mode,
    growth: Growth,
    reserved: Reserved,
    origin: Origin,
}

/// When a session makes its regions of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Growth {
    /// When a quarter of the last one is used, by a thread of the session that otherwise sleeps: creating an
    /// object never waits for memory, unless the program is faster than the system can make it.
    #[default]
    Ahead,
    /// When memory is needed, by whoever needs it: creating an object may take milliseconds, and the
    /// session has no thread.
    OnDemand,
}

/// What a session has room for from the start.
#[derive(Clone, Copy, Debug, Default)]
struct Reserved {
    objects: usize,
    bytes: u64,
}

const DEFAULT_FIRST_REGION: u64 = 1 << 20;
const DEFAULT_MAX_REGION: u64 = 64 << 20;
const DEFAULT_GRACE: Duration = Duration::from_secs(5);
const DEFAULT_RETIRED_BUDGET: u64 = 256 << 10;

impl Session {
    /// Starts a session with default settings.
    ///
    /// # Errors
    ///
    /// - [`ProducerError::BadName`]: names are 1 to 64 of `A-Z a-z 0-9 . _ -`.
    /// - [`ProducerError::SessionExists`]: a living producer has the name. A dead one's session is
    ///   taken over.
    /// - [`ProducerError::Shm`]: the segments cannot be made, for example for lack of room.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// // let session = memglass::Session::create("example")?;
    /// let answer = session.object("answer", 42_i64)?;
    /// answer.set(43);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(name: &str) -> Result<Session, ProducerError> {
        Session::builder(name).create()
    }

    /// Default settings for a session of this name; change them before [`SessionBuilder::create`].
    pub fn builder(name: &str) -> SessionBuilder {
        SessionBuilder {
            name: name.into(),
            dir: None,
            sizes: Sizes {
                first: DEFAULT_FIRST_REGION,
                max: DEFAULT_MAX_REGION,
            },
            reclaim: Reclaim {
                grace: DEFAULT_GRACE,
                budget: DEFAULT_RETIRED_BUDGET,
            },
            mode: Mode::Owner,
            growth: Growth::default(),
            reserved: Reserved::default(),
            origin: Origin::Live,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Number of live objects. In a forked child, this and the numbers below are those of the moment of the
    /// fork, or 0 if another thread was changing the session then.
    pub fn object_count(&self) -> u64 {
        self.shared.look(Registry::alive)
    }

    /// Bytes of shared memory that the session has taken, used or not, the header included. A region
    /// that was made ahead of need counts when it is needed.
    pub fn memory_bytes(&self) -> u64 {
        let regions = self.shared.look(|registry| registry.memory.bytes());
        regions + self.shared.header.view().len() as u64
    }

    /// Number of regions that the session has made.
    pub fn region_count(&self) -> usize {
        self.shared.look(|registry| registry.memory.region_count())
    }

    /// Whether any observer is attached.
    ///
    /// # Errors
    ///
    /// If the system does not answer.
    pub fn is_observed(&self) -> Result<bool, ProducerError> {
        Ok(self.shared.header.is_locked(0)?)
    }

    /// Says where the recording is that this session [replays](SessionBuilder::replay), and how fast it goes; 0
    /// is paused.
    pub fn replay_is_at(&self, position: SystemTime, speed: f64) {
        origin::move_to(self.shared.header.view(), position, speed);
    }

    /// Ends the session: tells observers, gives them up to `patience` to detach, and removes its
    /// segments. Remaining objects keep working, but no observer sees them.
    ///
    /// # Errors
    ///
    /// [`ProducerError::StillObserved`] if observers stayed. The session has ended all the same, and they
    /// keep its last state until they detach.
    pub fn shutdown(self, patience: Duration) -> Result<(), ProducerError> {
        let shared = &self.shared;
        drop(shared.registry_of_mine()?);
        shared.set_state(header::STATE_CLOSING);
        let start = Instant::now();
        while shared.header.is_locked(0)? {
            if start.elapsed() >= patience {
                shared.remove_segments();
                return Err(ProducerError::StillObserved {
                    name: shared.name.clone(),
                    waited: start.elapsed(),
                });
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        shared.remove_segments();
        Ok(())
    }
}

impl SessionBuilder {
    /// Puts the segments into `dir` instead of `MEMGLASS_DIR` or `/dev/shm`: a larger tmpfs, a
    /// container's shared volume, a test's own directory.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> SessionBuilder {
        self.dir = Some(dir.as_ref().into());
        self
    }

    /// Bytes of the first region (default 1 MiB); each further one is half as large as
    /// all before it together, but not smaller than the first.
    pub fn first_region(mut self, bytes: u64) -> SessionBuilder {
        self.sizes.first = bytes.clamp(4096, crate::schema::MAX_SIZE);
        self
    }

    /// Bytes up to which regions grow (default 64 MiB). A larger object gets a region of its own.
    pub fn max_region(mut self, bytes: u64) -> SessionBuilder {
        self.sizes.max = bytes.clamp(4096, crate::schema::MAX_SIZE);
        self
    }

    /// How long the bytes of destroyed objects are kept, if memory allows (default 5 s).
    pub fn grace(mut self, grace: Duration) -> SessionBuilder {
        self.reclaim.grace = grace;
        self
    }

    /// Bytes of destroyed objects that may wait for the end of their grace before the oldest are
    /// reused early (default 256 KiB).
    pub fn retired_budget(mut self, bytes: u64) -> SessionBuilder {
        self.reclaim.budget = bytes;
        self
    }

    /// The users who may open the segments (default: only the same user).
    pub fn mode(mut self, mode: Mode) -> SessionBuilder {
        self.mode = mode;
        self
    }

    /// Marks the session as a recording that is played: observers say so, and cannot write, unless it is a
    /// [branch](Replay::branch).
    pub fn replay(self, replay: Replay) -> SessionBuilder {
        self.origin(Origin::Replay(replay))
    }

    /// Marks the session as a copy of something else: observers say so, and cannot write unless the origin says that
    /// they may. Its segments are removed when this process exits, whatever its status.
    pub fn origin(mut self, origin: Origin) -> SessionBuilder {
        self.origin = origin;
        self
    }

    /// When the session makes its regions (default: ahead of need, by a thread).
    pub fn growth(mut self, growth: Growth) -> SessionBuilder {
        self.growth = growth;
        self
    }

    /// Makes room for `count` objects of type `T` when the session starts; several calls add up.
    ///
    /// Creating that many then takes no memory from the system. More may be created all the same.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let builder = memglass::Session::builder("example").dir(&dir);
    /// let session = builder.reserve::<u64>(10_000).create()?;
    /// let before = session.memory_bytes();
    /// let objects: Result<Vec<_>, _> = (0..10_000_u64)
    ///     .map(|number| session.object(&format!("number_{number}"), number))
    ///     .collect();
    /// assert_eq!(session.memory_bytes(), before);
    /// # drop(objects?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reserve<T: Observe>(self, count: usize) -> SessionBuilder {
        self.reserve_each(count, rounded(size_of::<T::Storage>() as u64))
    }

    /// The same for objects of [`Session::place`] whose storage has `bytes` bytes, aligned to `align`.
    pub fn reserve_placed(self, count: usize, bytes: u64, align: u64) -> SessionBuilder {
        self.reserve_each(count, Memory::line_bytes(bytes, align))
    }

    fn reserve_each(mut self, count: usize, block: u64) -> SessionBuilder {
        let bytes = block.saturating_mul(count as u64);
        self.reserved.objects = self.reserved.objects.saturating_add(count);
        self.reserved.bytes = self.reserved.bytes.saturating_add(bytes);
        self
    }

    /// Starts the session.
    ///
    /// # Errors
    ///
    /// As for [`Session::create`].
    pub fn create(self) -> Result<Session, ProducerError> {
        if !names::is_session_name(&self.name) {
            return Err(ProducerError::BadName { name: self.name });
        }
        let shared = exits::watch(|| self.make().map(Arc::new))?;
        Ok(Session { shared })
    }

    /// Publishes the session's files.
    fn make(self) -> Result<Shared, ProducerError> {
        let dir = Dir::new(self.dir.as_deref());
        let session_id = crate::identity::random();
        let header = claim_name(&dir, &self.name, session_id, self.mode, &self.origin)?;
        let header = Arc::new(header);
        let maker = Maker::new(
            dir.clone(),
            self.name.clone(),
            session_id,
            self.mode,
            Arc::clone(&header),
        );
        let regions = Regions::new(maker, self.sizes);
        let segments = Arc::clone(regions.segments());
        let registry = Mutex::new(Registry::new(
            Arc::clone(&header),
            Memory::new(regions),
            self.reclaim,
        ));
        // From here on, dropping it removes the segments again.
        let shared = Shared {
            name: self.name,
            dir,
            header,
            registry,
            segments,
            forks: forks::count(),
            is_copy: self.origin != Origin::Live,
        };
        {
            let mut registry = shared.registry();
            registry.prepare(self.reserved.objects, self.reserved.bytes)?;
            if self.growth == Growth::Ahead {
                registry.memory.grow_ahead();
            }
        }
        shared.set_state(header::STATE_LIVE);
        Ok(shared)
    }
}

// SAFETY: K3: views are borrowed from segments in `segments`, which keeps each one mapped until the
// last `Arc` is dropped, wherever the `Arc`s are.
#[allow(unsafe_code)]
unsafe impl Keeper for Arc<Shared> {}

impl Shared {
    /// The region with this id.
    #[inline]
    pub(super) fn segment(&self, id: u16) -> Option<&Segment> {
        self.segments.get(id).map(|segment| &**segment)
    }

    /// The registry, to change it.
    #[inline]
    pub(super) fn registry_of_mine(&self) -> Result<MutexGuard<'_, Registry>, ProducerError> {
        // Asked first: the lock may have been held by another thread when the child was forked.
        if !self.is_mine() {
            return Err(ProducerError::Forked {
                name: self.name.clone(),
            });
        }
        Ok(self.registry())
    }

    /// What `look` sees in the registry. A forked child never waits for it; what it cannot look at is the
    /// default.
    pub(super) fn look<R: Default>(&self, look: impl FnOnce(&Registry) -> R) -> R {
        if self.is_mine() {
            return look(&self.registry());
        }
        // A thread that held the lock at the fork is not there to give it back.
        self.registry
            .try_lock()
            .map_or_else(|_| R::default(), |registry| look(&registry))
    }

    #[inline]
    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        // Code of the caller that panics under the lock (an `Observe` that is written by hand) leaves at
        // most a block that is never used again.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this process made the session, and not a parent that forked it.
    #[inline]
    pub(super) fn is_mine(&self) -> bool {
        self.forks == forks::count_again()
    }

    fn set_state(&self, state: u64) {
        let word = self
            .header
            .view()
            .word(header::STATE)
            .expect("the header has all its words");
        publish(word, state);
    }

    /// What an exit with this status means to the session.
    pub(super) fn exit(&self, status: i32) {
        if !self.is_mine() || !(self.is_copy || status == 0) {
            return;
        }
        self.set_state(header::STATE_CLOSING);
        if !self.is_copy {
            return;
        }
        if let Some(registry) = exits::lock_for_exit(&self.registry) {
            self.remove_with(registry);
        }
    }

    fn remove_segments(&self) {
        if self.is_mine() {
            self.remove_with(self.registry());
        }
    }

    /// Locked, so that no region is published meanwhile: its name may then be another session's.
    fn remove_with(&self, mut registry: MutexGuard<'_, Registry>) {
        registry.memory.stop_growing_ahead();
        if !self.header.is_named_in(&self.dir) {
            return;
        }
        // The header goes last: a process that finds it can find the rest.
        owners::remove_regions(&self.dir, &self.name);
        let _ = self.dir.unlink(&names::header(&self.name));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.is_mine() {
            self.set_state(header::STATE_CLOSING);
            self.remove_segments();
        }
    }
}

/// The time since the Unix epoch, from a cheap clock with a resolution of milliseconds.
#[inline]
pub(super) fn now() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        Duration::new(
            time.tv_sec.unsigned_abs(),
            time.tv_nsec.unsigned_abs() as u32,
        )
    }
    #[cfg(not(target_os = "linux"))]
    wall_clock()
}

/// The time since the Unix epoch.
pub(super) fn wall_clock() -> Duration {
    since_epoch(SystemTime::now())
}

/// What a time is in the format; 0 before the Unix epoch.
pub(super) fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl std::fmt::Debug for Session {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Session({:?})", self.shared.name)
    }
}

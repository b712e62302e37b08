//! Regions that are made before they are needed, by a thread of the session that otherwise sleeps.
//!
//! Making a region of 64 MiB takes the system milliseconds, and its pages cost more than all the rest
//! of creating an object when they are first touched. This thread does both ahead of the program: it
//! makes the next region when a quarter of the newest one is used, and touches its pages. It also makes the
//! larger tables of labels.
//!
//! A region gets its name under the lock of the orders, unless somebody gave up waiting for it: that one made the
//! region by itself, and another file under its name would be taken for it.
//!
//! A region that was made ahead has its name but is not counted in the header: observers do not know
//! it, and whoever removes the session's regions removes it too. So being killed at any point leaves
//! nothing that others would not leave.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::forks;
use crate::labels::{Places, Supply};
use crate::quiet_thread;
use crate::shm::Segment;

/// How many bytes are made present at once: the system keeps others from changing the process's
/// mappings meanwhile, for some microseconds.
const STEP: u64 = 16 << 10;

/// How long to wait for a region that is being made: the system is busy with it, and would not make another
/// one faster.
const PATIENCE: Duration = Duration::from_secs(1);

/// A region and how far it was made present.
#[derive(Clone)]
pub(super) struct Region {
    pub(super) segment: Arc<Segment>,
    present: Arc<AtomicU64>,
}

impl Region {
    pub(super) fn new(segment: Segment) -> Region {
        Region {
            segment: Arc::new(segment),
            present: Arc::new(AtomicU64::new(0)),
        }
    }

    /// Bytes of the region.
    pub(super) fn len(&self) -> u64 {
        self.segment.view().len() as u64
    }

    /// Whether all up to `end` was made present.
    #[inline]
    pub(super) fn is_present(&self, end: u64) -> bool {
        self.present.load(Ordering::Relaxed) >= end
    }

    /// Makes present what is missing up to `end`, and a step more.
    #[cold]
    pub(super) fn make_present(&self, end: u64) {
        let start = self.present.load(Ordering::Relaxed);
        let end = (end + STEP).next_multiple_of(4096);
        self.segment.prefault(start, end.saturating_sub(start));
        // Only a hint for the next one who asks.
        self.present.fetch_max(end, Ordering::Relaxed);
    }

    fn is(&self, other: &Region) -> bool {
        Arc::ptr_eq(&self.segment, &other.segment)
    }

    /// Makes one step more present; `false` if all is.
    fn advance(&self) -> bool {
        let start = self.present.load(Ordering::Relaxed);
        if start >= self.len() {
            return false;
        }
        self.segment.prefault(start, STEP);
        self.present.fetch_max(start + STEP, Ordering::Relaxed);
        true
    }
}

/// The thread's orders and what it has done.
#[derive(Default)]
struct Desk {
    /// The id and size of a region to be made.
    wanted: Option<(u16, u64)>,
    is_making: bool,
    /// Nobody waits for what is being made.
    is_given_up: bool,
    ready: Option<(u16, Region)>,
    /// To be made present.
    absent: Vec<Region>,
    /// A table of labels of so many homes, to be made.
    ordered: Option<usize>,
    table: Option<Places>,
    /// To be freed.
    outgrown: Vec<Places>,
    ends: bool,
}

struct Shared {
    desk: Mutex<Desk>,
    news: Condvar,
}

/// The thread, until this is dropped.
pub(super) struct Ahead {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    forks: u64,
}

impl Ahead {
    /// Starts the thread; `None` if the system has none to give. `make` makes a region by id and size, and gives what
    /// then names it; the latter is quick.
    pub(super) fn start<P>(make: impl Fn(u16, u64) -> Option<P> + Send + 'static) -> Option<Ahead>
    where
        P: FnOnce() -> Option<Segment>,
    {
        let shared = Arc::new(Shared {
            desk: Mutex::default(),
            news: Condvar::new(),
        });
        let mine = Arc::clone(&shared);
        let thread = quiet_thread::spawn("memglass-regions", move || mine.work(make)).ok()?;
        Some(Ahead {
            shared,
            thread: Some(thread),
            forks: forks::count(),
        })
    }

    /// Has region `id` made, of `size` bytes.
    pub(super) fn want(&self, id: u16, size: u64) {
        self.shared.desk().wanted = Some((id, size));
        self.shared.news.notify_all();
    }

    /// The region `id`, if it was made, or is being made.
    pub(super) fn take(&self, id: u16) -> Option<Region> {
        let mut desk = self.shared.desk();
        // Not begun: whoever needs it now makes it.
        desk.wanted = None;
        let waited = self
            .shared
            .news
            .wait_timeout_while(desk, PATIENCE, |desk| desk.is_making);
        let (mut desk, _) = waited.unwrap_or_else(PoisonError::into_inner);
        desk.is_given_up = desk.is_making;
        let (made, region) = desk.ready.take()?;
        desk.absent.retain(|other| !other.is(&region));
        (made == id).then_some(region)
    }

    /// Has the pages of a region touched.
    pub(super) fn make_present(&self, region: Region) {
        self.shared.desk().absent.push(region);
        self.shared.news.notify_all();
    }
}

/// Without the thread, tables are made where they are needed.
impl Supply for Option<Ahead> {
    fn order(&self, homes: usize) {
        if let Some(ahead) = self {
            ahead.shared.desk().ordered = Some(homes);
            ahead.shared.news.notify_all();
        }
    }

    fn fetch(&self, homes: usize) -> Option<Places> {
        let mut desk = self.as_ref()?.shared.desk();
        // Too late, if it was not begun.
        desk.ordered = None;
        desk.table.take_if(|table| table.homes() == homes)
    }

    fn give_back(&self, outgrown: Places) {
        if let Some(ahead) = self {
            ahead.shared.desk().outgrown.push(outgrown);
            ahead.shared.news.notify_all();
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        let thread = self.thread.take();
        if self.forks != forks::count_again() {
            // A forked child has no such thread, and its parent's may have held the lock.
            std::mem::forget(thread);
            return;
        }
        self.shared.desk().ends = true;
        self.shared.news.notify_all();
        if let Some(thread) = thread {
            // It does not panic, and if it did there is nothing left to do.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing panics half-way through a change.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work<P>(&self, make: impl Fn(u16, u64) -> Option<P>)
    where
        P: FnOnce() -> Option<Segment>,
    {
        let mut desk = self.desk();
        while !desk.ends {
            // What the program is about to touch comes first.
            if let Some(region) = desk.absent.last().cloned() {
                drop(desk);
                let goes_on = region.advance();
                desk = self.desk();
                if !goes_on {
                    desk.absent.retain(|other| !other.is(&region));
                }
            } else if let Some((id, size)) = desk.wanted.take() {
                desk.is_making = true;
                desk.is_given_up = false;
                drop(desk);
                // If it cannot be made, whoever needs it finds out why.
                let made = make(id, size);
                desk = self.desk();
                desk.is_making = false;
                let wanted = made.filter(|_| !desk.is_given_up);
                let region = wanted.and_then(|publish| publish()).map(Region::new);
                desk.absent.extend(region.clone());
                desk.ready = region.map(|region| (id, region));
                self.news.notify_all();
            } else if let Some(homes) = desk.ordered.take() {
                drop(desk);
                let table = Places::present(homes);
                desk = self.desk();
                desk.table = Some(table);
            } else if let Some(outgrown) = desk.outgrown.pop() {
                drop(desk);
                drop(outgrown);
                desk = self.desk();
            } else {
                desk = self.news.wait(desk).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::shm::testing::TestDir;
    use crate::shm::{Dir, Mode};

    #[test]
    fn a_region_that_comes_too_late_takes_nobodys_name() {
        let dir = TestDir::new();
        let draft = move |dir: &Dir| dir.create("late", 8192, Mode::default()).expect("room");
        let (go, may_go) = mpsc::channel::<()>();
        let (thread_dir, may_go) = (dir.clone(), Mutex::new(may_go));
        let ahead = Ahead::start(move |_, _| {
            let late = draft(&thread_dir);
            let may_go = may_go.lock().unwrap_or_else(PoisonError::into_inner);
            may_go.recv().expect("it is let go");
            Some(|| late.publish_over().ok())
        });
        let ahead = ahead.expect("a thread");
        ahead.want(2, 8192);
        while !ahead.shared.desk().is_making {
            std::thread::yield_now();
        }
        assert!(ahead.take(2).is_none(), "it takes too long");
        let mine = draft(&dir).publish_over().expect("a name");
        go.send(()).expect("it waits");
        drop(ahead);
        assert!(mine.is_named_in(&dir), "the name leads to what is used");
        let files = std::fs::read_dir(dir.path()).expect("it is there");
        assert_eq!(files.count(), 1, "the draft is gone");
    }
}

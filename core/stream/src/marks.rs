//! When what happened in a recording: for a line that shows all of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::SystemTime;

use crate::control::{self, Fate, nanoseconds};
use crate::gap::{Damage, Gap};
use crate::maker::Maker;
use crate::recording::{Channel, Recording};

/// Parts of equal length that a recording is cut into.
const PARTS: usize = 1000;

/// What happened in a part of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Happened {
    /// Objects came.
    pub created: bool,
    /// Objects went.
    pub destroyed: bool,
    /// The recorder did not see everything, or it is damaged, as far as somebody has been there.
    pub lost: bool,
    /// A trigger fired while it was played.
    pub fired: bool,
}

const CREATED: u8 = 1;
const DESTROYED: u8 = 2;
const LOST: u8 = 4;
const FIRED: u8 = 8;

/// What happened when in a recording, in a thousand parts. It is filled in while a thread reads the recording.
#[derive(Clone, Debug)]
pub struct Marks(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    start: u64,
    end: u64,
    parts: Vec<AtomicU8>,
    /// How many damaged parts are marked.
    gaps: AtomicUsize,
}

impl Marks {
    pub(crate) fn of(recording: &Recording) -> Marks {
        Marks(Arc::new(Inner {
            start: nanoseconds(recording.start()),
            end: nanoseconds(recording.end()),
            parts: (0..PARTS).map(|_| AtomicU8::new(0)).collect(),
            gaps: AtomicUsize::new(0),
        }))
    }

    /// What happened in the part `index` of `count` equal ones, as far as that is known by now.
    ///
    /// # Panics
    ///
    /// If there is no such part.
    pub fn in_part(&self, index: usize, count: usize) -> Happened {
        assert!(index < count, "part {index} of {count}");
        let first = index * PARTS / count;
        let last = ((index + 1) * PARTS / count).max(first + 1);
        let parts = self.0.parts[first..last].iter();
        let all = parts.fold(0, |all, part| all | part.load(Ordering::Relaxed));
        Happened {
            created: all & CREATED != 0,
            destroyed: all & DESTROYED != 0,
            lost: all & LOST != 0,
            fired: all & FIRED != 0,
        }
    }

    pub(crate) fn fired(&self, time: SystemTime) {
        self.add(nanoseconds(time), FIRED);
    }

    /// Marks the damaged parts that are known.
    pub(crate) fn damaged(&self, damage: &Damage) {
        if self.0.gaps.swap(damage.count(), Ordering::Relaxed) == damage.count() {
            return;
        }
        for Gap { after, before, .. } in damage.gaps() {
            let first = after.map_or(0, |after| self.part_of(nanoseconds(after)));
            let last = self.part_of(nanoseconds(before)).max(first);
            for part in &self.0.parts[first..=last] {
                part.fetch_or(LOST, Ordering::Relaxed);
            }
        }
    }

    fn add(&self, time: u64, what: u8) {
        self.0.parts[self.part_of(time)].fetch_or(what, Ordering::Relaxed);
    }

    fn part_of(&self, time: u64) -> usize {
        let Inner { start, end, .. } = &*self.0;
        let length = end.saturating_sub(*start).max(1);
        let since = time.saturating_sub(*start).min(length);
        // Not in integers: the lengths of damaged recordings are any.
        let index = (since as f64 / length as f64 * PARTS as f64) as usize;
        index.min(PARTS - 1)
    }

    /// Whether this is the recording that they are of, as far as its times tell.
    pub(crate) fn are_of(&self, recording: &Recording) -> bool {
        let times = [recording.start(), recording.end()].map(nanoseconds);
        times == [self.0.start, self.0.end]
    }

    /// Reads what happened out of a recording, until `stop` is raised.
    fn read(&self, mut recording: Recording, stop: &AtomicBool) {
        for index in 0..recording.chunks().len() {
            let is_told = [Channel::Objects, Channel::Loss];
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if !is_told.iter().any(|channel| recording.has(index, channel)) {
                continue;
            }
            for message in recording.messages(index).unwrap_or_default() {
                let what = match recording.channel(message.channel) {
                    Some(Channel::Objects) => fate(message.data()),
                    Some(Channel::Loss) => loss(message.data()),
                    _ => None,
                };
                if let Some(what) = what {
                    self.add(message.time, what);
                }
            }
        }
    }
}

fn fate(message: &[u8]) -> Option<u8> {
    Some(match control::read_fate(message).ok()? {
        Fate::Created(_) => CREATED,
        Fate::Destroyed(_) => DESTROYED,
    })
}

fn loss(message: &[u8]) -> Option<u8> {
    let losses = control::read_losses(message).ok()?;
    (!losses.is_none()).then_some(LOST)
}

/// The thread that fills marks in. It ends with this value.
#[derive(Debug)]
pub(crate) struct Reader {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    maker: Maker,
}

impl Reader {
    /// Reads the recording at `path` once more. Without a thread for that, nothing is marked.
    pub(crate) fn start(path: &Path, marks: &Marks, damage: &Damage) -> Reader {
        let stop = Arc::new(AtomicBool::new(false));
        let (path, marks, raised) = (path.to_owned(), marks.clone(), Arc::clone(&stop));
        let damage = damage.clone();
        let thread = std::thread::Builder::new().name("memglass-marks".into());
        let thread = thread.spawn(move || {
            // Another file may be there by now.
            let recording = Recording::open(&path).ok();
            if let Some(recording) = recording.filter(|recording| marks.are_of(recording)) {
                marks.read(recording.with_damage(&damage), &raised);
            }
        });
        Reader {
            stop,
            thread: thread.ok(),
            maker: Maker::this_process(),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        match self.thread.take() {
            Some(thread) if !self.maker.is_parent() => drop(thread.join()),
            left => std::mem::forget(left),
        }
    }
}

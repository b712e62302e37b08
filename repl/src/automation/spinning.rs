//! Samples that are taken again and again without a pause.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use memglass::sampler::{ProbeHandle, Rate, Sampler, now};

/// Takes a sample; true if the scripts have something to do.
type Sample = dyn FnMut() -> bool + Send;

/// Something that is sampled without a pause, on one thread or the other.
///
/// While the scripts wait, their own thread samples: to wake it takes a hundred times as long as to see a store. While
/// they run, a thread that stands by does it, as an action may take long.
pub(super) struct Spinning {
    sample: Arc<Mutex<Box<Sample>>>,
    /// Whether the scripts' thread samples.
    is_here: Arc<AtomicBool>,
    /// Until this is dropped there is somebody who stands by.
    _probe: ProbeHandle,
    _sampler: Sampler,
}

/// How often the one who stands by looks whether it is its turn.
const STANDS_BY: Duration = Duration::from_millis(1);

impl Spinning {
    /// Samples from now on; `wake` is called when the scripts have something to do.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub(super) fn start(sample: Box<Sample>, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let sample = Arc::new(Mutex::new(sample));
        let is_here = Arc::new(AtomicBool::new(false));
        let sampler = Sampler::start()?;
        let (same, is_elsewhere) = (Arc::clone(&sample), Arc::clone(&is_here));
        let probe = sampler.add(Rate::SPIN, move |_| {
            // Relaxed: the lock orders the samples.
            if is_elsewhere.load(Ordering::Relaxed) {
                std::thread::park_timeout(STANDS_BY);
            } else if lock(&same)() {
                wake();
            }
        });
        Ok(Spinning {
            sample,
            is_here,
            _probe: probe,
            _sampler: sampler,
        })
    }

    /// Samples on this thread until there is something to do, `is_over` or the time has passed.
    pub(super) fn here(&self, time: Duration, is_over: impl Fn() -> bool) {
        self.is_here.store(true, Ordering::Relaxed);
        let mut sample = lock(&self.sample);
        let end = now().saturating_add(time);
        while !sample() && !is_over() && now() < end {
            std::hint::spin_loop();
        }
        drop(sample);
        self.is_here.store(false, Ordering::Relaxed);
    }
}

/// What panics is caught inside of the sample.
fn lock(sample: &Mutex<Box<Sample>>) -> MutexGuard<'_, Box<Sample>> {
    sample.lock().unwrap_or_else(PoisonError::into_inner)
}

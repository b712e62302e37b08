//! Timing short operations on a shared machine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// Rounds of each measurement. The fastest tenth is the cost of the operation, the rest is noise.
const ROUNDS: usize = 60;

/// Nanoseconds for one of `count` operations that `run` does at once: the tenth percentile of many
/// rounds, after one to warm up.
pub(crate) fn per_operation(count: u64, mut run: impl FnMut()) -> f64 {
    run();
    let rounds = (0..ROUNDS).map(|_| once(&mut run) / count as f64);
    percentile(rounds.collect(), 10)
}

/// The same in running time of this thread, and the median. Other threads run at the same time on
/// purpose, but their time on this processor does not count.
pub(crate) fn own_time_per_operation(count: u64, mut run: impl FnMut()) -> f64 {
    let mut own_time = || {
        let start = nanoseconds(ClockId::ThreadCPUTime);
        run();
        (nanoseconds(ClockId::ThreadCPUTime) - start) as f64 / count as f64
    };
    own_time();
    median((0..ROUNDS).map(|_| own_time()).collect())
}

/// Nanoseconds that `run` takes.
pub(crate) fn once(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64
}

/// The median of some durations.
pub(crate) fn median(durations: Vec<f64>) -> f64 {
    percentile(durations, 50)
}

/// What `percent` of some durations do not exceed.
pub(crate) fn percentile(mut durations: Vec<f64>, percent: usize) -> f64 {
    durations.sort_by(f64::total_cmp);
    durations[(durations.len() - 1) * percent / 100]
}

/// How long this thread has run, in nanoseconds.
pub(crate) fn running_ns() -> f64 {
    nanoseconds(ClockId::ThreadCPUTime) as f64
}

/// How long all threads of this process have run, in nanoseconds.
pub(crate) fn process_ns() -> f64 {
    nanoseconds(ClockId::ProcessCPUTime) as f64
}

/// Now, in nanoseconds of the clock that all processes of a machine share.
pub(crate) fn now_ns() -> i64 {
    nanoseconds(ClockId::Monotonic)
}

fn nanoseconds(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Nanoseconds for one of `count` operations that `run` does at once, while another thread does
/// again and again what `load` makes there: the median of rounds during which that thread got on.
///
/// On a shared machine, the other thread may not run for whole rounds.
pub(crate) fn beside<Work: FnMut()>(
    load: impl FnOnce() -> Work + Send,
    count: u64,
    mut run: impl FnMut(),
) -> f64 {
    let (stop, steps) = (Apart(AtomicBool::new(false)), Apart(AtomicU64::new(0)));
    let (stop, steps) = (&stop.0, &steps.0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut work = load();
            while !stop.load(Ordering::Relaxed) {
                (0..STEPS).for_each(|_| work());
                steps.fetch_add(STEPS, Ordering::Relaxed);
            }
        });
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS * 50 {
            let before = steps.load(Ordering::Relaxed);
            let time = once(&mut run) / count as f64;
            if steps.load(Ordering::Relaxed) - before >= STEPS {
                rounds.push(time);
            }
            if rounds.len() == ROUNDS {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
        assert!(!rounds.is_empty(), "there is no second processor to be had");
        median(rounds)
    })
}

/// On its own cache lines, so that the signals between the threads are not measured.
#[repr(align(256))]
struct Apart<T>(T);

/// Steps of the other thread between two looks at the clock of the measuring one.
const STEPS: u64 = 100;

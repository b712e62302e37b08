//! A thread that samples at steady rates.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use super::clock::now;
use super::counters::{Counters, SamplerCounters};
use super::grid::Grid;
use super::inbox::Inbox;
use super::rate::Rate;
use crate::{forks, quiet_thread};

/// A thread that calls probes, each at its rate. It ends when this is dropped.
///
/// Ticks lie on a grid: `start + n * period` of [`now`]. A tick that starts late samples once, now, and
/// the points of the grid that it passed over are counted. Between ticks the thread sleeps, unless a rate
/// is [`Rate::SPIN`].
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("example").dir(&dir).create()?;
/// use std::sync::mpsc;
/// use memglass::sampler::{Rate, Sampler, Scan, Seen, Tick};
///
/// let price = session.object("price", 100_i64)?;
/// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
/// let field = observer.field("price")?;
/// let mut scan = Scan::new();
/// scan.follow(&field)?;
///
/// let sampler = Sampler::start()?;
/// let (tell, told) = mpsc::channel();
/// let _probe = sampler.add(Rate::hz(1000.0)?, move |tick: Tick| {
///     scan.sample(|seen| {
///         if let Seen::Changed(change) = seen {
///             let _ = tell.send((tick.time, field.value_of(change.now)));
///         }
///     });
/// });
/// price.set(105);
/// assert_eq!(told.recv()?.1, 105_i64.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sampler {
    line: Line,
    thread: Option<JoinHandle<()>>,
    counters: Arc<Counters>,
}

/// What a sampler calls at each tick.
///
/// A closure is one. All probes of a sampler run on its thread, one after the other: one that takes long
/// makes the others late. One that panics is removed and counted.
pub trait Probe: Send {
    /// Looks at whatever it looks at.
    fn sample(&mut self, tick: Tick);

    /// Hands on what its receiver had no room for; `true` if some of it still waits. Called after each
    /// sample, and while something waits every ten milliseconds between them.
    fn hand_on(&mut self) -> bool {
        false
    }
}

impl<F: FnMut(Tick) + Send> Probe for F {
    fn sample(&mut self, tick: Tick) {
        self(tick);
    }
}

/// One tick of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tick {
    /// When it started, by [`now`]: read before its first load. It is the time of everything in it.
    pub time: Duration,
    /// How many points of the grid were passed over just before it.
    pub late: u64,
}

/// A probe that was added. It is removed soon after this is dropped, which does not wait for that.
#[must_use = "the probe is removed when this is dropped"]
#[derive(Debug)]
pub struct ProbeHandle {
    id: u64,
    line: Option<Line>,
}

/// The way to the thread.
#[derive(Clone, Debug)]
struct Line {
    orders: Arc<Inbox<Order>>,
    thread: Thread,
    forks: u64,
}

enum Order {
    Add(u64, Rate, Box<dyn Probe>),
    Remove(u64),
    End,
}

impl Sampler {
    /// Starts the thread. Signals that are meant for the process do not go to it.
    ///
    /// # Errors
    ///
    /// If the system has no thread to give.
    pub fn start() -> io::Result<Sampler> {
        let counters = Arc::new(Counters::default());
        let orders = Arc::new(Inbox::new());
        let mut worker = Worker {
            inbox: Arc::clone(&orders),
            groups: Vec::new(),
            counters: Arc::clone(&counters),
        };
        let thread = quiet_thread::spawn("memglass-sampler", move || worker.work())?;
        Ok(Sampler {
            line: Line {
                orders,
                thread: thread.thread().clone(),
                forks: forks::count(),
            },
            thread: Some(thread),
            counters,
        })
    }

    /// Adds a probe. Its first tick is the next one of its rate.
    pub fn add(&self, rate: Rate, probe: impl Probe + 'static) -> ProbeHandle {
        let id = self.counters.next_id();
        self.line.send(Order::Add(id, rate, Box::new(probe)));
        ProbeHandle {
            id,
            line: Some(self.line.clone()),
        }
    }

    /// The counters of its thread.
    pub(super) fn counted(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// What was counted so far.
    pub fn counters(&self) -> SamplerCounters {
        self.counters.present()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        let thread = self.thread.take();
        if self.line.is_cut() {
            std::mem::forget(thread);
            return;
        }
        self.line.send(Order::End);
        let mine = std::thread::current().id();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != mine) {
            // It does not panic: probes that do are caught.
            let _ = thread.join();
        }
    }
}

impl ProbeHandle {
    /// Leaves the probe in its sampler for as long as that lives.
    pub fn keep(mut self) {
        self.line = None;
    }
}

impl Drop for ProbeHandle {
    fn drop(&mut self) {
        if let Some(line) = &self.line {
            line.send(Order::Remove(self.id));
        }
    }
}

impl Line {
    /// Whether this is a forked child, which has no such thread. Its parent may have left the orders locked for ever.
    fn is_cut(&self) -> bool {
        self.forks != forks::count_again()
    }

    fn send(&self, order: Order) {
        if self.is_cut() {
            return;
        }
        // Without a thread there is nothing to order.
        if self.orders.put(order) {
            self.thread.unpark();
        }
    }
}

/// The thread's own.
struct Worker {
    inbox: Arc<Inbox<Order>>,
    groups: Vec<Group>,
    counters: Arc<Counters>,
}

/// The probes of one rate.
struct Group {
    rate: Rate,
    /// `None` if it spins.
    grid: Option<Grid>,
    /// In the order in which they were added.
    probes: Vec<(u64, Box<dyn Probe>)>,
    /// When to hand on what waits.
    again: Option<Duration>,
}

/// How long what waits for a receiver waits at least.
const NAP: Duration = Duration::from_millis(10);

impl Drop for Worker {
    fn drop(&mut self) {
        // However the thread ends: a probe that waits in there would wait for ever.
        self.inbox.close();
    }
}

impl Worker {
    fn work(&mut self) {
        be_punctual();
        loop {
            while self.inbox.has_some() {
                if self.obey_all() {
                    return;
                }
            }
            let time = now();
            for group in &mut self.groups {
                group.tick(time, &self.counters);
            }
            self.wait();
        }
    }

    /// Does what others ask for; true if one of them asks for the end.
    #[cold]
    fn obey_all(&mut self) -> bool {
        let orders = self.inbox.take();
        orders.into_iter().any(|order| self.obey(order))
    }

    /// Whether that was the last one.
    fn obey(&mut self, order: Order) -> bool {
        match order {
            Order::Add(id, rate, probe) => self.group(rate).probes.push((id, probe)),
            Order::Remove(id) => {
                for group in &mut self.groups {
                    let removed = group.probes.extract_if(.., |(other, _)| *other == id);
                    removed.for_each(|(_, probe)| self.counters.count_panic(!let_go(probe)));
                }
                self.groups.retain(|group| !group.probes.is_empty());
            }
            Order::End => return true,
        }
        false
    }

    fn group(&mut self, rate: Rate) -> &mut Group {
        let known = self.groups.iter().position(|group| group.rate == rate);
        let at = known.unwrap_or_else(|| {
            self.groups.push(Group::new(rate));
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }

    /// Sleeps until something is due or an order comes.
    fn wait(&self) {
        let mut due = None::<Duration>;
        for group in &self.groups {
            let Some(grid) = &group.grid else { return };
            let times = [Some(grid.due()), group.again, due];
            due = times.into_iter().flatten().min();
        }
        // A probe may have used up the token that an order leaves for `park`.
        if self.inbox.has_some() {
            return;
        }
        match due {
            None => std::thread::park(),
            Some(due) => {
                let rest = due.saturating_sub(now());
                if rest > Duration::ZERO {
                    std::thread::park_timeout(rest);
                }
            }
        }
    }
}

impl Group {
    fn new(rate: Rate) -> Group {
        Group {
            rate,
            grid: rate
                .period()
                .map(|period| Grid::of_multiples(now(), period)),
            probes: Vec::new(),
            again: None,
        }
    }

    fn tick(&mut self, time: Duration, counters: &Counters) {
        let late = match &mut self.grid {
            Some(grid) => grid.pass(time),
            None => Some(0),
        };
        let Some(late) = late else {
            if self.again.is_some_and(|again| again <= time) {
                self.call(time, counters, |_| {});
            }
            return;
        };
        counters.count_tick(late);
        self.call(time, counters, |probe| probe.sample(Tick { time, late }));
    }

    /// Calls all probes, and removes those that panic.
    fn call(&mut self, time: Duration, counters: &Counters, call: impl Fn(&mut dyn Probe)) {
        let (mut waits, mut panicked) = (false, Vec::new());
        for (id, probe) in &mut self.probes {
            let called = catch_unwind(AssertUnwindSafe(|| {
                call(&mut **probe);
                waits |= probe.hand_on();
            }));
            if let Err(payload) = called {
                // Dropping it may panic, too.
                std::mem::forget(payload);
                counters.count_panic(true);
                panicked.push(*id);
            }
        }
        if !panicked.is_empty() {
            let removed = self.probes.extract_if(.., |(id, _)| panicked.contains(id));
            removed.for_each(|(_, probe)| {
                let_go(probe);
            });
        }
        self.again = waits.then(|| time + NAP);
    }
}

/// Drops a probe; whether that went well. One that panics even then does not end the thread of the others.
fn let_go(probe: Box<dyn Probe>) -> bool {
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(probe)));
    dropped.map_err(std::mem::forget).is_ok()
}

/// Asks the system to end the sleep of this thread when it should, and not up to 50 microseconds later.
fn be_punctual() {
    #[cfg(target_os = "linux")]
    {
        // Without it ticks are a little later.
        let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_ends_leaves_no_inbox_that_nobody_reads() {
        let inbox = Arc::new(Inbox::new());
        drop(Worker {
            inbox: Arc::clone(&inbox),
            groups: Vec::new(),
            counters: Arc::default(),
        });
        assert!(!inbox.put(Order::End));
    }
}

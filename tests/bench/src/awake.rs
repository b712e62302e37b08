//! What something takes that wakes at a steady rate, beside a thread of the same rate that does nothing: of that, the
//! machine takes most.

use std::time::{Duration, Instant};

use crate::report::Report;
use crate::timing::{median, process_ns};

/// Rounds of both, one after the other: a shared machine changes from one second to the next.
const ROUNDS: usize = 8;

/// How long each of them lasts.
const ROUND: Duration = Duration::from_millis(1500);

/// Shares of a processor, in percent.
#[derive(Clone, Copy)]
pub(crate) struct Shares {
    /// All that it takes.
    pub(crate) whole: f64,
    /// What a thread takes that wakes as often.
    pub(crate) floor: f64,
}

impl Shares {
    /// Measures both. `run` lets the thing go on for so long, and gives what it has run meanwhile, in nanoseconds.
    pub(crate) fn of(rate: u32, mut run: impl FnMut(Duration) -> f64) -> Shares {
        let share = |ran: f64, of: Duration| ran / of.as_nanos() as f64 * 100.0;
        let rounds: Vec<(f64, f64)> = (0..ROUNDS)
            .map(|_| (share(sleep(rate, ROUND), ROUND), share(run(ROUND), ROUND)))
            .collect();
        let (floor, whole) = rounds.into_iter().unzip();
        Shares {
            whole: median(whole),
            floor: median(floor),
        }
    }

    /// What it takes beyond waking.
    fn own(self) -> f64 {
        self.whole - self.floor
    }

    /// A line with all three, and whether its own part is within a goal.
    pub(crate) fn report(self, report: &Report, what: &str, goal: f64) {
        let Shares { whole, floor } = self;
        let own = self.own();
        let verdict = if own <= goal { "ok" } else { "MISSED" };
        report.line(&format!(
            "{what:<38} {own:>6.3} % of a processor beyond the wake {goal:>6} {verdict}\n    {whole:.3} % in all, of which a thread that only wakes takes {floor:.3}"
        ));
    }
}

/// Wakes so often, and does nothing.
fn sleep(rate: u32, time: Duration) -> f64 {
    let (start, ran) = (Instant::now(), process_ns());
    let mut due = start;
    while start.elapsed() < time {
        due += Duration::from_secs(1) / rate;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    process_ns() - ran
}

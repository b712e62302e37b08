//! The table that a run prints: the measured figures next to the floor and the goal.

use std::io::Write;

/// Lines of one run.
pub(crate) struct Report {
    out: std::io::Stdout,
}

impl Report {
    pub(crate) fn new() -> Report {
        let report = Report {
            out: std::io::stdout(),
        };
        report.line(&format!(
            "{:<58} {:>12} {:>10} {:>12}",
            "what", "measured", "x floor", "goal"
        ));
        report
    }

    pub(crate) fn heading(&self, text: &str) {
        self.line(&format!("\n{text}"));
    }

    /// One figure in nanoseconds, a floor of the same run, and the limit of their ratio.
    pub(crate) fn figure(
        &self,
        what: &str,
        nanoseconds: f64,
        floor: Option<f64>,
        goal: Option<f64>,
    ) {
        let ratio = floor.map_or(String::new(), |floor| format!("{:.1}", nanoseconds / floor));
        let goal = goal.map_or(String::new(), |goal| {
            let verdict = if nanoseconds <= goal { "ok" } else { "MISSED" };
            format!("{} {verdict}", time(goal))
        });
        self.line(&format!(
            "{what:<58} {:>12} {ratio:>10} {goal:>12}",
            time(nanoseconds)
        ));
    }

    pub(crate) fn line(&self, text: &str) {
        // The reader of the output is gone: there is nothing left to report.
        let _ = writeln!(&self.out, "{text}");
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.2} ns"),
        ..1e6 => format!("{:.2} us", nanoseconds / 1e3),
        _ => format!("{:.2} ms", nanoseconds / 1e6),
    }
}

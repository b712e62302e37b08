//! What is said of recordings.

use std::time::Duration;

use memglass_stream::{Gap, Held, Losses, Progress, RecordError};
use memglass_value::format;
use memglass_value::time::exact_clock;

use crate::commands::with_causes;

/// How far a recording is: `3.2 s of "engine" in run.mcap: 120 values, 5.1 kB`. Of a ring, what it has:
/// `the last 3.2 s of "engine": 120 values seen, 5.1 kB of memory`.
pub fn progress(progress: &Progress) -> String {
    if let Some(ring) = progress.ring {
        return held(progress, ring);
    }
    let files = match progress.files {
        1 => String::new(),
        count => format!(", the last of {count} files"),
    };
    let totals = progress.totals;
    format!(
        "{:.1} s of {:?} in {}{files}: {}, {}{}",
        progress.elapsed.as_secs_f64(),
        progress.session,
        format::printable(&progress.path.to_string_lossy()),
        counted(totals.values, "value"),
        size(totals.file_bytes),
        lost(totals.losses)
    )
}

fn held(progress: &Progress, ring: Held) -> String {
    let cut = match ring.is_cut {
        true => ", all that there may be",
        false => "",
    };
    format!(
        "the last {:.1} s of {:?}: {} seen, {} of memory{cut}{}",
        ring.span.as_secs_f64(),
        progress.session,
        counted(progress.totals.values, "value"),
        size(progress.totals.file_bytes),
        lost(progress.totals.losses)
    )
}

/// Why a recording could not be written to its end, and what there is of it.
pub fn failure(error: &RecordError) -> String {
    let text = with_causes(error);
    match error.leaves_a_beginning() {
        true => format!("{text}; what was recorded before that is in it"),
        false => text,
    }
}

/// What was not seen, each kind after a comma; empty if everything was.
pub fn lost(losses: Losses) -> String {
    let Losses {
        late_ticks,
        values,
        torn,
        objects,
        damaged,
    } = losses;
    let parts = [
        (late_ticks, "late tick"),
        (values, "value missed"),
        (torn, "torn value"),
        (objects, "object missed"),
        (damaged, "damaged part"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts
        .map(|(count, noun)| match noun.split_once(' ') {
            Some((noun, "missed")) => format!(", {} missed", counted(count, noun)),
            _ => format!(", {}", counted(count, noun)),
        })
        .collect()
}

/// Damaged parts of a recording, a line for each: `412 bytes at 8192 are damaged: what was recorded between 12:03:04.5 and
/// 12:03:05.0 (0.5 s) is lost`. Of many, how many more there are.
pub fn damaged(gaps: &[Gap]) -> Vec<String> {
    let (first, more) = gaps.split_at(gaps.len().min(MOST_GAPS));
    let mut lines: Vec<String> = first.iter().map(gap).collect();
    if !more.is_empty() {
        let parts = counted(more.len() as u64, "more damaged part");
        let bytes = more.iter().map(|gap| gap.bytes);
        let bytes = bytes.fold(0, u64::saturating_add);
        lines.push(format!("{parts}, {}", size(bytes)));
    }
    lines
}

/// So many are told one by one.
const MOST_GAPS: usize = 10;

fn gap(gap: &Gap) -> String {
    let before = exact_clock(gap.before);
    let when = match gap.after {
        Some(after) if after == gap.before => format!("at {before}"),
        Some(after) => {
            let length = gap.before.duration_since(after);
            let seconds = length.unwrap_or(Duration::ZERO).as_secs_f64();
            let after = exact_clock(after);
            format!("between {after} and {before} ({seconds:.1} s)")
        }
        None => format!("before {before}"),
    };
    let size = size(gap.bytes);
    format!(
        "{size} at {} are damaged: what was recorded {when} is lost",
        gap.offset
    )
}

/// A number of something.
pub fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{} {noun}s", format::grouped(&count.to_string())),
    }
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_is_told_and_nothing_else() {
        assert_eq!(lost(Losses::default()), "");
        let losses = Losses {
            late_ticks: 1,
            values: 2000,
            torn: 0,
            objects: 1,
            damaged: 3,
        };
        let expected = ", 1 late tick, 2,000 values missed, 1 object missed, 3 damaged parts";
        assert_eq!(lost(losses), expected);
    }
}

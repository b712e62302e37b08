//! Numbers drawn with characters: a line over time, how often which occur, and both in one row.
//!
//! These few lines are no crate's: those for charts on terminals (textplots, rasciigraph) take no gaps, choose their own
//! width, or draw on the terminal themselves.

use std::fmt::Write;
use std::time::Duration;

use memglass_value::format;
use memglass_value::spark::{self, BARS, level};
use rhai::{Array, Dynamic, Engine, EvalAltResult};

use super::Automation;
use super::history::History;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Columns and rows of a drawing, without its legend.
const WIDTH: usize = 60;
const HEIGHT: usize = 8;

/// Columns of a legend at most: what is longer is shortened.
const LEGEND: usize = 12;

/// Numbers in a row. Each holds until the next one, and the last until the end; where there is none is a gap.
pub(super) struct Drawn {
    pub(super) points: Vec<(f64, Option<f64>)>,
    pub(super) until: f64,
    /// Whether they lie in time, in seconds, and not one behind the other.
    pub(super) is_timed: bool,
}

impl Drawn {
    fn numbers(&self) -> impl Iterator<Item = f64> {
        let numbers = self.points.iter().filter_map(|(_, number)| *number);
        numbers.filter(|number| number.is_finite())
    }

    fn range(&self) -> Option<(f64, f64)> {
        spark::range(self.numbers())
    }

    /// The last number of each of so many equal parts.
    fn columns(&self, count: usize) -> Vec<Option<f64>> {
        let Some((start, _)) = self.points.first() else {
            return vec![None; count];
        };
        spark::held(self.points.iter().copied(), *start, self.until, count)
    }
}

/// One row of so many characters, from the least to the greatest number.
pub(super) fn spark(drawn: &Drawn, cells: usize) -> String {
    spark::row(&spark::levels(&drawn.columns(cells)))
}

/// A line over time.
fn plot(drawn: &Drawn) -> String {
    let Some(range) = drawn.range() else {
        return "no numbers".to_owned();
    };
    let steps = HEIGHT * BARS.len();
    let columns = drawn.columns(WIDTH);
    let levels: Vec<_> = columns
        .iter()
        .map(|number| number.map(|number| level(number, range, steps)))
        .collect();
    let mut text = String::new();
    for row in (0..HEIGHT).rev() {
        let legend = match row {
            0 => number(range.0),
            row if row == HEIGHT - 1 => number(range.1),
            _ => String::new(),
        };
        let cells = levels.iter().map(|level| match level {
            Some(level) if level / BARS.len() > row => '█',
            Some(level) if level / BARS.len() == row => BARS[level % BARS.len()],
            _ => ' ',
        });
        let cells: String = cells.collect();
        let _ = writeln!(text, "{legend:>LEGEND$} ┤{}", cells.trim_end());
    }
    let start = drawn.points.first().map_or(0.0, |(start, _)| *start);
    let span = drawn.until - start;
    let (from, to) = match drawn.is_timed {
        true => (
            format!(
                "-{}",
                time(Duration::try_from_secs_f64(span).unwrap_or_default())
            ),
            "now".to_owned(),
        ),
        false => ("0".to_owned(), (drawn.points.len() - 1).to_string()),
    };
    let gap = WIDTH.saturating_sub(from.len());
    let _ = write!(text, "{:LEGEND$}  {from}{to:>gap$}", "");
    text
}

/// How often numbers of which size occur.
fn hist(drawn: &Drawn) -> String {
    let Some(range) = drawn.range() else {
        return "no numbers".to_owned();
    };
    let count = match range.0 < range.1 {
        true => HEIGHT,
        false => 1,
    };
    let mut counts = vec![0_u64; count];
    for found in drawn.numbers() {
        counts[level(found, range, count).min(count - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let mut text = String::new();
    for (index, occur) in counts.iter().enumerate() {
        let from = range.0 + (range.1 - range.0) * (index as f64 / count as f64);
        let legend = number(from);
        let length = (occur * WIDTH as u64).div_ceil(most) as usize;
        let end = if index + 1 < count { "\n" } else { "" };
        let _ = write!(
            text,
            "{legend:>LEGEND$} ┤{} {occur}{end}",
            "█".repeat(length)
        );
    }
    text
}

fn number(number: f64) -> String {
    let exact = format::raw(&number.into());
    match exact.strip_suffix(".0").unwrap_or(&exact) {
        short if short.len() <= LEGEND => short.to_owned(),
        _ => format!("{number:.4e}"),
    }
}

/// A length of time with as many digits as a person wants.
pub(super) fn time(time: Duration) -> String {
    match time {
        short if short < Duration::from_secs(1) => format!("{}ms", short.as_millis()),
        long => format!("{:.1}s", long.as_secs_f64()),
    }
}

impl Automation {
    /// The numbers of a history or a list.
    fn drawn(&self, value: &Dynamic, name: &str) -> Result<Drawn> {
        if let Some(history) = value.read_lock::<History>() {
            return Ok(history.drawn());
        }
        let Some(list) = value.read_lock::<Array>() else {
            let message = format!(
                "`{name}` draws a history or a list of numbers, and this is {}",
                self.callbacks().noun(value)
            );
            return Err(self
                .callbacks()
                .refusal(message, "p.history(\"field\") is the history of a field"));
        };
        let numbers = list.iter().map(|value| self.callbacks().number(value));
        let points = numbers
            .enumerate()
            .map(|(index, number)| (index as f64, number));
        Ok(Drawn {
            until: list.len().saturating_sub(1) as f64,
            points: points.collect(),
            is_timed: false,
        })
    }
}

/// Registers `plot` and `hist`.
pub(super) fn register(engine: &mut Engine, automation: &Automation) {
    for (name, draw) in [("plot", plot as fn(&Drawn) -> String), ("hist", hist)] {
        let shared = automation.clone();
        engine.register_fn(name, move |value: Dynamic| {
            shared.drawn(&value, name).map(|drawn| draw(&drawn))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(numbers: &[f64]) -> Drawn {
        let points = numbers.iter().enumerate();
        Drawn {
            until: numbers.len().saturating_sub(1) as f64,
            points: points
                .map(|(index, number)| (index as f64, Some(*number)))
                .collect(),
            is_timed: false,
        }
    }

    #[test]
    fn a_sparkline_goes_from_the_least_to_the_greatest() {
        assert_eq!(spark(&drawn(&[0.0, 1.0, 2.0, 7.0, 0.0]), 5), "▁▂▃█▁");
        assert_eq!(spark(&drawn(&[5.0, 5.0]), 2), "▅▅");
        assert_eq!(spark(&drawn(&[]), 3), "   ");
        assert_eq!(
            spark(&drawn(&[f64::NAN, 1.0, f64::INFINITY, 2.0]), 4)
                .chars()
                .count(),
            4
        );
    }

    #[test]
    fn drawings_are_bounded_whatever_the_numbers_are() {
        let many: Vec<f64> = (0..100_000)
            .map(|n| f64::from(n).sin() * f64::MAX)
            .collect();
        for numbers in [
            &many[..],
            &[1.0],
            &[],
            &[f64::NAN],
            &[f64::MAX, f64::MIN],
            &[1e-300, 2e-300],
        ] {
            for text in [plot(&drawn(numbers)), hist(&drawn(numbers))] {
                assert!(text.lines().count() <= HEIGHT + 1, "{text}");
                let widest = text.lines().map(|line| line.chars().count()).max();
                assert!(widest <= Some(LEGEND + 2 + WIDTH + 8), "{text}");
            }
        }
    }

    #[test]
    fn every_number_is_counted_once() {
        let text = hist(&drawn(&[0.0, 0.0, 0.0, 8.0]));
        let counts: Vec<u64> = text
            .lines()
            .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(counts, [3, 0, 0, 0, 0, 0, 0, 1]);
    }
}

//! Numbers as one row of characters, from the least to the greatest.

/// The steps of a bar, from low to high.
pub const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The least and the greatest of some numbers; `None` if there are none. What is not finite counts as none.
pub fn range(numbers: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = numbers.into_iter().filter(|number| number.is_finite());
    finite.fold(None, |range, number| {
        let (least, greatest) = range.unwrap_or((number, number));
        Some((f64::min(least, number), f64::max(greatest, number)))
    })
}

/// Which of `count` steps from the least to the greatest number one is; the middle if all are equal.
pub fn level(number: f64, (least, greatest): (f64, f64), count: usize) -> usize {
    let share = (number / 2.0 - least / 2.0) / (greatest / 2.0 - least / 2.0);
    match share.is_nan() {
        true => count / 2,
        false => ((share * count as f64) as usize).min(count - 1),
    }
}

/// The step of each cell, from 0 to 7; `None` where there is no number.
pub fn levels(cells: &[Option<f64>]) -> Vec<Option<u8>> {
    let Some(range) = range(cells.iter().copied().flatten()) else {
        return vec![None; cells.len()];
    };
    let finite = |cell: &Option<f64>| cell.filter(|number| number.is_finite());
    let step = |number| level(number, range, BARS.len()) as u8;
    cells.iter().map(|cell| finite(cell).map(step)).collect()
}

/// A row of bars, one for each step; a blank where there is none.
///
/// ```
/// use memglass_value::spark::{levels, row};
///
/// let cells = [Some(0.0), None, Some(1.0), Some(7.0)];
/// assert_eq!(row(&levels(&cells)), "▁ ▂█");
/// ```
pub fn row(levels: &[Option<u8>]) -> String {
    let bar = |level: &Option<u8>| level.map_or(' ', |level| BARS[usize::from(level.min(7))]);
    levels.iter().map(bar).collect()
}

/// The last number of each of `count` equal parts of the time from `from` to `until`. Each number holds until the next
/// one. The points are in order of their times.
pub fn held(
    points: impl IntoIterator<Item = (f64, Option<f64>)>,
    from: f64,
    until: f64,
    count: usize,
) -> Vec<Option<f64>> {
    let width = (until - from) / count as f64;
    let mut points = points.into_iter().peekable();
    let mut held = None;
    let column = |index: usize| {
        let end = match index + 1 {
            last if last == count => until,
            next => from + width * next as f64,
        };
        while let Some((_, number)) = points.next_if(|(time, _)| *time <= end) {
            held = number.filter(|number: &f64| number.is_finite());
        }
        held
    };
    (0..count).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(numbers: &[f64]) -> String {
        let cells: Vec<_> = numbers.iter().map(|number| Some(*number)).collect();
        row(&levels(&cells))
    }

    #[test]
    fn a_row_goes_from_the_least_to_the_greatest() {
        assert_eq!(drawn(&[0.0, 1.0, 2.0, 7.0, 0.0]), "▁▂▃█▁");
        assert_eq!(drawn(&[5.0, 5.0]), "▅▅");
        assert_eq!(drawn(&[]), "");
        assert_eq!(drawn(&[f64::NAN, 1.0, f64::INFINITY, 2.0]), " ▁ █");
        assert_eq!(drawn(&[f64::MIN, 0.0, f64::MAX]), "▁▅█");
    }

    #[test]
    fn a_number_holds_until_the_next_one_and_a_gap_is_a_gap() {
        let points = [(0.0, Some(1.0)), (2.0, Some(3.0)), (3.0, None)];
        let cells = held(points, 0.0, 4.0, 4);
        assert_eq!(cells, [Some(1.0), Some(3.0), None, None]);
    }
}

//! Timers: points on a grid that does not drift, and single points.

use std::time::Duration;

const NANOS: u128 = 1_000_000_000;

/// The points `start + n * period`, the first one period after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    start: Duration,
    period: Duration,
    /// The number of the next point. At a period of a nanosecond it counts for 584 years.
    next: u64,
}

impl Grid {
    /// A grid from `start`; `None` if `period` is 0, which has no points apart.
    pub fn new(start: Duration, period: Duration) -> Option<Self> {
        (!period.is_zero()).then_some(Grid {
            start,
            period,
            next: 1,
        })
    }

    /// The next point; `None` if there is none that a clock can show.
    pub fn next(&self) -> Option<Duration> {
        let offset = self.period.as_nanos().checked_mul(u128::from(self.next))?;
        let seconds = u64::try_from(offset / NANOS).ok()?;
        let nanos = u32::try_from(offset % NANOS).ok()?;
        self.start.checked_add(Duration::new(seconds, nanos))
    }

    /// Takes the next point if it is not after `now`.
    pub fn take(&mut self, now: Duration) -> Option<Duration> {
        let point = self.next().filter(|point| *point <= now)?;
        self.next += 1;
        Some(point)
    }

    /// Leaves out all points up to `now`, included; gives how many.
    pub fn skip(&mut self, now: Duration) -> u64 {
        let passed = now.saturating_sub(self.start).as_nanos() / self.period.as_nanos();
        let after = u64::try_from(passed).map_or(u64::MAX, |passed| passed.saturating_add(1));
        let skipped = after.saturating_sub(self.next);
        self.next = self.next.max(after);
        skipped
    }
}

/// A single point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once(Option<Duration>);

impl Once {
    /// The point `delay` after `now`.
    pub fn after(now: Duration, delay: Duration) -> Self {
        Once(now.checked_add(delay))
    }

    /// The point, until it was taken.
    pub fn next(&self) -> Option<Duration> {
        self.0
    }

    /// Takes the point if it is not after `now`.
    pub fn take(&mut self, now: Duration) -> Option<Duration> {
        self.0.take_if(|point| *point <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_grid_does_not_drift() {
        let mut grid = Grid::new(ms(0), ms(25)).expect("a period");
        let mut points = Vec::new();
        for now in (0..=110).step_by(7) {
            points.extend(grid.take(ms(now)));
        }
        assert_eq!(points, [ms(25), ms(50), ms(75), ms(100)]);
    }

    #[test]
    fn what_an_action_overran_is_skipped_its_end_included() {
        let mut grid = Grid::new(ms(0), ms(10)).expect("a period");
        assert_eq!(grid.take(ms(10)), Some(ms(10)));
        assert_eq!(grid.skip(ms(35)), 2);
        assert_eq!(grid.take(ms(35)), None);
        assert_eq!(grid.take(ms(40)), Some(ms(40)));
        assert_eq!(grid.skip(ms(50)), 1);
        assert_eq!(grid.next(), Some(ms(60)));
        assert_eq!(grid.skip(ms(50)), 0);
    }

    #[test]
    fn a_period_of_nothing_is_no_grid() {
        assert_eq!(Grid::new(ms(5), ms(0)), None);
    }

    #[test]
    fn the_end_of_time_is_no_point() {
        let day = Duration::from_secs(86_400);
        let mut grid = Grid::new(Duration::MAX - day, day).expect("a period");
        assert!(grid.next().is_some());
        grid.next = u64::MAX;
        assert_eq!(grid.next(), None);
        assert_eq!(Once::after(Duration::MAX, day).next(), None);
    }

    #[test]
    fn a_single_point_is_taken_once() {
        let mut once = Once::after(ms(5), ms(20));
        assert_eq!(once.take(ms(24)), None);
        assert_eq!(once.take(ms(30)), Some(ms(25)));
        assert_eq!(once.take(ms(30)), None);
    }
}

//! Points in time at which ticks are due.

use std::time::Duration;

/// The points `start + n * period`, for n from 1, of which some have passed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    start: Duration,
    period: Duration,
    /// The next n.
    next: u64,
}

impl Grid {
    pub(super) fn new(start: Duration, period: Duration) -> Grid {
        Grid {
            start,
            period,
            next: 1,
        }
    }

    /// The multiples of the period, from the first one after `now`: whoever divides the same clock by the same period
    /// means the same points.
    pub(super) fn of_multiples(now: Duration, period: Duration) -> Grid {
        let since = Duration::from_nanos(nanoseconds(now) % nanoseconds(period));
        Grid::new(now.saturating_sub(since), period)
    }

    /// When the next tick is due.
    pub(super) fn due(&self) -> Duration {
        let since = self.next.saturating_mul(nanoseconds(self.period));
        self.start + Duration::from_nanos(since)
    }

    /// If a tick is due at `now`, passes its point and all later ones up to now; returns how many there
    /// were besides.
    pub(super) fn pass(&mut self, now: Duration) -> Option<u64> {
        if now < self.due() {
            return None;
        }
        let last = nanoseconds(now - self.start) / nanoseconds(self.period);
        let late = last - self.next;
        self.next = last + 1;
        Some(late)
    }
}

/// At least one, and 584 years at most.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn ticks_stay_on_the_grid_whatever_they_take() {
        let mut grid = Grid::new(ms(100), ms(10));
        assert_eq!((grid.due(), grid.pass(ms(109))), (ms(110), None));
        assert_eq!(grid.pass(ms(113)), Some(0));
        assert_eq!((grid.due(), grid.pass(ms(119))), (ms(120), None));
        assert_eq!(grid.pass(ms(120)), Some(0));
    }

    #[test]
    fn grids_of_one_period_have_the_same_points() {
        let mut grid = Grid::of_multiples(ms(104), ms(10));
        assert_eq!((grid.due(), grid.pass(ms(109))), (ms(110), None));
        assert_eq!(grid.pass(ms(110)), Some(0));
        assert_eq!(Grid::of_multiples(ms(110), ms(10)).due(), ms(120));
    }

    #[test]
    fn points_passed_over_are_counted_and_not_made_up_for() {
        let mut grid = Grid::new(ms(0), ms(10));
        assert_eq!(grid.pass(ms(45)), Some(3));
        assert_eq!(grid.due(), ms(50));
        assert_eq!(grid.pass(ms(50)), Some(0));
    }
}

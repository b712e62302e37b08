//! Steady ticks.

use std::time::Duration;

use memglass::sampler::Rate;

/// When looks are due, and how many were left out.
pub(crate) struct Pace {
    begin: Duration,
    /// In nanoseconds; 0 is without a pause.
    period: u64,
    tick: u64,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// To look; so many looks were left out before this one.
    Look { late: u64 },
    /// Nothing, for so long.
    Rest(Duration),
}

impl Pace {
    /// The first look is due one period after `now`.
    pub(crate) fn new(rate: Rate, now: Duration) -> Pace {
        Pace {
            begin: now,
            period: nanoseconds(rate.period().unwrap_or_default()),
            tick: 1,
        }
    }

    /// Whether the next look is due at `now`, which it begins then.
    pub(crate) fn next(&mut self, now: Duration) -> Next {
        let passed = nanoseconds(now.saturating_sub(self.begin));
        let rest = self.tick.saturating_mul(self.period).saturating_sub(passed);
        if rest > 0 {
            return Next::Rest(Duration::from_nanos(rest));
        }
        let due = passed.checked_div(self.period);
        let late = due.map_or(0, |due| due - self.tick);
        self.tick += late + 1;
        Next::Look { late }
    }
}

/// 584 years at most.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: Duration = Duration::from_millis(7);

    #[test]
    fn looks_stay_on_their_grid_for_years() {
        let mut pace = Pace::new(Rate::every(Duration::from_micros(1)).unwrap(), BEGIN);
        let year = Duration::from_secs(365 * 24 * 3600);
        let late = year.as_micros() as u64 - 1;
        assert_eq!(pace.next(BEGIN + year), Next::Look { late });
        let rest = Duration::from_nanos(600);
        assert_eq!(
            pace.next(BEGIN + year + rest),
            Next::Rest(Duration::from_nanos(400))
        );
        let next = BEGIN + year + Duration::from_micros(3);
        assert_eq!(pace.next(next), Next::Look { late: 2 });
        assert_eq!(pace.next(next), Next::Rest(Duration::from_micros(1)));
    }

    #[test]
    fn without_a_pause_there_is_always_a_look() {
        let mut pace = Pace::new(Rate::SPIN, BEGIN);
        for time in [0, 0, 7, 1_000_000] {
            let next = pace.next(BEGIN + Duration::from_nanos(time));
            assert_eq!(next, Next::Look { late: 0 });
        }
    }
}

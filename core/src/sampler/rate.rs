//! How often something is sampled.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How often a sampler looks: from once an hour to a million times a second, or without a pause.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use memglass::sampler::Rate;
///
/// assert_eq!(Rate::hz(250.0)?, Rate::every(Duration::from_millis(4))?);
/// assert!(Rate::hz(0.0).is_err());
/// # Ok::<(), memglass::sampler::RateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate(Option<Duration>);

/// A rate that no sampler has.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RateError {
    /// The text says no rate.
    #[error("{text:?} is not a rate: write times a second, as 100, or spin")]
    Text {
        /// What was written.
        text: String,
    },
    /// It is no number of times a second, or too slow or too fast.
    #[error(
        "{hz} times a second is no rate; allowed is once an hour to 1,000,000 times a second, or spinning"
    )]
    Hz {
        /// What was asked for.
        hz: f64,
    },
    /// The time between two looks is too long or too short.
    #[error("a period of {period:?} is no rate; allowed is 1 microsecond to 1 hour, or spinning")]
    Period {
        /// What was asked for.
        period: Duration,
    },
}

const SHORTEST: Duration = Duration::from_micros(1);
const LONGEST: Duration = Duration::from_secs(3600);

impl Rate {
    /// Again and again without a pause. It keeps a processor busy, and sees a change within a
    /// microsecond.
    pub const SPIN: Rate = Rate(None);

    /// So many times a second.
    ///
    /// # Errors
    ///
    /// [`RateError::Hz`] if it is not between once an hour and a million times a second.
    pub fn hz(hz: f64) -> Result<Rate, RateError> {
        let period = Duration::try_from_secs_f64(1.0 / hz).map_err(|_| RateError::Hz { hz })?;
        Rate::every(period).map_err(|_| RateError::Hz { hz })
    }

    /// Once in each `period`.
    ///
    /// # Errors
    ///
    /// [`RateError::Period`] if it is not between a microsecond and an hour.
    pub fn every(period: Duration) -> Result<Rate, RateError> {
        match (SHORTEST..=LONGEST).contains(&period) {
            true => Ok(Rate(Some(period))),
            false => Err(RateError::Period { period }),
        }
    }

    /// The time between two looks; `None` if it spins.
    pub fn period(self) -> Option<Duration> {
        self.0
    }
}

impl Default for Rate {
    /// 1,000 times a second.
    fn default() -> Rate {
        Rate(Some(Duration::from_millis(1)))
    }
}

/// Times a second, as `100` or `0.5`, with or without `Hz` or `kHz` behind it; or `spin`.
impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Rate, RateError> {
        let lower = text.trim().to_ascii_lowercase();
        if lower == "spin" {
            return Ok(Rate::SPIN);
        }
        // Scripts write `100.hz`.
        let number = |unit: &str| Some(lower.strip_suffix(unit)?.trim_end_matches(['.', ' ']));
        let (number, factor) = match (number("khz"), number("hz")) {
            (Some(number), _) => (number, 1e3),
            (None, Some(number)) => (number, 1.0),
            (None, None) => (lower.as_str(), 1.0),
        };
        let hz: f64 = number.parse().map_err(|_| RateError::Text {
            text: text.to_owned(),
        })?;
        Rate::hz(hz * factor)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => out.pad("spinning"),
            Some(period) if period > Duration::from_secs(1) => write!(out, "every {period:?}"),
            Some(period) => write!(out, "{} Hz", 1.0 / period.as_secs_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_limits() {
        let an_hour = Rate::every(LONGEST).expect("the slowest");
        assert_eq!(Rate::hz(1.0 / 3600.0), Ok(an_hour));
        assert_eq!(Rate::hz(1e6), Rate::every(SHORTEST));
        for hz in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 1e7] {
            assert!(Rate::hz(hz).is_err(), "{hz}");
        }
        assert!(Rate::every(Duration::ZERO).is_err());
    }

    #[test]
    fn a_rate_is_read_as_people_write_it() {
        let hundred = Rate::hz(100.0);
        for text in ["100", "100Hz", "100 hz", "100.hz", "0.1kHz", " 100.0 "] {
            assert_eq!(text.parse(), hundred, "{text}");
        }
        assert_eq!("Spin".parse(), Ok(Rate::SPIN));
        for text in ["", "fast", "hz", "100 times", "1e3 mhz", "100hzhz"] {
            assert!(
                matches!(text.parse::<Rate>(), Err(RateError::Text { .. })),
                "{text}"
            );
        }
        for text in ["0", "-1", "nan", "inf", "1e9"] {
            assert!(
                matches!(text.parse::<Rate>(), Err(RateError::Hz { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_rate_prints_as_people_say_it() {
        let print = |rate: Result<Rate, _>| rate.expect("allowed").to_string();
        assert_eq!(print(Rate::hz(1000.0)), "1000 Hz");
        assert_eq!(print(Rate::every(LONGEST)), "every 3600s");
        assert_eq!(Rate::SPIN.to_string(), "spinning");
    }
}

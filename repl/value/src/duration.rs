//! Lengths of time: their units, what can be made of numbers, and numbers of fields whose unit is a time.

use std::cmp::Ordering;
use std::time::Duration;

use memglass::schema::Metadata;

use crate::number::{Integer, Number};

/// Names of the units and their length in nanoseconds.
pub const UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", NANOS),
    ("min", 60 * NANOS),
    ("h", 3600 * NANOS),
];

/// Nanoseconds of a second.
pub const NANOS: u64 = 1_000_000_000;

/// The units of rates, and how many times a second one of each is.
pub const RATES: [(&str, f64); 2] = [("hz", 1.0), ("khz", 1e3)];

/// The units as an error lists them.
pub const UNIT_NAMES: &str = "ns, us, ms, s, min, h";

/// A unit of time that a field declares for its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit(usize);

impl Unit {
    /// The unit of a field with this metadata, if it is a time.
    pub fn declared(metadata: &Metadata) -> Option<Self> {
        Unit::named(metadata.unit.as_deref()?)
    }

    fn named(name: &str) -> Option<Self> {
        let name = match name {
            "µs" | "μs" => "us",
            name => name,
        };
        UNITS.iter().position(|(unit, _)| *unit == name).map(Unit)
    }

    /// The unit at this place of [`UNITS`].
    pub fn at(index: usize) -> Option<Self> {
        (index < UNITS.len()).then_some(Unit(index))
    }

    /// Nanoseconds of one of it.
    pub fn nanos(self) -> u64 {
        UNITS[self.0].1
    }

    /// Its place in [`UNITS`].
    pub fn index(self) -> usize {
        self.0
    }

    /// How a number of this unit compares to a duration; a float that is not a number does not.
    pub fn order(self, number: Number, duration: Duration) -> Option<Ordering> {
        let Number::Integer(number) = number else {
            return number.as_f64().partial_cmp(&self.ratio(duration));
        };
        let (whole, rest) = self.split(duration);
        let above = match rest {
            0 => Ordering::Equal,
            _ => Ordering::Less,
        };
        Some(number.cmp(&whole).then(above))
    }

    /// A duration as a number of this unit: an integer if it is one.
    pub fn count(self, duration: Duration) -> Number {
        match self.split(duration) {
            (whole, 0) => Number::Integer(whole),
            _ => Number::Float(self.ratio(duration)),
        }
    }

    fn split(self, duration: Duration) -> (Integer, u128) {
        let (nanos, unit) = (duration.as_nanos(), u128::from(self.nanos()));
        ((nanos / unit).into(), nanos % unit)
    }

    fn ratio(self, duration: Duration) -> f64 {
        duration.as_nanos() as f64 / self.nanos() as f64
    }
}

/// So many seconds are no length of time: negative, too many, or not a number.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{seconds} s is not a duration")]
pub struct NotADuration {
    seconds: f64,
}

/// So many seconds.
///
/// # Errors
///
/// [`NotADuration`]: negative, too large, or not a number.
pub fn of_seconds(seconds: f64) -> Result<Duration, NotADuration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| NotADuration { seconds })
}

/// A length of time as it is written: `10ms`, `1.5s`, `2 min`. `None` if it is no number with a unit.
pub fn parse(text: &str) -> Option<Duration> {
    let end = text.find(char::is_alphabetic)?;
    let (number, name) = text.split_at(end);
    let (number, unit) = (number.trim(), Unit::named(name)?.nanos());
    match number.parse::<u64>() {
        Ok(count) => {
            let nanos = u128::from(count) * u128::from(unit);
            let (whole, rest) = (nanos / u128::from(NANOS), nanos % u128::from(NANOS));
            Some(Duration::new(u64::try_from(whole).ok()?, rest as u32))
        }
        Err(_) => of_seconds(number.parse::<f64>().ok()? * unit as f64 / NANOS as f64).ok(),
    }
}

/// So many times as long.
///
/// # Errors
///
/// [`NotADuration`]: negative or too large.
pub fn times(duration: Duration, count: i64) -> Result<Duration, NotADuration> {
    of_seconds(duration.as_secs_f64() * count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_time_is_an_error() {
        assert_eq!(of_seconds(1.5), Ok(Duration::from_millis(1500)));
        for seconds in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert!(of_seconds(seconds).is_err(), "{seconds}");
        }
        assert!(times(Duration::from_secs(1), -2).is_err());
    }

    #[test]
    fn a_number_with_its_unit_is_a_length_of_time() {
        for (text, nanos) in [
            ("10ms", 10_000_000),
            ("1.5s", 1_500_000_000),
            ("2 min", 120_000_000_000),
            ("3.us", 3_000),
            ("3µs", 3_000),
            ("9007199254740993ns", 9_007_199_254_740_993),
        ] {
            assert_eq!(parse(text), Some(Duration::from_nanos(nanos)), "{text}");
        }
        let long = parse("1000000000000000h").map(|time| time.as_secs());
        assert_eq!(long, Some(3_600_000_000_000_000_000));
        for text in [
            "",
            "10",
            "ms",
            "-1ms",
            "1e400s",
            "10 days",
            "1ms2",
            "18446744073709551615h",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_a_unit_compare_with_durations_exactly() {
        let ms = Unit(2);
        let order = |seconds| ms.order(1500.into(), Duration::from_secs_f64(seconds));
        assert_eq!(order(1.5), Some(Ordering::Equal));
        assert_eq!(order(1.500_000_001), Some(Ordering::Less));
        assert_eq!(order(1.499_999_999), Some(Ordering::Greater));
        assert_eq!(ms.order(f64::NAN.into(), Duration::ZERO), None);
        assert_eq!(ms.count(Duration::from_micros(1500)), 1.5.into());
    }
}

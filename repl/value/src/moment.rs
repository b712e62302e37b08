//! Moments of recordings and lengths of time, as they are typed.

use std::time::{Duration, SystemTime};

use crate::duration;

/// The moment that a text means: `start`, `end`, a time after the start as `12.5s`, a time of day as `12:03:04.5`, or that
/// with its date, as `export` and scripts write it.
///
/// # Errors
///
/// Why it means none, and what would.
pub fn within(text: &str, start: SystemTime, end: SystemTime) -> Result<SystemTime, String> {
    match text {
        "start" | "0" | "0s" => Ok(start),
        "end" => Ok(end),
        text if text.contains(':') => {
            let (moment, as_text): (_, fn(_) -> _) = match text.contains('-') {
                true => (with_date(text), crate::time::text),
                false => (time_of_day(text, start), crate::time::clock),
            };
            let moment = moment.ok_or_else(|| {
                format!("{text:?} is no time; write it as 12:03:04.5 or 2026-05-04 12:03:04.5")
            })?;
            match moment > end + ROUNDING || moment + SLACK <= start {
                true => {
                    let [start, end] = [start, end].map(as_text);
                    Err(format!("the recording goes from {start} to {end}"))
                }
                false => Ok(moment.max(start).min(end)),
            }
        }
        text => {
            let after = parse_seconds(text).map_err(|_| {
                format!(
                    "{text:?} is no moment: write start, end, 12.5s after the start, or 12:03:04.5"
                )
            });
            let moment = start.checked_add(after?);
            Ok(moment.unwrap_or(end).min(end))
        }
    }
}

/// A moment that was written to the microsecond may be so much later than it was.
const ROUNDING: Duration = Duration::from_micros(1);

/// A second's beginning names what is in it.
const SLACK: Duration = Duration::from_secs(1);

/// The moment of a date and a time, here unless it says where.
fn with_date(text: &str) -> Option<SystemTime> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.into());
    }
    let moment: jiff::civil::DateTime = text.parse().ok()?;
    let moment = moment.to_zoned(jiff::tz::TimeZone::system()).ok()?;
    Some(moment.timestamp().into())
}

/// The first moment at or after `start` that has this time of day here.
fn time_of_day(text: &str, start: SystemTime) -> Option<SystemTime> {
    let time: jiff::civil::Time = text.parse().ok()?;
    let zone = jiff::tz::TimeZone::system();
    let start = jiff::Timestamp::try_from(start).ok()?;
    let day = start.to_zoned(zone.clone()).date();
    let on = |day: jiff::civil::Date| day.to_datetime(time).to_zoned(zone.clone()).ok();
    let same = on(day)?;
    match same.timestamp() + SLACK > start {
        true => Some(same.timestamp().into()),
        false => on(day.tomorrow().ok()?).map(|next| next.timestamp().into()),
    }
}

/// A number and its unit: without one it might be seconds or milliseconds.
///
/// # Errors
///
/// What a time looks like.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    let usage = || format!("{text:?} is not a time: write it as 500ms, 5s or 2m");
    let minutes = text.strip_suffix('m');
    let minutes = minutes.filter(|number| !number.ends_with(char::is_alphabetic));
    let time = match minutes {
        Some(number) => duration::parse(&format!("{number}min")),
        None => duration::parse(text),
    };
    let time = time.ok_or_else(usage)?;
    match time.is_zero() {
        true => Err("the time must be more than 0".into()),
        false => Ok(time),
    }
}

/// The same, where a number alone is seconds.
///
/// # Errors
///
/// What a time looks like.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    match text.ends_with(|c: char| c.is_ascii_digit()) {
        true => parse_time(&format!("{text}s")),
        false => parse_time(text),
    }
}

/// How many times as fast as it was a recording is played.
///
/// # Errors
///
/// What a speed looks like.
pub fn parse_speed(text: &str) -> Result<f64, String> {
    if text == "max" {
        return Ok(f64::INFINITY);
    }
    let number = text.strip_prefix('x').unwrap_or(text);
    let speed: Option<f64> = number.strip_suffix('x').unwrap_or(number).parse().ok();
    let speed = speed.filter(|speed| (0.001..=1_000_000.0).contains(speed));
    speed.ok_or_else(|| format!("{text:?} is not a speed: write 0.5, 2 or max"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_within_the_recording() {
        let [start, end] =
            [10, 20].map(|second| SystemTime::UNIX_EPOCH + Duration::from_secs(second));
        let check = |text: &str, second: u64| {
            let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
            assert_eq!(within(text, start, end), Ok(expected), "{text}");
        };
        check("start", 10);
        check("end", 20);
        check("0", 10);
        check("3s", 13);
        check("3", 13);
        check("1h", 20);
        assert!(within("soon", start, end).is_err());
        // As an export writes them, and as a script does.
        check("1970-01-01T00:00:15Z", 15);
        check("1970-01-01 02:00:15+02:00", 15);
        let here = crate::time::exact(start + Duration::from_secs(5));
        check(&here, 15);
        check("1970-01-01T00:00:09.5Z", 10);
        for other_day in ["1970-01-02T00:00:15Z", "1969-12-31T00:00:15Z"] {
            let error = within(other_day, start, end).unwrap_err();
            assert!(error.contains("the recording goes from 19"), "{error}");
        }
        assert!(within("1970-01-01 soon:", start, end).is_err());
    }

    #[test]
    fn a_time_of_day_is_the_first_one_in_the_recording() {
        let zone = jiff::tz::TimeZone::system();
        let at = |text: &str| {
            let time: jiff::civil::DateTime = text.parse().unwrap();
            SystemTime::from(time.to_zoned(zone.clone()).unwrap().timestamp())
        };
        let start = at("2026-05-04T23:59:50");
        let check = |text: &str, expected: &str| {
            assert_eq!(time_of_day(text, start), Some(at(expected)), "{text}");
        };
        check("23:59:55.5", "2026-05-04T23:59:55.5");
        check("00:00:10", "2026-05-05T00:00:10");
        assert_eq!(time_of_day("12:99:00", start), None);
    }

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(parse_time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_time("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_time("2m"), Ok(Duration::from_secs(120)));
        for wrong in [
            "",
            "s",
            "200",
            "1.5",
            "0s",
            "5 parsecs",
            "-1s",
            "0",
            "1e400",
            "nan",
        ] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}

//! A moment of a recording, as it is typed.

use std::time::SystemTime;

use super::arguments::parse_time;

/// The moment that a text means: `start`, `end`, a time after the start as `12.5s`, or a time of day as
/// `12:03:04.5`.
pub(super) fn within(text: &str, start: SystemTime, end: SystemTime) -> Result<SystemTime, String> {
    match text {
        "start" | "0" | "0s" => Ok(start),
        "end" => Ok(end),
        text if text.contains(':') => {
            let moment = time_of_day(text, start)
                .ok_or_else(|| format!("{text:?} is no time of day; write it as 12:03:04.5"))?;
            match moment > end {
                true => {
                    let [start, end] = [start, end].map(memglass_value::time::clock);
                    Err(format!("the recording goes from {start} to {end}"))
                }
                false => Ok(moment),
            }
        }
        text => {
            let after = parse_time(text).map_err(|_| {
                format!(
                    "{text:?} is no moment: write start, end, 12.5s after the start, or 12:03:04.5"
                )
            });
            let moment = start.checked_add(after?);
            Ok(moment.unwrap_or(end).min(end))
        }
    }
}

/// The first moment at or after `start` that has this time of day here.
fn time_of_day(text: &str, start: SystemTime) -> Option<SystemTime> {
    let time: jiff::civil::Time = text.parse().ok()?;
    let zone = jiff::tz::TimeZone::system();
    let start = jiff::Timestamp::try_from(start).ok()?;
    let day = start.to_zoned(zone.clone()).date();
    let on = |day: jiff::civil::Date| day.to_datetime(time).to_zoned(zone.clone()).ok();
    let same = on(day)?;
    // A second's beginning names what is in it.
    let slack = jiff::SignedDuration::from_secs(1);
    match same.timestamp() + slack > start {
        true => Some(same.timestamp().into()),
        false => on(day.tomorrow().ok()?).map(|next| next.timestamp().into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        check("1h", 20);
        assert!(within("soon", start, end).is_err());
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
}

//! Moments as text.

use std::time::SystemTime;

use jiff::{Timestamp, Zoned};

/// A date and a time to the microsecond.
const PRECISE: &str = "%Y-%m-%d %H:%M:%S.%6f";

/// A moment as RFC 3339 has it; `None` of one beyond the year 9999: a stranger's memory has no such time.
pub fn rfc3339(moment: SystemTime) -> Option<String> {
    Timestamp::try_from(moment)
        .ok()
        .map(|moment| moment.to_string())
}

/// A moment as RFC 3339 has it, to the microsecond and always of the same width, so that lines sort by it.
pub fn stamp(moment: SystemTime) -> Option<String> {
    let moment = Timestamp::try_from(moment).ok()?;
    Some(moment.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
}

/// A moment as a person would write it, to the second.
pub fn text(moment: SystemTime) -> String {
    Timestamp::try_from(moment).map_or_else(|_| "?".into(), local)
}

/// The same, to the millisecond.
pub fn exact(moment: SystemTime) -> String {
    clock_as(moment, "%Y-%m-%d %H:%M:%S.%3f")
}

/// The first microsecond that is not before a moment: what is so at the moment is so then.
pub fn not_before(moment: SystemTime) -> String {
    let up = moment.checked_add(std::time::Duration::from_nanos(999));
    clock_as(up.unwrap_or(moment), PRECISE)
}

/// An RFC 3339 text as a person would write the moment; another text as it is.
pub(crate) fn local_text(rfc3339: &str) -> String {
    rfc3339.parse().map_or_else(|_| rfc3339.to_owned(), local)
}

/// The same to the microsecond.
pub(crate) fn precise_local_text(rfc3339: &str) -> String {
    let moment: Result<Timestamp, _> = rfc3339.parse();
    moment.map_or_else(
        |_| rfc3339.to_owned(),
        |moment| clock_as(moment.into(), PRECISE),
    )
}

/// The time of day of a moment, to the second.
pub fn clock(moment: SystemTime) -> String {
    clock_as(moment, "%H:%M:%S")
}

/// The time of day of a moment, to the millisecond.
pub fn exact_clock(moment: SystemTime) -> String {
    clock_as(moment, "%H:%M:%S.%3f")
}

/// The time of day of a moment, to the microsecond.
pub fn precise_clock(moment: SystemTime) -> String {
    clock_as(moment, "%H:%M:%S.%6f")
}

fn clock_as(moment: SystemTime, form: &str) -> String {
    Timestamp::try_from(moment).map_or_else(
        |_| "?".into(),
        |moment| {
            let zoned: Zoned = moment.to_zoned(jiff::tz::TimeZone::system());
            zoned.strftime(form).to_string()
        },
    )
}

fn local(moment: Timestamp) -> String {
    clock_as(moment.into(), "%Y-%m-%d %H:%M:%S")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_moment_is_short_for_people_and_exact_for_programs() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250);
        assert_eq!(text(moment).len(), "2023-11-14 22:13:20".len());
        let precise = precise_local_text(&rfc3339(moment).unwrap());
        assert!(precise.ends_with(":20.250000"), "{precise}");
        assert_eq!(rfc3339(moment).as_deref(), Some("2023-11-14T22:13:20.25Z"));
        assert_eq!(
            stamp(moment).as_deref(),
            Some("2023-11-14T22:13:20.250000Z")
        );
        assert_eq!(clock(moment).len(), "22:13:20".len());
        assert!(exact_clock(moment).ends_with(":20.250"));
        // The milliseconds go with the second that they are in.
        let later = moment + Duration::from_millis(500);
        assert!(exact(later).ends_with(":20.750"), "{}", exact(later));
    }

    #[test]
    fn a_moment_that_no_calendar_has_is_not_made_up() {
        let beyond = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 45);
        assert_eq!(text(beyond), "?");
        assert_eq!(rfc3339(beyond), None);
    }
}

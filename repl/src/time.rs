//! Moments as text.

use std::time::SystemTime;

use jiff::{Timestamp, Unit, Zoned};
use serde_json::Value as Json;

use crate::table::Cell;

/// A moment for a table: local time of day with its date, RFC 3339 for programs.
pub(crate) fn cell(moment: SystemTime) -> Cell {
    match Timestamp::try_from(moment) {
        Ok(moment) => Cell::new(local(moment), moment.to_string()),
        // A clock beyond the year 9999 is in a stranger's memory and no time at all.
        Err(_) => Cell::new("?", Json::Null),
    }
}

/// A moment as a person would write it, to the second.
pub(crate) fn text(moment: SystemTime) -> String {
    Timestamp::try_from(moment).map_or_else(|_| "?".into(), local)
}

fn local(moment: Timestamp) -> String {
    let zoned: Zoned = moment.to_zoned(jiff::tz::TimeZone::system());
    let zoned = zoned.round(Unit::Second).unwrap_or(zoned);
    zoned.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_moment_is_short_for_people_and_exact_for_programs() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250);
        assert_eq!(text(moment).len(), "2023-11-14 22:13:20".len());
        let Cell { .. } = cell(moment);
    }

    #[test]
    fn a_moment_that_no_calendar_has_is_not_made_up() {
        let beyond = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 45);
        assert_eq!(text(beyond), "?");
    }
}

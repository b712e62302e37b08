//! Indices as scripts write them: negative ones count from the end.

use memglass::schema::Range;

/// Which of `count` elements is meant.
///
/// # Errors
///
/// A text that says what is allowed instead; `noun` is what the elements are counted as.
pub fn find(noun: &str, index: i64, count: u64) -> Result<u64, String> {
    let from_start = match index < 0 {
        true => count.checked_sub(index.unsigned_abs()),
        false => Some(index.unsigned_abs()),
    };
    from_start
        .filter(|index| *index < count)
        .ok_or_else(|| refusal(noun, index, count))
}

fn refusal(noun: &str, index: i64, count: u64) -> String {
    if count == 0 {
        return format!("{noun} {index} is out of range; there is none");
    }
    let allowed = match index < 0 {
        true => Range::of(-i128::from(count), -1).to_string(),
        false => Range::of_indices(count).to_string(),
    };
    format!("{noun} {index} is out of range; allowed is {allowed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(index: i64, count: u64, expected: &str) {
        assert_eq!(find("index", index, count).unwrap_err(), expected);
    }

    #[test]
    fn a_negative_index_counts_from_the_end() {
        assert_eq!(find("index", 0, 5), Ok(0));
        assert_eq!(find("index", 4, 5), Ok(4));
        assert_eq!(find("index", -1, 5), Ok(4));
        assert_eq!(find("index", -5, 5), Ok(0));
    }

    #[test]
    fn a_refusal_says_what_is_allowed_from_that_end() {
        refused(5, 5, "index 5 is out of range; allowed is 0..=4");
        refused(-6, 5, "index -6 is out of range; allowed is -5..=-1");
        refused(0, 0, "index 0 is out of range; there is none");
        let (most, least) = (i64::MAX, i64::MIN);
        refused(
            most,
            1,
            &format!("index {most} is out of range; allowed is 0..=0"),
        );
        refused(
            least,
            1,
            &format!("index {least} is out of range; allowed is -1..=-1"),
        );
    }
}

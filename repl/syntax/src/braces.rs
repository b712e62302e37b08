//! Alternatives in a path: `*_position.{avg_price,quantity}` is two paths.

/// The paths that `path` stands for, with one of each group of alternatives behind its label.
///
/// Braces in a label are a matter of its pattern, which matches labels that one of them alone does not.
///
/// # Errors
///
/// If there are more than 10,000, or the path that has them has more than 4,096 bytes.
pub fn alternatives(path: &str) -> Result<Vec<String>, AlternativesError> {
    let mut found = Vec::new();
    if path.len() > LONGEST && group(path).is_some() {
        return Err(AlternativesError::TooLong { found: path.len() });
    }
    let mut left = MOST_STEPS;
    match expand(path, &mut found, &mut left) {
        Some(()) if found.len() <= MOST => Ok(found),
        _ => Err(AlternativesError::TooMany),
    }
}

/// Bytes of the longest path with alternatives.
const LONGEST: usize = 4096;

/// Paths that one may stand for.
const MOST: usize = 10_000;

/// Paths that are made on the way, those included that have alternatives still.
const MOST_STEPS: usize = 2 * MOST;

/// Why the alternatives of a path are not tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlternativesError {
    /// It stands for too many paths.
    #[error("the alternatives in braces stand for too many paths; the most is {MOST}")]
    TooMany,
    /// It is too long.
    #[error(
        "a path with alternatives in braces has at most {LONGEST} bytes, and this one has {found}"
    )]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
}

/// Adds the paths that `path` stands for; none if there are more of them than steps left.
fn expand(path: &str, found: &mut Vec<String>, left: &mut usize) -> Option<()> {
    *left = left.checked_sub(1)?;
    let Some((start, end)) = group(path) else {
        found.push(path.to_owned());
        return Some(());
    };
    let (before, after) = (&path[..start], &path[end + 1..]);
    let mut parts = path[start + 1..end].split(',');
    parts.try_for_each(|part| {
        let path = format!("{before}{}{after}", part.trim());
        expand(&path, found, left)
    })
}

/// Where the first group behind the label begins and ends.
fn group(path: &str) -> Option<(usize, usize)> {
    let (mut is_quoted, mut depth, mut is_behind_label) = (false, 0_u32, false);
    let mut start = None;
    for (at, c) in path.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '{' if is_behind_label && start.is_none() => start = Some(at),
            '}' if start.is_some() => return start.map(|start| (start, at)),
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '.' | '[' if depth == 0 => is_behind_label = true,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &[&str]) {
        assert_eq!(alternatives(path).unwrap(), expected, "{path}");
    }

    #[test]
    fn a_path_has_one_of_each_group_behind_its_label() {
        check("a.b", &["a.b"]);
        check("*.{a,b}", &["*.a", "*.b"]);
        check("x.{a, b}.{c,d}", &["x.a.c", "x.a.d", "x.b.c", "x.b.d"]);
        check("x.q.{bid,ask}_price", &["x.q.bid_price", "x.q.ask_price"]);
    }

    #[test]
    fn more_alternatives_than_anybody_means_are_an_error_at_once() {
        let groups = |count: usize| format!("x.{}", "{a,b}".repeat(count));
        assert_eq!(alternatives(&groups(13)).map(|paths| paths.len()), Ok(8192));
        assert_eq!(alternatives(&groups(40)), Err(AlternativesError::TooMany));
        let nested = format!("x.{}{}", "{".repeat(2000), "}".repeat(2000));
        assert_eq!(alternatives(&nested).map(|paths| paths.len()), Ok(1));
        let long = groups(1000);
        let found = long.len();
        assert_eq!(
            alternatives(&long),
            Err(AlternativesError::TooLong { found })
        );
    }

    #[test]
    fn braces_of_a_label_stay() {
        check("{A,B}_*.q", &["{A,B}_*.q"]);
        check("{A.x,B}.{q,r}", &["{A.x,B}.q", "{A.x,B}.r"]);
        check("\"a.{b,c}\".d", &["\"a.{b,c}\".d"]);
        check("x.{a", &["x.{a"]);
    }
}

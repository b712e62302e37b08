//! Paths with a pattern for the label: `AAPL_*.quantity` is a field of each object that has it.

use memglass::{Field, Observer};

use super::CommandError;
use super::objects::pattern;
use super::words::quote;

/// Whether the label that `path` begins with is a pattern and not one that an object has.
///
/// A bracket is an index here, so that `[a-z]` is no part of a pattern as it is for `:objects`.
pub(crate) fn is_pattern(observer: &Observer, path: &str) -> bool {
    let (label, _) = split(path);
    let is_pattern = !label.starts_with('"') && label.contains(['*', '?', '{']);
    is_pattern && observer.find(label).is_none()
}

/// A path, and the place that it leads to.
pub(super) type Found = (String, Field);

/// What `path` leads to, in the order of labels. Of a pattern's objects, those without such a field are
/// left out.
///
/// # Errors
///
/// If there is no such place at all.
pub(super) fn find(observer: &Observer, path: &str) -> Result<Vec<Found>, CommandError> {
    if !is_pattern(observer, path) {
        return Ok(vec![(path.to_owned(), observer.field(path)?)]);
    }
    let (glob, rest) = split(path);
    let labels = matching(observer, glob)?;
    if labels.is_empty() {
        return Err(CommandError::NoMatch {
            pattern: glob.to_owned(),
        });
    }
    let found = labels.iter().map(|label| {
        let path = format!("{}{rest}", quote(label));
        observer.field(&path).map(|field| (path, field))
    });
    let (found, missed): (Vec<_>, Vec<_>) = found.partition(Result::is_ok);
    match missed.into_iter().find_map(Result::err) {
        Some(error) if found.is_empty() => Err(error.into()),
        _ => Ok(found.into_iter().flatten().collect()),
    }
}

/// The label, and what follows it.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.find(['.', '[']).unwrap_or(path.len()))
}

fn matching(observer: &Observer, glob: &str) -> Result<Vec<String>, CommandError> {
    let matcher = pattern(glob)?;
    let labels = observer.objects().map(|object| object.label);
    let mut labels: Vec<String> = labels
        .filter(|label| matcher.is_match(&**label))
        .map(|label| label.to_string())
        .collect();
    labels.sort();
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_pattern_ends_where_the_label_does() {
        assert_eq!(split("AAPL_*"), ("AAPL_*", ""));
        assert_eq!(split("*.last_quote.bid"), ("*", ".last_quote.bid"));
        assert_eq!(split("{book,tape}[0].price"), ("{book,tape}", "[0].price"));
    }
}

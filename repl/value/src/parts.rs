//! The parts of a value that have no parts themselves, and which of them differ.

use memglass::Value;

/// A part of one value or of two: its path below them, such as `levels[2].price`, and what is there.
#[derive(Debug)]
pub struct Difference<'v> {
    /// Empty if the value has no parts.
    pub path: String,
    /// What the first one has there.
    pub old: Option<&'v Value>,
    /// What the second one has there.
    pub now: Option<&'v Value>,
}

/// The parts in which two values differ, in the order of the second. Floats differ when their bits do.
///
/// Without a first value these are all parts of the second.
///
/// # Examples
///
/// ```
/// use memglass_value::Value;
/// use memglass_value::parts::differences;
///
/// let (old, now) = (Value::from([1, 2, 3]), Value::from([1, 5, 3]));
/// let parts: Vec<String> = differences(Some(&old), Some(&now)).into_iter().map(|part| part.path).collect();
/// assert_eq!(parts, ["[1]"]);
/// assert_eq!(differences(None, Some(&now)).len(), 3);
/// ```
pub fn differences<'v>(old: Option<&'v Value>, now: Option<&'v Value>) -> Vec<Difference<'v>> {
    let mut found = Vec::new();
    compare(&mut String::new(), old, now, &mut found);
    found
}

fn compare<'v>(
    path: &mut String,
    old: Option<&'v Value>,
    now: Option<&'v Value>,
    found: &mut Vec<Difference<'v>>,
) {
    match (old, now) {
        (None | Some(Value::Record(_)), Some(Value::Record(_)))
        | (Some(Value::Record(_)), None) => compare_members(path, old, now, found),
        (None | Some(Value::List(_)), Some(Value::List(_))) | (Some(Value::List(_)), None) => {
            compare_elements(path, old, now, found);
        }
        (Some(one), Some(other)) if is_same(one, other) => {}
        (None, None) => {}
        (old, now) => found.push(Difference {
            path: path.trim_start_matches('.').into(),
            old,
            now,
        }),
    }
}

fn compare_members<'v>(
    path: &mut String,
    old: Option<&'v Value>,
    now: Option<&'v Value>,
    found: &mut Vec<Difference<'v>>,
) {
    let members = |value: Option<&'v Value>| match value {
        Some(Value::Record(record)) => record.iter().collect(),
        _ => Vec::new(),
    };
    let (old, now) = (members(old), members(now));
    let member = |all: &[(_, &'v Value)], name: &_| {
        all.iter().find(|(other, _)| other == name).map(|one| one.1)
    };
    let gone = old.iter().filter(|(name, _)| member(&now, name).is_none());
    for (index, (name, _)) in now.iter().chain(gone).enumerate() {
        // Members of two values of one type are in one order.
        let is_beside = old.get(index).is_some_and(|(other, _)| other == name);
        let before = match is_beside {
            true => Some(old[index].1),
            false => member(&old, name),
        };
        let len = path.len();
        path.push('.');
        path.push_str(name);
        let after = now.get(index).map(|one| one.1);
        compare(path, before, after, found);
        path.truncate(len);
    }
}

fn compare_elements<'v>(
    path: &mut String,
    old: Option<&'v Value>,
    now: Option<&'v Value>,
    found: &mut Vec<Difference<'v>>,
) {
    let elements = |value: Option<&'v Value>| match value {
        Some(Value::List(elements)) => &elements[..],
        _ => &[],
    };
    let (old, now) = (elements(old), elements(now));
    for index in 0..old.len().max(now.len()) {
        let len = path.len();
        path.push_str(&format!("[{index}]"));
        compare(path, old.get(index), now.get(index), found);
        path.truncate(len);
    }
}

/// Whether two values have the same bits: a NaN is the same as itself and as no other NaN, and -0.0 is not 0.0.
pub fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::F32(one), Value::F32(other)) => one.to_bits() == other.to_bits(),
        (Value::F64(one), Value::F64(other)) => one.to_bits() == other.to_bits(),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same(one, other))
        }
        (Value::Record(one), Value::Record(other)) => {
            one.iter().len() == other.iter().len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use memglass::Record;

    use super::*;

    fn record(members: &[(&str, Value)]) -> Value {
        let names: Arc<[Arc<str>]> = members.iter().map(|(name, _)| Arc::from(*name)).collect();
        let values = members.iter().map(|(_, value)| value.clone()).collect();
        Value::Record(Record::new(names, values))
    }

    #[track_caller]
    fn check(old: &Value, now: &Value, expected: &[&str]) {
        let found = differences(Some(old), Some(now));
        let shown: Vec<String> = found
            .iter()
            .map(|part| format!("{} {:?} {:?}", part.path, part.old, part.now))
            .collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn parts_are_named_by_their_paths() {
        let level = |price: i64| record(&[("price", price.into())]);
        let book = |prices: [i64; 2]| {
            record(&[
                ("levels", Value::List(prices.map(level).to_vec())),
                ("n", 1.into()),
            ])
        };
        check(
            &book([1, 2]),
            &book([1, 3]),
            &["levels[1].price Some(I64(2)) Some(I64(3))"],
        );
        check(&book([1, 2]), &book([1, 2]), &[]);
    }

    #[test]
    fn members_that_came_or_went_are_found_by_name() {
        let old = record(&[("a", 1.into()), ("b", 2.into())]);
        let now = record(&[("c", 3.into()), ("a", 1.into())]);
        check(&old, &now, &["c None Some(I64(3))", "b Some(I64(2)) None"]);
    }

    #[test]
    fn floats_differ_when_their_bits_do() {
        check(&f64::NAN.into(), &f64::NAN.into(), &[]);
        check(
            &0.0.into(),
            &(-0.0).into(),
            &[" Some(F64(0.0)) Some(F64(-0.0))"],
        );
    }

    #[test]
    fn what_is_of_another_kind_differs_as_a_whole() {
        check(
            &Value::from([1, 2]),
            &3.into(),
            &[" Some(List([I64(1), I64(2)])) Some(I64(3))"],
        );
    }
}

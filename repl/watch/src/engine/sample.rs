//! A value as it was sampled, compared by its bits.

use memglass::Value;

/// A value that equals another one if they have the same bits: a NaN is equal to itself and to no other
/// NaN, and -0.0 is not 0.0.
#[derive(Clone, Debug)]
pub struct Sample(pub Value);

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        is_same(&self.0, &other.0)
    }
}

/// Whether two values have the same bits: a NaN is equal to itself and to no other NaN, and -0.0 is not 0.0.
pub fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::F64(a), Value::F64(b)) => a.to_bits() == b.to_bits(),
        (Value::F32(a), Value::F32(b)) => a.to_bits() == b.to_bits(),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Record(a), Value::Record(b)) => {
            a.iter().count() == b.iter().count()
                && a.iter()
                    .zip(b.iter())
                    .all(|((a_name, a), (b_name, b))| a_name == b_name && is_same(a, b))
        }
        (a, b) => a == b,
    }
}

/// The paths of the numbers and texts in which two values of one type differ, below the values themselves;
/// none for values without parts.
pub(super) fn differences(old: &Value, now: &Value) -> Vec<String> {
    let mut found = Vec::new();
    differ(old, now, "", &mut found);
    found.retain(|path| !path.is_empty());
    found
}

fn differ(old: &Value, now: &Value, path: &str, found: &mut Vec<String>) {
    match (old, now) {
        (Value::List(old), Value::List(now)) if old.len() == now.len() => {
            for (index, (old, now)) in old.iter().zip(now).enumerate() {
                differ(old, now, &format!("{path}[{index}]"), found);
            }
        }
        (Value::Record(old), Value::Record(now)) => {
            for ((name, old), (_, now)) in old.iter().zip(now.iter()) {
                differ(old, now, &member(path, name), found);
            }
        }
        (old, now) if !is_same(old, now) => found.push(path.to_owned()),
        _ => {}
    }
}

/// Calls `visit` with each number and text in a value, and the path to it.
pub(super) fn visit_leaves(value: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit_leaves(element, &format!("{path}[{index}]"), visit);
            }
        }
        Value::Record(members) => {
            for (name, value) in members.iter() {
                visit_leaves(value, &member(path, name), visit);
            }
        }
        leaf => visit(path, leaf),
    }
}

fn member(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_compared_by_their_bits() {
        let sample = |value: f64| Sample(Value::F64(value));
        assert_eq!(sample(f64::NAN), sample(f64::NAN));
        assert_ne!(
            sample(f64::NAN),
            sample(f64::from_bits(0x7ff8_0000_0000_0001))
        );
        assert_ne!(sample(0.0), sample(-0.0));
        assert_eq!(
            Sample(Value::List(vec![f64::NAN.into()])),
            Sample(Value::List(vec![f64::NAN.into()]))
        );
    }

    #[test]
    fn the_parts_that_changed_are_named() {
        let list = |values: [i64; 3]| Value::from(values);
        assert_eq!(differences(&list([1, 2, 3]), &list([1, 5, 3])), ["[1]"]);
        assert_eq!(
            differences(&Value::I64(1), &Value::I64(2)),
            Vec::<String>::new()
        );
    }
}

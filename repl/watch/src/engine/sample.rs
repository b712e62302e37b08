//! A value as it was sampled, compared by its bits.

use std::convert::Infallible;

use memglass::Value;
use memglass_value::parts;
pub use memglass_value::parts::is_same;
use memglass_value::walk::{Inside, Parts, walk};

/// A value that equals another one if they have the same bits: a NaN is equal to itself and to no other
/// NaN, and -0.0 is not 0.0.
#[derive(Clone, Debug)]
pub struct Sample(pub Value);

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        is_same(&self.0, &other.0)
    }
}

/// The paths of the numbers and texts in which two values differ, below the values themselves; none for values without
/// parts.
pub(super) fn differences(old: &Value, now: &Value) -> Vec<String> {
    let differing = parts::differences(Some(old), Some(now)).into_iter();
    let paths = differing.map(|part| part.path);
    paths.filter(|path| !path.is_empty()).collect()
}

/// Calls `visit` with each number and text in a value, and the path to it.
pub(super) fn visit_leaves(value: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    if let Inside::Leaf = value.inside() {
        return visit(path, value);
    }
    let Ok(()) = walk(value, &mut |part| {
        if let Inside::Leaf = part.value.inside() {
            let separator = match path.is_empty() || part.path.starts_with('[') {
                true => "",
                false => ".",
            };
            visit(&format!("{path}{separator}{}", part.path), part.value);
        }
        Ok::<_, Infallible>(true)
    });
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
    fn members_of_another_variant_are_told_by_their_names() {
        let ping = Value::Record([("op", 1.into()), ("x", 2.into()), ("crc", 3.into())].into());
        let bare = Value::Record([("op", 2.into()), ("crc", 3.into())].into());
        assert_eq!(differences(&ping, &bare), ["op", "x"]);
        let mut leaves = Vec::new();
        visit_leaves(&bare, "last", &mut |path, _| leaves.push(path.to_owned()));
        assert_eq!(leaves, ["last.op", "last.crc"]);
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

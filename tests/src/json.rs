//! Values as JSON, in the form that the independent reader prints.

use memglass::Value;
use serde_json::{Map, Number, Value as Json, json};

/// The value as the reader in `tests/reader` prints it.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Bool(truth) => json!(truth),
        Value::I64(number) => json!(number),
        Value::U64(number) => json!(number),
        Value::I128(number) => whole(number),
        Value::U128(number) => whole(number),
        Value::F32(number) => float(f64::from(*number)),
        Value::F64(number) => float(*number),
        Value::Text(text) => json!(text),
        Value::Enum(value) => {
            json!({"number": whole(&value.number), "name": value.name.as_deref()})
        }
        Value::Flags(value) => {
            let names: Vec<&str> = value.names.iter().map(|name| &**name).collect();
            json!({"bits": value.bits, "names": names})
        }
        Value::Address(address) => json!({"address": address}),
        Value::List(values) => values.iter().map(to_json).collect(),
        Value::Record(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.to_string(), to_json(value)));
            Json::Object(members.collect::<Map<_, _>>())
        }
        other => unimplemented!("the reader has no form for {other}"),
    }
}

/// A whole number with all its digits.
fn whole(number: &impl ToString) -> Json {
    Json::Number(Number::from_string_unchecked(number.to_string()))
}

fn float(number: f64) -> Json {
    match Number::from_f64(number) {
        Some(number) => Json::Number(number),
        None if number.is_nan() => json!("NaN"),
        None if number > 0.0 => json!("Infinity"),
        None => json!("-Infinity"),
    }
}

/// Whether two documents say the same; a float may be written in several ways.
pub fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left.to_string() == right.to_string() || same_float(left, right)
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| left.0 == right.0 && same(left.1, right.1))
        }
        _ => left == right,
    }
}

/// Whether both are written as floats and are the same one. Whole numbers are compared as text:
/// their digits must not get lost.
fn same_float(left: &Number, right: &Number) -> bool {
    let float = |number: &Number| {
        number
            .to_string()
            .contains(['.', 'e', 'E'])
            .then(|| number.as_f64())
            .flatten()
    };
    float(left)
        .is_some_and(|left| float(right).is_some_and(|right| left.to_bits() == right.to_bits()))
}

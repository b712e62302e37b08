//! The JSON of a value.

use memglass::{FlagsValue, Value};
use serde_json::{Number, Value as Json};

use super::number;

/// A value as JSON, exactly.
///
/// - Integers of any width are JSON numbers with all their digits.
/// - A float is the shortest number that reads back the same, a 32-bit one as it was written; what is
///   not finite is one of the strings `"NaN"`, `"inf"` and `"-inf"`, since JSON has no such numbers.
/// - An enum value is its name, or its number if it has none. A flag set is the list of its names, with
///   the bits that have none as a number at the end. An address is a string in hexadecimal.
/// - A value of a kind that this version does not know is its text.
pub fn json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::I64(value) => Json::from(*value),
        Value::U64(value) => Json::from(*value),
        Value::I128(value) => digits(&value.to_string()),
        Value::U128(value) => digits(&value.to_string()),
        Value::F32(value) if value.is_finite() => digits(&number::exact_f32(*value)),
        Value::F32(value) => number::not_finite(f64::from(*value)).into(),
        Value::F64(value) if value.is_finite() => digits(&number::exact(*value)),
        Value::F64(value) => number::not_finite(*value).into(),
        Value::Text(text) => Json::String(text.clone()),
        Value::Enum(value) => match &value.name {
            Some(name) => Json::String(name.to_string()),
            None => digits(&value.number.to_string()),
        },
        Value::Flags(flags) => flag_names(flags),
        Value::Address(address) => Json::String(format!("0x{address:x}")),
        Value::List(elements) => Json::Array(elements.iter().map(json).collect()),
        Value::Record(members) => Json::Object(
            members
                .iter()
                .map(|(name, value)| (name.to_string(), json(value)))
                .collect(),
        ),
        other => Json::String(other.to_string()),
    }
}

fn digits(text: &str) -> Json {
    Json::Number(
        text.parse::<Number>()
            .expect("a finite number prints as a JSON number"),
    )
}

fn flag_names(flags: &FlagsValue) -> Json {
    let names = flags
        .names
        .iter()
        .map(|name| Json::String(name.to_string()));
    let unnamed = (flags.unnamed != 0).then(|| Json::from(flags.unnamed));
    Json::Array(names.chain(unnamed).collect())
}

#[cfg(test)]
mod tests {
    use memglass::EnumValue;

    use super::*;

    #[track_caller]
    fn check(value: impl Into<Value>, expected: &str) {
        assert_eq!(json(&value.into()).to_string(), expected);
    }

    #[test]
    fn integers_keep_all_their_digits() {
        check(u64::MAX, "18446744073709551615");
        check(u128::MAX, "340282366920938463463374607431768211455");
        check(i128::MIN, "-170141183460469231731687303715884105728");
    }

    #[test]
    fn floats_read_back_the_same() {
        check(0.1f32, "0.1");
        check(0.1f64 + 0.2, "0.30000000000000004");
        check(f64::MAX, "1.7976931348623157e+308");
        check(-0.0f64, "-0.0");
    }

    #[test]
    fn what_json_has_no_number_for_is_a_string() {
        check(f64::NAN, "\"NaN\"");
        check(f32::INFINITY, "\"inf\"");
    }

    #[test]
    fn names_are_used_where_there_are_any() {
        check_value(
            Value::Enum(EnumValue {
                number: 1,
                name: Some("OPEN".into()),
            }),
            "\"OPEN\"",
        );
        check_value(
            Value::Enum(EnumValue {
                number: -3,
                name: None,
            }),
            "-3",
        );
        let flags = FlagsValue {
            bits: 9,
            names: vec!["A".into()],
            unnamed: 8,
        };
        check_value(Value::Flags(flags), "[\"A\",8]");
    }

    #[test]
    fn members_stay_in_their_order() {
        let record = Value::Record([("z", 1i64.into()), ("a", Value::Address(255))].into());
        check_value(record, "{\"z\":1,\"a\":\"0xff\"}");
    }

    #[track_caller]
    fn check_value(value: Value, expected: &str) {
        assert_eq!(json(&value).to_string(), expected);
    }
}

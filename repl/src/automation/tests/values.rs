//! Values of scenarios: to memory, and from scripts.

use std::time::Duration;

use memglass::{Record, Value};
use rhai::{Dynamic, ImmutableString};
use serde_json::{Value as Json, json};

use crate::automation::moment::Moment;

/// A value for a field.
pub(super) fn to_memory(value: &Json) -> Value {
    match value {
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => match number.as_i64() {
            Some(integer) if !number.to_string().contains('.') => integer.into(),
            _ => number.as_f64().expect("a number").into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(elements) => Value::List(elements.iter().map(to_memory).collect()),
        Json::Object(members) => match special(value) {
            Some(special) => special.into(),
            None => {
                let members = members.iter();
                Value::Record(
                    members
                        .map(|(name, value)| (name.as_str(), to_memory(value)))
                        .collect::<Vec<_>>()
                        .into_record(),
                )
            }
        },
        Json::Null => panic!("no field holds nothing"),
    }
}

trait IntoRecord {
    fn into_record(self) -> Record;
}

impl IntoRecord for Vec<(&str, Value)> {
    fn into_record(self) -> Record {
        let (names, values): (Vec<&str>, Vec<Value>) = self.into_iter().unzip();
        let names: Vec<std::sync::Arc<str>> = names.into_iter().map(Into::into).collect();
        Record::new(names.into(), values)
    }
}

/// A float that JSON has no form for.
fn special(value: &Json) -> Option<f64> {
    if let Some(bits) = value.get("f64bits").and_then(Json::as_str) {
        return Some(f64::from_bits(u64::from_str_radix(bits, 16).expect("bits")));
    }
    match value.get("f64")?.as_str()? {
        "NaN" => Some(f64::NAN),
        "-0.0" => Some(-0.0),
        "inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        other => panic!("no float is called {other:?}"),
    }
}

/// A value of a script.
pub(super) fn of_script(value: &Dynamic) -> Json {
    if let Some(duration) = value.read_lock::<Duration>() {
        return millis(*duration);
    }
    if let Some(moment) = value.read_lock::<Moment>() {
        return millis(moment.since_start);
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return json!(text.as_str());
    }
    if let Some(list) = value.read_lock::<rhai::Array>() {
        return list.iter().map(of_script).collect();
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        let members = map
            .iter()
            .map(|(name, value)| (name.to_string(), of_script(value)));
        return Json::Object(members.collect());
    }
    if let Ok(float) = value.as_float() {
        return of_float(float);
    }
    if let Ok(integer) = value.as_int() {
        return json!(integer);
    }
    if let Ok(holds) = value.as_bool() {
        return json!(holds);
    }
    match value.is_unit() {
        true => Json::Null,
        false => json!(value.to_string()),
    }
}

fn of_float(float: f64) -> Json {
    if float.is_nan() {
        return json!({"f64": "NaN"});
    }
    if float == 0.0 && float.is_sign_negative() {
        return json!({"f64": "-0.0"});
    }
    if float.is_infinite() {
        let name = if float > 0.0 { "inf" } else { "-inf" };
        return json!({ "f64": name });
    }
    json!(float)
}

/// A time in milliseconds, whole if it is.
pub(super) fn millis(time: Duration) -> Json {
    match time.as_nanos() % 1_000_000 {
        0 => json!(u64::try_from(time.as_millis()).expect("a time of a scenario")),
        _ => json!(time.as_secs_f64() * 1e3),
    }
}

/// Whether two values are the same, however their numbers are written.
pub(super) fn is_same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| is_same(a, b)))
        }
        (a, b) => a == b,
    }
}

//! Records as JSON, in the form that the case files have.
#![allow(dead_code)] // Each test file uses a part of it.
#![allow(clippy::unwrap_used)] // Only tests use it.

use memglass_layouts::{Go, Kind, Limits, Node, Record, Value, Visitor};
use serde_json::{Value as Json, json};

/// The largest integer that JSON numbers hold exactly everywhere.
const EXACT: i128 = 1 << 53;

pub(crate) fn bytes(hex: &Json) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn limits(case: &Json) -> Limits {
    let given = &case["limits"];
    let mut limits = Limits::default();
    limits.depth = given["depth"]
        .as_u64()
        .map_or(limits.depth, |depth| depth as usize);
    limits.elements = given["elements"].as_u64().unwrap_or(limits.elements);
    limits.nodes = given["nodes"].as_u64().unwrap_or(limits.nodes);
    limits
}

pub(crate) fn to_json(value: Option<Value>) -> Json {
    match value {
        None => Json::Null,
        Some(Value::Bool(value)) => value.into(),
        Some(Value::Int(value)) if -EXACT < value && value < EXACT => (value as i64).into(),
        Some(Value::Int(value)) => value.to_string().into(),
        Some(Value::Wide(value)) => value.to_string().into(),
        Some(Value::Float(value)) if value.is_nan() => "nan".into(),
        Some(Value::Float(value)) if value.is_infinite() => {
            if value > 0.0 { "inf" } else { "-inf" }.into()
        }
        Some(Value::Float(value)) => json!(value),
        Some(Value::Text(value)) => value.into(),
        other => panic!("{other:?} is no value of a node"),
    }
}

pub(crate) fn from_json(json: &Json) -> Value {
    match json {
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.to_string().parse::<i128>() {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(values) => Value::List(values.iter().map(from_json).collect()),
        Json::Object(_) => Value::Map(map(json)),
        Json::Null => panic!("null is no value"),
    }
}

/// The same value with each fraction written in one way.
pub(crate) fn plain(json: &Json) -> Json {
    match json {
        Json::Number(number) if number.as_i64().is_none() => json!(number.as_f64()),
        Json::Array(values) => values.iter().map(plain).collect(),
        _ => json.clone(),
    }
}

pub(crate) fn map(json: &Json) -> Vec<(String, Value)> {
    json.as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.clone(), from_json(value)))
        .collect()
}

/// Leaves as `path=value`, faults as `path!Kind`, the size or `-` behind a bar.
#[derive(Default)]
struct Brief(Vec<String>);

impl Visitor for Brief {
    fn enter(&mut self, node: &Node<'_>) -> Go {
        if node.is_leaf() {
            let value = to_json(node.value());
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.0.push(format!("{}={value}", node.path()));
        }
        Go::Into
    }

    fn fault(&mut self, path: &str, kind: Kind) {
        self.0.push(format!("{path}!{kind}"));
    }
}

pub(crate) fn brief(record: &Record<'_>) -> String {
    let mut brief = Brief::default();
    record.walk(&mut brief);
    let size = record
        .size()
        .map_or_else(|| "-".to_owned(), |size| size.to_string());
    brief.0.push(format!("| {size}"));
    brief.0.join(" ")
}

#[derive(Default)]
struct Seen {
    nodes: Vec<Json>,
    faults: Vec<Json>,
    over: Vec<String>,
}

impl Visitor for Seen {
    fn enter(&mut self, node: &Node<'_>) -> Go {
        let place = node.place();
        self.nodes.push(json!([
            node.path(),
            node.kind(),
            place.offset(),
            place.size(),
            to_json(node.value())
        ]));
        if self.over.iter().any(|path| path == node.path()) {
            Go::Over
        } else {
            Go::Into
        }
    }

    fn fault(&mut self, path: &str, kind: Kind) {
        self.faults.push(json!([path, kind.to_string()]));
    }
}

pub(crate) fn nodes_and_faults(record: &Record<'_>) -> (Json, Json) {
    let mut seen = Seen::default();
    record.walk(&mut seen);
    (seen.nodes.into(), seen.faults.into())
}

pub(crate) fn walk_over(record: &Record<'_>, skip: &Json) -> Json {
    let over = skip
        .as_array()
        .into_iter()
        .flatten()
        .map(|path| path.as_str().unwrap().to_owned())
        .collect();
    let mut seen = Seen {
        over,
        ..Seen::default()
    };
    record.walk(&mut seen);
    seen.nodes.iter().map(|node| node[0].clone()).collect()
}

pub(crate) fn fold_paths(record: &Record<'_>) -> Json {
    let paths = record.fold(|node, parts: Vec<Vec<String>>| {
        let mut paths = parts.concat();
        paths.push(node.path().to_owned());
        paths
    });
    paths.concat().into()
}

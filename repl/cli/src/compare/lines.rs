//! Differences as lines: for people, as JSON, as CSV.

use std::time::SystemTime;

use memglass::schema::Schema;
use memglass::{Value, object_value};
use memglass_repl::program::Encoding;
use memglass_stream::{Object, State, Turn};
use memglass_terminal::look::{self, Look};
use memglass_terminal::streams;
use memglass_types::{Change as TypeChange, Detail};
use memglass_value::format::{self, Style};
use memglass_value::parts::{Difference, differences};
use memglass_value::time;
use serde_json::{Value as Json, json};

use super::super::options::Options;
use super::renamed;

/// What is different about one object.
pub(super) struct Event {
    pub(super) label: String,
    type_name: String,
    old: Option<Value>,
    now: Option<Value>,
}

impl Event {
    pub(super) fn appeared(schema: &Schema, object: &Object, bytes: &[u8]) -> Event {
        Event::new(schema, object, None, Some(value(schema, object, bytes)))
    }

    pub(super) fn vanished(schema: &Schema, object: &Object, bytes: &[u8]) -> Event {
        Event::new(schema, object, Some(value(schema, object, bytes)), None)
    }

    /// What differs between two values, which may be of two types; nothing if they are the same.
    pub(super) fn between(
        (old_schema, (old_object, old)): (&Schema, (&Object, &[u8])),
        (schema, (object, now)): (&Schema, (&Object, &[u8])),
    ) -> Option<Event> {
        let old = value(old_schema, old_object, old);
        let old = renamed::value(old, schema, object.type_id);
        let now = value(schema, object, now);
        let differs = !differences(Some(&old), Some(&now)).is_empty();
        differs.then(|| Event::new(schema, object, Some(old), Some(now)))
    }

    /// What a change meant, which the state has taken in; nothing if no part of the value is another one.
    pub(super) fn of(state: &State, turn: &Turn) -> Option<Event> {
        let schema = state.schema();
        let now = |object: &Object| state.get(&object.label).map(|(_, bytes)| bytes);
        match turn {
            Turn::Appeared(object) => Some(Event::appeared(schema, object, now(object)?)),
            Turn::Vanished(object, last) => Some(Event::vanished(schema, object, last)),
            Turn::Changed(object, old) => {
                let now = (&**object, now(object)?);
                Event::between((schema, (object, old)), (schema, now))
            }
        }
    }

    fn new(schema: &Schema, object: &Object, old: Option<Value>, now: Option<Value>) -> Event {
        Event {
            label: object.label.to_string(),
            type_name: schema.type_name(object.type_id),
            old,
            now,
        }
    }

    fn what(&self) -> &'static str {
        match (&self.old, &self.now) {
            (None, _) => "appeared",
            (_, None) => "vanished",
            _ => "changed",
        }
    }

    fn parts(&self) -> Vec<Difference<'_>> {
        differences(self.old.as_ref(), self.now.as_ref())
    }

    /// The path of a part of its value.
    fn path(&self, part: &str) -> String {
        match part.is_empty() || part.starts_with('[') {
            true => format!("{}{part}", self.label),
            false => format!("{}.{part}", self.label),
        }
    }
}

fn value(schema: &Schema, object: &Object, bytes: &[u8]) -> Value {
    object_value(schema, object.type_id, object.count, bytes)
}

/// How differences are written.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    encoding: Encoding,
    /// Whether JSON takes several lines.
    is_pretty: bool,
    look: Look,
}

impl Lines {
    pub(super) fn new(options: &Options, is_pretty: bool) -> Lines {
        Lines {
            encoding: match is_pretty {
                true => Encoding::Json,
                false => options.form.encoding,
            },
            is_pretty,
            look: Look::of_stdout(options.color),
        }
    }

    /// What stands above the first line; empty if nothing does.
    pub(super) fn head(self, is_timed: bool) -> &'static str {
        match (self.encoding, is_timed) {
            (Encoding::Csv, true) => "time,path,what,old,now\n",
            (Encoding::Csv, false) => "path,what,old,now\n",
            _ => "",
        }
    }

    /// Appends what is different about an object, and when that was seen.
    pub(super) fn put(self, out: &mut String, at: Option<SystemTime>, event: &Event) {
        match self.encoding {
            Encoding::Text => self.put_text(out, at, event),
            Encoding::Json => self.put_json(out, object(at, event)),
            Encoding::Csv => put_rows(out, at, event),
        }
    }

    /// Appends what is different about a type.
    pub(super) fn put_type(self, out: &mut String, change: &TypeChange, detail: &Detail) {
        let name = format::escaped(&change.name);
        let text = format::escaped(&detail.text);
        match self.encoding {
            Encoding::Text => {
                let note = match detail.compatible {
                    true => String::new(),
                    false => self
                        .look
                        .paint(look::caution(), "  (old data does not fit)"),
                };
                out.push_str(&format!("{} {name}: {text}{note}\n", change.what));
            }
            Encoding::Json => self.put_json(
                out,
                json!({
                    "what": change.what,
                    "name": &*change.name,
                    "change": detail.text,
                    "compatible": detail.compatible,
                }),
            ),
            Encoding::Csv => put_row(out, &[&change.name, change.what, "", &detail.text]),
        }
    }

    fn put_text(self, out: &mut String, at: Option<SystemTime>, event: &Event) {
        let clock = match at {
            Some(time) => {
                let clock = time::precise_clock(time);
                format!("{}  ", self.look.paint(look::faint(), &clock))
            }
            None => String::new(),
        };
        let brief = |value: Option<&Value>| {
            value.map_or_else(
                || "nothing".to_owned(),
                |value| format::brief(value, &Style::default()),
            )
        };
        if let ("appeared" | "vanished", word) = (event.what(), event.what()) {
            let word = self.look.paint(look::caution(), word);
            let last = if event.now.is_none() { ", last" } else { ":" };
            let value = brief(event.now.as_ref().or(event.old.as_ref()));
            let label = format::escaped(&event.label);
            out.push_str(&format!("{clock}{label}  {word}{last} {value}\n"));
            return;
        }
        for part in event.parts() {
            let path = event.path(&part.path);
            let path = format::escaped(&path);
            let (old, now) = (brief(part.old), brief(part.now));
            out.push_str(&format!("{clock}{path}  {old} -> {now}\n"));
        }
    }

    fn put_json(self, out: &mut String, json: Json) {
        let text = match self.is_pretty {
            true => format!("{json:#}"),
            false => json.to_string(),
        };
        out.push_str(&format::printable_json(&text));
        out.push('\n');
    }
}

fn object(at: Option<SystemTime>, event: &Event) -> Json {
    let json = |value: Option<&Value>| value.map(format::json);
    let mut line = json!({});
    if let Some(time) = at {
        line["time"] = json!(time::rfc3339(time));
    }
    line["object"] = json!(event.label);
    line["type"] = json!(event.type_name);
    line["what"] = json!(event.what());
    match event.what() {
        "changed" => {
            let parts = event.parts().into_iter().map(
                |part| json!({ "path": part.path, "old": json(part.old), "now": json(part.now) }),
            );
            line["changes"] = parts.collect();
        }
        "appeared" => line["now"] = json!(json(event.now.as_ref())),
        _ => line["old"] = json!(json(event.old.as_ref())),
    }
    line
}

fn put_rows(out: &mut String, at: Option<SystemTime>, event: &Event) {
    let time = at.map(|time| time::rfc3339(time).unwrap_or_default());
    let raw = |value: Option<&Value>| value.map_or_else(String::new, format::raw);
    for part in event.parts() {
        let path = event.path(&part.path);
        let (old, now) = (raw(part.old), raw(part.now));
        let cells = [path.as_str(), event.what(), &old, &now];
        match &time {
            Some(time) => {
                let [path, what, old, now] = cells;
                put_row(out, &[time, path, what, old, now]);
            }
            None => put_row(out, &cells),
        }
    }
}

fn put_row(out: &mut String, cells: &[&str]) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells);
    let row = writer.into_inner().unwrap_or_default();
    out.push_str(&streams::rows(&String::from_utf8_lossy(&row)));
}

//! The producer of a scenario: real sessions, one after the other, with the types that scenarios know.

use std::collections::HashMap;
use std::path::Path;

use memglass::{Observe, RawCell, RawObject, Record, Session, Text, Value};
use serde_json::Value as Json;

use super::values::to_memory;

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid_price: i64,
    ask_price: i64,
}

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    symbol: Text<16>,
    quantity: i64,
    limit: i64,
    avg_price: f64,
    live: bool,
    #[observe(seqlock)]
    last_quote: Quote,
    bid_levels: [i64; 5],
}

#[allow(clippy::upper_case_acronyms)] // The names that scripts see.
#[derive(Observe, Clone, Copy, Default)]
#[repr(u8)]
enum Status {
    #[default]
    PENDING,
    OPEN,
    PARTIAL,
    FILLED,
    CANCELLED,
}

memglass::bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Default)]
    struct Marks: u32 {
        const HIDDEN = 1;
        const IOC = 2;
        const DARK = 4;
    }
}

#[derive(Observe, Clone, Copy, Default)]
struct Order {
    symbol: Text<16>,
    quantity: i64,
    filled: i64,
    price: f64,
    status: Status,
    marks: Marks,
}

#[derive(Observe, Clone, Copy, Default)]
struct Gauge {
    value: f64,
    n: i64,
    d: i64,
    state: i64,
}

/// All sessions of a scenario; those that have ended stay as a crash would leave them.
pub(super) struct Producer {
    lives: Vec<Life>,
}

struct Life {
    session: Session,
    objects: HashMap<String, RawObject>,
}

impl Producer {
    pub(super) fn new() -> Self {
        Producer { lives: Vec::new() }
    }

    /// Starts another session; gives its name.
    pub(super) fn start(&mut self, dir: &Path) -> String {
        let name = format!("market_{}", self.lives.len());
        let session = Session::builder(&name).dir(dir).create();
        let session = session.expect("a session");
        // Their types are known from here on, as those of a program are that has made such objects before.
        drop(session.object("position", Position::default()));
        drop(session.object("order", Order::default()));
        drop(session.object("gauge", Gauge::default()));
        self.lives.push(Life {
            session,
            objects: HashMap::new(),
        });
        name
    }

    fn life(&mut self) -> &mut Life {
        self.lives.last_mut().expect("a session was started")
    }

    pub(super) fn create(&mut self, label: &str, type_name: &str, fields: &Json) {
        let Life { session, objects } = self.life();
        let (type_name, count) = match type_name.split_once('[') {
            Some((name, count)) => {
                let count = count.trim_end_matches(']');
                (name, Some(count.parse().expect("a number of elements")))
            }
            None => (type_name, None),
        };
        let type_id = session
            .schema()
            .find(type_name)
            .expect("a type of scenarios");
        let memory = session
            .allocate_typed(type_id, count)
            .expect("memory for an object");
        for (name, value) in fields.as_object().into_iter().flatten() {
            store(memory.cell(), name, value);
        }
        let object = session.register(label, memory).expect("a new label");
        objects.insert(label.to_owned(), object);
    }

    pub(super) fn destroy(&mut self, label: &str) {
        let gone = self.life().objects.remove(label);
        drop(gone.expect("an object of this label"));
    }

    pub(super) fn store(&mut self, path: &str, value: &Json) {
        let (label, rest) = path.split_once('.').expect("a field of an object");
        let (label, element) = match label.split_once('[') {
            Some((label, index)) => {
                let index = index.trim_end_matches(']').parse();
                (label, index.expect("an index"))
            }
            None => (label, 0),
        };
        let object = &self.life().objects[label];
        store(object.element(element).expect("an element"), rest, value);
    }
}

/// One store, or one write of the guarded value that the path leads into.
fn store(cell: RawCell<'_>, path: &str, value: &Json) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, index) = match first.split_once('[') {
        Some((name, index)) => (name, Some(index.trim_end_matches(']'))),
        None => (first, None),
    };
    let Ok(member) = cell.member(name) else {
        let record = Record::from([(name, to_memory(value))]);
        cell.write(&Value::Record(record)).expect("a member");
        return;
    };
    let member = match index {
        Some(index) => {
            let index = index.parse().expect("an index");
            member.element(index).expect("an element")
        }
        None => member,
    };
    if !rest.is_empty() {
        return store(member, rest, value);
    }
    match value.get("bytes").and_then(Json::as_str) {
        Some(digits) => {
            let mut bytes = [0; 16];
            for (index, byte) in bytes.iter_mut().enumerate().take(digits.len() / 2) {
                let digits = &digits[2 * index..2 * index + 2];
                *byte = u8::from_str_radix(digits, 16).expect("two digits");
            }
            member.write_bytes(&bytes).expect("a text of 16 bytes");
        }
        None => member
            .write(&to_memory(value))
            .expect("a value of its type"),
    }
}

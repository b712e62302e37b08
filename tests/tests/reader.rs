//! The documentation of the wire format is complete: a reader made from it alone, in another
//! language, sees what an observer sees.
// Tests may panic.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use memglass::{Field, Observer};
use memglass_tests::{Stage, same, to_json};
use serde_json::{Value as Json, json};

/// The output of the independent reader about a session.
fn read(stage: &Stage, session: &str) -> Json {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reader/memglass_reader.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(session)
        .arg(stage.dir())
        .output();
    let output = output.unwrap_or_else(|error| {
        panic!("python3 cannot be started ({error}); install it: apt-get install python3, dnf install python3 or brew install python")
    });
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("the reader prints JSON")
}

/// What an observer sees of a session, in the same form.
fn observe(observer: &Observer, alive: bool) -> Json {
    let session = observer.session();
    let objects: Vec<Json> = observer
        .objects()
        .map(|object| {
            let root = observer.root(&object).expect("nobody destroys it");
            let value = match root.packing() {
                Some(_) => record_bytes(&root),
                None => to_json(&root.read().expect("nobody writes it")),
            };
            json!({
                "label": *object.label,
                "type": *observer.schema()[object.type_id].name,
                "count": object.count,
                "generation": object.generation,
                "value": value,
            })
        })
        .collect();
    json!({
        "session": session.name,
        "id": format!("{:032x}", session.id),
        "pid": session.pid,
        "program": session.program,
        "alive": alive,
        "epoch": observer.epoch(),
        "objects": objects,
    })
}

/// The bytes of a packed record, which is all that a reader without an evaluator knows of one.
fn record_bytes(root: &Field) -> Json {
    let bytes = root.read_bytes().expect("nobody writes it");
    let (len, bytes) = bytes.split_at(8);
    let len = u64::from_ne_bytes(len.try_into().unwrap()) as usize;
    let hex = bytes[..len].iter().map(|byte| format!("{byte:02x}"));
    json!({ "bytes": hex.collect::<String>() })
}

#[test]
fn an_independent_reader_sees_what_an_observer_sees() {
    let stage = Stage::new(env!("CARGO_BIN_EXE_memglass-actor"));
    let mut producer = stage.producer("gallery");
    producer.ask("gallery");
    let observer = stage.observe("gallery");
    let (expected, found) = (observe(&observer, true), read(&stage, "gallery"));
    for (expected, found) in expected["objects"]
        .as_array()
        .unwrap()
        .iter()
        .zip(found["objects"].as_array().unwrap())
    {
        assert!(
            same(expected, found),
            "the observer sees {expected:#}\nthe reader sees {found:#}"
        );
    }
    assert!(
        same(&expected, &found),
        "the observer sees {expected:#}\nthe reader sees {found:#}"
    );
    assert!(
        observer.object_count() > 14,
        "{} objects",
        observer.object_count()
    );
    producer.kill();
    let post_mortem = read(&stage, "gallery");
    assert_eq!(post_mortem["alive"], json!(false));
    assert!(same(&post_mortem["objects"], &expected["objects"]));
}

#[test]
fn an_independent_reader_is_not_fooled_while_objects_come_and_go() {
    let stage = Stage::new(env!("CARGO_BIN_EXE_memglass-actor"));
    let mut producer = stage.producer("churn");
    // Each object lives long enough to be met by a slow reader, and short enough to vanish under it.
    producer.send(if cfg!(debug_assertions) {
        "churn 300000 3000"
    } else {
        "churn 10000000 3000"
    });
    let mut seen = 0;
    for _ in 0..5 {
        for object in read(&stage, "churn")["objects"].as_array().unwrap() {
            let digits = object["label"]
                .as_str()
                .unwrap()
                .trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let number: u64 = digits.parse().unwrap();
            let value = &object["value"];
            let found = if value["words"].is_array() {
                &value["words"][4]
            } else {
                &value["number"]
            };
            assert_eq!(found, &json!(number), "{object}");
            seen += 1;
        }
    }
    producer.answer().unwrap();
    assert!(seen > 100, "{seen} objects");
}

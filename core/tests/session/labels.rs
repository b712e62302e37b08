//! Which labels there may be, and that each is whole.

use memglass::{ProducerError, Session, Value};

use crate::place::Place;

#[test]
fn labels_may_be_anything_of_1_to_1024_bytes() {
    let place = Place::new();
    let session = place.session("t");
    // Up to 24 bytes a label lies in its entry.
    let (short, longer) = ("x".repeat(24), "x".repeat(25));
    let long = "x".repeat(1024);
    let labels = [
        "a",
        "a.b",
        "say \"hi\"",
        "line\nbreak",
        "日本語",
        "[0]",
        "new",
        short.as_str(),
        longer.as_str(),
        long.as_str(),
    ];
    let objects: Vec<_> = labels
        .iter()
        .zip(0_u16..)
        .map(|(label, value)| session.object(label, value).unwrap())
        .collect();
    let observer = place.reader("t");
    assert_eq!(observer.object_count(), objects.len());
    for (label, value) in labels.iter().zip(0_u64..) {
        let quoted = format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\""));
        assert_eq!(
            observer.field(&quoted).unwrap().read(),
            Ok(Value::U64(value)),
            "{label}"
        );
        assert_eq!(&*observer.find(label).unwrap().label, *label);
    }
    assert_eq!(observer.field("a.b").unwrap().read(), Ok(Value::U64(1)));
    for (bad, reason) in [
        ("", "empty"),
        ("y".repeat(1025).as_str(), "too long"),
        ("a.b", "taken"),
        (short.as_str(), "taken"),
        (longer.as_str(), "taken"),
    ] {
        let error = session.object(bad, 0_u8).unwrap_err();
        assert!(
            matches!(&error, ProducerError::Label { .. }) && error.to_string().contains(reason),
            "{error}"
        );
    }
}

#[test]
fn labels_of_objects_that_come_and_go_are_never_mixed() {
    let place = Place::new();
    let session = Session::builder("t")
        .dir(place.dir.path())
        .grace(std::time::Duration::ZERO)
        .retired_budget(0)
        .create()
        .unwrap();
    let mut observer = place.reader("t");
    let start = std::time::Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                // Of one size class, and no UTF-8 when halves of two are put together.
                let rest = [10, 500][n / 2 % 2];
                let label = ["a", "bb"][n % 2].to_owned() + &"é".repeat(rest);
                let _object = session.object(&label, n as u64).unwrap();
                if start.elapsed() > std::time::Duration::from_millis(300) {
                    break;
                }
            }
        });
        while start.elapsed() < std::time::Duration::from_millis(300) {
            observer.refresh().unwrap();
        }
    });
    observer.refresh().unwrap();
    assert_eq!(observer.object_count(), 0);
}

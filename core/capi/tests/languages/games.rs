//! `examples/cpp/game`: every annotation of a C++ header, as an observer meets it.

use std::path::Path;
use std::time::{Duration, Instant};

use memglass::schema::Number;
use memglass::{Observer, Value};

/// Checks a running game in `dir`, and steers it.
pub(crate) fn check_game(dir: &Path) {
    let observer = Observer::builder().dir(dir).writable();
    let observer = observer.attach("game").unwrap();
    check_declared(&observer);
    check_refused(&observer);
    check_named(&observer);
    check_steered(&observer);
}

/// What is declared reaches the observer.
fn check_declared(observer: &Observer) {
    let metadata = |path: &str| {
        let field = observer.field(path).unwrap();
        field.info().metadata.clone()
    };
    let health = metadata("alice.health");
    assert_eq!(health.min, Some(Number::Float(0.0)));
    assert_eq!(health.max, Some(Number::Float(100.0)));
    assert_eq!(health.step, Some(Number::Float(0.5)));
    assert_eq!(health.format.as_deref(), Some("%.1f"));
    assert_eq!(health.unit.as_deref(), Some("hp"));
    assert_eq!(health.desc.as_deref(), Some("the player falls at 0"));
    assert_eq!(metadata("alice.pose.heading").unit.as_deref(), Some("deg"));
    let is_guarded = |path: &str| observer.field(path).unwrap().sequence().is_some();
    assert!(
        is_guarded("alice.pose") && is_guarded("alice.velocity") && is_guarded("alice.message")
    );
    assert!(!is_guarded("alice.hits"));
}

/// Writes that an annotation forbids change nothing.
fn check_refused(observer: &Observer) {
    let cases = [
        ("id", Value::U64(7), "alice.id is read-only"),
        (
            "name",
            Value::Text("no spaces".into()),
            "[A-Za-z0-9_]{1,15}",
        ),
        ("health", Value::F64(100.5), "allowed is 0..=100"),
        ("armour", Value::I64(-1), "allowed is 0.."),
        ("speed", Value::F64(20.5), "allowed is ..=20"),
        ("pose.heading", Value::F64(361.0), "allowed is 0..=360"),
        ("state", Value::I64(5), "IDLE"),
        ("effects", Value::U64(8), "POISON"),
        ("team", Value::Text("green".into()), "red"),
        ("level", Value::U64(0), "allowed is 1..=31"),
    ];
    for (member, value, expected) in cases {
        let field = observer.field(&format!("alice.{member}")).unwrap();
        let refused = field.write(&value).expect_err(member).to_string();
        assert!(refused.contains(expected), "{refused:?} lacks {expected:?}");
    }
}

/// Names stand for numbers, and other kinds of members read as what they are.
fn check_named(observer: &Observer) {
    let shown = |path: &str| observer.field(path).unwrap().read().unwrap().to_string();
    for (path, expected) in [
        ("bob.team", "blue"),
        ("bob.state", "RUNNING"),
        ("bob.effects", "HASTE"),
        ("bob.is_visible", "0"),
        ("bob.level", "1"),
        ("bob.ammo", "[30, 12, 0, 1]"),
        ("bob.grid", "[[0, 0, 0], [0, 0, 0]]"),
        ("bob.reward.points", "0"),
        ("bob.name", "bob"),
    ] {
        assert!(shown(path).contains(expected), "{path}: {}", shown(path));
    }
    let keys = observer.field("bob.keys").unwrap();
    keys.write(&Value::U64(5)).unwrap();
    assert!(shown("bob.keys").contains("fire"), "{}", shown("bob.keys"));
}

/// The game obeys what is written.
fn check_steered(observer: &Observer) {
    let field = |path: &str| observer.field(path).unwrap();
    let says = |text: &str| {
        let end = Instant::now() + Duration::from_secs(20);
        while field("alice.message").read().unwrap().as_str() != Some(text) {
            assert!(Instant::now() < end, "the game says {text:?}");
            std::thread::yield_now();
        }
    };
    field("alice.health").write(&Value::F64(0.0)).unwrap();
    says("waits for help");
    field("alice.health").write(&Value::F64(50.0)).unwrap();
    says("is back");
}

//! C, C++ and Rust programs over the same memory.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

mod compile;
mod documented;
mod games;
mod installed;
mod partner;
mod types;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use compile::{compile, compile_against, package, run};
use memglass::schema::{Schema, codec};
use memglass::{Observe, Observer, Presence, Session, Storage, Text, Value};
use partner::Partner;
use types::{Even, Links, Position, Quote, Side};

/// Runs a program that checks by itself.
fn check(program: &Path) -> String {
    let dir = tempfile::tempdir().unwrap();
    let known = dir.path().join("known");
    std::fs::write(&known, "called_from_lib:libmemglass.so\n").unwrap();
    run(Command::new(program)
        .arg("t")
        .env("MEMGLASS_DIR", dir.path())
        // The library was not compiled for the thread sanitizer, which sees only half of what it does.
        .env("TSAN_OPTIONS", format!("suppressions={}", known.display())))
}

#[test]
fn the_cpp_headers_keep_their_promises_with_gcc_and_the_address_sanitizer() {
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    check(&compile("g++", "checks.cpp", &flags));
}

#[test]
fn the_cpp_headers_keep_their_promises_with_clang_and_the_thread_sanitizer() {
    let flags = ["-fsanitize=thread"];
    check(&compile_against(
        "libmemglass.so",
        "clang++",
        "checks.cpp",
        &flags,
    ));
}

#[test]
fn other_libraries_may_define_common_words_before_our_headers() {
    let macros = package().join("tests/languages/macros.hpp");
    for compiler in ["g++", "clang++"] {
        check(&compile(
            compiler,
            "checks.cpp",
            &["-include", macros.to_str().unwrap()],
        ));
    }
}

#[test]
fn a_cpp_reader_pauses_between_its_attempts_as_a_rust_reader_does() {
    let accesses = format!("-I{}", package().join("../../tests/loom/cpp").display());
    for compiler in ["g++", "clang++"] {
        assert_eq!(
            check(&compile(compiler, "contended.cpp", &[&accesses])),
            "a new value was published during each of 256 attempts to read; 255 pauses\n"
        );
    }
}

/// How the derive describes a type, in hexadecimal digits.
fn derived<T: Observe>() -> String {
    let mut schema = Schema::new();
    T::Storage::storage_type(&mut schema).unwrap();
    let bytes = codec::encode_schema(&schema);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_derive_the_generator_and_a_description_by_hand_have_the_same_bytes() {
    let expected = [derived::<Position>(), derived::<Links>()];
    for compiler in ["gcc", "clang"] {
        let by_hand = check(&compile(compiler, "checks.c", &[]));
        assert_eq!(by_hand.lines().collect::<Vec<_>>(), expected, "{compiler}");
    }
    let dir = tempfile::tempdir().unwrap();
    let mut partner = Partner::start("produce", dir.path());
    assert_eq!([partner.ask("schema"), partner.answer()], expected);
}

/// What the C++ producer begins with.
fn position() -> Position {
    Position {
        symbol_id: 7,
        quantity: -3,
        avg_price: 15_025,
        last_quote: Quote {
            bid_price: 1,
            ask_price: 2,
            bid_size: 3,
            ask_size: 4,
            timestamp_ns: 5,
        },
        error_msg: Text::new("none").unwrap(),
        side: Side::Sell,
        levels: [[1, 2, 3], [4, 5, -6]],
        live: true,
        best: Quote {
            bid_price: 6,
            ask_price: 7,
            bid_size: 8,
            ask_size: 9,
            timestamp_ns: 10,
        },
        symbol: Text::new("AAPL").unwrap(),
        ratio: 0.5,
        venue: 2,
        total: -(1 << 100),
    }
}

#[test]
fn rust_reads_what_cpp_wrote_and_cpp_what_rust_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let mut partner = Partner::start("produce", dir.path());
    let observer = Observer::builder().dir(dir.path()).writable();
    let observer = observer.attach("t").unwrap();
    let field = |path: &str| observer.field(&format!("AAPL_position{path}")).unwrap();
    assert_eq!(field("").read_as::<Position>(), Ok(position()));
    field(".quantity").write(&Value::I64(500)).unwrap();
    assert_eq!(partner.ask("quantity"), "500");
    field(".last_quote.timestamp_ns")
        .write(&Value::U64(9))
        .unwrap();
    assert_eq!(partner.ask("quote"), "9");
    field(".error_msg")
        .write(&Value::Text("from Rust".into()))
        .unwrap();
    assert_eq!(partner.ask("text"), "from Rust");
    let refused = field(".avg_price").write(&Value::I64(-1)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "AAPL_position.avg_price: -1 is out of range; allowed is 0..=10000000"
    );
    assert!(field(".symbol_id").write(&Value::U64(1)).is_err());
}

#[test]
fn a_cpp_observer_reads_and_writes_a_rust_producer() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("t").dir(dir.path()).create().unwrap();
    let object = session.object("AAPL_position", position()).unwrap();
    let _even = session.object("even", Even::default()).unwrap();
    let mut partner = Partner::start("write", dir.path());
    assert_eq!(partner.ask("read"), "right");
    assert_eq!(partner.ask("write"), "written");
    assert_eq!(object.quantity.load(), 500);
    assert_eq!(object.last_quote.read().unwrap().timestamp_ns, 9);
    assert_eq!(object.error_msg.read().unwrap(), "written");
}

/// How long the races last; the long form takes 30 s (`MEMGLASS_RACE_SECONDS=30`).
fn race_time() -> Duration {
    let seconds = std::env::var("MEMGLASS_RACE_SECONDS");
    Duration::from_secs_f64(seconds.map_or(1.0, |seconds| seconds.parse().unwrap()))
}

#[test]
fn writers_in_cpp_and_rust_never_tear_a_value() {
    let dir = tempfile::tempdir().unwrap();
    let mut producer = Partner::start("produce", dir.path());
    let mut writer = Partner::start("write", dir.path());
    let observer = Observer::builder().dir(dir.path()).writable();
    let observer = observer.attach("t").unwrap();
    let field = observer.field("even").unwrap();
    let typed = field.typed::<Even>().unwrap();
    producer.say("race");
    writer.say("race");
    let (mut read, mut written) = (0_u64, 0_u64);
    let end = Instant::now() + race_time();
    for number in (1 << 40).. {
        if let Ok(value) = typed.read() {
            assert!(value.is_even(), "torn: {value:?}");
            read += 1;
        }
        let parts = Value::from(vec![Value::U64(number); 7]);
        let record = Value::Record([("parts", parts)].into());
        written += u64::from(field.write(&record).is_ok());
        if Instant::now() >= end {
            break;
        }
    }
    assert_eq!(producer.ask("stop"), "done");
    assert_eq!(writer.ask("stop"), "done");
    assert_eq!(writer.answer(), "0 torn");
    assert!(read > 100 && written > 10, "{read} reads, {written} writes");
    assert!(field.sequence().unwrap() > written);
}

#[test]
fn a_killed_cpp_writer_stops_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("t").dir(dir.path()).create().unwrap();
    let _position = session.object("AAPL_position", position()).unwrap();
    let even = session.object("even", Even::default()).unwrap();
    for turn in 1..=10 {
        let mut writer = Partner::start("write", dir.path());
        let before = even.sequence();
        writer.say("race");
        let end = Instant::now() + Duration::from_secs(20);
        while even.sequence() < before + 100 * turn {
            assert!(Instant::now() < end, "it writes");
            std::thread::yield_now();
        }
        writer.kill();
        assert!(even.read().unwrap().is_even());
        even.write(Even::of(turn)).unwrap();
        assert_eq!(even.read().unwrap(), Even::of(turn));
    }
}

#[test]
fn a_killed_cpp_producer_leaves_its_last_values_and_its_name() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..5 {
        let mut producer = Partner::start("produce", dir.path());
        assert_eq!(producer.ask("hold"), "held");
        let observer = Observer::builder().dir(dir.path()).writable();
        let observer = observer.attach("t").unwrap();
        let field = observer.field("even").unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while field.sequence().unwrap() < 1000 {
            assert!(Instant::now() < end, "it writes");
            std::thread::yield_now();
        }
        assert_eq!(observer.producer(), Presence::Alive);
        producer.kill();
        assert_eq!(observer.producer(), Presence::Crashed);
        assert!(field.read_as::<Even>().unwrap().is_even());
        assert_eq!(
            observer
                .field("AAPL_position")
                .unwrap()
                .read_as::<Position>(),
            Ok(position())
        );
        // The claim that it held is over.
        let parts = Value::from(vec![Value::U64(7); 7]);
        field
            .write(&Value::Record([("parts", parts)].into()))
            .unwrap();
        assert_eq!(field.read_as::<Even>(), Ok(Even::of(7)));
    }
}

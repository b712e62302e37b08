//! What other programs' libraries read back of a recording: every kind of type, with the right values.
//!
//! They are fetched once for each target directory. Where that is not possible, the tests say so.
// A test that cannot go on should stop, at the line; where there are no such libraries, it says so.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod javascript;
mod python;

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use memglass::{Observe, Observer, Session, Text, bitflags};
use memglass_stream::{Compression, Recorder, Source};
use serde_json::{Value as Json, json};

#[derive(Observe, Clone, Copy, Default)]
#[repr(i8)]
enum Side {
    #[default]
    None = 0,
    Buy = 1,
    Sell = -1,
}

bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Default)]
    struct Marks: u16 {
        const HOT = 1;
        const OLD = 1 << 15;
    }
}

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    sizes: [u16; 3],
}

#[derive(Observe, Clone, Copy, Default)]
struct Kinds {
    flag: bool,
    zero: u32,
    small: i8,
    most: u64,
    least: i64,
    wide: i128,
    single: f32,
    not_a_number: f64,
    infinite: f64,
    side: Side,
    sides: [Side; 3],
    marks: Marks,
    #[observe(seqlock)]
    quote: Quote,
    #[observe(locked)]
    message: Text<24>,
    #[observe(atomic)]
    count: i32,
    grid: [[i32; 2]; 2],
    quotes: [Quote; 2],
}

fn ran(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(output),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn kinds() -> Kinds {
    let quote = |bid| Quote {
        bid,
        sizes: [1, 0, u16::MAX],
    };
    Kinds {
        flag: true,
        zero: 0,
        small: -128,
        most: u64::MAX,
        least: i64::MIN,
        wide: i128::MIN,
        single: 0.5,
        not_a_number: f64::NAN,
        infinite: f64::NEG_INFINITY,
        side: Side::Sell,
        sides: [Side::Buy, Side::None, Side::Sell],
        marks: Marks::HOT | Marks::OLD,
        quote: quote(-5),
        message: Text::new("grüße").unwrap(),
        count: -7,
        grid: [[1, -2], [0, i32::MAX]],
        quotes: [quote(1), quote(2)],
    }
}

fn expected() -> Json {
    let quote = |bid: &str| json!({ "bid": bid, "sizes": [1, 0, 65535] });
    json!({
        "flag": true,
        "zero": 0,
        "small": -128,
        "most": "18446744073709551615",
        "least": "-9223372036854775808",
        "wide": "-170141183460469231731687303715884105728",
        "single": 0.5,
        "not_a_number": "NaN",
        "infinite": "-Infinity",
        "side": "Sell",
        "sides": ["Buy", "None", "Sell"],
        "marks": 32769,
        "quote": quote("-5"),
        "message": "grüße",
        "message_bytes": "",
        "count": -7,
        "grid": [{ "values": [1, -2] }, { "values": [0, 2_147_483_647] }],
        "quotes": [quote("1"), quote("2")],
    })
}

/// Records all kinds at two moments.
fn record(dir: &Path, file: &Path) {
    let session = Session::builder("engine").dir(dir).create().unwrap();
    let object = session.object("all", kinds()).unwrap();
    let _many = session
        .array_with("many", 3, |index| index as i16 - 1)
        .unwrap();
    let observer = Observer::builder().dir(dir).attach("engine").unwrap();
    let mut recorder = Recorder::create(file, observer.session(), Compression::Zstd).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    let time = |second| SystemTime::UNIX_EPOCH + Duration::from_secs(second);
    source
        .keyframe(|change| recorder.take(time(1), change))
        .unwrap();
    object.zero.set(1);
    source
        .sample(0, |change| recorder.take(time(2), change))
        .unwrap();
    recorder.finish().unwrap();
}

/// Gives a recording to a program that prints each message of `/all` and `/many` as JSON, by protobuf's own rules: topic, schema,
/// time and value. Both objects are read back as they were.
fn is_read_back_by(reader: &mut Command) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.mcap");
    record(dir.path(), &file);
    let output = ran(reader.arg(&file).args(["/all", "/many"])).unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Json> = lines.collect();
    let mut later = expected();
    later["zero"] = json!(1);
    let (first, second) = (1_000_000_000_u64, 2_000_000_000_u64);
    let many = json!({ "values": [-1, 0, 1] });
    assert_eq!(
        lines[0],
        json!(["/all", "memglass.Kinds", first, expected()])
    );
    assert_eq!(lines[1][0], "/many");
    assert_eq!(lines[1][3], many);
    assert_eq!(lines[2], json!(["/all", "memglass.Kinds", second, later]));
    assert_eq!(lines.len(), 3);
}

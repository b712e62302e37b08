//! What is recorded comes back, byte by byte.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use memglass::schema::{Bits, Field, Kind, Schema, Type};
use memglass::{Observe, Observer, RawObject, Session, Text, Value, bitflags};
use memglass_stream::{
    Change, Compression, Player, RecordError, Recorder, Recording, RecordingError, Source, Start,
    State, Turn,
};

#[derive(Observe, Clone, Copy, Default, PartialEq, Debug)]
#[repr(i8)]
enum Side {
    #[default]
    None = 0,
    Buy = 1,
    Sell = -1,
}

bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Default, PartialEq, Debug)]
    struct Marks: u16 {
        const HOT = 1;
        const OLD = 1 << 15;
    }
}

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    ask: i64,
    sizes: [u16; 3],
}

#[derive(Observe, Clone, Copy, Default)]
struct Everything {
    flag: bool,
    small: i8,
    unsigned: u64,
    wide: i128,
    single: f32,
    double: f64,
    side: Side,
    marks: Marks,
    #[observe(atomic)]
    quantity: i64,
    #[observe(seqlock)]
    quote: Quote,
    #[observe(locked)]
    message: Text<24>,
    name: Text<8>,
    grid: [[i32; 3]; 2],
    quotes: [Quote; 2],
    sides: [Side; 3],
}

fn everything(number: i64) -> Everything {
    let quote = |more: i64| Quote {
        bid: -number - more,
        ask: i64::MAX - more,
        sizes: [1, 0, u16::MAX],
    };
    Everything {
        flag: true,
        small: -128,
        unsigned: u64::MAX,
        wide: i128::MIN + i128::from(number),
        single: -0.0,
        double: f64::from_bits(0x7ff8_0000_0000_1234),
        side: Side::Sell,
        marks: Marks::HOT | Marks::OLD,
        quantity: number,
        quote: quote(0),
        message: Text::new("grüße").unwrap(),
        name: Text::new("12345678").unwrap(),
        grid: [[1, -2, 3], [0, i32::MIN, i32::MAX]],
        quotes: [quote(1), quote(2)],
        sides: [Side::Buy, Side::None, Side::Sell],
    }
}

/// A producer, its recorder, and where both are.
struct Rig {
    dir: tempfile::TempDir,
    session: Session,
    source: Source,
    recorder: Option<Recorder>,
    time: SystemTime,
}

impl Rig {
    fn new(fill: impl FnOnce(&Session)) -> Rig {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("engine").dir(dir.path()).create().unwrap();
        fill(&session);
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("engine")
            .unwrap();
        let file = dir.path().join("run.mcap");
        let recorder = Recorder::create(&file, observer.session(), Compression::Zstd).unwrap();
        let mut rig = Rig {
            source: Source::new(observer, &[]).unwrap(),
            dir,
            session,
            recorder: Some(recorder),
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000),
        };
        rig.keyframe();
        rig
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("run.mcap")
    }

    fn keyframe(&mut self) {
        let (recorder, time) = (self.recorder.as_mut().unwrap(), self.time);
        self.source
            .keyframe(|change| recorder.take(time, change))
            .unwrap();
    }

    /// A second later.
    fn sample(&mut self) {
        self.time += Duration::from_secs(1);
        let (recorder, time) = (self.recorder.as_mut().unwrap(), self.time);
        self.source
            .sample(0, |change| recorder.take(time, change))
            .unwrap();
    }

    fn finish(&mut self) {
        self.recorder.take().unwrap().finish().unwrap();
    }

    fn play(&self, start: Start) -> (Player, Observer) {
        play(&self.file(), self.dir.path(), start)
    }

    fn original(&self) -> Observer {
        Observer::builder()
            .dir(self.dir.path())
            .attach("engine")
            .unwrap()
    }
}

fn play(file: &Path, dir: &Path, start: Start) -> (Player, Observer) {
    let recording = Recording::open(file).unwrap();
    let player = Player::start(recording, "replay", Some(dir), start).unwrap();
    let observer = Observer::builder().dir(dir).attach("replay").unwrap();
    (player, observer)
}

fn bytes(observer: &Observer, path: &str) -> Vec<u8> {
    observer.field(path).unwrap().read_bytes().unwrap()
}

fn labels(observer: &mut Observer) -> Vec<String> {
    observer.refresh().unwrap();
    let labels = observer.objects().map(|object| object.label.to_string());
    let mut labels: Vec<String> = labels.collect();
    labels.sort();
    labels
}

#[test]
fn every_kind_of_type_comes_back_with_the_same_bytes() {
    let mut kept = None;
    let mut rig = Rig::new(|session| {
        let all = session.object("all", everything(7)).unwrap();
        let many = session
            .array_with("many", 3, |index| everything(index as i64))
            .unwrap();
        let number = session.object("number", u64::MAX).unwrap();
        let text = session
            .object("text", Text::<8>::new("hey").unwrap())
            .unwrap();
        kept = Some((all, many, number, text));
    });
    rig.finish();
    let (_player, replay) = rig.play(Start::AtEnd);
    let original = rig.original();
    for label in ["all", "many", "number", "text"] {
        assert_eq!(bytes(&replay, label), bytes(&original, label), "{label}");
        let types = [&replay, &original].map(|observer| {
            let field = observer.field(label).unwrap();
            observer.schema().hash_of(field.storage_type())
        });
        assert_eq!(types[0], types[1], "{label}");
    }
    let created = |observer: &Observer| observer.find("all").unwrap().created;
    assert_eq!(created(&replay), created(&original));
}

/// An object of a type that is described by hand: bitfields, a union, an enum with strange names, text that is
/// no UTF-8.
fn odd(session: &Session) -> RawObject {
    let mut schema = Schema::new();
    let mut add = |ty| schema.add(ty).unwrap();
    let byte = add(Type::new("u8", 1, 1, Kind::Int { signed: false }));
    let int = add(Type::new("i32", 4, 4, Kind::Int { signed: true }));
    let long = add(Type::new("u64", 8, 8, Kind::Int { signed: false }));
    let text = add(Type::new("", 4, 1, Kind::Text));
    let either = add(Type::new(
        "Either",
        8,
        8,
        Kind::Union {
            members: vec![Field::new("bytes", byte, 0), Field::new("long", long, 0)],
        },
    ));
    let bits = |offset, width| Bits { offset, width };
    let fields = vec![
        Field::new("low", int, 0).bits(bits(0, 5)),
        Field::new("high", int, 0).bits(bits(7, 9)),
        Field::new("größe", text, 4),
        Field::new("gr__e", either, 8),
    ];
    let odd = add(Type::new("a::Odd", 16, 8, Kind::Struct { fields }));
    let id = session.adopt_type(&schema, odd).unwrap();
    let memory = session.allocate_typed(id, None).unwrap();
    let bytes = [
        0b1110_1010,
        0x5d,
        0,
        0,
        0xff,
        b'a',
        0xfe,
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
    ];
    memory.cell().write_bytes(&bytes).unwrap();
    session.register("odd", memory).unwrap()
}

#[test]
fn bitfields_unions_and_broken_text_come_back() {
    let mut kept = None;
    let mut rig = Rig::new(|session| kept = Some(odd(session)));
    rig.finish();
    let (_player, replay) = rig.play(Start::AtEnd);
    let original = rig.original();
    for path in ["odd.low", "odd.high", "odd.größe", "odd.gr__e"] {
        let read = |observer: &Observer| observer.field(path).unwrap().read().unwrap();
        assert_eq!(read(&replay), read(&original), "{path}");
    }
}

#[test]
fn seeking_goes_to_what_was_and_what_lived_then() {
    let mut kept = Vec::new();
    let mut rig = Rig::new(|session| kept.push(session.object("a", 0_i64).unwrap()));
    for number in 1..=9_i64 {
        kept[0].set(number);
        if number == 3 {
            kept.push(rig.session.object("b", 30_i64).unwrap());
        }
        if number == 6 {
            kept.pop();
        }
        rig.sample();
        if number == 5 {
            rig.keyframe();
        }
    }
    rig.finish();
    let (player, mut replay) = rig.play(Start::AtEnd);
    assert_eq!(replay.field("a").unwrap().read().unwrap(), Value::I64(9));
    // Over the keyframe and back, to before the first and after the last.
    for second in [8, 2, 5, 4, 3, 7, 0, 9] {
        player.seek_start().unwrap();
        player.forward(Duration::from_secs(second)).unwrap();
        let expected: &[&str] = match second {
            3..=5 => &["a", "b"],
            _ => &["a"],
        };
        assert_eq!(labels(&mut replay), expected, "at {second} s");
        let value = replay.field("a").unwrap().read().unwrap();
        assert_eq!(value, Value::I64(second as i64), "at {second} s");
    }
    player.back(Duration::from_secs(5)).unwrap();
    let told = player.step(2).unwrap();
    assert_eq!(told.elapsed(), Duration::from_secs(6));
    assert_eq!(labels(&mut replay), ["a"]);
}

#[test]
fn more_objects_than_have_channels_share_one() {
    let mut kept = Vec::new();
    let mut rig = Rig::new(|session| {
        for number in 0..1500_i64 {
            kept.push(session.object(&format!("n{number}"), number).unwrap());
        }
    });
    kept[1499].set(-1);
    rig.sample();
    rig.finish();
    let (_player, replay) = rig.play(Start::AtEnd);
    let read = |path: &str| replay.field(path).unwrap().read().unwrap();
    assert_eq!(read("n0"), Value::I64(0));
    assert_eq!(read("n1200"), Value::I64(1200));
    assert_eq!(read("n1499"), Value::I64(-1));
}

#[test]
fn a_recording_that_was_cut_off_is_finished_and_says_so() {
    let mut kept = None;
    let mut rig = Rig::new(|session| kept = Some(session.object("a", 0_i64).unwrap()));
    let object = kept.unwrap();
    for number in 1..=5 {
        object.set(number);
        rig.sample();
        rig.recorder.as_mut().unwrap().flush().unwrap();
    }
    let whole = fs::read(rig.file()).unwrap();
    let cut = rig.dir.path().join("cut.mcap");
    // A killed recorder leaves any number of bytes.
    let mut seen = Vec::new();
    for len in (0..=whole.len()).step_by(7) {
        fs::write(&cut, &whole[..len]).unwrap();
        let recording = match Recording::open(&cut) {
            Ok(recording) => recording,
            Err(error) => {
                assert!(len < 400, "{len} of {}: {error}", whole.len());
                continue;
            }
        };
        assert!(recording.was_unfinished());
        assert!(!Recording::open(&cut).unwrap().was_unfinished());
        seen.push(
            recording
                .end()
                .duration_since(recording.start())
                .unwrap()
                .as_secs(),
        );
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(*seen.last().unwrap(), 5, "all that was flushed is there");
    let (_player, replay) = play(&cut, rig.dir.path(), Start::AtEnd);
    assert_eq!(replay.field("a").unwrap().read().unwrap(), Value::I64(5));
}

#[test]
fn a_file_is_finished_with_the_index_that_its_recorder_would_have_written() {
    let mut kept = None;
    let mut rig = Rig::new(|session| {
        kept = Some(session.object("a", everything(0)).unwrap());
        session.object("b", 5_u8).unwrap().leak();
    });
    for number in 1..=3 {
        kept.as_ref().unwrap().quantity.store(number);
        rig.sample();
        rig.recorder.as_mut().unwrap().flush().unwrap();
    }
    rig.finish();
    let whole = fs::read(rig.file()).unwrap();
    let summary = |bytes: &[u8]| mcap::Summary::read(bytes).unwrap().unwrap();
    let expected = summary(&whole);
    let last = expected.chunk_indexes.last().unwrap();
    let chunk_end = last.chunk_start_offset + last.chunk_length;
    let data_end = chunk_end + last.message_index_length;
    let cut = rig.dir.path().join("cut.mcap");
    // All data is there, a part of what says where the messages are, or nothing of that.
    for len in [data_end, data_end - 1, chunk_end + 1, chunk_end] {
        fs::write(&cut, &whole[..len as usize]).unwrap();
        assert!(Recording::open(&cut).unwrap().was_unfinished());
        let finished = fs::read(&cut).unwrap();
        assert_eq!(finished[..chunk_end as usize], whole[..chunk_end as usize]);
        let found = summary(&finished);
        assert_eq!(found.stats, expected.stats);
        assert_eq!(found.chunk_indexes, expected.chunk_indexes);
        assert_eq!(found.metadata_indexes, expected.metadata_indexes);
        assert_eq!(found.channels, expected.channels);
        assert_eq!(found.schemas, expected.schemas);
        let messages = mcap::MessageStream::new(&finished).unwrap();
        let count = messages.map(Result::unwrap).count() as u64;
        assert_eq!(count, expected.stats.as_ref().unwrap().message_count);
    }
}

#[test]
fn a_damaged_end_is_written_anew() {
    let (rig, data, _) = five_chunks();
    let whole = fs::read(rig.file()).unwrap();
    // In memory: finishing a file waits for its disk.
    let dir = tempfile::tempdir_in("/dev/shm").unwrap();
    let file = dir.path().join("damaged.mcap");
    for at in data.len() + DATA_END..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&file, &bytes).unwrap();
        assert!(Recording::open(&file).unwrap().was_unfinished(), "{at}");
        assert!(!Recording::open(&file).unwrap().was_unfinished(), "{at}");
        assert_eq!(numbers(&file), [0, 1, 2, 3, 4, 5], "{at}");
    }
}

/// Bytes of what says that the data ends.
const DATA_END: usize = 9 + 4;

/// Five values, a second and a chunk each, and then a cut.
fn five_chunks() -> (Rig, Vec<u8>, Vec<mcap::records::ChunkIndex>) {
    let mut kept = None;
    let mut rig = Rig::new(|session| kept = Some(session.object("a", 0_i64).unwrap()));
    rig.recorder.as_mut().unwrap().flush().unwrap();
    for number in 1..=5 {
        kept.as_ref().unwrap().set(number);
        rig.sample();
        rig.recorder.as_mut().unwrap().flush().unwrap();
    }
    rig.finish();
    let mut bytes = fs::read(rig.file()).unwrap();
    let mut chunks = mcap::Summary::read(&bytes).unwrap().unwrap().chunk_indexes;
    chunks.retain(|chunk| !chunk.message_index_offsets.is_empty());
    let last = chunks.last().unwrap();
    bytes.truncate(
        (last.chunk_start_offset + last.chunk_length + last.message_index_length) as usize,
    );
    (rig, bytes, chunks)
}

/// All values of a recording.
fn numbers(file: &Path) -> Vec<i64> {
    let mut numbers = Vec::new();
    let sink = |_, change: Change<'_>| {
        if let Change::Value(_, value) = change {
            numbers.push(i64::from_ne_bytes(value.try_into().unwrap()));
        }
        Ok::<(), RecordingError>(())
    };
    Recording::open(file).unwrap().tell(sink).unwrap();
    numbers
}

#[test]
fn damage_in_the_middle_costs_what_is_there_and_not_what_is_behind_it() {
    let (rig, whole, chunks) = five_chunks();
    // The keyframe is in the first chunk, and 3 in the fourth.
    let [start, len] = [chunks[3].chunk_start_offset, chunks[3].chunk_length].map(|at| at as usize);
    let all = start..start + len;
    type Damage<'d> = &'d dyn Fn(&mut Vec<u8>);
    let ways: [(&str, Damage<'_>); 4] = [
        ("a byte of it", &|bytes| bytes[start + len - 1] ^= 1),
        ("its length", &|bytes| {
            bytes[start + 1..start + 9].fill(0xff)
        }),
        ("zeros, as after a loss of power", &|bytes| {
            bytes[all.clone()].fill(0)
        }),
        ("bytes that are gone", &|bytes| {
            drop(bytes.drain(start + 20..start + 40))
        }),
    ];
    for (what, damage) in ways {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        let file = rig.dir.path().join("damaged.mcap");
        fs::write(&file, &bytes).unwrap();
        let recording = Recording::open(&file).unwrap();
        assert!(recording.was_unfinished(), "{what}");
        let [gap] = recording.gaps()[..] else {
            panic!("{what}: {:?}", recording.gaps())
        };
        let after = gap.before.duration_since(gap.after.unwrap()).unwrap();
        assert_eq!(after.as_secs(), 2, "{what}");
        let again = Recording::open(&file).unwrap();
        assert!(!again.was_unfinished(), "{what}");
        assert_eq!(again.gaps(), recording.gaps(), "{what}");
        assert_eq!(numbers(&file), [0, 1, 2, 4, 5], "{what}");
        // Others pass over it too.
        let finished = fs::read(&file).unwrap();
        let messages = mcap::MessageStream::new(&finished).unwrap();
        messages.for_each(|message| drop(message.unwrap()));
    }
}

#[test]
fn a_damaged_index_is_made_anew() {
    let (rig, whole, chunks) = five_chunks();
    let index = (chunks[3].chunk_start_offset + chunks[3].chunk_length) as usize;
    let mut bytes = whole.clone();
    bytes[index + 12] ^= 1;
    let file = rig.dir.path().join("damaged.mcap");
    fs::write(&file, &bytes).unwrap();
    assert_eq!(Recording::open(&file).unwrap().gaps(), []);
    assert_eq!(numbers(&file), [0, 1, 2, 3, 4, 5]);
    assert_eq!(fs::read(&file).unwrap()[..whole.len()], whole);
}

#[test]
fn an_object_that_came_in_a_damaged_part_is_found_when_it_changes() {
    let mut first = None;
    let mut rig = Rig::new(|session| first = Some(session.object("late", 0_i64).unwrap()));
    drop(first);
    rig.sample();
    rig.recorder.as_mut().unwrap().flush().unwrap();
    let begin = fs::metadata(rig.file()).unwrap().len() as usize;
    let late = rig.session.object("late", 1_i64).unwrap();
    rig.sample();
    rig.recorder.as_mut().unwrap().flush().unwrap();
    for number in 2..=3 {
        late.set(number);
        rig.sample();
    }
    rig.keyframe();
    rig.recorder.as_mut().unwrap().flush().unwrap();
    let mut bytes = fs::read(rig.file()).unwrap();
    bytes[begin + 60] ^= 1;
    let file = rig.dir.path().join("damaged.mcap");
    fs::write(&file, &bytes).unwrap();
    assert_eq!(Recording::open(&file).unwrap().gaps().len(), 1);
    // The last one is the keyframe's.
    assert_eq!(numbers(&file), [0, 2, 3, 3]);
    let (player, mut replay) = play(&file, rig.dir.path(), Start::AtEnd);
    assert_eq!(replay.field("late").unwrap().read().unwrap(), Value::I64(3));
    // It is one object, whose life no keyframe ends.
    player.seek(rig.time - Duration::from_millis(500)).unwrap();
    replay.refresh().unwrap();
    let late = replay.field("late").unwrap();
    assert_eq!(late.read().unwrap(), Value::I64(2));
    player.step(1).unwrap();
    assert_eq!(late.read().unwrap(), Value::I64(3));
}

#[test]
fn damage_is_an_error_and_no_more() {
    let mut kept = None;
    let mut rig = Rig::new(|session| kept = Some(session.object("all", everything(7)).unwrap()));
    rig.sample();
    rig.finish();
    let whole = fs::read(rig.file()).unwrap();
    let damaged = rig.dir.path().join("damaged.mcap");
    for at in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        fs::write(&damaged, &bytes).unwrap();
        if let Ok(recording) = Recording::open(&damaged) {
            // Whether it can be played is the damage's choice; that it ends is ours.
            let _ = Player::start(recording, "damaged", Some(rig.dir.path()), Start::AtEnd);
        }
    }
}

#[test]
fn damage_that_a_replay_meets_while_it_plays_is_told_once_and_played_over() {
    let mut kept = None;
    let mut rig = Rig::new(|session| kept = Some(session.object("all", everything(7)).unwrap()));
    let mut ends = Vec::new();
    for number in 0..3 {
        kept.as_ref().unwrap().quantity.store(number);
        rig.sample();
        rig.recorder.as_mut().unwrap().flush().unwrap();
        ends.push(fs::metadata(rig.file()).unwrap().len() as usize);
    }
    rig.finish();
    let mut bytes = fs::read(rig.file()).unwrap();
    bytes[ends[0] + CHUNK_HEAD + 8] ^= 0xff;
    fs::write(rig.file(), bytes).unwrap();
    let (player, replay) = rig.play(Start::Playing {
        from: Duration::ZERO,
        speed: f64::INFINITY,
        again: false,
    });
    while player.tell().unwrap().speed > 0.0 {
        std::thread::yield_now();
    }
    let quantity = || replay.field("all.quantity").unwrap().read().unwrap();
    assert_eq!(quantity(), Value::I64(2));
    let news = player.damage().take_news();
    let [gap] = news[..] else {
        panic!("{news:?}");
    };
    assert_eq!(gap.offset as usize, ends[0]);
    assert_eq!(
        (gap.after, gap.before),
        (Some(rig.time - SECOND), rig.time - SECOND)
    );
    // After two of three seconds.
    let lost: Vec<usize> = (0..3)
        .filter(|&part| player.marks().in_part(part, 3).lost)
        .collect();
    assert_eq!(lost, [2]);
    // What was before it is still there.
    player.seek(gap.before).unwrap();
    assert_eq!(quantity(), Value::I64(0));
    assert_eq!(player.damage().take_news(), []);
}

const SECOND: Duration = Duration::from_secs(1);

/// Bytes of a chunk before its compressed records.
const CHUNK_HEAD: usize = 53;

#[test]
fn a_file_that_is_still_recorded_or_foreign_is_refused() {
    let rig = Rig::new(|_| {});
    let error = Recording::open(&rig.file()).unwrap_err();
    assert!(
        matches!(error, RecordingError::BeingRecorded { .. }),
        "{error}"
    );
    let other = rig.dir.path().join("notes.txt");
    let begun = [mcap::MAGIC, b"\x01\x20"].concat();
    let foreign: [(&[u8], &str); 3] = [
        (b"", "it is empty"),
        (&begun, "it ends before it says who made it"),
        (b"hello", "it is no MCAP file"),
    ];
    for (bytes, why) in foreign {
        fs::write(&other, bytes).unwrap();
        let error = Recording::open(&other).unwrap_err();
        assert!(
            matches!(error, RecordingError::Foreign { reason, .. } if reason == why),
            "{error}"
        );
    }
    let observer = rig.original();
    let again = Recorder::create(&other, observer.session(), Compression::None);
    assert!(matches!(again, Err(RecordError::Exists { .. })));
    assert_eq!(fs::read_to_string(other).unwrap(), "hello");
}

#[test]
fn a_file_that_somebody_cuts_ends_the_recording() {
    let mut rig = Rig::new(|_| {});
    rig.recorder.as_mut().unwrap().flush().unwrap();
    let other = fs::OpenOptions::new().write(true).open(rig.file()).unwrap();
    other.set_len(0).unwrap();
    let error = rig.recorder.as_mut().unwrap().flush().unwrap_err();
    assert!(matches!(error, RecordError::CutShort { .. }), "{error}");
    // Nothing is written behind a hole.
    drop(rig.recorder.take());
    assert_eq!(fs::metadata(rig.file()).unwrap().len(), 0);
}

#[test]
fn a_cut_file_that_several_open_at_once_is_read_by_all() {
    let mut rig = Rig::new(|_| {});
    rig.recorder.as_mut().unwrap().flush().unwrap();
    let whole = fs::read(rig.file()).unwrap();
    for round in 0..20 {
        let cut = rig.dir.path().join(format!("cut_{round}.mcap"));
        fs::write(&cut, &whole).unwrap();
        std::thread::scope(|scope| {
            let open = || Recording::open(&cut).map(drop);
            let all: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            all.into_iter().for_each(|one| one.join().unwrap().unwrap());
        });
    }
}

#[test]
fn a_removed_file_ends_the_recording() {
    let mut rig = Rig::new(|_| {});
    fs::remove_file(rig.file()).unwrap();
    let error = rig.recorder.as_mut().unwrap().flush().unwrap_err();
    assert!(matches!(error, RecordError::Removed { .. }), "{error}");
}

#[test]
fn a_recording_tells_the_values_that_were_read() {
    let mut rig = Rig::new(|_| {});
    let _all = rig.session.object("all", everything(1)).unwrap();
    let _many = rig
        .session
        .array_with("many", 3, |index| index as i32)
        .unwrap();
    let observer = Observer::builder()
        .dir(rig.dir.path())
        .attach("engine")
        .unwrap();
    let read = ["all", "many"].map(|label| observer.field(label).unwrap().read().unwrap());
    rig.sample();
    rig.finish();
    let state = Recording::open(&rig.file())
        .unwrap()
        .state_at(rig.time)
        .unwrap();
    let told = state.objects().map(|(object, bytes)| {
        memglass::object_value(state.schema(), object.type_id, object.count, bytes)
    });
    let told: Vec<Value> = told.collect();
    // NaN is in it.
    assert_eq!(format!("{told:?}"), format!("{read:?}"));
}

#[test]
fn the_state_at_a_moment_is_that_of_all_changes_before_it() {
    let mut rig = Rig::new(|_| {});
    let start = rig.time;
    let number = rig.session.object("number", 0_i64).unwrap();
    for value in 1..=30 {
        number.set(value);
        let brief = rig.session.object("brief", value).unwrap();
        rig.sample();
        drop(brief);
        rig.sample();
        if value % 7 == 0 {
            rig.keyframe();
        }
    }
    rig.finish();
    for second in [0, 1, 2, 13, 14, 15, 44, 60, 1000] {
        let until = start + Duration::from_secs(second);
        let mut folded = State::new();
        Recording::open(&rig.file())
            .unwrap()
            .tell(|time, change| {
                if time <= until {
                    folded.take(change);
                }
                Ok::<(), RecordingError>(())
            })
            .unwrap();
        let state = Recording::open(&rig.file())
            .unwrap()
            .state_at(until)
            .unwrap();
        let shown = |state: &State| format!("{:?}", state.objects().collect::<Vec<_>>());
        assert_eq!(shown(&state), shown(&folded), "after {second} s");
    }
}

#[test]
fn a_state_says_what_each_change_meant() {
    let mut rig = Rig::new(|_| {});
    let mut state = State::new();
    let number = rig.session.object("number", 0_i64).unwrap();
    let take = |rig: &mut Rig, state: &mut State| {
        let mut turns = Vec::new();
        let sink = |change: Change<'_>| {
            turns.extend(state.take(change));
            Ok::<(), ()>(())
        };
        rig.source.sample(0, sink).unwrap();
        turns
    };
    let turns = take(&mut rig, &mut state);
    assert!(matches!(&turns[..], [Turn::Appeared(object)] if &*object.label == "number"));
    number.set(5);
    let turns = take(&mut rig, &mut state);
    assert!(matches!(&turns[..], [Turn::Changed(_, old)] if **old == 0_i64.to_ne_bytes()));
    // A keyframe has the same values again.
    let mut turns = Vec::new();
    let sink = |change: Change<'_>| {
        turns.extend(state.take(change));
        Ok::<(), ()>(())
    };
    rig.source.keyframe(sink).unwrap();
    assert_eq!(turns, []);
    drop(number);
    let turns = take(&mut rig, &mut state);
    assert!(matches!(&turns[..], [Turn::Vanished(_, last)] if **last == 5_i64.to_ne_bytes()));
    assert_eq!(state.objects().count(), 0);
}

/// A recorder that has seen a number change three times, a second apart.
fn three_changes(path: &Path, dir: &Path) -> Recorder {
    let session = Session::builder("three").dir(dir).create().unwrap();
    let number = session.object("number", 0_i64).unwrap();
    let observer = Observer::builder().dir(dir).attach("three").unwrap();
    let mut recorder = Recorder::create(path, observer.session(), Compression::Zstd).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    let at = |second| SystemTime::UNIX_EPOCH + Duration::from_secs(second);
    source
        .keyframe(|change| recorder.take(at(1), change))
        .unwrap();
    assert!(!recorder.wants_keyframe(), "one has just begun");
    for second in 2..5 {
        number.set(second as i64);
        source
            .sample(0, |change| recorder.take(at(second), change))
            .unwrap();
    }
    recorder
}

#[test]
fn times_in_a_file_never_go_back_and_all_that_was_taken_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let [finished, dropped] = ["finished.mcap", "dropped.mcap"].map(|name| dir.path().join(name));
    let totals = three_changes(&finished, dir.path()).finish().unwrap();
    drop(three_changes(&dropped, dir.path()));
    for path in [finished, dropped] {
        let bytes = fs::read(&path).unwrap();
        let messages = mcap::MessageStream::new(&bytes).unwrap();
        let times: Vec<u64> = messages.map(|message| message.unwrap().log_time).collect();
        assert!(times.is_sorted(), "{path:?}: {times:?}");
        let recording = Recording::open(&path).unwrap();
        let mut values = 0;
        recording
            .tell(|_, change| {
                values += u64::from(matches!(change, Change::Value(..)));
                Ok::<(), RecordingError>(())
            })
            .unwrap();
        assert_eq!((values, totals.values), (4, 4), "{path:?}");
    }
}

#[test]
fn a_file_that_was_moved_away_is_ended_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let [begun, moved] = ["begun.mcap", "moved.mcap"].map(|name| dir.path().join(name));
    let mut recorder = three_changes(&begun, dir.path());
    recorder.flush().unwrap();
    fs::rename(&begun, &moved).unwrap();
    let error = recorder.finish().unwrap_err();
    assert!(matches!(error, RecordError::Moved { .. }), "{error}");
    let summary = mcap::Summary::read(&fs::read(&moved).unwrap()).unwrap();
    assert!(summary.unwrap().stats.unwrap().message_count > 4);
}

#[test]
fn arrays_of_many_lengths_have_one_schema() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder("engine").dir(dir.path()).create().unwrap();
    let arrays: Vec<_> = (1..=20)
        .map(|count| session.array_with(&format!("of_{count}"), count, |index| index as i32))
        .collect();
    assert!(arrays.iter().all(Result::is_ok));
    let observer = Observer::builder()
        .dir(dir.path())
        .attach("engine")
        .unwrap();
    let path = dir.path().join("run.mcap");
    let mut recorder = Recorder::create(&path, observer.session(), Compression::Zstd).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    let now = SystemTime::now();
    source
        .keyframe(|change| recorder.take(now, change))
        .unwrap();
    recorder.finish().unwrap();
    let summary = mcap::Summary::read(&fs::read(&path).unwrap())
        .unwrap()
        .unwrap();
    let is_of_values = |channel: &&Arc<mcap::Channel<'_>>| channel.message_encoding == "protobuf";
    let channels = summary.channels.values().filter(is_of_values);
    let schemas: std::collections::BTreeSet<u16> = channels
        .map(|channel| channel.schema.as_ref().unwrap().id)
        .collect();
    assert_eq!((summary.channels.len(), schemas.len()), (24, 1));
}

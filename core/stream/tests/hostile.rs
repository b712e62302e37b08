//! Recordings that somebody has damaged, or made up to do harm: errors, and no more.
// A test that cannot go on should stop, at the line; it says which seed it was, and what was counted.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use memglass::{Observe, Observer, Session, Text, object_value};
use memglass_stream::{
    Compression, Passage, PlayError, Recorder, Recording, RecordingError, Source, State,
};

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    sizes: [u16; 3],
}

#[derive(Observe, Clone, Copy, Default)]
#[repr(i8)]
enum Side {
    #[default]
    None = 0,
    Sell = -1,
}

#[derive(Observe, Clone, Copy, Default)]
struct Order {
    number: u64,
    wide: i128,
    price: f64,
    side: Side,
    #[observe(seqlock)]
    quote: Quote,
    name: Text<12>,
    grid: [[i32; 2]; 2],
}

/// A source of numbers that is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// Damages bytes in one of the ways in which that happens.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match self.below(5) {
            0 => bytes.truncate(at),
            1 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
            // Lengths and counts become as large as they can be.
            2 => {
                let end = (at + 1 + self.below(8)).min(bytes.len());
                bytes[at.min(end)..end].fill(0xff);
            }
            3 => {
                let more: Vec<u8> = (0..self.below(40)).map(|_| self.below(256) as u8).collect();
                bytes.splice(at..at, more);
            }
            _ => {
                let end = (at + self.below(30)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
}

/// A directory in memory: finishing a file waits for its disk.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

/// A recording with objects that come, change and go, in a directory.
fn recorded(dir: &Path) -> PathBuf {
    let session = Session::builder("engine").dir(dir).create().unwrap();
    let order = session.object("order", Order::default()).unwrap();
    let _many = session.array_with("many", 3, |index| index as u16).unwrap();
    let observer = Observer::builder().dir(dir).attach("engine").unwrap();
    let file = dir.join("whole.mcap");
    let mut recorder = Recorder::create(&file, observer.session(), Compression::None).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    let mut time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    source
        .keyframe(|change| recorder.take(time, change))
        .unwrap();
    for number in 1..20 {
        order.number.set(number);
        let brief = session.object("brief", number).unwrap();
        for _ in 0..2 {
            time += Duration::from_millis(10);
            source
                .sample(0, |change| recorder.take(time, change))
                .unwrap();
        }
        drop(brief);
        if number % 6 == 0 {
            source
                .keyframe(|change| recorder.take(time, change))
                .unwrap();
            recorder.flush().unwrap();
        }
    }
    recorder.finish().unwrap();
    file
}

/// Reads everything in every way; the number of values.
fn read(file: &Path, dir: &Path) -> Result<usize, PlayError> {
    let mut values = 0;
    let mut state = State::new();
    Recording::open(file)?.tell(|_, change| {
        state.take(change);
        values += 1;
        Ok::<(), RecordingError>(())
    })?;
    for (object, bytes) in state.objects() {
        object_value(state.schema(), object.type_id, object.count, bytes);
    }
    let recording = Recording::open(file)?;
    let (start, end) = (recording.start(), recording.end());
    let half = end.duration_since(start).unwrap_or_default() / 2;
    recording.state_at(start + half)?;
    let mut passage = Passage::start(Recording::open(file)?, "damaged", Some(dir))?;
    passage.go_on(end)?;
    Ok(values)
}

/// More memory than this is never asked for: an allocation then fails, and ends the test.
fn bound_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = Some(1 << 30);
    let limit = Rlimit {
        current: limit,
        maximum: limit,
    };
    setrlimit(Resource::As, limit).unwrap();
}

/// How many files each test makes up.
fn rounds() -> u64 {
    match std::env::var_os("MEMGLASS_FULL") {
        Some(_) => 20_000,
        None => 300,
    }
}

#[test]
fn a_damaged_file_is_an_error_and_no_more() {
    bound_memory();
    let dir = directory();
    let whole = fs::read(recorded(dir.path())).unwrap();
    let file = dir.path().join("damaged.mcap");
    let mut refused = 0;
    for seed in 1..=rounds() {
        println!("seed {seed}");
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut bytes = whole.clone();
        for _ in 0..=dice.below(3) {
            dice.damage(&mut bytes);
        }
        fs::write(&file, &bytes).unwrap();
        refused += usize::from(read(&file, dir.path()).is_err());
    }
    println!("{refused} of {} files were refused", rounds());
    assert!(refused > 0);
}

/// A small recording whose chunks have no checksums, so that everything in them is believed.
fn without_checksums(dir: &Path) -> Vec<u8> {
    /// Bytes of a chunk before its checksum.
    const BEFORE: usize = 9 + 8 + 8 + 8;
    let mut bytes = fs::read(recorded(dir)).unwrap();
    let chunks = mcap::Summary::read(&bytes).unwrap().unwrap().chunk_indexes;
    for chunk in chunks {
        let at = chunk.chunk_start_offset as usize + BEFORE;
        bytes[at..at + 4].fill(0);
    }
    bytes
}

#[test]
fn a_length_that_is_a_lie_takes_no_memory() {
    bound_memory();
    let dir = directory();
    let whole = without_checksums(dir.path());
    let file = dir.path().join("lies.mcap");
    let told = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let mut changes = 0;
        let all = Recording::open(&file)?.tell(|_, _| {
            changes += 1;
            Ok::<(), RecordingError>(())
        });
        all.map(|()| changes)
    };
    assert!(told(&whole).unwrap() > 60);
    let mut refused = 0;
    for at in 0..whole.len() - 4 {
        let mut bytes = whole.clone();
        bytes[at..at + 4].fill(0xff);
        refused += usize::from(told(&bytes).is_err());
    }
    println!("{refused} of {} files were refused", whole.len());
    assert!(refused > 0);
}

#[test]
fn a_chunk_that_makes_no_sense_is_passed_by_where_a_file_is_finished() {
    let dir = directory();
    let whole = without_checksums(dir.path());
    let chunks = mcap::Summary::read(&whole).unwrap().unwrap().chunk_indexes;
    let messages = |chunk: &&mcap::records::ChunkIndex| !chunk.message_index_offsets.is_empty();
    let last = chunks.iter().rfind(messages).unwrap();
    let start = last.chunk_start_offset as usize;
    let len = last.chunk_length as usize;
    let file = dir.path().join("cut.mcap");
    let mut left_out = 0;
    // Not where chunks are, so that it is looked for.
    let [before, chunk] = [&whole[..start], &whole[start..start + len]];
    for at in CHUNK_HEAD..len {
        let mut bytes = [before, b"\0", chunk].concat();
        bytes[start + 1 + at] = 0xff;
        fs::write(&file, &bytes).unwrap();
        left_out += usize::from(Recording::open(&file).unwrap().gaps().is_empty());
    }
    println!("{left_out} of {len} were left out");
    assert!(left_out > 0 && left_out < len, "{left_out}");
}

/// Bytes of a chunk before its records.
const CHUNK_HEAD: usize = 9 + 8 + 8 + 8 + 4 + 4 + 8;

/// The same recording with other messages, and with the sums and indexes that belong to them.
fn with_messages(whole: &[u8], file: &Path, mut change: impl FnMut(usize, &mut Vec<u8>)) {
    let out = fs::File::create(file).unwrap();
    let mut writer = mcap::WriteOptions::new()
        .profile("memglass")
        .compression(None)
        .create(out)
        .unwrap();
    let mut channels: BTreeMap<u16, u16> = BTreeMap::new();
    for (index, message) in mcap::MessageStream::new(whole).unwrap().enumerate() {
        let message = message.unwrap();
        let channel = &message.channel;
        let id = *channels.entry(channel.id).or_insert_with(|| {
            let schema = channel.schema.as_ref().unwrap();
            let schema = writer.add_schema(&schema.name, &schema.encoding, &schema.data);
            let (topic, encoding) = (&channel.topic, &channel.message_encoding);
            writer
                .add_channel(schema.unwrap(), topic, encoding, &channel.metadata)
                .unwrap()
        });
        let mut data = Cow::into_owned(message.data);
        change(index, &mut data);
        let header = mcap::records::MessageHeader {
            channel_id: id,
            sequence: message.sequence,
            log_time: message.log_time,
            publish_time: message.publish_time,
        };
        writer.write_to_known_channel(&header, &data).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn messages_that_are_made_up_are_errors_and_no_more() {
    bound_memory();
    let dir = directory();
    let whole = fs::read(recorded(dir.path())).unwrap();
    let count = mcap::MessageStream::new(&whole).unwrap().count();
    let file = dir.path().join("made_up.mcap");
    with_messages(&whole, &file, |_, _| {});
    let all = read(&file, dir.path()).unwrap();
    assert!(all > 60, "{all}");
    let (mut refused, mut read_all) = (0, 0);
    for seed in 1..=rounds() {
        println!("seed {seed}");
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // One of the first, which say the most, or any.
        let chosen = match dice.below(2) {
            0 => dice.below(4),
            _ => dice.below(count),
        };
        with_messages(&whole, &file, |index, data| {
            if index == chosen {
                dice.damage(data);
            }
        });
        match read(&file, dir.path()) {
            Ok(_) => read_all += 1,
            Err(_) => refused += 1,
        }
    }
    println!("{refused} of {} files were refused", rounds());
    assert!(
        refused > 0 && read_all > 0,
        "{refused} refused, {read_all} read"
    );
}

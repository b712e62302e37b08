//! What is left of a recording that is damaged anywhere: everything but what was there.
// A test that cannot go on should stop, at the line; it says what was counted.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use memglass::{Object, Observe, Observer, Session};
use memglass_stream::{
    Change, Compression, Gap, Losses, Recorder, Recording, RecordingError, Source, State,
};

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    sizes: [u16; 3],
}

/// A recording of many small chunks, and what is told of it.
struct Whole {
    dir: tempfile::TempDir,
    bytes: Vec<u8>,
    /// Where it ended when it was handed over for the last time.
    flushed: usize,
    told: Vec<Told>,
}

/// A change at a time: what it is, and of which object with which value.
type Told = (SystemTime, String);

/// A directory in memory: finishing a file waits for its disk.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

fn whole(compression: Compression) -> Whole {
    let dir = directory();
    let file = dir.path().join("whole.mcap");
    let session = Session::builder("engine").dir(dir.path()).create().unwrap();
    let number = session.object("number", 0_i64).unwrap();
    let _many = session.array_with("many", 3, |index| index as u16).unwrap();
    let observer = Observer::builder().dir(dir.path()).attach("engine");
    let observer = observer.unwrap();
    let mut recorder = Recorder::create(&file, observer.session(), compression).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    let mut time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    source
        .keyframe(|change| recorder.take(time, change))
        .unwrap();
    let (mut brief, mut quote): (Option<Object<i64>>, Option<Object<Quote>>) = (None, None);
    for step in 1..=24_i64 {
        number.set(step);
        // It comes, changes twice, and goes; its label is that of another type's next time.
        match (step % 8, &mut brief, &mut quote) {
            (1, brief, _) => *brief = Some(session.object("brief", step).unwrap()),
            (2 | 3, Some(brief), _) => brief.set(step * 10),
            (4, brief, _) => *brief = None,
            (5, _, quote) => *quote = Some(session.object("brief", Quote::default()).unwrap()),
            (6 | 7, _, Some(quote)) => quote.bid.set(step * 10),
            (0, _, quote) => *quote = None,
            _ => {}
        }
        time += Duration::from_secs(1);
        source
            .sample(0, |change| recorder.take(time, change))
            .unwrap();
        if step % 7 == 0 {
            source
                .keyframe(|change| recorder.take(time, change))
                .unwrap();
        }
        recorder.flush().unwrap();
    }
    let flushed = fs::metadata(&file).unwrap().len() as usize;
    recorder.finish().unwrap();
    let bytes = fs::read(&file).unwrap();
    let told = told(&file).unwrap().told;
    Whole {
        dir,
        bytes,
        flushed,
        told,
    }
}

impl Whole {
    fn file(&self) -> PathBuf {
        self.dir.path().join("damaged.mcap")
    }
}

/// All that a recording tells.
struct Tale {
    told: Vec<Told>,
    losses: Losses,
    gaps: Vec<Gap>,
    news: usize,
    lost_channels: usize,
}

fn told(file: &Path) -> Result<Tale, RecordingError> {
    let (mut told, mut losses) = (Vec::new(), Losses::default());
    let recording = Recording::open(file)?;
    let (damage, lost_channels) = (recording.damage(), recording.lost_channels());
    recording.tell(|time, change| {
        let what = match change {
            // They come first, whenever they were recorded.
            Change::Types(_) => return Ok(()),
            Change::Keyframe(objects) => {
                let mut labels: Vec<&str> = objects.iter().map(|object| &*object.label).collect();
                labels.sort_unstable();
                format!("keyframe {labels:?}")
            }
            Change::Created(object) => format!("created {}", object.label),
            Change::Value(object, value) => {
                format!("value {} {} {value:?}", object.label, value.len())
            }
            Change::Destroyed(object) => format!("destroyed {}", object.label),
            Change::Lost(more) => {
                losses.add(more);
                return Ok(());
            }
        };
        told.push((time, what));
        Ok::<(), RecordingError>(())
    })?;
    Ok(Tale {
        told,
        losses,
        gaps: damage.gaps(),
        news: damage.take_news().len(),
        lost_channels,
    })
}

/// Whether a time is in a damaged part.
fn is_in(gaps: &[Gap], time: SystemTime) -> bool {
    let mut gaps = gaps.iter();
    gaps.any(|gap| gap.after.is_none_or(|after| after <= time) && time <= gap.before)
}

/// Checks what is left of a file: all that was outside of what is said to be damaged, and nothing that was not there. Of one that
/// was cut off, what is damaged at its end is cut off too.
fn check(whole: &Whole, is_cut: bool, what: &str) {
    let file = whole.file();
    let tale = told(&file).unwrap_or_else(|error| panic!("{what}: {error}"));
    let Tale { told, gaps, .. } = &tale;
    assert_eq!(tale.lost_channels, 0, "{what}");
    let last = told.last().map(|(time, _)| *time).filter(|_| is_cut);
    let before_end = |(time, _): &&Told| last.is_none_or(|last| *time <= last);
    for (time, change) in whole.told.iter().filter(before_end) {
        let is_told = told.contains(&(*time, change.clone()));
        // Who is not known to have come is not told to have gone.
        let is_one = !change.starts_with("destroyed") || gaps.is_empty();
        assert!(
            is_told || !is_one || is_in(gaps, *time),
            "{what}: {change} at {time:?} is lost; known to be damaged: {gaps:?}"
        );
    }
    for one in told {
        // An object that is found is told as one that came.
        let is_found = one.1.starts_with("created") && !gaps.is_empty();
        assert!(
            whole.told.contains(one) || is_found,
            "{what}: {one:?} was never recorded"
        );
    }
    assert!(gaps.len() <= 1, "{what}: {gaps:?}");
    assert_eq!(tale.news, gaps.len(), "{what}");
    assert_eq!(tale.losses.damaged, gaps.len() as u64, "{what}");
    let is_short = last.is_some_and(|last| whole.told.iter().any(|(time, _)| *time > last));
    if !is_short {
        check_states(whole, gaps, what);
    }
}

/// Checks what the session was at moments behind what is damaged, and in front of it.
fn check_states(whole: &Whole, gaps: &[Gap], what: &str) {
    let keyframe = |at: &&SystemTime| {
        let mut told = whole.told.iter();
        told.any(|(time, change)| time == *at && change.starts_with("keyframe"))
    };
    let mut times: Vec<SystemTime> = whole.told.iter().map(|(time, _)| *time).collect();
    times.dedup();
    for time in times.iter().step_by(5) {
        let mut since = times.iter().filter(|other| *other <= time).rev();
        // Up to the keyframe before it nothing is damaged.
        let since = since.find(keyframe).unwrap_or(time);
        let is_sure = times
            .iter()
            .filter(|other| since <= *other && *other <= time)
            .all(|other| !is_in(gaps, *other));
        let state = Recording::open(&whole.file()).unwrap().state_at(*time);
        let state = state.unwrap();
        if is_sure {
            assert_eq!(shown(&state), shown(&truth(whole, *time)), "{what}");
        }
    }
}

fn truth(whole: &Whole, time: SystemTime) -> State {
    let file = whole.dir.path().join("whole.mcap");
    Recording::open(&file).unwrap().state_at(time).unwrap()
}

fn shown(state: &State) -> String {
    let objects = state.objects();
    let all: Vec<_> = objects
        .map(|(object, bytes)| (object.label.to_string(), object.count, bytes.to_vec()))
        .collect();
    format!("{all:?}")
}

/// Only every so many bytes are damaged in the short form.
fn step() -> usize {
    match std::env::var_os("MEMGLASS_FULL") {
        Some(_) => 1,
        None => 89,
    }
}

fn check_all(whole: &Whole, end: usize) {
    let mut count = 0;
    let is_cut = end < whole.bytes.len();
    for at in (0..end).step_by(step()) {
        for damage in [0x01, 0xff] {
            let mut bytes = whole.bytes[..end].to_vec();
            bytes[at] ^= damage;
            fs::write(whole.file(), &bytes).unwrap();
            check(whole, is_cut, &format!("byte {at} of {end}"));
            // Again, as it may have been finished.
            check(whole, is_cut, &format!("byte {at} of {end}, again"));
            count += 1;
        }
    }
    println!("{count} files");
}

#[test]
fn a_byte_that_is_damaged_in_a_finished_file_takes_its_chunk_and_no_more() {
    let whole = whole(Compression::Zstd);
    check_all(&whole, whole.bytes.len());
}

#[test]
fn a_byte_that_is_damaged_in_an_unfinished_file_takes_its_chunk_and_no_more() {
    let whole = whole(Compression::None);
    check_all(&whole, whole.flushed);
}

#[test]
fn bytes_that_are_missing_or_too_many_take_their_chunk_and_no_more() {
    let whole = whole(Compression::Zstd);
    let more = [0x2a; 300];
    for at in (0..whole.bytes.len()).step_by(7 * step()) {
        let (before, after) = whole.bytes.split_at(at);
        let less = &after[after.len().min(40)..];
        for bytes in [[before, &more, after].concat(), [before, less].concat()] {
            fs::write(whole.file(), &bytes).unwrap();
            // Where they are at the end or at the beginning, the end is cut off, or it is no recording any more.
            if at > 8 && at + 1000 < whole.bytes.len() {
                check(&whole, true, &format!("byte {at}"));
            }
        }
    }
}

/// The records of a file, each with its kind, from the first one up to the end of the data.
fn records(bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let (mut records, mut rest) = (Vec::new(), &bytes[8..]);
    while let [kind, tail @ ..] = rest
        && let Some(len) = tail.first_chunk()
    {
        let (record, after) = rest.split_at(9 + u64::from_le_bytes(*len) as usize);
        records.push((*kind, record));
        rest = after;
        if *kind == mcap::records::op::DATA_END {
            break;
        }
    }
    records
}

/// A file whose indexes behind chunks are what `change` makes of them: it is told the chunk's number, that of the index, and its bytes.
/// What comes behind the data stays as it was.
fn with_indexes(bytes: &[u8], mut change: impl FnMut(usize, usize, &mut Vec<u8>)) -> Vec<u8> {
    use mcap::records::op;
    let all = records(bytes);
    let data: usize = all.iter().map(|(_, record)| record.len()).sum();
    let mut changed = bytes[..8].to_vec();
    let (mut chunk, mut index) = (0, 0);
    for (kind, record) in all {
        let mut record = record.to_vec();
        match kind {
            op::CHUNK => (chunk, index) = (chunk + 1, 0),
            op::MESSAGE_INDEX => {
                change(chunk, index, &mut record);
                index += 1;
            }
            _ => {}
        }
        changed.extend(record);
    }
    changed.extend(&bytes[8 + data..]);
    changed
}

/// Checks that nothing of a file is lost, when it is opened, again, and where it may not be written.
#[track_caller]
fn check_nothing_is_lost(whole: &Whole, bytes: &[u8]) {
    let file = whole.file();
    let check = |what: &str| {
        let tale = told(&file).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(tale.gaps, [], "{what}");
        assert_eq!(tale.told, whole.told, "{what}");
        check_states(whole, &[], what);
    };
    fs::write(&file, bytes).unwrap();
    let reading = fs::File::open(&file).unwrap();
    // Whoever reads it keeps others from finishing it.
    reading.lock_shared().unwrap();
    check("read by another");
    assert!(fs::read(&file).unwrap() == bytes, "it was written");
    drop(reading);
    check("first");
    check("again");
    let finished = Recording::open(&file).unwrap();
    assert!(!finished.was_unfinished());
}

#[test]
fn chunks_are_read_without_the_indexes_behind_them() {
    let whole = whole(Compression::Zstd);
    let of_all = with_indexes(&whole.bytes, |_, _, index| index.clear());
    check_nothing_is_lost(&whole, &of_all);
    let is_chunk = |(kind, _): &&(u8, &[u8])| *kind == mcap::records::op::CHUNK;
    let chunks = records(&whole.bytes).iter().filter(is_chunk).count();
    assert!(chunks > 20, "{chunks}");
    // What is done to each index of one chunk.
    let damages: [fn(usize, &mut Vec<u8>); 5] = [
        |_, index| index.clear(),
        |number, index| index.truncate(if number == 0 { 0 } else { index.len() }),
        // Every second one says another place.
        |number, index| index[9 + 2 + 4] ^= (number as u8 + 1) % 2,
        |_, index| index.fill(0),
        // More bytes than there were, and fewer than a chunk has.
        |number, index| index.resize(index.len() + if number == 0 { 20 } else { 0 }, 0),
    ];
    for damage in damages {
        for chunk in 1..=chunks {
            let damaged = with_indexes(&whole.bytes, |of, number, index| {
                if of == chunk {
                    damage(number, index);
                }
            });
            check_nothing_is_lost(&whole, &damaged);
        }
    }
}

/// The same messages, as another program writes them.
fn written_again(whole: &Whole, options: mcap::WriteOptions) -> Vec<u8> {
    let out = std::io::Cursor::new(Vec::new());
    let mut writer = options.profile("memglass").create(out).unwrap();
    for message in mcap::MessageStream::new(&whole.bytes).unwrap() {
        writer.write(&message.unwrap()).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner().into_inner()
}

#[test]
fn a_recording_that_another_program_wrote_without_indexes_is_read() {
    let whole = whole(Compression::Zstd);
    let file = whole.file();
    let small = || mcap::WriteOptions::new().chunk_size(Some(500));
    let check = |options, is_written: bool| {
        let before = written_again(&whole, options);
        fs::write(&file, &before).unwrap();
        for _ in 0..2 {
            let tale = told(&file).unwrap();
            assert_eq!((tale.told, tale.gaps), (whole.told.clone(), Vec::new()));
            check_states(&whole, &[], "without indexes");
        }
        assert_eq!(fs::read(&file).unwrap() != before, is_written);
    };
    check(small().emit_message_indexes(false), false);
    // Where chunks are has to be known.
    check(small().emit_chunk_indexes(false), true);
    check(small().emit_summary_records(false), true);
    check(
        small().emit_chunk_indexes(false).emit_statistics(false),
        true,
    );
    check(small().emit_statistics(false), false);
}

#[test]
fn a_recording_that_another_program_wrote_without_chunks_is_refused_and_stays_as_it_is() {
    let whole = whole(Compression::Zstd);
    let file = whole.file();
    for options in [
        mcap::WriteOptions::new(),
        mcap::WriteOptions::new().emit_statistics(false),
        mcap::WriteOptions::new().emit_summary_records(false),
    ] {
        let bytes = written_again(&whole, options.use_chunks(false));
        for len in [bytes.len(), bytes.len() * 2 / 3] {
            fs::write(&file, &bytes[..len]).unwrap();
            let error = Recording::open(&file).unwrap_err();
            assert!(matches!(error, RecordingError::Read { .. }), "{error}");
            assert!(fs::read(&file).unwrap() == bytes[..len], "it was written");
        }
    }
}

#[test]
fn a_file_of_another_program_stays_as_it_is_whatever_of_it_is_damaged() {
    let dir = directory();
    let file = dir.path().join("other.mcap");
    let mut writer = mcap::Writer::new(fs::File::create(&file).unwrap()).unwrap();
    let mut channels = Vec::new();
    for topic in ["/imu", "/camera", "/lidar", "/log"] {
        let schema = writer.add_schema("value", "jsonschema", b"{}").unwrap();
        channels.push(
            writer
                .add_channel(schema, topic, "json", &Default::default())
                .unwrap(),
        );
    }
    for number in 0..1_000_u32 {
        let header = mcap::records::MessageHeader {
            channel_id: channels[number as usize % channels.len()],
            sequence: number,
            log_time: u64::from(number) * 1_000_000,
            publish_time: 0,
        };
        writer
            .write_to_known_channel(&header, b"{\"value\": 1}")
            .unwrap();
        if number % 100 == 99 {
            writer.flush().unwrap();
        }
    }
    writer.finish().unwrap();
    drop(writer);
    let whole = fs::read(&file).unwrap();
    for damaged in [8..60, 8..600, 8..2_000, 8..4_096] {
        for kept in [whole.len(), whole.len() * 9 / 10, whole.len() / 2] {
            let mut bytes = whole[..kept].to_vec();
            bytes[damaged.start..damaged.end.min(kept)].fill(0);
            fs::write(&file, &bytes).unwrap();
            let opened = Recording::open(&file);
            assert!(opened.is_err(), "{damaged:?} of {kept}");
            assert!(
                fs::read(&file).unwrap() == bytes,
                "{damaged:?} of {kept}: it was written"
            );
        }
    }
}

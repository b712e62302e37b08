//! Recordings that somebody made up: the input is a file, or the messages of one.
//!
//! Messages go into a file with all its sums and indexes, which bytes by themselves would hardly ever have.
#![no_main]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use mcap::WriteOptions;
use mcap::records::MessageHeader;
use memglass::object_value;
use memglass_stream::{Passage, PlayError, Recording, RecordingError, State};

thread_local! {
    static DIR: tempfile::TempDir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
}

/// What a made-up recording has channels for; of the last two, one object each, and several.
const TOPICS: [(&str, Option<(&str, &str)>); 6] = [
    ("/memglass/types", None),
    ("/memglass/objects", None),
    ("/memglass/keyframe", None),
    ("/memglass/loss", None),
    ("/a", Some(("label", "a"))),
    ("/memglass/of_type/T", Some(("type", "T"))),
];

fuzz_target!(|input: &[u8]| {
    let Some((&how, rest)) = input.split_first() else {
        return;
    };
    DIR.with(|dir| {
        let file = dir.path().join("run.mcap");
        match how {
            0 => fs::write(&file, rest).expect("there is room"),
            _ => write_messages(&file, rest),
        }
        // An error is an answer.
        let _ = read(&file, dir.path());
    });
});

/// A message is a channel, a time, a length of two bytes, and so many bytes.
fn write_messages(file: &Path, mut input: &[u8]) {
    let out = fs::File::create(file).expect("there is room");
    let options = WriteOptions::new().profile("memglass").compression(None);
    let mut writer = options.create(out).expect("there is room");
    let channels = TOPICS.map(|(topic, what)| {
        let what = what.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let metadata = BTreeMap::from_iter(what);
        writer.add_channel(0, topic, "", &metadata).expect("few")
    });
    while let Some(([channel, time, low, high], rest)) = input.split_first_chunk() {
        let len = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (data, rest) = rest.split_at(len);
        let header = MessageHeader {
            channel_id: channels[usize::from(*channel) % channels.len()],
            sequence: 0,
            log_time: u64::from(*time),
            publish_time: u64::from(*time),
        };
        let written = writer.write_to_known_channel(&header, data);
        written.expect("there is room");
        input = rest;
    }
    writer.finish().expect("there is room");
}

/// Reads everything in every way.
fn read(file: &Path, dir: &Path) -> Result<(), PlayError> {
    let mut state = State::new();
    Recording::open(file)?.tell(|_, change| {
        state.take(change);
        Ok::<(), RecordingError>(())
    })?;
    for (object, bytes) in state.objects() {
        object_value(state.schema(), object.type_id, object.count, bytes);
    }
    let recording = Recording::open(file)?.as_branch();
    let (start, end) = (recording.start(), recording.end());
    let mut passage = Passage::start(recording, "fuzzed", Some(dir))?;
    passage.go_on(end)?;
    let half = end.duration_since(start).unwrap_or_default() / 2;
    Recording::open(file)?.state_at(start + half)?;
    Ok(())
}

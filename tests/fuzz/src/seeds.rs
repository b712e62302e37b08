//! Writes inputs to start from into `corpus/`: real descriptions, hostile words in places that
//! matter, and texts.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use memglass::schema::codec;
use memglass::{Observe, Observer, Session, Text};
use memglass_stream::{Change, Channels, Compression, Recorder, Source};
use memglass_tests::hostile::{Edit, Recording, When};
use memglass_tests::objects::small_gallery;
use memglass_layouts::Layout;
use memglass_types::Types;

fn main() -> std::io::Result<()> {
    let recording = Recording::of(|session| small_gallery(session).expect("the session has room"));
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (index, input) in sessions(&recording).iter().enumerate() {
        std::fs::write(corpus.join(format!("session/seed-{index:03}")), input)?;
    }
    for (index, input) in descriptions(&recording).iter().enumerate() {
        std::fs::write(corpus.join(format!("codec/seed-{index:03}")), input)?;
    }
    for (index, input) in PATHS.iter().enumerate() {
        std::fs::write(corpus.join(format!("path/seed-{index:03}")), input)?;
    }
    for (index, input) in LITERALS.iter().enumerate() {
        std::fs::write(corpus.join(format!("literal/seed-{index:03}")), input)?;
    }
    for target in ["layout", "types", "recording"] {
        std::fs::create_dir_all(corpus.join(target))?;
    }
    for (index, input) in layouts().iter().enumerate() {
        std::fs::write(corpus.join(format!("layout/seed-{index:03}")), input)?;
    }
    for (index, input) in types()?.iter().enumerate() {
        std::fs::write(corpus.join(format!("types/seed-{index:03}")), input)?;
    }
    let channels = [Channels::PerType, Channels::PerObject];
    let files = channels.map(|channels| recorded(channels, Compression::None));
    let mut inputs: Vec<Vec<u8>> = files.iter().map(|file| messages(file)).collect();
    inputs.extend(files.iter().map(|file| believed(file)));
    inputs.push(believed(&recorded(Channels::PerType, Compression::Zstd)));
    // One that was cut off in its last chunk.
    let last = inputs.last().expect("one was pushed");
    inputs.push(last[..last.len() * 2 / 3].to_vec());
    for (index, input) in inputs.iter().enumerate() {
        std::fs::write(corpus.join(format!("recording/seed-{index:03}")), input)?;
    }
    Ok(())
}

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    sizes: [u16; 3],
}

#[derive(Observe, Clone, Copy, Default)]
struct Order {
    number: u64,
    wide: i128,
    #[observe(seqlock)]
    quote: Quote,
    name: Text<12>,
    grid: [[i32; 2]; 2],
}

/// A recording in which an object changes and another one comes and goes.
fn recorded(channels: Channels, compression: Compression) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("there is room");
    let session = Session::builder("engine").dir(dir.path()).create();
    let session = session.expect("there is room");
    let order = session
        .object("a", Order::default())
        .expect("there is room");
    let observer = Observer::builder().dir(dir.path()).attach("engine");
    let observer = observer.expect("it lives");
    let file = dir.path().join("run.mcap");
    let recorder = Recorder::create(&file, observer.session(), compression);
    let mut recorder = recorder.expect("there is room").with_channels(channels);
    let mut source = Source::new(observer, &[]).expect("no patterns");
    let now = SystemTime::UNIX_EPOCH;
    let mut take = |change: Change<'_>| recorder.take(now, change);
    source.keyframe(&mut take).expect("there is room");
    order.number.set(5);
    let brief = session.array_with("b", 3, |index| index as u16);
    source.sample(1, &mut take).expect("there is room");
    drop(brief);
    source.sample(0, &mut take).expect("there is room");
    recorder.finish().expect("there is room");
    std::fs::read(&file).expect("it is there")
}

/// The file itself, without its checksums: what is changed in it is believed.
fn believed(whole: &[u8]) -> Vec<u8> {
    /// Bytes of a chunk before its checksum, and from that of the index to the end of the file.
    const BEFORE: usize = 9 + 8 + 8 + 8;
    const AFTER: usize = 4 + 8;
    let mut input = [&[0], whole].concat();
    let summary = mcap::Summary::read(whole).expect("it is whole");
    for chunk in summary.expect("it has an index").chunk_indexes {
        let at = 1 + chunk.chunk_start_offset as usize + BEFORE;
        input[at..at + 4].fill(0);
    }
    let at = input.len() - AFTER;
    input[at..at + 4].fill(0);
    input
}

/// The messages of a recording, as the target takes them.
fn messages(whole: &[u8]) -> Vec<u8> {
    let mut input = vec![1];
    for message in mcap::MessageStream::new(whole).expect("it is whole") {
        let message = message.expect("it is whole");
        // As the target has them; the last is that of several objects.
        let topics = [
            "/memglass/types",
            "/memglass/objects",
            "/memglass/keyframe",
            "/memglass/loss",
            "/a",
        ];
        let topic = topics
            .iter()
            .position(|topic| *topic == message.channel.topic);
        input.extend([topic.unwrap_or(topics.len()) as u8, input.len() as u8]);
        input.extend((message.data.len() as u16).to_le_bytes());
        input.extend_from_slice(&message.data);
    }
    input
}

/// Words of the header, of the heads of tables and of their first records, in turn with each hostile
/// word, then a refresh, a read and a write.
fn sessions(recording: &Recording) -> Vec<Vec<u8>> {
    const REGION: u64 = (1 << 48) - 1;
    let header = (256..384).step_by(8).map(|at| (0, at));
    let heads = [336, 352].map(|at| recording.word(0, at) & REGION);
    let records = heads
        .into_iter()
        .flat_map(|head| (head..head + 192).step_by(8));
    let places = header.chain(records.map(|at| (1, at)));
    let seed = |(nth, (segment, at)): (usize, (usize, u64))| {
        let words = Edit::hostile_words(at, recording.word(segment, at));
        let edit = Edit::store(segment, at, 8, words[nth % words.len()]);
        let epoch = Edit::store(0, 320, 8, 77).at(When::ThenRefresh);
        let write = Edit::store(0, 320, 8, 78).at(When::ThenWrite);
        let whens = [When::Before, When::ThenRead, When::ThenRefresh];
        let edits = [edit.at(whens[nth % 3]), epoch, write];
        edits.iter().flat_map(Edit::encode).collect()
    };
    places.enumerate().map(seed).collect()
}

fn descriptions(recording: &Recording) -> Vec<Vec<u8>> {
    let observer = Observer::builder()
        .dir(recording.dir())
        .attach(recording.name());
    let observer = observer.expect("what was recorded can be attached to");
    let schema = observer.schema();
    let parts = schema.iter().map(|(_, ty)| codec::encode(ty));
    let framed = parts.flat_map(|bytes| [&(bytes.len() as u16).to_le_bytes()[..], &bytes].concat());
    vec![framed.collect(), codec::encode_schema(schema)]
}

const PATHS: [&str; 8] = [
    "mixed.nested[1].pair.left",
    "\"a.b[0]\"",
    "a.b[0]",
    "fives[3].words[4]",
    "mixed.grid[1][2]",
    "wide.text",
    "\"say \\\"hi\\\"\"",
    "numbers[18446744073709551616]",
];

const LITERALS: [&str; 6] = [
    "#{ bid_price: 15020, levels: [1, -2.5e3, 0x1f], side: \"Buy\", flags: READ | WRITE }",
    "'\\u{1f980}'",
    "%-+08.3f ticks",
    "%#018x",
    "%s %d %%",
    "-170141183460469231731687303715884105728",
];

/// Texts of layouts, and a record of each.
const LAYOUTS: [(&str, &[u8]); 5] = [
    (
        "enum Kind : u8 { Ping = 1, Data };
struct Msg { Kind kind; match (kind) { (Kind::Data): Body; (_): none; } be u16 crc; };
struct Body { u8 n; u16 off[n + 1]; char text[n] : off[i + 1] - off[i]; };",
        b"\x02\x01\0\0\x02\0hi\x01\x02",
    ),
    (
        "struct list { u16 n; item items[n]; }; struct item { u8 len; char text[len]; };",
        b"\x02\0\x02hi\x03you",
    ),
    (
        "#pragma endian big
const u8 END = 0xff; bitfield flags { bool a : 1; padding : 2; signed b : 5; };
struct node : base { node2 kids[until END]; align(4); s24 sum; }; struct base { flags f; u8 n; };
struct node2 { u8 id; u8 own[parent.n]; } [[fixed_size(3)]];",
        b"\x05\x02\x01\x02\x03\xff\0\0\xff\xff\xfe",
    ),
    (
        "struct a { u8 k; match (k & 3) { (0): { u8 x; } (1 ... 2, 3): struct { float y; } z; } char t[]; padding[k]; double d; };",
        b"\x01\0\0\x80\x3fhi\0\0\0\0\0\0\0\0\xf0\x3f",
    ),
    (
        "struct a { u8 n; u8 d[n ? sizeof(u32) * n : -1] : 1 << i; b c : n; u96 w; }; struct b { s128 v[$ + 1]; };",
        b"\x01\0\0\0\0",
    ),
];

/// As texts and compiled.
fn layouts() -> Vec<Vec<u8>> {
    let both = LAYOUTS.iter().flat_map(|(text, record)| {
        let compiled = Layout::parse(text).map_or(Vec::new(), |layout| layout.encode());
        [(0, text.as_bytes().to_vec()), (1, compiled)].map(|(form, layout)| {
            let len = (layout.len() as u16).to_le_bytes();
            [&[form], &len[..], &layout, record].concat()
        })
    });
    both.collect()
}

const PROGRAM: &str = "struct q { long a; char b[2]; unsigned c : 3; struct q *next; }; enum e { A, B = -1 };
    union u { int i; float f; }; typedef int (*h)(struct q *, enum e); struct q x; union u y; h z;
    int f(struct q *q, h on) { return q->c + on(q, A); }";

/// Objects with debug information in several forms, the types of one as a file, and a file of Crefl.
fn types() -> std::io::Result<Vec<Vec<u8>>> {
    let dir = tempfile::tempdir()?;
    let [source, object] = ["a.c", "a.o"].map(|name| dir.path().join(name));
    std::fs::write(&source, PROGRAM)?;
    let mut all = vec![include_bytes!("../../../core/types/tests/data/sample.refl").to_vec()];
    for form in ["-gdwarf-2", "-gdwarf-4", "-gdwarf-5", "-gz", "-gbtf"] {
        let compiled = Command::new("gcc").args(["-g", form, "-c", "-o"]).arg(&object).arg(&source).status()?;
        assert!(compiled.success());
        all.push(std::fs::read(&object)?);
        let types = Types::open(&object).expect("the compiler wrote them");
        all.push(types.to_bytes());
    }
    Ok(all)
}

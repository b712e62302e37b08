//! Writes inputs to start from into `corpus/`: real descriptions, hostile words in places that
//! matter, and texts.

use std::path::Path;

use memglass::Observer;
use memglass::schema::codec;
use memglass_tests::hostile::{Edit, Recording, When};
use memglass_tests::objects::small_gallery;

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
    Ok(())
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

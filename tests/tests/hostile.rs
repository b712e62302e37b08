//! Memory that was cut short or overwritten is an error, never a fault, a panic or endless work.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use memglass::schema::{Field, Kind, Type, TypeId, codec};
use memglass::{AttachError, Part, PathError, ReadError, Value};
use memglass_tests::Stage;

const EPOCH: u64 = 320;
const TYPE_HEAD: u64 = 336;

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap()
}

fn cut(path: &Path, len: u64) {
    open(path).set_len(len).unwrap();
}

fn load(file: &File, at: u64) -> u64 {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, at).unwrap();
    u64::from_ne_bytes(bytes)
}

fn store(file: &File, at: u64, word: u64) {
    file.write_all_at(&word.to_ne_bytes(), at).unwrap();
}

/// Lets observers believe that something changed.
fn advance_epoch(stage: &Stage) {
    let header = open(&stage.segment("engine", "header"));
    store(&header, EPOCH, load(&header, EPOCH) + 1);
}

/// A dead session with one object of every kind.
fn remains(stage: &Stage) {
    let mut producer = stage.producer("engine");
    producer.ask("gallery");
    producer.kill();
}

#[test]
fn attaching_to_segments_that_were_cut_short_is_an_error() {
    for (part, lens) in [
        ("header", [0, 1, 4096, 16_895]),
        ("region_0001", [0, 8, 64, 4096]),
    ] {
        for len in lens {
            let stage = stage();
            remains(&stage);
            cut(&stage.segment("engine", part), len);
            let error = stage.options().attach("engine").unwrap_err();
            assert!(
                matches!(error, AttachError::Layout(_) | AttachError::Shm(_)),
                "{part} of {len} bytes: {error}"
            );
            assert_eq!(memglass::sessions(Some(stage.dir())).len(), 1);
        }
    }
}

fn truncation(error: &ReadError, part: &str) {
    assert!(
        matches!(error, ReadError::Truncated { segment, .. } if segment.contains(part)),
        "{error}"
    );
}

#[test]
fn a_refresh_after_the_header_was_cut_short_is_an_error() {
    for len in [0, 8, 4096, 8192, 20_479] {
        let stage = stage();
        remains(&stage);
        let mut observer = stage.observe("engine");
        cut(&stage.segment("engine", "header"), len);
        let error = observer.refresh().unwrap_err();
        truncation(&error, "header");
        assert_eq!(observer.refresh(), Err(error));
    }
}

#[test]
fn a_refresh_after_a_region_was_cut_short_is_an_error() {
    let stage = stage();
    remains(&stage);
    let mut observer = stage.observe("engine");
    cut(&stage.segment("engine", "region_0001"), 4096);
    assert_eq!(observer.refresh(), Ok(false));
    advance_epoch(&stage);
    let error = observer.refresh().unwrap_err();
    truncation(&error, "region_0001");
    assert_eq!(observer.refresh(), Err(error));
}

#[test]
fn a_refresh_finds_that_another_region_than_the_first_was_cut_short() {
    let stage = stage();
    let session = stage.session("engine");
    let _own_region = session.array::<u64>("large", 1 << 18).unwrap();
    let mut observer = stage.observe("engine");
    let last = observer.field("large[262143]").unwrap();
    assert_eq!(last.region(), Some(2));
    assert_eq!(last.read(), Ok(Value::U64(0)));
    cut(&stage.segment("engine", "region_0002"), 4096);
    assert_eq!(observer.refresh(), Ok(false));
    let _change = session.object("small", 1_u8).unwrap();
    truncation(&observer.refresh().unwrap_err(), "region_0002");
}

/// The file and offset that a `Ref` leads to.
fn follow(stage: &Stage, place: u64) -> (File, u64) {
    let file = open(&stage.segment("engine", &format!("region_{:04}", place >> 48)));
    (file, place & ((1 << 48) - 1))
}

/// Replaces the description of type 0 by the one of `ty`.
fn replace_type(stage: &Stage, ty: &Type) {
    let (region, chunk) = follow(
        stage,
        load(&open(&stage.segment("engine", "header")), TYPE_HEAD),
    );
    let record = chunk + 64;
    let (_, place) = follow(stage, load(&region, record + 24));
    let description = codec::encode(ty);
    region.write_all_at(&description, place).unwrap();
    store(&region, record + 32, description.len() as u64);
}

#[test]
fn a_type_whose_scalars_would_be_misaligned_is_refused() {
    let stage = stage();
    let session = stage.session("engine");
    // Large enough for the descriptions that replace theirs.
    let long = Type::new("x".repeat(1000), 8, 8, Kind::Int { signed: false });
    let id = session.add_type(long).unwrap();
    assert_eq!(id, TypeId(0));
    let fields = vec![Field::new("at", id, 8)];
    let whole = Type::new("Whole", 24, 8, Kind::Struct { fields });
    let whole = session.add_type(whole).unwrap();
    let memory = session.allocate_typed(whole, None).unwrap();
    session.register("object", memory).unwrap().leak();
    assert_eq!(
        stage.observe("engine").field("object.at").unwrap().read(),
        Ok(Value::U64(0))
    );
    replace_type(&stage, &Type::new("odd", 8, 1, Kind::Int { signed: false }));
    let observer = stage.observe("engine");
    let [odd, whole, object] = &observer.damage()[..] else {
        panic!("{:?}", observer.damage());
    };
    assert_eq!((odd.part, whole.part), (Part::Type(0), Part::Type(1)));
    assert!(odd.reason.contains("its parts need 8"), "{odd}");
    assert!(whole.reason.contains("refers to type 0"), "{whole}");
    assert_eq!(object.part, Part::Object(0));
    let error = observer.field("object.at").unwrap_err();
    assert!(matches!(error, PathError::Damaged { .. }), "{error}");
}

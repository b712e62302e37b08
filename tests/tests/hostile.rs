//! Memory that was cut short or overwritten is an error, never a fault, a panic or endless work.
// A test may panic, and says what it measured.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use memglass::schema::{Field, Kind, Metadata, Type, TypeId, codec};
use memglass::{AttachError, ReadError, Value};
use memglass_tests::{Actor, Random, Stage, sized};

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

#[test]
fn a_refresh_after_a_segment_was_cut_short_is_an_error() {
    for part in ["header", "region_0001"] {
        let stage = stage();
        remains(&stage);
        let mut observer = stage.observe("engine");
        cut(&stage.segment("engine", part), 4096);
        assert_eq!(observer.refresh(), Ok(false));
        advance_epoch(&stage);
        let error = observer.refresh().unwrap_err();
        assert!(
            matches!(&error, ReadError::Damaged { reason } if reason.contains("truncated")),
            "{part}: {error}"
        );
        assert_eq!(observer.refresh(), Err(error));
    }
}

/// The file and offset that a `Ref` leads to.
fn follow(stage: &Stage, place: u64) -> (File, u64) {
    let file = open(&stage.segment("engine", &format!("region_{:04}", place >> 48)));
    (file, place & ((1 << 48) - 1))
}

/// Replaces the description of type 0 by that of `ty`.
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
    let long = Type {
        name: "x".repeat(1000).into(),
        size: 8,
        align: 8,
        kind: Kind::Int { signed: false },
    };
    let id = session.add_type(long).unwrap();
    assert_eq!(id, TypeId(0));
    let field = |type_id, offset| Field {
        name: "at".into(),
        type_id,
        offset,
        bits: None,
        metadata: Metadata::default(),
    };
    let whole = Type {
        name: "Whole".into(),
        size: 24,
        align: 8,
        kind: Kind::Struct {
            fields: vec![field(id, 8)],
        },
    };
    let whole = session.add_type(whole).unwrap();
    let block = session.allocate(24, 8).unwrap();
    session
        .register("object", whole, None, block)
        .unwrap()
        .leak();
    assert_eq!(
        stage.observe("engine").field("object.at").unwrap().read(),
        Ok(Value::U64(0))
    );
    replace_type(
        &stage,
        &Type {
            name: "odd".into(),
            size: 8,
            align: 1,
            kind: Kind::Int { signed: false },
        },
    );
    let error = stage.options().attach("engine").unwrap_err();
    assert!(matches!(error, AttachError::Layout(_)), "{error}");
}

/// The segments of a dead session, as they were.
struct Remains {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Where there is something in each, in bytes.
    used: Vec<u64>,
}

impl Remains {
    fn of(stage: &Stage) -> Remains {
        let paths: Vec<PathBuf> = stage
            .files()
            .iter()
            .map(|name| stage.dir().join(name))
            .collect();
        let files: Vec<_> = paths
            .into_iter()
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect();
        let used = files
            .iter()
            .map(|(_, bytes)| bytes.iter().rposition(|&byte| byte != 0).unwrap() as u64)
            .collect();
        Remains { files, used }
    }

    /// Overwrites some bytes; returns where.
    fn damage(&self, random: &mut Random) -> Vec<(usize, u64)> {
        (0..=random.below(6))
            .map(|_| self.damage_once(random))
            .collect()
    }

    fn damage_once(&self, random: &mut Random) -> (usize, u64) {
        // The header's first lines and the heads of tables are small and matter most.
        let index = random.below(self.files.len() as u64) as usize;
        let limit = if index == 0 && random.below(4) > 0 {
            512
        } else {
            self.used[index]
        };
        let (file, at) = (open(&self.files[index].0), random.below(limit));
        const WORDS: [u64; 8] = [
            0,
            1,
            2,
            u64::MAX,
            1 << 48,
            1 << 63,
            64,
            0x0001_0000_0000_0040,
        ];
        if random.below(2) == 0 {
            store(
                &file,
                at / 8 * 8,
                WORDS[random.below(8) as usize].wrapping_add(random.below(3) / 2),
            );
        } else {
            let old = self.files[index].1[at as usize];
            let bytes = [old ^ 1 << random.below(8), random.number() as u8];
            file.write_all_at(&bytes[random.below(2) as usize..][..1], at)
                .unwrap();
        }
        (index, at)
    }

    fn repair(&self, damage: &[(usize, u64)]) {
        for &(index, at) in damage {
            let (path, bytes) = &self.files[index];
            let word = (at / 8 * 8) as usize;
            open(path)
                .write_all_at(&bytes[word..word + 8], word as u64)
                .unwrap();
        }
    }
}

fn values(actor: &mut Actor) -> u64 {
    actor
        .ask("inspect engine")
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn no_damage_makes_an_observer_panic_or_hang() {
    let stage = stage();
    remains(&stage);
    let remains = Remains::of(&stage);
    let mut actor = stage.actor();
    let whole = values(&mut actor);
    assert!(whole > 500, "{whole} values");
    let mut refused = 0;
    for trial in 0..sized(2000, 200_000) {
        let damage = remains.damage(&mut Random::new(trial));
        actor.send("inspect engine");
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| actor.answer()));
        match answer {
            Ok(answer) => refused += u64::from(answer.is_err()),
            Err(_) => panic!("trial {trial}, damaged at {damage:?}"),
        }
        remains.repair(&damage);
    }
    println!("{refused} were refused");
    assert_eq!(values(&mut actor), whole);
    assert!(refused > 100);
}

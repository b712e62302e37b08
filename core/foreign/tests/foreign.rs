//! Files of a program in C that knows nothing of memglass.
#![allow(clippy::unwrap_used)]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use memglass::{Observer, Value, WriteError};
use memglass_foreign::{Foreign, ForeignError, Publication, Use};
use memglass_types::Types;

/// What it keeps in its file, which it writes and leaves.
const PROGRAM: &str = r#"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
enum side { BUY = 1, SELL = -1 };
enum { LIVE = 1, DARK = 2, LATE = 4 };
typedef struct { int64_t bid, ask; } quote;
struct __attribute__((packed)) tick {
    uint8_t kind;
    uint32_t size;
    double price;
    union { uint16_t code; char letters[2]; };
    unsigned a : 3, b : 20, c : 17;
};
struct header {
    char name[16];
    volatile uint64_t sequence;
    enum side side;
    _Bool open;
    unsigned char raw[3];
    quote best[2];
    void (*on_tick)(struct tick *);
    struct { short x, y; } at;
};
struct ring { struct header header; struct tick ticks[5]; } ring = {
    { "spot", 7, SELL, 1, { 1, 2, 255 }, { { 10, 11 }, { 20, 21 } }, 0, { -1, 2 } },
    { { 1, 100, 1.5, { 0x4241 }, 5, 1000, 70000 }, { 2, 200, 2.5, { 0x4443 }, 1, 2, 3 } },
};
int main(int count, char **words) {
    FILE *file = fopen(words[1], "w");
    fwrite(&ring.header, sizeof ring.header, 1, file);
    fseek(file, 256, SEEK_SET);
    fwrite(ring.ticks, sizeof ring.ticks, 1, file);
    return fclose(file);
}
"#;

const LAYOUT: &str = "0: header head; 0x100: tick ticks[]";

struct World {
    dir: tempfile::TempDir,
    file: PathBuf,
    types: Types,
}

impl World {
    fn new() -> World {
        let dir = tempfile::tempdir().unwrap();
        let (source, program, file) = (
            dir.path().join("ring.c"),
            dir.path().join("ring"),
            dir.path().join("shared"),
        );
        fs::write(&source, PROGRAM).unwrap();
        run(Command::new("gcc")
            .args(["-g", "-w", "-o"])
            .arg(&program)
            .arg(&source));
        run(Command::new(&program).arg(&file));
        let types = Types::open(&program).unwrap();
        World { dir, file, types }
    }

    fn publish(&self, layout: &str, how: Use) -> (Publication, Observer) {
        let foreign = Foreign::of(&self.file, layout, &self.types, how).unwrap();
        let publication = foreign.publish("ring", Some(self.dir.path())).unwrap();
        let observer = Observer::builder().dir(self.dir.path());
        let observer = match how {
            Use::Read => observer,
            Use::Write => observer.writable(),
        };
        (publication, observer.attach("ring").unwrap())
    }

    fn error(&self, layout: &str) -> String {
        Foreign::of(&self.file, layout, &self.types, Use::Read)
            .unwrap_err()
            .to_string()
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn value(observer: &Observer, path: &str) -> Value {
    observer.field(path).unwrap().read().unwrap()
}

fn text(observer: &Observer, path: &str) -> String {
    value(observer, path).to_string()
}

/// Waits until it holds.
#[track_caller]
fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn store(file: &Path, offset: u64, bytes: &[u8]) {
    let file = OpenOptions::new().write(true).open(file).unwrap();
    file.write_all_at(bytes, offset).unwrap();
}

#[test]
fn objects_of_the_file_are_read_by_the_types_of_its_program() {
    let world = World::new();
    let (_publication, observer) = world.publish(LAYOUT, Use::Read);
    for (path, expected) in [
        ("head.name", "\"spot\""),
        ("head.sequence", "7"),
        ("head.side", "SELL"),
        ("head.open", "true"),
        ("head.raw", "[1, 2, 255]"),
        ("head.best[1].ask", "21"),
        ("head.at.x", "-1"),
        ("ticks[0].size", "100"),
        ("ticks[1].price", "2.5"),
        // Members of a union lie in the same place.
        ("ticks[0].code", "16961"),
        ("ticks[0].letters", "\"AB\""),
        ("ticks[1].letters", "\"CD\""),
        ("ticks[0].a", "5"),
        ("ticks[0].b", "1000"),
        ("ticks[0].c", "70000"),
        ("ticks[1].c", "3"),
    ] {
        assert_eq!(text(&observer, path), expected, "{path}");
    }
    assert_eq!(observer.find("ticks").unwrap().count, Some(5));
}

#[test]
fn offsets_that_are_aligned_stay_as_they_are_in_the_file() {
    let world = World::new();
    let (_publication, observer) = world.publish(LAYOUT, Use::Read);
    let schema = observer.schema();
    let header = schema.find("header").unwrap();
    let own = world.types.find("struct header").unwrap();
    let members = world.types.members(own).iter();
    let expected: Vec<_> = members
        .map(|member| (&*member.name, member.offset()))
        .collect();
    let fields = schema[header].members().unwrap().iter();
    let found: Vec<_> = fields.map(|field| (&*field.name, field.offset)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_changes_in_the_file_is_seen() {
    let world = World::new();
    let (_publication, observer) = world.publish(LAYOUT, Use::Read);
    let sequence = observer.field("head.sequence").unwrap();
    for number in [8_u64, 9, u64::MAX] {
        store(&world.file, 16, &number.to_ne_bytes());
        wait("the number is seen", || {
            sequence.read().unwrap() == Value::U64(number)
        });
    }
}

#[test]
fn a_write_reaches_the_file_and_nothing_beside_it() {
    let world = World::new();
    let before = fs::read(&world.file).unwrap();
    let (publication, observer) = world.publish(LAYOUT, Use::Write);
    observer
        .field("ticks[1].size")
        .unwrap()
        .write(&Value::U64(201))
        .unwrap();
    observer
        .field("head.side")
        .unwrap()
        .write(&Value::from("BUY"))
        .unwrap();
    observer
        .field("ticks[0].b")
        .unwrap()
        .write(&Value::U64(0))
        .unwrap();
    // What is dropped has written everything.
    drop(publication);
    let after = fs::read(&world.file).unwrap();
    let differing: Vec<usize> = (0..before.len())
        .filter(|&at| before[at] != after[at])
        .collect();
    let tick = world
        .types
        .size_of(world.types.find("tick").unwrap())
        .unwrap() as usize;
    let size = 256 + tick + 1;
    assert!(differing.contains(&size), "{differing:?}");
    assert_eq!(after[size..size + 4], 201_u32.to_ne_bytes());
    assert_eq!(after[24..28], 1_i32.to_ne_bytes());
    let bits = 256 + 15..256 + 19;
    let allowed =
        |at: &usize| (24..28).contains(at) || bits.contains(at) || (size..size + 4).contains(at);
    assert!(differing.iter().all(allowed), "{differing:?}");
    // The program that looks next sees the neighbours of the bits as they were.
    let (_publication, observer) = world.publish(LAYOUT, Use::Read);
    assert_eq!(text(&observer, "ticks[0].a"), "5");
    assert_eq!(text(&observer, "ticks[0].b"), "0");
    assert_eq!(text(&observer, "ticks[0].c"), "70000");
}

#[test]
fn a_file_that_is_only_read_cannot_be_written() {
    let world = World::new();
    let before = fs::read(&world.file).unwrap();
    let (publication, observer) = world.publish(LAYOUT, Use::Read);
    assert!(
        observer
            .field("head.sequence")
            .unwrap()
            .write(&Value::U64(1))
            .is_err()
    );
    let writer = Observer::builder()
        .dir(world.dir.path())
        .writable()
        .attach("ring")
        .unwrap();
    let refused = writer.field("head.sequence").unwrap().write(&Value::U64(1));
    assert!(
        matches!(refused, Err(WriteError::CopyOfFile { .. })),
        "{refused:?}"
    );
    drop(publication);
    assert_eq!(fs::read(&world.file).unwrap(), before);
}

#[test]
fn an_object_is_gone_while_the_file_does_not_have_its_bytes() {
    let world = World::new();
    let (_publication, mut observer) = world.publish(LAYOUT, Use::Read);
    let whole = fs::read(&world.file).unwrap();
    let size = observer.field("ticks[0].size").unwrap();
    let file = OpenOptions::new().write(true).open(&world.file).unwrap();
    file.set_len(256).unwrap();
    wait("the object is gone", || size.read().is_err());
    assert_eq!(text(&observer, "head.sequence"), "7");
    fs::write(&world.file, whole).unwrap();
    wait("it is back", || {
        observer.refresh().unwrap();
        observer
            .field("ticks[0].size")
            .is_ok_and(|field| field.read().is_ok())
    });
    assert_eq!(text(&observer, "ticks[0].size"), "100");
}

#[test]
fn a_file_that_takes_the_name_of_another_is_followed() {
    let world = World::new();
    let (_publication, observer) = world.publish(LAYOUT, Use::Read);
    let sequence = observer.field("head.sequence").unwrap();
    let mut bytes = fs::read(&world.file).unwrap();
    fs::remove_file(&world.file).unwrap();
    bytes[16] = 99;
    fs::write(&world.file, bytes).unwrap();
    wait("the other file is seen", || {
        sequence.read().unwrap() == Value::U64(99)
    });
}

#[test]
fn mistakes_are_told_with_the_entry_they_are_in() {
    let world = World::new();
    for (layout, expected) in [
        ("", "the layout names no object"),
        (
            "0: headr",
            "layout entry \"0: headr\": no type \"headr\"; did you mean \"header\"?",
        ),
        (
            "0: header; header",
            "layout entry \"header\": it begins with an offset and a colon",
        ),
        (
            "0x100: tick[9]",
            "layout entry \"0x100: tick[9]\": it ends at 0x1",
        ),
        (
            "0xfffffffffffffff0: header",
            "it ends at 0xffffffffffffffff",
        ),
        (
            "0: tick[9999999999999999999]",
            "it ends at 0xffffffffffffffff",
        ),
        ("0: u8 a; 1: u8 a", "another entry is called \"a\""),
        ("0: main", "no type \"main\""),
        ("0: tick[x]", "\"x\" is no number of elements"),
        ("0: u64 a[][3]", "it has several counts"),
        ("0: tick[2] [3]", "it has several counts"),
    ] {
        let error = world.error(layout);
        assert!(error.contains(expected), "{layout}: {error}");
    }
    let missing = Foreign::of(
        world.dir.path().join("missing"),
        "0: u8",
        &world.types,
        Use::Read,
    )
    .unwrap_err();
    assert!(matches!(missing, ForeignError::Io { .. }), "{missing}");
    let directory = Foreign::of(world.dir.path(), "0: u8", &world.types, Use::Read).unwrap_err();
    assert!(matches!(directory, ForeignError::Io { .. }), "{directory}");
}

#[test]
fn more_than_there_is_memory_for_is_refused_before_it_is_taken() {
    let world = World::new();
    let large = world.dir.path().join("large");
    let file = fs::File::create(&large).unwrap();
    // It takes no room on the disk.
    file.set_len(8 << 40).unwrap();
    for layout in [
        "0: u64 a[]",
        "0: u64 a[1000000000000]",
        "0: u8 a[]; 8: u8 b[]",
    ] {
        let foreign = Foreign::of(&large, layout, &world.types, Use::Read).unwrap();
        let refused = foreign.publish("large", Some(world.dir.path()));
        let error = refused.err().unwrap();
        assert!(matches!(error, ForeignError::Memory { .. }), "{error}");
    }
    let foreign = Foreign::of(&large, "0: u64 a[100]", &world.types, Use::Read).unwrap();
    foreign.publish("large", Some(world.dir.path())).unwrap();
}

#[test]
fn two_entries_of_one_type_are_told_apart_by_their_offsets() {
    let world = World::new();
    let (_publication, observer) = world.publish("0x100: tick; 0x118: tick; 0: char[4]", Use::Read);
    let labels: Vec<_> = observer
        .objects()
        .map(|object| object.label.to_string())
        .collect();
    assert_eq!(labels, ["tick", "tick_0x118", "char"]);
    assert_eq!(text(&observer, "char"), "\"spot\"");
}

#[test]
fn bitfields_may_be_of_types_with_another_name() {
    use memglass_types::{Builder, Enum, Enumerator, Kind, Member, Record, Tag, Type};
    let world = World::new();
    let mut builder = Builder::default();
    let (signed, bits) = (false, 16);
    let short = builder.add(Type::new(
        "unsigned short".into(),
        Some(2),
        Kind::Int { signed, bits },
    ));
    let bool = builder.add(Type::new("bool".into(), Some(1), Kind::Bool));
    let enumerators = [("RED", 0), ("BLUE", 1)].map(|(name, value)| Enumerator {
        name: name.into(),
        value,
    });
    let colors = Kind::Enum(Enum {
        base: None,
        enumerators: enumerators.into(),
    });
    let color = builder.add(Type::new("".into(), Some(2), colors));
    let mut named = |name: &str, of| builder.add(Type::new(name.into(), None, Kind::Alias { of }));
    let types = [
        ("flags", named("uint16_t", short), 3),
        ("color", named("color_t", color), 1),
        ("on", named("flag_t", bool), 1),
    ];
    let members = (0..).step_by(4).zip(types).map(|(at, (name, ty, width))| {
        let mut member = Member::new(name, ty, 0);
        (member.offset_bits, member.width_bits) = (at, Some(width));
        member
    });
    let record = Kind::Record(Record::new(Tag::Struct, members.collect()));
    builder.add(Type::new("bits".into(), Some(2), record));
    let types = builder.finish().unwrap();
    fs::write(&world.file, [0b0001_0101, 0b1]).unwrap();
    let foreign = Foreign::of(&world.file, "0: bits", &types, Use::Read).unwrap();
    let _publication = foreign.publish("ring", Some(world.dir.path())).unwrap();
    let observer = Observer::builder()
        .dir(world.dir.path())
        .attach("ring")
        .unwrap();
    assert_eq!(text(&observer, "bits"), "{flags: 5, color: BLUE, on: true}");
}

/// Descriptions may come from a damaged program: what cannot be is an error before anything is copied.
#[test]
fn types_that_cannot_be_are_refused_in_no_time() {
    use memglass_types::{Builder, Count, Kind, Member, Record, Tag, Type};
    let world = World::new();
    let hostile = |build: &dyn Fn(&mut Builder, memglass_types::TypeId) -> Type| {
        let mut builder = Builder::default();
        let (signed, bits) = (true, 32);
        let int = builder.add(Type::new("int".into(), Some(4), Kind::Int { signed, bits }));
        let bad = build(&mut builder, int);
        builder.add(bad);
        let types = builder.finish().unwrap();
        let foreign = Foreign::of(&world.file, "0: bad", &types, Use::Read);
        foreign.map(drop).unwrap_err().to_string()
    };
    let record = |size, members| {
        let record = Record::new(Tag::Struct, members);
        Type::new("bad".into(), Some(size), Kind::Record(record))
    };
    let began = Instant::now();
    // A member behind the end, one that begins inside and ends outside, one at the end of all numbers.
    for offset in [8, 6, 1 << 40, u64::MAX / 16, u64::MAX / 8] {
        let told = hostile(&|_, int| record(8, vec![Member::new("x", int, offset)]));
        assert!(told.contains("bad"), "{told}");
    }
    // Arrays that are larger than the struct.
    for count in [3, 1 << 20, 1 << 40] {
        let told = hostile(&|builder, int| {
            let count = Count::Fixed(count);
            let array = Kind::Array {
                element: int,
                count,
            };
            let array = builder.add(Type::new("".into(), None, array));
            record(8, vec![Member::new("x", array, 0)])
        });
        assert!(told.contains("bad"), "{told}");
    }
    // A bitfield wider than any integer, and one of which the integer leaves the struct.
    for (offset_bits, width) in [(0, u64::MAX), (u64::MAX - 3, 8), (60, 33)] {
        let told = hostile(&|_, int| {
            let mut field = Member::new("x", int, 0);
            (field.offset_bits, field.width_bits) = (offset_bits, Some(width));
            record(8, vec![field, Member::new("y", int, 8)])
        });
        assert!(told.contains("bad"), "{told}");
    }
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn why_a_type_has_no_bytes_is_told_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (source, object) = (dir.path().join("none.c"), dir.path().join("none.o"));
    let text = "struct empty {} e; struct hidden; struct hidden *h; typedef int call(int); call *c; \
        typedef struct empty nothing; nothing n; typedef int rest[]; rest *r; typedef void none; none *v; \
        typedef int zero[0]; zero z;";
    fs::write(&source, text).unwrap();
    run(Command::new("gcc")
        .args(["-g", "-c", "-o"])
        .arg(&object)
        .arg(&source));
    let types = Types::open(&object).unwrap();
    let file = dir.path().join("file");
    fs::write(&file, [0; 8]).unwrap();
    for (name, why) in [
        (
            "empty",
            "\"empty\" has 0 bytes: there is nothing of it in the file",
        ),
        (
            "nothing",
            "\"nothing\" has 0 bytes: there is nothing of it in the file",
        ),
        (
            "zero",
            "\"zero\" has 0 bytes: there is nothing of it in the file",
        ),
        ("hidden", "\"hidden\" has no size: it is only declared"),
        ("call", "\"call\" has no size: it is a function"),
        (
            "rest",
            "\"rest\" has no size: it is an array without a number of elements",
        ),
        ("none", "\"none\" has no size: it is void"),
    ] {
        let layout = format!("0: {name}");
        let error = Foreign::of(&file, &layout, &types, Use::Read).unwrap_err();
        assert!(error.to_string().ends_with(why), "{error}");
    }
}

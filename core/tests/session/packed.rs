//! Packed records: a producer writes bytes, and an observer reads and writes their parts by path.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use memglass::sampler::{Scan, Seen};
use memglass::schema::{Kind, Room, Type};
use memglass::{BufferError, Observer, PathError, ProducerError, ReadError, Session, Value};

use crate::place::Place;

const TEXT: &str = "
enum Op : u8 { Ping = 1, Data };
struct msg {
    Op op;
    match (op) { (Op::Data): body; (_): none; }
    be u16 crc;
};
struct body { u8 n; item items[n]; };
struct item { u8 len; char chars[len]; };
";

/// Data with "hi" and "you", and a checksum of 258.
const DATA: &[u8] = b"\x02\x02\x02hi\x03you\x01\x02";

fn producer(place: &Place) -> (Session, memglass::Buffer) {
    let session = place.session("t");
    session.define(TEXT).unwrap();
    let packet = session.buffer("packet", "msg", 64).unwrap();
    (session, packet)
}

fn read(observer: &Observer, path: &str) -> Value {
    observer.field(path).unwrap().read().unwrap()
}

#[test]
fn parts_of_a_packed_record_are_read_by_path() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.reader("t");
    assert_eq!(read(&observer, "packet.op").as_str(), Some("Data"));
    assert_eq!(read(&observer, "packet.crc"), Value::U64(258));
    assert_eq!(read(&observer, "packet.items[1].chars"), "you".into());
    assert_eq!(
        read(&observer, "packet").to_string(),
        r#"{op: Data, n: 2, items: [{len: 2, chars: "hi"}, {len: 3, chars: "you"}], crc: 258}"#
    );
    assert_eq!(
        read(&observer, "packet.items[0]").to_string(),
        r#"{len: 2, chars: "hi"}"#
    );
    let packet = observer.field("packet").unwrap();
    let items = packet.member("items").unwrap();
    let chars = items.element(1).unwrap().at("chars").unwrap();
    assert_eq!(chars.path(), "packet.items[1].chars");
    assert_eq!(chars.info().type_name, "char[3]");
    assert_eq!(
        observer.field("packet.crc").unwrap().info().type_name,
        "be u16"
    );
}

#[test]
fn a_field_follows_its_path_when_the_record_changes() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.reader("t");
    let crc = observer.field("packet.crc").unwrap();
    let second = observer.field("packet.items[1].len").unwrap();
    packet.write(b"\x01\x00\x07").unwrap();
    assert_eq!(crc.read(), Ok(Value::U64(7)));
    let error = second.read().unwrap_err();
    assert!(matches!(error, ReadError::Record { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "packet.items[1].len: the record has no such part now"
    );
    packet.write(DATA).unwrap();
    assert_eq!(second.read(), Ok(Value::U64(3)));
}

#[test]
fn a_buffer_takes_only_whole_records() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let refused = |bytes: &[u8]| packet.write(bytes).unwrap_err().to_string();
    assert_eq!(
        refused(b"\x02\x02\x02hi\x09you"),
        "the bytes are no msg: Truncated at items[1].chars; there are 9 bytes"
    );
    assert_eq!(
        refused(b"\x01\x00\x07\x00"),
        "the bytes are no msg: it ends after 3 of 4 bytes"
    );
    assert_eq!(
        refused(b""),
        "the bytes are no msg: Truncated at op; there are 0 bytes"
    );
    let long = packet.write(&[0; 65]).unwrap_err();
    assert!(matches!(long, BufferError::TooLong { .. }), "{long}");
    assert_eq!(read(&place.reader("t"), "packet.crc"), Value::U64(258));
}

#[test]
fn a_buffer_that_was_never_written_says_so() {
    let place = Place::new();
    let (_session, _packet) = producer(&place);
    let observer = place.reader("t");
    assert_eq!(read(&observer, "packet").to_string(), "{}");
    let error = observer.field("packet.crc").unwrap_err();
    assert_eq!(error.to_string(), "packet.crc: no record was written yet");
}

#[test]
fn paths_into_records_have_errors_that_help() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.reader("t");
    let error = |path: &str| observer.field(path).unwrap_err().to_string();
    assert_eq!(
        error("packet.item[0]"),
        "no field \"item\" in packet (msg); did you mean \"items\"?"
    );
    assert_eq!(
        error("packet.items[2].len"),
        "packet.items: index 2 is out of range; allowed is 0..=1"
    );
    assert_eq!(
        error("packet.crc[0]"),
        "packet.crc is no array (be u16) and has no elements"
    );
    assert!(matches!(
        observer.field("packet.items[x]"),
        Err(PathError::Malformed { .. })
    ));
}

#[test]
fn definitions_that_cannot_be_used_say_where() {
    let place = Place::new();
    let (session, _packet) = producer(&place);
    let mistake = session.define("struct a { u8 length; u8 d[lenght]; };");
    let Err(ProducerError::Layout(mistake)) = mistake else {
        panic!("{mistake:?}");
    };
    assert!(mistake.to_string().contains("column 28"), "{mistake}");
    let error = session.define("struct item { u8 x; };").unwrap_err();
    assert!(matches!(error, ProducerError::Redefined { .. }), "{error}");
    session.define(TEXT).unwrap();
    let error = session.buffer("b", "mgs", 8).unwrap_err().to_string();
    assert!(error.contains("msg, body, item"), "{error}");
    assert!(session.buffer("b", "msg", 0).is_err());
}

#[test]
fn leaves_are_written_in_place() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.writer("t");
    let field = |path: &str| observer.field(path).unwrap();
    let change = field("packet.crc").replace(&Value::I64(7)).unwrap();
    assert_eq!((change.old, change.new), (Value::U64(258), Value::U64(7)));
    field("packet.items[1].chars").write(&"me".into()).unwrap();
    assert_eq!(read(&observer, "packet.items[1].chars"), "me".into());
    field("packet.crc").add(&Value::I64(1)).unwrap();
    assert_eq!(read(&observer, "packet.crc"), Value::U64(8));
    let refused = |path: &str, value: Value| field(path).write(&value).unwrap_err().to_string();
    assert_eq!(
        refused("packet.n", Value::I64(1)),
        "packet.n: the layout depends on \"n\"; `force` writes it if that is meant"
    );
    assert!(refused("packet.crc", Value::I64(70_000)).contains("cannot be 70000"));
    assert!(refused("packet.items[1].chars", "four".into()).contains("length of 3"));
    assert_eq!(read(&observer, "packet.n"), Value::U64(2));
    field("packet.n").write_forced(&Value::I64(1)).unwrap();
    assert_eq!(read(&observer, "packet.n"), Value::U64(1));
}

#[test]
fn whole_records_are_laid_out_anew() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.writer("t");
    let item = |text: &str| Value::Record([("chars", Value::from(text))].into());
    let wanted = |items: Vec<Value>| {
        let members = [
            ("op", Value::from("Data")),
            ("items", Value::List(items)),
            ("crc", Value::I64(5)),
        ];
        Value::Record(members.into())
    };
    let field = observer.field("packet").unwrap();
    let three = wanted(vec![item("a"), item("bc"), item("")]);
    let change = field.replace(&three).unwrap();
    assert_eq!(read(&observer, "packet.items[1].chars"), "bc".into());
    assert_eq!(read(&observer, "packet.n"), Value::U64(3));
    // What a change says was there before can be written back.
    field.write(&change.old).unwrap();
    assert_eq!(read(&observer, "packet.items[1].chars"), "you".into());
    let error = field
        .write(&wanted(vec![item(&"x".repeat(90))]))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "packet: \"items[0].chars\" does not fit: there is room for 64 bytes"
    );
    assert_eq!(read(&observer, "packet.n"), Value::U64(2));
}

#[test]
fn of_damaged_bytes_the_earlier_parts_are_read_and_the_place_is_named() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.writer("t");
    let field = |path: &str| observer.field(path).unwrap();
    let crc = field("packet.crc");
    field("packet.items[1].len")
        .write_forced(&Value::I64(200))
        .unwrap();
    assert_eq!(read(&observer, "packet.items[0].chars"), "hi".into());
    assert_eq!(
        crc.read().unwrap_err().to_string(),
        "packet.crc: the record is damaged: Truncated at items[1].chars"
    );
    assert_eq!(
        read(&observer, "packet").to_string(),
        "{op: Data, n: 2, items: [{len: 2, chars: \"hi\"}, {len: 200}], \
         !: \"Truncated at items[1].chars\"}"
    );
    assert_eq!(
        observer.field("packet.crc").unwrap_err().to_string(),
        "packet.crc: the record is damaged: Truncated at items[1].chars"
    );
}

#[test]
fn a_length_beyond_the_room_is_no_record() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.reader("t");
    let field = observer.field("packet").unwrap();
    let mut bytes = field.read_bytes().unwrap();
    bytes[..8].copy_from_slice(&u64::MAX.to_ne_bytes());
    let value = field.value_of(&bytes).to_string();
    assert!(value.contains("its room 64"), "{value}");
    let part = observer.field("packet.n").unwrap();
    let value = part.value_of(&bytes).to_string();
    assert!(value.contains("its room 64"), "{value}");
    // Nor does a record have what it ends before.
    for (len, expected) in [(1, "damaged"), (0, "no record was written yet")] {
        bytes[..8].copy_from_slice(&u64::to_ne_bytes(len));
        let value = part.value_of(&bytes).to_string();
        assert!(value.contains(expected), "{value}");
    }
}

#[test]
fn a_record_that_is_not_one_is_no_type() {
    let place = Place::new();
    let session = place.session("t");
    let layout = session.define(TEXT).unwrap();
    let record = |root: &str, size| {
        let kind = Kind::Record {
            layout,
            root: root.into(),
            room: Room::Counted,
        };
        session.add_type(Type::new(root, size, 8, kind))
    };
    assert!(record("msg", 24).is_ok());
    assert!(record("mgs", 24).is_err());
    assert!(record("msg", 8).is_err());
    let byte = session.add_type(Type::new("u8", 1, 1, Kind::Int { signed: false }));
    let half = session.add_type(Type::new("u16", 2, 2, Kind::Int { signed: false }));
    let in_bytes = |byte: Result<_, _>| {
        let room = Room::Bytes(byte.unwrap());
        let root = "msg".into();
        session.add_type(Type::new("msg", 3, 1, Kind::Record { layout, root, room }))
    };
    assert!(in_bytes(byte).is_ok());
    assert!(in_bytes(half).is_err());
    assert!(in_bytes(Ok(layout)).is_err());
    let alias = Type::new("alias", 1, 1, Kind::Alias { of: layout });
    assert!(session.add_type(alias).is_err());
}

#[test]
fn what_was_laid_out_counts_only_until_something_is_written() {
    let place = Place::new();
    let (session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.writer("t");
    let chars = observer.field("packet.items[1].chars").unwrap();
    let crc = observer.field("packet.crc").unwrap();
    let is = |text: &str, number: u64| {
        for _ in 0..2 {
            assert_eq!(chars.read().unwrap(), text.into());
            assert_eq!(crc.read().unwrap(), Value::U64(number));
        }
    };
    is("you", 258);
    packet.write(b"\x02\x02\x00\x04four\x00\x09").unwrap();
    is("four", 9);
    crc.write(&Value::I64(10)).unwrap();
    is("four", 10);
    // Another record with the same number of writes, in the place of the first.
    let more: Vec<_> = (0..6)
        .map(|index| {
            let other = session
                .buffer(&format!("other_{index}"), "msg", 64)
                .unwrap();
            other.write(&[1, 0, index]).unwrap();
            other
        })
        .collect();
    let observer = place.writer("t");
    for round in 0..3 {
        for index in 0..more.len() as u64 {
            let path = format!("other_{index}.crc");
            assert_eq!(read(&observer, &path), Value::U64(index), "{round}");
        }
    }
    is("four", 10);
    let n = observer.field("packet.n").unwrap();
    drop(packet);
    for part in [&crc, &n] {
        assert!(matches!(part.read(), Err(ReadError::Gone { .. })));
    }
    let again = session.buffer("packet", "msg", 64).unwrap();
    again.write(b"\x01\x00\x0b").unwrap();
    assert!(matches!(crc.read(), Err(ReadError::Gone { .. })));
    assert_eq!(read(&place.reader("t"), "packet.crc"), Value::U64(11));
}

#[test]
fn a_part_whose_place_depends_on_no_data_is_read_without_the_record_around_it() {
    let place = Place::new();
    let session = place.session("t");
    let text = "enum Op : u8 { Ping = 1, Data }; struct list { head h; u16 n; item items[n]; u8 end; };
        struct head { be u32 number; Op op; char name[4]; }; struct item { u8 len; char text[len]; };";
    session.define(text).unwrap();
    let elements = 3000_u16;
    let head = |number: u8| [0, 0, 1, number, 2, b'a', b'b', 0, 0];
    let record = |number: u8| {
        let items = (0..elements)
            .flat_map(|index| [vec![(index % 3) as u8], vec![b'x'; (index % 3).into()]].concat());
        let rest = elements.to_le_bytes().into_iter().chain(items);
        head(number)
            .into_iter()
            .chain(rest)
            .chain([9])
            .collect::<Vec<u8>>()
    };
    let list = session.buffer("list", "list", 10_000).unwrap();
    list.write(&record(0)).unwrap();
    let observer = place.writer("t");
    let paths = [
        "list.h.number",
        "list.h.op",
        "list.h.name",
        "list.n",
        "list.end",
    ];
    let [number, op, name, n, end] = paths.map(|path| observer.field(path).unwrap());
    let mut spent = [Duration::ZERO; 2];
    for round in 1..30_u8 {
        list.write(&record(round)).unwrap();
        let start = Instant::now();
        assert_eq!(number.read().unwrap(), Value::U64(256 + u64::from(round)));
        assert_eq!(op.read().unwrap().as_str(), Some("Data"));
        assert_eq!(name.read().unwrap(), "ab".into());
        assert_eq!(n.read().unwrap(), Value::U64(elements.into()));
        let between = Instant::now();
        assert_eq!(end.read().unwrap(), Value::U64(9));
        spent[0] += between - start;
        spent[1] += between.elapsed();
    }
    // Four of them take a few microseconds, and laying out the record hundreds.
    assert!(spent[0] * 4 < spent[1], "{spent:?}");
    n.write_forced(&Value::U64(1)).unwrap();
    assert_eq!(n.read().unwrap(), Value::U64(1));
    // What is behind the fault cannot be read, and what stands before it can.
    n.write_forced(&Value::U64(60_000)).unwrap();
    assert_eq!(number.read().unwrap(), Value::U64(256 + 29));
    assert!(end.read().is_err());
}

#[test]
fn what_is_tried_out_on_a_record_is_seen_by_its_observer_alone() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.reader("t");
    let crc = observer.field("packet.crc").unwrap();
    assert_eq!(crc.read().unwrap(), Value::U64(258));
    let trial = Observer::builder().dir(place.dir.path()).trial();
    let trial = trial.attach("t").unwrap();
    let tried = trial.field("packet.crc").unwrap();
    assert_eq!(tried.read().unwrap(), Value::U64(258));
    tried.write(&Value::I64(7)).unwrap();
    assert_eq!(tried.read().unwrap(), Value::U64(7));
    assert_eq!(crc.read().unwrap(), Value::U64(258));
}

#[test]
fn a_count_and_what_it_counts_are_always_of_one_write() {
    let place = Place::new();
    let session = place.session("t");
    session
        .define("struct list { u8 n; u8 items[n]; u8 end; };")
        .unwrap();
    let buffer = session.buffer("list", "list", 256).unwrap();
    buffer.write(&[0, 0]).unwrap();
    let observer = place.reader("t");
    let done = AtomicBool::new(false);
    let seconds = std::env::var("MEMGLASS_RACE_SECONDS").map_or(2, |text| text.parse().unwrap());
    let deadline = Instant::now() + Duration::from_secs(seconds);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0_u64.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let n = (round * 37 % 200) as u8;
                let record: Vec<u8> = [n]
                    .into_iter()
                    .chain(vec![n; n.into()])
                    .chain([n])
                    .collect();
                buffer.write(&record).unwrap();
            }
        });
        let field = observer.field("list").unwrap();
        let part = observer.field("list.items").unwrap();
        let mut reads = 0_u64;
        while Instant::now() < deadline {
            let value = match field.read() {
                Ok(value) => value,
                Err(ReadError::Contended { .. }) => continue,
                Err(error) => panic!("{error}"),
            };
            let n = value.get("n").cloned().unwrap();
            let Some(Value::List(items)) = value.get("items") else {
                panic!("{value}");
            };
            assert_eq!(items.len() as i128, n.as_i128().unwrap(), "{value}");
            assert!(items.iter().all(|item| *item == n), "{value}");
            assert_eq!(value.get("end"), Some(&n), "{value}");
            reads += 1;
            // A part of a record that may have been laid out before.
            match part.read() {
                Ok(Value::List(items)) => {
                    assert!(items.iter().all(|item| *item == items[0]), "{items:?}");
                    let n = items.first().map_or(0, |item| item.as_i128().unwrap());
                    assert_eq!(items.len() as i128, n);
                }
                Ok(value) => panic!("{value}"),
                Err(ReadError::Contended { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        done.store(true, Ordering::Relaxed);
        assert!(reads > 100, "{reads}");
    });
}

#[test]
fn a_part_of_a_record_that_stays_the_same_is_no_change() {
    let place = Place::new();
    let (_session, packet) = producer(&place);
    packet.write(DATA).unwrap();
    let observer = place.reader("t");
    let mut scan = Scan::new();
    let [count, crc] = ["packet.n", "packet.crc"].map(|path| {
        let field = observer.field(path).unwrap();
        scan.follow(&field).unwrap()
    });
    let mut other = DATA.to_vec();
    *other.last_mut().unwrap() += 1;
    packet.write(&other).unwrap();
    let mut changed = Vec::new();
    scan.sample(|seen| {
        if let Seen::Changed(change) = seen {
            changed.push(change.key);
        }
    });
    assert_ne!(count, crc);
    assert_eq!(changed, [crc]);
}

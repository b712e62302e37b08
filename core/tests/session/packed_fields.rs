//! Packed records in arrays of bytes: members of structs, elements of arrays, guarded or not.

use memglass::schema::{Kind, Room};
use memglass::{Observe, Packing, ReadError, Storage, Value};

use crate::place::Place;

#[derive(Observe, Clone, Copy)]
struct Order {
    id: u32,
    /// As it came in.
    #[observe(
        layout = "struct msg { u8 n; item items[n]; be u16 crc; }; struct item { u8 len; char text[len]; };"
    )]
    raw: [u8; 16],
    #[observe(
        seqlock,
        layout = "enum Op : u8 { Ping = 1, Data }; struct reply { Op op; match (op) { (Op::Data): u32 x; (_): none; } };"
    )]
    reply: [u8; 8],
}

impl Order {
    fn new(id: u32, raw: &[u8]) -> Order {
        let mut order = Order {
            id,
            raw: [0; 16],
            reply: [2, 7, 0, 0, 0, 0, 0, 0],
        };
        order.raw[..raw.len()].copy_from_slice(raw);
        order
    }
}

const RAW: &[u8] = b"\x02\x02hi\x03you\x01\x02";

#[test]
fn a_record_in_a_member_is_read_by_path() {
    let place = Place::new();
    let session = place.session("t");
    let order = session.object("order", Order::new(1, RAW)).unwrap();
    let observer = place.reader("t");
    let read = |path: &str| observer.field(path).unwrap().read().unwrap();
    assert_eq!(read("order.raw.items[1].text"), "you".into());
    assert_eq!(read("order.raw.crc"), Value::U64(0x102));
    assert_eq!(read("order.reply.op").as_str(), Some("Data"));
    assert_eq!(
        read("order").to_string(),
        "{id: 1, raw: {n: 2, items: [{len: 2, text: \"hi\"}, {len: 3, text: \"you\"}], crc: 258}, reply: {op: Data, x: 7}}"
    );
    let raw = observer.field("order.raw").unwrap();
    assert_eq!(raw.packing(), Some(Packing::Struct));
    assert_eq!(raw.info().metadata.desc.as_deref(), Some("As it came in."));
    let crc = observer.field("order.raw.crc").unwrap();
    assert_eq!(crc.info().size, 2);
    let start = observer.field("order.raw").unwrap().info().offset;
    assert_eq!(crc.info().offset, start + 8);

    // What was resolved follows the bytes, whoever writes them.
    let text = observer.field("order.raw.items[1].text").unwrap();
    for (cell, byte) in order.raw.iter().zip(b"\x02\x00\x01a\x00\x09") {
        cell.set(*byte);
    }
    assert_eq!(text.read().unwrap(), "a".into());
    assert_eq!(crc.read().unwrap(), Value::U64(9));
    order.raw[0].set(200);
    assert!(matches!(crc.read(), Err(ReadError::Record { .. })));
    order.reply.write([1, 9, 9, 9, 9, 9, 9, 9]).unwrap();
    assert_eq!(read("order.reply").to_string(), "{op: Ping}");
}

#[test]
fn a_record_in_a_member_is_written_in_place_and_anew() {
    let place = Place::new();
    let session = place.session("t");
    let order = session.object("order", Order::new(1, RAW)).unwrap();
    let observer = place.writer("t");
    let field = |path: &str| observer.field(path).unwrap();
    field("order.raw.items[0].text")
        .write(&"ho".into())
        .unwrap();
    assert_eq!(order.load().unwrap().raw[2..4], *b"ho");
    let count = field("order.raw.n");
    assert!(count.bears_layout());
    assert!(count.write(&Value::U64(1)).is_err());
    count.write_forced(&Value::U64(1)).unwrap();
    assert_eq!(
        field("order.raw.items").read().unwrap().to_string(),
        "[{len: 2, text: \"ho\"}]"
    );

    field("order.reply.x").write(&Value::U64(9)).unwrap();
    assert_eq!(order.reply.read().unwrap()[..5], [2, 9, 0, 0, 0]);

    let text = |text: &str| Value::Record([("text", Value::from(text))].into());
    let record = |texts: &[&str]| {
        let items = texts.iter().map(|one| text(one)).collect();
        Value::Record([("items", Value::List(items)), ("crc", Value::U64(5))].into())
    };
    field("order.raw").write(&record(&["one", ""])).unwrap();
    assert_eq!(
        order.load().unwrap().raw,
        *b"\x02\x03one\x00\x00\x05\0\0\0\0\0\0\0\0"
    );
    let error = field("order.raw")
        .write(&record(&["far too long for it"]))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "order.raw: \"items[0].text\" does not fit: there is room for 16 bytes"
    );
    // As a member of a value for the whole object.
    let whole = Value::Record([("id", Value::U64(2)), ("raw", record(&["x"]))].into());
    field("order").write(&whole).unwrap();
    assert_eq!(field("order.raw.items[0].text").read().unwrap(), "x".into());
    let back = field("order").read().unwrap();
    field("order").write(&back).unwrap();
    assert_eq!(field("order").read().unwrap(), back);
}

#[test]
fn many_objects_with_records_are_read_at_once() {
    let place = Place::new();
    let session = place.session("t");
    let _orders = session
        .array_with("orders", 100, |index| Order::new(index as u32, RAW))
        .unwrap();
    let observer = place.reader("t");
    let Value::List(orders) = observer.field("orders").unwrap().read().unwrap() else {
        panic!("an array is a list");
    };
    assert_eq!(orders.len(), 100);
    let text = observer.field("orders[99].raw.items[0].text").unwrap();
    assert_eq!(text.read().unwrap(), "hi".into());
    let whole = text.typed::<u8>();
    assert!(whole.is_err());
}

#[test]
fn a_described_member_is_as_large_as_its_array_and_names_its_struct() {
    let place = Place::new();
    let session = place.session("t");
    let _order = session.object("order", Order::new(1, RAW)).unwrap();
    let observer = place.reader("t");
    let schema = observer.schema();
    let order = schema.find("Order").unwrap();
    let raw = schema.member(order, "raw").unwrap();
    let ty = &schema[raw.type_id];
    let Kind::Record { root, room, .. } = &ty.kind else {
        panic!("{:?}", ty.kind);
    };
    assert_eq!((&**root, ty.size, ty.align), ("msg", 16, 1));
    assert!(matches!(room, Room::Bytes(byte) if schema[*byte].size == 1));
    assert_eq!(schema.type_name(raw.type_id), "msg");
    // Of a described type, the value as a Rust type is the bytes.
    let value: Order = observer.field("order").unwrap().read_as().unwrap();
    assert_eq!(value.raw[..10], *RAW);
}

/// A struct of which only some elements mean something.
#[derive(Observe, Clone, Copy, Default)]
#[observe(
    seqlock,
    layout = "struct basket { u16 n; padding[2]; leg legs[n]; }; struct leg { u32 id; s32 lots; };"
)]
#[repr(C)]
struct Basket {
    n: u16,
    legs: [[i32; 2]; 4],
}

/// Bytes as they come from the wire, in a struct of their own.
#[derive(Observe, Clone, Copy)]
#[observe(name = "frame", layout = "struct wire { u8 len; char text[len]; };")]
struct Frame {
    bytes: [u8; 8],
}

#[derive(Observe, Clone, Copy)]
struct Desk {
    id: u32,
    basket: Basket,
    frames: [Frame; 2],
}

#[test]
fn the_bytes_of_a_whole_struct_are_a_record() {
    let place = Place::new();
    let session = place.session("t");
    let basket = |n| Basket {
        n,
        legs: [[1, 10], [2, -20], [3, 0], [0, 0]],
    };
    let frame = |bytes: &[u8; 4]| {
        let mut frame = Frame { bytes: [0; 8] };
        frame.bytes[..4].copy_from_slice(bytes);
        frame
    };
    let whole = session.object("whole", basket(2)).unwrap();
    let desk = Desk {
        id: 1,
        basket: basket(1),
        frames: [frame(b"\x02hi\0"), frame(b"\x03you")],
    };
    let _desk = session.object("desk", desk).unwrap();
    let observer = place.writer("t");
    let read = |path: &str| observer.field(path).unwrap().read().unwrap();
    assert_eq!(read("whole.legs[1].lots"), Value::I64(-20));
    assert_eq!(
        read("desk").to_string(),
        "{id: 1, basket: {n: 1, legs: [{id: 1, lots: 10}]}, \
         frames: [{len: 2, text: \"hi\"}, {len: 3, text: \"you\"}]}"
    );
    let whole_type = observer.find("whole").unwrap().type_id;
    assert_eq!(&*observer.schema()[whole_type].name, "Basket");
    whole.write(basket(3)).unwrap();
    assert_eq!(read("whole.legs[2].id"), Value::U64(3));
    let lots = observer.field("whole.legs[0].lots").unwrap();
    lots.write(&Value::I64(7)).unwrap();
    assert_eq!(whole.read().unwrap().legs[0], [1, 7]);
    let typed = observer.field("whole").unwrap().typed::<Basket>();
    let typed = typed.unwrap().read().unwrap();
    assert_eq!((typed.n, typed.legs[0]), (3, [1, 7]));
}

#[derive(Observe, Clone, Copy)]
struct Busy {
    #[observe(layout = "struct all { u8 same[4096]; };")]
    bytes: [u8; 4096],
}

#[test]
fn an_unguarded_record_that_is_written_all_the_time_says_that_it_is_torn() {
    let place = Place::new();
    let session = place.session("t");
    let busy = session.object("busy", Busy { bytes: [0; 4096] }).unwrap();
    let observer = place.reader("t");
    let bytes = observer.field("busy.bytes").unwrap();
    assert!(!bytes.read().unwrap().to_string().contains('!'));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0_u64.. {
                busy.bytes.iter().for_each(|cell| cell.set(number as u8));
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
            }
        });
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        let is_torn = || bytes.read().unwrap().to_string().contains("!: \"torn: ");
        while !is_torn() && std::time::Instant::now() < deadline {}
        let seen = std::time::Instant::now() < deadline;
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(seen);
    });
    assert!(!bytes.read().unwrap().to_string().contains('!'));
}

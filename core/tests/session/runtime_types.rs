//! Producers whose types are known only at run time: readers see no difference.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use memglass::schema::{Bits, Field, Kind, Protection, Schema, Type, TypeId};
use memglass::{CellError, Observe, ProducerError, RawObject, Session, Storage, Text, Value};

use crate::place::Place;

#[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
#[repr(C)]
struct Quote {
    bid: i64,
    ask: i64,
    sizes: [u32; 5],
}

/// One member under each protection, and a scalar of two words.
#[derive(Observe, Clone, Copy)]
#[repr(C)]
struct Position {
    id: u16,
    #[observe(atomic)]
    quantity: i64,
    #[observe(seqlock)]
    quote: Quote,
    #[observe(locked, range(0, 10))]
    level: u32,
    name: Text<8>,
    total: i128,
}

/// Adds the types of `T`, one by one, as somebody who has them from a file.
fn add<T: Observe>(session: &Session) -> TypeId {
    let mut schema = Schema::new();
    T::Storage::storage_type(&mut schema).unwrap();
    let added = schema
        .iter()
        .map(|(_, ty)| session.add_type(Type::clone(ty)).unwrap());
    added.last().unwrap()
}

fn make(session: &Session, label: &str, type_id: TypeId) -> RawObject {
    let memory = session.allocate_typed(type_id, None).unwrap();
    session.register(label, memory).unwrap()
}

fn record<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Record(members.into())
}

#[test]
fn a_typed_reader_reads_what_a_runtime_typed_producer_wrote() {
    let place = Place::new();
    let session = place.session("t");
    let object = make(&session, "position", add::<Position>(&session));
    let cell = object.cell();
    let quote = Quote {
        bid: -5,
        ask: 7,
        sizes: [1, 2, 3, 4, 5],
    };
    let member = |name| cell.member(name).unwrap();
    member("id").write_bytes(&7_u16.to_ne_bytes()).unwrap();
    member("quantity").write(&Value::I64(-500)).unwrap();
    let mut bytes = [0; size_of::<Quote>()];
    quote.encode(&mut bytes);
    member("quote").write_bytes(&bytes).unwrap();
    // Annotations limit observers.
    member("level").write(&Value::U64(11)).unwrap();
    member("name").write(&Value::Text("AAPL".into())).unwrap();
    member("total").write(&Value::I128(i128::MIN + 1)).unwrap();
    let observer = place.reader("t");
    let read = |path: &str| observer.field(&format!("position.{path}")).unwrap();
    assert_eq!(read("id").read_as(), Ok(7_u16));
    assert_eq!(read("quantity").read_as(), Ok(-500_i64));
    assert_eq!(read("quote").typed().unwrap().read(), Ok(quote));
    assert_eq!(read("quote").sequence(), Some(1));
    assert_eq!(read("level").read_as(), Ok(11_u32));
    assert_eq!(read("name").read(), Ok(Value::Text("AAPL".into())));
    assert_eq!(read("total").read_as(), Ok(i128::MIN + 1));
    for name in ["id", "quantity", "quote", "level", "name", "total"] {
        assert_eq!(member(name).read().unwrap(), read(name).read().unwrap());
    }
}

#[test]
fn no_read_is_torn_while_a_runtime_typed_producer_writes() {
    let place = Place::new();
    let session = place.session("t");
    let mut schema = Schema::new();
    let value = <[u64; 7]>::value_type(&mut schema).unwrap();
    schema.add_protected(Protection::Seqlock, value).unwrap();
    let types: Vec<TypeId> = schema
        .iter()
        .map(|(_, ty)| session.add_type(Type::clone(ty)).unwrap())
        .collect();
    let object = make(&session, "guarded", types[types.len() - 1]);
    let observer = place.reader("t");
    let field = observer.field("guarded").unwrap();
    let typed = field.typed::<[u64; 7]>().unwrap();
    let done = AtomicBool::new(false);
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut number = 0_u64;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                let bytes: Vec<u8> = [number; 7].into_iter().flat_map(u64::to_ne_bytes).collect();
                object.cell().write_bytes(&bytes).unwrap();
            }
            number
        });
        let mut whole = 0;
        let wrong = (0..200_000).find_map(|_| match typed.read() {
            Ok(value) if value.iter().all(|part| *part == value[0]) => {
                whole += 1;
                None
            }
            // Somebody writes without a pause.
            Err(memglass::ReadError::Contended { .. }) => None,
            other => Some(other),
        });
        done.store(true, Ordering::Relaxed);
        let written = writer.join().unwrap();
        assert_eq!(wrong, None);
        assert!(whole > 1000, "{whole} reads");
        written
    });
    assert_eq!(typed.read(), Ok([written; 7]));
    assert_eq!(field.sequence(), Some(written));
}

#[test]
fn changes_in_one_step_and_those_of_an_observer_all_count() {
    let place = Place::new();
    let session = place.session("t");
    let object = make(&session, "position", add::<Position>(&session));
    let observer = place.writer("t");
    let field = observer.field("position.quote.ask").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let quote = object.cell().member("quote").unwrap();
            for _ in 0..2000 {
                // Held by the observer for longer than a writer waits, if that was stopped.
                while let Err(error) = quote.update_bytes(|bytes| {
                    let mut quote = Quote::decode_lossy(bytes);
                    quote.ask += 1;
                    quote.encode(bytes);
                }) {
                    assert!(matches!(error, CellError::Busy(_)), "{error}");
                }
            }
        });
        for _ in 0..2000 {
            while field.add(&Value::I64(1)).is_err() {}
        }
    });
    assert_eq!(field.read(), Ok(Value::I64(4000)));
}

#[test]
fn a_record_is_written_part_by_part_and_only_what_it_mentions() {
    let place = Place::new();
    let session = place.session("t");
    let object = make(&session, "position", add::<Position>(&session));
    let observer = place.reader("t");
    let quote = record([("bid", Value::I64(3))]);
    let wanted = record([("quote", quote), ("id", Value::U64(4))]);
    object.cell().write(&wanted).unwrap();
    let quote = record([("ask", Value::I64(5))]);
    object.cell().write(&record([("quote", quote)])).unwrap();
    let read = |path: &str| observer.field(path).unwrap().read().unwrap();
    assert_eq!(read("position.quote.bid"), Value::I64(3));
    assert_eq!(read("position.quote.ask"), Value::I64(5));
    assert_eq!(read("position.id"), Value::U64(4));
    // The second part is refused, so the first is not written either.
    let wanted = record([
        ("id", Value::U64(9)),
        ("quantity", Value::Text("many".into())),
    ]);
    let refused = object.cell().write(&wanted);
    assert!(matches!(refused, Err(CellError::Refused(_))), "{refused:?}");
    assert_eq!(read("position.id"), Value::U64(4));
}

#[test]
fn what_has_no_cell_or_no_bytes_of_its_own_is_refused() {
    let place = Place::new();
    let session = place.session("t");
    let object = make(&session, "position", add::<Position>(&session));
    let cell = object.cell();
    let size = object.len();
    assert!(matches!(
        cell.write_bytes(&vec![0; size]),
        Err(CellError::Parts { .. })
    ));
    assert!(matches!(cell.read(), Err(CellError::Parts { .. })));
    let quote = cell.member("quote").unwrap();
    assert!(matches!(
        quote.member("bid"),
        Err(CellError::NoMember { .. })
    ));
    assert!(matches!(
        cell.member("qoute"),
        Err(CellError::NoMember { .. })
    ));
    assert!(matches!(cell.element(0), Err(CellError::NoElement { .. })));
    let expected = size_of::<Quote>() as u64;
    let wrong = quote.write_bytes(&[1]).unwrap_err();
    assert!(matches!(wrong, CellError::Length { expected: e, found: 1, .. } if e == expected));
    let id = cell.member("id").unwrap();
    let refused = id.update_bytes(|_| unreachable!());
    assert!(matches!(refused, Err(CellError::NotGuarded { .. })));
    assert_eq!(object.element(1).map(|_| ()), None);
}

#[test]
fn a_bitfield_leaves_the_other_bits_of_its_integer() {
    let place = Place::new();
    let session = place.session("t");
    let number = session.add_type(Type::new("u16", 2, 2, Kind::Int { signed: false }));
    let field = |name: &str, offset, width| {
        Field::new(name, *number.as_ref().unwrap(), 0).bits(Bits { offset, width })
    };
    let fields = vec![field("low", 0, 4), field("high", 4, 12)];
    let ty = Type::new("Bits", 2, 2, Kind::Struct { fields });
    let object = make(&session, "bits", session.add_type(ty).unwrap());
    let cell = object.cell();
    let member = |name| cell.member(name).unwrap();
    member("high").write(&Value::U64(0xabc)).unwrap();
    member("low").write(&Value::U64(0xd)).unwrap();
    assert_eq!(member("low").read(), Ok(Value::U64(0xd)));
    member("low")
        .write_bytes(&0xfff1_u16.to_ne_bytes())
        .unwrap();
    let mut bytes = [0; 2];
    cell.read_bytes(&mut bytes).unwrap();
    assert_eq!(u16::from_ne_bytes(bytes), 0xabc1);
    let read = place.reader("t").field("bits.high").unwrap().read();
    assert_eq!(read, Ok(Value::U64(0xabc)));
}

#[test]
fn elements_of_arrays_are_cells() {
    let place = Place::new();
    let session = place.session("t");
    let memory = session
        .allocate_typed(add::<Quote>(&session), Some(3))
        .unwrap();
    let bid = |index| memory.element(index).unwrap().member("bid").unwrap();
    (0..3).for_each(|index| bid(index).write(&Value::U64(index)).unwrap());
    let sizes = memory.cell().member("sizes").unwrap();
    sizes.element(4).unwrap().write(&Value::U64(9)).unwrap();
    assert!(sizes.element(5).is_err() && memory.element(3).is_none());
    let _object = session.register("quotes", memory).unwrap();
    let observer = place.reader("t");
    let read = |path: &str| observer.field(path).unwrap().read();
    assert_eq!(read("quotes[2].bid"), Ok(Value::I64(2)));
    assert_eq!(read("quotes[0].sizes[4]"), Ok(Value::U64(9)));
}

#[test]
fn blocks_hold_what_fits_into_them() {
    let place = Place::new();
    let session = place.session("t");
    let quote = add::<Quote>(&session);
    let refused = |block: Result<memglass::Block, _>, type_id, count| {
        let error = block.unwrap().typed(type_id, count).unwrap_err();
        assert!(matches!(error, ProducerError::Memory { .. }), "{error}");
    };
    let size = size_of::<Quote>() as u64;
    refused(session.allocate(size - 1, 8), quote, None);
    refused(session.allocate(size, 8), quote, Some(0));
    refused(session.allocate(size, 8), quote, Some(2));
    refused(session.allocate(size, 8), quote, Some(u64::MAX));
    refused(session.allocate(size, 8), TypeId(99), None);
    assert!(matches!(
        session.allocate(0, 8),
        Err(ProducerError::Size { bytes: 0 })
    ));
    let other = place.session("other");
    let memory = session
        .allocate(size, 8)
        .unwrap()
        .typed(quote, None)
        .unwrap();
    let error = other.register("quote", memory).unwrap_err();
    assert!(matches!(error, ProducerError::Memory { .. }), "{error}");
}

#[test]
fn a_mirrored_object_has_the_time_of_its_original() {
    let place = Place::new();
    let session = place.session("t");
    let created = SystemTime::UNIX_EPOCH + Duration::from_millis(1_234_567_890_123);
    let memory = session
        .allocate_typed(add::<Quote>(&session), None)
        .unwrap();
    let _typed = session.object_created_at("typed", 1_u8, created).unwrap();
    let _raw = session.register_created_at("raw", memory, created).unwrap();
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let _old = session.object_created_at("old", 1_u8, before).unwrap();
    let observer = place.reader("t");
    let of = |label| observer.find(label).unwrap().created;
    assert_eq!([of("typed"), of("raw")], [created; 2]);
    assert_eq!(of("old"), SystemTime::UNIX_EPOCH);
}

#[test]
fn memory_by_address_holds_no_type_that_is_larger_than_what_was_asked_for() {
    let place = Place::new();
    let session = place.session("t");
    let word = add::<u64>(&session);
    // The block has more room than this, which is not zeroed.
    let memory = session.allocate_at(72, 8).unwrap();
    let refused = session.register_at("longer", memory, word, Some(10));
    assert!(
        matches!(&refused, Err(ProducerError::Memory { reason }) if reason.contains("smaller")),
        "{refused:?}"
    );
    session
        .register_at("as_long", memory, word, Some(9))
        .unwrap();
}

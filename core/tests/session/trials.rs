//! Writes that are tried out: observers see them, memory does not.

use memglass::{Observe, Observer, Text, Value, WriteError};

use crate::place::Place;

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
struct Quote {
    bid: i64,
    ask: i64,
}

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
struct Position {
    #[observe(atomic)]
    quantity: i64,
    #[observe(range(0, 100))]
    price: i32,
    #[observe(seqlock)]
    quote: Quote,
    #[observe(locked)]
    note: Text<16>,
    quotes: [Quote; 3],
    wide: i128,
}

/// All bytes of a session: its files, where they hold it, and what another observer reads of its objects.
fn bytes(place: &Place) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(place.dir.path()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut bytes: Vec<_> = paths
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect();
    let observer = Observer::builder()
        .dir(place.dir.path())
        .attach("t")
        .unwrap();
    for object in observer.objects() {
        let read = observer.root(&object).unwrap().read_bytes().unwrap();
        bytes.push((object.label.to_string(), read));
    }
    bytes.sort();
    bytes
}

fn trial(place: &Place) -> Observer {
    let options = Observer::builder().dir(place.dir.path());
    options.writable().trial().attach("t").unwrap()
}

#[test]
fn reads_see_what_was_tried_out_and_memory_does_not_change() {
    let place = Place::new();
    let session = place.session("t");
    let _object = session.object("p", Position::default()).unwrap();
    let _array = session.array::<Quote>("book", 3).unwrap();
    let before = bytes(&place);
    let observer = trial(&place);
    assert!(observer.is_writable() && observer.is_trial());
    let field = |path: &str| observer.field(path).unwrap();
    let quote = |bid: i64, ask: i64| -> Value {
        Value::Record([("bid", bid.into()), ("ask", ask.into())].into())
    };
    field("p.quantity").write(&5_i64.into()).unwrap();
    field("p.quantity").add(&2_i64.into()).unwrap();
    field("p.quote.ask").write(&7_i64.into()).unwrap();
    field("p.note")
        .update(|note| *note = "hello".into())
        .unwrap();
    field("p.quotes[1]").write(&quote(3, 4)).unwrap();
    field("p.wide").write(&Value::I128(-1)).unwrap();
    field("book[2].bid").write(&9_i64.into()).unwrap();
    assert_eq!(
        field("p").read().unwrap().to_string(),
        "{quantity: 7, price: 0, quote: {bid: 0, ask: 7}, note: \"hello\", \
         quotes: [{bid: 0, ask: 0}, {bid: 3, ask: 4}, {bid: 0, ask: 0}], wide: -1}"
    );
    assert_eq!(field("p.quote").read().unwrap(), quote(0, 7));
    assert_eq!(field("p.quotes[1].ask").read().unwrap(), 4_i64.into());
    assert_eq!(field("p.quantity").read_as::<i64>().unwrap(), 7);
    assert_eq!(
        field("book").read().unwrap().to_string(),
        "[{bid: 0, ask: 0}, {bid: 0, ask: 0}, {bid: 9, ask: 0}]"
    );
    assert_eq!(field("book[2]").read().unwrap(), quote(9, 0));
    assert!(bytes(&place) == before);
}

#[test]
fn what_was_not_written_is_read_from_memory() {
    let place = Place::new();
    let session = place.session("t");
    let object = session.object("p", Position::default()).unwrap();
    let observer = trial(&place);
    observer
        .field("p.quote.bid")
        .unwrap()
        .write(&1_i64.into())
        .unwrap();
    object.quote.write(Quote { bid: 50, ask: 60 }).unwrap();
    object.quantity.store(8);
    let read = |path: &str| observer.field(path).unwrap().read().unwrap().to_string();
    assert_eq!(read("p.quote"), "{bid: 1, ask: 60}");
    assert_eq!(read("p.quantity"), "8");
}

#[test]
fn a_trial_refuses_what_a_write_would_be_refused() {
    let place = Place::new();
    let session = place.session("t");
    let object = session.object("p", Position::default()).unwrap();
    let observer = trial(&place);
    let price = observer.field("p.price").unwrap();
    price.write(&99_i64.into()).unwrap();
    // A sum is checked against what is there by now.
    for refused in [
        price.write(&101_i64.into()),
        price.add(&2_i64.into()).map(drop),
    ] {
        assert!(
            matches!(refused, Err(WriteError::Refused { .. })),
            "{refused:?}"
        );
    }
    price.write_forced(&101_i64.into()).unwrap();
    assert_eq!(price.read().unwrap(), 101_i64.into());
    let whole = observer.field("p").unwrap().update(|_| ());
    assert!(
        matches!(whole, Err(WriteError::Refused { .. })),
        "{whole:?}"
    );
    let bid = observer.field("p.quote.bid").unwrap();
    {
        let _held = object.quote.writer().unwrap();
        let busy = bid.write(&1_i64.into());
        assert!(matches!(busy, Err(WriteError::Busy { .. })), "{busy:?}");
    }
    bid.write(&1_i64.into()).unwrap();
}

#[test]
fn the_next_object_in_a_slot_has_nothing_of_what_was_tried_out_on_the_last() {
    let place = Place::new();
    let session = memglass::Session::builder("t").dir(place.dir.path());
    let session = session.grace(std::time::Duration::ZERO).create().unwrap();
    let object = session.object("p", 1_i64).unwrap();
    let mut observer = trial(&place);
    let field = observer.field("p").unwrap();
    let first = field.object_id();
    field.write(&2_i64.into()).unwrap();
    drop(object);
    assert!(matches!(
        field.write(&3_i64.into()),
        Err(WriteError::Gone { .. })
    ));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let _next = session.object("p", 4_i64).unwrap();
        observer.refresh().unwrap();
        let next = observer.field("p").unwrap();
        assert_eq!(next.read().unwrap(), 4_i64.into());
        if next.object_id().slot == first.slot {
            assert_ne!(next.object_id(), first);
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "the slot is not used again"
        );
    }
}

#[test]
fn a_rehearsal_goes_on_from_a_trial_and_leaves_it_as_it_is() {
    let place = Place::new();
    let session = place.session("t");
    let _object = session.object("a", 1_i64).unwrap();
    let observer = trial(&place);
    let field = observer.field("a").unwrap();
    field.write(&2_i64.into()).unwrap();
    let rehearsal = observer.rehearsal().unwrap();
    let rehearsed = rehearsal.field("a").unwrap();
    assert_eq!(rehearsed.read().unwrap(), 2_i64.into());
    rehearsed.write(&3_i64.into()).unwrap();
    assert_eq!(rehearsed.read().unwrap(), 3_i64.into());
    assert_eq!(field.read().unwrap(), 2_i64.into());
}

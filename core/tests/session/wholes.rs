//! Structures that are read and written as wholes.

use memglass::{Observe, Record, Value, WriteError};

use crate::place::{Count, Place};

#[derive(Observe, Clone, Copy)]
struct Bounded {
    #[observe(range(0, 10))]
    level: i32,
    other: u32,
}

#[test]
fn what_was_read_can_be_written_back_even_if_a_member_is_out_of_range() {
    let place = Place::new();
    let session = place.session("t");
    let bounded = Bounded { level: 5, other: 1 };
    let object = session.object("bounded", bounded).unwrap();
    object.level.set(500);
    let field = place.writer("t").field("bounded").unwrap();
    let mut value = field.read().unwrap();
    let Value::Record(members) = &mut value else {
        panic!("{value}")
    };
    members.values_mut()[1] = Value::U64(2);
    field.check(&value).unwrap();
    field.write(&value).unwrap();
    assert_eq!((object.level.get(), object.other.get()), (500, 2));
    // Alone, or with another value, it is checked.
    let level = field.member("level").unwrap();
    assert!(level.write(&Value::I64(500)).is_err());
    object.level.set(400);
    assert!(field.write(&value).is_err());
}

#[test]
fn an_array_of_guarded_objects_is_not_taken_for_its_first_element() {
    let place = Place::new();
    let session = place.session("t");
    let array = session
        .array_with("counts", 3, |_| Count { count: 7 })
        .unwrap();
    let field = place.writer("t").field("counts").unwrap();
    let replaced = field.update(|value| {
        *value = Value::Record(Record::from([("count", Value::U64(8))]));
    });
    assert!(
        matches!(replaced, Err(WriteError::Refused { .. })),
        "{replaced:?}"
    );
    assert_eq!(array[0].read().unwrap().count, 7);
    assert_eq!(field.sequence(), None);
    assert!(field.element(0).unwrap().sequence().is_some());
}

#[test]
fn a_readonly_member_that_keeps_its_number_is_no_hindrance() {
    #[derive(Observe, Clone, Copy, Default)]
    struct Order {
        #[observe(readonly)]
        id: u8,
        quantity: i64,
    }
    let place = Place::new();
    let session = place.session("t");
    let order = session
        .object("order", Order { id: 7, quantity: 1 })
        .unwrap();
    let field = place.writer("t").field("order").unwrap();
    let record = |id: Value| Value::Record(Record::from([("id", id), ("quantity", Value::I64(2))]));
    // Scripts have one kind of integer; the member is of another.
    field.write(&record(Value::I64(7))).unwrap();
    assert_eq!(order.quantity.get(), 2);
    let refused = field.write(&record(Value::I64(8)));
    assert!(
        matches!(refused, Err(WriteError::Refused { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_write_within_an_update_is_refused_at_once() {
    let place = Place::new();
    let session = place.session("t");
    let other = session.object("other", 1_i64).unwrap();
    let count = session.object("count", Count { count: 7 }).unwrap();
    let observer = place.writer("t");
    let started = std::time::Instant::now();
    let mut refused = None;
    let field = observer.field("count").unwrap();
    let changed = field.update(|value| {
        let inner = observer.field("other").unwrap();
        refused = Some(inner.write(&Value::I64(2)));
        *value = Value::Record(Record::from([("count", Value::U64(8))]));
    });
    changed.unwrap();
    assert!(
        matches!(&refused, Some(Err(WriteError::WithinUpdate { path })) if path == "other"),
        "{refused:?}"
    );
    assert!(started.elapsed() < std::time::Duration::from_secs(3));
    assert_eq!((count.read().unwrap().count, other.get()), (8, 1));
    // The update is over, and another session was never concerned.
    observer
        .field("other")
        .unwrap()
        .write(&Value::I64(2))
        .unwrap();
    let second = place.session("u");
    let apart = second.object("apart", 1_i64).unwrap();
    let elsewhere = place.writer("u").field("apart").unwrap();
    field
        .update(|_| elsewhere.write(&Value::I64(5)).unwrap())
        .unwrap();
    assert_eq!((other.get(), apart.get()), (2, 5));
}

#[derive(Observe, Clone, Copy, Default)]
#[observe(seqlock)]
struct Side {
    level: u64,
}

#[derive(Observe, Clone, Copy, Default)]
struct Sides {
    left: Side,
    right: Side,
}

#[test]
fn observers_that_name_members_in_other_orders_never_wait_for_each_other() {
    let place = Place::new();
    let session = place.session("t");
    let _sides = session.object("sides", Sides::default()).unwrap();
    let sides = |first, second| {
        let side = || Value::Record(Record::from([("level", Value::U64(1))]));
        Value::Record(Record::from([(first, side()), (second, side())]))
    };
    std::thread::scope(|scope| {
        for value in [sides("left", "right"), sides("right", "left")] {
            let field = place.writer("t").field("sides").unwrap();
            scope.spawn(move || {
                for _ in 0..2_000 {
                    field.write(&value).unwrap();
                }
            });
        }
    });
}

#[test]
fn of_members_of_one_name_the_last_counts() {
    let place = Place::new();
    let session = place.session("t");
    let sides = session.object("sides", Sides::default()).unwrap();
    let side = |level| Value::Record(Record::from([("level", Value::U64(level))]));
    let twice = Record::from([("left", side(1)), ("left", side(2))]);
    let field = place.writer("t").field("sides").unwrap();
    field.write(&Value::Record(twice)).unwrap();
    assert_eq!(sides.left.read().unwrap().level, 2);
}

//! What a write replaced.

use memglass::{Change, Field, Object, Observe, Text, Value};

use crate::place::Place;

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
struct Quote {
    bid: i64,
    ask: i64,
    size: u32,
}

#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
struct Order {
    quantity: i16,
    ratio: f32,
    wide: u128,
    name: Text<8>,
    #[observe(seqlock)]
    quote: Quote,
    levels: [u32; 3],
    quotes: [Quote; 2],
    #[observe(readonly)]
    id: u64,
}

fn order(place: &Place) -> (memglass::Session, Object<Order>) {
    let session = place.session("t");
    let order = Order {
        quantity: -3,
        ratio: 0.5,
        wide: 1 << 100,
        name: Text::new("old").unwrap(),
        quote: Quote {
            bid: 1,
            ask: 2,
            size: 3,
        },
        levels: [7, 8, 9],
        quotes: [Quote::default(); 2],
        id: 42,
    };
    let object = session.object("o", order).unwrap();
    (session, object)
}

/// The change that writing `wanted` to a field makes, as text.
#[track_caller]
fn check(field: &Field, wanted: impl Into<Value>, expected: &str) {
    let Change { old, new } = field.replace(&wanted.into()).unwrap();
    assert_eq!(format!("{old} -> {new}"), expected);
}

fn record<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Record(members.into())
}

#[test]
fn a_write_tells_what_it_replaced_as_reads_give_it() {
    let place = Place::new();
    let (_session, _object) = order(&place);
    let observer = place.writer("t");
    let field = |path: &str| observer.field(path).unwrap();
    check(&field("o.quantity"), 5_i64, "-3 -> 5");
    check(&field("o.ratio"), 0.25, "0.5 -> 0.25");
    check(
        &field("o.wide"),
        1_i64,
        "1267650600228229401496703205376 -> 1",
    );
    check(&field("o.name"), "new", "\"old\" -> \"new\"");
    check(&field("o.quote.bid"), 10_i64, "1 -> 10");
    let levels = Value::List([1_i64, 2, 3].map(Value::from).to_vec());
    check(&field("o.levels"), levels, "[7, 8, 9] -> [1, 2, 3]");
    let unequal = field("o.quantity").replace(&300_000_i64.into());
    assert!(unequal.is_err(), "{unequal:?}");
}

#[test]
fn of_a_record_only_the_members_that_were_written_are_told() {
    let place = Place::new();
    let (_session, object) = order(&place);
    let observer = place.writer("t");
    let field = |path: &str| observer.field(path).unwrap();
    let bid = record([("bid", 4_i64.into())]);
    check(&field("o.quote"), bid.clone(), "{bid: 1} -> {bid: 4}");
    // A part of a guarded value, and others beside it, in the order of what was wanted; the read-only member
    // keeps its value, which is no write.
    let wanted = record([
        ("quote", bid),
        ("id", 42_i64.into()),
        ("quantity", 1_i64.into()),
    ]);
    check(
        &field("o"),
        wanted,
        "{quote: {bid: 4}, quantity: -3} -> {quote: {bid: 4}, quantity: 1}",
    );
    let size = |size: i64| record([("size", size.into())]);
    check(
        &field("o.quotes"),
        Value::List(vec![size(1), size(2)]),
        "[{size: 0}, {size: 0}] -> [{size: 1}, {size: 2}]",
    );
    assert_eq!(object.quote.read().unwrap().ask, 2);
}

#[test]
fn what_was_replaced_can_be_put_back() {
    let place = Place::new();
    let (_session, object) = order(&place);
    let field = place.writer("t").field("o").unwrap();
    let before = field.read().unwrap();
    let wanted = record([
        ("name", "b".into()),
        ("quote", record([("size", 9_i64.into())])),
        ("levels", Value::List(vec![0_i64.into(); 3])),
    ]);
    let change = field.replace(&wanted).unwrap();
    assert_ne!(field.read().unwrap(), before);
    field.write(&change.old).unwrap();
    assert_eq!(field.read().unwrap(), before);
    assert_eq!(object.levels[2].get(), 9);
}

#[test]
fn a_change_in_one_step_tells_both_values() {
    let place = Place::new();
    let (_session, _object) = order(&place);
    let observer = place.writer("t");
    let quantity = observer.field("o.quantity").unwrap();
    let change = quantity.add(&10_i64.into()).unwrap();
    assert_eq!((change.old, change.new), ((-3_i64).into(), 7_i64.into()));
    let quote = observer.field("o.quote").unwrap();
    let doubled = |value: &mut Value| {
        let Value::Record(quote) = value else { return };
        *quote.get_mut("ask").unwrap() = 20_i64.into();
    };
    let change = quote.update(doubled).unwrap();
    assert_eq!(
        format!("{} -> {}", change.old, change.new),
        "{bid: 1, ask: 2, size: 3} -> {bid: 1, ask: 20, size: 3}"
    );
}

#[test]
fn writers_that_take_turns_never_tell_the_same_old_value_twice() {
    let place = Place::new();
    let session = place.session("t");
    let _counter = session.object("c", 0_u64).unwrap();
    const EACH: u64 = 5_000;
    let replaced = |first: u64| {
        let field = place.writer("t").field("c").unwrap();
        let replaced = (first..first + EACH).map(move |number| field.replace(&number.into()));
        replaced
            .map(|change| change.unwrap().old)
            .collect::<Vec<_>>()
    };
    let (mut all, others) = std::thread::scope(|scope| {
        let other = scope.spawn(|| replaced(1 + EACH));
        (replaced(1), other.join().unwrap())
    });
    all.extend(others);
    let mut numbers: Vec<i128> = all.iter().filter_map(Value::as_i128).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len() as u64, 2 * EACH);
}

/// More words than are written without memory of their own.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
struct Wide {
    first: u8,
    second: i16,
    open: bool,
    before: [u64; 20],
    ratio: f32,
    last: i64,
}

#[derive(Observe, Clone, Copy, Debug, Default)]
struct Holder {
    #[observe(seqlock)]
    wide: Wide,
    #[observe(locked)]
    alone: i32,
}

#[test]
fn numbers_in_guarded_values_are_replaced_alone_and_as_one_write_each() {
    let place = Place::new();
    let session = place.session("t");
    let object = session.object("h", Holder::default()).unwrap();
    let observer = place.writer("t");
    let field = |path: &str| observer.field(path).unwrap();
    check(&field("h.wide.second"), -2_i64, "0 -> -2");
    check(&field("h.wide.first"), 255_i64, "0 -> 255");
    check(&field("h.wide.open"), true, "false -> true");
    check(
        &field("h.wide.before[19]"),
        u64::MAX,
        "0 -> 18446744073709551615",
    );
    check(&field("h.wide.ratio"), 0.5, "0 -> 0.5");
    check(&field("h.wide.last"), i64::MIN, "0 -> -9223372036854775808");
    check(&field("h.alone"), -1_i64, "0 -> -1");
    assert_eq!(field("h.wide.last").sequence(), Some(6));
    let mut before = [0; 20];
    before[19] = u64::MAX;
    let expected = Wide {
        first: 255,
        second: -2,
        open: true,
        before,
        ratio: 0.5,
        last: i64::MIN,
    };
    assert_eq!(object.wide.read().unwrap(), expected);
    assert_eq!(field("h.wide.second").read().unwrap(), Value::I64(-2));
    assert_eq!(field("h.wide.open").read().unwrap(), Value::Bool(true));
    assert!(field("h.wide.first").write(&Value::I64(256)).is_err());
    assert_eq!(object.wide.read().unwrap(), expected);
    assert_eq!(field("h.wide.first").sequence(), Some(6));
}

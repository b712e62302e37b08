//! What a scan reports, and what it does not.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use memglass::sampler::{Key, Scan, Seen};
use memglass::schema::{Bits, Field as Member, Kind, Type};
use memglass::{Field, Observe, ReadError, Session, Text, Value};

use crate::place::Place;

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    ask: i64,
    size: u16,
}

#[derive(Observe, Clone, Copy, Default)]
struct Row {
    small: u8,
    half: i16,
    single: f32,
    #[observe(atomic)]
    word: u64,
    #[observe(seqlock)]
    quote: Quote,
    name: Text<16>,
    levels: [Quote; 3],
}

/// A change as values, or the last value of a field that went.
#[derive(Debug, PartialEq)]
enum Told {
    Changed(Key, Value, Value),
    Gone(Key, Value),
}

/// Fields and what a scan of them tells.
#[derive(Default)]
struct Watched {
    scan: Scan,
    fields: Vec<(Key, Field)>,
}

impl Watched {
    fn follow(&mut self, field: &Field) -> Key {
        let key = self.scan.follow(field).unwrap();
        self.fields.push((key, field.clone()));
        key
    }

    fn look(&mut self) -> Vec<Told> {
        let (mut told, fields) = (Vec::new(), &self.fields);
        let field = |key| &fields.iter().find(|(known, _)| *known == key).unwrap().1;
        self.scan.sample(|seen| {
            told.push(match seen {
                Seen::Changed(change) => {
                    assert_ne!(change.old, change.now);
                    let value = |bytes| field(change.key).value_of(bytes);
                    Told::Changed(change.key, value(change.old), value(change.now))
                }
                Seen::Gone(gone) => Told::Gone(gone.key, field(gone.key).value_of(gone.last)),
            });
        });
        told
    }

    /// The number of values that were published between two reports of the only field that changes.
    fn writes(&mut self) -> Option<u64> {
        let mut writes = None;
        self.scan.sample(|seen| match seen {
            Seen::Changed(change) => writes = change.writes,
            Seen::Gone(_) => panic!("nothing goes"),
        });
        writes
    }
}

/// Reclaims at once what was destroyed.
fn impatient(place: &Place) -> Session {
    let builder = Session::builder("t").dir(place.dir.path());
    builder.grace(Duration::ZERO).create().unwrap()
}

#[test]
fn each_scalar_that_changed_is_told_once() {
    let place = Place::new();
    let session = place.session("t");
    let row = session.object("row", Row::default()).unwrap();
    let observer = place.reader("t");
    let mut watched = Watched::default();
    let follow = |watched: &mut Watched, path: &str| watched.follow(&observer.field(path).unwrap());
    let small = follow(&mut watched, "row.small");
    let half = follow(&mut watched, "row.half");
    let single = follow(&mut watched, "row.single");
    let word = follow(&mut watched, "row.word");
    assert_eq!(watched.look(), []);
    row.small.set(3);
    row.half.set(-4);
    row.single.set(0.5);
    row.word.store(u64::MAX);
    let mut told = watched.look();
    told.sort_by_key(|told| match told {
        Told::Changed(key, ..) | Told::Gone(key, _) => *key,
    });
    let expected = [
        Told::Changed(small, 0_u8.into(), 3_u8.into()),
        Told::Changed(half, 0_i16.into(), (-4_i16).into()),
        Told::Changed(single, 0_f32.into(), 0.5_f32.into()),
        Told::Changed(word, 0_u64.into(), u64::MAX.into()),
    ];
    assert_eq!(told, expected);
    assert_eq!(watched.look(), []);
}

#[test]
fn a_value_that_came_back_between_two_looks_is_no_change() {
    let place = Place::new();
    let session = place.session("t");
    let price = session.object("price", 1.0_f64).unwrap();
    let mut watched = Watched::default();
    watched.follow(&place.reader("t").field("price").unwrap());
    price.set(2.0);
    price.set(1.0);
    assert_eq!(watched.look(), []);
}

#[test]
fn bits_are_compared_and_not_numbers() {
    let place = Place::new();
    let session = place.session("t");
    let price = session.object("price", f64::NAN).unwrap();
    let mut watched = Watched::default();
    watched.follow(&place.reader("t").field("price").unwrap());
    price.set(f64::NAN);
    assert_eq!(watched.look(), [], "the same NaN");
    price.set(-f64::NAN);
    assert_eq!(watched.look().len(), 1, "another NaN");
    price.set(0.0);
    assert_eq!(watched.look().len(), 1);
    price.set(-0.0);
    assert_eq!(watched.look().len(), 1, "another zero");
}

#[test]
fn a_guarded_value_tells_how_often_it_was_written() {
    let place = Place::new();
    let session = place.session("t");
    let row = session.object("row", Row::default()).unwrap();
    let mut watched = Watched::default();
    watched.follow(&place.reader("t").field("row.quote.bid").unwrap());
    let write = |bid, ask| row.quote.write(Quote { bid, ask, size: 0 }).unwrap();
    write(1, 0);
    assert_eq!(watched.writes(), Some(1));
    write(1, 1);
    assert_eq!(watched.writes(), None, "another part was written");
    write(2, 1);
    write(3, 1);
    assert_eq!(watched.writes(), Some(3), "since the last report");
    assert_eq!(watched.scan.counters().gaps, 1, "the value with 2");
}

#[test]
fn parts_of_a_guarded_value_are_of_one_write() {
    let place = Place::new();
    let session = place.session("t");
    let row = session.object("row", Row::default()).unwrap();
    let observer = place.reader("t");
    let mut watched = Watched::default();
    let bid = watched.follow(&observer.field("row.quote.bid").unwrap());
    let ask = watched.follow(&observer.field("row.quote.ask").unwrap());
    let whole = watched.follow(&observer.field("row.quote").unwrap());
    row.quote
        .write(Quote {
            bid: 1,
            ask: 2,
            size: 0,
        })
        .unwrap();
    let told = watched.look();
    let of = |key| {
        told.iter()
            .filter(move |told| matches!(told, Told::Changed(k, ..) if *k == key))
    };
    assert_eq!(
        [of(bid).count(), of(ask).count(), of(whole).count()],
        [1; 3]
    );
    assert_eq!(told.len(), 3);
}

#[test]
fn a_text_ends_at_its_end() {
    let place = Place::new();
    let session = place.session("t");
    let text = session
        .add_type(Type::new("text", 8, 1, Kind::Text))
        .unwrap();
    let memory = session.allocate_typed(text, None).unwrap();
    let object = session.register("name", memory).unwrap();
    let mut watched = Watched::default();
    let key = watched.follow(&place.reader("t").field("name").unwrap());
    object.cell().write_bytes(b"\0garbage").unwrap();
    assert_eq!(watched.look(), []);
    object.cell().write_bytes(b"AB\0rbage").unwrap();
    let change = Told::Changed(key, Value::Text("".into()), Value::Text("AB".into()));
    assert_eq!(watched.look(), [change]);
}

#[test]
fn a_bitfield_is_its_own_bits() {
    let place = Place::new();
    let session = place.session("t");
    let number = Type::new("u16", 2, 2, Kind::Int { signed: false });
    let number = session.add_type(number).unwrap();
    let bits =
        |name: &str, offset, width| Member::new(name, number, 0).bits(Bits { offset, width });
    let fields = vec![bits("low", 0, 3), bits("high", 5, 11)];
    let kind = Kind::Struct { fields };
    let pair = session.add_type(Type::new("Pair", 2, 2, kind)).unwrap();
    let memory = session.allocate_typed(pair, None).unwrap();
    let object = session.register("pair", memory).unwrap();
    let observer = place.reader("t");
    let mut watched = Watched::default();
    let low = watched.follow(&observer.field("pair.low").unwrap());
    let both = watched.follow(&observer.field("pair").unwrap());
    let set = |bits: u16| object.cell().write_bytes(&bits.to_ne_bytes());
    set(0b1_1000).unwrap();
    assert_eq!(watched.look(), [], "bits of neither");
    set(0b10_0000).unwrap();
    let told = watched.look();
    assert!(
        matches!(told[..], [Told::Changed(key, ..)] if key == both),
        "{told:?}"
    );
    let parts = |old: u16, now: u16| {
        let field = observer.field("pair").unwrap();
        field.changed_parts(&old.to_ne_bytes(), &now.to_ne_bytes())
    };
    assert_eq!(parts(0b10_0000, 0b10_0101), ["low"]);
    assert_eq!(parts(0b10_0001, 0b1_0000_0000), ["low", "high"]);
    set(0b10_0101).unwrap();
    let change = Told::Changed(low, Value::U64(0), Value::U64(5));
    assert!(watched.look().contains(&change));
}

#[test]
fn a_whole_object_is_one_report() {
    let place = Place::new();
    let session = place.session("t");
    let row = session.object("row", Row::default()).unwrap();
    let observer = place.reader("t");
    let mut watched = Watched::default();
    let field = observer.field("row").unwrap();
    let key = watched.follow(&field);
    let before = watched.scan.last(key).unwrap();
    row.levels[2].bid.set(9);
    let quote = Quote {
        size: 3,
        ..Quote::default()
    };
    row.quote.write(quote).unwrap();
    row.name.set("x".try_into().unwrap());
    let now = field.read_bytes().unwrap();
    let parts = ["quote.size", "name", "levels[2].bid"];
    assert_eq!(field.changed_parts(&before, &now), parts);
    assert!(field.changed_parts(&now, &now).is_empty());
    let told = watched.look();
    let [Told::Changed(of, old, now)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((*of, now), (key, &field.read().unwrap()));
    assert_ne!(old, now);
    row.quote.write(quote).unwrap();
    assert_eq!(watched.look(), [], "an equal value was written");
}

#[test]
fn each_cell_of_a_whole_object_counts() {
    #[derive(Observe, Clone, Copy, Default)]
    struct Pair {
        #[observe(seqlock)]
        quote: Quote,
        size: u16,
    }
    #[derive(Observe, Clone, Copy)]
    struct All {
        row: Row,
        pairs: [Pair; 50],
    }
    let place = Place::new();
    let session = place.session("t");
    let all = All {
        row: Row::default(),
        pairs: [Pair::default(); 50],
    };
    let all = session.object("all", all).unwrap();
    let mut watched = Watched::default();
    watched.follow(&place.reader("t").field("all").unwrap());
    let mut is_told_once = |what: &str| {
        assert_eq!(watched.look().len(), 1, "{what}");
        assert_eq!(watched.look(), [], "{what}");
    };
    for turn in [1, 0, 2] {
        let quote = Quote {
            bid: turn,
            ..Quote::default()
        };
        all.row.small.set(turn as u8);
        is_told_once("a byte");
        all.row.half.set(turn as i16);
        is_told_once("two bytes");
        all.row.single.set(turn as f32);
        is_told_once("four bytes");
        all.row.word.store(turn as u64);
        is_told_once("an atomic word");
        all.row.quote.write(quote).unwrap();
        is_told_once("a guarded value");
        all.row
            .name
            .set(turn.to_string().as_str().try_into().unwrap());
        is_told_once("a text");
        all.row.levels[2].size.set(turn as u16);
        is_told_once("the last element");
        all.pairs[49].quote.write(quote).unwrap();
        is_told_once("a guarded value in the last of many elements");
        all.pairs[49].size.set(turn as u16);
        is_told_once("the last cell");
        // An equal value is none that is told, and hides none after it.
        all.row.quote.write(quote).unwrap();
        all.row.small.set(9);
        is_told_once("a byte beside an equal value");
    }
}

#[test]
fn the_last_of_many_writes_is_told_whatever_look_it_met() {
    let place = Place::new();
    let session = place.session("t");
    let row = session.object("row", Row::default()).unwrap();
    let whole = place.reader("t").field("row").unwrap();
    let mut scan = Scan::new();
    let key = scan.follow(&whole).unwrap();
    let (mut seen, mut written) = (Vec::new(), Vec::new());
    let (round, is_done) = (AtomicI64::new(0), AtomicI64::new(0));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for current in 1..=3_000_i64 {
                while round.load(Ordering::Acquire) < current {
                    std::hint::spin_loop();
                }
                for number in 0..200 {
                    let quote = Quote {
                        bid: current * 1_000 + number,
                        ..Quote::default()
                    };
                    row.quote.write(quote).unwrap();
                }
                is_done.store(current, Ordering::Release);
            }
        });
        for current in 1..=3_000 {
            round.store(current, Ordering::Release);
            while is_done.load(Ordering::Acquire) < current {
                scan.sample(|_| {});
            }
            scan.sample(|_| {});
            seen.push(whole.value_of(&scan.last(key).unwrap()));
            written.push(whole.read().unwrap());
        }
    });
    assert!(seen == written, "the last write of a burst was not seen");
}

#[test]
fn the_next_object_in_the_same_memory_is_another_one_even_if_it_is_equal() {
    let place = Place::new();
    let session = impatient(&place);
    let mut watched = Watched::default();
    for _ in 0..100 {
        let object = session.object("row", Quote::default()).unwrap();
        let key = watched.follow(&place.reader("t").field("row").unwrap());
        drop(object);
        let _next = session.object("next", Quote::default()).unwrap();
        let told = watched.look();
        assert!(
            matches!(told[..], [Told::Gone(of, _)] if of == key),
            "{told:?}"
        );
        watched.fields.clear();
    }
}

#[test]
fn a_field_whose_object_went_is_told_once_with_its_last_value() {
    let place = Place::new();
    let session = place.session("t");
    let row = session.object("row", Row::default()).unwrap();
    let _other = session.object("other", 5_u64).unwrap();
    let observer = place.reader("t");
    let mut watched = Watched::default();
    let keys = ["row.small", "row.quote.ask", "row.name", "other"]
        .map(|path| watched.follow(&observer.field(path).unwrap()));
    row.small.set(7);
    row.quote
        .write(Quote {
            ask: 8,
            ..Quote::default()
        })
        .unwrap();
    assert_eq!(watched.look().len(), 2);
    drop(row);
    let told = watched.look();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.contains(&Told::Gone(keys[0], 7_u8.into())));
    assert!(told.contains(&Told::Gone(keys[1], 8_i64.into())));
    assert!(told.contains(&Told::Gone(keys[2], Value::Text("".into()))));
    assert_eq!(watched.look(), []);
    assert_eq!((watched.scan.len(), watched.scan.last(keys[0])), (1, None));
}

#[test]
fn the_next_object_in_the_same_memory_is_never_told() {
    let place = Place::new();
    let session = impatient(&place);
    let observer = |place: &Place| place.reader("t");
    let mut watched = Watched::default();
    for round in 0..100_u64 {
        let object = session.object("row", Row::default()).unwrap();
        let fields = ["row.word", "row.quote.bid", "row"];
        let keys = fields.map(|path| watched.follow(&observer(&place).field(path).unwrap()));
        drop(object);
        let _next = session
            .object(
                "next",
                Row {
                    word: 1000 + round,
                    quote: Quote {
                        bid: 5,
                        ..Quote::default()
                    },
                    ..Row::default()
                },
            )
            .unwrap();
        let told = watched.look();
        let gone = |key| {
            told.iter()
                .any(|told| matches!(told, Told::Gone(k, _) if *k == key))
        };
        assert!(keys.map(gone) == [true; 3] && told.len() == 3, "{told:?}");
        assert!(watched.scan.is_empty());
        watched.fields.clear();
    }
}

#[test]
fn a_forgotten_field_is_not_told() {
    let place = Place::new();
    let session = place.session("t");
    let numbers = ["a", "b", "c"].map(|label| session.object(label, 0_u32).unwrap());
    let observer = place.reader("t");
    let mut watched = Watched::default();
    let [a, b, c] = ["a", "b", "c"].map(|path| watched.follow(&observer.field(path).unwrap()));
    watched.scan.forget(a);
    watched.scan.forget(a);
    numbers.iter().for_each(|number| number.set(1));
    let told = watched.look();
    let change = |key| Told::Changed(key, 0_u32.into(), 1_u32.into());
    assert!(told.contains(&change(b)) && told.contains(&change(c)));
    assert_eq!(told.len(), 2);
    assert_eq!(watched.scan.last(c), Some(1_u32.to_ne_bytes().to_vec()));
}

#[test]
fn a_field_that_is_gone_cannot_be_followed() {
    let place = Place::new();
    let session = place.session("t");
    let row = session.object("row", Row::default()).unwrap();
    let observer = place.reader("t");
    let fields = ["row.word", "row.quote", "row.name"].map(|path| observer.field(path).unwrap());
    drop(row);
    let mut scan = Scan::new();
    for field in &fields {
        assert!(matches!(scan.follow(field), Err(ReadError::Gone { .. })));
    }
    assert!(scan.is_empty());
    scan.sample(|seen| panic!("{seen:?}"));
}

#[test]
fn objects_that_come_and_go_beside_a_followed_one_do_not_disturb_it() {
    let place = Place::new();
    let session = impatient(&place);
    let number = session.object("number", 0_u64).unwrap();
    let mut watched = Watched::default();
    let key = watched.follow(&place.reader("t").field("number").unwrap());
    for round in 1..200_u64 {
        let other = session.object("other", round).unwrap();
        number.set(round);
        let change = Told::Changed(key, (round - 1).into(), round.into());
        assert_eq!(watched.look(), [change]);
        drop(other);
        assert_eq!(watched.look(), []);
    }
}

#[test]
fn a_scan_sees_what_its_own_observer_tries_out() {
    let place = Place::new();
    let session = place.session("t");
    let _number = session.object("number", 1_u64).unwrap();
    let trial = place.writer("t").rehearsal().unwrap();
    let field = trial.field("number").unwrap();
    let mut watched = Watched::default();
    let key = watched.follow(&field);
    field.write(&Value::U64(2)).unwrap();
    let change = Told::Changed(key, 1_u64.into(), 2_u64.into());
    assert_eq!(watched.look(), [change]);
}

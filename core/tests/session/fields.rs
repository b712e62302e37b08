//! Values as observers read and write them.

use memglass::schema::{Schema, SchemaError, TypeId};
use memglass::{
    Change, Field, Guarded, InvalidValue, Observe, PathError, ReadError, Shape, Text, TypedField,
    Value, WriteError,
};

use std::time::Duration;

use crate::place::Place;

#[test]
fn an_observer_sees_values_as_they_are_now() {
    let place = Place::new();
    let session = place.session("t");
    let answer = session.object("answer", 42_i64).unwrap();
    let observer = place.reader("t");
    let field = observer.field("answer").unwrap();
    assert_eq!(field.read(), Ok(Value::I64(42)));
    answer.set(-7);
    assert_eq!(field.read(), Ok(Value::I64(-7)));
    assert_eq!(field.read_as::<i64>(), Ok(-7));
    assert!(matches!(
        field.read_as::<u64>(),
        Err(ReadError::TypeMismatch { .. })
    ));
}

#[test]
fn a_typed_field_finds_members_by_name() {
    #[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
    struct Theirs {
        side: u8,
        #[observe(seqlock)]
        levels: [u32; 3],
        price: i64,
        count: u16,
    }
    #[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
    struct Ours {
        count: u16,
        price: i64,
        levels: [u32; 3],
    }
    let place = Place::new();
    let session = place.session("t");
    let theirs = Theirs {
        side: 1,
        levels: [1, 2, 3],
        price: -5,
        count: 9,
    };
    let object = session.object("order", theirs).unwrap();
    let field = place.reader("t").field("order").unwrap();
    assert_eq!(field.typed::<Theirs>().unwrap().read(), Ok(theirs));
    let typed = field.typed::<Ours>().unwrap();
    let ours = Ours {
        count: 9,
        price: -5,
        levels: [1, 2, 3],
    };
    assert_eq!(typed.read(), Ok(ours));
    let levels = field.member("levels").unwrap();
    assert_eq!(levels.read_as::<[u32; 3]>(), Ok([1, 2, 3]));
    assert!(matches!(
        field.typed::<[u32; 3]>(),
        Err(ReadError::TypeMismatch { .. })
    ));
    drop(object);
    assert_eq!(
        typed.read(),
        Err(ReadError::Gone {
            path: "order".into()
        })
    );
}

#[test]
fn a_member_is_found_by_a_name_that_it_had_before() {
    mod older {
        #[derive(super::Observe, Clone, Copy, Default, Debug, PartialEq)]
        pub(super) struct Order {
            pub(super) qty: i64,
            pub(super) price: i64,
        }
    }
    #[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
    struct Order {
        price: i64,
        #[observe(was = "size, qty", atomic)]
        quantity: i64,
    }
    let place = Place::new();
    let session = place.session("t");
    let (qty, price) = (5, 7);
    let old = older::Order { qty, price };
    let new = Order {
        quantity: qty,
        price,
    };
    let _old = session.object("old", old).unwrap();
    let _new = session.object("new", new).unwrap();
    let observer = place.writer("t");
    let field = |path: &str| observer.field(path).unwrap();
    // Programs of both versions read what both made.
    for label in ["old", "new"] {
        assert_eq!(field(label).read_as::<older::Order>(), Ok(old));
        assert_eq!(field(label).read_as::<Order>(), Ok(new));
    }
    field("new.qty").write(&Value::I64(6)).unwrap();
    assert_eq!(field("new.quantity").read(), Ok(Value::I64(6)));
    let error = field("old").read_as::<i64>().unwrap_err();
    assert!(error.to_string().contains("it is Order there"), "{error}");
    assert!(observer.field("old.quantity").is_err());
}

#[test]
fn no_two_members_read_one_place_by_a_name_that_one_had_before() {
    mod older {
        #[derive(super::Observe, Clone, Copy, Default)]
        pub(super) struct Order {
            pub(super) a: i64,
        }
        #[derive(super::Observe, Clone, Copy, Default, Debug)]
        pub(super) struct Both {
            pub(super) a: i64,
            pub(super) b: i64,
        }
    }
    /// Its `b` was called `a`, and another `a` came after that.
    #[derive(Observe, Clone, Copy, Default, Debug)]
    struct Order {
        a: i64,
        #[observe(was = "a")]
        b: i64,
    }
    #[derive(Observe, Clone, Copy, Default)]
    struct Renamed {
        #[observe(was = "a")]
        b: i64,
    }
    let place = Place::new();
    let session = place.session("t");
    let _old = session.object("old", older::Order { a: 5 }).unwrap();
    let _renamed = session.object("renamed", Renamed { b: 5 }).unwrap();
    let observer = place.reader("t");
    let field = |path: &str| observer.field(path).unwrap();
    let error = field("old").read_as::<Order>().unwrap_err();
    assert!(error.to_string().contains("there is no b"), "{error}");
    let error = field("renamed").read_as::<older::Both>().unwrap_err();
    assert!(error.to_string().contains("there is no a"), "{error}");
}

#[test]
fn a_member_is_not_given_twice_by_two_of_its_names() {
    #[derive(Observe, Clone, Copy, Default)]
    struct Order {
        #[observe(was = "px", seqlock)]
        price: i64,
    }
    let place = Place::new();
    let session = place.session("t");
    let _order = session.object("order", Order { price: 5 }).unwrap();
    let observer = place.writer("t");
    let field = observer.field("order").unwrap();
    for names in [["px", "price"], ["price", "px"]] {
        let members = names.iter().zip(1..);
        let members = members.map(|(name, value)| ((*name).into(), Value::I64(value)));
        let error = field.write(&Value::Record(members.collect()));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("is given twice"), "{error}");
    }
    assert_eq!(field.member("price").unwrap().read(), Ok(Value::I64(5)));
}

#[test]
fn a_typed_scalar_of_any_width_is_read_as_it_is_now() {
    #[derive(Observe, Clone, Copy, Default, Debug, PartialEq)]
    #[repr(i16)]
    enum Side {
        #[default]
        Buy = 1,
        Sell = -1,
    }
    #[derive(Observe, Clone, Copy, Default)]
    struct Order {
        small: i8,
        side: Side,
        #[observe(atomic)]
        id: u32,
        is_open: bool,
        price: f64,
        ratio: f32,
        #[observe(seqlock)]
        guarded: u64,
        wide: u128,
    }
    fn typed<T: Observe>(field: &Field, name: &str) -> TypedField<T> {
        field.member(name).unwrap().typed().unwrap()
    }
    let place = Place::new();
    let session = place.session("t");
    let order = session.object("order", Order::default()).unwrap();
    let field = place.reader("t").field("order").unwrap();
    let small = typed::<i8>(&field, "small");
    order.small.set(-3);
    assert_eq!(small.read(), Ok(-3));
    order.id.store(u32::MAX);
    assert_eq!(typed::<u32>(&field, "id").read(), Ok(u32::MAX));
    order.is_open.set(true);
    assert_eq!(typed::<bool>(&field, "is_open").read(), Ok(true));
    order.price.set(-0.5);
    assert_eq!(typed::<f64>(&field, "price").read(), Ok(-0.5));
    order.ratio.set(1.5);
    assert_eq!(typed::<f32>(&field, "ratio").read(), Ok(1.5));
    order.guarded.write(1 << 40).unwrap();
    assert_eq!(typed::<u64>(&field, "guarded").read(), Ok(1 << 40));
    order.wide.set(1 << 100);
    assert_eq!(typed::<u128>(&field, "wide").read(), Ok(1 << 100));
    let side = typed::<Side>(&field, "side");
    order.side.set(Side::Sell);
    assert_eq!(side.read(), Ok(Side::Sell));
    assert_eq!(typed::<i16>(&field, "side").read(), Ok(-1));
    let writer = place.writer("t");
    let forced = writer.field("order.side").unwrap();
    forced.write_forced(&Value::I64(7)).unwrap();
    assert!(matches!(side.read(), Err(ReadError::TypeMismatch { .. })));
    drop(order);
    let path = "order.small".to_owned();
    assert_eq!(small.read(), Err(ReadError::Gone { path }));
}

#[test]
fn a_reader_whose_type_is_described_wrongly_is_refused_before_it_reads() {
    /// Sixteen bytes that are described as four.
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Liar([u64; 2]);

    impl Observe for Liar {
        type Storage = Guarded<Liar>;
        const SHAPE: Shape = Shape::Int;

        fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
            u32::value_type(schema)
        }

        fn encode(&self, bytes: &mut [u8]) {
            self.0.encode(bytes);
        }

        fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
            <[u64; 2]>::decode(bytes).map(Self)
        }

        fn decode_lossy(bytes: &[u8]) -> Self {
            Self(<[u64; 2]>::decode_lossy(bytes))
        }
    }
    let place = Place::new();
    let session = place.session("t");
    let _answer = session.object("answer", 42_u32).unwrap();
    let field = place.reader("t").field("answer").unwrap();
    let refused = field.typed::<Liar>().unwrap_err();
    assert!(matches!(refused, ReadError::TypeMismatch { .. }));
}

#[test]
fn a_writer_changes_the_producers_value_and_a_reader_cannot() {
    let place = Place::new();
    let session = place.session("t");
    let object = session.object("a", 1_i8).unwrap();
    let neighbour = session.object("b", -1_i8).unwrap();
    let field = place.writer("t").field("a").unwrap();
    field.write(&Value::I64(-128)).unwrap();
    assert_eq!(object.get(), -128);
    assert!(matches!(
        field.write(&Value::I64(300)),
        Err(WriteError::Refused { .. })
    ));
    assert_eq!((object.get(), neighbour.get()), (-128, -1));
    let (old, new) = (Value::I64(-128), Value::I64(-100));
    assert_eq!(field.add(&Value::I64(28)), Ok(Change { old, new }));
    assert_eq!(object.get(), -100);
    let reader = place.reader("t").field("a").unwrap();
    assert_eq!(
        reader.write(&Value::I64(0)),
        Err(WriteError::ReadOnlySession { path: "a".into() })
    );
}

#[test]
fn what_was_ended_is_still_read_and_never_written() {
    #[derive(Observe, Clone, Copy, Default)]
    struct Quoted {
        #[observe(seqlock)]
        quote: [i64; 5],
    }
    let place = Place::new();
    let session = place.session("t");
    session.object("plain", 1_i64).unwrap().leak();
    session.object("quoted", Quoted::default()).unwrap().leak();
    let writer = place.writer("t");
    let ended = |path: &str| Err(WriteError::Ended { path: path.into() });
    let plain = writer.field("plain").unwrap();
    let quote = writer.field("quoted.quote").unwrap();
    plain.write(&Value::I64(2)).unwrap();
    let before = quote.read().unwrap();
    session.shutdown(Duration::ZERO).unwrap_err();
    assert_eq!(plain.write(&Value::I64(3)), ended("plain"));
    assert_eq!(plain.write_forced(&Value::I64(3)), ended("plain"));
    assert_eq!(plain.replace(&Value::I64(3)).map(drop), ended("plain"));
    assert_eq!(plain.add(&Value::I64(3)).map(drop), ended("plain"));
    assert_eq!(quote.write(&before), ended("quoted.quote"));
    assert_eq!(quote.update(|_| ()).map(drop), ended("quoted.quote"));
    assert_eq!(
        (plain.read(), quote.read()),
        (Ok(Value::I64(2)), Ok(before))
    );
}

#[test]
fn a_missing_object_is_an_error_with_a_suggestion() {
    let place = Place::new();
    let session = place.session("t");
    let _object = session.object("AAPL_position", 0_i64).unwrap();
    let observer = place.reader("t");
    let error = observer.field("AAPL_positon").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no object \"AAPL_positon\"; did you mean \"AAPL_position\"?"
    );
    #[derive(Observe, Clone, Copy, Default)]
    struct Order {
        price: i64,
    }
    let _order = session.object("order_1", Order::default()).unwrap();
    let observer = place.reader("t");
    for (wrong, told) in [
        (
            "price",
            "; a field stands behind its object, as in order_1.price",
        ),
        ("volume", ""),
    ] {
        let error = observer.field(wrong).unwrap_err();
        assert_eq!(error.to_string(), format!("no object {wrong:?}{told}"));
    }
    assert!(matches!(
        observer.field("AAPL_position.x"),
        Err(PathError::NotAStruct { .. })
    ));
    assert!(matches!(
        observer.field("AAPL_position[0]"),
        Err(PathError::NotAnArray { .. })
    ));
    assert!(matches!(
        observer.field("AAPL_position["),
        Err(PathError::Malformed { .. })
    ));
}

#[test]
fn a_field_tells_the_region_that_it_lies_in() {
    let place = Place::new();
    let session = place.session("t");
    let _large = session.array::<u64>("large", 1 << 18).unwrap();
    let _small = session.object("small", 5_u32).unwrap();
    let observer = place.reader("t");
    let region_of = |path: &str| observer.field(path).unwrap().region().unwrap();
    assert_ne!(
        region_of("large"),
        region_of("small"),
        "it has one of its own"
    );
    assert_eq!(region_of("large"), region_of("large[262143]"));
    let regions = observer.regions().unwrap();
    for (label, bytes) in [("large", 8 << 18), ("small", 4)] {
        let region = regions.iter().find(|region| region.id == region_of(label));
        assert!(region.unwrap().used >= bytes, "{label}: {region:?}");
    }
}

#[test]
fn arrays_of_objects_and_text() {
    let place = Place::new();
    let session = place.session("t");
    let numbers = session
        .array_with("numbers", 3, |index| index as f64 / 2.0)
        .unwrap();
    let text = session
        .object("text", Text::<8>::new("hello").unwrap())
        .unwrap();
    let observer = place.writer("t");
    assert_eq!(observer.find("numbers").unwrap().count, Some(3));
    let all = observer.field("numbers").unwrap();
    assert_eq!(
        all.read(),
        Ok(Value::List(vec![0.0.into(), 0.5.into(), 1.0.into()]))
    );
    all.element(2).unwrap().write(&Value::I64(7)).unwrap();
    assert_eq!(numbers[2].get(), 7.0);
    assert_eq!(
        all.element(3).unwrap_err().to_string(),
        "numbers: index 3 is out of range; allowed is 0..=2"
    );
    let field = observer.field("text").unwrap();
    field.write(&"bye".into()).unwrap();
    assert_eq!(field.read(), Ok("bye".into()));
    assert!(
        field
            .write(&"far too long".into())
            .unwrap_err()
            .to_string()
            .contains("room for 8")
    );
    assert_eq!(text.get(), Text::new("bye").unwrap());
}

#[test]
fn more_values_than_one_read_makes_are_refused() {
    let place = Place::new();
    let session = place.session("t");
    let bytes = session.array_with("a", (1 << 24) + 1, |_| 0_u8).unwrap();
    let field = place.reader("t").field("a").unwrap();
    assert!(matches!(field.read(), Err(ReadError::TooLarge { .. })));
    assert_eq!(field.element(1 << 24).unwrap().read(), Ok(Value::U64(0)));
    drop(bytes);
}

#[test]
fn bytes_are_those_of_the_value() {
    let place = Place::new();
    let session = place.session("t");
    let number = session.object("number", 0x0102_0304_u32).unwrap();
    let list: memglass::Array<u16> = session.array("list", 3).unwrap();
    list[1].set(7);
    let observer = place.reader("t");
    let bytes = |path: &str| observer.field(path).unwrap().read_bytes();
    assert_eq!(bytes("number"), Ok(0x0102_0304_u32.to_ne_bytes().to_vec()));
    assert_eq!(bytes("list[1]"), Ok(7_u16.to_ne_bytes().to_vec()));
    assert_eq!(
        bytes("list"),
        Ok([0_u16, 7, 0].map(u16::to_ne_bytes).concat())
    );
    let field = observer.field("number").unwrap();
    drop(number);
    assert!(matches!(field.read_bytes(), Err(ReadError::Gone { .. })));
}

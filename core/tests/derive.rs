//! What `#[derive(Observe)]` makes of types: their description, their bytes, and their storage.

use std::mem::offset_of;

use memglass::schema::{Field, Kind, Number, Protection, Schema, Type, TypeId, guarded_size};
use memglass::{Heap, Observe, Shape, Storage, Text};

pub mod types;

use types::{
    Book, Legs, Order, OrderFlags, OrderStorage, OrderType, Payload, Position, PositionStorage,
    Price, Quote, Side, Status, Wide,
};

/// The storage type of `T` in a schema of its own.
fn storage_of<T: Observe>() -> (Schema, TypeId) {
    let mut schema = Schema::new();
    let id = T::Storage::storage_type(&mut schema).expect("derived types hold together");
    (schema, id)
}

/// The type of the bare `T` in a schema of its own.
fn value_of<T: Observe>() -> (Schema, TypeId) {
    let mut schema = Schema::new();
    let id = T::value_type(&mut schema).expect("derived types hold together");
    (schema, id)
}

/// A field of the storage of `T`.
fn field<T: Observe>(name: &str) -> (Schema, Field) {
    let (schema, id) = storage_of::<T>();
    let field = schema
        .member(id, name)
        .unwrap_or_else(|| panic!("no field {name}"))
        .clone();
    (schema, field)
}

fn encoded<T: Observe>(value: &T) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<T>()];
    value.encode(&mut bytes);
    bytes
}

#[track_caller]
fn round_trip<T: Observe + PartialEq + std::fmt::Debug>(value: T) {
    let bytes = encoded(&value);
    assert_eq!(T::decode(&bytes), Ok(value));
    assert_eq!(T::decode_lossy(&bytes), value);
    let cells = Heap::<T::Storage>::new(&value);
    assert_eq!(cells.load(), Ok(value));
}

fn order() -> Order {
    Order {
        order_id: 17,
        symbol: *b"AAPL\0\0\0\0",
        side: Side::Sell,
        order_type: OrderType::Stop,
        status: Status::PartiallyFilled,
        flags: OrderFlags::HIDDEN | OrderFlags::POST_ONLY,
        price: 150.25,
        quantity: 300,
        filled_qty: 100,
        venue: 2,
        rights: 0b101,
    }
}

fn quote() -> Quote {
    Quote {
        bid_price: 15_020,
        ask_price: 15_025,
        bid_size: 3,
        ask_size: 9,
        timestamp_ns: 1 << 60,
    }
}

#[test]
fn storage_fields_lie_where_the_compiler_put_them() {
    let (schema, id) = storage_of::<Position>();
    let ty = &schema[id];
    assert_eq!(&*ty.name, "Position");
    assert_eq!(ty.size, size_of::<PositionStorage>() as u64);
    assert_eq!(ty.align, align_of::<PositionStorage>() as u64);
    let members = ty.members().unwrap().iter();
    let places: Vec<(&str, usize)> = members
        .map(|field| (&*field.name, field.offset as usize))
        .collect();
    assert_eq!(
        places,
        [
            ("symbol_id", offset_of!(PositionStorage, symbol_id)),
            ("quantity", offset_of!(PositionStorage, quantity)),
            ("avg_price", offset_of!(PositionStorage, avg_price)),
            ("last_quote", offset_of!(PositionStorage, last_quote)),
            ("error_msg", offset_of!(PositionStorage, error_msg)),
        ]
    );
}

#[test]
fn value_fields_lie_as_in_the_rust_struct() {
    let (schema, id) = value_of::<Quote>();
    assert_eq!(schema[id].size, size_of::<Quote>() as u64);
    let offset = |name: &str| schema.member(id, name).unwrap().offset as usize;
    assert_eq!(offset("bid_price"), offset_of!(Quote, bid_price));
    assert_eq!(offset("ask_size"), offset_of!(Quote, ask_size));
    assert_eq!(offset("timestamp_ns"), offset_of!(Quote, timestamp_ns));
}

#[test]
fn each_field_has_the_protection_that_was_asked_for() {
    let (schema, id) = storage_of::<Position>();
    let protection = |name: &str| schema.protection(schema.member(id, name).unwrap().type_id);
    assert_eq!(protection("symbol_id"), Protection::Plain);
    assert_eq!(protection("quantity"), Protection::Atomic);
    assert_eq!(protection("last_quote"), Protection::Seqlock);
    assert_eq!(protection("error_msg"), Protection::Locked);
    let guarded = &schema[schema.member(id, "last_quote").unwrap().type_id];
    assert_eq!(guarded.size, guarded_size(size_of::<Quote>() as u64, 8));
}

#[test]
fn annotations_reach_the_schema() {
    let (_, quantity) = field::<Position>("quantity");
    assert_eq!(
        quantity.metadata.desc.as_deref(),
        Some("signed number of shares")
    );
    let (_, price) = field::<Position>("avg_price");
    assert_eq!(price.metadata.min, Some(Number::Int(0)));
    assert_eq!(price.metadata.max, Some(Number::Int(10_000_000)));
    assert_eq!(price.metadata.unit.as_deref(), Some("ticks"));
    assert!(!price.metadata.readonly);
    let (_, id) = field::<Order>("order_id");
    assert!(id.metadata.readonly);
    let (_, price) = field::<Order>("price");
    assert_eq!(
        (price.metadata.min, price.metadata.max),
        (Some(Number::Float(0.01)), None)
    );
    assert_eq!(price.metadata.format.as_deref(), Some("$%.2f"));
    let (_, symbol) = field::<Order>("symbol");
    assert_eq!(symbol.metadata.regex.as_deref(), Some("[A-Z]{1,8}"));
}

#[test]
fn bounds_may_be_negative_and_constant_expressions() {
    let (_, quantity) = field::<Order>("quantity");
    assert_eq!(
        quantity.metadata.max,
        Some(Number::Int(i128::from(types::MAX_QTY)))
    );
    assert_eq!(quantity.metadata.step, Some(Number::Int(100)));
    let (_, delta) = field::<Legs>("delta");
    assert_eq!(delta.metadata.min, Some(Number::Float(-1.0)));
    assert_eq!(delta.metadata.max, Some(Number::Float(1.0)));
    let (_, wide) = field::<Legs>("wide");
    assert_eq!(wide.metadata.max, Some(Number::Int(i128::MAX)));
    let (_, far) = field::<Legs>("far");
    assert_eq!(far.metadata.min, Some(Number::Int(i128::from(i64::MIN))));
}

#[test]
fn integers_can_have_names_for_values_and_bits() {
    let (_, venue) = field::<Order>("venue");
    let names: Vec<(&str, i128)> = venue
        .metadata
        .names
        .iter()
        .map(|name| (&*name.name, name.value))
        .collect();
    assert_eq!(names, [("UNKNOWN", -1), ("NYSE", 1), ("NASDAQ", 2)]);
    let (_, rights) = field::<Order>("rights");
    let flags: Vec<(&str, i128)> = rights
        .metadata
        .flags
        .iter()
        .map(|flag| (&*flag.name, flag.value))
        .collect();
    assert_eq!(flags, [("READ", 1), ("WRITE", 2), ("CANCEL", 4)]);
}

#[test]
fn a_doc_comment_describes_a_field_unless_desc_does() {
    let (_, filled) = field::<Order>("filled_qty");
    assert_eq!(
        filled.metadata.desc.as_deref(),
        Some("Shares done so far, over all fills.")
    );
    let (_, status) = field::<Order>("status");
    assert_eq!(
        status.metadata.desc.as_deref(),
        Some("where it is in its life")
    );
}

#[test]
fn a_byte_array_marked_text_is_text_in_both_forms() {
    let (schema, symbol) = field::<Order>("symbol");
    assert_eq!(schema[symbol.type_id].kind, Kind::Text);
    let (schema, id) = value_of::<Order>();
    let symbol = &schema[schema.member(id, "symbol").unwrap().type_id];
    assert_eq!((&symbol.kind, symbol.size), (&Kind::Text, 8));
    let (schema, note) = field::<Legs>("note");
    assert_eq!(schema.protection(note.type_id), Protection::Seqlock);
    assert_eq!(schema[schema.bare(note.type_id)].kind, Kind::Text);
    let (schema, numbers) = field::<Legs>("numbers");
    assert!(matches!(
        schema[numbers.type_id].kind,
        Kind::Array { count: 3, .. }
    ));
}

#[test]
fn enums_are_named_values() {
    let (schema, side) = field::<Order>("side");
    let Kind::Enum {
        signed: true,
        variants,
    } = &schema[side.type_id].kind
    else {
        panic!("not a signed enum")
    };
    let variants: Vec<(&str, i128)> = variants
        .iter()
        .map(|variant| (&*variant.name, variant.value))
        .collect();
    assert_eq!(variants, [("Buy", 1), ("Sell", -1)]);
    assert_eq!(
        (&*schema[side.type_id].name, schema[side.type_id].size),
        ("Side", 1)
    );
    let (schema, status) = field::<Order>("status");
    let Kind::Enum {
        signed: false,
        variants,
    } = &schema[status.type_id].kind
    else {
        panic!("not an unsigned enum")
    };
    assert_eq!(&*variants[1].name, "PARTIALLY_FILLED");
}

#[test]
fn an_unknown_number_is_refused_or_read_as_the_default() {
    let error = Side::decode(&[5]).unwrap_err();
    assert_eq!((error.type_name, error.number), ("Side", 5));
    assert_eq!(Side::decode(&[0x80]).unwrap_err().number, -128);
    assert_eq!(Side::decode(&[0xff]), Ok(Side::Sell));
    assert_eq!(Side::decode_lossy(&[5]), Side::Buy, "the first");
    assert_eq!(
        OrderType::decode_lossy(&[99, 0]),
        OrderType::Limit,
        "the one marked default"
    );
    let mut bytes = encoded(&order());
    bytes[offset_of!(Order, side)] = 7;
    assert_eq!(Order::decode(&bytes).unwrap_err().number, 7);
    assert_eq!(Order::decode_lossy(&bytes).side, Side::Buy);
}

#[test]
fn bitflags_are_flag_sets() {
    let (schema, flags) = field::<Order>("flags");
    let ty: &Type = &schema[flags.type_id];
    let Kind::Flags { flags } = &ty.kind else {
        panic!("not flags")
    };
    let flags: Vec<(&str, i128)> = flags.iter().map(|flag| (&*flag.name, flag.value)).collect();
    assert_eq!(
        flags,
        [
            ("HIDDEN", 1),
            ("POST_ONLY", 2),
            ("IOC", 0x8000_0000),
            ("ALL", 0x8000_0003)
        ]
    );
    assert_eq!((&*ty.name, ty.size), ("OrderFlags", 4));
    round_trip(OrderFlags::IOC);
    round_trip(OrderFlags::from_bits_retain(0x10));
}

#[test]
fn pointers_are_addresses() {
    let (schema, next) = field::<Legs>("next");
    let Kind::Pointer { target } = &schema[next.type_id].kind else {
        panic!("not a pointer")
    };
    assert!(target.ends_with("Order"), "{target}");
}

#[test]
fn arrays_nest_and_atomic_arrays_are_arrays_of_atomics() {
    let (schema, grid) = field::<Book>("grid");
    let Kind::Array { element, count: 2 } = schema[grid.type_id].kind else {
        panic!("not 2 rows")
    };
    let Kind::Array { element, count: 3 } = schema[element].kind else {
        panic!("not 3 columns")
    };
    assert_eq!(schema[element].kind, Kind::Int { signed: true });
    let (schema, levels) = field::<Book>("bid_levels");
    let Kind::Array { element, count: 5 } = schema[levels.type_id].kind else {
        panic!("not 5 levels")
    };
    assert_eq!(schema.protection(element), Protection::Atomic);
}

#[test]
fn elements_of_arrays_are_cells_of_their_own() {
    let cells = Heap::<<Book as Observe>::Storage>::new(&types::book());
    cells.bid_levels[1].fetch_add(5);
    cells.fills[1].price.set(8);
    cells.grid[1][2].set(60);
    let mut expected = types::book();
    expected.bid_levels[1] += 5;
    expected.fills[1].price = 8;
    expected.grid[1][2] = 60;
    assert_eq!(cells.load(), Ok(expected));
}

#[test]
fn a_wrapped_number_is_an_alias() {
    let (schema, id) = value_of::<Price>();
    assert_eq!(&*schema[id].name, "Price");
    assert_eq!(schema[schema.bare(id)].kind, Kind::Int { signed: true });
    assert_eq!(Price::SHAPE, Shape::Int);
    round_trip(Price(-3));
}

#[test]
fn unions_are_whole_words_with_members_over_each_other() {
    let (schema, id) = storage_of::<Payload>();
    let Kind::Union { members } = &schema[id].kind else {
        panic!("not a union")
    };
    let places: Vec<(&str, u64)> = members
        .iter()
        .map(|member| (&*member.name, member.offset))
        .collect();
    assert_eq!(places, [("raw", 0), ("price", 0), ("pair", 0)]);
    let cells = Heap::<<Payload as Observe>::Storage>::new(&Payload { price: 1.5 });
    // SAFETY: L1: every bit pattern is a value of each member.
    assert_eq!(unsafe { cells.get().raw }, 1.5_f64.to_bits());
    cells.set(Payload {
        pair: types::Pair {
            code: 7,
            pad: [0; 4],
        },
    });
    // SAFETY: L1, as above.
    assert_eq!(unsafe { cells.load().unwrap().pair.code }, 7);
}

#[test]
fn a_struct_protected_as_a_whole_is_one_guarded_value() {
    let (schema, id) = storage_of::<Wide>();
    assert_eq!(schema.protection(id), Protection::Seqlock);
    assert_eq!(schema[id].size, guarded_size(size_of::<Wide>() as u64, 16));
    assert_eq!(&*schema[schema.bare(id)].name, "WideValue");
    let cells = Heap::<<Wide as Observe>::Storage>::new(&Wide {
        big: u128::MAX - 1,
        small: 3,
        on: true,
    });
    let next = Wide {
        big: 1 << 100,
        small: 4,
        on: false,
    };
    cells.write(next).unwrap();
    assert_eq!(cells.read(), Ok(next));
}

#[test]
fn padding_stays_zero() {
    let value = Wide {
        big: u128::MAX,
        small: u16::MAX,
        on: true,
    };
    let bytes = encoded(&value);
    assert_eq!(bytes.len(), 32);
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    assert_eq!(ones, 128 + 16 + 1);
    round_trip(value);
}

#[test]
fn whole_values_go_into_storage_and_come_back() {
    round_trip(order());
    round_trip(quote());
    round_trip(types::book());
    round_trip(Legs::example());
    round_trip(Position {
        symbol_id: 4,
        quantity: -500,
        avg_price: 15_025,
        last_quote: quote(),
        error_msg: Text::new("margin call").unwrap(),
    });
}

#[test]
fn each_field_is_reached_through_its_protection() {
    let position = Heap::<PositionStorage>::new(&Position::default());
    position.quantity.store(500);
    position.avg_price.set(15_025);
    position.last_quote.write(quote()).unwrap();
    position
        .error_msg
        .update(|text| text.push_str(" (retry)"))
        .unwrap()
        .unwrap();
    let loaded = position.load().unwrap();
    assert_eq!((loaded.quantity, loaded.avg_price), (500, 15_025));
    assert_eq!(loaded.last_quote, quote());
    assert_eq!(loaded.error_msg, " (retry)");
}

#[test]
fn storage_has_one_cell_for_each_field() {
    let cells = Heap::<OrderStorage>::new(&order());
    cells.symbol[4].set(b'X');
    cells.status.set(Status::Filled);
    let loaded = cells.load().unwrap();
    assert_eq!(&loaded.symbol, b"AAPLX\0\0\0");
    assert_eq!(loaded.status, Status::Filled);
}

#[test]
fn names_can_be_given() {
    let (schema, id) = storage_of::<Legs>();
    assert_eq!(&*schema[id].name, "OptionLegs");
    assert!(
        schema.member(id, "type").is_some(),
        "raw identifiers lose their mark"
    );
    assert!(schema.member(id, "gamma_x100").is_some());
    assert!(schema.member(id, "gamma").is_none());
}

#[test]
fn both_forms_share_one_schema() {
    let mut schema = Schema::new();
    let value = Quote::value_type(&mut schema).unwrap();
    let storage = <Position as Observe>::Storage::storage_type(&mut schema).unwrap();
    let guarded = schema.member(storage, "last_quote").unwrap().type_id;
    assert_eq!(schema.bare(guarded), value);
    assert_eq!(
        <Position as Observe>::Storage::storage_type(&mut schema),
        Ok(storage)
    );
}

#[test]
fn names_of_the_user_do_not_disturb_the_derived_code() {
    let (schema, id) = storage_of::<types::shadowed::Inner>();
    assert_eq!(
        schema.member(id, "value").unwrap().metadata.max,
        Some(Number::Int(5))
    );
    let (schema, id) = storage_of::<types::shadowed::Outer>();
    assert!(matches!(&schema[id].kind, Kind::Enum { variants, .. } if variants.len() == 2));
}

/// What a struct asks for against false sharing, and what must not change without it.
mod aligned {
    use super::*;
    use memglass::Guarded;

    #[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
    #[repr(C, align(64))]
    struct Counter {
        #[observe(atomic)]
        count: u64,
    }

    #[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
    struct Pair {
        first: Counter,
        #[observe(seqlock)]
        guarded: Counter,
        few: [Counter; 2],
        second: Counter,
    }

    #[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
    #[repr(align(128))]
    #[observe(locked)]
    struct Whole {
        count: u16,
    }

    #[track_caller]
    fn check<T: Observe>(size: u64, align: u64) {
        assert_eq!(size_of::<T::Storage>() as u64, size);
        assert_eq!(align_of::<T::Storage>() as u64, align);
        let (schema, id) = storage_of::<T>();
        assert_eq!((schema[id].size, schema[id].align), (size, align));
        let (schema, id) = value_of::<T>();
        assert_eq!(
            (schema[id].size, schema[id].align),
            (size_of::<T>() as u64, align)
        );
    }

    #[test]
    fn a_struct_and_what_holds_it_are_aligned_as_declared() {
        check::<Counter>(64, 64);
        check::<[Counter; 3]>(192, 64);
        check::<Whole>(384, 128);
        check::<[Whole; 2]>(768, 128);
        check::<Pair>(64 + 192 + 128 + 64, 64);
    }

    #[test]
    fn cells_lie_where_the_description_says() {
        let cells = Heap::<PairStorage>::new(&Pair::default());
        let at = |cell: *const u8| cell.addr() - std::ptr::from_ref(&*cells).addr();
        for (name, place) in [
            ("first", at((&raw const cells.first).cast())),
            ("guarded", at((&raw const cells.guarded).cast())),
            ("few", at((&raw const cells.few).cast())),
            ("second", at((&raw const cells.second).cast())),
        ] {
            assert!(place.is_multiple_of(64), "{name} at {place}");
            assert_eq!(field::<Pair>(name).1.offset, place as u64, "{name}");
        }
    }

    #[test]
    fn within_a_guarded_value_it_has_the_size_that_it_has_outside() {
        let (schema, _) = storage_of::<Pair>();
        let sizes: Vec<u64> = schema
            .iter()
            .filter(|(_, ty)| &*ty.name == "Counter")
            .map(|(_, ty)| ty.size)
            .collect();
        assert_eq!(
            sizes,
            [64, 64],
            "the cells, and the value inside a guarded one"
        );
        let cells = Heap::<PairStorage>::new(&Pair::default());
        cells.guarded.write(Counter { count: 7 }).unwrap();
        assert_eq!(cells.guarded.read(), Ok(Counter { count: 7 }));
        assert_eq!(cells.load().unwrap().second, Counter::default());
    }

    #[test]
    fn without_it_a_guarded_value_is_aligned_to_words() {
        assert_eq!(align_of::<Guarded<u8>>(), 8);
        assert_eq!(size_of::<Guarded<[u64; 3]>>(), 8 + 2 * 24);
    }
}

mod transparent {
    use super::*;

    #[derive(Observe, Clone, Copy)]
    #[repr(transparent)]
    struct Only {
        value: u32,
    }

    #[test]
    fn a_transparent_struct_lies_like_its_field() {
        let (schema, id) = storage_of::<Only>();
        assert_eq!((schema[id].size, schema[id].align), (4, 4));
        assert_eq!(Heap::<OnlyStorage>::new(&Only { value: 7 }).value.get(), 7);
    }
}

/// A crate that has memglass under a name of its own, and notes which types are described through it.
mod elsewhere {
    pub(crate) use memglass::*;

    pub(crate) mod derive_support {
        use memglass::schema::{Field, Schema, SchemaError, TypeId};

        pub(crate) use memglass::derive_support::*;

        pub(crate) fn add_struct<T>(
            schema: &mut Schema,
            name: &str,
            fields: Vec<Field>,
        ) -> Result<TypeId, SchemaError> {
            let name = format!("{name} of elsewhere");
            memglass::derive_support::add_struct::<T>(schema, &name, fields)
        }
    }
}

macro_rules! derived {
    ($name:ident) => {
        #[derive(Observe, Clone, Copy)]
        #[observe(crate = $crate::elsewhere)]
        struct $name {
            count: u8,
        }
    };
}

derived!(ByMacro);

#[derive(Observe, Clone, Copy)]
#[observe(crate = elsewhere)]
struct ByName {
    count: u8,
}

#[test]
fn derived_code_finds_memglass_where_it_is_told() {
    let (schema, id) = storage_of::<ByName>();
    assert_eq!(&*schema[id].name, "ByName of elsewhere");
    let (schema, id) = value_of::<ByMacro>();
    assert_eq!(&*schema[id].name, "ByMacro of elsewhere");
    let _ = (ByName { count: 1 }.count, ByMacro { count: 1 }.count);
}

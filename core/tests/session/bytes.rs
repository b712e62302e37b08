//! Reading the bytes of values into a buffer that is used again.

use memglass::{Observe, ReadError};

use crate::place::{Count, Place};

#[derive(Observe, Clone, Copy, Default)]
struct Leg {
    side: u8,
    quantity: u32,
}

#[derive(Observe, Clone, Copy)]
struct Order {
    side: u8,
    #[observe(atomic)]
    quantity: u32,
    legs: [Leg; 2],
    /// More than are spelled out.
    many: [Leg; 50],
    #[observe(seqlock)]
    fee: [u16; 3],
    note: [u128; 2],
}

#[test]
fn a_buffer_is_filled_anew_with_zeros_between_the_values() {
    let place = Place::new();
    let session = place.session("t");
    let leg = |quantity| Leg { side: 7, quantity };
    let value = Order {
        side: 1,
        quantity: 2,
        legs: [leg(3), leg(4)],
        many: std::array::from_fn(|index| leg(index as u32)),
        fee: [5, 6, 7],
        note: [8, 9],
    };
    let orders = session.array_with("orders", 3, |_| value).unwrap();
    let observer = place.reader("t");
    let mut bytes = vec![0xff; 10_000];
    for path in ["orders", "orders[1]"] {
        let field = observer.field(path).unwrap();
        field.read_into(&mut bytes).unwrap();
        assert_eq!(bytes, field.read_bytes().unwrap());
        let order = observer.field("orders[1]").unwrap();
        let (info, at) = (order.info(), |member: &str| {
            order.at(member).unwrap().info().offset
        });
        assert_eq!(bytes.len() as u64 % info.size, 0);
        let start = if path == "orders" { info.size } else { 0 };
        let part =
            |offset: u64, len: usize| &bytes[(start + offset - info.offset) as usize..][..len];
        assert_eq!(part(at("side"), 4), [1, 0, 0, 0]);
        assert_eq!(part(at("quantity"), 4), 2_u32.to_ne_bytes());
        assert_eq!(part(at("legs[1]"), 8), [7, 0, 0, 0, 4, 0, 0, 0]);
        assert_eq!(part(at("many[49]"), 8), [7, 0, 0, 0, 49, 0, 0, 0]);
        assert_eq!(part(at("note[1]"), 16), 9_u128.to_ne_bytes());
        let fee = order.member("fee").unwrap();
        assert_eq!(
            fee.read_bytes().unwrap(),
            [5_u16, 6, 7].map(u16::to_ne_bytes).concat()
        );
    }
    let fee = observer.field("orders[1].fee[1]").unwrap();
    fee.read_into(&mut bytes).unwrap();
    assert_eq!(bytes, 6_u16.to_ne_bytes());
    assert!(bytes.capacity() >= 10_000, "it was used again");
    drop(orders);
    assert!(matches!(
        fee.read_into(&mut bytes),
        Err(ReadError::Gone { .. })
    ));
    assert!(bytes.is_empty());
}

#[test]
fn of_guarded_objects_the_values_follow_each_other() {
    let place = Place::new();
    let session = place.session("t");
    let _counts = session
        .array_with("counts", 3, |index| Count {
            count: index as u64,
        })
        .unwrap();
    let field = place.reader("t").field("counts").unwrap();
    let expected = [0_u64, 1, 2].map(u64::to_ne_bytes).concat();
    assert_eq!(field.read_bytes().unwrap(), expected);
    assert_eq!(
        field.read().unwrap().to_string(),
        "[{count: 0}, {count: 1}, {count: 2}]"
    );
}

//! What conditions answer.

use memglass::{Observer, Value};

use super::{Quote, World, told};
use crate::condition::Truth;
use crate::expression::Source;

#[test]
fn fields_are_read_by_every_way_to_name_them() {
    let world = World::new();
    for text in [
        "a.quantity == 100",
        "obs[\"a\"].quantity == 100",
        "obs[\"a\"][\"quantity\"] == 100",
        "a.last_quote.bid_price == 15020",
        "a[\"last_quote.bid_price\"] == 15020",
        "a.levels[0] == 5 && a.levels[-1] == 1",
        "a[\"levels[1]\"] == 4",
        "a.quotes[1].ask_size == 0",
        "a.levels[a.levels[4]] == 4",
        "a.quotes[a.levels[4] - 1].bid_price == 0",
        "(a.quantity) > 50",
    ] {
        world.check(text, "true");
    }
}

#[test]
fn values_compare_as_in_scripts() {
    let world = World::new();
    for text in [
        "a.status == \"OPEN\" && a.status == \"open\" && a.status == 1 && \"FILLED\" > a.status",
        "a.status != \"FILLED\" && a.status == b.status",
        "a.options == \"HIDDEN\" && a.options == [\"HIDDEN\"] && a.options == 1",
        "\"HIDDEN\" in a.options && a.options.has(\"HIDDEN\") && !a.options.contains(\"IOC\")",
        "a.big == u64(\"18446744073709551615\") && a.vast > a.big && a.big > 9223372036854775807",
        "a.ratio == 0.1 && a.score < a.ratio * 3",
        "a.symbol == \"AAPL\" && a.symbol.starts_with(\"AA\") && a.symbol.len() == 4",
        "a.live && a.live == true && !(a.quantity < 0)",
        "a.waited == 1.5.s && a.waited < 2.s && 1.s < a.waited && 1.s + 500.ms == a.waited",
        "a.waited + 500.ms == 2.s && a.waited - 1.s == 500.ms && 2.s - a.waited == 500.ms && a.waited + 500.us > 1500.ms",
        "a.status in [\"open\", \"filled\"] && !(a.status in [\"filled\"])",
        "a.status in [\"OPEN\", \"FILLED\"] && a.quantity in [1, 100] && a.symbol in [\"AAPL\"]",
        "a.quantity + a.small == 300 && -a.quantity == -100 && a.quantity / 3 == 33",
        "a.quantity.min(50) == 50 && max(a.quantity, 500) == 500 && (-5).abs() == 5",
        "if a.live { a.quantity } else { 0 } == 100",
        "a.last_quote != () && a.quantity != ()",
        "a.label() == \"a\" && a.levels.len() == 5 && a.is_alive()",
        "a.score.floor() == 0.0 && a.score.to_int() == 0 && a.quantity.to_float() == 100.0",
        "a.status.value == 1 && a.options.value == 1",
    ] {
        world.check(text, "true");
    }
}

#[test]
fn trouble_when_it_is_asked_is_unknown_with_a_reason() {
    let world = World::new();
    world.check("1 / (a.quantity - 100) > 2", "1 / 0: division by zero");
    world.check("a.vast + a.vast > 2", "340282366920938463463374607431768211455 + 340282366920938463463374607431768211455 does not fit into 128 bits");
    world.check(
        "a.levels[a.quantity] > 2",
        "a.levels: index 100 is out of range; allowed is 0..=4",
    );
    world.check(
        "a.options == a.status.value - 2",
        "-1 is not a set of Options",
    );
    world.check(
        "a.big.to_int() > 3",
        "such a function of(18446744073709551615) has no result",
    );
    world.check("zz.quantity > 3", "there is no object \"zz\"");
}

#[test]
fn what_need_not_be_evaluated_is_not() {
    let world = World::new();
    world.check("a.quantity < 0 && 1 / (a.quantity - 100) > 2", "false");
    world.check("a.quantity > 0 || 1 / (a.quantity - 100) > 2", "true");
    world.check("!a.live && zz.quantity > 3", "false");
    world.check("a.live || zz.quantity > 3 || a.quantity / 0 == 1", "true");
    world.check("if a.live { a.live } else { zz.live }", "true");
    world.check("a.live && true && a.quantity == 100", "true");
    world.check("true && false && a.live", "false");
}

#[test]
fn it_tells_which_fields_it_reads_and_gives_values() {
    let world = World::new();
    let source =
        Source::of_text("a.quantity + a.levels[a.small - 200] + a.quantity").expect("a text");
    let mut expression = source.value(&world.observer, |_| None).expect("a value");
    let fields = expression
        .fields()
        .iter()
        .map(|field| field.path().to_owned());
    assert_eq!(
        fields.collect::<Vec<_>>(),
        ["a.quantity", "a.small", "a.levels"]
    );
    assert_eq!(expression.value(&world.observer), Ok(205_i64.into()));
}

#[test]
fn a_condition_on_told_values_looks_at_no_memory() {
    let world = World::new();
    let condition = world.compiled("a.quantity > 50 && a.symbol == \"AAPL\" && a.quantity < 500");
    let mut asked = Vec::new();
    let held = condition.held(&world.observer, &mut |field| {
        let told = told(field)?;
        asked.push((field.path().to_owned(), told.clone()));
        Some(told)
    });
    let held = held.expect("it depends on fields alone");
    let [(first, quantity), (second, symbol)] = &asked[..] else {
        panic!("each field once")
    };
    assert_eq!([&first[..], &second[..]], ["a.quantity", "a.symbol"]);
    world.a.quantity.set(7);
    assert_eq!(held.truth(), Truth::True);
    quantity.set(7_i64.into());
    assert_eq!(held.truth(), Truth::False);
    quantity.set(60_i64.into());
    assert_eq!(held.truth(), Truth::True);
    symbol.set("MSFT".into());
    assert_eq!(held.truth(), Truth::False);
}

#[test]
fn a_told_value_of_each_type_is_judged_like_the_value_in_memory() {
    let world = World::new();
    // The first value of each makes it true, and no other does.
    let cases: [(&str, &[Value]); 7] = [
        ("a.live", &[true.into(), false.into()]),
        ("a.quantity < -3", &[(-4_i64).into(), i64::MAX.into()]),
        ("a.small == 255", &[255_u64.into(), 0_u64.into()]),
        ("a.big > 9007199254740993", &[u64::MAX.into(), 7_u64.into()]),
        (
            "a.waited > 4294967.s",
            &[4_294_967_295_u64.into(), 1_u64.into()],
        ),
        (
            "a.ratio == 0.1",
            &[0.1_f32.into(), 0.25_f32.into(), f32::NAN.into()],
        ),
        (
            "a.score <= -0.0",
            &[0.0_f64.into(), f64::NAN.into(), 1e-300.into()],
        ),
    ];
    for (text, values) in cases {
        let mut condition = world.compiled(text);
        let mut asked = None;
        let held = condition.held(&world.observer, &mut |field| {
            asked = Some((field.clone(), told(field)?));
            asked.clone().map(|(_, told)| told)
        });
        let (held, (field, told)) = (held.expect(text), asked.expect(text));
        let writer = Observer::builder().dir(world.dir.path()).writable();
        let writer = writer.attach("s").expect("a session");
        let written = writer.field(field.path()).expect("a field");
        for (index, value) in values.iter().enumerate() {
            written.write(value).expect("the field takes it");
            told.set(field.read().expect("it is there"));
            assert_eq!(held.truth(), Truth::from(index == 0), "{text}: {value:?}");
            assert_eq!(held.truth(), condition.truth(&world.observer), "{text}");
        }
    }
}

#[test]
fn what_depends_on_more_than_values_is_not_held() {
    let world = World::new();
    for text in [
        "a.quantity > 5 && a.is_alive()",
        "a.levels[a.levels[4]] == 4",
        "a.live || zz.quantity > 3",
    ] {
        let condition = world.compiled(text);
        let held = condition.held(&world.observer, &mut told);
        assert!(held.is_none(), "{text}");
    }
    let condition = world.compiled("a.quantity > 5");
    assert!(condition.held(&world.observer, &mut |_| None).is_none());
}

#[test]
fn all_reads_of_a_guarded_value_are_of_one_write() {
    let world = World::new();
    let quote = |number: i64| Quote {
        bid_price: number,
        ask_size: number as u32 % 1000,
    };
    world
        .a
        .last_quote
        .write(quote(0))
        .expect("nobody else writes");
    let mut condition = world.compiled("a.last_quote.ask_size == a.last_quote.bid_price % 1000");
    let source = Source::of_text("a.last_quote.bid_price % 1000 - a.last_quote.ask_size");
    let value = source.and_then(|source| source.value(&world.observer, |_| None));
    let mut value = value.expect("a value");
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let numbers =
                (0_i64..).take_while(|_| !ended.load(std::sync::atomic::Ordering::Relaxed));
            for number in numbers {
                world
                    .a
                    .last_quote
                    .write(quote(number))
                    .expect("nobody else writes");
                // Long enough for an answer, and short enough to come into many.
                (0..200).for_each(|_| std::hint::spin_loop());
            }
        });
        let (mut answered, mut mixed) = (0, 0);
        for _ in 0..20_000 {
            match condition.truth(&world.observer) {
                Truth::True => answered += 1,
                Truth::False => mixed += 1,
                Truth::Unknown => {}
            }
            let value = value.value(&world.observer);
            mixed += usize::from(value.is_ok_and(|value| value != 0_i64.into()));
        }
        ended.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(mixed, 0, "answers of two writes");
        assert!(answered > 10_000, "{answered} had an answer");
    });
}

//! Conditions over a live session: what they answer, and what is told of mistakes.

use memglass::{Object, Observe, Observer, Session, Text, bitflags};
use memglass_value::compare::Operand;
use rhai::Engine;

use super::{Captured, CompileError, Expression, Source, Truth};

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid_price: i64,
    ask_size: u32,
}

#[derive(Observe, Clone, Copy, Default, PartialEq, Eq)]
#[repr(i8)]
#[allow(clippy::upper_case_acronyms)]
enum Status {
    #[default]
    PENDING,
    OPEN,
    FILLED,
}

bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Default, PartialEq, Eq)]
    struct Options: u32 {
        const HIDDEN = 1;
        const IOC = 2;
    }
}

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    symbol: Text<16>,
    quantity: i64,
    #[observe(seqlock)]
    last_quote: Quote,
    levels: [i64; 5],
    quotes: [Quote; 2],
    status: Status,
    options: Options,
    small: u8,
    big: u64,
    vast: u128,
    ratio: f32,
    score: f64,
    live: bool,
    #[observe(unit = "ms")]
    waited: u32,
}

/// A producer with two positions, `a` and `b`, and the position that `b` starts with.
struct World {
    _dir: tempfile::TempDir,
    session: Session,
    a: Object<Position>,
    b: Option<Object<Position>>,
    observer: Observer,
}

fn position() -> Position {
    Position {
        symbol: Text::new("AAPL").expect("it is short"),
        quantity: 100,
        last_quote: Quote {
            bid_price: 15_020,
            ask_size: 7,
        },
        levels: [5, 4, 3, 2, 1],
        status: Status::OPEN,
        options: Options::HIDDEN,
        small: 200,
        big: u64::MAX,
        vast: u128::MAX,
        ratio: 0.1,
        score: 0.25,
        live: true,
        waited: 1500,
        ..Position::default()
    }
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let a = session.object("a", position()).expect("an object");
        let b = session.object("b", position()).expect("an object");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        Self {
            _dir: dir,
            session,
            a,
            b: Some(b),
            observer: observer.expect("an observer"),
        }
    }

    fn condition(&self, text: &str) -> Result<Expression, CompileError> {
        Source::of_text(text)?.condition(&self.observer, |_| None)
    }

    /// A condition that is no mistake.
    #[track_caller]
    fn compiled(&self, text: &str) -> Expression {
        self.condition(text)
            .unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[track_caller]
    fn check(&self, text: &str, expected: &str) {
        let mut expression = self.compiled(text);
        let told = match expression.holds(&self.observer) {
            Ok(holds) => holds.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected, "{text}");
    }

    /// Checks that the text is a mistake, and where in its only line.
    #[track_caller]
    fn wrong(&self, text: &str, column: usize, expected: &str) {
        match self.condition(text) {
            Err(CompileError::Wrong { message, position }) => {
                assert_eq!(message, expected, "{text}");
                assert_eq!(position.position(), Some(column), "{text}");
            }
            other => panic!("{text}: {:?}", other.err()),
        }
    }

    #[track_caller]
    fn unsupported(&self, text: &str, expected: &str) {
        match self.condition(text) {
            Err(error @ CompileError::Unsupported { .. }) => {
                assert_eq!(
                    error.to_string(),
                    format!("{expected} is left to the script"),
                    "{text}"
                );
            }
            other => panic!("{text}: {:?}", other.err()),
        }
    }
}

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
fn a_mistake_is_told_with_its_place_and_what_was_meant() {
    let world = World::new();
    world.wrong(
        "a.quantty > 5",
        3,
        "no field \"quantty\" in a (Position); did you mean \"quantity\"?",
    );
    world.wrong(
        "a.live == 1",
        8,
        "cannot compare a bool with an integer; compare it with true or false",
    );
    world.wrong(
        "a.quantity > \"500\"",
        12,
        "cannot compare an integer with text",
    );
    world.wrong(
        "a.status == \"OPNE\"",
        10,
        "Status has no value \"OPNE\" (PENDING, OPEN, FILLED); did you mean \"OPEN\"?",
    );
    world.wrong(
        "a.status in [\"OPNE\"]",
        10,
        "Status has no value \"OPNE\" (PENDING, OPEN, FILLED); did you mean \"OPEN\"?",
    );
    world.wrong(
        "a.levels[9] > 1",
        10,
        "a.levels: index 9 is out of range; allowed is 0..=4",
    );
    world.wrong(
        "a.last_quote > 3",
        14,
        "cannot compare a.last_quote (Quote) with an integer; name a field of it: bid_price, ask_size",
    );
    world.wrong(
        "a.quantity",
        3,
        "a condition is true or false, and this is an integer",
    );
    world.wrong(
        "a.live && a.quantity",
        13,
        "a condition is true or false, and this is an integer",
    );
    world.wrong(
        "a.quantity = 5",
        12,
        "a condition only asks and cannot write; `==` compares",
    );
    world.wrong(
        "a.add(\"quantity\", 5) > 3",
        3,
        "a condition only asks: `add` would write a",
    );
    world.wrong(
        "if a.live { a.quantity = 5 }",
        24,
        "a condition only asks and cannot write; `==` compares",
    );
    world.wrong("a.waited > 5 && a.quantity > 5.ms", 28, "cannot compare an integer with a duration; the number is not that of a field whose unit is a time (ns, us, ms, s, min, h)");
    world.wrong(
        "a.quantity.foo(a.quantty)",
        18,
        "no field \"quantty\" in a (Position); did you mean \"quantity\"?",
    );
    world.wrong(
        "a.levels[1.5] > 1",
        10,
        "an index is an integer or a name, not a float",
    );
    world.wrong("a.live + 1 > 2", 8, "cannot compute a bool + an integer");
}

#[test]
fn what_only_scripts_can_do_is_left_to_them() {
    let world = World::new();
    world.unsupported("secret(a.quantity) > 5", "the function `secret`");
    world.unsupported("`${a.quantity}` == \"5\"", "a text with values in it");
    world.unsupported(
        "a.last_quote == b.last_quote",
        "a comparison of whole structures",
    );
    world.unsupported("a.quotes.bid_price == [0, 0]", "a field of all elements");
    world.unsupported("a.quantity in 1..5", "the function `..`");
    world.unsupported("let x = a.quantity; x > 5", "`let`");
    world.unsupported("args[0] == 5", "`args`");
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
    world.check(
        "if a.live { a.live } else { zz.live }",
        "there is no object \"zz\"",
    );
    world.check("a.live && true && a.quantity == 100", "true");
    world.check("true && false && a.live", "false");
}

#[test]
fn a_missing_object_is_a_warning_that_tells_which_was_meant() {
    let world = World::new();
    let expression = world.compiled("a_.quantity > 5 && a.live");
    let [warning] = expression.warnings() else {
        panic!("{:?}", expression.warnings());
    };
    assert!(
        warning.message.starts_with("no object \"a_\""),
        "{}",
        warning.message
    );
    assert_eq!(warning.position.position(), Some(1));
}

#[test]
fn a_name_means_the_object_that_has_it_now() {
    let mut world = World::new();
    let mut expression = world.compiled("b.quantity == 100");
    let handle = world.observer.field("b").expect("an object");
    let source = Source::of_text("p.quantity == 100").expect("an expression");
    let captured = |_: &str| Some(Captured::Object(handle.clone()));
    let mut of_handle = source
        .condition(&world.observer, captured)
        .expect("a condition");
    let first: Vec<_> = expression.subjects().collect();

    drop(world.b.take());
    assert_eq!(expression.truth(&world.observer), Truth::Unknown);
    world.observer.refresh().expect("a refresh");
    assert!(!expression.refresh(&world.observer));
    assert_eq!(expression.subjects().count(), 0);

    let again = world.session.object("b", position()).expect("an object");
    world.observer.refresh().expect("a refresh");
    assert!(expression.refresh(&world.observer));
    assert!(!expression.refresh(&world.observer));
    assert_eq!(expression.truth(&world.observer), Truth::True);
    assert_ne!(expression.subjects().collect::<Vec<_>>(), first);
    assert_eq!(of_handle.truth(&world.observer), Truth::Unknown);
    again.quantity.set(5);
    assert_eq!(expression.truth(&world.observer), Truth::False);
}

#[test]
fn an_object_of_another_type_makes_the_condition_unknown_and_a_right_one_known_again() {
    let mut world = World::new();
    let mut expression = world.compiled("b.quantity == 100");
    drop(world.b.take());
    let other = world.session.object("b", 5_i64).expect("an object");
    world.observer.refresh().expect("a refresh");
    let error = expression
        .holds(&world.observer)
        .expect_err("it makes no sense");
    assert_eq!(
        error.to_string(),
        "b is an integer (i64) and has no field \"quantity\""
    );
    drop(other);
    world.b = Some(world.session.object("b", position()).expect("an object"));
    world.observer.refresh().expect("a refresh");
    assert_eq!(expression.truth(&world.observer), Truth::True);
}

#[test]
fn a_closure_gives_its_body_its_captures_and_its_parameter() {
    let world = World::new();
    let engine = Engine::new();
    let ast = engine
        .compile("let n = 100; let f = |o, m| o.quantity == n && m > a.quantity - 1;")
        .expect("a program");
    let function = ast.iter_functions().next().expect("a function");
    let source = Source::of_function(&ast, function.name, function.params.len());
    let source = source.expect("an expression");
    assert_eq!(source.parameters(), ["n", "a", "o", "m"]);
    let object = world.observer.field("b").expect("an object");
    let captured = |name: &str| match name {
        "o" => Some(Captured::Object(object.clone())),
        "n" | "m" => Some(Captured::Constant(Operand::Number(100.into(), None))),
        _ => None,
    };
    let mut expression = source
        .condition(&world.observer, captured)
        .expect("a condition");
    assert_eq!(expression.truth(&world.observer), Truth::True);
    assert_eq!(expression.labels().collect::<Vec<_>>(), ["a"]);
    world.a.quantity.set(500);
    assert_eq!(expression.truth(&world.observer), Truth::False);
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
fn an_expression_can_be_sent_to_another_thread() {
    let world = World::new();
    let mut expression = world.compiled("a.quantity == 100");
    let observer = world.observer.beside();
    let asked = std::thread::spawn(move || {
        let mut observer = observer;
        observer.refresh().expect("a refresh");
        expression.truth(&observer)
    });
    assert_eq!(asked.join().expect("no panic"), Truth::True);
}

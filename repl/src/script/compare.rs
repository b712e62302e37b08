//! Comparisons, in which nothing is false because its two sides can never be compared.
//!
//! Rhai's own operators call `"5" > 3`, `p.live == 1` and `p.quote > 3` false. Scripts here are parsed with
//! the six comparison operators turned into ones of ours (see [`install`]), which answer every pair that has
//! an answer, integers of all widths and floats exactly, enum values by name and number, flags by names, and
//! raise an error for the rest. Equality with `()` always has an answer. Functions of Rhai's library such as
//! `contains` and `sort` keep its operators.

use std::cmp::Ordering;
use std::rc::Rc;
use std::time::Duration;

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FLOAT, INT, ImmutableString, Map, NativeCallContext,
    Token,
};

use super::convert::noun;
use super::error::raise;
use super::flags::FlagSet;
use super::place::Place;
use super::symbols::{Symbol, Symbols};
use super::wide::Wide;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};

/// What is written, what it is parsed as, and the precedence Rhai gives it.
const OPERATORS: [(Operator, &str, &str, u8); 6] = [
    (Equal, "==", "#==", 90),
    (NotEqual, "!=", "#!=", 90),
    (Less, "<", "#<", 130),
    (LessOrEqual, "<=", "#<=", 130),
    (Greater, ">", "#>", 130),
    (GreaterOrEqual, ">=", "#>=", 130),
];

/// Registers our comparisons; [`super::tokens`] has them parsed in place of Rhai's.
pub(crate) fn install(engine: &mut Engine, symbols: &Rc<Symbols>) {
    for (operator, original, name, precedence) in OPERATORS {
        engine
            .register_custom_operator(name, precedence)
            .expect("the operator is no symbol of the language");
        register_exact(engine, operator, name);
        let symbols = symbols.clone();
        engine.register_fn(
            name,
            move |call: NativeCallContext, a: Dynamic, b: Dynamic| {
                compare(&call, &symbols, operator, original, a, b)
            },
        );
    }
}

/// The common pairs, found by Rhai without looking for a function that takes anything.
fn register_exact(engine: &mut Engine, operator: Operator, name: &str) {
    engine.register_fn(name, move |a: INT, b: INT| operator.holds(a.cmp(&b)));
    engine.register_fn(name, move |a: FLOAT, b: FLOAT| {
        operator.holds_partly(a.partial_cmp(&b))
    });
    engine.register_fn(name, move |a: INT, b: FLOAT| {
        operator.holds_partly(order_float(Wide::Signed(a.into()), b))
    });
    engine.register_fn(name, move |a: FLOAT, b: INT| {
        operator.holds_partly(order_float(Wide::Signed(b.into()), a).map(Ordering::reverse))
    });
    engine.register_fn(name, move |a: bool, b: bool| operator.holds(a.cmp(&b)));
}

/// What a comparison operator is to be parsed as.
pub(crate) fn parsed_as(token: &Token) -> Option<&'static str> {
    let operator = match token {
        Token::EqualsTo => Equal,
        Token::NotEqualsTo => NotEqual,
        Token::LessThan => Less,
        Token::LessThanEqualsTo => LessOrEqual,
        Token::GreaterThan => Greater,
        Token::GreaterThanEqualsTo => GreaterOrEqual,
        _ => return None,
    };
    OPERATORS
        .iter()
        .find(|(known, ..)| *known == operator)
        .map(|(_, _, name, _)| *name)
}

impl Operator {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Equal => order.is_eq(),
            NotEqual => order.is_ne(),
            Less => order.is_lt(),
            LessOrEqual => order.is_le(),
            Greater => order.is_gt(),
            GreaterOrEqual => order.is_ge(),
        }
    }

    /// For floats: what is not a number is unequal to everything.
    fn holds_partly(self, order: Option<Ordering>) -> bool {
        order.map_or(self == NotEqual, |order| self.holds(order))
    }

    /// The answer where only equality has one.
    fn of_equality(self, equal: bool) -> Option<bool> {
        match self {
            Equal => Some(equal),
            NotEqual => Some(!equal),
            _ => None,
        }
    }
}

fn compare(
    call: &NativeCallContext,
    symbols: &Symbols,
    operator: Operator,
    original: &str,
    a: Dynamic,
    b: Dynamic,
) -> Result<bool> {
    if let Some(answer) = answer(symbols, operator, &a, &b)? {
        return Ok(answer);
    }
    if a.type_id() == b.type_id()
        && !a.is_map()
        && !a.is_array()
        && !a.is::<Place>()
        && !a.is::<FlagSet>()
    {
        let (mut left, mut right) = (a.clone(), b.clone());
        match call.call_native_fn_raw(original, true, &mut [&mut left, &mut right]) {
            Ok(answer) => return answer.as_bool().map_err(raise),
            // A type whose values nobody compares.
            Err(error) if matches!(*error, EvalAltResult::ErrorFunctionNotFound(..)) => {}
            Err(error) => return Err(error),
        }
    }
    let advice = if a.is_bool() || b.is_bool() {
        "; compare it with true or false"
    } else {
        ""
    };
    Err(raise(format_args!(
        "{} {original} {} has no answer{advice}",
        noun(&a),
        noun(&b)
    )))
}

/// The answer, if the two sides have one.
fn answer(symbols: &Symbols, operator: Operator, a: &Dynamic, b: &Dynamic) -> Result<Option<bool>> {
    if let Some(answer) = numbers(operator, a, b) {
        return Ok(Some(answer));
    }
    if a.is_unit() || b.is_unit() {
        return Ok(operator.of_equality(a.is_unit() && b.is_unit()));
    }
    if let Some(text) = a.read_lock::<ImmutableString>() {
        return texts(symbols, operator, &text, b);
    }
    if let Some(text) = b.read_lock::<ImmutableString>() {
        return texts(symbols, operator.turned(), &text, a);
    }
    if let Some(set) = a.read_lock::<FlagSet>() {
        return flags(operator, &set, b);
    }
    if let Some(set) = b.read_lock::<FlagSet>() {
        return flags(operator, &set, a);
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Duration>(), b.read_lock::<Duration>()) {
        return Ok(Some(operator.holds(a.cmp(&b))));
    }
    wholes(symbols, operator, a, b)
}

impl Operator {
    /// The operator that says the same with its sides exchanged.
    fn turned(self) -> Self {
        match self {
            Less => Greater,
            LessOrEqual => GreaterOrEqual,
            Greater => Less,
            GreaterOrEqual => LessOrEqual,
            same => same,
        }
    }
}

fn numbers(operator: Operator, a: &Dynamic, b: &Dynamic) -> Option<bool> {
    match (Wide::of(a), Wide::of(b)) {
        (Some(a), Some(b)) => Some(operator.holds(a.order(b))),
        (Some(a), None) => Some(operator.holds_partly(order_float(a, b.as_float().ok()?))),
        (None, Some(b)) => Some(
            operator
                .turned()
                .holds_partly(order_float(b, a.as_float().ok()?)),
        ),
        (None, None) => {
            Some(operator.holds_partly(a.as_float().ok()?.partial_cmp(&b.as_float().ok()?)))
        }
    }
}

/// Exact order of an integer and a float.
fn order_float(number: Wide, float: FLOAT) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let floor = float.floor();
    if floor < -(2f64.powi(127)) {
        return Some(Ordering::Greater);
    }
    if floor >= 2f64.powi(128) {
        return Some(Ordering::Less);
    }
    let whole = if floor < 0.0 {
        Wide::Signed(floor as i128)
    } else {
        Wide::Unsigned(floor as u128)
    };
    let above = if float > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    Some(number.order(whole).then(above))
}

/// Text against text by its characters; an enum value against a name or number of its enum by number.
fn texts(
    symbols: &Symbols,
    operator: Operator,
    text: &ImmutableString,
    other: &Dynamic,
) -> Result<Option<bool>> {
    let symbol = symbols.of(text);
    if let Some(other) = other.read_lock::<ImmutableString>() {
        return match (symbol, symbols.of(&other)) {
            (Some(a), Some(b)) => Ok(Some(both(operator, &a, &b, text, &other))),
            (Some(a), None) => by_name(operator, &a, &other).map(Some),
            (None, Some(b)) => by_name(operator.turned(), &b, text).map(Some),
            (None, None) => Ok(Some(operator.holds(text.as_str().cmp(other.as_str())))),
        };
    }
    if let (Some(symbol), Some(number)) = (symbol, Wide::of(other)) {
        return Ok(Some(
            operator.holds(Wide::Signed(symbol.number).order(number)),
        ));
    }
    if let Some(set) = other.read_lock::<FlagSet>() {
        return flags(operator, &set, &Dynamic::from(text.clone()));
    }
    Ok(other
        .as_char()
        .ok()
        .map(|other| operator.holds(text.as_str().cmp(other.to_string().as_str()))))
}

fn both(operator: Operator, a: &Symbol, b: &Symbol, a_text: &str, b_text: &str) -> bool {
    let same = Rc::ptr_eq(&a.of, &b.of);
    operator.holds(if same {
        a.number.cmp(&b.number)
    } else {
        a_text.cmp(b_text)
    })
}

fn by_name(operator: Operator, symbol: &Symbol, name: &str) -> Result<bool> {
    let number = symbol
        .of
        .number(name)
        .ok_or_else(|| raise(symbol.of.complaint(name)))?;
    Ok(operator.holds(symbol.number.cmp(&number)))
}

fn flags(operator: Operator, set: &FlagSet, other: &Dynamic) -> Result<Option<bool>> {
    let bits = set.of.bits(other)?;
    Ok(operator.of_equality(set.bits == bits))
}

/// Structures and lists are equal or not, by their values.
fn wholes(symbols: &Symbols, operator: Operator, a: &Dynamic, b: &Dynamic) -> Result<Option<bool>> {
    let (a, b) = (copied(a)?, copied(b)?);
    if let (Some(a), Some(b)) = (a.read_lock::<Array>(), b.read_lock::<Array>()) {
        let pairs = a.len() == b.len() && all_equal(symbols, a.iter().zip(b.iter()))?;
        return Ok(operator.of_equality(pairs));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Map>(), b.read_lock::<Map>()) {
        let same_keys = a.len() == b.len() && a.keys().eq(b.keys());
        let pairs = same_keys && all_equal(symbols, a.values().zip(b.values()))?;
        return Ok(operator.of_equality(pairs));
    }
    Ok(None)
}

fn copied(value: &Dynamic) -> Result<Dynamic> {
    match value.read_lock::<Place>() {
        Some(place) => place.node.snapshot(),
        None => Ok(value.clone()),
    }
}

/// Inside of structures and lists, values of different kinds are unequal and no mistake.
fn all_equal<'a>(
    symbols: &Symbols,
    mut pairs: impl Iterator<Item = (&'a Dynamic, &'a Dynamic)>,
) -> Result<bool> {
    pairs.try_fold(true, |equal, (a, b)| {
        Ok(equal
            && answer(symbols, Equal, a, b)
                .unwrap_or(None)
                .unwrap_or(false))
    })
}

/// Registers Rhai's own operators for the types it does not know, for its library functions.
pub(crate) fn register_library(engine: &mut Engine, symbols: &Rc<Symbols>) {
    register_for::<Wide>(engine, symbols);
    register_for::<FlagSet>(engine, symbols);
    register_for::<Place>(engine, symbols);
    register_for::<Duration>(engine, symbols);
}

fn register_for<T: Clone + 'static>(engine: &mut Engine, symbols: &Rc<Symbols>) {
    for (operator, original, ..) in OPERATORS {
        let (left, right) = (symbols.clone(), symbols.clone());
        engine.register_fn(original, move |a: T, b: Dynamic| {
            answer(&left, operator, &Dynamic::from(a), &b)
                .map(|answer| answer.unwrap_or(operator == NotEqual))
        });
        engine.register_fn(original, move |a: Dynamic, b: T| {
            answer(&right, operator, &a, &Dynamic::from(b))
                .map(|answer| answer.unwrap_or(operator == NotEqual))
        });
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use memglass::schema::Variant;

    use super::*;
    use crate::script::flags::{self, FlagNames};
    use crate::script::{duration, tokens, wide};

    /// An engine with `status` = OPEN (1) of PENDING, OPEN, FILLED and `flags` = A | C of A, B, C.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let symbols = Rc::new(Symbols::default());
        let mut engine = Engine::new();
        wide::register(&mut engine);
        flags::register(&mut engine);
        duration::register(&mut engine);
        install(&mut engine, &symbols);
        tokens::install(&mut engine, &Rc::new(RefCell::new(source.to_owned())));
        register_library(&mut engine, &symbols);
        let names = |names: &[(&str, i128)]| -> Vec<Variant> {
            names
                .iter()
                .map(|(name, value)| Variant {
                    name: (*name).into(),
                    value: *value,
                })
                .collect()
        };
        let status = symbols.enumeration(
            1,
            "Status",
            &names(&[("PENDING", 0), ("OPEN", 1), ("FILLED", 2)]),
        );
        let set = FlagNames {
            name: "Options".into(),
            flags: names(&[("A", 1), ("B", 2), ("C", 4)]),
        };
        let mut scope = rhai::Scope::new();
        scope.push("status", status.text(1).expect("a name").clone());
        scope.push(
            "flags",
            FlagSet {
                bits: 5,
                of: Rc::new(set),
            },
        );
        let text = match engine.eval_with_scope::<Dynamic>(&mut scope, source) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        };
        assert!(text.starts_with(expected), "{source}: {text}");
    }

    #[test]
    fn pitfall_06_what_cannot_be_compared_is_an_error() {
        check(
            r#""5" > 3"#,
            r#"Runtime error: text > an integer has no answer"#,
        );
        check(
            "true == 1",
            "Runtime error: a bool == an integer has no answer; compare it with true or false",
        );
        check("() > 3", "Runtime error: () > an integer has no answer");
        check(
            "[1] < 2",
            "Runtime error: an array < an integer has no answer",
        );
        check(
            "1.s > 1",
            "Runtime error: a duration > an integer has no answer",
        );
        check(
            "#{a: 1} != 3",
            "Runtime error: a map != an integer has no answer",
        );
        check(
            "let x = true; if x == 1 { 1 }",
            "Runtime error: a bool == an integer has no answer",
        );
    }

    #[test]
    fn pitfall_06_an_enum_compares_by_name_and_number_in_both_orders() {
        for source in [
            r#"status == "OPEN""#,
            r#""OPEN" == status"#,
            "status == 1",
            "1 == status",
            "status >= 1",
            "2 > status",
        ] {
            check(source, "true");
        }
        check(r#"status < "FILLED""#, "true");
        check(r#""FILLED" < status"#, "false");
        check(
            r#"status == "OPNE""#,
            r#"Runtime error: Status has no value "OPNE" (PENDING, OPEN, FILLED)"#,
        );
    }

    #[test]
    fn pitfall_11_an_enum_switches_by_name() {
        check(r#"switch status { "OPEN" => 7, _ => 0 }"#, "7");
    }

    #[test]
    fn equality_with_nothing_always_has_an_answer() {
        for source in [
            "() == ()",
            "1 != ()",
            "() != status",
            "flags != ()",
            "[] != ()",
        ] {
            check(source, "true");
        }
    }

    #[test]
    fn pitfall_08_integers_of_all_widths_compare_exactly() {
        check(
            r#"u64("18446744073709551615") > 9223372036854775807"#,
            "true",
        );
        check(
            r#"u64("18446744073709551615") == 18446744073709551616.0"#,
            "false",
        );
        check(
            r#"-1 < u128("340282366920938463463374607431768211455")"#,
            "true",
        );
        check("9007199254740993 == 9007199254740992.0", "false");
        check("9007199254740993 > 9007199254740992.0", "true");
        check("1 < 1.5 && 1.5 < 2 && -1.5 < -1 && -2 < -1.5", "true");
        check("(0.0/0.0) == (0.0/0.0)", "false");
        check("1 != (0.0/0.0)", "true");
        check("1e300 > 5 && -1e300 < 5 && 1e300 > -5", "true");
    }

    #[test]
    fn flags_compare_as_sets() {
        for source in [
            r#"flags == "A | C""#,
            r#"flags == ["C", "A"]"#,
            "flags == 5",
            r#"flags != "A""#,
            r#""A" in flags"#,
            r#"(flags & "A") == 1"#,
        ] {
            check(source, "true");
        }
        check(r#"(flags - "A" + "B").to_string()"#, "B | C");
        check(
            "flags > 3",
            "Runtime error: a flag set > an integer has no answer",
        );
        check(
            r#"flags == "D""#,
            r#"Runtime error: Options has no flag "D" (A, B, C)"#,
        );
    }

    #[test]
    fn lists_and_maps_are_equal_by_their_values() {
        for source in [
            "[1, 2.0] == [1.0, 2]",
            "[1] != [2]",
            "#{a: [1]} == #{a: [1]}",
            "#{a: 1} != #{b: 1}",
            r#"[1] != ["1"]"#,
            "[] == []",
        ] {
            check(source, "true");
        }
    }

    #[test]
    fn the_other_types_of_the_language_keep_their_comparisons() {
        for source in [
            "'a' < 'b'",
            "\"a\" == 'a'",
            "timestamp() >= timestamp() - 1.0",
            "(1..3) == (1..3)",
            "true > false",
            "\"a\" < \"b\"",
        ] {
            check(source, "true");
        }
        check("1 + 2 == 3 && 2 < 3 == true", "true");
        check("[3, 1, 2].sort() == () || true", "true");
        check("let a = [3, 1]; a.sort(); a == [1, 3]", "true");
        check("[1, \"a\"].contains(\"a\")", "true");
    }
}

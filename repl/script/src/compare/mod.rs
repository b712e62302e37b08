//! Comparisons, in which nothing is false because its two sides can never be compared.
//!
//! Rhai's own operators call `"5" > 3`, `p.live == 1` and `p.quote > 3` false. Scripts here are parsed with
//! the six comparison operators turned into ones of ours (see [`install`]). They ask [`memglass_value::compare`],
//! which has the rules, and raise an error where it has no answer.

mod operand;
mod order;

use std::rc::Rc;
use std::time::Duration;

use memglass_syntax::COMPARISONS;
use memglass_value::compare::Operator;
use memglass_value::number::{Integer, Number};
use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT, NativeCallContext};

use self::operand::{answer, incomparable};
use super::error::raise;
use super::flags::FlagSet;
use super::place::Place;
use super::symbols::Symbols;

pub(crate) use operand::{Sortable, operand};
pub(crate) use order::sorted;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers our comparisons; [`memglass_syntax::install_tokens`] has them parsed in place of Rhai's.
pub(crate) fn install(engine: &mut Engine, symbols: &Rc<Symbols>) {
    memglass_syntax::declare_comparisons(engine);
    for (operator, (original, name, _)) in Operator::ALL.into_iter().zip(COMPARISONS) {
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
    engine.register_fn(name, move |a: INT, b: INT| operator.holds(Some(a.cmp(&b))));
    engine.register_fn(name, move |a: FLOAT, b: FLOAT| {
        operator.holds(a.partial_cmp(&b))
    });
    engine.register_fn(name, move |a: INT, b: FLOAT| {
        operator.holds(Number::from(a).partial_cmp(&b.into()))
    });
    engine.register_fn(name, move |a: FLOAT, b: INT| {
        operator.holds(Number::from(a).partial_cmp(&b.into()))
    });
    engine.register_fn(name, move |a: bool, b: bool| {
        operator.holds(Some(a.cmp(&b)))
    });
}

fn compare(
    call: &NativeCallContext,
    symbols: &Symbols,
    operator: Operator,
    original: &str,
    a: Dynamic,
    b: Dynamic,
) -> Result<bool> {
    if let Some(answer) = answer(symbols, &a, operator, &b)? {
        return Ok(answer);
    }
    match of_own_type(call, original, &a, &b)? {
        Some(answer) => Ok(answer),
        None => Err(incomparable(&a, &b)),
    }
}

/// Whether two values are equal; what cannot be compared is not.
pub(crate) fn is_equal(
    call: &NativeCallContext,
    symbols: &Symbols,
    a: &Dynamic,
    b: &Dynamic,
) -> Result<bool> {
    if let Some(answer) = answer(symbols, a, Operator::Equal, b)? {
        return Ok(answer);
    }
    Ok(of_own_type(call, "==", a, b)?.unwrap_or(false))
}

/// The answer of the operator that values of a type have for themselves, such as moments.
fn of_own_type(
    call: &NativeCallContext,
    original: &str,
    a: &Dynamic,
    b: &Dynamic,
) -> Result<Option<bool>> {
    if a.type_id() != b.type_id()
        || a.is_unit()
        || a.is_map()
        || a.is_array()
        || a.is::<Place>()
        || a.is::<FlagSet>()
    {
        return Ok(None);
    }
    let (mut left, mut right) = (a.clone(), b.clone());
    match call.call_native_fn_raw(original, true, &mut [&mut left, &mut right]) {
        Ok(answer) => answer.as_bool().map(Some).map_err(raise),
        // A type whose values nobody compares.
        Err(error) if matches!(*error, EvalAltResult::ErrorFunctionNotFound(..)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Registers Rhai's own operators for the types it does not know, for its library functions.
pub(crate) fn register_library(engine: &mut Engine, symbols: &Rc<Symbols>) {
    register_for::<Integer>(engine, symbols);
    register_for::<FlagSet>(engine, symbols);
    register_for::<Place>(engine, symbols);
    register_for::<Duration>(engine, symbols);
}

fn register_for<T: Clone + 'static>(engine: &mut Engine, symbols: &Rc<Symbols>) {
    for (operator, (original, ..)) in Operator::ALL.into_iter().zip(COMPARISONS) {
        let (left, right) = (symbols.clone(), symbols.clone());
        engine.register_fn(original, move |a: T, b: Dynamic| {
            answer(&left, &Dynamic::from(a), operator, &b)
                .map(|answer| answer.unwrap_or(operator == Operator::NotEqual))
        });
        engine.register_fn(original, move |a: Dynamic, b: T| {
            answer(&right, &a, operator, &Dynamic::from(b))
                .map(|answer| answer.unwrap_or(operator == Operator::NotEqual))
        });
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Arc;

    use memglass::schema::Variant;
    use memglass_value::names::FlagNames;

    use super::*;
    use crate::flags;
    use crate::{duration, wide};

    /// An engine with `status` = OPEN (1) of PENDING, OPEN, FILLED and `flags` = A | C of A, B, C.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let symbols = Rc::new(Symbols::default());
        let mut engine = Engine::new();
        wide::register(&mut engine);
        flags::register(&mut engine, &symbols);
        duration::register(&mut engine);
        install(&mut engine, &symbols);
        let text = Rc::new(RefCell::new(source.to_owned()));
        memglass_syntax::install_tokens(&mut engine, &text, &Arc::default());
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
                of: Arc::new(set),
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
            r#"Runtime error: cannot compare text with an integer"#,
        );
        check(
            "true == 1",
            "Runtime error: cannot compare a bool with an integer; a bool is compared with true or false",
        );
        check("() > 3", "Runtime error: cannot compare () with an integer");
        check("() > ()", "Runtime error: cannot compare () with ()");
        check(
            "[1] < 2",
            "Runtime error: cannot compare an array with an integer",
        );
        check(
            "1.s > 1",
            "Runtime error: cannot compare a duration with an integer",
        );
        check(
            "#{a: 1} != 3",
            "Runtime error: cannot compare a map with an integer",
        );
        check(
            "let x = true; if x == 1 { 1 }",
            "Runtime error: cannot compare a bool with an integer",
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
            r#"status == "open""#,
            r#""Filled" > status"#,
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
            r#"flags == "a | c" && "a" in flags && flags.has(["c"])"#,
            r#"(flags & "A") == 1"#,
        ] {
            check(source, "true");
        }
        check(r#"(flags - "A" + "B").to_string()"#, "B | C");
        check(
            "flags > 3",
            "Runtime error: cannot compare a flag set with an integer",
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

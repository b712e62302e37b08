//! Integers that do not fit into Rhai's own 64-bit signed one.
//!
//! A field of 64 unsigned or 128 bits reads as an ordinary integer when its value fits and as an [`Integer`]
//! when it does not; results of arithmetic turn back as soon as they fit. Nothing wraps or becomes a float.

use memglass::schema::Range;
use memglass_value::number::{Integer, Number, Operation};
use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT};

use super::error::raise;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The shortest form of an integer for a script.
pub(crate) fn dynamic(number: Integer) -> Dynamic {
    number
        .as_i64()
        .map_or_else(|| Dynamic::from(number), Dynamic::from_int)
}

/// A number for a script.
pub(crate) fn of_number(number: Number) -> Dynamic {
    match number {
        Number::Integer(number) => dynamic(number),
        Number::Float(number) => Dynamic::from_float(number),
    }
}

/// An integer of a script, ordinary or wide.
pub(crate) fn integer(value: &Dynamic) -> Option<Integer> {
    match value.as_int() {
        Ok(number) => Some(number.into()),
        Err(_) => value.read_lock::<Integer>().map(|number| *number),
    }
}

/// A number of a script.
pub(crate) fn number(value: &Dynamic) -> Option<Number> {
    match value.as_float() {
        Ok(number) => Some(Number::Float(number)),
        Err(_) => integer(value).map(Number::Integer),
    }
}

/// Registers the operators, and the functions that make wide integers of text.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Integer>("integer");
    for operation in Operation::ALL {
        register_pairs(engine, operation);
    }
    engine.register_fn("-", |a: Integer| {
        apply(Operation::Subtract, Integer::ZERO, a)
    });
    engine
        .register_fn("to_string", |a: Integer| a.to_string())
        .register_fn("to_debug", |a: Integer| a.to_string());
    engine.register_fn("to_float", Integer::as_f64);
    engine.register_fn("to_int", |a: Integer| -> Result<INT> {
        Err(raise(format_args!("{a} does not fit into 64 signed bits")))
    });
    register_literals(engine);
}

fn register_pairs(engine: &mut Engine, operation: Operation) {
    let sign = operation.sign();
    engine.register_fn(sign, move |a: Integer, b: Integer| apply(operation, a, b));
    engine.register_fn(sign, move |a: Integer, b: INT| apply(operation, a, b));
    engine.register_fn(sign, move |a: INT, b: Integer| apply(operation, a, b));
    if !operation.is_on_bits() {
        engine.register_fn(sign, move |a: Integer, b: FLOAT| apply(operation, a, b));
        engine.register_fn(sign, move |a: FLOAT, b: Integer| apply(operation, a, b));
    }
}

fn apply(operation: Operation, a: impl Into<Number>, b: impl Into<Number>) -> Result<Dynamic> {
    operation
        .of(a.into(), b.into())
        .map(of_number)
        .map_err(raise)
}

/// Ranges of the functions that are named after types.
const LITERALS: [(&str, Integer, Integer); 4] = [
    (
        "i64",
        Integer::signed(i64::MIN as i128),
        Integer::signed(i64::MAX as i128),
    ),
    ("u64", Integer::ZERO, Integer::signed(u64::MAX as i128)),
    (
        "i128",
        Integer::signed(i128::MIN),
        Integer::signed(i128::MAX),
    ),
    ("u128", Integer::ZERO, Integer::MAX),
];

fn register_literals(engine: &mut Engine) {
    for (name, least, greatest) in LITERALS {
        let check = move |number: Integer| -> Result<Dynamic> {
            if !(least..=greatest).contains(&number) {
                return Err(raise(format_args!(
                    "{number} does not fit {name} ({})",
                    Range::of(least, greatest)
                )));
            }
            Ok(dynamic(number))
        };
        engine.register_fn(name, move |text: &str| {
            check(
                Integer::parse(text)
                    .ok_or_else(|| raise(format_args!("{text:?} cannot be read as {name}")))?,
            )
        });
        engine.register_fn(name, move |number: INT| check(number.into()));
        engine.register_fn(name, move |number: Integer| check(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let mut engine = Engine::new();
        register(&mut engine);
        let result = engine.eval::<Dynamic>(source);
        let text = match result {
            Ok(value) => {
                integer(&value).map_or_else(|| value.to_string(), |number| number.to_string())
            }
            Err(error) => error.to_string(),
        };
        assert!(text.starts_with(expected), "{source}: {text}");
    }

    #[test]
    fn pitfall_08_the_largest_unsigned_numbers_are_kept() {
        check(r#"u64("18446744073709551615")"#, "18446744073709551615");
        check(r#"u64("0xffff_ffff_ffff_ffff")"#, "18446744073709551615");
        check(
            r#"u128("340282366920938463463374607431768211455")"#,
            "340282366920938463463374607431768211455",
        );
        check(
            r#"i128("-170141183460469231731687303715884105728")"#,
            "-170141183460469231731687303715884105728",
        );
    }

    #[test]
    fn pitfall_08_mixed_operators_neither_wrap_nor_round() {
        check(r#"u64("18446744073709551615") - 1"#, "18446744073709551614");
        check(r#"1 + u64("18446744073709551615")"#, "18446744073709551616");
        check(
            r#"u64("18446744073709551615") * u64("18446744073709551615")"#,
            "340282366920938463426481119284349108225",
        );
        check(
            r#"let x = u64("9223372036854775808"); x -= 1; type_of(x)"#,
            "i64",
        );
        check(r#"-u64("9223372036854775808")"#, "-9223372036854775808");
        check(
            r#"0 - u128("340282366920938463463374607431768211455")"#,
            "Runtime error: 0 - 3402823669",
        );
        check(r#"u64("18446744073709551615") & 0xff"#, "255");
        check(r#"u64("18446744073709551615") / 2.0"#, "9.22337203685477");
    }

    #[test]
    fn overflow_and_division_by_zero_are_errors() {
        check(
            r#"u128("340282366920938463463374607431768211455") + 1"#,
            "Runtime error: 3402823669209384634633746",
        );
        check(
            r#"u64("18446744073709551615") % 0"#,
            "Runtime error: 18446744073709551615 % 0: division by zero",
        );
        check(
            r#"u64("18446744073709551615").to_int()"#,
            "Runtime error: 18446744073709551615 does not fit",
        );
    }

    #[test]
    fn what_is_no_number_of_the_type_is_refused() {
        check(
            r#"u64("18446744073709551616")"#,
            "Runtime error: 18446744073709551616 does not fit u64 (0..=18446744073709551615)",
        );
        check(r#"u64(-1)"#, "Runtime error: -1 does not fit u64");
        check(
            r#"u64("1e5")"#,
            "Runtime error: \"1e5\" cannot be read as u64",
        );
        check(
            r#"u64("--5")"#,
            "Runtime error: \"--5\" cannot be read as u64",
        );
    }
}

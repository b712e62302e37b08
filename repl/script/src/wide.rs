//! Integers that do not fit into Rhai's own 64-bit signed one.
//!
//! A field of 64 unsigned or 128 bits reads as an ordinary integer when its value fits and as a [`Wide`]
//! when it does not; results of arithmetic turn back as soon as they fit. Nothing wraps or becomes a float.

use std::cmp::Ordering;
use std::fmt;

use memglass::Value;
use memglass::schema::Range;
use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT};

use super::error::raise;

/// An integer outside of the range of [`INT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wide {
    /// One that 128 signed bits hold.
    Signed(i128),
    /// One above those.
    Unsigned(u128),
}

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

impl Wide {
    /// The shortest form of an integer for a script.
    pub(crate) fn dynamic(self) -> Dynamic {
        match self.normal() {
            Wide::Signed(number) => match INT::try_from(number) {
                Ok(number) => Dynamic::from_int(number),
                Err(_) => Dynamic::from(Wide::Signed(number)),
            },
            large => Dynamic::from(large),
        }
    }

    /// An integer of a script, ordinary or wide.
    pub(crate) fn of(value: &Dynamic) -> Option<Self> {
        match value.as_int() {
            Ok(number) => Some(Wide::Signed(number.into())),
            Err(_) => value.read_lock::<Wide>().map(|wide| *wide),
        }
    }

    /// As a value to write.
    pub(crate) fn value(self) -> Value {
        match self.normal() {
            Wide::Signed(number) => Value::I128(number),
            Wide::Unsigned(number) => Value::U128(number),
        }
    }

    /// The nearest float.
    pub(crate) fn as_float(self) -> FLOAT {
        match self {
            Wide::Signed(number) => number as FLOAT,
            Wide::Unsigned(number) => number as FLOAT,
        }
    }

    /// The exact sum, if 128 bits hold it.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        self.compute(other, i128::checked_add, u128::checked_add)
    }

    /// Exact order of two integers.
    pub(crate) fn order(self, other: Self) -> Ordering {
        match (self.normal(), other.normal()) {
            (Wide::Signed(a), Wide::Signed(b)) => a.cmp(&b),
            (Wide::Unsigned(a), Wide::Unsigned(b)) => a.cmp(&b),
            (Wide::Signed(_), Wide::Unsigned(_)) => Ordering::Less,
            (Wide::Unsigned(_), Wide::Signed(_)) => Ordering::Greater,
        }
    }

    /// Parses decimal, `0x`, `0o` or `0b` digits; underscores are ignored.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('_', "");
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let (digits, radix) = match digits.get(..2) {
            Some("0x" | "0X") => (&digits[2..], 16),
            Some("0o" | "0O") => (&digits[2..], 8),
            Some("0b" | "0B") => (&digits[2..], 2),
            _ => (digits, 10),
        };
        if digits.starts_with(['+', '-']) {
            return None;
        }
        let size = u128::from_str_radix(digits, radix).ok()?;
        if !negative {
            return Some(Wide::Unsigned(size).normal());
        }
        0i128.checked_sub_unsigned(size).map(Wide::Signed)
    }

    /// `Signed` whenever it holds the number.
    fn normal(self) -> Self {
        match self {
            Wide::Unsigned(number) => i128::try_from(number).map_or(self, Wide::Signed),
            signed => signed,
        }
    }

    /// Both numbers signed or both unsigned, if one of them fits both.
    fn compute(
        self,
        other: Self,
        signed: impl Fn(i128, i128) -> Option<i128>,
        unsigned: impl Fn(u128, u128) -> Option<u128>,
    ) -> Option<Self> {
        if let (Wide::Signed(a), Wide::Signed(b)) = (self.normal(), other.normal())
            && let Some(result) = signed(a, b)
        {
            return Some(Wide::Signed(result));
        }
        unsigned(self.unsigned()?, other.unsigned()?).map(Wide::Unsigned)
    }

    fn unsigned(self) -> Option<u128> {
        match self {
            Wide::Signed(number) => u128::try_from(number).ok(),
            Wide::Unsigned(number) => Some(number),
        }
    }
}

impl fmt::Display for Wide {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wide::Signed(number) => number.fmt(out),
            Wide::Unsigned(number) => number.fmt(out),
        }
    }
}

/// One operator on two wide integers.
type Operation = fn(Wide, Wide) -> Option<Wide>;

/// The same operator where one of the two is a float.
type FloatOperation = fn(FLOAT, FLOAT) -> FLOAT;

const OPERATIONS: [(&str, Operation, FloatOperation); 6] = [
    ("+", Wide::plus, |a, b| a + b),
    ("-", |a, b| subtract(a, b), |a, b| a - b),
    (
        "*",
        |a, b| a.compute(b, i128::checked_mul, u128::checked_mul),
        |a, b| a * b,
    ),
    (
        "/",
        |a, b| a.compute(b, i128::checked_div, u128::checked_div),
        |a, b| a / b,
    ),
    (
        "%",
        |a, b| a.compute(b, i128::checked_rem, u128::checked_rem),
        |a, b| a % b,
    ),
    ("**", |a, b| power(a, b), FLOAT::powf),
];

const BIT_OPERATIONS: [(&str, Operation); 3] = [
    ("&", |a, b| {
        a.compute(b, |a, b| Some(a & b), |a, b| Some(a & b))
    }),
    ("|", |a, b| {
        a.compute(b, |a, b| Some(a | b), |a, b| Some(a | b))
    }),
    ("^", |a, b| {
        a.compute(b, |a, b| Some(a ^ b), |a, b| Some(a ^ b))
    }),
];

/// The difference may fit although one of the numbers is larger than any signed one.
fn subtract(a: Wide, b: Wide) -> Option<Wide> {
    if let Some(result) = a.compute(b, i128::checked_sub, u128::checked_sub) {
        return Some(result);
    }
    let (a, b) = (a.unsigned()?, b.unsigned()?);
    0i128
        .checked_sub_unsigned(b.checked_sub(a)?)
        .map(Wide::Signed)
}

fn power(base: Wide, exponent: Wide) -> Option<Wide> {
    let Wide::Signed(exponent) = exponent.normal() else {
        return None;
    };
    let exponent = u32::try_from(exponent).ok()?;
    base.compute(
        Wide::Signed(0),
        |base, _| base.checked_pow(exponent),
        |base, _| base.checked_pow(exponent),
    )
}

/// Registers the operators, and the functions that make wide integers of text.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Wide>("integer");
    for (name, operation, float) in OPERATIONS {
        register_pairs(engine, name, operation);
        engine.register_fn(name, move |a: Wide, b: FLOAT| float(a.as_float(), b));
        engine.register_fn(name, move |a: FLOAT, b: Wide| float(a, b.as_float()));
    }
    for (name, operation) in BIT_OPERATIONS {
        register_pairs(engine, name, operation);
    }
    engine.register_fn("-", |a: Wide| {
        apply("-", |a, b| subtract(b, a), a, Wide::Signed(0))
    });
    engine
        .register_fn("to_string", |a: Wide| a.to_string())
        .register_fn("to_debug", |a: Wide| a.to_string());
    engine.register_fn("to_float", Wide::as_float);
    engine.register_fn("to_int", |a: Wide| -> Result<INT> {
        Err(raise(format_args!("{a} does not fit into 64 signed bits")))
    });
    register_literals(engine);
}

fn register_pairs(engine: &mut Engine, name: &'static str, operation: Operation) {
    engine.register_fn(name, move |a: Wide, b: Wide| apply(name, operation, a, b));
    engine.register_fn(name, move |a: Wide, b: INT| {
        apply(name, operation, a, Wide::Signed(b.into()))
    });
    engine.register_fn(name, move |a: INT, b: Wide| {
        apply(name, operation, Wide::Signed(a.into()), b)
    });
}

fn apply(name: &str, operation: Operation, a: Wide, b: Wide) -> Result<Dynamic> {
    if matches!(name, "/" | "%") && b.order(Wide::Signed(0)).is_eq() {
        return Err(raise(format_args!("{a} {name} 0: division by zero")));
    }
    operation(a, b)
        .map(Wide::dynamic)
        .ok_or_else(|| raise(format_args!("{a} {name} {b} does not fit into 128 bits")))
}

/// Ranges of the functions that are named after types.
const LITERALS: [(&str, Wide, Wide); 4] = [
    (
        "i64",
        Wide::Signed(i64::MIN as i128),
        Wide::Signed(i64::MAX as i128),
    ),
    ("u64", Wide::Signed(0), Wide::Signed(u64::MAX as i128)),
    ("i128", Wide::Signed(i128::MIN), Wide::Signed(i128::MAX)),
    ("u128", Wide::Signed(0), Wide::Unsigned(u128::MAX)),
];

fn register_literals(engine: &mut Engine) {
    for (name, least, greatest) in LITERALS {
        let check = move |number: Wide| -> Result<Dynamic> {
            if number.order(least).is_lt() || number.order(greatest).is_gt() {
                return Err(raise(format_args!(
                    "{number} does not fit {name} ({})",
                    Range::of(least, greatest)
                )));
            }
            Ok(number.dynamic())
        };
        engine.register_fn(name, move |text: &str| {
            check(
                Wide::parse(text)
                    .ok_or_else(|| raise(format_args!("{text:?} cannot be read as {name}")))?,
            )
        });
        engine.register_fn(name, move |number: INT| check(Wide::Signed(number.into())));
        engine.register_fn(name, move |number: Wide| check(number));
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
                Wide::of(&value).map_or_else(|| value.to_string(), |wide| wide.to_string())
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

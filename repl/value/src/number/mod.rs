//! Numbers: integers of all widths and floats together, in order and in arithmetic.
//!
//! - Integers of all widths compare exactly with each other and with floats: `u64::MAX` is not `u64::MAX as f64`.
//! - What is not a number (`NaN`) is unequal to everything, itself included.
//! - Two integers that 64 signed bits hold give one that they hold, or an error. Where one of the two is wider, 128
//!   bits must hold the result. Nothing wraps or becomes a float.
//! - A float beside an integer makes the result a float.

mod integer;

use std::cmp::Ordering;

use memglass::Value;

pub use integer::Integer;

/// An integer or a float.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// An integer of any width.
    Integer(Integer),
    /// A float; one of 32 bits is the one of 64 bits [with the same digits](as_written).
    Float(f64),
}

use Number::{Float, Integer as Whole};

impl Number {
    /// The number that a value is. An enum's value and flags are more than numbers, and a bool is none.
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::I64(number) => Whole((*number).into()),
            Value::U64(number) | Value::Address(number) => Whole((*number).into()),
            Value::I128(number) => Whole(Integer::signed(*number)),
            Value::U128(number) => Whole((*number).into()),
            Value::F32(number) => Float(as_written(*number)),
            Value::F64(number) => Float(*number),
            _ => return None,
        })
    }

    /// As a value to write.
    pub fn value(self) -> Value {
        match self {
            Whole(number) => number.as_i64().map_or_else(|| number.value(), Value::I64),
            Float(number) => Value::F64(number),
        }
    }

    /// The nearest float.
    pub fn as_f64(self) -> f64 {
        match self {
            Whole(number) => number.as_f64(),
            Float(number) => number,
        }
    }

    /// The sum, which is exact for integers of any width; `None` if 128 bits do not hold it.
    pub fn exact_sum(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Whole(a), Whole(b)) => a.checked_add(b).map(Whole),
            _ => Some(Float(self.as_f64() + other.as_f64())),
        }
    }

    /// Whether it is a float that is not a number.
    pub fn is_nan(self) -> bool {
        matches!(self, Float(number) if number.is_nan())
    }
}

impl From<Integer> for Number {
    fn from(number: Integer) -> Self {
        Whole(number)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Whole(number.into())
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Float(number)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Whole(a), Whole(b)) => Some(a.cmp(b)),
            (Float(a), Float(b)) => a.partial_cmp(b),
            (Whole(a), Float(b)) => order_float(*a, *b),
            (Float(a), Whole(b)) => order_float(*b, *a).map(Ordering::reverse),
        }
    }
}

/// Exact order of an integer and a float.
fn order_float(number: Integer, float: f64) -> Option<Ordering> {
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
        Integer::signed(floor as i128)
    } else {
        Integer::from(floor as u128)
    };
    let fraction = if float > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    Some(number.cmp(&whole).then(fraction))
}

/// The float that prints with the same digits: 0.1 for the 32-bit 0.1.
pub fn as_written(value: f32) -> f64 {
    let wide = f64::from(value);
    if wide.fract() == 0.0 || !wide.is_finite() {
        return wide;
    }
    value.to_string().parse().unwrap_or(wide)
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    And,
    Or,
    Xor,
}

use Operation::{Add, And, Divide, Multiply, Or, Power, Remainder, Subtract, Xor};

/// Why two numbers have no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArithmeticError {
    /// An integer was divided by zero.
    #[error("{dividend} {sign} 0: division by zero")]
    DivisionByZero {
        /// What was divided.
        dividend: Integer,
        /// `/` or `%`.
        sign: &'static str,
    },
    /// The result is too large, or is no integer.
    #[error("{left} {sign} {right} does not fit into {bits} bits")]
    Overflow {
        /// The left number.
        left: Integer,
        /// The operation.
        sign: &'static str,
        /// The right number.
        right: Integer,
        /// The bits that the result may have.
        bits: u32,
    },
    /// Only integers have bits.
    #[error("{sign} takes integers")]
    Bits {
        /// The operation.
        sign: &'static str,
    },
}

impl Operation {
    /// All of them; those on bits come last.
    pub const ALL: [Self; 9] = [
        Add, Subtract, Multiply, Divide, Remainder, Power, And, Or, Xor,
    ];

    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Add => "+",
            Subtract => "-",
            Multiply => "*",
            Divide => "/",
            Remainder => "%",
            Power => "**",
            And => "&",
            Or => "|",
            Xor => "^",
        }
    }

    /// Whether it is one on bits, which floats do not have.
    pub fn is_on_bits(self) -> bool {
        matches!(self, And | Or | Xor)
    }

    /// The result for two numbers.
    ///
    /// # Errors
    ///
    /// [`ArithmeticError`]: an integer was divided by zero, the result does not fit, or floats have no bits.
    pub fn of(self, left: Number, right: Number) -> Result<Number, ArithmeticError> {
        match (left, right) {
            (Whole(left), Whole(right)) => self.of_integers(left, right).map(Whole),
            _ => self.of_floats(left.as_f64(), right.as_f64()).map(Float),
        }
    }

    fn of_integers(self, left: Integer, right: Integer) -> Result<Integer, ArithmeticError> {
        let sign = self.sign();
        if matches!(self, Divide | Remainder) && right == Integer::ZERO {
            let dividend = left;
            return Err(ArithmeticError::DivisionByZero { dividend, sign });
        }
        let narrow = left.as_i64().is_some() && right.as_i64().is_some();
        let fits = |result: &Integer| !narrow || result.as_i64().is_some();
        // The least number and -1 have no quotient, and therefore no remainder.
        let is_whole = self != Remainder || Divide.exact(left, right).is_some_and(|q| fits(&q));
        self.exact(left, right)
            .filter(|result| is_whole && fits(result))
            .ok_or(ArithmeticError::Overflow {
                left,
                sign,
                right,
                bits: if narrow { 64 } else { 128 },
            })
    }

    fn exact(self, a: Integer, b: Integer) -> Option<Integer> {
        match self {
            Add => a.checked_add(b),
            Subtract => a.checked_sub(b),
            Multiply => a.both(b, i128::checked_mul, u128::checked_mul),
            Divide => a.both(b, i128::checked_div, u128::checked_div),
            Remainder => a.both(b, i128::checked_rem, u128::checked_rem),
            Power => a.checked_pow(b),
            And => a.both(b, |a, b| Some(a & b), |a, b| Some(a & b)),
            Or => a.both(b, |a, b| Some(a | b), |a, b| Some(a | b)),
            Xor => a.both(b, |a, b| Some(a ^ b), |a, b| Some(a ^ b)),
        }
    }

    fn of_floats(self, a: f64, b: f64) -> Result<f64, ArithmeticError> {
        Ok(match self {
            Add => a + b,
            Subtract => a - b,
            Multiply => a * b,
            Divide => a / b,
            Remainder => a % b,
            Power => a.powf(b),
            And | Or | Xor => return Err(ArithmeticError::Bits { sign: self.sign() }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: u64 = u64::MAX;

    fn number(value: impl Into<Value>) -> Number {
        Number::of(&value.into()).expect("a number")
    }

    /// What comes out, as text.
    #[track_caller]
    fn check(a: impl Into<Value>, sign: &str, b: impl Into<Value>, expected: &str) {
        let mut all = Operation::ALL.into_iter();
        let operation = all.find(|operation| operation.sign() == sign);
        let result = operation
            .expect("an operation")
            .of(number(a), number(b))
            .map_or_else(
                |error| error.to_string(),
                |result| result.value().to_string(),
            );
        assert_eq!(result, expected);
    }

    #[test]
    fn integers_that_64_bits_hold_stay_so() {
        check(2, "+", 3u64, "5");
        check(
            i64::MAX,
            "+",
            1,
            "9223372036854775807 + 1 does not fit into 64 bits",
        );
        check(
            i64::MIN,
            "/",
            -1,
            "-9223372036854775808 / -1 does not fit into 64 bits",
        );
        check(
            i64::MIN,
            "%",
            -1,
            "-9223372036854775808 % -1 does not fit into 64 bits",
        );
        check(-7, "/", 2, "-3");
        check(2, "**", -1, "2 ** -1 does not fit into 64 bits");
    }

    #[test]
    fn wider_ones_are_exact_in_128_bits() {
        check(1, "+", WORD, "18446744073709551616");
        check(WORD, "-", WORD, "0");
        check(0, "-", WORD, "-18446744073709551615");
        check(WORD, "&", 0xff, "255");
        check(WORD, "*", WORD, "340282366920938463426481119284349108225");
        check(
            u128::MAX,
            "+",
            1,
            "340282366920938463463374607431768211455 + 1 does not fit into 128 bits",
        );
        check(
            0,
            "-",
            u128::MAX,
            "0 - 340282366920938463463374607431768211455 does not fit into 128 bits",
        );
    }

    #[test]
    fn division_by_zero_is_an_error_of_integers_alone() {
        check(5, "/", 0, "5 / 0: division by zero");
        check(WORD, "%", 0, "18446744073709551615 % 0: division by zero");
        check(1.0, "/", 0, "inf");
    }

    #[test]
    fn a_float_makes_floats() {
        check(1, "+", 0.5, "1.5");
        check(WORD, "/", 2.0, "9223372036854776000");
        check(1.5, "|", 1, "| takes integers");
    }

    #[test]
    fn order_is_exact_across_widths_and_floats() {
        assert!(number(WORD) > number(i64::MAX));
        assert!(number(-1) < number(u128::MAX));
        assert!(number(WORD) < number(18_446_744_073_709_551_616.0));
        assert!(number(9_007_199_254_740_993i64) > number(9_007_199_254_740_992.0));
        assert!(number(-2) < number(-1.5) && number(-1.5) < number(-1));
        assert!(number(1e300) > number(u128::MAX) && number(-1e300) < number(i128::MIN));
        assert!(number(0.1f32) == number(0.1));
        assert!(number(f64::NAN) != number(f64::NAN));
        assert_eq!(number(1).partial_cmp(&number(f64::NAN)), None);
    }

    #[test]
    fn pitfall_09_a_32_bit_float_is_the_float_with_the_same_digits() {
        for (narrow, wide) in [
            (0.1f32, 0.1),
            (1e-8, 1e-8),
            (16_777_216.0, 16_777_216.0),
            (3.402_823_5e38, f64::from(f32::MAX)),
        ] {
            assert_eq!(as_written(narrow), wide);
        }
        assert!(as_written(f32::NAN).is_nan());
    }
}

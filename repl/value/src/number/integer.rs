//! Integers of all widths as one type.

use std::fmt;

use memglass::Value;

/// An integer that 128 bits hold, signed or unsigned.
///
/// Integers are equal and ordered as numbers, whatever the width they came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Integer(Held);

/// `Large` holds only what `Signed` cannot. So the derived order is the order of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Signed(i128),
    Large(u128),
}

use Held::{Large, Signed};

impl Integer {
    /// Zero.
    pub const ZERO: Self = Self::signed(0);

    /// The greatest of all.
    pub const MAX: Self = Self(Large(u128::MAX));

    /// A signed number.
    pub const fn signed(number: i128) -> Self {
        Self(Signed(number))
    }

    /// As a value to write.
    pub fn value(self) -> Value {
        match self.0 {
            Signed(number) => Value::I128(number),
            Large(number) => Value::U128(number),
        }
    }

    /// The nearest float.
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Signed(number) => number as f64,
            Large(number) => number as f64,
        }
    }

    /// The number, if 64 signed bits hold it.
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Signed(number) => i64::try_from(number).ok(),
            Large(_) => None,
        }
    }

    /// The number, if 128 signed bits hold it.
    pub fn as_i128(self) -> Option<i128> {
        match self.0 {
            Signed(number) => Some(number),
            Large(_) => None,
        }
    }

    /// The number, if 64 unsigned bits hold it.
    pub fn as_u64(self) -> Option<u64> {
        u64::try_from(self.as_u128()?).ok()
    }

    /// The number, if it is not negative.
    pub fn as_u128(self) -> Option<u128> {
        match self.0 {
            Signed(number) => u128::try_from(number).ok(),
            Large(number) => Some(number),
        }
    }

    /// Parses decimal, `0x`, `0o` or `0b` digits; underscores are ignored.
    pub fn parse(text: &str) -> Option<Self> {
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
            return Some(size.into());
        }
        0i128.checked_sub_unsigned(size).map(Self::signed)
    }

    /// The exact sum, if 128 bits hold it.
    pub(super) fn checked_add(self, other: Self) -> Option<Self> {
        self.both(other, i128::checked_add, u128::checked_add)
    }

    /// The exact difference, which 128 bits may hold although one of the numbers is larger than any signed one.
    pub(super) fn checked_sub(self, other: Self) -> Option<Self> {
        self.both(other, i128::checked_sub, u128::checked_sub)
            .or_else(|| {
                let (a, b) = (self.as_u128()?, other.as_u128()?);
                0i128
                    .checked_sub_unsigned(b.checked_sub(a)?)
                    .map(Self::signed)
            })
    }

    /// The exact power.
    pub(super) fn checked_pow(self, exponent: Self) -> Option<Self> {
        let exponent = u32::try_from(exponent.as_i128()?).ok()?;
        self.both(
            Self::ZERO,
            |base, _| base.checked_pow(exponent),
            |base, _| base.checked_pow(exponent),
        )
    }

    /// Computes with both numbers signed, or with both unsigned where that has no result.
    pub(super) fn both(
        self,
        other: Self,
        signed: impl Fn(i128, i128) -> Option<i128>,
        unsigned: impl Fn(u128, u128) -> Option<u128>,
    ) -> Option<Self> {
        if let (Signed(a), Signed(b)) = (self.0, other.0)
            && let Some(result) = signed(a, b)
        {
            return Some(Self::signed(result));
        }
        unsigned(self.as_u128()?, other.as_u128()?).map(Self::from)
    }
}

impl From<i64> for Integer {
    fn from(number: i64) -> Self {
        Self::signed(number.into())
    }
}

impl From<u64> for Integer {
    fn from(number: u64) -> Self {
        Self::signed(number.into())
    }
}

impl From<u128> for Integer {
    fn from(number: u128) -> Self {
        Self(i128::try_from(number).map_or(Large(number), Signed))
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Signed(number) => number.fmt(out),
            Large(number) => number.fmt(out),
        }
    }
}

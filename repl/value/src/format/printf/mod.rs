//! Formats in the style of C's `printf`, with one conversion.
//!
//! They come out of shared memory: nothing in one can make the text longer than a few hundred
//! characters, and what is not a format is refused when it is parsed.

mod parse;

use memglass::Value;

use self::parse::literal;
use super::number::{grouped, not_finite, unsigned};

/// The largest width and precision.
const MAX_WIDTH: usize = 64;

/// The longest format, in bytes.
const MAX_LENGTH: usize = 256;

/// A parsed format: literal text around one conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    before: String,
    after: String,
    spec: Spec,
}

/// Why a text is not a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// No `%` conversion, or more than one.
    #[error("a format needs one conversion such as %d")]
    NotOne,
    /// A conversion that is unknown, or breaks off.
    #[error("the conversion is none of d i u x X o b e E f F g G c s")]
    Conversion,
    /// More than 64.
    #[error("width and precision are at most {MAX_WIDTH}")]
    TooWide,
    /// More than 256 bytes.
    #[error("a format has at most {MAX_LENGTH} bytes")]
    TooLong,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flags {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    group: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spec {
    flags: Flags,
    width: usize,
    precision: Option<usize>,
    conversion: Conversion,
    upper: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conversion {
    Signed,
    Unsigned,
    Radix(u32),
    Fixed,
    Scientific,
    General,
    Character,
    Text,
}

/// Text of a number before padding.
struct Parts {
    sign: &'static str,
    prefix: &'static str,
    digits: String,
}

impl Format {
    /// Parses a format such as `%'d`, `0x%08x`, `%.2f V` or `%s`; `%%` is a percent sign.
    ///
    /// # Errors
    ///
    /// [`FormatError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        if text.len() > MAX_LENGTH {
            return Err(FormatError::TooLong);
        }
        let (before, rest) = literal(text)?;
        let rest = rest.ok_or(FormatError::NotOne)?;
        let (spec, rest) = Spec::parse(rest)?;
        match literal(rest)? {
            (after, None) => Ok(Self {
                before,
                after,
                spec,
            }),
            _ => Err(FormatError::NotOne),
        }
    }

    /// The text of `value`; `None` if the conversion is not for such a value.
    ///
    /// `bits` is the width of the field, for negative numbers under an unsigned conversion.
    pub fn apply(&self, value: &Value, bits: Option<u32>) -> Option<String> {
        let text = self.spec.apply(value, bits)?;
        Some(format!("{}{text}{}", self.before, self.after))
    }
}

impl Spec {
    fn apply(&self, value: &Value, bits: Option<u32>) -> Option<String> {
        match self.conversion {
            Conversion::Text => self.text(value),
            Conversion::Character => self.character(value),
            Conversion::Signed => self.signed(value),
            Conversion::Unsigned => self.radix(value, bits, 10),
            Conversion::Radix(radix) => self.radix(value, bits, radix),
            Conversion::Fixed | Conversion::Scientific | Conversion::General => self.float(value),
        }
    }

    fn text(&self, value: &Value) -> Option<String> {
        let text = match value {
            Value::List(_) | Value::Record(_) => return None,
            Value::Text(text) => text.clone(),
            other => other.to_string(),
        };
        let text = match self.precision {
            Some(count) => text.chars().take(count).collect(),
            None => text,
        };
        Some(self.padded(text))
    }

    fn character(&self, value: &Value) -> Option<String> {
        let code = u32::try_from(value.as_i128()?).ok()?;
        Some(self.padded(char::from_u32(code)?.to_string()))
    }

    fn signed(&self, value: &Value) -> Option<String> {
        let (negative, size) = whole(value)?;
        Some(self.number(Parts {
            sign: self.sign(negative),
            prefix: "",
            digits: self.integer(size.to_string()),
        }))
    }

    fn radix(&self, value: &Value, bits: Option<u32>, radix: u32) -> Option<String> {
        let size = match whole(value)? {
            (false, size) => size,
            (true, size) => unsigned(i128::try_from(size).ok()?.checked_neg()?, bits),
        };
        let (prefix, digits) = match (radix, self.upper) {
            (16, true) => ("0X", format!("{size:X}")),
            (16, false) => ("0x", format!("{size:x}")),
            (8, _) => ("0", format!("{size:o}")),
            (2, _) => ("0b", format!("{size:b}")),
            _ => ("", size.to_string()),
        };
        let prefix = if self.flags.alternate && size != 0 {
            prefix
        } else {
            ""
        };
        Some(self.number(Parts {
            sign: "",
            prefix,
            digits: self.integer(digits),
        }))
    }

    fn float(&self, value: &Value) -> Option<String> {
        let number = match value {
            Value::Bool(_) => return None,
            other => other.as_f64()?,
        };
        let sign = self.sign(number.is_sign_negative() && !number.is_nan());
        let size = number.abs();
        if !size.is_finite() {
            return Some(self.padded(format!("{sign}{}", not_finite(size))));
        }
        let precision = self.precision.unwrap_or(6);
        let digits = match self.conversion {
            Conversion::Scientific => scientific(size, precision),
            Conversion::General => general(size, precision.max(1), self.flags.alternate),
            _ => format!("{size:.precision$}"),
        };
        let digits = if self.upper {
            digits.to_uppercase()
        } else {
            digits
        };
        Some(self.number(Parts {
            sign,
            prefix: "",
            digits: self.grouped_whole(digits),
        }))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.flags.plus, self.flags.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    /// Digits of an integer with at least as many as the precision says.
    fn integer(&self, digits: String) -> String {
        let least = self.precision.unwrap_or(0);
        self.grouped_whole(format!("{digits:0>least$}"))
    }

    /// Groups the digits before the point or exponent, if the flag asks for it.
    fn grouped_whole(&self, digits: String) -> String {
        if !self.flags.group {
            return digits;
        }
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        format!("{}{}", grouped(&digits[..end]), &digits[end..])
    }

    fn number(&self, parts: Parts) -> String {
        let Parts {
            sign,
            prefix,
            digits,
        } = parts;
        let is_integer = matches!(
            self.conversion,
            Conversion::Signed | Conversion::Unsigned | Conversion::Radix(_)
        );
        let pads_zeros =
            self.flags.zero && !self.flags.left && !(is_integer && self.precision.is_some());
        if pads_zeros {
            let missing = self
                .width
                .saturating_sub(sign.len() + prefix.len() + digits.len());
            return format!("{sign}{prefix}{}{digits}", "0".repeat(missing));
        }
        self.padded(format!("{sign}{prefix}{digits}"))
    }

    fn padded(&self, text: String) -> String {
        let width = self.width;
        if self.flags.left {
            format!("{text:<width$}")
        } else {
            format!("{text:>width$}")
        }
    }
}

/// Sign and size of a value as a whole number; a float is rounded.
fn whole(value: &Value) -> Option<(bool, u128)> {
    match value {
        Value::U128(value) => Some((false, *value)),
        Value::F32(_) | Value::F64(_) => {
            let number = value.as_f64()?.round();
            (number.abs() < 1e38).then(|| (number < 0.0, number.abs() as u128))
        }
        other => other
            .as_i128()
            .map(|number| (number < 0, number.unsigned_abs())),
    }
}

/// As C writes it: an exponent has a sign and at least two digits.
fn scientific(size: f64, precision: usize) -> String {
    let text = format!("{size:.precision$e}");
    let (mantissa, exponent) = text
        .split_once('e')
        .expect("scientific notation has an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// C's `%g`: fixed or scientific by the exponent, without trailing zeros unless `keep_zeros`.
fn general(size: f64, precision: usize, keep_zeros: bool) -> String {
    let text = scientific(size, precision - 1);
    let (mantissa, exponent) = text
        .split_once('e')
        .expect("scientific notation has an exponent");
    let power: i64 = exponent.parse().expect("an exponent is a number");
    let digits = precision as i64;
    if (-4..digits).contains(&power) {
        let decimals =
            usize::try_from(digits - 1 - power).expect("the range above makes it positive");
        return trimmed(&format!("{size:.decimals$}"), keep_zeros);
    }
    format!("{}e{exponent}", trimmed(mantissa, keep_zeros))
}

fn trimmed(digits: &str, keep_zeros: bool) -> String {
    if keep_zeros || !digits.contains('.') {
        return digits.to_owned();
    }
    digits
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: &str, value: impl Into<Value>, expected: &str) {
        let format = Format::parse(format).expect("a format");
        assert_eq!(
            format.apply(&value.into(), Some(32)).as_deref(),
            Some(expected)
        );
    }

    #[track_caller]
    fn refused(format: &str, error: FormatError) {
        assert_eq!(Format::parse(format), Err(error), "{format:?}");
    }

    #[test]
    fn integers_as_in_c() {
        check("%d", -5i64, "-5");
        check("%5d|", 42i64, "   42|");
        check("%-5d|", 42i64, "42   |");
        check("%05d", -42i64, "-0042");
        check("%+d", 42i64, "+42");
        check("% d", 42i64, " 42");
        check("%.4d", 42i64, "0042");
        check("%06.4d", 42i64, "  0042");
        check("%lld", i64::MIN, "-9223372036854775808");
    }

    #[test]
    fn unsigned_conversions_know_the_width_of_the_field() {
        check("%u", -1i64, "4294967295");
        check("%x", -1i64, "ffffffff");
        check("0x%08X", 0xbeefu64, "0x0000BEEF");
        check("%#x", 255u64, "0xff");
        check("%#o", 8u64, "010");
        check("%b", 5u64, "101");
        check("%x", u128::MAX, "ffffffffffffffffffffffffffffffff");
    }

    #[test]
    fn thousands_are_grouped_on_request() {
        check("%'d", -1_234_567i64, "-1,234,567");
        check(
            "%'u",
            u128::MAX,
            "340,282,366,920,938,463,463,374,607,431,768,211,455",
        );
        check("%'.2f", 1_234_567.891, "1,234,567.89");
        check("%'d", 999i64, "999");
    }

    #[test]
    fn floats_as_in_c() {
        check("%.2f", 2.0 / 3.0, "0.67");
        check("%8.3f|", -1.5, "  -1.500|");
        check("%08.3f", -1.5, "-001.500");
        check("%e", 12_345.678, "1.234568e+04");
        check("%.2E", 0.000_012_3, "1.23E-05");
        check("%g", 0.0001, "0.0001");
        check("%g", 0.000_01, "1e-05");
        check("%g", 1_000_000.0, "1e+06");
        check("%g", 123_456.0, "123456");
        check("%.3g", 1234.0, "1.23e+03");
        check("%#.3g", 1.0, "1.00");
        check("%.0f", 2.5, "2");
        check("%5g|", f64::NAN, "  NaN|");
        check("%+f", f64::INFINITY, "+inf");
    }

    #[test]
    fn an_integer_may_be_shown_as_a_float_and_the_reverse() {
        check("%.1f", 5i64, "5.0");
        check("%d", 5.6, "6");
    }

    #[test]
    fn characters_and_text() {
        check("%c", 65u64, "A");
        check("%6s|", "abc", "   abc|");
        check("%-6.2s|", "äbc", "äb    |");
        check("%s%%", 5i64, "5%");
    }

    #[test]
    fn a_conversion_for_another_kind_of_value_is_none() {
        let number = Format::parse("%d").expect("a format");
        assert_eq!(number.apply(&"text".into(), None), None);
        let character = Format::parse("%c").expect("a format");
        assert_eq!(character.apply(&Value::U64(0xd800), None), None);
    }

    #[test]
    fn what_is_no_format_is_refused() {
        refused("plain", FormatError::NotOne);
        refused("%d %d", FormatError::NotOne);
        refused("%n", FormatError::Conversion);
        refused("%*d", FormatError::Conversion);
        refused("50%", FormatError::Conversion);
        refused("%l", FormatError::Conversion);
        refused("%ä", FormatError::Conversion);
    }

    #[test]
    fn a_huge_width_cannot_be_asked_for() {
        refused("%1000000000d", FormatError::TooWide);
        refused("%.99999999999999999999f", FormatError::TooWide);
        refused(&"x".repeat(300), FormatError::TooLong);
    }
}

//! Digits: of floats with a chosen number of them, in groups of three; the bits of negative numbers.

/// Significant digits of a float that declares no format.
const DIGITS: usize = 6;

/// A float with six significant digits, but all digits before the point; recognizable as a float.
///
/// From 10^15 upwards and below 10^-5 it is in scientific notation.
pub(crate) fn float(value: f64) -> String {
    if !value.is_finite() {
        return not_finite(value).to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-5..1e15).contains(&size) {
        return trimmed_scientific(value);
    }
    let whole_digits = if size < 1.0 {
        1
    } else {
        size.log10().floor() as usize + 1
    };
    let small_zeros = if size < 0.1 && size != 0.0 {
        (-size.log10().floor()) as usize - 1
    } else {
        0
    };
    let decimals = (DIGITS + small_zeros).saturating_sub(if size < 1.0 { 0 } else { whole_digits });
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text.contains('.') || value.fract() != 0.0 {
        text.to_owned()
    } else {
        format!("{text}.0")
    }
}

fn trimmed_scientific(value: f64) -> String {
    let text = format!("{value:.*e}", DIGITS - 1);
    let (mantissa, exponent) = text
        .split_once('e')
        .expect("scientific notation has an exponent");
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    format!("{mantissa}e{exponent}")
}

/// The shortest text that reads back as the same number.
pub(super) fn exact(value: f64) -> String {
    if value.is_finite() {
        format!("{value:?}")
    } else {
        not_finite(value).to_owned()
    }
}

/// The shortest text that reads back as the same 32-bit number.
pub(super) fn exact_f32(value: f32) -> String {
    if value.is_finite() {
        format!("{value:?}")
    } else {
        not_finite(f64::from(value)).to_owned()
    }
}

/// `NaN`, `inf` or `-inf`.
pub(super) fn not_finite(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "NaN",
        _ if value > 0.0 => "inf",
        _ => "-inf",
    }
}

/// Puts a comma between groups of three digits; `digits` are digits only.
pub(crate) fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The bits of `number` as an unsigned number of `bits` bits, 64 unless told.
pub(super) fn unsigned(number: i128, bits: Option<u32>) -> u128 {
    let bits = bits.unwrap_or(if i64::try_from(number).is_ok() {
        64
    } else {
        128
    });
    if number >= 0 || bits >= 128 {
        number as u128
    } else {
        number as u128 & ((1 << bits) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, expected: &str) {
        assert_eq!(float(value), expected);
    }

    #[test]
    fn floats_have_six_significant_digits() {
        check(0.1 + 0.2, "0.3");
        check(1.0 / 3.0, "0.333333");
        check(15_025.123_456, "15025.1");
        check(0.000_123_456_789, "0.000123457");
        check(100.0, "100.0");
        check(0.0, "0.0");
        check(-2.5, "-2.5");
    }

    #[test]
    fn digits_before_the_point_are_never_dropped() {
        check(1_234_567.0, "1234567.0");
        check(123_456_789.4, "123456789");
    }

    #[test]
    fn extremes_are_scientific() {
        check(1e20, "1e20");
        check(-1.234_567_89e-9, "-1.23457e-9");
        check(f64::MAX, "1.79769e308");
        check(5e-324, "4.94066e-324");
    }

    #[test]
    fn what_is_no_number_says_so() {
        check(f64::NAN, "NaN");
        check(f64::NEG_INFINITY, "-inf");
    }

    #[test]
    fn groups_are_of_three() {
        for (digits, expected) in [
            ("1", "1"),
            ("123", "123"),
            ("1234", "1,234"),
            ("1234567", "1,234,567"),
        ] {
            assert_eq!(grouped(digits), expected);
        }
    }
}

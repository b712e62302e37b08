//! Digits: the shortest that make a float, in groups of three; the bits of negative numbers.

use memglass::schema::{Metadata, Number};

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
pub fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The same of a whole number with its sign. Other texts stay as they are.
pub fn grouped_number(text: &str) -> String {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let sign = &text[..text.len() - digits.len()];
    match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("{sign}{}", grouped(digits)),
        false => text.to_owned(),
    }
}

/// The numbers that a field may have, as `1 … 1,000,000`; `None` if those are all of its type.
pub fn bounds(metadata: &Metadata) -> Option<String> {
    let digits = |number: Number| grouped_number(&number.to_string());
    match (metadata.min, metadata.max) {
        (Some(least), Some(greatest)) => Some(format!("{} … {}", digits(least), digits(greatest))),
        (Some(least), None) => Some(format!("at least {}", digits(least))),
        (None, Some(greatest)) => Some(format!("at most {}", digits(greatest))),
        (None, None) => None,
    }
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

    #[test]
    fn a_float_is_shown_with_the_fewest_digits_that_are_the_same_number() {
        for (value, expected) in [
            (12_345.67, "12345.67"),
            (1_500_000.5, "1500000.5"),
            (123_456_789.4, "123456789.4"),
            (0.1 + 0.2, "0.30000000000000004"),
            (100.0, "100.0"),
            (-0.0, "-0.0"),
            (1e20, "1e20"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(exact(value), expected);
        }
        assert_eq!(exact_f32(16_777_217.0), "16777216.0");
    }

    /// A different number at each call, the same ones in each run.
    fn bits(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *seed ^ (*seed >> 29)
    }

    #[test]
    fn the_text_of_any_float_reads_back_as_the_same_bits() {
        let mut seed = 1;
        for round in 0..200_000u64 {
            let random = bits(&mut seed);
            // Half of them are of the sizes that people use, with two decimals.
            let (wide, narrow) = match round % 2 {
                0 => (f64::from_bits(random), f32::from_bits(random as u32)),
                _ => ((random >> 24) as f64 / 100.0, (random >> 44) as f32 / 100.0),
            };
            if wide.is_finite() {
                let text = exact(wide);
                assert_eq!(
                    text.parse::<f64>().unwrap().to_bits(),
                    wide.to_bits(),
                    "{text}"
                );
            }
            if narrow.is_finite() {
                let text = exact_f32(narrow);
                assert_eq!(
                    text.parse::<f32>().unwrap().to_bits(),
                    narrow.to_bits(),
                    "{text}"
                );
            }
        }
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

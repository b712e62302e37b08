//! A value in a column of figures: numbers that meet at the decimal point, and what is done where one is too wide.

use memglass::Value;

use super::{Style, addresses, brief_alone, number};

/// A value as a column shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Figure {
    /// Nothing to show.
    #[default]
    Nothing,
    /// A number.
    Number(Digits),
    /// A word that stands where numbers stand: `true`, `0x2`, `NaN`.
    Word(String),
    /// Text, lists and records, which begin at the left.
    Text(String),
}

/// The digits of a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Digits {
    /// What stands before the point, with commas between thousands.
    pub whole: String,
    /// The point and what follows it; empty for a whole number.
    pub fraction: String,
    /// The nearest float: which of two numbers is greater.
    pub rank: f64,
}

/// Significant digits of a float without a format of its own.
const DIGITS: i32 = 6;

/// From this power of ten on a float is written with an exponent.
const WIDEST: i32 = 15;

/// The figure of a value.
///
/// Whole numbers have all their digits, with commas between thousands; floats have six digits. A field's `@format`
/// decides instead where there is one. Enum values are their numbers and flags their bits: the names stand elsewhere. Of an
/// address, what lies there is enough.
///
/// ```
/// use memglass_value::format::{Style, figure};
///
/// let digits = figure(&(-1_234_567_i64).into(), &Style::default());
/// assert_eq!(digits.plain(), "-1,234,567");
/// assert_eq!(figure(&150.25.into(), &Style::default()).plain(), "150.25");
/// ```
pub fn figure(value: &Value, style: &Style) -> Figure {
    if style.format.is_some() && !matches!(value, Value::Enum(_) | Value::Flags(_)) {
        return formatted(value, style);
    }
    match value {
        Value::I64(_) | Value::U64(_) | Value::I128(_) | Value::U128(_) => whole(value),
        Value::Enum(named) => whole(&Value::I128(named.number)),
        Value::F32(float) => float_figure(f64::from(*float)),
        Value::F64(float) => float_figure(*float),
        Value::Flags(flags) => Figure::Word(format!("0x{:x}", flags.bits)),
        Value::Bool(_) => Figure::Word(value.to_string()),
        Value::Address(at) => Figure::Word(addresses::brief_address(*at)),
        Value::Text(_) => Figure::Text(super::text(value, &Style::default())),
        other => Figure::Text(brief_alone(other, style)),
    }
}

/// The figure of an integer's bits or an address in hexadecimal; of any other value, as [`figure`].
pub fn hex_figure(value: &Value, style: &Style) -> Figure {
    let number = match value {
        Value::Enum(named) => Some(named.number),
        Value::I64(_) | Value::U64(_) | Value::I128(_) => value.as_i128(),
        Value::U128(number) => return Figure::Word(format!("0x{number:x}")),
        Value::Address(at) => return Figure::Word(format!("0x{at:x}")),
        _ => None,
    };
    match number {
        Some(number) => Figure::Word(format!("0x{:x}", number::unsigned(number, style.bits))),
        None => figure(value, style),
    }
}

impl Figure {
    /// All of it in one text.
    pub fn plain(&self) -> String {
        match self {
            Figure::Nothing => String::new(),
            Figure::Number(digits) => format!("{}{}", digits.whole, digits.fraction),
            Figure::Word(text) | Figure::Text(text) => text.clone(),
        }
    }

    /// Columns that all digits before the point take without commas.
    pub fn whole_width(&self) -> usize {
        match self {
            Figure::Number(digits) => digits.whole.chars().filter(|&digit| digit != ',').count(),
            _ => 0,
        }
    }

    /// Columns that stand right of where whole numbers end.
    pub fn fraction_width(&self) -> usize {
        match self {
            Figure::Number(digits) => digits.fraction.len(),
            _ => 0,
        }
    }
}

impl Digits {
    /// The two parts in so many columns before the point and behind it: without commas where they are too wide,
    /// and with an exponent where that is not enough. Never cut.
    pub fn fitted(&self, whole: usize, fraction: usize) -> (String, String) {
        if self.whole.len() <= whole && self.fraction.len() <= fraction {
            return (self.whole.clone(), self.fraction.clone());
        }
        let bare = self.whole.replace(',', "");
        if bare.len() <= whole && self.fraction.len() <= fraction {
            return (bare, self.fraction.clone());
        }
        (short(self.rank, whole), String::new())
    }
}

/// A number with an exponent, and as many digits as fit.
fn short(value: f64, columns: usize) -> String {
    let digits = (0..DIGITS as usize).rev();
    let mut texts = digits.map(|digits| format!("{value:.digits$e}"));
    let last = format!("{value:.0e}");
    texts.find(|text| text.len() <= columns).unwrap_or(last)
}

fn whole(value: &Value) -> Figure {
    let text = value.to_string();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    Figure::Number(Digits {
        whole: format!("{sign}{}", number::grouped(digits)),
        fraction: String::new(),
        rank: value.as_f64().unwrap_or_default(),
    })
}

fn float_figure(value: f64) -> Figure {
    if !value.is_finite() {
        return Figure::Word(number::not_finite(value).to_owned());
    }
    split(&six(value), value)
}

/// Six significant digits, without zeros at the end but for one behind the point.
fn six(value: f64) -> String {
    let scientific = format!("{value:.*e}", DIGITS as usize - 1);
    let exponent = scientific.split_once('e').map(|(_, exponent)| exponent);
    let exponent: i32 = exponent.and_then(|text| text.parse().ok()).unwrap_or(0);
    if value != 0.0 && !(-4..WIDEST).contains(&exponent) {
        return scientific;
    }
    let decimals = (DIGITS - 1 - exponent).max(1) as usize;
    let text = format!("{value:.decimals$}");
    let trimmed = text.trim_end_matches('0');
    match trimmed.ends_with('.') {
        true => format!("{trimmed}0"),
        false => trimmed.to_owned(),
    }
}

fn formatted(value: &Value, style: &Style) -> Figure {
    let text = brief_alone(value, style);
    match (value, value.as_f64()) {
        (Value::Text(_) | Value::List(_) | Value::Record(_), _) | (_, None) => Figure::Text(text),
        (_, Some(rank)) => split(&text, rank),
    }
}

/// A number at its point; a text that is no plain number stays in one piece.
fn split(text: &str, rank: f64) -> Figure {
    let digits = text.trim_start_matches('-');
    let sign = &text[..text.len() - digits.len()];
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number =
        !whole.is_empty() && is_plain(whole) && is_plain(fraction.trim_start_matches('.'));
    match is_number {
        true => Figure::Number(Digits {
            whole: format!("{sign}{}", number::grouped(whole)),
            fraction: fraction.to_owned(),
            rank,
        }),
        false => Figure::Word(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: impl Into<Value>, expected: &str) {
        assert_eq!(figure(&value.into(), &Style::default()).plain(), expected);
    }

    #[test]
    fn whole_numbers_have_commas_and_all_their_digits() {
        check(-13_000_i64, "-13,000");
        check(u64::MAX, "18,446,744,073,709,551,615");
        check(7_u8, "7");
    }

    #[test]
    fn floats_have_six_digits() {
        check(1.0, "1.0");
        check(150.25, "150.25");
        check(0.1_f32, "0.1");
        check(2.0 / 3.0, "0.666667");
        check(123_456.789, "123,456.8");
        check(1.844_674_407e19, "1.84467e19");
        check(1e-9, "1.00000e-9");
        check(0.0, "0.0");
        check(f64::NAN, "NaN");
    }

    #[test]
    fn a_number_too_wide_loses_its_commas_and_then_its_digits() {
        let Figure::Number(digits) =
            figure(&18_446_744_073_709_551_615_u64.into(), &Style::default())
        else {
            panic!("a number")
        };
        let fitted = |columns| digits.fitted(columns, 0).0;
        assert_eq!(fitted(26), "18,446,744,073,709,551,615");
        assert_eq!(fitted(20), "18446744073709551615");
        assert_eq!(fitted(14), "1.84467e19");
        assert_eq!(fitted(9), "1.8447e19");
        assert_eq!(fitted(3), "2e19");
    }

    #[test]
    fn names_stand_elsewhere_and_integers_may_be_in_hexadecimal() {
        let flags = memglass::FlagsValue {
            bits: 2,
            names: vec!["POST_ONLY".into()],
            unnamed: 0,
        };
        assert_eq!(
            figure(&Value::Flags(flags), &Style::default()).plain(),
            "0x2"
        );
        let byte = Style {
            bits: Some(8),
            ..Style::default()
        };
        assert_eq!(hex_figure(&(-1_i64).into(), &byte).plain(), "0xff");
        assert_eq!(hex_figure(&1.5.into(), &byte).plain(), "1.5");
    }
}

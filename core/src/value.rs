//! Values copied out of memory: what is read, printed, compared and written.

mod record;

use std::fmt;
use std::sync::Arc;

pub use record::{Members, Record};

/// One value of any type.
///
/// Integers up to 64 bits read as `I64` or `U64` by their sign, wider ones as `I128` or `U128`.
///
/// Two values are equal if they have the same variant and the same content: `I64(5)` is not `U64(5)`,
/// an enum value is not its number, and a NaN is not equal to itself. Compare
/// [`as_i128`](Value::as_i128) or [`as_f64`](Value::as_f64) where only the number counts.
///
/// Later versions may have more kinds of values.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A signed integer of 8 to 64 bits.
    I64(i64),
    /// An unsigned integer of 8 to 64 bits.
    U64(u64),
    /// A signed integer of 128 bits.
    I128(i128),
    /// An unsigned integer of 128 bits.
    U128(u128),
    /// A 32-bit float, kept apart so that it prints as it was written.
    F32(f32),
    /// A 64-bit float.
    F64(f64),
    /// Text, up to its first zero byte. Invalid UTF-8 is replaced by U+FFFD.
    Text(String),
    /// A value of an enum.
    Enum(EnumValue),
    /// A value of a flag set.
    Flags(FlagsValue),
    /// An address in the producer's memory.
    Address(u64),
    /// The elements of an array.
    List(Vec<Value>),
    /// The members of a struct or union, in their order.
    Record(Record),
}

/// A number that has a name, if its enum gives it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumValue {
    /// The number.
    pub number: i128,
    /// Its name; `None` if the enum does not name this number.
    pub name: Option<Arc<str>>,
}

/// A bit pattern and the names of the flags set in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagsValue {
    /// The bits.
    pub bits: u64,
    /// Names of the flags that are set, in the order of their declaration.
    pub names: Vec<Arc<str>>,
    /// The bits that no name covers.
    pub unnamed: u64,
}

impl Value {
    /// The value as a whole number, if it is one (bools, enums, flags and addresses included).
    pub fn as_i128(&self) -> Option<i128> {
        Some(match self {
            Value::Bool(value) => i128::from(*value),
            Value::I64(value) => i128::from(*value),
            Value::U64(value) | Value::Address(value) => i128::from(*value),
            Value::I128(value) => *value,
            Value::U128(value) => i128::try_from(*value).ok()?,
            Value::Enum(value) => value.number,
            Value::Flags(value) => i128::from(value.bits),
            _ => return None,
        })
    }

    /// The value as the nearest float, if it is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::F32(value) => Some(f64::from(*value)),
            Value::F64(value) => Some(*value),
            Value::U128(value) => Some(*value as f64),
            other => other.as_i128().map(|number| number as f64),
        }
    }

    /// The text, or the name of an enum value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Enum(value) => value.name.as_deref(),
            _ => None,
        }
    }

    /// The member of a record.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Record(record) => record.get(name),
            _ => None,
        }
    }

    /// Names the value in a message: "text", "a list of 3".
    pub fn noun(&self) -> String {
        match self {
            Value::Bool(_) => "a bool".into(),
            Value::I64(_) | Value::U64(_) | Value::I128(_) | Value::U128(_) => "an integer".into(),
            Value::F32(_) | Value::F64(_) => "a floating-point number".into(),
            Value::Text(_) => "text".into(),
            Value::Enum(_) => "an enum value".into(),
            Value::Flags(_) => "a flag set".into(),
            Value::Address(_) => "an address".into(),
            Value::List(elements) => format!("a list of {}", elements.len()),
            Value::Record(_) => "a record".into(),
        }
    }
}

/// Plain text for messages and logs; front ends format by type and metadata themselves.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(out),
            Value::I64(value) => value.fmt(out),
            Value::U64(value) => value.fmt(out),
            Value::I128(value) => value.fmt(out),
            Value::U128(value) => value.fmt(out),
            Value::F32(value) => value.fmt(out),
            Value::F64(value) => value.fmt(out),
            Value::Text(text) => write!(out, "{text:?}"),
            Value::Enum(EnumValue {
                name: Some(name), ..
            }) => out.write_str(name),
            Value::Enum(EnumValue { number, .. }) => number.fmt(out),
            Value::Flags(flags) => flags.fmt(out),
            Value::Address(address) => write!(out, "0x{address:x}"),
            Value::List(elements) => {
                out.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(out, "{comma}{element}")?;
                }
                out.write_str("]")
            }
            Value::Record(record) => record.fmt(out),
        }
    }
}

impl fmt::Display for FlagsValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.names.iter().map(|name| name.to_string()).collect();
        if self.unnamed != 0 || parts.is_empty() {
            parts.push(format!("0x{:x}", self.unnamed));
        }
        out.write_str(&parts.join(" | "))
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident as $to:ty),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Value::$variant(<$to>::from(value))
            }
        }
    )*};
}

from! {
    bool => Bool as bool,
    i8 => I64 as i64, i16 => I64 as i64, i32 => I64 as i64, i64 => I64 as i64, i128 => I128 as i128,
    u8 => U64 as u64, u16 => U64 as u64, u32 => U64 as u64, u64 => U64 as u64, u128 => U128 as u128,
    f32 => F32 as f32, f64 => F64 as f64,
    &str => Text as String, String => Text as String,
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Value::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(elements: [T; N]) -> Self {
        Value::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value> + Clone> From<&[T]> for Value {
    fn from(elements: &[T]) -> Self {
        Value::List(elements.iter().cloned().map(Into::into).collect())
    }
}

impl From<Record> for Value {
    fn from(record: Record) -> Self {
        Value::Record(record)
    }
}

/// A value that a Rust type cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot convert {found} to {wanted}")]
pub struct ConvertError {
    /// The value; a long one is only named.
    pub found: String,
    /// The Rust type.
    pub wanted: &'static str,
}

impl Value {
    fn no(&self, wanted: &'static str) -> ConvertError {
        let is_short = !matches!(self, Value::Text(_) | Value::List(_) | Value::Record(_));
        let found = if is_short {
            self.to_string()
        } else {
            self.noun()
        };
        ConvertError { found, wanted }
    }
}

macro_rules! to_integer {
    ($($to:ident),*) => {$(
        impl TryFrom<&Value> for $to {
            type Error = ConvertError;

            /// Takes what [`Value::as_i128`] takes, except bools, if it is in range.
            fn try_from(value: &Value) -> Result<Self, ConvertError> {
                let number = match value {
                    Value::Bool(_) => None,
                    Value::U128(number) => $to::try_from(*number).ok(),
                    other => other.as_i128().and_then(|number| $to::try_from(number).ok()),
                };
                number.ok_or_else(|| value.no(stringify!($to)))
            }
        }
    )*};
}

to_integer!(
    i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, usize, isize
);

impl TryFrom<&Value> for bool {
    type Error = ConvertError;

    /// Takes bools only.
    fn try_from(value: &Value) -> Result<Self, ConvertError> {
        match value {
            Value::Bool(truth) => Ok(*truth),
            other => Err(other.no("bool")),
        }
    }
}

impl TryFrom<&Value> for f64 {
    type Error = ConvertError;

    /// Takes floats and integers; large integers become the nearest float.
    fn try_from(value: &Value) -> Result<Self, ConvertError> {
        match value {
            Value::Bool(_) => None,
            other => other.as_f64(),
        }
        .ok_or_else(|| value.no("f64"))
    }
}

impl TryFrom<&Value> for f32 {
    type Error = ConvertError;

    /// Takes 32-bit floats only: a wider number could lose digits.
    fn try_from(value: &Value) -> Result<Self, ConvertError> {
        match value {
            Value::F32(number) => Ok(*number),
            other => Err(other.no("f32")),
        }
    }
}

impl TryFrom<&Value> for String {
    type Error = ConvertError;

    /// Takes text and the names of enum values.
    fn try_from(value: &Value) -> Result<Self, ConvertError> {
        value
            .as_str()
            .map(String::from)
            .ok_or_else(|| value.no("text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn prints(value: impl Into<Value>, expected: &str) {
        assert_eq!(value.into().to_string(), expected);
    }

    #[track_caller]
    fn no<T>(value: impl Into<Value>, expected: &str)
    where
        T: for<'v> TryFrom<&'v Value, Error = ConvertError> + fmt::Debug,
    {
        assert_eq!(
            T::try_from(&value.into()).unwrap_err().to_string(),
            expected
        );
    }

    fn status(name: Option<&str>) -> Value {
        Value::Enum(EnumValue {
            number: 2,
            name: name.map(Arc::from),
        })
    }

    #[test]
    fn values_print_as_written() {
        prints(0.1_f32, "0.1");
        prints(f64::from(0.1_f32), "0.10000000149011612");
        prints(u64::MAX, "18446744073709551615");
        prints(i128::MIN, "-170141183460469231731687303715884105728");
        prints("a\"b", "\"a\\\"b\"");
        prints(Value::Address(0x1f), "0x1f");
        prints(vec![1, 2], "[1, 2]");
        prints(Vec::<i32>::new(), "[]");
        prints([[true], [false]], "[[true], [false]]");
        prints(
            Value::Record(Record::from([("a", 1.into()), ("b", "x".into())])),
            "{a: 1, b: \"x\"}",
        );
        prints(status(Some("FILLED")), "FILLED");
        prints(status(None), "2");
    }

    #[test]
    fn flags_print_names_and_the_rest_in_hex() {
        let flags = |names: &[&str], unnamed| {
            Value::Flags(FlagsValue {
                bits: 0,
                names: names.iter().map(|&name| name.into()).collect(),
                unnamed,
            })
        };
        prints(flags(&["A", "B"], 0), "A | B");
        prints(flags(&["A"], 0x80), "A | 0x80");
        prints(flags(&[], 0), "0x0");
    }

    #[test]
    fn equality_is_by_kind_and_content() {
        assert_eq!(Value::from(5_u8), Value::from(5_u64));
        assert_ne!(Value::from(5_i64), Value::from(5_u64));
        assert_ne!(Value::from(f64::NAN), Value::from(f64::NAN));
        assert_ne!(status(None), Value::from(2));
    }

    #[test]
    fn integers_convert_if_in_range() {
        assert_eq!(i8::try_from(&Value::from(-128)), Ok(-128));
        assert_eq!(u128::try_from(&Value::from(u128::MAX)), Ok(u128::MAX));
        assert_eq!(u32::try_from(&status(None)), Ok(2));
        no::<i8>(128, "cannot convert 128 to i8");
        no::<u64>(-1, "cannot convert -1 to u64");
        no::<i128>(
            u128::MAX,
            "cannot convert 340282366920938463463374607431768211455 to i128",
        );
        no::<i64>(1.0, "cannot convert 1 to i64");
        no::<i64>(true, "cannot convert true to i64");
        no::<i64>("1", "cannot convert text to i64");
        no::<i64>(vec![1, 2], "cannot convert a list of 2 to i64");
    }

    #[test]
    fn other_primitives_convert_without_loss() {
        assert_eq!(bool::try_from(&Value::from(true)), Ok(true));
        assert_eq!(f32::try_from(&Value::from(0.1_f32)), Ok(0.1));
        assert_eq!(f64::try_from(&Value::from(3)), Ok(3.0));
        assert_eq!(f64::try_from(&Value::from(u128::MAX)), Ok(2_f64.powi(128)));
        assert_eq!(String::try_from(&Value::from("a")), Ok("a".to_string()));
        assert_eq!(
            String::try_from(&status(Some("FILLED"))),
            Ok("FILLED".to_string())
        );
        no::<bool>(1, "cannot convert 1 to bool");
        no::<f32>(0.1, "cannot convert 0.1 to f32");
        no::<f64>(false, "cannot convert false to f64");
        no::<String>(1, "cannot convert 1 to text");
    }

    #[test]
    fn members_are_found_by_name() {
        let value = Value::Record(Record::from([("a", 1.into())]));
        assert_eq!(value.get("a"), Some(&Value::I64(1)));
        assert_eq!(value.get("b"), None);
        assert_eq!(Value::from(1).get("a"), None);
    }
}

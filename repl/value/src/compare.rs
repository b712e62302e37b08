//! What is equal, what comes first, and what cannot be compared.
//!
//! Scripts and conditions that are compiled ask here, so that both give the same answers:
//!
//! | left and right | |
//! |---|---|
//! | numbers | by value, exactly, whatever their widths; see [`crate::number`] |
//! | a number of a field whose unit is a time, and a duration | by length |
//! | bools, texts, durations | `false` before `true`; by characters; by length |
//! | an enum's value and a text | by the number that the text names; it must be a name of the enum |
//! | an enum's value and a number | by number |
//! | values of two enums | by number if they have the same names, else by name |
//! | flags, and flags, a text, a number or a list of names | equal if the same bits are set; not ordered |
//! | lists, records | equal if all their parts are; parts of different kinds are unequal. Lists are ordered for sorting |
//! | nothing and anything | equal if both are nothing; not ordered |
//! | all else | an error, because an answer would hide a mistake |

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use memglass::Value;

use crate::duration::{UNIT_NAMES, Unit};
use crate::names::{EnumNames, FlagNames, Names, UnknownName};
use crate::number::{Integer, Number};

/// One side of a comparison. `T` is how it keeps text.
#[derive(Clone, Debug)]
pub enum Operand<T> {
    /// No value.
    Nothing,
    /// A truth value.
    Bool(bool),
    /// A number without a name, and the unit of its field if that is a time.
    Number(Number, Option<Unit>),
    /// Text.
    Text(T),
    /// The value of an enum, which may be a number that the enum does not name.
    Enum(i128, Arc<EnumNames>),
    /// A set of flags.
    Flags(u64, Arc<FlagNames>),
    /// A length of time.
    Duration(Duration),
    /// Elements.
    List(Vec<Operand<T>>),
    /// Members.
    Record(BTreeMap<String, Operand<T>>),
    /// Something that is not comparable, and what it is called.
    Other(String),
}

use Operand::{Bool, Enum, Flags, List, Nothing, Other, Record, Text};

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};

/// Why two values cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComparisonError {
    /// They are of kinds that do not compare, or that have no order.
    #[error("cannot compare {left} with {right}{}", advice(left, right))]
    Kinds {
        /// What the left one is called.
        left: String,
        /// What the right one is called.
        right: String,
    },
    /// The text names nothing.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// This is not a set of flags.
    #[error("flags of {of} are names or a number, not {found}")]
    NotFlags {
        /// The type of the flags.
        of: String,
        /// What was found.
        found: String,
    },
    /// The number has more bits than a set of flags, or a sign.
    #[error("{number} is not a set of {of}")]
    Bits {
        /// The type of the flags.
        of: String,
        /// The number.
        number: Integer,
    },
}

fn advice(left: &str, right: &str) -> String {
    match (left, right) {
        ("a bool", _) | (_, "a bool") => "; a bool is compared with true or false".into(),
        ("a duration", "an integer" | "a float") | ("an integer" | "a float", "a duration") => {
            format!("; the number is not that of a field whose unit is a time ({UNIT_NAMES})")
        }
        _ => String::new(),
    }
}

/// How two operands relate.
enum Relation {
    Ordered(Ordering),
    /// One is not a number (`NaN`).
    Unordered,
    /// They are of a kind that has equality and no order.
    Same(bool),
}

use Relation::{Ordered, Same, Unordered};

impl Operator {
    /// All of them.
    pub const ALL: [Self; 6] = [Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual];

    /// The answer for two values of this order; those that are not a number have none, and are unequal.
    #[inline]
    pub fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else {
            return self == NotEqual;
        };
        match self {
            Equal => order.is_eq(),
            NotEqual => order.is_ne(),
            Less => order.is_lt(),
            LessOrEqual => order.is_le(),
            Greater => order.is_gt(),
            GreaterOrEqual => order.is_ge(),
        }
    }
}

/// The answer of a comparison.
///
/// # Errors
///
/// [`ComparisonError`]: the two have no answer.
pub fn compare<T: AsRef<str>>(
    left: &Operand<T>,
    operator: Operator,
    right: &Operand<T>,
) -> Result<bool, ComparisonError> {
    match (relate(left, right)?, operator) {
        (Ordered(order), _) => Ok(operator.holds(Some(order))),
        (Unordered, _) => Ok(operator.holds(None)),
        (Same(same), Equal) => Ok(same),
        (Same(same), NotEqual) => Ok(!same),
        (Same(_), _) => Err(kinds(left, right)),
    }
}

/// Which of the two comes first, for sorting: a float that is not a number comes after all numbers, and lists go by
/// their first elements that differ.
///
/// # Errors
///
/// [`ComparisonError`]: the two have no order.
pub fn order<T: AsRef<str>>(
    left: &Operand<T>,
    right: &Operand<T>,
) -> Result<Ordering, ComparisonError> {
    if let (List(left), List(right)) = (left, right) {
        for (left, right) in left.iter().zip(right) {
            let order = order(left, right)?;
            if order.is_ne() {
                return Ok(order);
            }
        }
        return Ok(left.len().cmp(&right.len()));
    }
    match relate(left, right)? {
        Ordered(order) => Ok(order),
        Unordered => Ok(left.is_nan().cmp(&right.is_nan())),
        Same(_) => Err(kinds(left, right)),
    }
}

fn relate<T: AsRef<str>>(
    left: &Operand<T>,
    right: &Operand<T>,
) -> Result<Relation, ComparisonError> {
    Ok(match (left, right) {
        (Operand::Number(a, _), Operand::Number(b, _)) => numbers(*a, *b),
        (Enum(a, _), Operand::Number(b, _)) => numbers(whole(*a), *b),
        (Operand::Number(a, _), Enum(b, _)) => numbers(*a, whole(*b)),
        (Bool(a), Bool(b)) => Ordered(a.cmp(b)),
        (Text(a), Text(b)) => Ordered(a.as_ref().cmp(b.as_ref())),
        (Enum(a, of), Text(name)) => Ordered(a.cmp(&of.number(name.as_ref())?)),
        (Text(name), Enum(b, of)) => Ordered(of.number(name.as_ref())?.cmp(b)),
        (Enum(a, of), Enum(b, other)) => Ordered(enums((*a, of), (*b, other))),
        (Operand::Duration(a), Operand::Duration(b)) => Ordered(a.cmp(b)),
        (Operand::Number(a, Some(unit)), Operand::Duration(b)) => {
            unit.order(*a, *b).map_or(Unordered, Ordered)
        }
        (Operand::Duration(a), Operand::Number(b, Some(unit))) => unit
            .order(*b, *a)
            .map_or(Unordered, |order| Ordered(order.reverse())),
        (Nothing, other) | (other, Nothing) => Same(matches!(other, Nothing)),
        (Flags(bits, of), other) | (other, Flags(bits, of)) => Same(*bits == other.bits(of)?),
        (List(a), List(b)) => Same(are_equal(a, b)),
        (Record(a), Record(b)) => Same(a.keys().eq(b.keys()) && are_equal(a.values(), b.values())),
        _ => return Err(kinds(left, right)),
    })
}

fn numbers(a: Number, b: Number) -> Relation {
    a.partial_cmp(&b).map_or(Unordered, Ordered)
}

fn whole(number: i128) -> Number {
    Number::Integer(Integer::signed(number))
}

fn enums((a, of): (i128, &Arc<EnumNames>), (b, other): (i128, &Arc<EnumNames>)) -> Ordering {
    let same = Arc::ptr_eq(of, other) || of.variants == other.variants;
    match (of.name_of(a), other.name_of(b)) {
        (Some(a), Some(b)) if !same => a.cmp(b),
        _ => a.cmp(&b),
    }
}

/// Inside of lists and records, values of different kinds are unequal and no mistake.
fn are_equal<'o, T: AsRef<str> + 'o>(
    left: impl IntoIterator<Item = &'o Operand<T>, IntoIter: ExactSizeIterator>,
    right: impl IntoIterator<Item = &'o Operand<T>, IntoIter: ExactSizeIterator>,
) -> bool {
    let (left, right) = (left.into_iter(), right.into_iter());
    left.len() == right.len()
        && left
            .zip(right)
            .all(|(a, b)| compare(a, Equal, b) == Ok(true))
}

fn kinds<T>(left: &Operand<T>, right: &Operand<T>) -> ComparisonError {
    ComparisonError::Kinds {
        left: left.noun().to_owned(),
        right: right.noun().to_owned(),
    }
}

impl<T> From<Number> for Operand<T> {
    fn from(number: Number) -> Self {
        Operand::Number(number, None)
    }
}

impl Operand<String> {
    /// A value, with what is known of its field; the elements of a list have the names of the list's field.
    pub fn of(value: &Value, names: &Names) -> Self {
        match (value, names) {
            (Value::Enum(value), Names::Enum(of)) => Enum(value.number, of.clone()),
            (Value::Flags(value), Names::Flags(of)) => Flags(value.bits, of.clone()),
            (Value::Bool(value), _) => Bool(*value),
            (Value::Text(text), _) => Text(text.clone()),
            (Value::List(elements), _) => List(
                elements
                    .iter()
                    .map(|value| Self::of(value, names))
                    .collect(),
            ),
            (Value::Record(members), _) => Record(
                members
                    .iter()
                    .map(|(name, value)| (name.to_string(), Self::of(value, &Names::None)))
                    .collect(),
            ),
            (_, Names::Time(unit)) => match Number::of(value) {
                Some(number) => Operand::Number(number, Some(*unit)),
                None => Self::without_names(value),
            },
            _ => Self::without_names(value),
        }
    }

    fn without_names(value: &Value) -> Self {
        match value {
            Value::Enum(value) => value
                .name
                .as_ref()
                .map_or_else(|| whole(value.number).into(), |name| Text(name.to_string())),
            Value::Flags(value) => Number::Integer(value.bits.into()).into(),
            other => Number::of(other).map_or_else(|| Other(other.noun()), Operand::from),
        }
    }
}

impl<T: AsRef<str>> Operand<T> {
    /// The bits that it stands for where a set of such flags is wanted.
    ///
    /// # Errors
    ///
    /// [`ComparisonError`]: it is not a set of such flags.
    pub fn bits(&self, of: &FlagNames) -> Result<u64, ComparisonError> {
        match self {
            Flags(bits, _) => Ok(*bits),
            Operand::Number(Number::Integer(number), _) => number.as_u64().ok_or_else(|| {
                let of = of.name.clone();
                let number = *number;
                ComparisonError::Bits { of, number }
            }),
            Text(names) => Ok(of.bits(names.as_ref())?),
            Enum(number, names) => match names.name_of(*number) {
                Some(name) => Ok(of.bits(name)?),
                None => Operand::<T>::from(whole(*number)).bits(of),
            },
            List(elements) => elements
                .iter()
                .try_fold(0, |bits, element| Ok(bits | element.bits(of)?)),
            other => Err(ComparisonError::NotFlags {
                of: of.name.clone(),
                found: other.noun().to_owned(),
            }),
        }
    }
}

impl<T> Operand<T> {
    fn is_nan(&self) -> bool {
        matches!(self, Operand::Number(number, _) if number.is_nan())
    }

    /// What it is called in a message.
    pub fn noun(&self) -> &str {
        match self {
            Nothing => "()",
            Bool(_) => "a bool",
            Operand::Number(Number::Integer(_), _) => "an integer",
            Operand::Number(Number::Float(_), _) => "a float",
            Text(_) => "text",
            Enum(..) => "an enum value",
            Flags(..) => "a flag set",
            Operand::Duration(_) => "a duration",
            List(_) => "an array",
            Record(_) => "a map",
            Other(noun) => noun,
        }
    }
}

#[cfg(test)]
mod tests {
    use memglass::schema::Variant;
    use memglass::{EnumValue, FlagsValue};

    use super::*;

    type Side = Operand<String>;

    fn variants(names: &[(&str, i128)]) -> Vec<Variant> {
        let variant = |&(name, value): &(&str, i128)| Variant {
            name: name.into(),
            value,
        };
        names.iter().map(variant).collect()
    }

    fn value(value: impl Into<Value>) -> Side {
        Operand::of(&value.into(), &Names::None)
    }

    fn status(number: i128) -> Side {
        let of = EnumNames {
            name: "Status".into(),
            variants: variants(&[("PENDING", 0), ("OPEN", 1), ("FILLED", 2)]),
        };
        let number = EnumValue { number, name: None };
        Operand::of(&Value::Enum(number), &Names::Enum(of.into()))
    }

    fn side(number: i128) -> Side {
        let of = EnumNames {
            name: "Side".into(),
            variants: variants(&[("SELL", 0), ("OPEN", 7)]),
        };
        let number = EnumValue { number, name: None };
        Operand::of(&Value::Enum(number), &Names::Enum(of.into()))
    }

    fn options(bits: u64) -> Side {
        let of = FlagNames {
            name: "Options".into(),
            flags: variants(&[("A", 1), ("B", 2), ("C", 4)]),
        };
        let value: FlagsValue = of.value(bits);
        Operand::of(&Value::Flags(value), &Names::Flags(of.into()))
    }

    /// `left OPERATOR right` is this, or the error that starts so.
    #[track_caller]
    fn check(left: Side, operator: &str, right: Side, expected: &str) {
        let written = ["==", "!=", "<", "<=", ">", ">="];
        let operator = written
            .into_iter()
            .zip(Operator::ALL)
            .find(|(text, _)| *text == operator);
        let answer = match compare(&left, operator.expect("an operator").1, &right) {
            Ok(answer) => answer.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(answer, expected, "{left:?} {operator:?} {right:?}");
    }

    #[test]
    fn values_of_one_kind_are_ordered() {
        check(value(u64::MAX), ">", value(i64::MAX), "true");
        check(value(0.1f32), "==", value(0.1), "true");
        check(value(f64::NAN), "!=", value(1), "true");
        check(value(f64::NAN), "<=", value(f64::NAN), "false");
        check(value(false), "<", value(true), "true");
        check(value("a"), "<", value("b"), "true");
        let second = || Side::Duration(Duration::from_secs(1));
        check(second(), "<=", second(), "true");
    }

    #[test]
    fn a_number_of_time_compares_with_durations() {
        let mut metadata = memglass::schema::Metadata::default();
        metadata.unit = Some("ms".into());
        let unit = Names::Time(Unit::declared(&metadata).expect("a unit of time"));
        let millis = |count: f64| Side::of(&count.into(), &unit);
        let second = || Side::Duration(Duration::from_secs(1));
        check(millis(1000.0), "==", second(), "true");
        check(second(), "<", millis(1000.5), "true");
        check(millis(f64::NAN), "!=", second(), "true");
        check(millis(1000.0), ">", value(1), "true");
        check(
            value(1000),
            "==",
            second(),
            "cannot compare an integer with a duration; the number is not that of a field whose unit is a time \
             (ns, us, ms, s, min, h)",
        );
    }

    #[test]
    fn an_enum_compares_by_name_and_number_on_both_sides() {
        check(status(1), "==", value("OPEN"), "true");
        check(value("FILLED"), ">", status(1), "true");
        check(status(1), "<", value(2), "true");
        check(value(1.5), ">", status(1), "true");
        check(status(9), "==", value("OPEN"), "false");
        check(status(9), "==", value(9), "true");
        check(
            status(1),
            "==",
            value("OPNE"),
            r#"Status has no value "OPNE" (PENDING, OPEN, FILLED); did you mean "OPEN"?"#,
        );
    }

    #[test]
    fn values_of_two_enums_go_by_name_unless_the_names_are_the_same() {
        check(status(1), "<", status(2), "true");
        check(status(1), "==", side(7), "true");
        check(status(0), "==", side(0), "false");
        check(status(9), "==", side(9), "true");
    }

    #[test]
    fn flags_are_equal_to_what_stands_for_the_same_bits() {
        for right in [value("A | C"), value(5), value(["C", "A"]), options(5)] {
            check(options(5), "==", right.clone(), "true");
            check(right, "!=", options(4), "true");
        }
        check(options(0), "==", value(""), "true");
        check(
            options(5),
            ">",
            value(3),
            "cannot compare a flag set with an integer",
        );
        check(
            options(5),
            "==",
            value("D"),
            r#"Options has no flag "D" (A, B, C)"#,
        );
        check(options(5), "==", value(-1), "-1 is not a set of Options");
        check(
            options(5),
            "==",
            value(1.0),
            "flags of Options are names or a number, not a float",
        );
    }

    #[test]
    fn nothing_is_equal_to_nothing_alone() {
        check(Nothing, "==", Nothing, "true");
        check(options(1), "!=", Nothing, "true");
        check(Nothing, "==", value("text"), "false");
        check(Nothing, "<", value(1), "cannot compare () with an integer");
    }

    #[test]
    fn lists_and_records_are_equal_by_their_parts() {
        check(value([1, 2]), "==", value([1.0, 2.0]), "true");
        check(value([1]), "!=", value(["1"]), "true");
        check(value([1]), "==", value([1, 2]), "false");
        let record = |name, member: i64| value(memglass::Record::from([(name, member.into())]));
        check(record("a", 1), "==", record("a", 1), "true");
        check(record("a", 1), "!=", record("b", 1), "true");
        check(
            value([1]),
            "<",
            value([2]),
            "cannot compare an array with an array",
        );
        check(
            record("a", 1),
            "==",
            value(1),
            "cannot compare a map with an integer",
        );
    }

    #[test]
    fn kinds_that_have_nothing_in_common_are_an_error() {
        check(
            value("5"),
            ">",
            value(3),
            "cannot compare text with an integer",
        );
        check(
            value(true),
            "==",
            value(1),
            "cannot compare a bool with an integer; a bool is compared with true or false",
        );
        check(
            Other("a function".into()),
            "==",
            Other("a table".into()),
            "cannot compare a function with a table",
        );
    }

    #[test]
    fn sorting_orders_lists_and_puts_nan_last() {
        let of = |a: Side, b: Side| order(&a, &b).map_err(|error| error.to_string());
        assert_eq!(of(value(f64::NAN), value(1)), Ok(Ordering::Greater));
        assert_eq!(of(value(f64::NAN), value(f64::NAN)), Ok(Ordering::Equal));
        assert_eq!(of(value([1, 2]), value([1, 3])), Ok(Ordering::Less));
        assert_eq!(of(value([1]), value([1, 3])), Ok(Ordering::Less));
        assert!(of(options(1), options(2)).is_err());
        assert!(of(Nothing, value(1)).is_err());
    }
}

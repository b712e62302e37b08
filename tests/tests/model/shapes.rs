//! The values of the model and the writes that they accept: written a second time, without bytes,
//! offsets or schemas.

use std::sync::Arc;

use memglass::{EnumValue, FlagsValue, Record, Value};

/// The shape of a value.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Int {
        bits: u32,
        signed: bool,
        range: Option<(i128, i128)>,
    },
    Float,
    Bool,
    /// Text of at most this many bytes; optionally, of capital letters only.
    Text {
        room: usize,
        capitals: bool,
    },
    Side,
    Marks,
    List(Box<Shape>, usize),
    /// Members, and whether they are read-only.
    Record(&'static [(&'static str, bool)], Vec<Shape>),
}

/// Why a write is refused: the variants of `memglass::Reason` by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::enum_variant_names, reason = "the names of `memglass::Reason`")]
pub(crate) enum No {
    Kind,
    Fit,
    NotWhole,
    Range,
    TooLong,
    Pattern,
    NoSuchName,
    Unnamed,
    UnknownBits,
    Length,
    NoSuchMember,
    ReadOnly,
}

/// Why a path leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPath {
    Member,
    NotAStruct,
    NotAnArray,
    OutOfRange,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Member(&'static str),
    Element(usize),
}

pub(crate) const SIDES: [(&str, i128); 2] = [("Sell", -1), ("Buy", 1)];
pub(crate) const MARKS: [(&str, u64); 3] = [("HIDDEN", 1), ("POST_ONLY", 2), ("IOC", 1 << 31)];

impl Shape {
    /// The shape of the part that the step leads to, and whether it is declared read-only.
    pub(crate) fn step(&self, step: &Step) -> Result<(&Shape, bool), NoPath> {
        match (self, step) {
            (Shape::List(element, count), Step::Element(index)) if index < count => {
                Ok((element, false))
            }
            (Shape::List(..), Step::Element(_)) => Err(NoPath::OutOfRange),
            (_, Step::Element(_)) => Err(NoPath::NotAnArray),
            (Shape::Record(names, shapes), Step::Member(name)) => {
                let index = names.iter().position(|(known, _)| known == name);
                let index = index.ok_or(NoPath::Member)?;
                Ok((&shapes[index], names[index].1))
            }
            (_, Step::Member(_)) => Err(NoPath::NotAStruct),
        }
    }

    /// The value that a write of `wanted` makes of `now`; else everything that may be said against
    /// it.
    pub(crate) fn written(
        &self,
        now: &Value,
        wanted: &Value,
        force: bool,
    ) -> Result<Value, Vec<No>> {
        match (self, now, wanted) {
            (Shape::Record(names, shapes), Value::Record(now), Value::Record(wanted)) => {
                write_members(names, shapes, now, wanted, force)
            }
            (Shape::List(shape, count), Value::List(now), Value::List(wanted)) => {
                if wanted.len() != *count {
                    return Err(vec![No::Length]);
                }
                all(now
                    .iter()
                    .zip(wanted)
                    .map(|(now, wanted)| shape.kept_or_written(now, wanted, force)))
                .map(Value::List)
            }
            (Shape::Record(..) | Shape::List(..), ..) => Err(vec![No::Kind]),
            _ => self.leaf(wanted, force).map_err(|no| vec![no]),
        }
    }

    /// A part that keeps its value is not checked: a value that was read can be written back.
    fn kept_or_written(&self, now: &Value, wanted: &Value, force: bool) -> Result<Value, Vec<No>> {
        if now == wanted {
            return Ok(now.clone());
        }
        self.written(now, wanted, force)
    }

    fn leaf(&self, wanted: &Value, force: bool) -> Result<Value, No> {
        match self {
            Shape::Int {
                bits,
                signed,
                range,
            } => {
                let number = integer(wanted)?;
                match range {
                    Some((low, high)) if !force && !(*low..=*high).contains(&number) => {
                        Err(No::Range)
                    }
                    _ if !fits(number, *bits, *signed) => Err(No::Fit),
                    _ => Ok(int_value(number, *bits, *signed)),
                }
            }
            Shape::Float => match wanted {
                Value::F64(number) => Ok(Value::F64(*number)),
                Value::Bool(_) => Err(No::Kind),
                other => other
                    .as_i128()
                    .map(|number| Value::F64(number as f64))
                    .ok_or(No::Kind),
            },
            Shape::Bool => match (wanted, wanted.as_i128()) {
                (Value::Bool(_), _) => Ok(wanted.clone()),
                (_, Some(number @ 0..=1)) => Ok(Value::Bool(number == 1)),
                _ => Err(No::Kind),
            },
            Shape::Text { room, capitals } => match wanted {
                Value::Text(text) if text.len() > *room => Err(No::TooLong),
                Value::Text(text)
                    if *capitals && !force && !text.chars().all(|c| c.is_ascii_uppercase()) =>
                {
                    Err(No::Pattern)
                }
                Value::Text(_) => Ok(wanted.clone()),
                _ => Err(No::Kind),
            },
            Shape::Side => side(wanted, force),
            Shape::Marks => marks(wanted, force),
            Shape::List(..) | Shape::Record(..) => unreachable!("not a leaf"),
        }
    }

    /// The sum of a number and an amount.
    pub(crate) fn added(&self, now: &Value, amount: i64) -> Result<Value, No> {
        let sum = match (self, now) {
            (Shape::Int { .. }, now) => {
                let now = now.as_i128().expect("an integer");
                Value::I128(now.checked_add(amount.into()).ok_or(No::Kind)?)
            }
            (Shape::Float, Value::F64(now)) => Value::F64(now + amount as f64),
            _ => return Err(No::Kind),
        };
        self.leaf(&sum, false)
    }
}

fn write_members(
    names: &'static [(&'static str, bool)],
    shapes: &[Shape],
    now: &Record,
    wanted: &Record,
    force: bool,
) -> Result<Value, Vec<No>> {
    let mut made = now.clone();
    let mut against = Vec::new();
    for (name, wanted) in wanted {
        let Some(index) = names.iter().position(|(known, _)| *known == &**name) else {
            against.push(No::NoSuchMember);
            continue;
        };
        let (now, readonly) = (&now.values()[index], names[index].1);
        let written = shapes[index].kept_or_written(now, wanted, force);
        if readonly && !force && written.as_ref() != Ok(now) {
            against.push(No::ReadOnly);
        }
        match written {
            Ok(value) => made.values_mut()[index] = value,
            Err(more) => against.extend(more),
        }
    }
    match against.is_empty() {
        true => Ok(Value::Record(made)),
        false => Err(against),
    }
}

fn all(values: impl Iterator<Item = Result<Value, Vec<No>>>) -> Result<Vec<Value>, Vec<No>> {
    let mut against = Vec::new();
    let made: Vec<Value> = values
        .filter_map(|value| value.map_err(|more| against.extend(more)).ok())
        .collect();
    match against.is_empty() {
        true => Ok(made),
        false => Err(against),
    }
}

fn integer(wanted: &Value) -> Result<i128, No> {
    match wanted {
        Value::F64(number) if number.fract() == 0.0 => Ok(*number as i128),
        Value::F64(_) => Err(No::NotWhole),
        Value::Bool(_) => Err(No::Kind),
        other => other.as_i128().ok_or(No::Kind),
    }
}

fn fits(number: i128, bits: u32, signed: bool) -> bool {
    match (signed, bits) {
        (true, 128) => true,
        (true, _) => (-(1 << (bits - 1))..1 << (bits - 1)).contains(&number),
        (false, _) => (0..1 << bits).contains(&number),
    }
}

fn int_value(number: i128, bits: u32, signed: bool) -> Value {
    match (bits, signed) {
        (128, _) => Value::I128(number),
        (_, true) => Value::I64(number as i64),
        (_, false) => Value::U64(number as u64),
    }
}

fn side(wanted: &Value, force: bool) -> Result<Value, No> {
    if let Value::Text(text) = wanted {
        let known = SIDES.iter().find(|(name, _)| name == text);
        return known
            .map(|(_, number)| side_value(*number))
            .ok_or(No::NoSuchName);
    }
    let number = integer(wanted).map_err(|_| No::Kind)?;
    if !force && SIDES.iter().all(|(_, known)| *known != number) {
        return Err(No::Unnamed);
    }
    match fits(number, 8, true) {
        true => Ok(side_value(number)),
        false => Err(No::Fit),
    }
}

pub(crate) fn side_value(number: i128) -> Value {
    let known = SIDES.iter().find(|(_, known)| *known == number);
    Value::Enum(EnumValue {
        number,
        name: known.map(|(name, _)| Arc::from(*name)),
    })
}

fn marks(wanted: &Value, force: bool) -> Result<Value, No> {
    let bits = union(wanted, false)?;
    let known: u64 = MARKS.iter().map(|(_, bits)| bits).sum();
    if !force && bits & !known != 0 {
        return Err(No::UnknownBits);
    }
    match u32::try_from(bits) {
        Ok(_) => Ok(marks_value(bits)),
        Err(_) => Err(No::Fit),
    }
}

fn union(wanted: &Value, in_list: bool) -> Result<u64, No> {
    match wanted {
        Value::Text(text) => text
            .split('|')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| {
                let known = MARKS.iter().find(|(known, _)| *known == name);
                known.map(|(_, bits)| *bits).ok_or(No::NoSuchName)
            })
            .try_fold(0, |union, bits| Ok(union | bits?)),
        Value::List(_) if in_list => Err(No::Kind),
        Value::List(parts) => parts
            .iter()
            .try_fold(0, |bits, part| Ok(bits | union(part, true)?)),
        other => {
            let number = integer(other).map_err(|_| No::Kind)?;
            u64::try_from(number).map_err(|_| No::Fit)
        }
    }
}

pub(crate) fn marks_value(bits: u64) -> Value {
    let mut unnamed = bits;
    let mut names = Vec::new();
    for (name, flag) in MARKS {
        if bits & flag != 0 {
            names.push(Arc::from(name));
            unnamed &= !flag;
        }
    }
    Value::Flags(FlagsValue {
        bits,
        names,
        unnamed,
    })
}

/// The part of a value that steps lead to; they were checked against the shape.
pub(crate) fn part<'v>(mut value: &'v mut Value, steps: &[Step]) -> &'v mut Value {
    for step in steps {
        value = match (value, step) {
            (Value::List(values), Step::Element(index)) => &mut values[*index],
            (Value::Record(members), Step::Member(name)) => members
                .iter_mut()
                .find_map(|(known, value)| (&**known == *name).then_some(value))
                .expect("a member of the shape"),
            (value, step) => unreachable!("{step:?} of {value}"),
        };
    }
    value
}

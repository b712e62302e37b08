//! Objects made of one number, which is also in their label: a reader can tell whether all of a value
//! belongs to that object.

use memglass::{
    Array, Object, ObjectInfo, Observer, PathError, ProducerError, ReadError, Session, Value,
};

use crate::objects::{Five, Order};

/// One of them.
#[derive(Debug)]
pub enum Numbered {
    /// A plain struct.
    Order(Object<Order>),
    /// A guarded one.
    Five(Object<Five>),
    /// An array of numbers.
    Array(Array<u64>),
}

/// Creates the object of this number.
///
/// # Errors
///
/// If the session refuses.
pub fn create(session: &Session, number: u64) -> Result<Numbered, ProducerError> {
    let label = label(number);
    Ok(match number % 3 {
        0 => {
            let (complement, marker) = (!number, 0);
            let order = Order {
                number,
                complement,
                marker,
            };
            Numbered::Order(session.object(&label, order)?)
        }
        1 => Numbered::Five(session.object(&label, Five::of(number))?),
        _ => {
            let count = 1 + number as usize % 20;
            Numbered::Array(session.array_with(&label, count, |_| number)?)
        }
    })
}

/// The label of the object of this number.
pub fn label(number: u64) -> String {
    format!("n{number}")
}

/// The number that an object is made of; `None` if it is gone.
///
/// # Errors
///
/// If its value is not of the number in its label, or cannot be read.
pub fn number_of(observer: &Observer, object: &ObjectInfo) -> Result<Option<u64>, String> {
    let number = object
        .label
        .strip_prefix('n')
        .and_then(|digits| digits.parse().ok());
    let number = number.ok_or_else(|| format!("a foreign label: {:?}", object.label))?;
    let value = match observer.root(object) {
        Err(PathError::NoSuchObject { .. }) => return Ok(None),
        field => field.map_err(|error| error.to_string())?.read(),
    };
    match value {
        Err(ReadError::Gone { .. }) => Ok(None),
        Ok(value) if is_made_of(number, &value) => Ok(Some(number)),
        Ok(value) => Err(format!("{} has the foreign value {value}", object.label)),
        Err(error) => Err(error.to_string()),
    }
}

fn is_made_of(number: u64, value: &Value) -> bool {
    let is = |value: &Value| *value == number.into();
    match value {
        Value::List(elements) => elements.iter().all(is),
        Value::Record(members) => members.iter().all(|(name, value)| match &**name {
            "complement" => *value == (!number).into(),
            "marker" => *value == 0_u64.into(),
            _ => is_made_of(number, value),
        }),
        value => is(value),
    }
}

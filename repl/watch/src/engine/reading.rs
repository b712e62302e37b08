//! Sampling one field.

use memglass::{Field, ReadError, Value};

use super::sample::is_same;

/// Tries to get a value and a count of writes of one moment.
const ATTEMPTS: usize = 4;

/// The value of a field as it was sampled.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The field.
    pub field: Field,
    /// What it held.
    pub value: Value,
}

/// A sample, and what is known of how it came about.
pub(super) struct Sampled {
    pub(super) value: Value,
    /// How often a guarded value has been written.
    pub(super) sequence: Option<u64>,
    /// Whether parts of it may be of different moments.
    pub(super) torn: bool,
}

impl Sampled {
    /// One number or text, which is not guarded.
    pub(super) fn alone(value: Value) -> Self {
        Sampled {
            value,
            sequence: None,
            torn: false,
        }
    }
}

/// Reads a field once, or until what was read is of one moment.
pub(super) fn sample(field: &Field) -> Result<Sampled, ReadError> {
    let mut sequence = field.sequence();
    let mut value = field.read()?;
    if sequence.is_none() && !has_parts(&value) {
        return Ok(Sampled::alone(value));
    }
    for _ in 1..ATTEMPTS {
        let (after, again) = (field.sequence(), field.read()?);
        // A guarded value is always whole; only which write it is has to be sure.
        let is_settled = after == sequence && is_same(&value, &again);
        (sequence, value) = (after, again);
        if is_settled {
            return Ok(Sampled {
                value,
                sequence,
                torn: false,
            });
        }
    }
    Ok(Sampled {
        torn: sequence.is_none(),
        value,
        sequence,
    })
}

/// Whether a value is no single one.
pub fn has_parts(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Record(_))
}

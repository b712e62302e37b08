//! Numbers: exact whole numbers of any sign up to 128 bits, their fit, bounds and steps.

use std::cmp::Ordering;
use std::fmt;

use super::refusal::Reason;
use crate::schema::{Metadata, Number};
use crate::value::Value;

/// A whole number of any 128-bit type, signed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    /// Two's complement.
    bits: u128,
    negative: bool,
}

impl Whole {
    /// The whole number that a value is, if its kind is whole numbers.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(_) => None,
            Value::U128(value) => Some(Self::from(*value)),
            other => other.as_i128().map(Self::from),
        }
    }

    /// The whole number that a float is, if it is one.
    pub(super) fn of_float(value: f64) -> Option<Self> {
        let limit = 2_f64.powi(127);
        if !value.is_finite() || value.fract() != 0.0 {
            None
        } else if value < 0.0 {
            (value >= -limit).then(|| Self::from(value as i128))
        } else {
            (value < 2.0 * limit).then(|| Self::from(value as u128))
        }
    }

    /// Reads an integer of `width` bits.
    pub(super) fn from_bits(bits: u128, width: u32, signed: bool) -> Self {
        let unused = 128 - width;
        match signed {
            true => Self::from((bits << unused) as i128 >> unused),
            false => Self::from(bits << unused >> unused),
        }
    }

    /// Two's complement; the bits above the width that it fits are copies of the sign.
    pub(super) fn bits(self) -> u128 {
        self.bits
    }

    pub(super) fn fits(self, width: u32, signed: bool) -> bool {
        Self::from_bits(self.bits, width, signed) == self
    }

    /// Checks that it fits an integer of this width.
    #[inline]
    pub(super) fn fit(
        self,
        width: u32,
        signed: bool,
        type_name: impl FnOnce() -> String,
    ) -> Result<(), Reason> {
        match self.fits(width, signed) {
            true => Ok(()),
            false => Err(self.misfit(width, signed, type_name())),
        }
    }

    #[cold]
    fn misfit(self, width: u32, signed: bool, type_name: String) -> Reason {
        let (low, high) = match signed {
            true => {
                let high = i128::MAX >> (128 - width);
                (Self::from(-high - 1), Self::from(high))
            }
            false => (Self::from(0_u128), Self::from(u128::MAX >> (128 - width))),
        };
        let (value, low, high) = (self.to_string(), low.to_string(), high.to_string());
        Reason::Fit {
            value,
            type_name,
            low,
            high,
        }
    }

    pub(super) fn as_i128(self) -> Option<i128> {
        let value = self.bits as i128;
        ((value < 0) == self.negative).then_some(value)
    }

    pub(super) fn as_f64(self) -> f64 {
        match self.negative {
            true => self.bits as i128 as f64,
            false => self.bits as f64,
        }
    }

    /// Compares with a bound; exact if the bound is whole.
    fn compare(self, bound: Number) -> Option<Ordering> {
        match (bound, self.as_i128()) {
            (Number::Int(bound), Some(value)) => Some(value.cmp(&bound)),
            // Beyond every bound.
            (Number::Int(_), None) => Some(Ordering::Greater),
            (Number::Float(bound), _) => self.as_f64().partial_cmp(&bound),
        }
    }

    /// Checks that it is within the declared bounds.
    #[inline]
    pub(super) fn check_bounds(self, metadata: &Metadata) -> Result<(), Reason> {
        check_range(metadata, &self, |bound| self.compare(bound))
    }

    /// Checks that it is on a declared step.
    #[inline]
    pub(super) fn check_step(self, metadata: &Metadata) -> Result<(), Reason> {
        let Some(step) = metadata.step else {
            return Ok(());
        };
        let base = metadata.min.unwrap_or(Number::Int(0));
        let on_step = match (self.as_i128(), base, step) {
            (Some(value), Number::Int(base), Number::Int(step)) if step > 0 => {
                // Equal remainders, since the difference may not fit.
                value.rem_euclid(step) == base.rem_euclid(step)
            }
            _ => is_on_step(self.as_f64(), base.as_f64(), step.as_f64(), TOLERANCE),
        };
        check_step(on_step, &self, base, step)
    }
}

impl From<i128> for Whole {
    fn from(value: i128) -> Self {
        Self {
            bits: value as u128,
            negative: value < 0,
        }
    }
}

impl From<u128> for Whole {
    fn from(bits: u128) -> Self {
        Self {
            bits,
            negative: false,
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.negative {
            true => (self.bits as i128).fmt(out),
            false => self.bits.fmt(out),
        }
    }
}

/// How far from a step, in steps and relative, a number may be by rounding alone.
const TOLERANCE: f64 = 1e-9;
/// The same for numbers stored with 32 bits.
const TOLERANCE_F32: f64 = 1e-6;

/// Checks bounds and step of a 64-bit float.
pub(super) fn check_f64(value: f64, metadata: &Metadata) -> Result<(), Reason> {
    check_range(metadata, &value, |bound| value.partial_cmp(&bound.as_f64()))?;
    check_float_step(&value, value, metadata, TOLERANCE)
}

/// Checks bounds and step of a 32-bit float, as if the annotations were written with 32 bits too:
/// 0.1 is within a maximum of 0.1.
pub(super) fn check_f32(value: f32, metadata: &Metadata) -> Result<(), Reason> {
    check_range(metadata, &value, |bound| {
        value.partial_cmp(&(bound.as_f64() as f32))
    })?;
    check_float_step(&value, f64::from(value), metadata, TOLERANCE_F32)
}

fn check_range(
    metadata: &Metadata,
    value: &dyn fmt::Display,
    compare: impl Fn(Number) -> Option<Ordering>,
) -> Result<(), Reason> {
    let above = |min| compare(min).is_some_and(Ordering::is_ge);
    let below = |max| compare(max).is_some_and(Ordering::is_le);
    if metadata.min.is_none_or(above) && metadata.max.is_none_or(below) {
        return Ok(());
    }
    let allowed = metadata.bounds().expect("without bounds nothing is out");
    Err(Reason::Range {
        value: value.to_string(),
        allowed: allowed.to_string(),
    })
}

fn check_float_step(
    shown: &dyn fmt::Display,
    value: f64,
    metadata: &Metadata,
    tolerance: f64,
) -> Result<(), Reason> {
    let Some(step) = metadata.step else {
        return Ok(());
    };
    let base = metadata.min.unwrap_or(Number::Int(0));
    let on_step = is_on_step(value, base.as_f64(), step.as_f64(), tolerance);
    check_step(on_step, shown, base, step)
}

fn is_on_step(value: f64, base: f64, step: f64, tolerance: f64) -> bool {
    let steps = (value - base) / step;
    (steps - steps.round()).abs() <= tolerance * steps.abs().max(1.0)
}

fn check_step(
    on_step: bool,
    value: &dyn fmt::Display,
    base: Number,
    step: Number,
) -> Result<(), Reason> {
    match on_step {
        true => Ok(()),
        false => Err(Reason::Step {
            value: value.to_string(),
            base: base.to_string(),
            step: step.to_string(),
        }),
    }
}

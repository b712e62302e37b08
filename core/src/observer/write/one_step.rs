//! Changing a value in one step, which no other writer can come between.

use super::super::error::WriteError;
use super::super::field::Field;
use super::super::place::GuardedPlace;
use super::super::read;
use super::exchange::{paste, unit_bytes};
use crate::coerce::{Reason, Refusal, Strictness};
use crate::owners::WriterSlot;
use crate::value::Value;

impl Field {
    /// Adds to a number in one step, which no other writer can interrupt, and returns the new value.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`], which checks the sum.
    pub fn add(&self, amount: &Value) -> Result<Value, WriteError> {
        let mut sum = None;
        self.change(&mut |value| {
            let added = add(value, amount).ok_or_else(|| self.refused(value, amount))?;
            sum = Some(added.clone());
            Ok(added)
        })?;
        Ok(sum.expect("set by each attempt"))
    }

    /// Changes a value in one step. The present value, as changed by `change`, is checked and stored only
    /// if no other write came in between. For a number that is not guarded, `change` may be called more
    /// than once.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`]. A struct or array that is not guarded as a whole cannot be changed
    /// in one step and is refused.
    pub fn update(&self, mut change: impl FnMut(&mut Value)) -> Result<Value, WriteError> {
        let mut last = None;
        self.change(&mut |value| {
            let mut changed = value.clone();
            change(&mut changed);
            last = Some(changed.clone());
            Ok(changed)
        })?;
        Ok(last.expect("set by each attempt"))
    }

    /// Read-modify-write of one guarded value or one number.
    fn change(
        &self,
        change: &mut dyn FnMut(&Value) -> Result<Value, WriteError>,
    ) -> Result<(), WriteError> {
        let writer = self.writer()?;
        self.check_not_readonly(Strictness::Checked)?;
        // The place of an array of objects is that of the first one, which may be guarded.
        if self.object.elements.is_some() {
            return Err(self.not_one_step());
        }
        let _intent = self.announce(writer)?;
        let changed = match self.place.guarded(self.schema(), self.object_view()) {
            Some((guarded, offset)) => {
                self.change_guarded(writer, guarded, offset as usize, change)
            }
            None => self.change_number(change),
        };
        self.unless_cut(changed)
    }

    fn change_guarded(
        &self,
        writer: &WriterSlot,
        guarded: GuardedPlace<'_>,
        offset: usize,
        change: &mut dyn FnMut(&Value) -> Result<Value, WriteError>,
    ) -> Result<(), WriteError> {
        let claim = self.claim(writer, guarded)?;
        let mut words = vec![0; guarded.slots.len_words()];
        claim.read_current(&mut words);
        let mut bytes = read::cut(&words, offset, self.place.value_size(self.schema()));
        let wanted = change(&read::decode(self.schema(), &self.place, &bytes))?;
        self.encode(&self.place, "", &wanted, Strictness::Checked, &mut bytes)?;
        paste(&mut words, offset, &bytes);
        claim.publish_and_release(&words);
        Ok(())
    }

    fn change_number(
        &self,
        change: &mut dyn FnMut(&Value) -> Result<Value, WriteError>,
    ) -> Result<(), WriteError> {
        let schema = self.schema();
        let ty = &schema[self.place.bare(schema)];
        if !ty.is_scalar() || ty.size > 8 {
            return Err(self.not_one_step());
        }
        self.exchange(&self.place, |old| {
            let mut bytes = unit_bytes(schema, &self.place, old);
            let wanted = change(&read::decode(schema, &self.place, &bytes))?;
            self.encode(&self.place, "", &wanted, Strictness::Checked, &mut bytes)?;
            Ok(bytes)
        })
    }

    fn not_one_step(&self) -> WriteError {
        self.refuse(Refusal::from(Reason::NotOneStep {
            type_name: self.type_name(),
        }))
    }

    fn refused(&self, value: &Value, amount: &Value) -> WriteError {
        let found = format!("{} and {}", value.noun(), amount.noun());
        self.refuse(Refusal::from(Reason::NotAddable { found }))
    }
}

/// The sum of two numbers; `None` if they are not numbers or no integer type holds the sum.
fn add(value: &Value, amount: &Value) -> Option<Value> {
    if let (Value::F32(_) | Value::F64(_), Some(_)) | (_, None) = (value, amount.as_i128()) {
        return Some(Value::F64(value.as_f64()? + amount.as_f64()?));
    }
    match value {
        Value::I64(_) | Value::U64(_) | Value::I128(_) => value
            .as_i128()?
            .checked_add(amount.as_i128()?)
            .map(Value::I128),
        Value::U128(number) => number
            .checked_add_signed(amount.as_i128()?)
            .map(Value::U128),
        _ => None,
    }
}

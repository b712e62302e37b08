//! Changing a value in one step, which no other writer can come between.

use super::super::change::{Change, Stored};
use super::super::error::WriteError;
use super::super::field::Field;
use super::super::place::GuardedPlace;
use super::super::read;
use super::exchange::{paste, unit_bytes};
use crate::coerce::{Reason, Refusal, Strictness};
use crate::owners::WriterSlot;
use crate::value::Value;

/// What makes the new value of the present one.
type Changed<'c> = &'c mut dyn FnMut(&Value) -> Result<Value, WriteError>;

impl Field {
    /// Adds to a number in one step, which no other writer can interrupt, and returns the old and the new
    /// value.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`], which checks the sum.
    pub fn add(&self, amount: &Value) -> Result<Change, WriteError> {
        self.change(&mut |value| add(value, amount).ok_or_else(|| self.refused(value, amount)))
    }

    /// Changes a value in one step, and returns the old and the new value. The present value, as changed by
    /// `change`, is checked and stored only if no other write came in between. For a number that is not
    /// guarded, `change` may be called more than once.
    ///
    /// Other writes by this observer wait until `change` returns, and so do all writers of a guarded value.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`]. A struct or array that is not guarded as a whole cannot be changed
    /// in one step and is refused. A write by the same observer from within `change` is refused too.
    pub fn update(&self, mut change: impl FnMut(&mut Value)) -> Result<Change, WriteError> {
        self.try_update(|value| {
            let mut changed = value.clone();
            change(&mut changed);
            Some(changed)
        })
    }

    /// The same, unless `change` makes no value: [`WriteError::CalledOff`].
    pub(in super::super) fn try_update(
        &self,
        mut change: impl FnMut(&Value) -> Option<Value>,
    ) -> Result<Change, WriteError> {
        self.change(&mut |value| {
            change(value).ok_or_else(|| WriteError::CalledOff {
                path: self.path().into(),
            })
        })
    }

    /// Read-modify-write of one guarded value or one number.
    fn change(&self, change: Changed<'_>) -> Result<Change, WriteError> {
        let writer = self.writer()?;
        self.check_not_readonly(Strictness::Checked)?;
        // The place of an array of objects is that of the first one, which may be guarded.
        if self.object.elements.is_some() {
            return Err(self.not_one_step());
        }
        let stored = match writer {
            Some(writer) => self.change_for_good(writer, change),
            None => self.try_change_out(change),
        };
        let stored = self.unless_cut(stored)?;
        let value = |bytes: &[u8]| self.value_at(&self.place, bytes);
        Ok(Change {
            old: value(&stored.old),
            new: value(&stored.new),
        })
    }

    fn change_for_good(
        &self,
        writer: &WriterSlot,
        change: Changed<'_>,
    ) -> Result<Stored, WriteError> {
        let _intent = self.announce(writer)?;
        let _updating = writer.updating();
        match self
            .place
            .guarded(self.session_schema(), self.object_view())
        {
            Some((guarded, offset)) => {
                self.change_guarded(writer, guarded, offset as usize, change)
            }
            None => self.change_number(change),
        }
    }

    fn try_change_out(&self, change: Changed<'_>) -> Result<Stored, WriteError> {
        if !self.is_alive() {
            return Err(self.gone_for_writing());
        }
        match self
            .place
            .guarded(self.session_schema(), self.object_view())
        {
            Some(_) => self.check_not_held(&self.place)?,
            None => self.check_one_number()?,
        }
        self.try_out(&self.place, |bytes| self.encode_changed(bytes, change))
    }

    fn change_guarded(
        &self,
        writer: &WriterSlot,
        guarded: GuardedPlace<'_>,
        offset: usize,
        change: Changed<'_>,
    ) -> Result<Stored, WriteError> {
        let claim = self.claim(writer, guarded)?;
        let mut words = vec![0; guarded.slots.len_words()];
        claim.read_current(&mut words);
        let old = read::cut(&words, offset, self.place.value_size(self.session_schema()));
        let mut new = old.clone();
        self.encode_changed(&mut new, change)?;
        paste(&mut words, offset, &new);
        claim.publish_and_release(&words);
        Ok(Stored { old, new })
    }

    fn change_number(&self, change: Changed<'_>) -> Result<Stored, WriteError> {
        self.check_one_number()?;
        self.exchange(&self.place, |unit| {
            let old = unit_bytes(self.session_schema(), &self.place, unit);
            let mut new = old.clone();
            self.encode_changed(&mut new, change)?;
            Ok(Stored { old, new })
        })
    }

    /// Puts what `change` makes of the value that the bytes are into them.
    fn encode_changed(&self, bytes: &mut [u8], change: Changed<'_>) -> Result<(), WriteError> {
        let wanted = change(&self.value_at(&self.place, bytes))?;
        self.encode(&self.place, "", &wanted, Strictness::Checked, bytes)
    }

    fn check_one_number(&self) -> Result<(), WriteError> {
        let schema = self.session_schema();
        let ty = &schema[self.place.bare(schema)];
        match ty.is_scalar() && ty.size <= 8 {
            true => Ok(()),
            false => Err(self.not_one_step()),
        }
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

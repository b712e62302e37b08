//! Conditions over values that they are told, in place of what memory holds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use memglass::{Field, Observer, Value};
use memglass_value::number::as_written;

use super::bind::Binder;
use super::code::Run;
use super::site::Site;
use super::{Expression, Wanted, seen};
use crate::condition::Truth;

/// A compiled condition over values that it is told.
///
/// It looks at no memory, so its answer belongs to exactly these values.
pub struct HeldExpression {
    run: Run<bool>,
}

/// The value that was told last of a field. A clone is told the same.
#[derive(Clone, Debug)]
pub struct ToldValue(Arc<Told>);

#[derive(Debug)]
struct Told {
    /// [`bits`] of the value, for conditions: they are judged again and again, and a copy of the value takes four times as
    /// long.
    bits: AtomicU64,
    value: Mutex<Value>,
}

/// The fields that are met while a condition is compiled.
pub(super) struct Holding<'f> {
    first: &'f mut dyn FnMut(&Field) -> Option<ToldValue>,
    fields: Vec<(Field, ToldValue)>,
    /// Whether nothing but values of fields was met.
    is_whole: bool,
}

impl Expression {
    /// The same condition on values that it is told, as long as the session has the present epoch or its objects live.
    /// `first` is asked once for the value of each field that it reads. `None` if it depends on more than that, `first` has no value, or names are to be looked up anew.
    pub fn held(
        &self,
        observer: &Observer,
        first: &mut dyn FnMut(&Field) -> Option<ToldValue>,
    ) -> Option<HeldExpression> {
        let is_settled =
            self.seen == seen(observer) && self.roots.iter().all(|it| it.found.is_some());
        if !is_settled || !matches!(self.wanted, Wanted::Truth) {
            return None;
        }
        let mut binder = Binder::new(observer, &self.captured).holding(first);
        let run = binder.truth(&self.term);
        binder.finish().ok()?;
        let is_whole = binder.is_held();
        is_whole.then_some(HeldExpression { run })
    }
}

impl HeldExpression {
    /// Whether it holds for these values.
    pub fn truth(&self) -> Truth {
        self.run.get().map_or(Truth::Unknown, Truth::from)
    }
}

impl ToldValue {
    /// Tells this value.
    pub fn new(value: Value) -> ToldValue {
        ToldValue(Arc::new(Told {
            bits: AtomicU64::new(bits(&value)),
            value: Mutex::new(value),
        }))
    }

    /// The value that was told last.
    pub fn get(&self) -> Value {
        let value = self.0.value.lock().unwrap_or_else(PoisonError::into_inner);
        value.clone()
    }

    /// The number that was told last, as far as [`bits`] has it.
    #[inline]
    pub(super) fn bits(&self) -> u64 {
        // Whoever judges a condition has told its values, or has the engine from who did.
        self.0.bits.load(Ordering::Relaxed)
    }

    /// Tells another value.
    pub fn set(&self, value: Value) {
        self.0.bits.store(bits(&value), Ordering::Relaxed);
        *self.0.value.lock().unwrap_or_else(PoisonError::into_inner) = value;
    }
}

/// A number as 64 bits: an integer in two's complement, a truth as 0 or 1, and a float as an `f64`, which of an `f32` is
/// the one that is written the same. 0 of all else.
fn bits(value: &Value) -> u64 {
    match *value {
        Value::Bool(truth) => truth.into(),
        Value::I64(number) => number.cast_unsigned(),
        Value::U64(number) => number,
        Value::F64(number) => number.to_bits(),
        Value::F32(number) => as_written(number).to_bits(),
        _ => 0,
    }
}

impl<'f> Holding<'f> {
    pub(super) fn new(first: &'f mut dyn FnMut(&Field) -> Option<ToldValue>) -> Self {
        Holding {
            first,
            fields: Vec::new(),
            is_whole: true,
        }
    }

    /// Puts what is told in the place of a single value in memory.
    pub(super) fn hold(&mut self, site: Site) -> Site {
        let Site::Fixed(field) = &site else {
            self.is_whole = false;
            return site;
        };
        let is_same =
            |known: &Field| known.object_id() == field.object_id() && known.path() == field.path();
        let known = self.fields.iter().find(|(known, _)| is_same(known));
        if let Some((_, told)) = known {
            return Site::Told(field.clone(), told.clone());
        }
        let Some(told) = (self.first)(field) else {
            self.is_whole = false;
            return site;
        };
        self.fields.push((field.clone(), told.clone()));
        Site::Told(field.clone(), told)
    }

    /// Notes that something else than a value is looked at.
    pub(super) fn spoil(&mut self) {
        self.is_whole = false;
    }

    /// Whether nothing but values of fields was met.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }
}

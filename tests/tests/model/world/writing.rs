//! Values that are written, taken or refused.

use std::sync::Arc;

use memglass::Value;

use super::{Resolved, World};
use crate::answers::{Outcome, expect_reason, expect_refusal, outcome};
use crate::objects::KINDS;
use crate::operations::{MEMBERS, Wanted};
use crate::produce::{self, Held};
use crate::shapes::{No, Shape, Step, part};

impl World {
    /// The value to write to a field.
    pub(super) fn wanted(&self, index: usize, number: usize, wanted: Wanted) -> Value {
        match self.field(index, number) {
            Some((_, resolved)) => {
                let mut value = self.objects[resolved.object].value.clone();
                for_shape(wanted, &resolved.shape, part(&mut value, &resolved.steps))
            }
            None => wanted.value(|_| true),
        }
    }

    /// A record of some members, for a field.
    pub(super) fn record(
        &self,
        index: usize,
        number: usize,
        wanted: &[(usize, Wanted); 2],
    ) -> Value {
        let mut made: Vec<(Arc<str>, Value)> = Vec::new();
        for (name, wanted) in wanted {
            let (name, value) = self.member(index, number, *name, *wanted);
            if made.iter().all(|(known, _)| &**known != name) {
                made.push((name.into(), value));
            }
        }
        Value::Record(made.into())
    }

    fn member(
        &self,
        index: usize,
        number: usize,
        name: usize,
        wanted: Wanted,
    ) -> (&'static str, Value) {
        let anything = (MEMBERS[name % MEMBERS.len()], wanted.value(|_| true));
        let Some((_, resolved)) = self.field(index, number).filter(|_| wanted.fit) else {
            return anything;
        };
        let Shape::Record(names, shapes) = &resolved.shape else {
            return anything;
        };
        let which = name % names.len();
        let mut steps = resolved.steps.clone();
        steps.push(Step::Member(names[which].0));
        let mut value = self.objects[resolved.object].value.clone();
        let now = part(&mut value, &steps);
        (names[which].0, for_shape(wanted, &shapes[which], now))
    }

    /// Writes; if `hold`, while the producer holds a guarded value of the same object.
    pub(super) fn write(
        &mut self,
        index: usize,
        number: usize,
        wanted: &Value,
        force: bool,
        hold: bool,
    ) {
        let Some((watching, resolved)) = self.field(index, number) else {
            return;
        };
        let (writable, resolved) = (watching.writable, resolved.clone());
        let handle = self.objects[resolved.object].handle.as_ref();
        let held = handle.filter(|_| hold).and_then(produce::hold);
        let written = match force {
            true => resolved.field.write_forced(wanted),
            false => resolved.field.write(wanted),
        };
        let is_held = held.is_some_and(|held| touches(&held, &resolved.steps));
        let outcome = outcome(written);
        self.count(outcome.name());
        let object = &mut self.objects[resolved.object];
        if !object.is_alive || !writable {
            expect_refusal(&outcome, object.is_alive, writable);
            return;
        }
        if resolved.readonly && !force {
            assert_eq!(outcome, Outcome::ReadOnlyField);
            return;
        }
        let now = part(&mut object.value, &resolved.steps);
        match resolved.shape.written(now, wanted, force) {
            Ok(_) if is_held => assert_eq!(outcome, Outcome::Busy),
            Ok(value) => {
                assert_eq!(
                    outcome,
                    Outcome::Done,
                    "{} = {wanted}",
                    resolved.field.path()
                );
                *now = value;
            }
            Err(against) => expect_reason(&outcome, &against, resolved.field.path(), wanted),
        }
    }

    /// Reads a record or list, changes a part of it, and writes the whole.
    pub(super) fn write_back(&mut self, index: usize, number: usize, which: usize, wanted: Wanted) {
        let Some((_, resolved)) = self.field(index, number) else {
            return;
        };
        let Ok(mut value) = resolved.field.read() else {
            return;
        };
        match (&mut value, &resolved.shape) {
            (Value::Record(members), Shape::Record(_, shapes)) => {
                let which = which % shapes.len();
                let member = &mut members.values_mut()[which];
                *member = for_shape(wanted, &shapes[which], member);
            }
            (Value::List(values), Shape::List(shape, count)) => {
                let which = which % count;
                values[which] = for_shape(wanted, shape, &values[which]);
            }
            _ => {}
        }
        self.write(index, number, &value, false, false);
    }

    pub(super) fn add(&mut self, index: usize, number: usize, amount: i64) {
        let Some((watching, resolved)) = self.field(index, number) else {
            return;
        };
        let (writable, resolved) = (watching.writable, resolved.clone());
        let added = resolved.field.add(&Value::I64(amount));
        let sum = added.as_ref().ok().map(|change| change.new.clone());
        let outcome = outcome(added.map(drop));
        self.count(outcome.name());
        let object = &mut self.objects[resolved.object];
        if !object.is_alive || !writable {
            return expect_refusal(&outcome, object.is_alive, writable);
        }
        if resolved.readonly {
            return assert_eq!(outcome, Outcome::ReadOnlyField);
        }
        let now = part(&mut object.value, &resolved.steps);
        match resolved.shape.added(now, amount) {
            Ok(value) => {
                assert_eq!(
                    outcome,
                    Outcome::Done,
                    "{} += {amount}",
                    resolved.field.path()
                );
                let sum = sum.expect("it is done");
                assert_eq!(
                    (sum.as_i128(), sum.as_f64()),
                    (value.as_i128(), value.as_f64())
                );
                *now = value;
            }
            Err(No::Kind) => assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}"),
            Err(against) => expect_reason(
                &outcome,
                &[against],
                resolved.field.path(),
                &Value::I64(amount),
            ),
        }
    }

    pub(super) fn update(&mut self, index: usize, number: usize, wanted: &Value) {
        let Some((watching, resolved)) = self.field(index, number) else {
            return;
        };
        let (writable, resolved) = (watching.writable, resolved.clone());
        let mut seen = None;
        let updated = resolved.field.update(|value| {
            seen = Some(value.clone());
            *value = wanted.clone();
        });
        let outcome = outcome(updated.map(drop));
        self.count(outcome.name());
        let object = &mut self.objects[resolved.object];
        if !object.is_alive || !writable {
            return expect_refusal(&outcome, object.is_alive, writable);
        }
        if resolved.readonly {
            return assert_eq!(outcome, Outcome::ReadOnlyField);
        }
        let kind = object.kind;
        let now = part(&mut object.value, &resolved.steps);
        if !is_one_step(kind, &resolved) {
            return assert_eq!(outcome, Outcome::Refused("NotOneStep".into()));
        }
        assert_eq!(seen.as_ref(), Some(&*now));
        match resolved.shape.written(now, wanted, false) {
            Ok(value) => {
                assert_eq!(
                    outcome,
                    Outcome::Done,
                    "{} = {wanted}",
                    resolved.field.path()
                );
                *now = value;
            }
            Err(against) => expect_reason(&outcome, &against, resolved.field.path(), wanted),
        }
    }
}

/// A value for a place of this shape with this value.
fn for_shape(wanted: Wanted, shape: &Shape, now: &Value) -> Value {
    wanted.value(|value| shape.written(now, value, false).is_ok())
}

/// Whether the field is guarded as a whole, or one number.
fn is_one_step(kind: usize, resolved: &Resolved) -> bool {
    let is_guarded = match (KINDS[kind], resolved.steps.first()) {
        ("Whole", _) | ("wholes", Some(_)) => true,
        ("Sample", Some(Step::Member(name))) => ["pair", "total", "note"].contains(name),
        _ => false,
    };
    is_guarded
        || !matches!(
            resolved.shape,
            Shape::List(..) | Shape::Record(..) | Shape::Text { .. }
        )
}

fn touches(hold: &Held<'_>, steps: &[Step]) -> bool {
    match hold {
        Held::Pair(_) => steps.first() == Some(&Step::Member("pair")),
        Held::Whole(_) => true,
    }
}

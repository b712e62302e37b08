//! Durations: `200.ms`, `1.5.s`, `2.min`, `60.hz`.

use std::any::TypeId;
use std::fmt;
use std::time::Duration;

use memglass_value::duration::{self, NANOS, RATES, UNITS};
use memglass_value::number::{Integer, Operation};
use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT};

use super::convert::noun;
use super::error::raise;
use super::{marks, wide};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// So long ago: `-5.s`.
#[derive(Clone, Copy, Debug)]
pub struct Ago(pub Duration);

impl fmt::Display for Ago {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "-{:?}", self.0)
    }
}

/// Registers the units as properties of numbers, and what can be done with durations.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Duration>("duration");
    for (unit, nanos) in UNITS {
        let seconds = nanos as FLOAT / NANOS as FLOAT;
        engine.register_get(unit, move |duration: &mut Duration| {
            duration.as_secs_f64() / seconds
        });
        for number in [TypeId::of::<INT>(), TypeId::of::<FLOAT>()] {
            let getter = format!("get${unit}");
            engine.register_raw_fn(getter, [number], move |_, arguments| {
                in_unit(&*arguments[0], nanos)
            });
        }
    }
    for (unit, hertz) in RATES {
        engine.register_get(unit, move |rate: &mut INT| {
            of_seconds(1.0 / (*rate as FLOAT * hertz))
        });
        engine.register_get(unit, move |rate: &mut FLOAT| {
            of_seconds(1.0 / (*rate * hertz))
        });
    }
    engine.register_fn("+", |a: Duration, b: Duration| a.saturating_add(b));
    engine.register_fn("-", |a: Duration, b: Duration| a.saturating_sub(b));
    engine.register_fn("*", |a: Duration, b: INT| {
        duration::times(a, b).map_err(raise)
    });
    engine.register_fn("*", |a: INT, b: Duration| {
        duration::times(b, a).map_err(raise)
    });
    engine.register_fn("*", |a: Duration, b: FLOAT| of_seconds(a.as_secs_f64() * b));
    engine.register_fn("*", |a: FLOAT, b: Duration| of_seconds(b.as_secs_f64() * a));
    engine.register_fn("/", |a: Duration, b: INT| divided(a, b as FLOAT));
    engine.register_fn("/", divided);
    engine.register_fn("/", |a: Duration, b: Duration| {
        a.as_secs_f64() / b.as_secs_f64()
    });
    register_shifts(engine);
    engine
        .register_fn("-", Ago)
        .register_fn("to_string", |a: Ago| a.to_string())
        .register_fn("to_debug", |a: Ago| a.to_string());
    engine
        .register_fn("to_string", |a: Duration| format!("{a:?}"))
        .register_fn("to_debug", |a: Duration| format!("{a:?}"));
}

/// Registers sums and differences of a number that was read from a field whose unit is a time, and a duration.
fn register_shifts(engine: &mut Engine) {
    let length = TypeId::of::<Duration>();
    for operation in [Operation::Add, Operation::Subtract] {
        for number in [
            TypeId::of::<INT>(),
            TypeId::of::<FLOAT>(),
            TypeId::of::<Integer>(),
        ] {
            for types in [[number, length], [length, number]] {
                engine.register_raw_fn(operation.sign(), types, move |_, arguments| {
                    shifted(operation, &*arguments[0], &*arguments[1])
                });
            }
        }
    }
}

/// A time that is longer or shorter by a duration, as a number in the unit of the one that was read.
fn shifted(operation: Operation, left: &Dynamic, right: &Dynamic) -> Result<Dynamic> {
    let unit = [left, right]
        .into_iter()
        .find_map(|value| marks::unit_of(value, wide::number(value)?));
    let unit = unit.ok_or_else(|| {
        raise(format_args!(
            "cannot compute {} {} {}: only a number that was read from a field whose unit is a time ({}) goes with a duration",
            noun(left),
            operation.sign(),
            noun(right),
            duration::UNIT_NAMES
        ))
    })?;
    let counted = |value: &Dynamic| match value.read_lock::<Duration>() {
        Some(length) => Some(unit.count(*length)),
        None => wide::number(value),
    };
    let (left, right) = counted(left)
        .zip(counted(right))
        .expect("a number and a duration, for which this is registered");
    let mut shifted = wide::of_number(operation.of(left, right).map_err(raise)?);
    marks::mark_unit(&mut shifted, unit);
    Ok(shifted)
}

/// A duration argument: a duration, or a number of seconds.
pub(crate) fn argument(value: &Dynamic) -> Result<Duration> {
    if let Some(duration) = value.read_lock::<Duration>() {
        return Ok(*duration);
    }
    if let Some(ago) = value.read_lock::<Ago>() {
        let message = format_args!("{} is not a duration", *ago);
        return Err(raise(message));
    }
    let seconds =
        wide::number(value).ok_or_else(|| raise("a duration is written 200.ms, 1.5.s or 2.min"))?;
    of_seconds(seconds.as_f64())
}

/// `5.ms` is a duration. Of a number that was read from a field whose unit is a time, `age.s` is that time as a number
/// of seconds, as it is of a duration.
fn in_unit(number: &Dynamic, nanos: u64) -> Result<Dynamic> {
    let known = wide::number(number).ok_or_else(|| raise("only numbers have units"))?;
    match marks::unit_of(number, known) {
        Some(unit) => Ok((known.as_f64() * unit.nanos() as FLOAT / nanos as FLOAT).into()),
        None => signed(known.as_f64() * (nanos as FLOAT / NANOS as FLOAT)),
    }
}

/// A duration, or how long ago something was: `-5.s` is a property of -5.
fn signed(seconds: FLOAT) -> Result<Dynamic> {
    match seconds < 0.0 {
        true => of_seconds(-seconds).map(|duration| Dynamic::from(Ago(duration))),
        false => of_seconds(seconds).map(Dynamic::from),
    }
}

fn divided(duration: Duration, by: FLOAT) -> Result<Duration> {
    match by == 0.0 {
        true => Err(raise("a duration is not divided by zero")),
        false => of_seconds(duration.as_secs_f64() / by),
    }
}

fn of_seconds(seconds: FLOAT) -> Result<Duration> {
    duration::of_seconds(seconds).map_err(raise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: Duration) {
        let mut engine = Engine::new();
        register(&mut engine);
        assert_eq!(
            engine.eval::<Duration>(source).expect("a duration"),
            expected
        );
    }

    #[test]
    fn units_are_properties_of_numbers() {
        check("200.ms", Duration::from_millis(200));
        check("1.5.s", Duration::from_millis(1500));
        check("2.min + 3.s", Duration::from_secs(123));
        check("50.hz", Duration::from_millis(20));
        check("2.khz", Duration::from_micros(500));
        check("0.5.khz", Duration::from_millis(2));
        check("1.s / 4", Duration::from_millis(250));
        check("1.s * 0.5", Duration::from_millis(500));
        check("1.s * (10.ms / 40.ms)", Duration::from_millis(250));
    }

    #[test]
    fn a_time_that_was_read_is_converted() {
        let mut engine = Engine::new();
        register(&mut engine);
        let mut scope = rhai::Scope::new();
        let mut age = Dynamic::from_int(2005);
        marks::mark_unit(&mut age, duration::Unit::at(2).expect("ms"));
        scope.push_dynamic("age", age);
        let mut number = |source: &str| engine.eval_with_scope::<FLOAT>(&mut scope, source);
        assert_eq!(number("age.s").expect("seconds"), 2.005);
        assert_eq!(number("age.us").expect("microseconds"), 2_005_000.0);
    }

    #[test]
    fn a_time_that_was_read_takes_a_duration_more_or_less() {
        let mut engine = Engine::new();
        register(&mut engine);
        let ms = duration::Unit::at(2).expect("ms");
        let check = |source: &str, expected: FLOAT| {
            let mut age = Dynamic::from_int(2000);
            marks::mark_unit(&mut age, ms);
            let mut scope = rhai::Scope::new();
            scope.push_dynamic("age", age);
            let result = engine.eval_with_scope::<Dynamic>(&mut scope, source);
            let result = result.expect("a number");
            let number = wide::number(&result).expect("a number");
            assert_eq!(number.as_f64(), expected, "{source}");
            assert_eq!(marks::unit_of(&result, number), Some(ms), "{source}");
        };
        check("age + 1.5.s", 3500.0);
        check("age - 1.5.s", 500.0);
        check("3.s - age", 1000.0);
        check("1.ms + age + 1.ms", 2002.0);
        check("age += 5.ms; age", 2005.0);
        check("age + 500.us", 2000.5);
        let error = engine.eval::<Dynamic>("5 + 5.ms").expect_err("no unit");
        assert!(error.to_string().contains("an integer + a duration"));
    }

    #[test]
    fn what_is_no_time_is_an_error() {
        let mut engine = Engine::new();
        register(&mut engine);
        check("5.s - 2.s", Duration::from_secs(3));
        assert_eq!(engine.eval::<Ago>("-5.s").expect("ago").0.as_secs(), 5);
        assert_eq!(engine.eval::<Ago>("-(5.s)").expect("ago").0.as_secs(), 5);
        for source in ["-1.hz", "0.hz", "(0.0/0.0).s"] {
            assert!(engine.eval::<Duration>(source).is_err(), "{source}");
        }
    }
}

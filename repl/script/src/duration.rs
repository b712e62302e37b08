//! Durations: `200.ms`, `1.5.s`, `2.min`, `60.hz`.

use std::time::Duration;

use memglass_value::duration::{self, NANOS, UNITS, Unit};
use memglass_value::number::Number;
use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT};

use super::error::raise;
use super::wide;

/// Bits of a tag that say which unit it is; the others tell whether the number is still the one that was read.
const UNIT_BITS: u32 = 3;

/// Notes on a number that it was read from a field with this unit.
///
/// Rhai keeps the note, its tag, with the number wherever that goes, and also when the number is changed in
/// place. Then the note belongs to another number, and counts no more: see [`unit_of`].
pub(crate) fn mark(number: &mut Dynamic, unit: Unit) {
    if let Some(known) = wide::number(number) {
        number.set_tag(tag(known, unit));
    }
}

/// The unit of a number that was read from a field.
pub(crate) fn unit_of(marked: &Dynamic, number: Number) -> Option<Unit> {
    let found = marked.tag();
    let index = (found as usize & ((1 << UNIT_BITS) - 1)).checked_sub(1)?;
    Unit::at(index).filter(|unit| tag(number, *unit) == found)
}

fn tag(number: Number, unit: Unit) -> i32 {
    let bits = match number {
        Number::Integer(number) => match number.as_i128() {
            Some(number) => number as u128,
            None => number.as_u128().unwrap_or(0),
        },
        Number::Float(number) => number.to_bits().into(),
    };
    let folded = (bits as u64 ^ (bits >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let digest = (folded >> 32) as u32 & !((1 << UNIT_BITS) - 1);
    (digest | (unit.index() as u32 + 1)) as i32
}

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the units as properties of numbers, and what can be done with durations.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Duration>("duration");
    for (unit, nanos) in UNITS {
        let seconds = nanos as FLOAT / NANOS as FLOAT;
        engine.register_get(unit, move |number: &mut INT| {
            of_seconds(*number as FLOAT * seconds)
        });
        engine.register_get(unit, move |number: &mut FLOAT| {
            of_seconds(*number * seconds)
        });
        engine.register_get(unit, move |duration: &mut Duration| {
            duration.as_secs_f64() / seconds
        });
    }
    engine.register_get("hz", |rate: &mut INT| of_seconds(1.0 / *rate as FLOAT));
    engine.register_get("hz", |rate: &mut FLOAT| of_seconds(1.0 / *rate));
    engine.register_fn("+", |a: Duration, b: Duration| a.saturating_add(b));
    engine.register_fn("-", |a: Duration, b: Duration| a.saturating_sub(b));
    engine.register_fn("*", |a: Duration, b: INT| {
        duration::times(a, b).map_err(raise)
    });
    engine.register_fn("*", |a: INT, b: Duration| {
        duration::times(b, a).map_err(raise)
    });
    engine
        .register_fn("to_string", |a: Duration| format!("{a:?}"))
        .register_fn("to_debug", |a: Duration| format!("{a:?}"));
}

/// A duration argument: a duration, or a number of seconds.
pub(crate) fn argument(value: &Dynamic) -> Result<Duration> {
    if let Some(duration) = value.read_lock::<Duration>() {
        return Ok(*duration);
    }
    let seconds =
        wide::number(value).ok_or_else(|| raise("a duration is written 200.ms, 1.5.s or 2.min"))?;
    of_seconds(seconds.as_f64())
}

fn of_seconds(seconds: FLOAT) -> Result<Duration> {
    duration::of_seconds(seconds).map_err(raise)
}

#[cfg(test)]
mod tests {
    use memglass::schema::Metadata;

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
    }

    #[test]
    fn a_number_has_the_unit_of_its_field_until_it_is_changed() {
        let unit = |name: &str| {
            let mut metadata = Metadata::default();
            metadata.unit = Some(name.into());
            Unit::declared(&metadata)
        };
        assert_eq!(unit("ticks"), None);
        assert_eq!(unit("µs"), unit("us"));
        let ms = unit("ms").expect("a unit");
        let unit_of = |number: &Dynamic| unit_of(number, wide::number(number)?);
        let mut number = Dynamic::from_int(1500);
        assert_eq!(unit_of(&number), None);
        mark(&mut number, ms);
        assert_eq!(unit_of(&number.clone()), Some(ms));
        *number.write_lock::<INT>().expect("an integer") /= 1000;
        assert_eq!(unit_of(&number), None);
    }

    #[test]
    fn what_is_no_time_is_an_error() {
        let mut engine = Engine::new();
        register(&mut engine);
        for source in ["(-1).s", "0.hz", "(0.0/0.0).s"] {
            assert!(engine.eval::<Duration>(source).is_err(), "{source}");
        }
    }
}

//! Durations: `200.ms`, `1.5.s`, `2.min`, `60.hz`.

use std::time::Duration;

use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT};

use super::error::raise;

/// Names of the units and their length in seconds.
const UNITS: [(&str, FLOAT); 6] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("min", 60.0),
    ("h", 3600.0),
];

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the units as properties of numbers, and what can be done with durations.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Duration>("duration");
    for (unit, seconds) in UNITS {
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
        of_seconds(a.as_secs_f64() * b as FLOAT)
    });
    engine.register_fn("*", |a: INT, b: Duration| {
        of_seconds(b.as_secs_f64() * a as FLOAT)
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
    let seconds = value
        .as_float()
        .ok()
        .or_else(|| value.as_int().ok().map(|seconds| seconds as FLOAT));
    of_seconds(seconds.ok_or_else(|| raise("a duration is written 200.ms, 1.5.s or 2.min"))?)
}

fn of_seconds(seconds: FLOAT) -> Result<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| raise(format_args!("{seconds} s is not a duration")))
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

//! Durations: `200.ms`, `1.5.s`, `2.min`, `60.hz`.

use std::cmp::Ordering;
use std::time::Duration;

use memglass::schema::Metadata;

use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, INT};

use super::error::raise;
use super::wide::Wide;

/// Names of the units and their length in nanoseconds.
const UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", NANOS),
    ("min", 60 * NANOS),
    ("h", 3600 * NANOS),
];

/// Nanoseconds of a second.
const NANOS: u64 = 1_000_000_000;

/// The units as an error lists them.
pub(crate) const UNIT_NAMES: &str = "ns, us, ms, s, min, h";

/// Bits of a tag that say which unit it is; the others tell whether the number is still the one that was read.
const UNIT_BITS: u32 = 3;

/// A unit of time that a field declares for its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit(usize);

impl Unit {
    /// The unit of a field with this metadata, if it is a time.
    pub(crate) fn declared(metadata: &Metadata) -> Option<Self> {
        let name = match metadata.unit.as_deref()? {
            "µs" | "μs" => "us",
            name => name,
        };
        UNITS.iter().position(|(unit, _)| *unit == name).map(Unit)
    }

    /// Notes on a number that it was read from a field with this unit.
    ///
    /// Rhai keeps the note, its tag, with the number wherever that goes, and also when the number is changed in
    /// place. Then the note belongs to another number, and counts no more: see [`Unit::of`].
    pub(crate) fn mark(self, number: &mut Dynamic) {
        if let Some(tag) = self.tag(number) {
            number.set_tag(tag);
        }
    }

    /// The unit of a number that was read from a field.
    pub(crate) fn of(number: &Dynamic) -> Option<Self> {
        let tag = number.tag();
        let index = (tag as usize & ((1 << UNIT_BITS) - 1)).checked_sub(1)?;
        let unit = Unit(index);
        (index < UNITS.len() && unit.tag(number) == Some(tag)).then_some(unit)
    }

    fn tag(self, number: &Dynamic) -> Option<i32> {
        let bits = match Wide::of(number) {
            Some(Wide::Signed(number)) => number as u128,
            Some(Wide::Unsigned(number)) => number,
            None => number.as_float().ok()?.to_bits().into(),
        };
        let folded = (bits as u64 ^ (bits >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let digest = (folded >> 32) as u32 & !((1 << UNIT_BITS) - 1);
        Some((digest | (self.0 as u32 + 1)) as i32)
    }

    /// How a number of this unit compares to a duration.
    pub(crate) fn order(self, number: &Dynamic, duration: Duration) -> Option<Ordering> {
        let Some(number) = Wide::of(number) else {
            return number.as_float().ok()?.partial_cmp(&self.ratio(duration));
        };
        let (whole, rest) = self.split(duration);
        let above = match rest {
            0 => Ordering::Equal,
            _ => Ordering::Less,
        };
        Some(number.order(Wide::Unsigned(whole)).then(above))
    }

    /// A duration as a number of this unit: an integer if it is one.
    pub(crate) fn count(self, duration: Duration) -> Dynamic {
        match self.split(duration) {
            (whole, 0) => Wide::Unsigned(whole).dynamic(),
            _ => Dynamic::from_float(self.ratio(duration)),
        }
    }

    fn split(self, duration: Duration) -> (u128, u128) {
        let (nanos, unit) = (duration.as_nanos(), u128::from(UNITS[self.0].1));
        (nanos / unit, nanos % unit)
    }

    fn ratio(self, duration: Duration) -> FLOAT {
        duration.as_nanos() as FLOAT / UNITS[self.0].1 as FLOAT
    }
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
    fn a_number_has_the_unit_of_its_field_until_it_is_changed() {
        let unit = |name: &str| {
            let mut metadata = Metadata::default();
            metadata.unit = Some(name.into());
            Unit::declared(&metadata)
        };
        assert_eq!(unit("ticks"), None);
        assert_eq!(unit("µs"), unit("us"));
        let ms = unit("ms").expect("a unit");
        let mut number = Dynamic::from_int(1500);
        assert_eq!(Unit::of(&number), None);
        ms.mark(&mut number);
        assert_eq!(Unit::of(&number.clone()), Some(ms));
        let order = |seconds| ms.order(&number, Duration::from_secs_f64(seconds));
        assert_eq!(order(1.5), Some(Ordering::Equal));
        assert_eq!(order(1.500_000_001), Some(Ordering::Less));
        assert_eq!(order(1.499_999_999), Some(Ordering::Greater));
        *number.write_lock::<INT>().expect("an integer") /= 1000;
        assert_eq!(Unit::of(&number), None);
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

//! Fields as code: reads whose type is known.

use memglass::schema::Kind;
use memglass::{Observe, Value};
use memglass_value::duration::Unit;
use memglass_value::names::Names;
use memglass_value::number::{Integer, Number, as_written};

use super::code::{Code, Run};
use super::error::fault;
use super::site::Site;

/// What a place gives: of a struct or an array the place itself, else its value.
pub(super) fn leaf(site: Site) -> Code {
    if site.is_structured() {
        return Code::Place(site);
    }
    let unit = match Names::of_field(site.model()) {
        Names::Enum(names) => return Code::Enum(number(site), names),
        Names::Flags(names) => return Code::Flags(bits(site), names),
        Names::Time(unit) => Some(unit),
        Names::None => None,
    };
    plain(site, unit)
}

fn plain(site: Site, unit: Option<Unit>) -> Code {
    let schema = site.model().schema();
    let ty = &schema[site.model().type_id()];
    match (&ty.kind, ty.size) {
        (Kind::Bool, _) => Code::Bool(truth(site)),
        (Kind::Int { signed: true }, ..=8) | (Kind::Int { signed: false }, ..=4) => {
            Code::Narrow(narrow(site), unit)
        }
        (Kind::Int { .. } | Kind::Pointer { .. }, _) => Code::Wide(wide(site), unit),
        (Kind::Float, _) => Code::Float(float(site), unit),
        (Kind::Text, _) => Code::Text(text(site)),
        _ => Code::Place(site),
    }
}

/// Reads a single field as a Rust number, which takes a quarter of the time that a [`Value`] takes. `None` if the
/// field is none of this type.
fn typed<T: Observe + 'static, U: Clone + Send + 'static>(
    site: &Site,
    make: impl Fn(T) -> U + Send + 'static,
) -> Option<Run<U>> {
    let Site::Fixed(field) = site else {
        return None;
    };
    let typed = field.typed::<T>().ok()?;
    Some(Run::each(move || typed.read().map(&make).map_err(fault)))
}

/// Reads, and takes out of the value what its type promises to be there.
fn reading<T: Clone + Send + 'static>(
    site: Site,
    take: impl Fn(Value) -> Option<T> + Send + 'static,
) -> Run<T> {
    let of_its_type = "a field's values are of its type";
    match site {
        // Without its field: each line of memory that a judgement needs is loaded anew after a sleep.
        Site::Told(_, told) => Run::each(move || Ok(take(told.get()).expect(of_its_type))),
        site => Run::each(move || Ok(take(site.read()?).expect(of_its_type))),
    }
}

fn truth(site: Site) -> Run<bool> {
    if let Site::Told(_, told) = site {
        return Run::each(move || Ok(told.bits() != 0));
    }
    let typed = typed(&site, |truth: bool| truth);
    typed.unwrap_or_else(|| {
        reading(site, |value| match value {
            Value::Bool(truth) => Some(truth),
            _ => None,
        })
    })
}

/// An integer of at most 64 signed bits: what most conditions read.
fn narrow(site: Site) -> Run<i64> {
    if let Site::Told(_, told) = site {
        return Run::each(move || Ok(told.bits().cast_signed()));
    }
    let ty = &site.model().schema()[site.model().type_id()];
    let typed = match (&ty.kind, ty.size) {
        (Kind::Int { signed: true }, 8) => typed(&site, |number: i64| number),
        (Kind::Int { signed: true }, 4) => typed(&site, |number: i32| number.into()),
        (Kind::Int { signed: true }, 2) => typed(&site, |number: i16| number.into()),
        (Kind::Int { signed: true }, _) => typed(&site, |number: i8| number.into()),
        (_, 4) => typed(&site, |number: u32| number.into()),
        (_, 2) => typed(&site, |number: u16| number.into()),
        _ => typed(&site, |number: u8| number.into()),
    };
    typed.unwrap_or_else(|| {
        reading(site, |value| match value {
            Value::I64(number) => Some(number),
            Value::U64(number) => i64::try_from(number).ok(),
            _ => None,
        })
    })
}

fn wide(site: Site) -> Run<Integer> {
    reading(site, |value| match Number::of(&value) {
        Some(Number::Integer(number)) => Some(number),
        _ => None,
    })
}

fn float(site: Site) -> Run<f64> {
    if let Site::Told(_, told) = site {
        return Run::each(move || Ok(f64::from_bits(told.bits())));
    }
    if let Some(typed) = typed(&site, |number: f64| number) {
        return typed;
    }
    reading(site, |value| match value {
        Value::F64(number) => Some(number),
        Value::F32(number) => Some(as_written(number)),
        _ => None,
    })
}

fn text(site: Site) -> Run<String> {
    reading(site, |value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    })
}

fn number(site: Site) -> Run<i128> {
    reading(site, |value| value.as_i128())
}

fn bits(site: Site) -> Run<u64> {
    reading(site, |value| match value {
        Value::Flags(flags) => Some(flags.bits),
        _ => None,
    })
}

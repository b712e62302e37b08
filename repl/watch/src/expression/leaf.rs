//! Fields as code: reads whose type is known.

use memglass::Value;
use memglass::schema::Kind;
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

/// Reads, and takes out of the value what its type promises to be there.
fn reading<T: Clone + Send + 'static>(
    site: Site,
    take: impl Fn(Value) -> Option<T> + Send + 'static,
) -> Run<T> {
    Run::each(move || {
        let value = site.read()?;
        Ok(take(value).expect("a field's values are of its type"))
    })
}

fn truth(site: Site) -> Run<bool> {
    reading(site, |value| match value {
        Value::Bool(truth) => Some(truth),
        _ => None,
    })
}

/// An integer of at most 64 signed bits: what most conditions read.
fn narrow(site: Site) -> Run<i64> {
    let take = |value| match value {
        Value::I64(number) => Some(number),
        Value::U64(number) => i64::try_from(number).ok(),
        _ => None,
    };
    match site {
        // Without a choice, and where the observer's read is inlined, with the number in a register.
        Site::Fixed(field) => Run::each(move || match field.read() {
            Ok(Value::I64(number)) => Ok(number),
            Ok(value) => Ok(take(value).expect("a field's values are of its type")),
            Err(error) => Err(fault(error)),
        }),
        site => reading(site, take),
    }
}

fn wide(site: Site) -> Run<Integer> {
    reading(site, |value| match Number::of(&value) {
        Some(Number::Integer(number)) => Some(number),
        _ => None,
    })
}

fn float(site: Site) -> Run<f64> {
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

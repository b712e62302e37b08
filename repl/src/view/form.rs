//! What can be written into a field, by its type and annotations; what a typed text means there.

use memglass::schema::{Kind, Metadata, Number, Variant};
use memglass::{Field, Reason, Value, WriteError};
use memglass_value::format::bounds;
use memglass_value::{format, literal};
use memglass_view::edit::{Form, Input, Named, Refused};
use memglass_view::text;

/// What a float is stepped by where nothing is declared.
const FLOAT_STEP: f64 = 0.1;

/// The dialog of a field.
///
/// # Errors
///
/// Why there is none, as a sentence without its full stop.
pub(super) fn of(field: &Field) -> Result<Form, String> {
    let info = field.info();
    if info.readonly {
        return Err(format!(
            "{}: the producer declares it read-only",
            field.path()
        ));
    }
    let input = input(field).ok_or_else(|| {
        let noun = field.schema()[info.type_id].kind.noun();
        format!("{} is {noun}: open it, and edit a part of it", field.path())
    })?;
    let value = field.read().map_err(|error| error.to_string())?;
    Ok(Form {
        title: text::clean(field.path()).into_owned(),
        about: about(field, &input),
        text: typed(&value),
        input,
    })
}

fn input(field: &Field) -> Option<Input> {
    let info = field.info();
    let ty = &field.schema()[info.type_id];
    let metadata = info.metadata;
    if field.element_count().is_some() {
        return None;
    }
    Some(match &ty.kind {
        Kind::Bool => Input::Choice(vec![named("false", 0), named("true", 1)]),
        Kind::Enum { variants, .. } => Input::Choice(names(variants)),
        Kind::Flags { flags } => Input::Bits(names(flags)),
        Kind::Int { .. } if !metadata.names.is_empty() => Input::Choice(names(&metadata.names)),
        Kind::Int { .. } if !metadata.flags.is_empty() => Input::Bits(names(&metadata.flags)),
        Kind::Int { .. } => Input::Number {
            step: metadata.step.map_or(1.0, Number::as_f64),
            is_float: false,
        },
        Kind::Float => Input::Number {
            step: metadata.step.map_or(FLOAT_STEP, Number::as_f64),
            is_float: true,
        },
        Kind::Text => Input::Text {
            most: ty.size as usize,
        },
        Kind::Pointer { .. } => Input::Typed,
        _ => return None,
    })
}

fn names(variants: &[Variant]) -> Vec<Named> {
    let variants = variants.iter();
    variants
        .map(|variant| named(&text::clean(&variant.name), variant.value))
        .collect()
}

fn named(name: &str, number: i128) -> Named {
    Named {
        name: name.to_owned(),
        number,
    }
}

/// `u32, 1 … 1,000,000 shares, step 1`.
fn about(field: &Field, input: &Input) -> String {
    let info = field.info();
    let metadata = info.metadata;
    let mut parts = vec![text::clean(&info.type_name).into_owned()];
    if let Input::Text { most } = input {
        parts = vec![format!("text, at most {most} bytes")];
    }
    parts.extend(bounds(metadata).map(|bounds| match &metadata.unit {
        Some(unit) => format!("{bounds} {}", text::clean(unit)),
        None => bounds,
    }));
    if let Input::Number { step, .. } = input {
        parts.push(format!("step {step}"));
    }
    if let Some(pattern) = &metadata.regex {
        parts.push(format!("must match {}", text::clean(pattern)));
    }
    parts.join(", ")
}

/// A value as it is typed: the number of an enum, the bits of flags.
fn typed(value: &Value) -> String {
    match value {
        Value::Bool(truth) => u8::from(*truth).to_string(),
        Value::Enum(named) => named.number.to_string(),
        Value::Flags(flags) => flags.bits.to_string(),
        other => format::raw(other),
    }
}

/// The value that a typed text means for a field.
///
/// # Errors
///
/// Why it means none.
pub(super) fn parse(field: &Field, text: &str) -> Result<Value, String> {
    match field.schema()[field.type_id()].kind {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Bool => match text.trim() {
            "1" | "true" => Ok(Value::Bool(true)),
            "0" | "false" => Ok(Value::Bool(false)),
            other => Err(format!("{other:?} is neither true nor false")),
        },
        _ => match literal::parse(&without_commas(text)?) {
            Ok(Value::Text(text)) => Err(format!("{text:?} is not a number")),
            other => other,
        },
    }
}

/// A number as a row shows it, `1,000,000.5`, without the commas between groups of three digits. Elsewhere commas may be
/// meant otherwise: `150,5`.
fn without_commas(text: &str) -> Result<String, String> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let mut groups = whole.trim().trim_start_matches(['-', '+']).split(',');
    let is_group = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let is_first = is_group(first) && (1..=3).contains(&first.len());
    let are_right = is_first && groups.all(|group| is_group(group) && group.len() == 3);
    match text.contains(',') && (!are_right || text[whole.len()..].contains(',')) {
        true => Err(format!(
            "{text:?} is not a number: commas stand between groups of three digits, and the decimal point is \".\""
        )),
        false => Ok(text.replace(',', "")),
    }
}

/// The value that follows: of a bool the other one, of an enum the next name.
pub(super) fn next(field: &Field) -> Option<Value> {
    let value = field.read().ok()?;
    if let Value::Bool(truth) = value {
        return Some(Value::Bool(!truth));
    }
    let Some(Input::Choice(names)) = input(field) else {
        return None;
    };
    let now = value.as_i128();
    let at = names.iter().position(|named| Some(named.number) == now);
    let next = names.get(at.map_or(0, |at| (at + 1) % names.len()))?;
    number(next.number)
}

/// What so many steps of a number amount to.
pub(super) fn amount(field: &Field, steps: i32) -> Option<Value> {
    let Some(Input::Number { step, is_float }) = input(field) else {
        return None;
    };
    match (is_float, field.info().metadata.step) {
        (true, _) => Some(Value::F64(step * f64::from(steps))),
        (false, Some(Number::Int(step))) => number(step * i128::from(steps)),
        (false, _) => number((step * f64::from(steps)) as i128),
    }
}

fn number(number: i128) -> Option<Value> {
    i64::try_from(number).map_or_else(
        |_| Some(Value::I128(number)),
        |number| Some(Value::I64(number)),
    )
}

/// A reason without a nearest value.
pub(super) fn plain(reason: String) -> Refused {
    Refused {
        reason,
        nearest: None,
    }
}

/// Why a value was refused, in short, and the nearest one that is not.
pub(super) fn refused(field: &Field, value: &Value, error: &WriteError) -> Refused {
    let metadata = field.info().metadata;
    let WriteError::Refused { refusal, .. } = error else {
        return plain(error.to_string());
    };
    let reason = match (&*refusal.reason, bounds(metadata)) {
        (Reason::Range { .. }, Some(bounds)) => format!("out of range: {bounds}"),
        (reason, _) => reason.to_string(),
    };
    Refused {
        reason,
        nearest: nearest(metadata, value, &refusal.reason),
    }
}

fn nearest(metadata: &Metadata, value: &Value, reason: &Reason) -> Option<String> {
    let wanted = value.as_f64()?;
    match reason {
        Reason::Range { .. } => {
            let below = metadata.min.filter(|least| wanted < least.as_f64());
            below.or(metadata.max).map(|bound| bound.to_string())
        }
        Reason::Fit { low, high, .. } => Some(if wanted < 0.0 { low } else { high }.clone()),
        Reason::Step { .. } => {
            let step = metadata.step?.as_f64();
            let base = metadata.min.map_or(0.0, Number::as_f64);
            let nearest = base + ((wanted - base) / step).round() * step;
            Some(match metadata.step {
                Some(Number::Int(_)) => format!("{nearest:.0}"),
                _ => format!("{nearest}"),
            })
        }
        Reason::NotWhole { value, .. } if value.is_finite() => {
            Some(format!("{:.0}", value.round()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Observe, Observer, Session};

    use memglass_view::edit::Writable;

    use super::*;
    use crate::snapshot::row::writable;

    #[derive(Observe, Clone, Copy, Default)]
    struct Limits {
        #[observe(range(1, 1_000_000), step = 5, unit = "shares")]
        quantity: u32,
        small: i8,
        ratio: f64,
        is_open: bool,
        #[observe(readonly)]
        id: u32,
    }

    fn with_field(name: &str, look: impl FnOnce(&Field)) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        let _object = session.object("limits", Limits::default()).expect("room");
        let observer = Observer::builder().dir(dir.path()).writable().attach("s");
        let observer = observer.expect("an observer");
        look(&observer.field(&format!("limits.{name}")).expect("a field"));
    }

    #[track_caller]
    fn refuses(name: &str, text: &str, reason: &str, nearest: Option<&str>) {
        with_field(name, |field| {
            let value = parse(field, text).expect("a value");
            let error = field.check(&value).expect_err("refused");
            let refused = refused(field, &value, &error);
            assert!(refused.reason.contains(reason), "{}", refused.reason);
            assert_eq!(refused.nearest.as_deref(), nearest);
        });
    }

    #[test]
    fn a_refusal_names_the_nearest_value_that_is_allowed() {
        refuses(
            "quantity",
            "2000000",
            "out of range: 1 … 1,000,000",
            Some("1000000"),
        );
        refuses("quantity", "0", "out of range", Some("1"));
        refuses("quantity", "-1", "out of range", Some("1"));
        refuses("quantity", "9,999,999", "out of range", Some("1000000"));
        refuses("quantity", "13", "not on a step", Some("11"));
        refuses("small", "300", "does not fit", Some("127"));
        refuses("small", "-300", "does not fit", Some("-128"));
        refuses("small", "1.6", "not a whole number", Some("2"));
    }

    #[test]
    fn commas_stand_between_groups_of_three_digits_and_nowhere_else() {
        with_field("ratio", |field| {
            let number = |text: &str| parse(field, text).ok().and_then(|value| value.as_f64());
            for (text, meant) in [
                ("1,000", 1_000.0),
                ("-12,345,678.25", -12_345_678.25),
                ("150.5", 150.5),
            ] {
                assert_eq!(number(text), Some(meant), "{text}");
            }
            for text in [
                "150,5", "1,5", "1,2,3", "1,00", "1234,567", ",500", "1.000,5", "1,",
            ] {
                assert_eq!(number(text), None, "{text}");
            }
        });
    }

    #[test]
    fn keys_are_offered_for_what_they_can_write() {
        for name in ["quantity", "small", "ratio", "is_open", "id"] {
            with_field(name, |field| {
                let offered = match of(field).map(|form| form.input) {
                    Err(_) => Writable::No,
                    Ok(Input::Number { .. }) => Writable::Stepped,
                    Ok(Input::Choice(_)) => Writable::Turned,
                    Ok(_) => Writable::Edited,
                };
                assert_eq!(writable(field), offered, "{name}");
            });
        }
    }

    #[test]
    fn a_dialog_tells_what_is_allowed() {
        with_field("quantity", |field| {
            let form = of(field).expect("a form");
            assert_eq!(form.about, "u32, 1 … 1,000,000 shares, step 5");
            assert_eq!(form.text, "0");
        });
        with_field("id", |field| {
            assert!(of(field).expect_err("none").contains("read-only"));
        });
    }

    #[test]
    fn what_is_typed_is_read_by_the_type_of_its_field() {
        with_field("is_open", |field| {
            assert_eq!(parse(field, "true"), Ok(Value::Bool(true)));
            assert!(parse(field, "yes").is_err());
            assert_eq!(next(field), Some(Value::Bool(true)));
        });
        with_field("ratio", |field| {
            assert_eq!(parse(field, "1.5"), Ok(Value::F64(1.5)));
            assert!(parse(field, "a").is_err());
            assert_eq!(amount(field, -3), Some(Value::F64(-3.0 * FLOAT_STEP)));
        });
        with_field("quantity", |field| {
            assert_eq!(parse(field, "0x10"), Ok(Value::I64(16)));
            assert_eq!(amount(field, 2), Some(Value::I64(10)));
        });
    }
}

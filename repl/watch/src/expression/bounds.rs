//! Comparisons of a field with a constant that its type never meets: `retries > 300` of a `u8`, or a text that is longer
//! than the field has room for.

use memglass::Field;
use memglass::schema::{Kind, Range};
use memglass_value::compare::Operator;

use super::code::{Code, Run};

/// Why a field never compares so with a constant; `None` if it may, or if that is not known.
pub(super) fn never(operator: Operator, field: &Field, constant: &Code) -> Option<String> {
    let info = field.info();
    if matches!(field.schema()[info.type_id].kind, Kind::Text) {
        return never_text(operator, field, constant);
    }
    let Kind::Int { signed } = field.schema()[info.type_id].kind else {
        return None;
    };
    if !info.metadata.names.is_empty() || !info.metadata.flags.is_empty() {
        return None;
    }
    let bits = 8 * u32::try_from(field.schema()[info.type_id].size).ok()?;
    let [least, greatest] = bounds(signed, bits)?;
    let Known {
        number,
        is_whole,
        text,
    } = known(constant)?;
    let can_hold = match operator {
        Operator::Equal => is_whole && (least..=greatest).contains(&number),
        Operator::NotEqual => true,
        Operator::Less => least < number || (!is_whole && least <= number),
        Operator::LessOrEqual => least <= number,
        Operator::Greater => greatest > number,
        Operator::GreaterOrEqual => greatest > number || (is_whole && greatest == number),
    };
    let why = match is_whole || operator != Operator::Equal {
        true => format!("one of {}", Range::of(least, greatest)),
        false => "a whole number".to_owned(),
    };
    (!can_hold).then(|| {
        format!(
            "`{} {} {text}` never holds: the field is {why} ({})",
            field.path(),
            sign(operator),
            info.type_name
        )
    })
}

/// The same of a text, which has at most as many bytes as its field.
fn never_text(operator: Operator, field: &Field, constant: &Code) -> Option<String> {
    let Code::Text(Run::Constant(text)) = constant else {
        return None;
    };
    let room = field.schema()[field.info().type_id].size;
    let can_hold = operator != Operator::Equal || text.len() as u64 <= room;
    (!can_hold).then(|| {
        format!(
            "`{} == {text:?}` never holds: the text has {} bytes, and the field takes {room}",
            field.path(),
            text.len(),
        )
    })
}

/// How an operator is written.
fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
    }
}

/// The least and the greatest integer of a width, as far as 128 signed bits tell them.
fn bounds(signed: bool, bits: u32) -> Option<[i128; 2]> {
    let unsigned_bits = if signed { bits.checked_sub(1)? } else { bits };
    let greatest = match unsigned_bits {
        0..=126 => (1_i128 << unsigned_bits) - 1,
        127 => i128::MAX,
        // Any greater number is no constant that is compared here.
        _ => return None,
    };
    Some([if signed { -greatest - 1 } else { 0 }, greatest])
}

/// A constant number.
struct Known {
    /// Rounded down.
    number: i128,
    is_whole: bool,
    text: String,
}

fn known(constant: &Code) -> Option<Known> {
    let integer = |number: i128| Known {
        number,
        is_whole: true,
        text: number.to_string(),
    };
    match constant {
        Code::Narrow(Run::Constant(number), _) => Some(integer(i128::from(*number))),
        Code::Wide(Run::Constant(number), _) => number.as_i128().map(integer),
        // Beyond that a float may stand for several integers, and this one for none that is compared.
        Code::Float(Run::Constant(number), _) if number.abs() < 1e15 => Some(Known {
            number: number.floor() as i128,
            is_whole: number.fract() == 0.0,
            text: format!("{number:?}"),
        }),
        _ => None,
    }
}

/// The operator that says the same with both sides exchanged.
pub(super) fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        same => same,
    }
}

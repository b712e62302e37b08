//! Counts and sizes that can be solved for the one field in them: `f`, `f + c`, `f - c`, `f * c`.

use super::evaluate::Evaluator;
use super::place::{Place, Shape};
use super::source::Source;
use crate::code::{Binary, Code, Op, Surroundings};
use crate::program::NONE;

/// An expression of one field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    pub(super) place: Place,
    by: Option<(Binary, i128)>,
}

impl Pattern {
    /// The value of the field by which the expression is `wanted`.
    pub(super) fn solve(&self, wanted: i128) -> Option<i128> {
        match self.by {
            None => Some(wanted),
            Some((Binary::Add, by)) => wanted.checked_sub(by),
            Some((Binary::Sub, by)) => wanted.checked_add(by),
            Some((_, 0)) => None,
            Some((_, by)) => (wanted.checked_rem(by)? == 0).then_some(wanted / by),
        }
    }

    /// How the field is known while it is open.
    pub(super) fn key(&self) -> (u64, u32) {
        let member = match self.place.shape {
            Shape::Bits { member, .. } => member,
            _ => NONE,
        };
        (self.place.offset, member)
    }
}

/// The pattern of the code, with its field found.
pub(super) fn matched<S: Source>(evaluator: &mut Evaluator<'_, S>, code: &Code) -> Option<Pattern> {
    let read = code.iter().position(|op| *op == Op::Read)?;
    let by = match code[read + 1..] {
        [] => None,
        [
            Op::Int(by),
            Op::Binary(binary @ (Binary::Add | Binary::Sub | Binary::Mul)),
        ] => Some((binary, by)),
        _ => return None,
    };
    let (Op::Up(levels), names) = code[..read].split_first()? else {
        return None;
    };
    let mut place = evaluator.up(*levels).ok()?;
    for op in names {
        let Op::Name(name) = op else { return None };
        place = evaluator.name(place, *name).ok()?;
    }
    Some(Pattern { place, by })
}

//! The bits of a record that belong to no member.

use std::ops::Range;

use crate::model::{Model, Record};

/// Bits of a record, in order and apart from each other.
type Bits = Vec<Range<u64>>;

/// How far members that are records are looked into.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Depth {
    /// Not at all: they are whole.
    Own,
    /// To the last.
    All,
}

/// Whether a record has any, itself or in members that are records. Of a union that is what no member has.
pub(crate) fn are_in(model: &Model, record: &Record) -> bool {
    if record.is_union {
        return !gaps(model, record, Depth::All).is_empty();
    }
    let mut leaves = record.members.iter().map(|member| member.ty.leaf());
    let is_inside = |leaf| model.record(leaf).is_some_and(|inner| inner.holds.gaps);
    !gaps(model, record, Depth::Own).is_empty() || leaves.any(is_inside)
}

/// The bits that no member has.
pub(crate) fn gaps(model: &Model, record: &Record, depth: Depth) -> Bits {
    let mut gaps = Vec::new();
    let mut end = 0;
    for bits in taken(model, record, depth) {
        if bits.start > end {
            gaps.push(end..bits.start);
        }
        end = end.max(bits.end);
    }
    if 8 * record.size > end {
        gaps.push(end..8 * record.size);
    }
    gaps
}

/// The bits that members have, sorted by their first.
fn taken(model: &Model, record: &Record, depth: Depth) -> Bits {
    let mut all: Bits = Vec::new();
    for member in &record.members {
        let len = member.width.unwrap_or_else(|| 8 * model.size(&member.ty));
        match model.record(member.ty.leaf()) {
            Some(inner) if depth == Depth::All && inner.holds.gaps => {
                let bits = taken(model, inner, depth);
                let starts = (member.bit..member.bit + len).step_by(8 * inner.size as usize);
                let moved = |start| move |bits: &Range<u64>| start + bits.start..start + bits.end;
                all.extend(starts.flat_map(|start| bits.iter().map(moved(start))));
            }
            _ => all.push(member.bit..member.bit + len),
        }
    }
    all.sort_by_key(|bits| bits.start);
    all
}

//! Requests that change the same bytes.

use std::collections::BTreeSet;

use super::Edit;
use super::apply::Planned;

/// For each planned request the numbers of those that it conflicts with.
///
/// Changes conflict if their bytes overlap, or one goes into the midst of another's. Touching is no conflict. Takes time with
/// the number of edits and of overlaps.
pub(super) fn conflicts(planned: &[Option<&Planned>]) -> Vec<BTreeSet<usize>> {
    let mut edits: Vec<(&Edit, usize, usize)> = Vec::new();
    for (number, planned) in planned.iter().enumerate() {
        let Some(planned) = planned else { continue };
        edits.extend(
            planned
                .edits
                .iter()
                .map(|edit| (edit, number, planned.group.unwrap_or(usize::MAX - number))),
        );
    }
    edits.sort_by_key(|(edit, ..)| (edit.file, edit.span.start, edit.span.end));
    let mut found = vec![BTreeSet::new(); planned.len()];
    for (at, (edit, number, group)) in edits.iter().enumerate() {
        let later = edits[at + 1..].iter().take_while(|(other, ..)| {
            other.file == edit.file && other.span.start < edit.span.end.max(edit.span.start + 1)
        });
        for (other, other_number, other_group) in later {
            if number != other_number && group != other_group && overlaps(edit, other) {
                found[*number].insert(*other_number);
                found[*other_number].insert(*number);
            }
        }
    }
    found
}

fn overlaps(a: &Edit, b: &Edit) -> bool {
    let inside = |point: usize, edit: &Edit| edit.span.start < point && point < edit.span.end;
    match (a.span.is_empty(), b.span.is_empty()) {
        (true, true) => false,
        (true, false) => inside(a.span.start, b),
        (false, true) => inside(b.span.start, a),
        (false, false) => a.span.start < b.span.end && b.span.start < a.span.end,
    }
}

//! Requests that change the same bytes.

use std::collections::BTreeSet;

use crate::lex::{TokenKind, lex};

use super::Edit;
use super::apply::{NewName, Planned};
use super::request::{Operation, Request};

/// How many of those that a request conflicts with are named.
const MOST_NAMED: usize = 16;

/// For each planned request the numbers of those that it conflicts with, some of them if they are many.
///
/// Changes conflict if their bytes overlap, one goes into the midst of another's, or one writes the name that another gives
/// to something else. Touching is no conflict. Takes time with the number of edits and of overlaps, and for
/// each new name with the number of edits.
pub(super) fn conflicts(
    requests: &[Request],
    planned: &[Option<&Planned>],
) -> Vec<BTreeSet<usize>> {
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
    let mut found = Found(vec![BTreeSet::new(); planned.len()]);
    for (at, (edit, number, group)) in edits.iter().enumerate() {
        let later = edits[at + 1..].iter().take_while(|(other, ..)| {
            other.file == edit.file && other.span.start < edit.span.end.max(edit.span.start + 1)
        });
        for (other, other_number, other_group) in later {
            if number != other_number && group != other_group && overlaps(edit, other) {
                found.add(*number, *other_number);
            }
        }
    }
    let new_names = planned
        .iter()
        .enumerate()
        .filter_map(|(number, planned)| Some((number, (*planned)?.new_name.as_ref()?)));
    for (number, new_name) in new_names {
        let others = planned
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != number && requests[*other].op != Operation::Annotate);
        for (other, planned) in others {
            let mut edits = planned.iter().flat_map(|planned| &planned.edits);
            if edits.any(|edit| brings(edit, new_name)) {
                found.add(number, other);
            }
        }
    }
    found.0
}

struct Found(Vec<BTreeSet<usize>>);

impl Found {
    fn add(&mut self, one: usize, other: usize) {
        for (number, with) in [(one, other), (other, one)] {
            if self.0[number].len() < MOST_NAMED {
                self.0[number].insert(with);
            }
        }
    }
}

/// Whether an edit writes the name where nothing else may have it.
fn brings(edit: &Edit, new_name: &NewName) -> bool {
    let is_there = new_name.places.iter().any(|(file, bytes)| {
        *file == edit.file && bytes.start <= edit.span.start && edit.span.start <= bytes.end
    });
    is_there
        && edit.text.contains(&new_name.name)
        && lex(&edit.text).iter().any(|token| {
            token.kind == TokenKind::Word
                && edit.text[token.start as usize..token.end as usize] == new_name.name
        })
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

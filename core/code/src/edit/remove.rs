//! Something that is removed, with its comments and the lines that it leaves empty.

use std::ops::Range;

use crate::entity::Entity;
use crate::file::File;
use crate::lookup::markers;
use crate::model::{Item, Kind};

use super::Edit;
use super::anchor::{has_before, has_behind, next_line, with_comments};
use super::apply::Planned;
use super::receipt::{Reason, Refusal};
use super::request::Request;
use super::target::{PlaceOf, Resolved};

/// Plans the removal of what was resolved. `gone` are all entities that requests remove from the same file: names of one
/// declaration share their commas.
pub(super) fn plan(
    resolved: &Resolved<'_>,
    request: &Request,
    gone: &[&Entity<'_>],
) -> Result<Planned, Refusal> {
    let PlaceOf::Entity(entity) = &resolved.place else {
        return Err(Reason::BadRequest.into());
    };
    let file = resolved.file;
    let is_one_of_several = entity.is_in_group();
    if entity.declaration().is_none() && entity.outer.is_some() {
        return Err(Reason::Shared.into());
    }
    let mut edits = Vec::new();
    let found;
    if is_one_of_several && !is_whole_group(entity, gone) {
        if entity.has_own_comments {
            return Err(Reason::Shared.into());
        }
        found = entity
            .declarator()
            .map(|one| file.source().slice(&one.tokens).to_owned())
            .unwrap_or_default();
        edits.push(Edit {
            file: resolved.number,
            span: declarator_span(file, entity, gone),
            text: String::new(),
        });
    } else {
        found = file.source().slice(&entity.item.tokens).to_owned();
        let is_first_request = !is_one_of_several || entity.declarator == Some(0);
        if is_first_request {
            let span = item_span(file, entity, request.target.marker.as_deref());
            edits.push(Edit {
                file: resolved.number,
                span,
                text: String::new(),
            });
        }
        edits.extend(comma_before(file, entity, gone).map(|span| Edit {
            file: resolved.number,
            span,
            text: String::new(),
        }));
    }
    Ok(Planned {
        written: None,
        ..Planned::done(found, edits)
    })
}

fn is_gone(gone: &[&Entity<'_>], item: &Item, declarator: Option<usize>) -> bool {
    gone.iter()
        .any(|other| std::ptr::eq(other.item, item) && other.declarator == declarator)
}

fn is_whole_group(entity: &Entity<'_>, gone: &[&Entity<'_>]) -> bool {
    let count = entity
        .declaration()
        .map_or(0, |declaration| declaration.declarators.len());
    (0..count).all(|number| is_gone(gone, entity.item, Some(number)))
}

/// A declarator and one comma: the one before it if a name before it stays, else the one behind it.
fn declarator_span(file: &File, entity: &Entity<'_>, gone: &[&Entity<'_>]) -> Range<usize> {
    let declarators = entity
        .declaration()
        .map_or(&[][..], |declaration| &declaration.declarators);
    let number = entity.declarator.unwrap_or_default();
    let bytes = |number: usize| file.source().bytes(&declarators[number].tokens);
    let stays_before = (0..number).any(|before| !is_gone(gone, entity.item, Some(before)));
    if stays_before {
        bytes(number - 1).end..bytes(number).end
    } else {
        bytes(number).start..bytes(number + 1).start
    }
}

/// The comma of the last enumerator that stays, if all behind it go and the last has none.
fn comma_before(file: &File, entity: &Entity<'_>, gone: &[&Entity<'_>]) -> Option<Range<usize>> {
    let Kind::Enumerator(enumerator) = &entity.inner.kind else {
        return None;
    };
    let mut later = entity.siblings[entity.index + 1..].iter();
    if enumerator.comma.is_some() || later.any(|item| matches!(item.kind, Kind::Enumerator(_))) {
        return None;
    }
    let stays = entity.siblings[..entity.index]
        .iter()
        .rev()
        .find_map(|item| match &item.kind {
            Kind::Enumerator(enumerator) if !is_gone(gone, item, None) => enumerator.comma,
            _ => None,
        })?;
    Some(file.source().bytes(&(stays..stays + 1)))
}

/// The bytes of an item that go: its lines and some empty ones, or a part of its line.
fn item_span(file: &File, entity: &Entity<'_>, marker: Option<&str>) -> Range<usize> {
    let item = entity.item;
    let kept = marker.map_or(0, |marker| comments_up_to(file, item, marker));
    let span = with_comments(file, item, kept);
    if has_before(file, &span) || has_behind(file, &span) {
        return in_line(file, span);
    }
    whole_lines(file, entity, span)
}

/// How many leading comments are the marker, or above it.
fn comments_up_to(file: &File, item: &Item, marker: &str) -> usize {
    let all = markers(file, marker);
    item.leading
        .iter()
        .rposition(|comment| all.iter().any(|marker| marker.token == *comment))
        .map_or(0, |at| at + 1)
}

fn in_line(file: &File, span: Range<usize>) -> Range<usize> {
    let text = file.source().text();
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    if has_before(file, &span) {
        return text[..span.start].trim_end_matches(is_blank).len()..span.end;
    }
    let behind = text[span.end..].len() - text[span.end..].trim_start_matches(is_blank).len();
    span.start..span.end + behind
}

fn whole_lines(file: &File, entity: &Entity<'_>, span: Range<usize>) -> Range<usize> {
    let source = file.source();
    let text = source.text();
    let mut start = source.line_start(span.start);
    let mut end = next_line(file, span.end);
    let first_line = source.text_start();
    let above = (start > first_line).then(|| source.line_start(start - 1)..start);
    let is_blank = |line: &Range<usize>| text[line.clone()].trim().is_empty();
    let opens = entity.index == 0
        && entity.owner.is_none_or(|body| {
            body.items
                .first()
                .is_some_and(|first| std::ptr::eq(first, entity.item))
        });
    if above.as_ref().is_none_or(is_blank) || opens && entity.owner.is_some() {
        end = skip_blank_lines(text, end);
    }
    let is_last = entity.index + 1 == entity.siblings.len();
    if is_last {
        start = blank_lines_before(text, start, first_line);
    }
    if end == text.len() && !text.ends_with('\n') && start > first_line {
        // The line before is the last one now, and keeps no break either.
        start = text[..start]
            .strip_suffix("\r\n")
            .or(text[..start].strip_suffix('\n'))
            .map_or(start, str::len);
    }
    start..end
}

fn skip_blank_lines(text: &str, mut at: usize) -> usize {
    while at < text.len() {
        let end = text[at..]
            .find('\n')
            .map_or(text.len(), |newline| at + newline + 1);
        if !text[at..end].trim().is_empty() {
            break;
        }
        at = end;
    }
    at
}

fn blank_lines_before(text: &str, mut at: usize, first: usize) -> usize {
    while at > first {
        let start = text[first..at - 1]
            .rfind('\n')
            .map_or(first, |newline| first + newline + 1);
        if !text[start..at].trim().is_empty() {
            break;
        }
        at = start;
    }
    at
}

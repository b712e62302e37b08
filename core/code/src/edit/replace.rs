//! Code in place of something.

use std::ops::Range;

use crate::entity::Entity;
use crate::file::File;
use crate::lex::TokenKind;
use crate::model::{Item, Kind};

use super::Edit;
use super::anchor::{has_before, has_behind, indented, line_break};
use super::apply::Planned;
use super::new_code::{Wanted, identity, parse, spelling};
use super::receipt::{Reason, Refusal};
use super::request::Request;
use super::target::{PlaceOf, Resolved};

pub(super) fn plan(resolved: &Resolved<'_>, request: &Request) -> Result<Planned, Refusal> {
    let PlaceOf::Entity(entity) = &resolved.place else {
        return Err(Reason::BadRequest.into());
    };
    let file = resolved.file;
    let code = request.code.as_deref().unwrap_or_default().trim();
    let parsed = parse(code, &Wanted::of(file, entity.owner))?;
    if entity.is_in_group() {
        return Err(Reason::Shared.into());
    }
    if request.target.nth.is_some() && !keeps_name(file, entity, &parsed) {
        let part = "code has another name, so that nth would count otherwise when it is done again";
        return Err(Refusal::bad_request(part));
    }
    let mut tokens = entity.item.tokens.clone();
    let mut code = code.to_owned();
    if let Kind::Enumerator(enumerator) = &entity.inner.kind {
        tokens.end = enumerator.comma.unwrap_or(tokens.end);
        code = code.trim_end_matches(',').trim_end().to_owned();
    }
    let span = file.source().bytes(&tokens);
    let found = file.source().text()[span.clone()].to_owned();
    if stands_there(file, entity, &parsed) {
        return Ok(Planned::unchanged(found));
    }
    if meets_line(file, &span, &parsed) {
        return Err(Reason::BadPlace.into());
    }
    let blank = file.source().indentation(span.start).to_owned();
    let lines = indented(file, &code, &blank).join(line_break(file, span.start));
    let text = lines[blank.len().min(lines.len())..].to_owned();
    Ok(Planned::done(
        found,
        vec![Edit {
            file: resolved.number,
            span,
            text,
        }],
    ))
}

/// Whether code begins with a directive that must begin its line, or ends with something that takes the rest of its line,
/// and other things stand there. A `//` comment may go on behind another.
fn meets_line(file: &File, span: &Range<usize>, code: &File) -> bool {
    let tokens = code.source().tokens();
    let first = tokens.first().map(|token| token.kind);
    let last = tokens.last().map(|token| token.kind);
    let behind = file.source().text()[span.end..].trim_start_matches([' ', '\t']);
    let takes_line = match last {
        Some(TokenKind::LineComment) => !behind.starts_with("//"),
        last => last == Some(TokenKind::Directive),
    };
    first == Some(TokenKind::Directive) && has_before(file, span)
        || takes_line && has_behind(file, span)
}

/// Whether the items of the code are the target and those behind it, token by token.
fn stands_there(file: &File, entity: &Entity<'_>, code: &File) -> bool {
    let wanted: Vec<&Item> = code.items().iter().collect();
    let present = entity.siblings.get(entity.index..).unwrap_or_default();
    let same = |(item, other): (&&Item, &Item)| {
        spelling(code, item) == spelling(file, other)
            && inner_comments(code, item) == inner_comments(file, other)
    };
    present.len() >= wanted.len() && wanted.iter().zip(present).all(same)
}

fn inner_comments(file: &File, item: &Item) -> Vec<String> {
    let comments = item
        .tokens
        .clone()
        .filter(|&at| file.source().tokens()[at].is_comment());
    comments
        .map(|at| {
            file.source()
                .word(at)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

fn keeps_name(file: &File, entity: &Entity<'_>, code: &File) -> bool {
    let first = code
        .items()
        .iter()
        .find(|item| !matches!(item.kind, Kind::Comment));
    first.is_some_and(|item| identity(code, item).1 == identity(file, entity.item).1)
}

//! A declaration of several names made into one for each, so that one of them can have its own comment.

use crate::annotation::in_comments;
use crate::entity::Entity;
use crate::file::File;
use crate::lex::TokenKind;
use crate::model::{Declaration, Item};

use super::Edit;
use super::anchor::{has_before, has_behind, line_break, with_comments};
use super::annotate::{Wish, block, check_fits_at, gap_behind, into_comment};
use super::receipt::{Reason, Refusal};

/// Whether the names share a line, and so a comment.
pub(super) fn must_split(file: &File, entity: &Entity<'_>) -> bool {
    let tokens = file.source().tokens();
    let is_one_line =
        tokens[entity.item.tokens.start].line == tokens[entity.item.tokens.end - 1].end_line;
    entity.is_in_group() && !entity.has_own_comments && is_one_line
}

/// Plans one declaration for each name, with copies of the comments; those of `wishes` change.
pub(super) fn plan(number: usize, file: &File, wishes: &[&Wish<'_>]) -> Result<Edit, Refusal> {
    let Some(first) = wishes.first() else {
        return Err(Reason::BadRequest.into());
    };
    let entity = first.entity;
    let declaration = entity.declaration().ok_or(Reason::BadPlace)?;
    let span = with_comments(file, entity.item, 0);
    let shares_line = has_before(file, &span) || has_behind(file, &span);
    let comments = || entity.item.leading.iter().chain(&entity.item.trailing);
    let has_line_comment =
        comments().any(|&comment| file.source().tokens()[comment].kind == TokenKind::LineComment);
    let is_lost = has_comment_between(file, entity.item, declaration);
    if declaration.definition.is_some() || is_lost || shares_line && has_line_comment {
        return Err(Reason::Shared.into());
    }
    let mut lines = Vec::new();
    for place in 0..declaration.declarators.len() {
        let own: Vec<&Wish<'_>> = wishes
            .iter()
            .copied()
            .filter(|wish| wish.entity.declarator == Some(place))
            .collect();
        lines.push(one(file, entity, place, &own, shares_line)?);
    }
    let separator = if shares_line {
        " ".to_owned()
    } else {
        format!(
            "{}{}",
            line_break(file, span.start),
            file.source().indentation(span.start)
        )
    };
    Ok(Edit {
        file: number,
        span,
        text: lines.join(&separator),
    })
}

/// Whether a comment between the names would belong to none of them.
fn has_comment_between(file: &File, item: &Item, declaration: &Declaration) -> bool {
    let first = declaration.declarators[0].tokens.start;
    let kept = |at: usize| {
        at < first
            || declaration
                .declarators
                .iter()
                .any(|declarator| declarator.tokens.contains(&at))
    };
    let tokens = file.source().tokens();
    item.tokens.clone().any(|at| {
        let kind = tokens[at].kind;
        matches!(kind, TokenKind::LineComment | TokenKind::BlockComment) && !kept(at)
    })
}

/// The declaration of one of the names, with its comments.
fn one(
    file: &File,
    entity: &Entity<'_>,
    place: usize,
    wishes: &[&Wish<'_>],
    in_line: bool,
) -> Result<String, Refusal> {
    let source = file.source();
    let declaration = entity.declaration().ok_or(Reason::BadPlace)?;
    let span = with_comments(file, entity.item, 0);
    let item = source.bytes(&entity.item.tokens);
    let first = source.bytes(&declaration.declarators[0].tokens);
    let words = &source.text()[item.start..first.start];
    let gap = match words.ends_with(char::is_whitespace) {
        true => "",
        false => " ",
    };
    let declarator = source.slice(&declaration.declarators[place].tokens);
    let mut leading = source.text()[span.start..item.start].to_owned();
    let mut trailing = source.text()[item.end..span.end].to_owned();
    let mut added = Vec::new();
    for wish in wishes {
        let text = wish.annotation.text();
        let in_leading = annotation_in(file, &entity.item.leading, &wish.annotation.name);
        let in_trailing = annotation_in(file, &entity.item.trailing, &wish.annotation.name);
        match (in_leading, in_trailing) {
            (Some(present), _) => {
                check_fits_at(file, present.start, &text)?;
                leading.replace_range(present.start - span.start..present.end - span.start, &text)
            }
            (_, Some(present)) => {
                check_fits_at(file, present.start, &text)?;
                trailing.replace_range(present.start - item.end..present.end - item.end, &text)
            }
            _ if added.contains(&text) => {}
            _ => added.push(text),
        }
    }
    let line = format!("{words}{gap}{declarator};");
    if !added.is_empty() {
        let text = added.join(" ");
        match entity.item.trailing.last() {
            Some(&last) => {
                let (at, text) = into_comment(file, last, &text)?;
                // Replacing may have moved the end of the comment.
                let from_end = span.end - at;
                let at = trailing.len() - from_end;
                trailing.insert_str(at, &text);
            }
            None if in_line => trailing = format!(" {}", block(&text)?),
            None => {
                let indentation = source.indentation(span.start);
                trailing = format!(
                    "{}// {text}",
                    gap_behind(file, entity, &format!("{indentation}{line}"))
                );
            }
        }
    }
    Ok(format!("{leading}{line}{trailing}"))
}

fn annotation_in(file: &File, comments: &[usize], name: &str) -> Option<std::ops::Range<usize>> {
    in_comments(file, comments)
        .into_iter()
        .find(|annotation| annotation.name == name)
        .map(|annotation| annotation.span)
}

//! Annotations `@…` that are given to something: into a comment that is there, or in a new one.

use std::ops::Range;

use crate::annotation::{Annotation, in_comments};
use crate::entity::Entity;
use crate::file::File;
use crate::lex::TokenKind;
use crate::model::Item;
use crate::source::width_of;

use super::Edit;
use super::anchor::{has_before, line_break};
use super::apply::Planned;
use super::receipt::{Reason, Refusal};
use super::split;

/// One wish for an annotation.
pub(super) struct Wish<'f> {
    /// The number of the request.
    pub(super) request: usize,
    pub(super) entity: &'f Entity<'f>,
    pub(super) annotation: Annotation,
}

/// What came of each wish, by the number of its request.
pub(super) type Results = Vec<(usize, Result<Planned, Refusal>)>;

/// Plans all annotations of one item together: they may share a comment.
pub(super) fn plan(number: usize, file: &File, wishes: &[Wish<'_>]) -> Results {
    let mut results = Results::new();
    let mut kept: Vec<&Wish<'_>> = Vec::new();
    for wish in wishes {
        let against = contradictions(wish, wishes);
        if against.is_empty() {
            kept.push(wish);
        } else {
            results.push((wish.request, Err(Refusal::conflict(against))));
        }
    }
    let Some(first) = kept.first() else {
        return results;
    };
    let found = file.source().slice(&first.entity.item.tokens).to_owned();
    let (done, open): (Vec<_>, Vec<_>) = kept.into_iter().partition(|wish| is_so(file, wish));
    results.extend(
        done.iter()
            .map(|wish| (wish.request, Ok(Planned::unchanged(found.clone())))),
    );
    if open.is_empty() {
        return results;
    }
    if open.iter().any(|wish| split::must_split(file, wish.entity)) {
        let edits = split::plan(number, file, &open).map(|edit| vec![edit]);
        results.extend(shared(&open, &found, &edits));
        return results;
    }
    // One name at a time: what refuses one of them does not refuse the others.
    let mut names: Vec<Option<usize>> = open.iter().map(|wish| wish.entity.declarator).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let own: Vec<&Wish<'_>> = open
            .iter()
            .copied()
            .filter(|wish| wish.entity.declarator == name)
            .collect();
        results.extend(shared(&own, &found, &in_place(number, file, &own)));
    }
    results
}

/// All of `wishes` need the edits, and the first of them makes them.
fn shared(wishes: &[&Wish<'_>], found: &str, edits: &Result<Vec<Edit>, Refusal>) -> Results {
    let planned = |place: usize| {
        edits.clone().map(|edits| {
            let planned = Planned::done(found.to_owned(), edits);
            if place == 0 {
                planned
            } else {
                planned.shared()
            }
        })
    };
    wishes
        .iter()
        .enumerate()
        .map(|(place, wish)| (wish.request, planned(place)))
        .collect()
}

fn contradictions(wish: &Wish<'_>, wishes: &[Wish<'_>]) -> Vec<usize> {
    let contradicts = |other: &&Wish<'_>| {
        other.entity.declarator == wish.entity.declarator
            && other.annotation.name == wish.annotation.name
            && other.annotation.args != wish.annotation.args
    };
    wishes
        .iter()
        .filter(contradicts)
        .map(|other| other.request)
        .collect()
}

/// Whether the annotation is there with the same arguments.
fn is_so(file: &File, wish: &Wish<'_>) -> bool {
    present(file, wish).is_some_and(|present| present.args == wish.annotation.args)
}

/// The annotation of the same name that is there.
pub(super) fn present(file: &File, wish: &Wish<'_>) -> Option<Annotation> {
    let (leading, trailing) = wish.entity.comments();
    let all = in_comments(file, &leading)
        .into_iter()
        .chain(in_comments(file, &trailing));
    all.into_iter()
        .find(|annotation| annotation.name == wish.annotation.name)
}

fn in_place(number: usize, file: &File, open: &[&Wish<'_>]) -> Result<Vec<Edit>, Refusal> {
    let mut edits = Vec::new();
    let mut added: Vec<String> = Vec::new();
    for wish in open {
        let text = wish.annotation.text();
        match present(file, wish) {
            Some(present) => {
                check_fits_at(file, present.span.start, &text)?;
                edits.push(Edit {
                    file: number,
                    span: present.span,
                    text,
                });
            }
            None if added.contains(&text) => {}
            None => added.push(text),
        }
    }
    if let Some(wish) = open.first().filter(|_| !added.is_empty()) {
        let (at, text) = place(file, wish.entity, &added.join(" "))?;
        edits.push(Edit {
            file: number,
            span: at..at,
            text,
        });
    }
    Ok(edits)
}

/// Where new annotations go, and the text that goes there.
fn place(file: &File, entity: &Entity<'_>, text: &str) -> Result<(usize, String), Refusal> {
    if entity.item.is_directive() || matches!(entity.kind, "using_namespace") {
        return Err(Reason::BadPlace.into());
    }
    let (_, trailing) = entity.comments();
    if let Some(&last) = trailing.last() {
        return into_comment(file, last, text);
    }
    let source = file.source();
    let end = end_of(file, entity);
    let is_long = source.tokens()[entity.item.tokens.start].line
        != source.tokens()[entity.item.tokens.end - 1].end_line;
    let is_alone = !entity.is_in_group() && !entity.is_beside_type;
    if entity.is_beside_variables() || is_long && is_alone {
        // A comment behind something else on the line is that one's.
        match (follows_on_line(file, entity), entity.is_beside_variables()) {
            (false, _) => return above(file, entity.item, text),
            (true, true) => return Err(Reason::BadPlace.into()),
            (true, false) => {}
        }
    }
    if entity.is_in_group() && !entity.item.trailing.is_empty() && !entity.has_own_comments {
        return Err(Reason::Shared.into());
    }
    if !source.text()[end..source.line_end(end)].trim().is_empty() {
        return Ok((end, format!(" {}", block(text)?)));
    }
    let gap = gap(file, entity, source.line_start(end)..end);
    Ok((end, format!("{gap}// {text}")))
}

/// Whether another item of its list ends on the line that it begins on.
fn follows_on_line(file: &File, entity: &Entity<'_>) -> bool {
    let tokens = file.source().tokens();
    let before = entity.index.checked_sub(1).map(|at| &entity.siblings[at]);
    let end = before.map(|item| tokens[item.tokens.end - 1].end_line);
    end == Some(tokens[entity.item.tokens.start].line)
}

/// The byte behind the item, or behind the comma of one of several names.
fn end_of(file: &File, entity: &Entity<'_>) -> usize {
    let comma = entity.declarator().and_then(|declarator| declarator.comma);
    let last = comma.unwrap_or(entity.item.tokens.end - 1);
    file.source().tokens()[last].end as usize
}

/// The end of a comment, and the text with a space before it.
pub(super) fn into_comment(
    file: &File,
    comment: usize,
    text: &str,
) -> Result<(usize, String), Refusal> {
    let token = &file.source().tokens()[comment];
    let written = file.source().word(comment);
    let start = token.start as usize;
    check_fits(token.kind, text)?;
    if token.kind == TokenKind::LineComment {
        let continues = written.ends_with('\\');
        return if continues {
            Err(Reason::BadPlace.into())
        } else {
            Ok((token.end as usize, format!(" {text}")))
        };
    }
    let Some(inside) = written
        .strip_suffix("*/")
        .filter(|inside| inside.len() >= 2)
    else {
        return Err(Reason::BadPlace.into());
    };
    let content = inside.trim_end();
    let touches = content.len() == inside.len();
    Ok((
        start + content.len(),
        format!(" {text}{}", if touches { " " } else { "" }),
    ))
}

/// Text in a comment that ends before the line does.
pub(super) fn block(text: &str) -> Result<String, Refusal> {
    check_fits(TokenKind::BlockComment, text)?;
    Ok(format!("/* {text} */"))
}

/// Refuses a text that would end the comment that it goes into.
fn check_fits(comment: TokenKind, text: &str) -> Result<(), Refusal> {
    match comment == TokenKind::BlockComment && text.contains("*/") {
        true => Err(Reason::EndsComment.into()),
        false => Ok(()),
    }
}

/// The same for the comment that byte `at` is in.
pub(super) fn check_fits_at(file: &File, at: usize, text: &str) -> Result<(), Refusal> {
    let tokens = file.source().tokens();
    let comment = tokens.partition_point(|token| token.end as usize <= at);
    check_fits(tokens[comment].kind, text)
}

/// In the `//` above an item of several lines, or in a new one.
fn above(file: &File, item: &Item, text: &str) -> Result<(usize, String), Refusal> {
    let source = file.source();
    let first = source.tokens()[item.tokens.start];
    if let Some(&last) = item.leading.last()
        && source.tokens()[last].kind == TokenKind::LineComment
    {
        return into_comment(file, last, text);
    }
    let start = first.start as usize;
    if has_before(file, &(start..start)) {
        return Ok((start, format!("{} ", block(text)?)));
    }
    let blank = source.indentation(start);
    Ok((
        source.line_start(start),
        format!("{blank}// {text}{}", line_break(file, start)),
    ))
}

/// The space before a new comment: up to the column of the nearest neighbour's comment, else two spaces.
fn gap(file: &File, entity: &Entity<'_>, line: Range<usize>) -> String {
    gap_behind(file, entity, &file.source().text()[line])
}

/// The space between `line`, which an item ends, and a new comment behind it.
pub(super) fn gap_behind(file: &File, entity: &Entity<'_>, line: &str) -> String {
    let two = "  ".to_owned();
    let Some(comment) = nearest_comment(entity) else {
        return two;
    };
    let source = file.source();
    let start = source.tokens()[comment].start as usize;
    let before = &source.text()[source.line_start(start)..start];
    if before.contains('\t') || line.contains('\t') {
        return two;
    }
    let (column, here) = (width_of(before), width_of(line));
    if column > here {
        " ".repeat(column - here)
    } else {
        two
    }
}

/// The comment behind the nearest item of the same list; of two as near, the earlier one.
fn nearest_comment(entity: &Entity<'_>) -> Option<usize> {
    let count = entity.siblings.len();
    (1..count).find_map(|distance| {
        let before = entity.index.checked_sub(distance);
        let after = Some(entity.index + distance).filter(|&after| after < count);
        let comment = |index: usize| entity.siblings[index].trailing.first().copied();
        before.and_then(comment).or_else(|| after.and_then(comment))
    })
}

//! Code that is added.

use std::ops::Range;

use crate::file::File;
use crate::lex::{Token, TokenKind};
use crate::model::{Body, Item, Kind};

use super::Edit;
use super::anchor::{has_before, has_behind, indented, line_break, next_line, step, with_comments};
use super::apply::Planned;
use super::new_code::{Wanted, is_there, kind_of, parse};
use super::receipt::{Reason, Refusal};
use super::request::{Policy, Request};
use super::target::{PlaceOf, Resolved};

/// Where code goes.
struct Spot<'f> {
    siblings: &'f [Item],
    wanted: Wanted,
    /// The text that the receipt shows.
    found: String,
    /// The bytes that the code goes before or behind.
    span: Range<usize>,
    /// The indentation of its lines.
    blank: String,
    /// Whether it goes into the line.
    in_line: bool,
}

pub(super) fn plan(resolved: &Resolved<'_>, request: &Request) -> Result<Planned, Refusal> {
    let code = request.code.as_deref().unwrap_or_default();
    if request.has(Policy::Inside) {
        return inside(resolved, request, code);
    }
    let file = resolved.file;
    let spot = match &resolved.place {
        PlaceOf::Entity(entity) => {
            let span = with_comments(file, entity.item, 0);
            let in_line =
                (has_before(file, &span) || has_behind(file, &span)) && !entity.item.is_directive();
            Spot {
                siblings: entity.siblings,
                wanted: Wanted::of(file, entity.owner),
                found: file.source().slice(&entity.item.tokens).to_owned(),
                blank: file.source().indentation(span.start).to_owned(),
                span,
                in_line,
            }
        }
        PlaceOf::Marker(marker) => {
            let token = &file.source().tokens()[marker.token];
            let span = token.start as usize..token.end as usize;
            let blank = if token.kind == TokenKind::Directive {
                indentation_in(file, marker.siblings, marker.owner)
            } else {
                file.source().indentation(span.start).to_owned()
            };
            let in_line = has_behind(file, &span);
            let found = file.source().word(marker.token).to_owned();
            Spot {
                siblings: marker.siblings,
                wanted: Wanted::of(file, marker.owner),
                found,
                span,
                blank,
                in_line,
            }
        }
        PlaceOf::File => return Err(Reason::BadRequest.into()),
    };
    let parsed = parse(code, &spot.wanted)?;
    if is_there(file, spot.siblings, &parsed, request.has(Policy::Once)) {
        return Ok(Planned::unchanged(spot.found));
    }
    let edits = beside(resolved.number, file, &spot, request, code, &parsed)?;
    Ok(Planned::done(spot.found, edits))
}

fn beside(
    number: usize,
    file: &File,
    spot: &Spot<'_>,
    request: &Request,
    code: &str,
    parsed: &File,
) -> Result<Vec<Edit>, Refusal> {
    let before = request.has(Policy::Before);
    let mut edits = Vec::new();
    let mut code = code.to_owned();
    if spot.wanted == Wanted::Enum {
        let comma = if before {
            true
        } else {
            needs_comma(file, spot, &mut edits, number)
        };
        code = with_comma(&code, parsed, comma);
    }
    // Behind a `//` comment there is nothing more on the line.
    if spot.in_line && (before || !ends_with_line_comment(file, &spot.span)) {
        let text = one_line(parsed, &code)?;
        let (at, text) = if before {
            (spot.span.start, format!("{text} "))
        } else {
            (spot.span.end, format!(" {text}"))
        };
        edits.push(Edit {
            file: number,
            span: at..at,
            text,
        });
        return Ok(edits);
    }
    let lines = indented(file, &code, &spot.blank);
    let end_of_line = line_break(file, spot.span.start);
    if before {
        let at = file.source().line_start(spot.span.start);
        edits.push(Edit {
            file: number,
            span: at..at,
            text: joined(&lines, end_of_line),
        });
    } else {
        edits.push(below(number, file, spot.span.end, &lines, end_of_line));
    }
    Ok(edits)
}

fn joined(lines: &[String], end_of_line: &str) -> String {
    lines
        .iter()
        .map(|line| format!("{line}{end_of_line}"))
        .collect()
}

/// Lines below the line of byte `at`. A last line without a break keeps none.
fn below(number: usize, file: &File, at: usize, lines: &[String], end_of_line: &str) -> Edit {
    let next = next_line(file, at);
    let has_break = file.source().text()[..next].ends_with('\n') && next > at;
    let text = if has_break {
        joined(lines, end_of_line)
    } else {
        lines
            .iter()
            .map(|line| format!("{end_of_line}{line}"))
            .collect()
    };
    Edit {
        file: number,
        span: next..next,
        text,
    }
}

fn ends_with_line_comment(file: &File, span: &Range<usize>) -> bool {
    let tokens = file.source().tokens();
    let behind = tokens.partition_point(|token| (token.start as usize) < span.end);
    let last = behind.checked_sub(1).map(|last| tokens[last].kind);
    last == Some(TokenKind::LineComment)
}

/// Code as one line; refused if a comment or directive in it takes the rest of its line, or a literal has several.
fn one_line(parsed: &File, code: &str) -> Result<String, Refusal> {
    let is_fixed = |token: &Token| match token.kind {
        TokenKind::LineComment | TokenKind::Directive => true,
        kind => kind != TokenKind::BlockComment && token.line != token.end_line,
    };
    if parsed.source().tokens().iter().any(is_fixed) {
        return Err(Reason::BadPlace.into());
    }
    Ok(code
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" "))
}

/// Gives the enumerator before the new one its comma, and says whether the new one needs one.
fn needs_comma(file: &File, spot: &Spot<'_>, edits: &mut Vec<Edit>, number: usize) -> bool {
    let here = spot
        .siblings
        .iter()
        .rev()
        .find_map(|item| match &item.kind {
            Kind::Enumerator(enumerator)
                if file.source().bytes(&item.tokens).end <= spot.span.end =>
            {
                Some((item, enumerator))
            }
            _ => None,
        });
    match here {
        Some((_, enumerator)) if enumerator.comma.is_some() => true,
        Some((item, _)) => {
            let at = file.source().bytes(&item.tokens).end;
            edits.push(Edit {
                file: number,
                span: at..at,
                text: ",".to_owned(),
            });
            false
        }
        None => spot
            .siblings
            .iter()
            .any(|item| matches!(item.kind, Kind::Enumerator(_))),
    }
}

/// The code with or without a comma behind its last enumerator.
fn with_comma(code: &str, parsed: &File, comma: bool) -> String {
    let last = parsed
        .items()
        .iter()
        .rev()
        .find_map(|item| match &item.kind {
            Kind::Enumerator(enumerator) => Some((item, enumerator)),
            _ => None,
        });
    let Some((item, enumerator)) = last else {
        return code.to_owned();
    };
    let tokens = parsed.source().tokens();
    match enumerator.comma {
        Some(present) if !comma => {
            let at = tokens[present].start as usize;
            format!("{}{}", &code[..at], &code[at + 1..])
        }
        None if comma => {
            let at = parsed.source().bytes(&item.tokens).end;
            format!("{},{}", &code[..at], &code[at..])
        }
        _ => code.to_owned(),
    }
}

/// The indentation of items in a body: that of the first one that is not a directive, or one step more than its owner.
fn indentation_in(file: &File, siblings: &[Item], owner: Option<&Body>) -> String {
    let source = file.source();
    let begins = |item: &&Item| {
        !item.is_directive() && source.begins_line(with_comments(file, item, 0).start)
    };
    if let Some(item) = siblings.iter().rev().find(begins) {
        return source
            .indentation(with_comments(file, item, 0).start)
            .to_owned();
    }
    match owner {
        Some(body) => {
            let outer = source.indentation(source.tokens()[body.open].start as usize);
            format!("{outer}{}", step(file))
        }
        None => String::new(),
    }
}

fn inside(resolved: &Resolved<'_>, request: &Request, code: &str) -> Result<Planned, Refusal> {
    let file = resolved.file;
    let PlaceOf::Entity(entity) = &resolved.place else {
        return at_end(resolved, request, code);
    };
    let body = entity.inner.body().ok_or(Reason::BadPlace)?;
    let wanted = kind_of(file, entity.inner);
    let parsed = parse(code, &wanted)?;
    let found = file.source().slice(&entity.item.tokens).to_owned();
    if is_there(file, &body.items, &parsed, request.has(Policy::Once)) {
        return Ok(Planned::unchanged(found));
    }
    let Some(last) = body.items.last() else {
        let code = if wanted == Wanted::Enum {
            with_comma(code, &parsed, false)
        } else {
            code.to_owned()
        };
        let edit = into_empty(resolved.number, file, body, &wanted, entity.kind, &code);
        return Ok(Planned::done(found, vec![edit]));
    };
    let span = with_comments(file, last, 0);
    let in_line = has_behind(file, &span);
    let blank = indentation_in(file, &body.items, Some(body));
    let spot = Spot {
        siblings: &body.items,
        wanted,
        found,
        span,
        blank,
        in_line,
    };
    let edits = beside(resolved.number, file, &spot, request, code, &parsed)?;
    Ok(Planned::done(spot.found, edits))
}

/// Opens braces that are empty and puts code on lines of its own between them.
fn into_empty(
    number: usize,
    file: &File,
    body: &Body,
    wanted: &Wanted,
    owner: &str,
    code: &str,
) -> Edit {
    let source = file.source();
    let open = &source.tokens()[body
        .opening
        .last()
        .copied()
        .unwrap_or(body.open)
        .max(body.open)];
    let close = &source.tokens()[body.close];
    let outer = source.indentation(source.tokens()[body.open].start as usize);
    let is_flat = *wanted == Wanted::Outside && matches!(owner, "namespace" | "extern" | "export");
    let blank = if is_flat {
        outer.to_owned()
    } else {
        format!("{outer}{}", step(file))
    };
    let end_of_line = line_break(file, open.start as usize);
    let lines = indented(file, code, &blank);
    let text = format!("{end_of_line}{}{outer}", joined(&lines, end_of_line));
    Edit {
        file: number,
        span: open.end as usize..close.start as usize,
        text,
    }
}

/// Adds code at the end of a file, before the `#endif` of its include guard.
fn at_end(resolved: &Resolved<'_>, request: &Request, code: &str) -> Result<Planned, Refusal> {
    let file = resolved.file;
    if !matches!(resolved.place, PlaceOf::File) {
        return Err(Reason::BadPlace.into());
    }
    let parsed = parse(code, &Wanted::Outside)?;
    if is_there(file, file.items(), &parsed, request.has(Policy::Once)) {
        return Ok(Planned::unchanged(String::new()));
    }
    let text = file.source().text();
    let lines = indented(file, code, "");
    let end_of_line = line_break(file, 0);
    let edit = match guard_end(file) {
        Some(end) => {
            let at = file
                .source()
                .line_start(file.source().bytes(&end.tokens).start);
            Edit {
                file: resolved.number,
                span: at..at,
                text: joined(&lines, end_of_line),
            }
        }
        None if text.trim_start_matches('\u{feff}').is_empty() => Edit {
            file: resolved.number,
            span: text.len()..text.len(),
            text: joined(&lines, end_of_line),
        },
        None => {
            let last = text.trim_end_matches(['\n', '\r']).len();
            let last_line = if text.ends_with('\n') {
                text.len() - 1
            } else {
                last
            };
            below(resolved.number, file, last_line, &lines, end_of_line)
        }
    };
    Ok(Planned::done(String::new(), vec![edit]))
}

/// The `#endif` of an include guard: the file is one conditional that begins with the define of its name.
fn guard_end(file: &File) -> Option<&Item> {
    let mut items = file
        .items()
        .iter()
        .filter(|item| !matches!(item.kind, Kind::Comment));
    let (first, second) = (items.next()?, items.next()?);
    let Kind::Conditional { text } = &first.kind else {
        return None;
    };
    let name = text.strip_prefix("ifndef ")?;
    let is_guard = matches!(&second.kind, Kind::Define { name: own, .. } if own == name);
    let last = items.next_back().filter(|_| is_guard)?;
    let is_end = matches!(&last.kind, Kind::Conditional { text } if text == "endif");
    is_end.then_some(last)
}

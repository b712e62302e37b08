//! Attributes `[[…]]` that are given to something.

use std::ops::Range;

use crate::entity::Entity;
use crate::file::File;
use crate::lookup::attribute_list;
use crate::model::{Kind, Tokens};

use super::receipt::{Reason, Refusal};

/// What giving an attribute changes; `None` if it is there.
pub(super) fn change(
    file: &File,
    entity: &Entity<'_>,
    code: &str,
) -> Result<Option<(Range<usize>, String)>, Refusal> {
    let wanted = listed(code).ok_or(Reason::BadCode)?;
    if entity.item.is_directive() {
        return Err(Reason::BadPlace.into());
    }
    if entity.is_in_group() {
        return Err(Reason::Shared.into());
    }
    let attributes = entity.attributes();
    let present: Vec<String> = attributes
        .iter()
        .flat_map(|attribute| attribute_list(file, attribute))
        .collect();
    if wanted.iter().all(|one| present.contains(one)) {
        return Ok(None);
    }
    let name = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
    if let [one] = &wanted[..]
        && let Some(span) = attributes
            .iter()
            .find_map(|attribute| one_span(file, attribute, &name(one)))
    {
        let text = code
            .trim()
            .trim_start_matches("[[")
            .trim_end_matches("]]")
            .trim()
            .to_owned();
        return Ok(Some((span, text)));
    }
    Ok(Some(insertion(file, entity, code.trim())))
}

/// The attributes of `[[…]]`; `None` if the text is not just that.
fn listed(code: &str) -> Option<Vec<String>> {
    let code = code.trim();
    let file = File::parse(&format!("{code} int x;"));
    let [item] = file.items() else { return None };
    let Kind::Variables(declaration) = &item.kind else {
        return None;
    };
    let [attribute] = &declaration.attributes[..] else {
        return None;
    };
    let is_whole = file.source().slice(attribute) == code && code.starts_with("[[");
    (is_whole && file.diagnostics().is_empty())
        .then(|| attribute_list(&file, attribute))
        .filter(|list| !list.is_empty())
}

/// The bytes of the attribute called `name` in a list.
fn one_span(file: &File, attribute: &Tokens, name: &str) -> Option<Range<usize>> {
    let source = file.source();
    if !source.is(attribute.start, "[") {
        return None;
    }
    let end = attribute.end - 2;
    let mut first = attribute.start + 2;
    while first < end {
        let mut at = first;
        while at < end && !source.is(at, ",") {
            at = source
                .pairs
                .partner(at)
                .filter(|&close| close > at && close < end)
                .map_or(at + 1, |close| close + 1);
        }
        let written: String = source.code(first..at).map(|at| source.word(at)).collect();
        if written.split('(').next() == Some(name) {
            let first = source.code(first..at).next()?;
            return Some(source.bytes(&(first..at)));
        }
        first = at + 1;
    }
    None
}

/// Behind `struct`, `enum class` or the name of an enumerator; else before everything.
fn insertion(file: &File, entity: &Entity<'_>, code: &str) -> (Range<usize>, String) {
    let source = file.source();
    let behind = match &entity.inner.kind {
        Kind::Record(record) => source
            .code(record.head.clone())
            .find(|&at| source.word(at) == record.key.word()),
        Kind::Enum(item) => {
            let key = source
                .code(item.head.clone())
                .find(|&at| source.word(at) == "enum");
            key.map(|key| {
                if item.scoped {
                    source.code_from(key + 1)
                } else {
                    key
                }
            })
        }
        Kind::Enumerator(item) => Some(item.name),
        _ => None,
    };
    match behind {
        Some(token) => {
            let at = source.bytes(&(token..token + 1)).end;
            (at..at, format!(" {code}"))
        }
        None => {
            let at = source.bytes(&entity.inner.tokens).start;
            (at..at, format!("{code} "))
        }
    }
}

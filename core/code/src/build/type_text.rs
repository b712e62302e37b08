//! Types as text, and where a name goes in them.

use crate::lex::Token;
use crate::model::Kind;
use crate::source::Source;
use crate::words::is_type_operator;
use crate::{File, lex::TokenKind};

use super::code::Part;
use super::error::BuildFault;
use super::text_check::balanced;

/// `type` with `name` where C++ puts it: `int (*)(int)` and `f` make `int (*f)(int)`.
pub(crate) fn with_name(r#type: &str, name: &str) -> String {
    let source = Source::new(r#type);
    let at = name_place(&source, 0, source.tokens().len());
    let (before, after) = r#type.split_at(at);
    format!("{before} {name}{after}")
}

/// The byte at which the name goes, for the tokens of a range.
fn name_place(source: &Source, first: usize, end: usize) -> usize {
    let mut at = first;
    while at < end {
        let token = &source.tokens()[at];
        let close = source.pairs.partner(at).filter(|&close| close > at);
        let follows_operator = at > 0 && is_type_operator(source.word(at - 1));
        match token.kind {
            TokenKind::Punct("(") if !follows_operator => {
                let close = close.unwrap_or(end);
                return if holds_pointer(source, at + 1) {
                    name_place(source, at + 1, close)
                } else {
                    token.start as usize
                };
            }
            TokenKind::Punct("[") => return token.start as usize,
            _ => at = close.map_or(at + 1, |close| close + 1),
        }
    }
    end.checked_sub(1)
        .map_or(0, |last| source.tokens()[last].end as usize)
}

fn holds_pointer(source: &Source, first: usize) -> bool {
    let mut at = first;
    while source.is(at, "::")
        || source
            .tokens()
            .get(at)
            .is_some_and(|token: &Token| token.kind == TokenKind::Word)
    {
        at += 1;
    }
    let is_member = at > first && source.is(at - 1, "::");
    (at == first || is_member) && ["*", "&", "&&"].iter().any(|punct| source.is(at, punct))
}

/// Checks that `part` is a type.
pub(super) fn check(part: &Part) -> Result<(), BuildFault> {
    let Part::Text(text) = part else {
        return Err(BuildFault::BadUntyped);
    };
    balanced(text)?;
    if text.trim().is_empty() {
        return Err(BuildFault::MissingPart);
    }
    if is_type(text) {
        Ok(())
    } else {
        Err(BuildFault::WrongKind)
    }
}

/// Whether `text` is one type and nothing else.
pub(crate) fn is_type(text: &str) -> bool {
    let file = File::parse(&format!("typedef {};", with_name(text, "x_")));
    let [item] = file.items() else { return false };
    let Kind::Typedef(declaration) = &item.kind else {
        return false;
    };
    let [declarator] = &declaration.declarators[..] else {
        return false;
    };
    file.diagnostics().is_empty()
        && file.text(&declarator.name) == "x_"
        && declarator.value.is_empty()
}

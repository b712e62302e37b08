//! Code that a request brings: what it is, and whether it may stand where it is wanted.

use crate::file::File;
use crate::lex::{TokenKind, lex};
use crate::lookup::type_words;
use crate::model::{Body, Item, Kind, Shape};
use crate::outline::{kind_word, own_name};
use crate::parse::{ParseOptions, Place};

use super::receipt::{Reason, Refusal};

/// Where code is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// In a file, namespace or linkage block.
    Outside,
    /// In a record of this name.
    Record(String),
    /// In an enumeration.
    Enum,
}

impl Wanted {
    /// What the body of `owner` takes.
    pub(super) fn of(file: &File, owner: Option<&Body>) -> Wanted {
        let Some(owner) = owner else {
            return Wanted::Outside;
        };
        owner_of(file, file.items(), owner).unwrap_or(Wanted::Outside)
    }

    fn place(&self) -> Place {
        match self {
            Wanted::Outside => Place::Outside,
            Wanted::Record(name) => Place::Record(name.clone()),
            Wanted::Enum => Place::Enum,
        }
    }
}

fn owner_of(file: &File, items: &[Item], wanted: &Body) -> Option<Wanted> {
    for item in items {
        let Some(body) = item.body() else { continue };
        if std::ptr::eq(body, wanted) {
            return Some(kind_of(file, item));
        }
        let is_inside = body.open < wanted.open && wanted.close < body.close;
        if is_inside {
            return owner_of(file, &body.items, wanted);
        }
    }
    None
}

/// What the braces of `item` take.
pub(super) fn kind_of(file: &File, item: &Item) -> Wanted {
    match &item.kind {
        Kind::Record(_) => {
            let name = own_name(file.source(), file.roles(), item);
            let last = name
                .split('<')
                .next()
                .unwrap_or_default()
                .rsplit("::")
                .next()
                .unwrap_or_default();
            Wanted::Record(last.to_owned())
        }
        Kind::Enum(_) => Wanted::Enum,
        Kind::Typedef(declaration) | Kind::Variables(declaration) => declaration
            .definition
            .as_deref()
            .map_or(Wanted::Outside, |item| kind_of(file, item)),
        Kind::Template { item, .. } => kind_of(file, item),
        _ => Wanted::Outside,
    }
}

/// The parsed code, if it is complete and may stand there.
pub(super) fn parse(code: &str, wanted: &Wanted) -> Result<File, Refusal> {
    let file = File::parse_in(code, &ParseOptions::new(), &wanted.place());
    let is_something = file
        .items()
        .iter()
        .any(|item| !matches!(item.kind, Kind::Comment));
    let fits = file.items().iter().all(|item| fits(item, wanted)) && is_closed(code);
    if file.diagnostics().is_empty() && is_something && fits && has_whole_conditionals(&file) {
        Ok(file)
    } else {
        Err(Reason::BadCode.into())
    }
}

/// Whether no comment or literal is still open at the end of the code.
fn is_closed(code: &str) -> bool {
    let behind = format!("{code}\nbehind_");
    let tokens = lex(&behind);
    let last = tokens.last().filter(|last| last.kind == TokenKind::Word);
    last.is_some_and(|last| last.start as usize == code.len() + 1)
}

fn fits(item: &Item, wanted: &Wanted) -> bool {
    if item.is_directive() || matches!(item.kind, Kind::Comment | Kind::Raw(_)) {
        return !(matches!(item.kind, Kind::Include { .. }) && *wanted != Wanted::Outside);
    }
    match wanted {
        Wanted::Enum => matches!(item.kind, Kind::Enumerator(_)),
        Wanted::Record(_) => !matches!(
            item.kind,
            Kind::Namespace { .. }
                | Kind::Extern { .. }
                | Kind::Export(_)
                | Kind::Module { .. }
                | Kind::UsingNamespace { .. }
        ),
        Wanted::Outside => match &item.kind {
            Kind::Access { .. } | Kind::Friend { .. } | Kind::Enumerator(_) => false,
            Kind::Function(function) => match function.shape {
                Shape::Constructor | Shape::Destructor => function.name.len() > 2,
                _ => true,
            },
            _ => true,
        },
    }
}

fn has_whole_conditionals(file: &File) -> bool {
    let mut depth = 0_i32;
    for item in file.items() {
        if let Kind::Conditional { text } = &item.kind {
            match text.split(' ').next().unwrap_or_default() {
                "if" | "ifdef" | "ifndef" => depth += 1,
                "endif" => depth -= 1,
                _ if depth < 1 => return false,
                _ => {}
            }
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// The code of an item without what only separates it from the next one.
pub(super) fn spelling(file: &File, item: &Item) -> String {
    let mut tokens = item.tokens.clone();
    if let Kind::Enumerator(enumerator) = &item.kind
        && let Some(comma) = enumerator.comma
    {
        tokens.end = comma;
    }
    if item.is_directive() {
        return file
            .source()
            .slice(&tokens)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
    }
    file.source().spelling(tokens)
}

/// Kind and name of an item, by which another one is the same thing.
pub(super) fn identity(file: &File, item: &Item) -> (&'static str, String) {
    let inner = match &item.kind {
        Kind::Template { item, .. } => item,
        _ => item,
    };
    let name = match &inner.kind {
        Kind::Enumerator(enumerator) => file.source().word(enumerator.name).to_owned(),
        Kind::Include { target: name }
        | Kind::Define { name, .. }
        | Kind::UsingNamespace { path: name } => name.clone(),
        Kind::Function(function) if function.shape == Shape::OperatorCast => {
            type_words(file, &function.name)
        }
        _ => own_name(file.source(), file.roles(), inner),
    };
    (kind_word(&inner.kind), name)
}

/// Whether all items of `code` are among `siblings`: with the same code, or only of the same kind and name.
pub(super) fn is_there(file: &File, siblings: &[Item], code: &File, by_name: bool) -> bool {
    let mut wanted = code
        .items()
        .iter()
        .filter(|item| !matches!(item.kind, Kind::Comment));
    wanted.all(|item| {
        siblings.iter().any(|other| {
            if by_name {
                identity(file, other) == identity(code, item)
            } else {
                spelling(file, other) == spelling(code, item)
            }
        })
    })
}

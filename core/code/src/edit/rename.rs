//! Another name for something, wherever its name stands.

use std::ops::Range;

use crate::entity::Entity;
use crate::file::File;
use crate::lex::{TokenKind, lex};
use crate::model::{Item, Kind};
use crate::words::{is_builtin, is_keyword, is_name};

use super::Edit;
use super::apply::{NewName, Planned};
use super::receipt::{Reason, Refusal};
use super::request::{RenameScope, Request};
use super::target::{PlaceOf, Resolved, Searched};

/// A part of a file in which names are changed.
struct Region<'f> {
    number: usize,
    name: String,
    file: &'f File,
    /// Everything that the file declares.
    entities: &'f [Entity<'f>],
    tokens: Range<usize>,
}

impl Region<'_> {
    fn at(&self, token: usize) -> String {
        format!("{}:{}", self.name, self.file.source().tokens()[token].line)
    }

    /// Its bytes, with the white space at both ends.
    fn bytes(&self) -> Range<usize> {
        let source = self.file.source();
        let (first, end) = (self.tokens.start, self.tokens.end);
        let start = first
            .checked_sub(1)
            .map_or(0, |before| source.tokens()[before].end as usize);
        let next = source.tokens().get(end);
        start..next.map_or(source.text().len(), |next| next.start as usize)
    }

    /// The tokens that are the word `name`.
    fn uses(&self, name: &str) -> Vec<usize> {
        let source = self.file.source();
        let is_use =
            |&at: &usize| source.tokens()[at].kind == TokenKind::Word && source.word(at) == name;
        self.tokens.clone().filter(is_use).collect()
    }
}

pub(super) fn plan(
    files: &[Searched<'_>],
    resolved: &Resolved<'_>,
    request: &Request,
) -> Result<Planned, Refusal> {
    let PlaceOf::Entity(entity) = &resolved.place else {
        return Err(Reason::BadRequest.into());
    };
    let to = request.to.as_deref().unwrap_or_default();
    if is_keyword(to) {
        return Err(Reason::Keyword.into());
    }
    if !is_name(to) {
        let part = format!("to is {to:?}, which is no name");
        return Err(Refusal::bad_request(part));
    }
    let old = old_name(resolved.file, entity).ok_or(Reason::BadPlace)?;
    if old == to {
        return Ok(Planned::unchanged(old));
    }
    let regions = regions(files, resolved, entity, request.scope.unwrap_or_default());
    check(&regions, entity, &old, to)?;
    let edits: Vec<Edit> = regions
        .iter()
        .flat_map(|region| {
            let span = |at: usize| region.file.source().bytes(&(at..at + 1));
            region.uses(&old).into_iter().map(move |at| Edit {
                file: region.number,
                span: span(at),
                text: to.to_owned(),
            })
        })
        .collect();
    let count = Some(edits.len());
    let places = regions.iter().map(|region| (region.number, region.bytes()));
    let new_name = NewName {
        name: to.to_owned(),
        places: places.collect(),
    };
    Ok(Planned {
        count,
        new_name: Some(new_name),
        written: Some(to.to_owned()),
        ..Planned::done(old, edits)
    })
}

/// The one word that names the entity.
fn old_name(file: &File, entity: &Entity<'_>) -> Option<String> {
    if matches!(&entity.inner.kind, Kind::Function(function) if function.shape != crate::model::Shape::Function)
    {
        return None;
    }
    if let Kind::Using { name, target } = &entity.inner.kind {
        return (!target.is_empty()).then(|| name.clone());
    }
    if let Kind::Namespace { path, .. } = &entity.inner.kind {
        return is_name(path).then(|| path.clone());
    }
    let name = entity.name();
    // A specialisation is called by its first word, a definition outside its class by its last.
    let words = file
        .source()
        .code(name.clone())
        .take_while(|&at| !file.source().is(at, "<"));
    let last = words
        .filter(|&at| file.source().tokens()[at].kind == TokenKind::Word)
        .last()?;
    Some(file.source().word(last).to_owned())
}

fn regions<'f>(
    files: &'f [Searched<'f>],
    resolved: &Resolved<'f>,
    entity: &Entity<'f>,
    scope: RenameScope,
) -> Vec<Region<'f>> {
    let whole = |number: usize, file: &'f File| Region {
        number,
        name: files[number].edited.name.display().to_string(),
        file,
        entities: &files[number].entities,
        tokens: 0..file.source().tokens().len(),
    };
    match scope {
        RenameScope::All => {
            let readable = files.iter().enumerate().filter_map(|(number, searched)| {
                Some((number, searched.edited.file.as_ref().ok()?))
            });
            readable.map(|(number, file)| whole(number, file)).collect()
        }
        RenameScope::File => vec![whole(resolved.number, resolved.file)],
        RenameScope::Body => {
            let mut region = whole(resolved.number, resolved.file);
            if let Some(body) = entity.owner {
                region.tokens = body.open + 1..body.close;
            }
            vec![region]
        }
    }
}

fn check(regions: &[Region<'_>], entity: &Entity<'_>, old: &str, to: &str) -> Result<(), Refusal> {
    let refuse = |reason: Reason, at: String| Err(Refusal::at(reason, vec![at]));
    for region in regions {
        if let Some(&taken) = region.uses(to).first() {
            return refuse(Reason::NameTaken, region.at(taken));
        }
    }
    for region in regions {
        if let Some(directive) = region
            .tokens
            .clone()
            .find(|&at| directive_has(region.file, at, old))
        {
            return refuse(Reason::InMacro, region.at(directive));
        }
    }
    for region in regions {
        if let Some(other) = shadow(region, entity, old) {
            return refuse(Reason::Shadowed, region.at(other));
        }
    }
    Ok(())
}

fn directive_has(file: &File, at: usize, name: &str) -> bool {
    let token = &file.source().tokens()[at];
    if token.kind != TokenKind::Directive {
        return false;
    }
    let text = file.source().word(at).trim_start_matches(['#', '%', ':']);
    lex(text)
        .iter()
        .any(|token| &text[token.start as usize..token.end as usize] == name)
        || text.contains("##")
            && text
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .any(|word| word == name)
}

/// Another declaration of `name`: of something else, a parameter, or a variable in a body.
fn shadow(region: &Region<'_>, entity: &Entity<'_>, name: &str) -> Option<usize> {
    let own = format!("{}::{name}", entity.path);
    let stem = entity.path.split('<').next().unwrap_or_default();
    let mut found: Vec<usize> = Vec::new();
    for other in region.entities {
        let first = other.inner.tokens.start;
        let last = other.path.rsplit("::").next().unwrap_or_default();
        let plain = last
            .split('<')
            .next()
            .unwrap_or_default()
            .trim_start_matches('~');
        let is_same = || {
            other.path == entity.path
                || other.path == own
                || other.path == format!("{}::~{name}", entity.path)
                || other.path.split('<').next() == Some(stem)
                || other.path.starts_with(&format!("{stem}<"))
        };
        let is_there = || !other.path.is_empty() && region.tokens.contains(&first);
        if plain == name && is_there() && !is_same() {
            found.push(first);
        }
        let params = other
            .params()
            .into_iter()
            .flatten()
            .chain(template_params(other.item));
        found.extend(
            params
                .filter_map(|param| param.name)
                .filter(|&at| region.tokens.contains(&at) && region.file.source().word(at) == name),
        );
    }
    let declared = region
        .uses(name)
        .into_iter()
        .filter(|&at| declares_local(region.file, at));
    found.extend(declared);
    found.into_iter().min()
}

fn template_params(item: &Item) -> &[crate::model::Param] {
    match &item.kind {
        Kind::Template { params, .. } => params,
        _ => &[],
    }
}

/// Whether the word at `at`, in a body, is behind a type: then it declares something of its own.
fn declares_local(file: &File, at: usize) -> bool {
    let source = file.source();
    if file.roles()[at] != crate::parse::Role::Opaque {
        return false;
    }
    let Some(before) = source.code_before(at) else {
        return false;
    };
    let word = source.word(before);
    let is_type = |at: usize| {
        source.tokens()[at].kind == TokenKind::Word
            && (is_builtin(source.word(at)) || source.word(at) == "auto")
    };
    let is_pointer = ["*", "&", "&&"]
        .iter()
        .any(|punct| source.is(before, punct));
    let is_word = source.tokens()[before].kind == TokenKind::Word;
    is_type(before)
        || is_word && !is_keyword(word)
        || is_pointer && source.code_before(before).is_some_and(is_type)
}

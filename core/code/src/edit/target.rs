//! What a request is about: the one thing that fits, or a refusal.

use std::collections::{HashMap, HashSet};

use crate::entity::{Entity, entities};
use crate::file::File;
use crate::lookup::{
    Marker, markers, matches_path, matches_signature, possible_paths, without_space,
};
use crate::model::Item;

use super::EditedFile;
use super::receipt::{Reason, Refusal};
use super::request::{Operation, Policy, Request, Target};

/// The target of a request in its file.
pub(super) struct Resolved<'f> {
    pub(super) number: usize,
    pub(super) file: &'f File,
    pub(super) place: PlaceOf<'f>,
}

/// What was found.
pub(super) enum PlaceOf<'f> {
    /// Something that is declared.
    Entity(Box<Entity<'f>>),
    /// A marker by itself.
    Marker(Marker<'f>),
    /// The file.
    File,
}

/// A file and what it declares, or why it could not be read.
pub(super) struct Searched<'f> {
    pub(super) edited: &'f EditedFile,
    pub(super) entities: Vec<Entity<'f>>,
    /// Positions in `entities` by their path without white space.
    by_path: HashMap<String, Vec<usize>>,
}

impl<'f> Searched<'f> {
    pub(super) fn new(edited: &'f EditedFile) -> Searched<'f> {
        let entities = edited.file.as_ref().map_or_else(|_| Vec::new(), entities);
        let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, entity) in entities.iter().enumerate() {
            let path = without_space(&entity.path);
            by_path.entry(path).or_default().push(at);
        }
        Searched {
            edited,
            entities,
            by_path,
        }
    }

    /// What may be the target: all that has its path, whatever its parameters are, or everything.
    fn candidates(&self, target: &Target) -> Vec<&Entity<'f>> {
        let Some(path) = &target.path else {
            return self.entities.iter().collect();
        };
        let names = possible_paths(path).into_iter();
        let found = names.filter_map(|name| self.by_path.get(&name)).flatten();
        found.map(|&at| &self.entities[at]).collect()
    }
}

/// Finds the target of `request`.
pub(super) fn resolve<'f>(
    files: &[Searched<'f>],
    request: &Request,
) -> Result<Resolved<'f>, Refusal> {
    check(request)?;
    let target = &request.target;
    let fits = |file: &Searched<'f>| {
        target
            .file
            .as_deref()
            .is_none_or(|name| file.edited.name.as_os_str() == name)
    };
    let chosen: Vec<(usize, &Searched<'f>)> = files
        .iter()
        .enumerate()
        .filter(|(_, file)| fits(file))
        .collect();
    if target.file.is_some() || chosen.len() == 1 {
        let causes = chosen
            .iter()
            .filter_map(|(_, searched)| searched.edited.file.as_ref().err());
        let causes: Vec<String> = causes.cloned().collect();
        if !causes.is_empty() {
            return Err(Refusal::at(Reason::Unreadable, causes));
        }
    }
    let mut hits: Vec<(Resolved<'f>, bool, String)> = Vec::new();
    for (number, searched) in chosen {
        let edited = searched.edited;
        let Ok(file) = &edited.file else { continue };
        for place in places(file, searched, request) {
            let (line, is_definition) = match &place {
                PlaceOf::Entity(entity) => (
                    file.source().tokens()[entity.item.tokens.start].line,
                    entity.is_definition(file),
                ),
                PlaceOf::Marker(marker) => (file.source().tokens()[marker.token].line, true),
                PlaceOf::File => (1, true),
            };
            let at = format!("{}:{line}", edited.name.display());
            hits.push((
                Resolved {
                    number,
                    file,
                    place,
                },
                is_definition,
                at,
            ));
        }
    }
    one(hits, target.nth, request.op)
}

/// A definition wins over declarations; then there must be one, or the one that is asked for.
fn one(
    mut hits: Vec<(Resolved<'_>, bool, String)>,
    nth: Option<usize>,
    op: Operation,
) -> Result<Resolved<'_>, Refusal> {
    // A removal must be sure: a second one would take the declarations.
    if op != Operation::Remove && hits.iter().any(|(_, is_definition, _)| *is_definition) {
        hits.retain(|(_, is_definition, _)| *is_definition);
    }
    match nth {
        Some(nth) if nth >= 1 && nth <= hits.len() => Ok(hits.swap_remove(nth - 1).0),
        None if hits.len() == 1 => Ok(hits.swap_remove(0).0),
        None if hits.len() > 1 => Err(Refusal::at(
            Reason::Ambiguous,
            hits.into_iter().map(|(_, _, at)| at).collect(),
        )),
        _ => Err(Reason::NotFound.into()),
    }
}

/// Whether code would take the line behind it along.
fn swallows(code: &str) -> bool {
    code.trim_end().ends_with('\\')
}

/// Checks that the request has the parts that its operation needs, and no others.
fn check(request: &Request) -> Result<(), Refusal> {
    if let Some(part) = unfit_part(request) {
        return Err(Refusal::bad_request(part));
    }
    // Other control characters than white space would hide what the code is.
    let is_hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let code = request.code.as_deref().unwrap_or_default();
    match code.contains(is_hidden) || swallows(code) {
        true => Err(Reason::BadCode.into()),
        false => Ok(()),
    }
}

/// The first part of a request that is missing, or that its operation does not take, in words.
fn unfit_part(request: &Request) -> Option<&'static str> {
    let (target, op) = (&request.target, request.op);
    let (is_add, is_rename) = (op == Operation::Add, op == Operation::Rename);
    let takes_code = !matches!(op, Operation::Remove | Operation::Rename);
    // A file by itself is a place for code, and a marker is one as long as it stays.
    let is_named = target.path.is_some()
        || target.signature.is_some()
        || takes_code && target.marker.is_some()
        || is_add && target.file.is_some() && request.has(Policy::Inside);
    let places = [Policy::Before, Policy::After, Policy::Inside];
    let places = places.iter().filter(|&&place| request.has(place)).count();
    let faults = [
        (
            !is_named && takes_code,
            "its target needs a path, signature or marker",
        ),
        (
            !is_named && !takes_code,
            "its target needs a path or signature",
        ),
        (target.nth == Some(0), "nth is counted from 1"),
        (
            op == Operation::Remove && target.nth.is_some(),
            "it takes no nth, by which a second run would remove the next one; name the parameters or a signature",
        ),
        (takes_code && request.code.is_none(), "it needs code"),
        (!takes_code && request.code.is_some(), "it takes no code"),
        (
            is_add && places != 1,
            "its policy needs one of before, after and inside",
        ),
        (
            !is_add && !request.policy.is_empty(),
            "it takes no policy, which is for add",
        ),
        (
            is_rename && request.to.is_none(),
            "it needs the new name, which is called to",
        ),
        (
            !is_rename && (request.to.is_some() || request.scope.is_some()),
            "it takes no to and no scope, which are for rename",
        ),
    ];
    let unfit = faults.into_iter().find(|(is_unfit, _)| *is_unfit);
    unfit.map(|(_, part)| part)
}

/// Everything in `file` that fits the target.
fn places<'f>(file: &'f File, searched: &Searched<'f>, request: &Request) -> Vec<PlaceOf<'f>> {
    let target = &request.target;
    let names_item = target.path.is_some() || target.signature.is_some();
    let markers: Option<Vec<Marker<'f>>> =
        target.marker.as_deref().map(|marker| markers(file, marker));
    match (&markers, names_item) {
        (Some(markers), false) if request.op == Operation::Add && !request.has(Policy::Inside) => {
            return markers
                .iter()
                .map(|&marker| PlaceOf::Marker(marker))
                .collect();
        }
        (None, false) => return vec![PlaceOf::File],
        _ => {}
    }
    let marked: Option<HashSet<*const Item>> = markers.map(|markers| {
        let items = markers.iter().filter_map(Marker::next);
        items.map(std::ptr::from_ref).collect()
    });
    let mut found: Vec<&Entity<'f>> = Vec::new();
    for entity in searched.candidates(target) {
        let fits = target
            .path
            .as_deref()
            .is_none_or(|path| matches_path(file, entity, path))
            && target
                .signature
                .as_deref()
                .is_none_or(|signature| matches_signature(file, entity, signature))
            && marked
                .as_ref()
                .is_none_or(|marked| marked.contains(&std::ptr::from_ref(entity.item)));
        // A marker alone means the item, not each of the names in it, which follow each other.
        let is_repeated = !names_item
            && found
                .last()
                .is_some_and(|other| std::ptr::eq(other.item, entity.item));
        if fits && !is_repeated {
            found.push(entity);
        }
    }
    found
        .into_iter()
        .map(|entity| PlaceOf::Entity(Box::new(entity.clone())))
        .collect()
}

//! What a request is about: the one thing that fits, or a refusal.

use crate::entity::{Entity, entities};
use crate::file::File;
use crate::lookup::{Marker, markers, matches_path, matches_signature};

use super::EditedFile;
use super::receipt::{Reason, Refusal};
use super::request::{Operation, Policy, Request};

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

/// Finds the target of `request`.
pub(super) fn resolve<'f>(
    files: &'f [EditedFile],
    request: &Request,
) -> Result<Resolved<'f>, Refusal> {
    check(request)?;
    let target = &request.target;
    let fits = |file: &EditedFile| {
        target
            .file
            .as_deref()
            .is_none_or(|name| file.name.as_os_str() == name)
    };
    let chosen: Vec<(usize, &EditedFile)> = files
        .iter()
        .enumerate()
        .filter(|(_, file)| fits(file))
        .collect();
    if target.file.is_some() || chosen.len() == 1 {
        let causes = chosen
            .iter()
            .filter_map(|(_, edited)| edited.file.as_ref().err());
        let causes: Vec<String> = causes.cloned().collect();
        if !causes.is_empty() {
            return Err(Refusal::at(Reason::Unreadable, causes));
        }
    }
    let readable: Vec<(usize, &EditedFile, &File)> = chosen
        .iter()
        .filter_map(|&(number, edited)| Some((number, edited, edited.file.as_ref().ok()?)))
        .collect();
    let mut hits: Vec<(Resolved<'f>, bool, String)> = Vec::new();
    for (number, edited, file) in readable {
        for place in places(file, request) {
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

/// Checks that the request has the parts that its operation needs.
fn check(request: &Request) -> Result<(), Refusal> {
    let target = &request.target;
    let names_item = target.path.is_some() || target.signature.is_some();
    let has_one_policy = [Policy::Before, Policy::After, Policy::Inside]
        .iter()
        .filter(|&&p| request.has(p))
        .count()
        == 1;
    let needs_code = !matches!(request.op, Operation::Remove | Operation::Rename);
    let is_complete = match request.op {
        Operation::Add => {
            has_one_policy
                && (names_item
                    || target.marker.is_some()
                    || target.file.is_some() && request.has(Policy::Inside))
        }
        // By its place alone a second run would remove something else.
        Operation::Remove => names_item && target.nth.is_none(),
        Operation::Replace | Operation::Annotate => names_item || target.marker.is_some(),
        Operation::Rename => names_item && request.to.is_some(),
    };
    let has_only_its_own = (request.op == Operation::Add || request.policy.is_empty())
        && (request.op == Operation::Rename || request.to.is_none() && request.scope.is_none());
    let is_fit = is_complete
        && has_only_its_own
        && request.code.is_some() == needs_code
        && target.nth != Some(0);
    // Other control characters than white space would hide what the code is.
    let is_hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if !is_fit {
        Err(Reason::BadRequest.into())
    } else if request
        .code
        .as_ref()
        .is_some_and(|code| code.contains(is_hidden) || swallows(code))
    {
        Err(Reason::BadCode.into())
    } else {
        Ok(())
    }
}

/// Everything in `file` that fits the target.
fn places<'f>(file: &'f File, request: &Request) -> Vec<PlaceOf<'f>> {
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
    let marked: Option<Vec<_>> =
        markers.map(|markers| markers.iter().filter_map(Marker::next).collect());
    let mut found: Vec<Entity<'f>> = Vec::new();
    for entity in entities(file) {
        let fits = target
            .path
            .as_deref()
            .is_none_or(|path| matches_path(file, &entity, path))
            && target
                .signature
                .as_deref()
                .is_none_or(|signature| matches_signature(file, &entity, signature))
            && marked
                .as_ref()
                .is_none_or(|marked| marked.iter().any(|item| std::ptr::eq(*item, entity.item)));
        // A marker alone means the item, not each of the names in it.
        let is_repeated = !names_item
            && found
                .iter()
                .any(|other| std::ptr::eq(other.item, entity.item));
        if fits && !is_repeated {
            found.push(entity);
        }
    }
    found
        .into_iter()
        .map(|entity| PlaceOf::Entity(Box::new(entity)))
        .collect()
}

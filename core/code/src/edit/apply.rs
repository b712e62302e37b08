//! From requests to a plan: resolve, plan each, find conflicts, and put the changes together.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::annotation::Annotation;
use crate::entity::Entity;
use crate::file_builder::WriteFileError;

use super::annotate::{self, Wish};
use super::conflict::conflicts;
use super::diff::unified_diff;
use super::receipt::{Outcome, Reason, Receipt, Refusal};
use super::request::{Operation, Request};
use super::target::{PlaceOf, Resolved, Searched, resolve};
use super::write::write;
use super::{Edit, EditedFile, add, attribute, remove, rename, replace};

/// A request that can be done, before it is known whether others stand against it.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) found: String,
    pub(super) written: Option<String>,
    pub(super) edits: Vec<Edit>,
    pub(super) unchanged: bool,
    pub(super) count: Option<usize>,
    /// Requests of one group share their edits.
    pub(super) group: Option<usize>,
    /// Whether another of the group makes the edits.
    pub(super) is_shared: bool,
    /// A name that was in use nowhere, and where: files and bytes.
    pub(super) new_name: Option<NewName>,
}

/// A name that a request brings in.
#[derive(Clone, Debug)]
pub(super) struct NewName {
    pub(super) name: String,
    /// Where nothing else may have it, each part with the number of its file.
    pub(super) places: Vec<(usize, Range<usize>)>,
}

impl Planned {
    pub(super) fn done(found: String, edits: Vec<Edit>) -> Planned {
        let written = edits.last().map(|edit| edit.text.clone());
        Planned {
            found,
            written,
            edits,
            unchanged: false,
            count: None,
            group: None,
            is_shared: false,
            new_name: None,
        }
    }

    pub(super) fn unchanged(found: String) -> Planned {
        Planned {
            unchanged: true,
            written: None,
            ..Planned::done(found, Vec::new())
        }
    }

    /// The same, but another request makes the edits.
    pub(super) fn shared(self) -> Planned {
        Planned {
            is_shared: true,
            ..self
        }
    }
}

/// What requests would do: receipts, and the new texts of the files.
#[derive(Clone, Debug)]
pub struct Plan {
    receipts: Vec<Receipt>,
    files: Vec<PlannedFile>,
}

#[derive(Clone, Debug)]
struct PlannedFile {
    name: PathBuf,
    before: String,
    after: String,
}

impl Plan {
    /// One receipt for each request, in order.
    #[must_use]
    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    /// The new text of a file; the present one if nothing changes in it.
    #[must_use]
    pub fn text(&self, name: impl AsRef<Path>) -> Option<&str> {
        self.files
            .iter()
            .find(|file| file.name == name.as_ref())
            .map(|file| file.after.as_str())
    }

    /// The changes as a unified diff; empty if there are none.
    #[must_use]
    pub fn diff(&self) -> String {
        let name = |file: &PlannedFile| file.name.display().to_string();
        self.files
            .iter()
            .map(|file| unified_diff(&name(file), &file.before, &file.after))
            .collect()
    }

    /// Writes the files that change, each through a temporary file that takes its place, and returns them.
    ///
    /// # Errors
    ///
    /// [`WriteFileError`] for the first file that cannot be written, or that somebody has changed since its text was added.
    /// The files before it have been written.
    pub fn write(&self) -> Result<Vec<PathBuf>, WriteFileError> {
        let mut written = Vec::new();
        for file in self.files.iter().filter(|file| file.before != file.after) {
            write(&file.name, &file.before, &file.after).map_err(|source| WriteFileError {
                path: file.name.clone(),
                source,
            })?;
            written.push(file.name.clone());
        }
        Ok(written)
    }
}

pub(super) fn plan(files: &[EditedFile], requests: &[Request], batch: bool) -> Plan {
    let searched: Vec<Searched<'_>> = files.iter().map(Searched::new).collect();
    let resolved: Vec<Result<Resolved<'_>, Refusal>> = requests
        .iter()
        .map(|request| resolve(&searched, request))
        .collect();
    let mut planned = plan_each(&searched, requests, &resolved);
    refuse_conflicts(requests, &mut planned);
    let is_stopped = batch && planned.iter().any(Result::is_err);
    let receipts = planned.iter().enumerate().map(|(number, planned)| {
        let file = resolved[number]
            .as_ref()
            .ok()
            .map(|resolved| files[resolved.number].name.clone());
        receipt(planned, file, is_stopped)
    });
    let receipts = receipts.collect();
    let edits = planned
        .iter()
        .filter_map(|planned| planned.as_ref().ok())
        .filter(|planned| !planned.is_shared && !is_stopped);
    Plan {
        receipts,
        files: put_together(files, edits.flat_map(|planned| &planned.edits)),
    }
}

fn plan_each(
    files: &[Searched<'_>],
    requests: &[Request],
    resolved: &[Result<Resolved<'_>, Refusal>],
) -> Vec<Result<Planned, Refusal>> {
    let mut annotated = annotations(requests, resolved);
    let removed = removed(requests, resolved);
    let mut all: Vec<Result<Planned, Refusal>> = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        let resolved_one = match &resolved[number] {
            Ok(resolved) => resolved,
            Err(refusal) => {
                all.push(Err(refusal.clone()));
                continue;
            }
        };
        let one = match request.op {
            Operation::Add => add::plan(resolved_one, request),
            Operation::Remove => remove::plan(
                resolved_one,
                request,
                removed.get(&resolved_one.number).map_or(&[], Vec::as_slice),
            ),
            Operation::Replace => replace::plan(resolved_one, request),
            Operation::Rename => rename::plan(files, resolved_one, request),
            Operation::Annotate => match annotated.remove(&number) {
                Some(planned) => planned,
                None => give_attribute(resolved_one, request, &all),
            },
        };
        all.push(one);
    }
    all
}

/// Everything that requests remove, by the number of its file.
fn removed<'r>(
    requests: &[Request],
    resolved: &'r [Result<Resolved<'r>, Refusal>],
) -> BTreeMap<usize, Vec<&'r Entity<'r>>> {
    let mut removed: BTreeMap<usize, Vec<&Entity<'_>>> = BTreeMap::new();
    let all = requests.iter().zip(resolved);
    for (_, resolved) in all.filter(|(request, _)| request.op == Operation::Remove) {
        if let Ok(Resolved {
            number,
            place: PlaceOf::Entity(entity),
            ..
        }) = resolved
        {
            removed.entry(*number).or_default().push(entity);
        }
    }
    removed
}

/// Plans the requests for annotations, those for one item together.
fn annotations(
    requests: &[Request],
    resolved: &[Result<Resolved<'_>, Refusal>],
) -> BTreeMap<usize, Result<Planned, Refusal>> {
    let mut results = BTreeMap::new();
    let mut items: Vec<(usize, &crate::file::File, Vec<Wish<'_>>)> = Vec::new();
    for (number, request) in requests
        .iter()
        .enumerate()
        .filter(|(_, request)| request.op == Operation::Annotate)
    {
        let Ok(Resolved {
            number: file_number,
            file,
            place: PlaceOf::Entity(entity),
        }) = &resolved[number]
        else {
            continue;
        };
        let code = request.code.as_deref().unwrap_or_default();
        if code.trim_start().starts_with("[[") {
            continue;
        }
        let Some(annotation) =
            Annotation::parse(code).filter(|_| !code.trim().contains(['\n', '\r']))
        else {
            results.insert(number, Err(Reason::BadCode.into()));
            continue;
        };
        let wish = Wish {
            request: number,
            entity,
            annotation,
        };
        let same = items
            .iter_mut()
            .find(|(_, _, wishes)| std::ptr::eq(wishes[0].entity.item, entity.item));
        match same {
            Some((_, _, wishes)) => wishes.push(wish),
            None => items.push((*file_number, file, vec![wish])),
        }
    }
    for (group, (number, file, wishes)) in items.iter().enumerate() {
        for (request, planned) in annotate::plan(*number, file, wishes) {
            results.insert(
                request,
                planned.map(|planned| Planned {
                    group: Some(group),
                    ..planned
                }),
            );
        }
    }
    results
}

fn give_attribute(
    resolved: &Resolved<'_>,
    request: &Request,
    before: &[Result<Planned, Refusal>],
) -> Result<Planned, Refusal> {
    let PlaceOf::Entity(entity) = &resolved.place else {
        return Err(Reason::BadRequest.into());
    };
    let found = resolved.file.source().slice(&entity.item.tokens).to_owned();
    let change = attribute::change(
        resolved.file,
        entity,
        request.code.as_deref().unwrap_or_default(),
    )?;
    let Some((span, text)) = change else {
        return Ok(Planned::unchanged(found));
    };
    let edit = Edit {
        file: resolved.number,
        span,
        text,
    };
    let is_planned = before
        .iter()
        .flatten()
        .any(|planned| planned.edits.contains(&edit));
    let planned = Planned::done(found, vec![edit]);
    Ok(if is_planned {
        Planned {
            edits: Vec::new(),
            ..planned
        }
    } else {
        planned
    })
}

fn refuse_conflicts(requests: &[Request], planned: &mut [Result<Planned, Refusal>]) {
    let views: Vec<Option<&Planned>> = planned
        .iter()
        .map(|planned| planned.as_ref().ok())
        .collect();
    for (number, with) in conflicts(requests, &views).into_iter().enumerate() {
        if !with.is_empty() {
            planned[number] = Err(Refusal::conflict(with.into_iter().collect()));
        }
    }
}

fn receipt(planned: &Result<Planned, Refusal>, file: Option<PathBuf>, is_stopped: bool) -> Receipt {
    let planned = match planned {
        Ok(planned) => planned,
        Err(refusal) => {
            return Receipt {
                file,
                ..Receipt::refused(refusal.clone())
            };
        }
    };
    if is_stopped && !planned.unchanged {
        return Receipt {
            file,
            ..Receipt::refused(Reason::Batch.into())
        };
    }
    Receipt {
        file,
        found: Some(planned.found.clone()),
        written: planned.written.clone(),
        result: if planned.unchanged {
            Outcome::Unchanged
        } else {
            Outcome::Done
        },
        reason: None,
        with: Vec::new(),
        at: Vec::new(),
        count: planned.count,
    }
}

/// The texts with all edits in them. Edits at one point keep the order of their requests.
fn put_together<'e>(
    files: &[EditedFile],
    edits: impl Iterator<Item = &'e Edit>,
) -> Vec<PlannedFile> {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| (edit.file, edit.span.start, edit.span.end));
    let mut planned = Vec::new();
    for (number, edited) in files.iter().enumerate() {
        let Ok(file) = &edited.file else { continue };
        let before = file.source().text().to_owned();
        let mut after = String::with_capacity(before.len());
        let mut done = 0;
        for edit in edits.iter().filter(|edit| edit.file == number) {
            after.push_str(&before[done..edit.span.start.max(done)]);
            after.push_str(&edit.text);
            done = edit.span.end.max(done);
        }
        after.push_str(&before[done..]);
        planned.push(PlannedFile {
            name: edited.name.clone(),
            before,
            after,
        });
    }
    planned
}

//! Are the annotations of a declaration ones that the generator obeys?

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use memglass_code::{Found, Query, Scanner};

use crate::fault::{Fault, Place};
use crate::notes::{self, Notes, Target};
use crate::scanned::faults_of;

/// What is wrong with the annotations of what has this path in a header that has the text `before` and shall have `after`.
///
/// It is what the generator would refuse: names that are misspelt, arguments that are wrong, annotations that contradict each
/// other, and those that do not fit a member, as far as the scanner knows its type. What was wrong with it before is not told
/// again. In a header where something else is wrong, what that hides is not told either.
#[must_use]
pub fn annotation_faults(file: &Path, before: &str, after: &str, path: &str) -> Vec<Fault> {
    let mut faults = own_faults(file, after, path);
    let old = faults_of(file, before);
    let own = own_bytes(file, after, path);
    let is_own = |fault: &Fault| own.iter().any(|bytes| bytes.contains(&fault.place.start));
    let was_there = own_bytes(file, before, path);
    let was_there = |fault: &Fault| {
        was_there
            .iter()
            .any(|bytes| bytes.contains(&fault.place.start))
    };
    let known: HashSet<&str> = old
        .iter()
        .filter(|fault| was_there(fault))
        .map(|fault| &*fault.reason)
        .collect();
    let is_new = |fault: &Fault| match is_own(fault) {
        true => !known.contains(&*fault.reason),
        false => old.is_empty(),
    };
    let judged = faults_of(file, after).into_iter();
    // What the scanner does not know has nothing to do with annotations.
    let judged = judged.filter(|fault| !fault.reason.starts_with("the scanner"));
    faults.extend(judged.filter(is_new));
    faults.sort();
    faults.dedup();
    faults
}

/// The bytes of what has this path, and of its annotations.
fn own_bytes(file: &Path, text: &str, path: &str) -> Vec<Range<usize>> {
    let found = found(file, text, Some(path)).into_iter();
    found
        .flat_map(|found| {
            let annotations = found.annotations.into_iter().map(|one| one.span);
            std::iter::once(found.span).chain(annotations)
        })
        .collect()
}

/// What is wrong with the annotations of what has this path, whatever its type is.
fn own_faults(file: &Path, text: &str, path: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let own: HashSet<usize> = found(file, text, Some(path))
        .iter()
        .flat_map(|found| &found.annotations)
        .map(|annotation| annotation.span.start)
        .collect();
    // Members that are declared together share their comments.
    let shares = |found: &Found| {
        found.path == path
            || found
                .annotations
                .iter()
                .any(|one| own.contains(&one.span.start))
    };
    for found in found(file, text, None).into_iter().filter(shares) {
        let target = match found.kind {
            "enum" => Target::Enum,
            "struct" | "class" | "union" => Target::Record,
            "variable" => Target::Member,
            // An attribute may stand there.
            _ if found.annotations.is_empty() => continue,
            kind => {
                let article = if kind.starts_with(['a', 'e', 'i', 'o']) {
                    "an"
                } else {
                    "a"
                };
                let kind = kind.replace('_', " ");
                let reason =
                    format!("annotations are for members and types, and this is {article} {kind}");
                faults.push(Fault::new(Place::new(file, found.span), reason));
                continue;
            }
        };
        Notes::read(file, &found.annotations, target, &mut faults);
    }
    faults
}

/// What to write instead of a name that is meant as an annotation and is none; `None` for annotations, and for what is not
/// like one, such as `@brief`.
#[must_use]
pub fn misspelt_annotation(name: &str) -> Option<String> {
    notes::misspelt(name)
}

/// Why the generator does not obey an annotation of this name; `None` if it does.
#[must_use]
pub fn unknown_annotation(name: &str) -> Option<String> {
    let unknown = || {
        format!(
            "there is no annotation @{name}; there are {}",
            notes::known()
        )
    };
    notes::misspelt(name).or_else(|| notes::meant(name).is_none().then(unknown))
}

/// The path in a header with this text that is most like `path`, which may have `.` or `->` where C++ has `::`.
#[must_use]
pub fn nearest_path(file: &Path, text: &str, path: &str) -> Option<String> {
    let name = |path: &str| {
        let last = path.rsplit("::").next().unwrap_or_default();
        last.to_lowercase()
    };
    let path = path.replace("->", "::").replace('.', "::");
    let wanted = name(&path);
    let paths = found(file, text, None).into_iter().map(|found| found.path);
    // What is left out in front is the usual mistake, so the names are compared first.
    let scored = paths.filter(|other| !other.is_empty()).map(|other| {
        let distance = strsim::damerau_levenshtein(&wanted, &name(&other));
        let is_end = other.ends_with(&format!("::{path}"));
        let whole = strsim::damerau_levenshtein(&path, &other);
        (distance, !is_end, whole, other)
    });
    let (distance, _, _, nearest) = scored.min()?;
    (distance <= wanted.len().div_ceil(3)).then_some(nearest)
}

fn found(file: &Path, text: &str, path: Option<&str>) -> Vec<Found> {
    let mut scanner = Scanner::new();
    scanner.add_text(file, text);
    let query = Query {
        path: path.map(str::to_owned),
        ..Query::default()
    };
    let receipts = scanner.find(&[query]);
    receipts
        .into_iter()
        .flat_map(|receipt| receipt.found)
        .collect()
}

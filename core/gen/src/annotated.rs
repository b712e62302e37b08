//! Are the annotations of a declaration ones that the generator obeys?

use std::path::Path;

use memglass_code::{Found, Query, Scanner};

use crate::fault::{Fault, Place};
use crate::notes::{self, Notes, Target};

/// What is wrong with the annotations of what has this path in a header with this text.
///
/// It is what the generator would refuse of them alone: names that are misspelt, arguments that are wrong, annotations that
/// contradict each other. Whether they fit the type of a member is not asked.
#[must_use]
pub fn annotation_faults(file: &Path, text: &str, path: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let own: Vec<_> = found(file, text, Some(path))
        .iter()
        .flat_map(|found| &found.annotations)
        .map(|annotation| annotation.span.start)
        .collect();
    // The comment of a member whose struct is defined with it is the struct's too.
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
                let reason = format!("annotations are for members and types, and this is a {kind}");
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

/// The path in a header with this text that is most like `path`.
#[must_use]
pub fn nearest_path(file: &Path, text: &str, path: &str) -> Option<String> {
    let name = |path: &str| path.rsplit("::").next().unwrap_or_default().to_owned();
    let wanted = name(path);
    let paths = found(file, text, None).into_iter().map(|found| found.path);
    // What is left out in front is the usual mistake, so the names are compared first.
    let scored = paths.filter(|other| !other.is_empty()).map(|other| {
        let distance = strsim::damerau_levenshtein(&wanted, &name(&other));
        (distance, strsim::damerau_levenshtein(path, &other), other)
    });
    let (distance, _, nearest) = scored.min()?;
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

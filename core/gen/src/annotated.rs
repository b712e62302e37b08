//! Are the annotations of a declaration ones that the generator obeys?

use std::collections::HashSet;
use std::path::Path;

use memglass_code::{Found, Query, Scanner};

use crate::fault::{Fault, Place};
use crate::notes::{self, Notes, Target};
use crate::scanned::faults_of;

/// What is wrong with the annotations of what has this path in a header that has the text `before` and shall have `after`.
///
/// It is what the generator would refuse: names that are misspelt, arguments that are wrong, annotations that contradict each
/// other, and those that do not fit a member or its struct, as far as the scanner knows the types. What was wrong before is not
/// told again. Where something wrong is mended, what that has hidden elsewhere is not told either.
#[must_use]
pub fn annotation_faults(file: &Path, before: &str, after: &str, path: &str) -> Vec<Fault> {
    let was = Judged::of(Declared::of(file, before, path), before);
    let is = Judged::of(Declared::of(file, after, path), after);
    let mut faults = is.declared.faults();
    let told: HashSet<&str> = was.own.iter().map(|fault| &*fault.reason).collect();
    let (still, new): (Vec<&Fault>, Vec<&Fault>) = is
        .own
        .iter()
        .partition(|fault| told.contains(&*fault.reason));
    faults.extend(new.into_iter().cloned());
    // What is new elsewhere was hidden, if anything is wrong no longer.
    let is_mended = still.len() < was.own.len();
    if let Some(others) = was.others_still_in(&is, &Moved::between(before, after))
        && !is_mended
    {
        let others_now = is.others.iter();
        let new = others_now.filter(|fault| !others.contains(&(fault.place.start, &*fault.reason)));
        faults.extend(new.cloned());
    }
    faults.sort();
    faults.dedup();
    faults
}

/// What the generator finds wrong in a header.
struct Judged<'f> {
    declared: Declared<'f>,
    /// In the declaration that is asked for.
    own: Vec<Fault>,
    /// Elsewhere.
    others: Vec<Fault>,
}

impl<'f> Judged<'f> {
    fn of(declared: Declared<'f>, text: &str) -> Judged<'f> {
        let faults = faults_of(declared.file, text).into_iter();
        // What the scanner does not know has nothing to do with annotations.
        let faults = faults.filter(|fault| !fault.reason.starts_with("the scanner"));
        let (own, others) = faults.partition(|fault| declared.is_own(fault));
        Judged {
            declared,
            own,
            others,
        }
    }

    /// The faults elsewhere, at the places where they are in another text; `None` if it lacks one of them.
    fn others_still_in(&self, other: &Judged<'_>, moved: &Moved) -> Option<HashSet<(usize, &str)>> {
        let there = other.others.iter().chain(&other.own);
        let there: HashSet<(usize, &str)> = there
            .map(|fault| (fault.place.start, &*fault.reason))
            .collect();
        let others = self.others.iter().map(|fault| {
            let place = (moved.place(fault.place.start)?, &*fault.reason);
            there.contains(&place).then_some(place)
        });
        others.collect()
    }
}

/// Where bytes of a text are in another one that differs from it in one place.
struct Moved {
    /// How many bytes are the same at the start of both.
    start: usize,
    /// How many are the same at the end.
    end: usize,
    lens: (usize, usize),
}

impl Moved {
    fn between(before: &str, after: &str) -> Moved {
        let (before, after) = (before.as_bytes(), after.as_bytes());
        let most = before.len().min(after.len());
        let same = before.iter().zip(after);
        let start = same.take_while(|(one, other)| one == other).count();
        let same = before[start..]
            .iter()
            .rev()
            .zip(after[start..].iter().rev());
        let end = same.take_while(|(one, other)| one == other).count();
        Moved {
            start,
            end: end.min(most - start),
            lens: (before.len(), after.len()),
        }
    }

    /// Where a byte of the first text is in the second; `None` if it is in what differs.
    fn place(&self, at: usize) -> Option<usize> {
        let behind = self.lens.0 - self.end;
        match at {
            at if at < self.start => Some(at),
            at if at >= behind => Some(at - behind + self.lens.1 - self.end),
            _ => None,
        }
    }
}

/// What a header with some text declares.
struct Declared<'f> {
    file: &'f Path,
    all: Vec<Found>,
    /// What has the path that is asked for.
    own: Vec<Found>,
}

impl<'f> Declared<'f> {
    fn of(file: &'f Path, text: &str, path: &str) -> Declared<'f> {
        let mut scanner = Scanner::new();
        scanner.add_text(file, text);
        let by_path = Query {
            path: Some(path.to_owned()),
            ..Query::default()
        };
        let mut found = scanner.find(&[Query::default(), by_path]).into_iter();
        let mut next = || found.next().map(|receipt| receipt.found);
        Declared {
            file,
            all: next().unwrap_or_default(),
            own: next().unwrap_or_default(),
        }
    }

    /// Whether a fault is in the declaration at this path, or in its annotations.
    fn is_own(&self, fault: &Fault) -> bool {
        let annotations = self.own.iter().flat_map(|found| &found.annotations);
        let mut spans = annotations.map(|annotation| &annotation.span);
        let at = fault.place.start;
        self.own.iter().any(|found| found.span.contains(&at))
            || spans.any(|span| span.contains(&at))
    }

    /// What is wrong with the annotations of what has the path, whatever its type is.
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let annotations = self.own.iter().flat_map(|found| &found.annotations);
        let own: HashSet<usize> = annotations
            .map(|annotation| annotation.span.start)
            .collect();
        // Members that are declared together share their comments.
        let shares = |found: &&Found| {
            let mut annotations = found.annotations.iter();
            self.own.contains(found) || annotations.any(|one| own.contains(&one.span.start))
        };
        for found in self.all.iter().filter(shares) {
            // A `typedef` is annotated for the type that it defines.
            let target = match found.defines.unwrap_or(found.kind) {
                "enum" => Target::Enum,
                "struct" | "class" | "union" => Target::Record,
                "variable" => Target::Member,
                // An attribute may stand there.
                _ if found.annotations.is_empty() => continue,
                kind => {
                    let article = match kind.starts_with(['a', 'e', 'i', 'o']) {
                        true => "an",
                        false => "a",
                    };
                    let kind = kind.replace('_', " ");
                    let reason = format!(
                        "annotations are for members and types, and this is {article} {kind}"
                    );
                    let place = Place::new(self.file, found.span.clone());
                    faults.push(Fault::new(place, reason));
                    continue;
                }
            };
            Notes::read(self.file, &found.annotations, target, &mut faults);
        }
        faults
    }
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
    let path = path.trim_start_matches("::");
    let wanted = name(path);
    let all = Declared::of(file, text, "").all.into_iter();
    let paths = all.map(|found| found.path);
    // What is left out in front is the usual mistake, so the names are compared first.
    let scored = paths.filter(|other| !other.is_empty()).map(|other| {
        let distance = strsim::damerau_levenshtein(&wanted, &name(&other));
        let is_end = other.ends_with(&format!("::{path}"));
        let whole = strsim::damerau_levenshtein(path, &other);
        (distance, !is_end, whole, other)
    });
    let (distance, _, _, nearest) = scored.min()?;
    (distance <= wanted.len().div_ceil(3)).then_some(nearest)
}

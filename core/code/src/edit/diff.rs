//! The difference of two texts as people read it.

/// Lines around a change that are shown.
const CONTEXT: usize = 3;

/// A unified diff of one file, as `diff -u` and git write it; empty if nothing changed.
///
/// ```
/// let diff = memglass_code::unified_diff("a.hpp", "int a;\n", "int b;\n");
/// assert_eq!(diff, "--- a/a.hpp\n+++ b/a.hpp\n@@ -1,1 +1,1 @@\n-int a;\n+int b;\n");
/// ```
///
/// The longest common lines are found by comparing from both ends and, between them, line by line in order: changes are few
/// and the rest is the same, so that nothing better is needed.
#[must_use]
pub fn unified_diff(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(before), lines(after));
    let mut text = format!("--- a/{name}\n+++ b/{name}\n");
    for hunk in hunks(&changes(&old, &new)) {
        write_hunk(&mut text, &old, &new, &hunk);
    }
    text
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Lines `old` that go and lines `new` that come, at one place.
#[derive(Clone)]
struct Change {
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let (mut a, mut b) = (0, 0);
    let mut changes = Vec::new();
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            (a, b) = (a + 1, b + 1);
            continue;
        }
        let (skip_old, skip_new) = resume(&old[a..], &new[b..]);
        changes.push(Change {
            old: a..a + skip_old,
            new: b..b + skip_new,
        });
        (a, b) = (a + skip_old, b + skip_new);
    }
    changes
}

/// The fewest lines to pass over on both sides until two lines in a row are the same.
fn resume(old: &[&str], new: &[&str]) -> (usize, usize) {
    let most = old.len() + new.len();
    for sum in 1..=most.min(2000) {
        for skip_old in 0..=sum.min(old.len()) {
            let skip_new = sum - skip_old;
            if skip_new > new.len() {
                continue;
            }
            let (a, b) = (&old[skip_old..], &new[skip_new..]);
            let both_end = a.is_empty() && b.is_empty();
            let same = !a.is_empty() && !b.is_empty() && a[0] == b[0] && (a.get(1) == b.get(1));
            if both_end || same {
                return (skip_old, skip_new);
            }
        }
    }
    (old.len(), new.len())
}

/// Changes that are near each other, together.
fn hunks(changes: &[Change]) -> Vec<Vec<Change>> {
    let mut hunks: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        match hunks.last_mut() {
            Some(hunk)
                if hunk
                    .last()
                    .is_some_and(|last| change.old.start <= last.old.end + 2 * CONTEXT) =>
            {
                hunk.push(change.clone());
            }
            _ => hunks.push(vec![change.clone()]),
        }
    }
    hunks
}

fn write_hunk(text: &mut String, old: &[&str], new: &[&str], hunk: &[Change]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return;
    };
    let lead = CONTEXT.min(first.old.start);
    let tail = CONTEXT.min(old.len() - last.old.end);
    let (old_start, new_start) = (first.old.start - lead, first.new.start - lead);
    let (old_count, new_count) = (
        last.old.end + tail - old_start,
        last.new.end + tail - new_start,
    );
    let shown = |start: usize, count: usize| if count == 0 { start } else { start + 1 };
    text.push_str(&format!(
        "@@ -{},{old_count} +{},{new_count} @@\n",
        shown(old_start, old_count),
        shown(new_start, new_count)
    ));
    let mut at = old_start;
    for change in hunk {
        old[at..change.old.start]
            .iter()
            .for_each(|line| push(text, ' ', line));
        old[change.old.clone()]
            .iter()
            .for_each(|line| push(text, '-', line));
        new[change.new.clone()]
            .iter()
            .for_each(|line| push(text, '+', line));
        at = change.old.end;
    }
    old[at..at + tail]
        .iter()
        .for_each(|line| push(text, ' ', line));
}

fn push(text: &mut String, mark: char, line: &str) {
    text.push(mark);
    text.push_str(line);
    if !line.ends_with('\n') {
        text.push_str("\n\\ No newline at end of file\n");
    }
}

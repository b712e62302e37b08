//! From the text of a path to a field, or to the reason why it leads nowhere.

use memglass::PathError;

use super::{Resolved, Watching, World};
use crate::answers::no_path;
use crate::shapes::{NoPath, Shape, Step};

impl World {
    pub(super) fn resolve(&mut self, index: usize, label: usize, path: usize, quoted: bool) {
        let Some(watching) = self.observer(index) else {
            return;
        };
        let label = self.labels[label].clone();
        let (suffix, steps) = self.paths[path % self.paths.len()].clone();
        let text = match quoted {
            true => format!(
                "\"{}\"{suffix}",
                label.replace('\\', "\\\\").replace('"', "\\\"")
            ),
            false => format!("{label}{suffix}"),
        };
        let found = watching.observer.field(&text);
        let (label, steps) = match quoted {
            true => (label, steps),
            false => match self.longest_label(watching, &text) {
                Some((label, rest)) => (label, rest),
                None => return,
            },
        };
        if !self.sees(watching, &label) {
            let error = found.expect_err("no such object");
            assert!(
                matches!(error, PathError::NoSuchObject { .. }),
                "{text}: {error:?}"
            );
            return;
        }
        let id = self.live[&label];
        let expected = walk(&self.objects[id].shape, &steps);
        match (found, expected) {
            (Ok(field), Ok((shape, readonly))) => {
                let resolved = Resolved {
                    field,
                    object: id,
                    steps,
                    shape: shape.clone(),
                    readonly,
                };
                let watching = self.observer_mut(index).expect("as before");
                watching.fields.push(resolved);
                self.count("paths resolved");
            }
            (Err(error), Err(expected)) => {
                assert_eq!(no_path(&error), Some(expected), "{text}");
                self.count("paths refused");
            }
            (found, expected) => panic!("{text}: {:?}, expected {expected:?}", found.err()),
        }
    }

    /// The longest label that an unquoted path begins with, and the remaining steps; `None` if the rest is
    /// not a path of the model.
    fn longest_label(&self, watching: &Watching, text: &str) -> Option<(String, Vec<Step>)> {
        if text.starts_with('"') || text.is_empty() {
            return None;
        }
        let ends = (1..=text.len()).filter(|&end| {
            text.is_char_boundary(end)
                && (end == text.len() || [b'.', b'['].contains(&text.as_bytes()[end]))
        });
        let mut ends: Vec<usize> = ends.collect();
        let first = *ends.first()?;
        ends.reverse();
        for end in ends {
            let label = &text[..end];
            if end == first || self.sees(watching, label) {
                let rest = &text[end..];
                let steps = self.paths.iter().find(|(path, _)| *path == rest)?.1.clone();
                return Some((label.into(), steps));
            }
        }
        None
    }

    /// A label that the observer knows, and a path that leads somewhere in its object.
    pub(super) fn fitting(&self, index: usize, label: usize, path: usize) -> (usize, usize) {
        let Some(watching) = self.observer(index) else {
            return (label, path);
        };
        let known: Vec<_> = watching
            .known
            .iter()
            .filter(|(_, id)| self.objects[**id].is_alive)
            .collect();
        if known.is_empty() {
            return (label, path);
        }
        let (name, id) = known[label % known.len()];
        let label = self.labels.iter().position(|label| label == name);
        let paths: Vec<usize> = (0..self.paths.len())
            .filter(|&path| walk(&self.objects[*id].shape, &self.paths[path].1).is_ok())
            .collect();
        let path = paths[path % paths.len()];
        (label.expect("one of the labels"), path)
    }
}

/// The shape that steps lead to, and whether anything on the way is read-only.
fn walk<'s>(shape: &'s Shape, steps: &[Step]) -> Result<(&'s Shape, bool), NoPath> {
    steps
        .iter()
        .try_fold((shape, false), |(shape, readonly), step| {
            shape
                .step(step)
                .map(|(part, declared)| (part, readonly || declared))
        })
}

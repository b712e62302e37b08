//! Which firings actions made, and how long their chains are.

use std::collections::HashSet;
use std::time::Duration;

use memglass::{Field, ObjectId};

use super::Engine;
use super::reading::Reading;
use super::run::Evidence;
use super::sample::{Sample, differences, visit_leaves};
use crate::causes::{Causes, Depth};
use crate::change::Change;

impl Engine {
    /// Remembers what the action that runs wrote, so that firings which it makes are known as such. What was
    /// there already makes nothing.
    pub fn wrote(&mut self, field: &Field, change: &memglass::Change, now: Duration) {
        let Some((_, depth)) = self.running else {
            return;
        };
        let mut before = Vec::new();
        visit_leaves(&change.old, field.path(), &mut |_, leaf| {
            before.push(Sample(leaf.clone()));
        });
        let (object, causes) = (field.object_id(), &mut self.causes);
        let mut before = before.into_iter();
        visit_leaves(&change.new, field.path(), &mut |path, leaf| {
            let now_there = Sample(leaf.clone());
            if before.next().as_ref() != Some(&now_there) {
                causes.wrote((object, path.to_owned()), now_there, now, depth);
            }
        });
    }

    /// What is caused at this instant by the running action, which defines or resumes a trigger.
    pub(super) fn made_by_definition(&self, is_first: bool) -> Depth {
        match self.running {
            Some((_, depth)) if is_first => depth.next(),
            _ => Depth::OUTSIDE,
        }
    }
}

pub(super) fn depth_of(
    causes: &Causes<(ObjectId, String), Sample>,
    now: Duration,
    since: Duration,
    readings: &[Reading],
) -> Depth {
    let mut leaves = Vec::new();
    for Reading { field, value } in readings {
        let object = field.object_id();
        visit_leaves(value, field.path(), &mut |path, leaf| {
            leaves.push(((object, path.to_owned()), Sample(leaf.clone())));
        });
    }
    causes.depth_of(
        now,
        since,
        leaves.iter().map(|(key, value)| (key.clone(), value)),
    )
}

/// How deep a change is, by the parts that changed.
pub(super) fn depth_of_change(
    causes: &Causes<(ObjectId, String), Sample>,
    now: Duration,
    evidence: &Evidence,
    change: &Change<Sample>,
) -> Depth {
    let Some(field) = &evidence.field else {
        return Depth::OUTSIDE;
    };
    if causes.is_empty() {
        return Depth::OUTSIDE;
    }
    let object = field.object_id();
    let changed: HashSet<String> = differences(&change.old.0, &change.now.0)
        .into_iter()
        .collect();
    let mut leaves = Vec::new();
    visit_leaves(&change.now.0, "", &mut |path, leaf| {
        if path.is_empty() || changed.contains(path) {
            let path = match path {
                "" => field.path().to_owned(),
                part if part.starts_with('[') => format!("{}{part}", field.path()),
                part => format!("{}.{part}", field.path()),
            };
            leaves.push(((object, path), Sample(leaf.clone())));
        }
    });
    causes.depth_of(
        now,
        Duration::ZERO,
        leaves.iter().map(|(key, value)| (key.clone(), value)),
    )
}

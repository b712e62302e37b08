//! What waits for its action, and what an action is told.

use std::sync::Arc;
use std::time::Duration;

use memglass::{Field, Value};

use super::objects::Member;
use super::reading::Reading;
use super::sample::{Sample, differences};
use crate::causes::Depth;
use crate::queue::{Firing, Fold};

/// What a firing is about; firings about the same are folded when too many wait.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// The condition of a `when`.
    Itself,
    /// A point of a timer.
    Point,
    /// An object of a `when_each`.
    Object(Member),
    /// A field of a `watch`.
    Field(Member),
    Appeared(Member),
    Vanished(Member),
}

/// What came with a firing.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub(super) depth: Depth,
    pub(super) field: Option<Field>,
    pub(super) label: Option<Arc<str>>,
    /// What an object held that came or went.
    pub(super) value: Option<Value>,
    pub(super) torn: bool,
    readings: Vec<Reading>,
    history: Vec<(Duration, Vec<Reading>)>,
}

impl Evidence {
    pub(super) fn of_timer(depth: Depth) -> Self {
        Evidence {
            depth,
            field: None,
            label: None,
            value: None,
            torn: false,
            readings: Vec::new(),
            history: Vec::new(),
        }
    }

    pub(super) fn of_field(field: Field, label: Arc<str>) -> Self {
        Evidence {
            field: Some(field),
            label: Some(label),
            ..Evidence::of_timer(Depth::OUTSIDE)
        }
    }

    pub(super) fn of_firing(
        about: Option<(Member, Field, Arc<str>)>,
        depth: Depth,
        readings: Vec<Reading>,
        history: Vec<(Duration, Vec<Reading>)>,
    ) -> Self {
        let (field, label) = match about {
            Some((_, field, label)) => (Some(field), Some(label)),
            None => (None, None),
        };
        Evidence {
            field,
            label,
            readings,
            history,
            ..Evidence::of_timer(depth)
        }
    }
}

/// An action to run now.
#[derive(Clone, Debug)]
pub struct Run {
    /// The trigger.
    pub number: u64,
    /// The sample or point that made it.
    pub time: Duration,
    /// How long it waited.
    pub late: Duration,
    /// What happened.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A field changed.
    Changed {
        /// The field.
        field: Field,
        /// The label of its object.
        label: Arc<str>,
        /// The value before.
        old: Value,
        /// The value now.
        now: Value,
        /// The parts that changed.
        changed: Vec<String>,
        /// Writes known to have come and gone unseen.
        missed: Option<u64>,
        /// Further sampled changes that are part of this one.
        merged: u64,
        /// Whether parts of the value may be of different moments.
        torn: bool,
    },
    /// An object appeared.
    Appeared {
        /// Its field.
        field: Field,
        /// Its label.
        label: Arc<str>,
        /// What it held first.
        now: Value,
    },
    /// An object vanished.
    Vanished {
        /// Its field.
        field: Field,
        /// Its label.
        label: Arc<str>,
        /// What it held last.
        old: Value,
    },
    /// A condition became true.
    Rose {
        /// The first sample at which it was true.
        since: Duration,
        /// Whether it was kept back until its window ended.
        held: bool,
        /// Further rises that are part of it.
        merged: u64,
        /// Of a `when_each`, the object and its label.
        object: Option<(Field, Arc<str>)>,
        /// The fields of the condition as they were judged; of one that was true for a moment only, or depends on
        /// more than their values, as they were read right after it.
        readings: Vec<Reading>,
        /// What it read before, if that is kept.
        history: Vec<(Duration, Vec<Reading>)>,
    },
    /// A timer's point came.
    Point,
}

impl Run {
    pub(super) fn of(firing: Firing<Subject, Sample, Evidence>) -> Self {
        let Firing {
            due,
            subject,
            what,
            evidence,
            late,
        } = firing;
        Run {
            number: due.definition,
            time: due.time,
            late,
            what: Happening::of(&subject, what, evidence),
        }
    }
}

impl Happening {
    fn of(subject: &Subject, what: Fold<Sample>, evidence: Evidence) -> Self {
        let Evidence {
            field,
            label,
            value,
            torn,
            readings,
            history,
            ..
        } = evidence;
        let object = field.zip(label);
        match (what, object, subject, value) {
            (Fold::Change(report), Some((field, label)), ..) => {
                let (old, now) = (report.change.old.0, report.change.now.0);
                Happening::Changed {
                    changed: differences(&old, &now),
                    field,
                    label,
                    old,
                    now,
                    missed: report.missed,
                    merged: report.change.merged,
                    torn,
                }
            }
            (Fold::Rise { rise, merged }, object, ..) => Happening::Rose {
                since: rise.since,
                held: rise.held,
                merged,
                object,
                readings,
                history,
            },
            (Fold::Alone, Some((field, label)), Subject::Appeared(_), Some(now)) => {
                Happening::Appeared { field, label, now }
            }
            (Fold::Alone, Some((field, label)), _, Some(old)) => {
                Happening::Vanished { field, label, old }
            }
            _ => Happening::Point,
        }
    }
}

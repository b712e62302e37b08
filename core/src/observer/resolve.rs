//! From a path or an object to the field that it means.

use std::borrow::Cow;
use std::sync::Arc;

use super::error::PathError;
use super::field::{Field, ObjectPlace};
use super::path::{self, Malformed, Steps};
use super::path_text::PathText;
use super::place::Place;
use super::{ObjectInfo, Observer, follow, suggest};
use crate::layout::{LayoutError, ObjectRecord};

impl Observer {
    /// Resolves a path: `label.member[3].member`. A label with a `.`, `[` or quote in it may be
    /// written in double quotes.
    ///
    /// Objects created since the last refresh are not found.
    ///
    /// # Errors
    ///
    /// [`PathError`] names the part that leads nowhere, and the nearest name.
    pub fn field(&self, path: &str) -> Result<Field, PathError> {
        let (record, label_end, label) = self
            .resolve_label(path)
            .map_err(|error| self.cut_or(path, error))?;
        let steps = Steps::new(path, label_end);
        self.field_of(&record, &label, steps)
    }

    /// The whole object, as a field.
    ///
    /// # Errors
    ///
    /// [`PathError::NoSuchObject`] if it was destroyed.
    pub fn root(&self, object: &ObjectInfo) -> Result<Field, PathError> {
        let record = self
            .directory
            .record(&self.attached.layout, object.slot)
            .ok()
            .flatten();
        let record = record.filter(|record| record.head.alive().generation() == object.generation);
        // No suggestion, which is a search among all labels: this one was right.
        let gone = || PathError::NoSuchObject {
            label: object.label.to_string(),
            suggestion: String::new(),
        };
        let record = record
            .ok_or_else(gone)
            .map_err(|error| self.cut_or(&object.label, error))?;
        self.field_of(&record, &object.label, Steps::new("", 0))
    }

    /// The object that a path starts with, where its label ends in the path, and the label.
    fn resolve_label<'p>(
        &self,
        path: &'p str,
    ) -> Result<(ObjectRecord, usize, Cow<'p, str>), PathError> {
        let find = |label: &str| {
            self.index()
                .find(&self.attached.layout, &self.directory, label)
        };
        if path.starts_with('"') {
            let (label, end) =
                path::quoted_label(path).map_err(|malformed| bad_path(path, malformed))?;
            let record = find(&label).ok_or_else(|| self.no_such_object(&label))?;
            return Ok((record, end, label.into()));
        }
        let first = path::first_label_end(path);
        // Of several labels that the path may start with, the longest counts.
        if self.index().has_awkward_labels() {
            let mut others: Vec<usize> = path::label_ends(path).skip(1).collect();
            while let Some(end) = others.pop() {
                if let Some(record) = find(&path[..end]) {
                    return Ok((record, end, path[..end].into()));
                }
            }
        }
        let label = &path[..first];
        let record = find(label).ok_or_else(|| self.no_such_object(label))?;
        Ok((record, first, label.into()))
    }

    fn field_of(
        &self,
        record: &ObjectRecord,
        label: &str,
        steps: Steps<'_>,
    ) -> Result<Field, PathError> {
        let damaged = |error: LayoutError| PathError::Damaged {
            label: label.into(),
            cause: error.into(),
        };
        let schema = &self.sight.schema;
        let head = &record.head;
        let size = self.type_and_size(head);
        let (type_id, size) = size.ok_or_else(|| damaged(self.no_type_and_size(head)))?;
        let elements = (head.count > 0).then_some(head.count);
        let object = ObjectPlace {
            alive: head.alive(),
            slot: head.slot,
            elements,
        };
        let place = Place::whole(0, size, type_id);
        let path = PathText::joined(label, steps.rest());
        let (object, place, left) = follow::follow(schema, object, place, label, steps)?;
        let entry = self.directory.entry_place(&self.attached.layout, head.slot);
        let field = Field::new(&self.sight, object, place, path, |attached| {
            let layout = &attached.layout;
            let look = || {
                Ok([
                    layout.look_at_entry(entry)?,
                    layout.look_at_object(head, size)?,
                ])
            };
            look().map_err(damaged)
        })?;
        match left.rest().is_empty() {
            true => Ok(field),
            false => field.into_part(left),
        }
    }

    /// The error for an object that is not found because its segment was cut short.
    #[cold]
    fn cut_or(&self, label: &str, error: PathError) -> PathError {
        let cut = self.attached.layout.check_cut().err();
        cut.map_or(error, |cut| PathError::Damaged {
            label: label.into(),
            cause: LayoutError::from(cut).into(),
        })
    }

    #[cold]
    fn no_such_object(&self, label: &str) -> PathError {
        let near = suggest::nearest(label, self.objects().map(|object| object.label.to_string()));
        let suggestion = match (near, self.first_with_field(label)) {
            (Some(near), _) => format!("; did you mean {near:?}?"),
            (None, Some(object)) => {
                format!("; a field stands behind its object, as in {object}.{label}")
            }
            (None, None) => String::new(),
        };
        PathError::NoSuchObject {
            label: label.into(),
            suggestion,
        }
    }

    /// The label of some object that has a field of this name.
    fn first_with_field(&self, name: &str) -> Option<Arc<str>> {
        let has_field = |id| {
            let members = self.schema().get(id).and_then(|ty| ty.members());
            members.is_some_and(|members| members.iter().any(|member| &*member.name == name))
        };
        let mut objects = self.objects().take(suggest::MAX_LOOKED_AT);
        // Others need quotes in a path.
        let is_plain = |label: &str| label.chars().all(|c| c.is_alphanumeric() || c == '_');
        let object = objects.find(|it| has_field(it.type_id) && is_plain(&it.label))?;
        Some(object.label.clone())
    }
}

fn bad_path(path: &str, malformed: Malformed) -> PathError {
    PathError::Malformed {
        path: path.into(),
        at: malformed.at,
        expected: malformed.expected.into(),
    }
}

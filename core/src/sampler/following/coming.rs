//! Objects that come and go: what they mean for the selections.

use std::sync::Arc;

use super::{Followed, Following, Key, Selected, Selection, SelectionId, Untold};
use crate::observer::{Field, Observer, PathError, ReadError};

impl Following {
    /// Lets everything vanish, and takes in what a new session has.
    pub(super) fn begin_anew(&mut self, observer: Observer) {
        let mut keys: Vec<Key> = self.fields.iter().map(|(key, _)| key).collect();
        // So that the same happens each time.
        keys.sort_unstable();
        keys.into_iter().for_each(|key| self.lose(key));
        self.unread.clear();
        self.taken.clear();
        self.producer.presence = observer.producer();
        self.producer.is_over = false;
        self.observer = observer;
        let ids: Vec<SelectionId> = self.selections.keys().copied().collect();
        for id in ids {
            let selection = self.selections[&id].selection.clone();
            // Objects of the new session may have other fields: they are not selected.
            let fields = self.select(&selection).unwrap_or_default();
            for field in fields {
                self.appear(id, field);
            }
        }
    }

    /// Takes in the objects that came since the last time.
    pub(super) fn take_in(&mut self) {
        let mut slots = Vec::new();
        // What cannot be taken in now is reported again by the next refresh.
        let _ = self.observer.refresh_noting(|slot| slots.push(slot));
        for (id, field) in std::mem::take(&mut self.unread) {
            self.appear(id, field);
        }
        for slot in slots {
            self.take_in_slot(slot);
        }
        for id in std::mem::take(&mut self.stale) {
            self.resolve_again(id);
        }
    }

    fn take_in_slot(&mut self, slot: u32) {
        let Some(object) = self.observer.object_in(slot) else {
            return;
        };
        if self.taken.len() <= slot as usize {
            self.taken.resize(slot as usize + 1, 0);
        }
        let taken = &mut self.taken[slot as usize];
        // A damaged object is noted again and again.
        if std::mem::replace(taken, object.generation + 1) == object.generation + 1 {
            return;
        }
        if let Some(ids) = self.by_label.get(&*object.label) {
            self.stale.extend(ids);
        }
        let mut found = Vec::new();
        for &id in &self.patterns {
            let selection = &self.selections[&id].selection;
            let fields = selection.fields_of(&self.observer, &object);
            found.extend(
                fields
                    .unwrap_or_default()
                    .into_iter()
                    .map(|field| (id, field)),
            );
        }
        for (id, field) in found {
            self.appear(id, field);
        }
    }

    /// Looks which field a path means now.
    fn resolve_again(&mut self, id: SelectionId) {
        let Some(Selected { selection, present }) = self.selections.get(&id) else {
            return;
        };
        let now = self.observer.field(selection.text()).ok();
        let before = present.and_then(|key| Some((key, self.fields.get(key)?)));
        let is_same = match (&now, before) {
            (Some(now), Some((_, before))) => before.field.object_id() == now.object_id(),
            (now, before) => now.is_none() && before.is_none(),
        };
        if is_same {
            return;
        }
        if let Some((key, _)) = before {
            self.lose(key);
        }
        if let Some(field) = now {
            self.appear(id, field);
        }
    }

    /// All fields that a selection selects now.
    pub(super) fn select(&self, selection: &Selection) -> Result<Vec<Field>, PathError> {
        if selection.is_path() {
            return match self.observer.field(selection.text()) {
                Ok(field) => Ok(vec![field]),
                Err(PathError::NoSuchObject { .. }) => Ok(Vec::new()),
                Err(error) => Err(error),
            };
        }
        let (mut fields, mut failed) = (Vec::new(), None);
        for object in self.observer.objects() {
            match selection.fields_of(&self.observer, &object) {
                Ok(more) => fields.extend(more),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            Some(error) if fields.is_empty() => Err(error),
            _ => Ok(fields),
        }
    }

    fn appear(&mut self, id: SelectionId, field: Field) {
        // What can never be read does not appear.
        let key = self.follow(id, field).ok().flatten();
        self.untold.extend(key.map(Untold::Appeared));
    }

    /// Follows a selected field, now or as soon as it can be read.
    ///
    /// # Errors
    ///
    /// If it can never be read.
    pub(super) fn follow(
        &mut self,
        id: SelectionId,
        field: Field,
    ) -> Result<Option<Key>, ReadError> {
        let key = match self.scan.follow(&field) {
            Ok(key) => key,
            Err(ReadError::Contended { .. }) => {
                self.unread.push((id, field));
                return Ok(None);
            }
            Err(ReadError::Gone { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Some(selected) = self.selections.get_mut(&id)
            && selected.selection.is_path()
        {
            selected.present = Some(key);
        }
        let field = Arc::new(field);
        let selection = id;
        self.fields.insert(key, Followed { field, selection });
        Ok(Some(key))
    }

    /// Follows a field no longer, and tells that it has vanished.
    fn lose(&mut self, key: Key) {
        let last = self.scan.last(key);
        if let (Some(followed), Some(last)) = (self.fields.remove(key), last) {
            self.scan.forget(key);
            self.untold.push(Untold::Vanished(key, followed, last));
        }
    }
}

//! Observers that come, refresh and list what there is.

use std::collections::BTreeMap;

use super::{Modelled, Watching, World};
use crate::objects::KINDS;
use crate::operations::OBSERVERS;
use crate::shapes::Shape;

impl World {
    pub(super) fn attach(&mut self, index: usize, writable: bool) {
        let options = match writable {
            true => self.options.clone().writable(),
            false => self.options.clone(),
        };
        let observer = options.attach("model").expect("it is there");
        assert_eq!(observer.is_writable(), writable);
        self.observers[index] = Some(Watching {
            observer,
            writable,
            known: self.live.clone(),
            seen: self.changes,
            fields: Vec::new(),
        });
    }

    pub(super) fn refresh(&mut self, index: usize) {
        let (changes, live) = (self.changes, self.live.clone());
        let Some(watching) = self.observer_mut(index) else {
            return;
        };
        let changed = watching.observer.refresh();
        assert_eq!(changed, Ok(watching.seen != changes));
        watching.seen = changes;
        watching.known = live;
        assert_eq!(watching.observer.object_count(), watching.known.len());
    }

    pub(super) fn list(&self, index: usize) {
        let Some(watching) = self.observer(index) else {
            return;
        };
        assert_eq!(watching.observer.object_count(), watching.known.len());
        let mut listed = BTreeMap::new();
        for info in watching.observer.objects() {
            let id = self.live.get(&*info.label);
            let object = &self.objects[*id.unwrap_or_else(|| panic!("{:?} is dead", info.label))];
            let schema = watching.observer.schema();
            assert_eq!(schema.type_name(info.type_id), object.type_name);
            assert_eq!(info.count, count_of(object));
            let again = listed.insert(info.label.to_string(), info);
            assert!(again.is_none(), "{again:?} is listed twice");
        }
        let expected = watching
            .known
            .keys()
            .filter(|label| self.sees(watching, label));
        assert!(listed.keys().eq(expected), "{:?}", listed.keys());
    }

    pub(super) fn find(&self, index: usize, label: usize) {
        let Some(watching) = self.observer(index) else {
            return;
        };
        let label = &self.labels[label];
        let found = watching.observer.find(label);
        assert_eq!(found.is_some(), self.sees(watching, label));
        if let Some(info) = found {
            let object = &self.objects[self.live[label]];
            assert_eq!((&*info.label, info.count), (&**label, count_of(object)));
        }
    }

    /// Whether the observer finds a label: its object was there at the last refresh, and still is.
    pub(super) fn sees(&self, watching: &Watching, label: &str) -> bool {
        let live = self.live.get(label);
        live.is_some() && watching.known.get(label) == live
    }

    /// The observer that a number stands for.
    fn index(&self, number: usize) -> Option<usize> {
        let attached: Vec<usize> = (0..OBSERVERS)
            .filter(|&index| self.observers[index].is_some())
            .collect();
        (!attached.is_empty()).then(|| attached[number % attached.len()])
    }

    pub(super) fn observer(&self, number: usize) -> Option<&Watching> {
        self.observers[self.index(number)?].as_ref()
    }

    pub(super) fn observer_mut(&mut self, number: usize) -> Option<&mut Watching> {
        let index = self.index(number)?;
        self.observers[index].as_mut()
    }
}

fn count_of(object: &Modelled) -> Option<u64> {
    match (KINDS[object.kind], &object.shape) {
        ("numbers" | "wholes" | "large", Shape::List(_, count)) => Some(*count as u64),
        _ => None,
    }
}

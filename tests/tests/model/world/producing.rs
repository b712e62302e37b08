//! The producer's operations: objects come, change and go.

use memglass::ProducerError;

use super::{Modelled, World};
use crate::objects::{self, KINDS};
use crate::produce;

impl World {
    pub(super) fn create(&mut self, label: usize, kind: usize, seed: u8) {
        let label = self.labels[label].clone();
        let types = self.session.schema().len();
        let made = objects::create(&self.session, kind, &label, seed, self.raw);
        self.changes += u64::from(self.session.schema().len() != types);
        let is_free = !self.live.contains_key(&label);
        if !(is_free && (1..=1024).contains(&label.len())) {
            assert!(
                matches!(made, Err(ProducerError::Label { .. })),
                "{:?}",
                made.err()
            );
            return;
        }
        let (shape, value) = objects::described(kind, seed);
        let type_name = match KINDS[kind] {
            "number" => "i64",
            "numbers" => "u16",
            "large" => "u64",
            "raw" => &self.raw_name,
            "wholes" => "Whole",
            name => name,
        };
        self.changes += 1;
        self.live.insert(label.clone(), self.objects.len());
        self.objects.push(Modelled {
            label,
            kind,
            type_name: type_name.into(),
            shape,
            value,
            is_alive: true,
            handle: Some(made.expect("the label is free and there is room")),
        });
        self.count("created");
    }

    /// The object that a number stands for, among those that the producer has handles of.
    fn held(&self, number: usize) -> Option<usize> {
        let held: Vec<usize> = (0..self.objects.len())
            .filter(|&id| self.objects[id].handle.is_some())
            .collect();
        (!held.is_empty()).then(|| held[number % held.len()])
    }

    pub(super) fn end(&mut self, number: usize, leak: bool) {
        let Some(id) = self.held(number) else { return };
        let object = &mut self.objects[id];
        let handle = object.handle.take().expect("it is held");
        if leak {
            return handle.leak();
        }
        drop(handle);
        object.is_alive = false;
        self.live.remove(&object.label);
        self.changes += 1;
        self.count("destroyed");
    }

    pub(super) fn produce(&mut self, number: usize, choice: u8, seed: u8) {
        let Some(id) = self.held(number) else { return };
        let object = &mut self.objects[id];
        let handle = object.handle.as_ref().expect("it is held");
        produce::write(handle, choice, seed, &mut object.value);
    }

    pub(super) fn new_type(&mut self) {
        let name = format!("Type{}", self.session.schema().len());
        self.raw = self
            .session
            .add_type(objects::struct_of(&name, self.word))
            .expect("a type");
        self.raw_name = name;
        self.changes += 1;
    }
}

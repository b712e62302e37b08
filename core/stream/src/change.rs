//! What can change in a session, as plain data.

use std::sync::Arc;
use std::time::SystemTime;

use memglass::schema::{Schema, TypeId};

/// One object's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its label.
    pub label: Arc<str>,
    /// Its type, protections included; for an array, that of each element.
    pub type_id: TypeId,
    /// The number of elements, if it is an array of objects.
    pub count: Option<u64>,
    /// When it was created.
    pub created: SystemTime,
    /// Its slot in the directory.
    pub slot: u32,
    /// Which occupant of the slot it is.
    pub generation: u64,
}

/// Something that changed.
#[derive(Clone, Copy, Debug)]
pub enum Change<'c> {
    /// All types so far. Types are only added, so those known before keep their ids.
    Types(&'c Schema),
    /// All objects that live. A [`Value`](Change::Value) of each follows.
    Keyframe(&'c [Arc<Object>]),
    /// An object has come. Its first value follows.
    Created(&'c Arc<Object>),
    /// The whole value of an object, as [`Field::read_bytes`](memglass::Field::read_bytes) copies it.
    Value(&'c Arc<Object>, &'c [u8]),
    /// An object has gone.
    Destroyed(&'c Arc<Object>),
    /// What was not seen since the last time.
    Lost(Losses),
}

/// What an observer that looks from time to time did not see, as far as it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Ticks that were passed over, because looking took too long or the machine was busy.
    pub late_ticks: u64,
    /// Values of guarded fields that were published and replaced between two looks.
    pub values: u64,
    /// Whole values that never held still while they were read: their fields may be of several moments.
    pub torn: u64,
    /// Objects that came and went between two looks.
    pub objects: u64,
    /// Parts of a recording that are damaged: what was recorded there, which [`Damage`](crate::Damage) tells more of.
    pub damaged: u64,
}

impl Losses {
    /// Whether nothing was lost.
    pub fn is_none(&self) -> bool {
        *self == Losses::default()
    }

    /// All of it together.
    pub fn sum(&self) -> u64 {
        let parts = [
            self.late_ticks,
            self.values,
            self.torn,
            self.objects,
            self.damaged,
        ];
        parts.into_iter().fold(0, u64::saturating_add)
    }

    /// Adds what was lost later.
    pub fn add(&mut self, more: Losses) {
        self.late_ticks = self.late_ticks.saturating_add(more.late_ticks);
        self.values = self.values.saturating_add(more.values);
        self.torn = self.torn.saturating_add(more.torn);
        self.objects = self.objects.saturating_add(more.objects);
        self.damaged = self.damaged.saturating_add(more.damaged);
    }
}

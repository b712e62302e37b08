//! Which object of which session something is a part of.

use super::{Field, ObjectInfo, Observer};

/// One object's life: no other object has the same, in no session, also not one that has its label or its
/// slot later.
///
/// Costs nothing to copy and compare. It says nothing of whether the object still lives:
/// [`Field::is_alive`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// The session's random id.
    pub session: u128,
    /// The object's slot in the directory.
    pub slot: u32,
    /// Which occupant of the slot it is.
    pub generation: u64,
}

impl Field {
    /// The object that this is a part of.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let first = session.object("answer", 42_i64)?;
    /// let mut observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let before = observer.field("answer")?.object_id();
    /// drop(first);
    /// let _second = session.object("answer", 42_i64)?;
    /// observer.refresh()?;
    /// assert_ne!(observer.field("answer")?.object_id(), before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn object_id(&self) -> ObjectId {
        ObjectId {
            session: self.attached().layout.identity().session,
            slot: self.object.slot,
            generation: self.object.alive.generation(),
        }
    }
}

impl Observer {
    /// The object that `object` describes, which this observer found.
    pub fn id_of(&self, object: &ObjectInfo) -> ObjectId {
        ObjectId {
            session: self.session().id,
            slot: object.slot,
            generation: object.generation,
        }
    }
}

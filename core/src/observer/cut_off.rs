//! Writes of other observers that never ended, because their processes did.

use super::{ObjectInfo, Observer};
use crate::owners;
use crate::wire::header;

/// A write that a process began and did not end before it was killed.
///
/// Made by [`Observer::cut_off_writes`]. A value without protection may be half written; any other is the old or the
/// new one. Nobody is kept from writing: the next process that writes may get the same slot, which ends this.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CutOffWrite {
    /// The writer's slot of the session.
    pub slot: u32,
    /// The process that had it, in its own pid namespace.
    pub pid: u32,
    /// The object that it wrote to; `None` if that is not there any more.
    pub object: Option<ObjectInfo>,
}

impl Observer {
    /// The writes that dead processes have left unfinished. Costs a system call for each writer's slot with a write.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// assert_eq!(observer.cut_off_writes(), []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cut_off_writes(&self) -> Vec<CutOffWrite> {
        let left = owners::left_by_the_dead(self.attached.layout.header());
        // The lock of a slot of one's own is not seen.
        let writer = self.attached.writer.as_ref();
        let mine = writer.map(|writer| u32::from(writer.owner().slot()));
        let left = left.filter(|(slot, ..)| Some(*slot) != mine);
        let writes = left.map(|(slot, pid, intent)| CutOffWrite {
            slot,
            pid,
            object: self.announced_object(intent),
        });
        writes.collect()
    }

    fn announced_object(&self, intent: u64) -> Option<ObjectInfo> {
        let object = self.object_in(header::intent_slot(intent)?)?;
        let is_same = header::intent(object.slot, object.generation) == intent;
        is_same.then_some(object)
    }
}

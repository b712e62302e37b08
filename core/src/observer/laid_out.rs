//! Packed records as they were laid out last: as long as nothing is written, all reads of their parts share that.

use std::sync::{Arc, Mutex, PoisonError};

use memglass_layouts::OwnedRecord;

use crate::schema::TypeId;
use crate::sync::occupancy::Alive;

/// Records that are kept, the latest first. A program looks at few at one time, and each may be large.
const MOST: usize = 4;

/// The records that were laid out last.
#[derive(Default)]
pub(super) struct LaidOut(Mutex<Vec<Kept>>);

/// Which write of which object a record is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) slot: u32,
    pub(super) alive: Alive,
    pub(super) offset: u64,
    pub(super) type_id: TypeId,
    /// How many values were published there.
    pub(super) sequence: u64,
}

struct Kept {
    moment: Moment,
    record: Arc<OwnedRecord>,
}

impl LaidOut {
    /// The record of a moment, if it is kept.
    pub(super) fn find(&self, moment: &Moment) -> Option<Arc<OwnedRecord>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.iter().find(|kept| kept.moment == *moment)?;
        Some(Arc::clone(&kept.record))
    }

    /// Keeps the record of a moment in place of an earlier one of the same object.
    pub(super) fn keep(&self, moment: Moment, record: Arc<OwnedRecord>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| !kept.moment.is_of_same_place(&moment));
        all.truncate(MOST - 1);
        all.insert(0, Kept { moment, record });
    }
}

impl Moment {
    fn is_of_same_place(&self, other: &Moment) -> bool {
        (self.slot, self.offset) == (other.slot, other.offset)
    }
}

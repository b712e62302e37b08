//! What an observer and its fields share: the session's memory and the right to write to it.

use std::sync::{Arc, OnceLock};

use super::cells::Cells;
use super::laid_out::LaidOut;
use super::trial::Trial;
use crate::coerce::Members;
use crate::layout::Layout;
use crate::owners::{self, WriterSlot};
use crate::schema::{Schema, TypeId};
use crate::shm::Keeper;
use crate::sync::Owner;
use crate::wire::header::PRODUCER_SLOT;

/// One attachment to one session.
pub(super) struct Attached {
    pub(super) layout: Arc<Layout>,
    /// Present if the observer asked to write.
    pub(super) writer: Option<WriterSlot>,
    /// Present if its writes are only tried out.
    pub(super) trial: Option<Trial>,
}

/// An attachment and the types known at some time: all that a field needs, under one reference
/// count. Counting takes a tenth of the time of resolving a path.
pub(crate) struct Sight {
    pub(super) attached: Arc<Attached>,
    pub(super) schema: Arc<Schema>,
    /// Packed records that were read last.
    pub(super) laid_out: LaidOut,
    /// Per type its cells, once a value of it was read.
    cells: Box<[OnceLock<Cells>]>,
    /// Per bare type its members, in the same way.
    members: Box<[OnceLock<Option<Members>>]>,
}

impl Sight {
    pub(super) fn new(attached: Arc<Attached>, schema: Arc<Schema>) -> Sight {
        let types = schema.len();
        Sight {
            attached,
            schema,
            laid_out: LaidOut::default(),
            cells: (0..types).map(|_| OnceLock::new()).collect(),
            members: (0..types).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The cells of a type of the schema.
    #[inline]
    pub(super) fn cells(&self, id: TypeId) -> &Cells {
        self.cells[id.0 as usize].get_or_init(|| Cells::of(&self.schema, id))
    }

    /// The members of a bare type of the schema, if it has any.
    #[inline]
    pub(super) fn members(&self, id: TypeId) -> Option<&Members> {
        let members = &self.members[id.0 as usize];
        members
            .get_or_init(|| Members::of(&self.schema, id))
            .as_ref()
    }
}

// SAFETY: K3: views are borrowed from segments of `attached.layout`, which keeps each one mapped until
// it is dropped, after the last `Arc` of this, wherever the `Arc`s are.
#[allow(unsafe_code)]
unsafe impl Keeper for Arc<Sight> {}

impl Attached {
    /// Whether `owner` can never write again.
    pub(super) fn is_dead(&self, owner: Owner) -> bool {
        let me = self
            .writer
            .as_ref()
            .map_or(Owner::NOBODY, WriterSlot::owner);
        owners::is_dead(self.layout.header(), me, owner)
    }

    /// The holder of a guarded value, for a message.
    pub(super) fn holder(&self, owner: Owner) -> String {
        if owner.is_nobody() {
            return owner.to_string();
        }
        let pid = owners::pid(self.layout.header(), owner);
        match u32::from(owner.slot()) {
            PRODUCER_SLOT => format!("{owner} (pid {pid})"),
            _ => format!("another memglass (pid {pid})"),
        }
    }
}

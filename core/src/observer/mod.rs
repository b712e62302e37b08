//! The observer's side: attaching to a session, finding objects, reading and writing their fields.
//!
//! An [`Observer`] knows the objects and types of its last [`refresh`](Observer::refresh). A
//! [`Field`] is a path resolved once; it owns what it needs. Attaching ([`attach`]), taking in changes
//! ([`refresh`]), finding ([`index`], [`path`], [`resolve`]), reading ([`read`]) and writing ([`write`])
//! are separate, and nothing here trusts what objects contain.

mod attach;
mod attached;
mod by_type;
mod cells;
mod change;
mod cut_off;
mod difference;
mod entry;
mod error;
mod field;
mod follow;
mod index;
mod laid_out;
mod moment;
mod number;
mod occupant;
mod path;
mod path_text;
mod place;
mod presence;
mod read;
mod refresh;
mod resolve;
pub(crate) mod sampling;
mod sessions;
mod suggest;
mod trial;
mod typed;
mod write;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::layout::{Damage, Directory, EntryHead, LayoutError, ObjectRecord, Part, TypeLog};
use crate::origin::{self, Origin};
use crate::schema::{Schema, TypeId};
use attached::{Attached, Sight};
use index::Index;

pub use attach::ObserverBuilder;
pub use by_type::object_value;
pub use change::Change;
pub use cut_off::CutOffWrite;
use entry::Entries;
pub use entry::ObjectEntry;
pub use error::{AttachError, DamagedMemory, PathError, ReadError, WriteError};
pub use field::{Field, FieldInfo, PackedPart, Packing};
pub use moment::Moment;
pub use occupant::ObjectId;
pub use presence::Presence;
pub use sessions::{Cleaned, SessionEntry, clean, sessions};
pub use suggest::nearest;
pub use typed::TypedField;

/// The observer's side of one session.
///
/// It sees the objects and types of its last [`refresh`](Observer::refresh), and always their present
/// values.
pub struct Observer {
    attached: Arc<Attached>,
    /// Shared with new fields: the attachment, and the types as of the last refresh.
    sight: Arc<Sight>,
    options: ObserverBuilder,
    types: TypeLog,
    directory: Directory,
    /// Made when an object is first looked for: attaching then reads no label.
    index: OnceLock<Index>,
    epoch: u64,
    info: SessionInfo,
}

/// The name and the producer of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its name.
    pub name: String,
    /// The session's random id, which no other session has.
    pub id: u128,
    /// The producer's process id, in its own pid namespace.
    pub pid: u32,
    /// The name of the producer's program.
    pub program: String,
    /// When the session started.
    pub started: SystemTime,
    /// The directory of its segments.
    pub directory: PathBuf,
}

/// One live object, as its directory entry described it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectInfo {
    /// Its label.
    pub label: Arc<str>,
    /// Its type behind aliases and protections; for an array, that of each element.
    pub type_id: TypeId,
    /// The number of elements, if it is an array of objects.
    pub count: Option<u64>,
    /// When it was created.
    pub created: SystemTime,
    /// Its slot in the directory.
    pub slot: u32,
    /// Which occupant of the slot it is.
    pub generation: u64,
    /// Bytes of its storage.
    pub size: u64,
}

/// One region of a session's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionInfo {
    /// Its number, from 1.
    pub id: u16,
    /// Its size in bytes.
    pub size: u64,
    /// Bytes that were handed out so far.
    pub used: u64,
}

impl Observer {
    fn over(attached: Arc<Attached>, options: ObserverBuilder) -> Observer {
        let layout = &attached.layout;
        let identity = layout.identity();
        let info = SessionInfo {
            name: identity.name.clone(),
            id: identity.session,
            pid: identity.pid,
            program: identity.program.clone(),
            started: identity.started,
            directory: layout.dir().path().into(),
        };
        let types = TypeLog::new(layout, options.described_by.0.clone());
        let directory = Directory::new(layout);
        Observer {
            sight: sight(&attached, &types),
            attached,
            options,
            types,
            directory,
            index: OnceLock::new(),
            epoch: 0,
            info,
        }
    }

    /// Another observer of the same mapped memory, for another thread. It knows no objects before its
    /// first [`refresh`](Observer::refresh).
    pub fn beside(&self) -> Observer {
        Observer::over(Arc::clone(&self.attached), self.options.clone())
    }

    /// The name and the producer of a session.
    pub fn session(&self) -> &SessionInfo {
        &self.info
    }

    /// Where the values come from, at this moment.
    pub fn origin(&self) -> Origin {
        origin::of(self.attached.layout.header().view())
    }

    /// Whether it may write, or try writes out.
    pub fn is_writable(&self) -> bool {
        self.attached.writer.is_some() || self.is_trial()
    }

    /// The count of structural changes at the last refresh.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The count of structural changes at this moment: another one than [`Observer::epoch`] says that a refresh
    /// has news. Costs one load.
    pub fn stated_epoch(&self) -> u64 {
        self.attached.layout.epoch()
    }

    /// The types as of the last refresh.
    pub fn schema(&self) -> &Arc<Schema> {
        self.types.schema()
    }

    /// Number of live objects as of the last refresh, without those that are
    /// [damaged](Observer::damage). The first call reads all labels; [`Observer::stated_count`] does not.
    pub fn object_count(&self) -> usize {
        // Not the length of the index: an object that was seen and destroyed before its label was read
        // is not in it.
        self.directory.alive_count() - self.index().left_out()
    }

    /// Number of live objects as the producer states it at this moment, damaged ones included. Costs one
    /// load.
    pub fn stated_count(&self) -> u64 {
        self.attached.layout.object_count()
    }

    /// Number of objects that the session ever had, as of the last refresh: also of those that were created and
    /// destroyed between two refreshes, which no observer sees. Costs nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let _lives = session.object("lives", 1_i64)?;
    /// let mut observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// drop(session.object("brief", 2_i64)?);
    /// observer.refresh()?;
    /// assert_eq!(observer.object_count(), 1);
    /// assert_eq!(observer.created_count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn created_count(&self) -> u64 {
        self.directory.created_count()
    }

    /// The live objects as of the last refresh, without those destroyed since, by directory slot. Those that
    /// are [damaged](Observer::damage) are left out.
    ///
    /// Makes a copy of each label. [`Observer::entries`] does not.
    pub fn objects(&self) -> impl Iterator<Item = ObjectInfo> + '_ {
        self.entries().filter_map(|entry| entry.info())
    }

    /// The same objects, without their labels: nothing is allocated for one until it is asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let _a = session.object("a", 1_i64)?;
    /// let _b = session.object("b", 2_u8)?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let bytes = observer.schema().find("u8");
    /// let mut of_type = observer.entries().filter(|entry| Some(entry.type_id()) == bytes);
    /// let label = of_type.next().and_then(|entry| entry.info()).map(|object| object.label);
    /// assert_eq!(label.as_deref(), Some("b"));
    /// assert!(of_type.next().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn entries(&self) -> impl Iterator<Item = ObjectEntry<'_>> + '_ {
        Entries {
            observer: self,
            index: self.index(),
            heads: self.directory.heads(&self.attached.layout),
        }
    }

    /// The live object in a directory slot.
    pub fn object_in(&self, slot: u32) -> Option<ObjectInfo> {
        self.entry_in(slot)?.info()
    }

    /// The same, without its label.
    #[inline]
    pub fn entry_in(&self, slot: u32) -> Option<ObjectEntry<'_>> {
        ObjectEntry::of(self, self.directory.head(&self.attached.layout, slot)?)
    }

    /// The live object with this label.
    pub fn find(&self, label: &str) -> Option<ObjectInfo> {
        let record = self
            .index()
            .find(&self.attached.layout, &self.directory, label)?;
        ObjectEntry::of(self, record.head)?.info()
    }

    /// The labels of the objects that were seen at the last refresh.
    fn index(&self) -> &Index {
        self.index
            .get_or_init(|| Index::of(&self.attached.layout, &self.directory))
    }

    /// Whether the producer is alive, has ended or has crashed. Takes some microseconds.
    pub fn producer(&self) -> Presence {
        presence::of(&self.attached.layout)
    }

    /// Whether the producer's process is there, running or not, and has not ended the session. Costs one system call,
    /// where [`Observer::producer`] also asks whether the process stands still.
    pub fn is_producer_alive(&self) -> bool {
        presence::is_alive(&self.attached.layout)
    }

    /// The regions of the session's memory.
    ///
    /// # Errors
    ///
    /// [`ReadError::Damaged`] if a region cannot be opened.
    pub fn regions(&self) -> Result<Vec<RegionInfo>, ReadError> {
        let layout = &self.attached.layout;
        let ids = 1..=u16::try_from(layout.region_count()).unwrap_or(u16::MAX);
        ids.map(|id| {
            let (size, used) = layout.region_use(id)?;
            layout.check_cut()?;
            Ok(RegionInfo { id, size, used })
        })
        .collect()
    }

    /// The damaged parts that are left out at present, at most 1,000. Everything else is there. Looks at
    /// every object, so it takes as long as a listing.
    pub fn damage(&self) -> Vec<Damage> {
        let directory = self.directory.fault().into_iter();
        let directory = directory.map(|error| Damage::new(Part::Directory, error));
        let is_sound = |slot| self.index().has(slot) && self.entry_in(slot).is_some();
        let objects = self.directory.alive().filter(|slot| !is_sound(*slot));
        let objects = objects.filter_map(|slot| {
            let error = self.judge_object(slot).err()?;
            Some(Damage::new(Part::Object(slot), &error))
        });
        let all = self.types.damage().chain(directory).chain(objects);
        all.take(MAX_LISTED).collect()
    }

    /// Whether the object in a slot is known, and has a type and bytes.
    fn judge_object(&self, slot: u32) -> Result<(), LayoutError> {
        let layout = &self.attached.layout;
        let Some(record) = self.directory.record(layout, slot)? else {
            return Ok(());
        };
        let judged = self.judge_record(&record);
        // A long label was judged in place. If its object went meanwhile, it was another object's.
        match self.directory.is_still(layout, &record) {
            true => judged,
            false => Ok(()),
        }
    }

    fn judge_record(&self, record: &ObjectRecord) -> Result<(), LayoutError> {
        let layout = &self.attached.layout;
        self.index().check(layout, &self.directory, record)?;
        let size = self.type_and_size(&record.head);
        let (_, size) = size.ok_or_else(|| self.no_type_and_size(&record.head))?;
        layout.look_at_object(&record.head, size).map(drop)
    }

    /// An object's type, and the bytes of all its elements.
    #[inline(always)]
    fn type_and_size(&self, head: &EntryHead) -> Option<(TypeId, u64)> {
        let type_id = self.types.id(head.type_id)?;
        let ty = self.types.schema().get(type_id)?;
        Some((type_id, ty.size.checked_mul(head.count.max(1))?))
    }

    /// Why it has none.
    #[cold]
    fn no_type_and_size(&self, head: &EntryHead) -> LayoutError {
        let layout = &self.attached.layout;
        let type_id = self.types.id(head.type_id);
        match type_id.and_then(|id| self.types.schema().get(id)) {
            None => layout.unknown_type(head),
            Some(_) => layout.too_many_elements(head),
        }
    }
}

/// Most parts that a report of damage lists.
const MAX_LISTED: usize = 1000;

fn sight(attached: &Arc<Attached>, types: &TypeLog) -> Arc<Sight> {
    Arc::new(Sight::new(Arc::clone(attached), Arc::clone(types.schema())))
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Observer({:?}, {} objects)",
            self.info.name,
            self.stated_count()
        )
    }
}

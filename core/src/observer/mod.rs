//! The observer's side: attaching to a session, finding objects, reading and writing their fields.
//!
//! An [`Observer`] knows the objects and types of its last [`refresh`](Observer::refresh). A
//! [`Field`] is a path resolved once; it owns what it needs. Reading ([`read`]), writing ([`write`])
//! and finding ([`index`], [`path`]) are separate, and nothing here trusts what objects contain.

mod attach;
mod attached;
mod error;
mod field;
mod follow;
mod index;
mod number;
mod path;
mod path_text;
mod place;
mod presence;
mod read;
mod sessions;
mod suggest;
mod typed;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::layout::{
    Damage, Directory, Layout, LayoutError, ObjectRecord, Part, SessionState, TypeLog,
};
use crate::owners::WriterSlot;
use crate::schema::{Schema, TypeId};
use crate::shm::{Access, Dir};
use crate::wire::names;
use attached::{Attached, Sight};
use field::ObjectPlace;
use index::Index;
use path::{Malformed, Steps};
use path_text::PathText;
use place::Place;

pub use error::{AttachError, PathError, ReadError, WriteError};
pub use field::{Field, FieldInfo};
pub use presence::Presence;
pub use sessions::{SessionEntry, clean, sessions};
pub use typed::TypedField;

/// How to attach to a session.
#[derive(Clone, Debug, Default)]
pub struct AttachOptions {
    dir: Option<PathBuf>,
    writable: bool,
}

/// The observer's side of one session.
///
/// It sees the objects and types of its last [`refresh`](Observer::refresh); their values it always
/// sees as they are.
pub struct Observer {
    attached: Arc<Attached>,
    /// What new fields are given: the same attachment, and the types as of the last refresh.
    sight: Arc<Sight>,
    options: AttachOptions,
    types: TypeLog,
    directory: Directory,
    index: Index,
    /// Slots of objects that are not in the index because their entries cannot be right.
    left_out: Vec<u32>,
    /// Whether some of them are there only because the system did not give their memory.
    is_out_of_reach: bool,
    epoch: u64,
    info: SessionInfo,
}

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its name.
    pub name: String,
    /// What no other session has.
    pub id: u128,
    /// The producer's process, as it knew itself.
    pub pid: u32,
    /// The name of the producer's program.
    pub program: String,
    /// When the session started.
    pub started: SystemTime,
    /// Where its segments are.
    pub directory: PathBuf,
}

/// One live object, as its directory entry described it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its label.
    pub label: Arc<str>,
    /// Its type behind aliases and protections; of an array, of each element.
    pub type_id: TypeId,
    /// For an array of objects, how many.
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

impl AttachOptions {
    /// Read-only, in `MEMGLASS_DIR` or `/dev/shm`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the right to write as well.
    pub fn writable(mut self) -> Self {
        self.writable = true;
        self
    }

    /// Looks for the session in `dir`.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = Some(dir.as_ref().into());
        self
    }

    /// Attaches to `session`, whether its producer lives or has crashed.
    ///
    /// # Errors
    ///
    /// - [`AttachError::NoSuchSession`] lists those that there are.
    /// - [`AttachError::Starting`]: its producer has not finished making it.
    /// - [`AttachError::Layout`]: its memory is damaged, or of another version.
    /// - [`AttachError::Shm`]: it belongs to another user, or cannot be opened for another reason.
    pub fn attach(&self, session: &str) -> Result<Observer, AttachError> {
        Observer::attach_with(session, self.clone())
    }
}

impl Observer {
    /// Attaches to read. The mapping is read-only: nothing this observer does can change a byte.
    ///
    /// # Errors
    ///
    /// As for [`AttachOptions::attach`].
    pub fn attach(session: &str) -> Result<Observer, AttachError> {
        AttachOptions::new().attach(session)
    }

    /// Attaches to read and write.
    ///
    /// # Errors
    ///
    /// As for [`AttachOptions::attach`]; [`AttachError::TooManyWriters`] beyond 254 of them.
    pub fn attach_writable(session: &str) -> Result<Observer, AttachError> {
        AttachOptions::new().writable().attach(session)
    }

    fn attach_with(session: &str, options: AttachOptions) -> Result<Observer, AttachError> {
        if !names::is_session_name(session) {
            return Err(AttachError::BadName {
                name: session.into(),
            });
        }
        let dir = Dir::new(options.dir.as_deref());
        let access = if options.writable {
            Access::Write
        } else {
            Access::Read
        };
        attach::attach(&dir, session, access, |layout| {
            Observer::attach_to(layout, options.clone())
        })
    }

    fn attach_to(layout: Layout, options: AttachOptions) -> Result<Observer, AttachError> {
        if layout.state() == SessionState::Starting {
            let identity = layout.identity();
            return Err(AttachError::Starting {
                name: identity.name.clone(),
                pid: identity.pid,
            });
        }
        // A share that the producer's shutdown waits for. Without it an observer still works.
        let _ = layout.header().try_share(0)?;
        let writer = if options.writable {
            Some(take_slot(&layout)?)
        } else {
            None
        };
        let mut observer = Observer::over(Arc::new(Attached { layout, writer }), options);
        observer.read_changes()?;
        Ok(observer)
    }

    fn over(attached: Arc<Attached>, options: AttachOptions) -> Observer {
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
        let (types, directory) = (TypeLog::new(layout), Directory::new(layout));
        Observer {
            sight: sight(&attached, &types),
            attached,
            options,
            types,
            directory,
            index: Index::default(),
            left_out: Vec::new(),
            is_out_of_reach: false,
            epoch: 0,
            info,
        }
    }

    /// Attaches to the session that has the name now, with the same options.
    ///
    /// # Errors
    ///
    /// As for [`AttachOptions::attach`].
    pub fn reattach(&self) -> Result<Observer, AttachError> {
        self.options.attach(&self.info.name)
    }

    /// Another observer over the memory that this one has mapped, for another thread. It knows
    /// nothing before its first [`refresh`](Observer::refresh).
    pub fn beside(&self) -> Observer {
        Observer::over(Arc::clone(&self.attached), self.options.clone())
    }

    /// Whose session it is.
    pub fn session(&self) -> &SessionInfo {
        &self.info
    }

    /// Whether it may write.
    pub fn is_writable(&self) -> bool {
        self.attached.writer.is_some()
    }

    /// The count of structural changes at the last refresh.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Takes in the types and objects that came and went since the last refresh; `true` if any did.
    ///
    /// Costs one load when nothing changed, else the parts of the directory that did; in a program that
    /// does not [survive truncation](crate::survive_truncation) a system call more, which asks whether
    /// the memory is still there.
    ///
    /// # Errors
    ///
    /// - [`ReadError::Truncated`]: a segment was cut short. What was known before stays.
    /// - [`ReadError::Damaged`]: the memory is not what a session's memory must be, or the system does
    ///   not give it. Of damage that leaves the rest usable [`Observer::damage`] tells instead.
    #[inline]
    pub fn refresh(&mut self) -> Result<bool, ReadError> {
        self.refresh_with(Observer::read_changes)
    }

    #[inline]
    fn refresh_with(
        &mut self,
        read_changes: impl FnOnce(&mut Self) -> Result<(), LayoutError>,
    ) -> Result<bool, ReadError> {
        self.attached.layout.probe_header()?;
        let (epoch, left_out) = (self.epoch, self.left_out.len());
        if self.attached.layout.epoch() == epoch && !self.is_out_of_reach {
            self.attached.layout.check_cut()?;
            return Ok(false);
        }
        read_changes(self)?;
        Ok(self.epoch != epoch || self.left_out.len() != left_out)
    }

    /// Like [`Observer::refresh`], and tells the directory slot of each object that came or went.
    ///
    /// What is in a slot now is [`Observer::object_in`]'s to say. Slots of objects that were left out are
    /// told whenever they are looked at again. After an error, what was not taken
    /// in is told by the next call.
    ///
    /// # Errors
    ///
    /// As for [`Observer::refresh`].
    pub fn refresh_noting(&mut self, changed: impl FnMut(u32)) -> Result<bool, ReadError> {
        self.refresh_with(|observer| observer.read_changes_noting(changed))
    }

    #[cold]
    fn read_changes(&mut self) -> Result<(), LayoutError> {
        self.read_changes_noting(|_| {})
    }

    fn read_changes_noting(&mut self, mut note: impl FnMut(u32)) -> Result<(), LayoutError> {
        let attached = Arc::clone(&self.attached);
        let layout = &attached.layout;
        layout.probe()?;
        let epoch = layout.epoch();
        self.read_types()?;
        let chunks = self.directory.find_chunks(layout)?;
        let objects = usize::try_from(layout.object_count()).unwrap_or(usize::MAX);
        self.index
            .reserve(objects.min(self.directory.capacity(layout)));
        // The directory reports a change once. What is left out now is looked at again by the next
        // refresh, and one damaged entry does not hide the others.
        let mut changed = std::mem::take(&mut self.left_out);
        self.is_out_of_reach = false;
        for chunk in 0..chunks {
            self.directory.read_changes(layout, chunk, &mut changed);
            if changed.is_empty() {
                continue;
            }
            // While the chunk's entries are in the cache.
            let left_out = &mut self.left_out;
            let is_out_of_reach = &mut self.is_out_of_reach;
            let directory = &self.directory;
            self.index
                .apply(layout, directory, &changed, |slot, error| {
                    *is_out_of_reach |= matches!(error, LayoutError::Memory(_));
                    left_out.push(slot);
                });
            changed.drain(..).for_each(&mut note);
        }
        // A slot that was left out before and has changed was looked at twice.
        self.left_out.sort_unstable();
        self.left_out.dedup();
        // An object's type is in the log before the object is in the directory.
        self.read_types()?;
        self.attached.layout.probe()?;
        self.epoch = epoch;
        Ok(())
    }

    fn read_types(&mut self) -> Result<(), LayoutError> {
        let result = self.types.read_new(&self.attached.layout);
        if !Arc::ptr_eq(&self.sight.schema, self.types.schema()) {
            self.sight = sight(&self.attached, &self.types);
        }
        result.map(drop)
    }

    /// The types as of the last refresh.
    pub fn schema(&self) -> &Arc<Schema> {
        self.types.schema()
    }

    /// Number of live objects as of the last refresh.
    pub fn object_count(&self) -> usize {
        self.index.len()
    }

    /// The live objects as of the last refresh, without those destroyed since, by directory slot.
    pub fn objects(&self) -> impl Iterator<Item = ObjectInfo> + '_ {
        let layout = &self.attached.layout;
        let records = self
            .index
            .slots()
            .filter_map(|slot| self.directory.record(layout, slot).ok().flatten());
        records.filter_map(|record| self.describe(&record))
    }

    /// The live object in a directory slot.
    pub fn object_in(&self, slot: u32) -> Option<ObjectInfo> {
        let record = self.directory.record(&self.attached.layout, slot);
        self.describe(&record.ok().flatten()?)
    }

    /// The live object with this label.
    pub fn find(&self, label: &str) -> Option<ObjectInfo> {
        let record = self
            .index
            .find(&self.attached.layout, &self.directory, label)?;
        self.describe(&record)
    }

    /// Resolves a path: `label.member[3].member`. A label with a `.`, `[` or quote in it may be
    /// written in double quotes.
    ///
    /// Objects created since the last refresh are not found.
    ///
    /// # Errors
    ///
    /// [`PathError`] says which part leads nowhere, and what is near to it.
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
        let record = record.filter(|record| record.alive().generation() == object.generation);
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

    /// What became of the producer; takes some microseconds.
    pub fn producer(&self) -> Presence {
        presence::of(&self.attached.layout)
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

    /// What was left out because it cannot be right, as of now: at most 1,000 parts. All that is not
    /// listed is there. Looks at every object, so it takes as long as a listing.
    pub fn damage(&self) -> Vec<Damage> {
        let directory = self.directory.fault().into_iter();
        let directory = directory.map(|error| Damage::new(Part::Directory, error));
        let objects = self.directory.alive();
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
        // A long label was judged where it lies: if its object went meanwhile, it was another's.
        match self.directory.is_still(layout, &record) {
            true => judged,
            false => Ok(()),
        }
    }

    fn judge_record(&self, record: &ObjectRecord) -> Result<(), LayoutError> {
        let layout = &self.attached.layout;
        self.index.check(layout, &self.directory, record)?;
        let (_, size) = self.type_and_size(record)?;
        layout.look(record.data, size).map(drop)
    }

    fn describe(&self, record: &ObjectRecord) -> Option<ObjectInfo> {
        let (layout, mut label) = (&self.attached.layout, Vec::new());
        layout.label_into(record, &mut label).ok()?;
        if !self.directory.is_still(layout, record) || layout.is_label_cut(record) {
            return None;
        }
        let (type_id, size) = self.type_and_size(record).ok()?;
        Some(ObjectInfo {
            label: String::from_utf8(label).ok()?.into(),
            type_id: self.types.schema().bare(type_id),
            count: (record.count > 0).then_some(record.count),
            created: record.created(),
            slot: record.slot,
            generation: record.alive().generation(),
            size,
        })
    }

    /// An object's type, and the bytes of all its elements.
    fn type_and_size(&self, record: &ObjectRecord) -> Result<(TypeId, u64), LayoutError> {
        let layout = &self.attached.layout;
        let type_id = TypeId(u32::try_from(record.type_id).unwrap_or(u32::MAX));
        let ty = self.types.schema().get(type_id);
        let ty = ty.ok_or_else(|| layout.unknown_type(record))?;
        let size = ty.size.checked_mul(record.count.max(1));
        let size = size.ok_or_else(|| layout.too_many_elements(record))?;
        Ok((type_id, size))
    }

    /// The object that a path starts with, where its label ends in the path, and the label.
    fn resolve_label<'p>(
        &self,
        path: &'p str,
    ) -> Result<(ObjectRecord, usize, std::borrow::Cow<'p, str>), PathError> {
        let find = |label: &str| {
            self.index
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
        if self.index.has_awkward_labels() {
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
        let damaged = |reason: String| PathError::Damaged {
            label: label.into(),
            reason,
        };
        let schema = &self.sight.schema;
        let (type_id, size) = self
            .type_and_size(record)
            .map_err(|error| damaged(error.to_string()))?;
        let elements = (record.count > 0).then_some(record.count);
        let object = ObjectPlace {
            alive: record.alive(),
            slot: record.slot,
            elements,
        };
        let place = Place::whole(0, size, type_id);
        let path = PathText::joined(label, steps.rest());
        let (object, place) = follow::follow(schema, object, place, label, steps)?;
        let entry = self
            .directory
            .entry_place(&self.attached.layout, record.slot);
        Field::new(&self.sight, object, place, path, |attached| {
            let layout = &attached.layout;
            let look = || {
                Ok([
                    layout.look_at_entry(entry)?,
                    layout.look(record.data, size)?,
                ])
            };
            look().map_err(|error: LayoutError| damaged(error.to_string()))
        })
    }

    /// Why an object that was there is not found, if its segment was cut short.
    #[cold]
    fn cut_or(&self, label: &str, error: PathError) -> PathError {
        let cut = self.attached.layout.check_cut().err();
        cut.map_or(error, |cut| PathError::Damaged {
            label: label.into(),
            reason: cut.to_string(),
        })
    }

    #[cold]
    fn no_such_object(&self, label: &str) -> PathError {
        let near = suggest::nearest(label, self.objects().map(|object| object.label.to_string()));
        let suggestion = near.map_or(String::new(), |near| format!("; did you mean {near:?}?"));
        PathError::NoSuchObject {
            label: label.into(),
            suggestion,
        }
    }
}

/// Most parts that a report of damage lists.
const MAX_LISTED: usize = 1000;

fn sight(attached: &Arc<Attached>, types: &TypeLog) -> Arc<Sight> {
    Arc::new(Sight {
        attached: Arc::clone(attached),
        schema: Arc::clone(types.schema()),
    })
}

fn bad_path(path: &str, malformed: Malformed) -> PathError {
    PathError::Malformed {
        path: path.into(),
        at: malformed.at,
        expected: malformed.expected.into(),
    }
}

fn take_slot(layout: &Layout) -> Result<WriterSlot, AttachError> {
    let slot = WriterSlot::take(layout.header())?;
    slot.ok_or_else(|| AttachError::TooManyWriters {
        name: layout.identity().name.clone(),
    })
}

fn no_such_session(dir: &Dir, session: &str) -> AttachError {
    AttachError::NoSuchSession {
        name: session.into(),
        dir: dir.path().into(),
        sessions: sessions::others(dir, session),
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Observer({:?}, {} objects)",
            self.info.name,
            self.object_count()
        )
    }
}

//! A session that is re-created from what was recorded of another one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::Arc;

use foldhash::fast::RandomState;
use memglass::schema::TypeId;
use memglass::{CellError, RawCell, RawObject, Session, TypedBlock};

use crate::change::Object;
use crate::cursor::Said;
use crate::error::PlayError;
use crate::recording::Recording;

/// The session, and its objects as of now.
pub(crate) struct Mirror {
    session: Session,
    /// The id in this session of each recorded type.
    types: HashMap<TypeId, TypeId>,
    /// By slot.
    objects: HashMap<u32, Live, RandomState>,
    /// Whether others write to it: then it changes what the recording changes, and nothing else.
    is_branch: bool,
}

/// An object that lives. It is made when its first value comes, so that nobody sees it without one.
struct Live {
    object: Arc<Object>,
    made: Option<Made>,
}

struct Made {
    memory: RawObject,
    /// Of a branch, the value as it was recorded.
    recorded: Vec<u8>,
}

impl Mirror {
    pub(crate) fn new(
        recording: &Recording,
        name: &str,
        dir: Option<&Path>,
    ) -> Result<Mirror, PlayError> {
        let builder = Session::builder(name).replay(recording.replay());
        let builder = match dir {
            Some(dir) => builder.dir(dir),
            None => builder,
        };
        let session = builder.create()?;
        let schema = recording.schema();
        let adopt = |(id, _)| Ok((id, session.adopt_type(schema, id)?));
        let types = schema.iter().map(adopt).collect::<Result<_, PlayError>>()?;
        Ok(Mirror {
            session,
            types,
            objects: HashMap::default(),
            is_branch: recording.is_branch(),
        })
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) fn apply(&mut self, said: Said) -> Result<(), PlayError> {
        match said {
            Said::Keyframe(objects) => self.keep_only(&objects),
            Said::Created { object, before } => {
                if let Some(before) = before {
                    self.remove(&before);
                }
                self.expect(&object);
            }
            Said::Destroyed(object) => self.remove(&object),
            Said::Value(object, value) => return self.put(&object, &value),
            Said::Lost(_) | Said::Nothing => {}
        }
        Ok(())
    }

    /// Lets go of an object, and not of another one in its slot.
    fn remove(&mut self, object: &Object) {
        if let Entry::Occupied(live) = self.objects.entry(object.slot)
            && live.get().object.generation == object.generation
        {
            live.remove();
        }
    }

    /// Lets go of everything.
    pub(crate) fn clear(&mut self) {
        self.objects.clear();
    }

    /// Lets go of what does not live at a keyframe.
    fn keep_only(&mut self, objects: &[Arc<Object>]) {
        let lives = objects
            .iter()
            .map(|object| (object.slot, object.generation));
        let lives: HashMap<u32, u64, RandomState> = lives.collect();
        self.objects
            .retain(|slot, live| lives.get(slot) == Some(&live.object.generation));
        for object in objects {
            if !self.objects.contains_key(&object.slot) {
                self.expect(object);
            }
        }
    }

    fn expect(&mut self, object: &Arc<Object>) {
        let object = Arc::clone(object);
        let live = Live { made: None, object };
        self.objects.insert(live.object.slot, live);
    }

    /// Makes everything in a branch as it was recorded; how many objects had been written.
    pub(crate) fn discard(&mut self) -> Result<u64, PlayError> {
        let mut written = 0;
        for live in self.objects.values() {
            let Some(made) = live.made.as_ref().filter(|_| self.is_branch) else {
                continue;
            };
            let failed = |source| PlayError::Object {
                label: live.object.label.to_string(),
                source,
            };
            if !holds(&made.memory, &made.recorded).map_err(failed)? {
                restore(&made.memory, &made.recorded).map_err(failed)?;
                written += 1;
            }
        }
        Ok(written)
    }

    fn put(&mut self, object: &Arc<Object>, value: &[u8]) -> Result<(), PlayError> {
        let live = self.objects.get_mut(&object.slot);
        let live = live.filter(|live| live.object.generation == object.generation);
        if let Some(made) = live.and_then(|live| live.made.as_mut()) {
            let put = match self.is_branch {
                true => made.change(value),
                false => restore(&made.memory, value),
            };
            return put.map_err(|source| PlayError::Object {
                label: object.label.to_string(),
                source,
            });
        }
        // Whoever has its slot is gone.
        self.objects.remove(&object.slot);
        let live = Live {
            made: Some(self.make(object, value)?),
            object: Arc::clone(object),
        };
        self.objects.insert(object.slot, live);
        Ok(())
    }

    fn make(&self, object: &Object, value: &[u8]) -> Result<Made, PlayError> {
        let type_id = self.types.get(&object.type_id).copied();
        // Without a type it has no value either.
        let type_id = type_id.unwrap_or(TypeId(u32::MAX));
        let memory = self.session.allocate_typed(type_id, object.count)?;
        let restored = restore(&memory, value);
        restored.map_err(|source| PlayError::Object {
            label: object.label.to_string(),
            source,
        })?;
        let (label, created) = (&object.label, object.created);
        let recorded = match self.is_branch {
            true => value.to_vec(),
            false => Vec::new(),
        };
        Ok(Made {
            memory: self.session.register_created_at(label, memory, created)?,
            recorded,
        })
    }
}

impl Made {
    /// Writes what the recording changes.
    fn change(&mut self, value: &[u8]) -> Result<(), CellError> {
        let recorded = std::mem::replace(&mut self.recorded, value.to_vec());
        let each = each_len(&self.memory, value.len());
        let values = recorded.chunks_exact(each).zip(value.chunks_exact(each));
        cells(&self.memory)
            .zip(values)
            .try_for_each(|(cell, (old, new))| cell.restore_changes(old, new))
    }
}

fn restore(memory: &TypedBlock, value: &[u8]) -> Result<(), CellError> {
    let each = each_len(memory, value.len());
    cells(memory)
        .zip(value.chunks_exact(each))
        .try_for_each(|(cell, value)| cell.restore(value))
}

/// Whether an object has this value.
fn holds(memory: &TypedBlock, value: &[u8]) -> Result<bool, CellError> {
    let each = each_len(memory, value.len());
    for (cell, value) in cells(memory).zip(value.chunks_exact(each)) {
        if cell.copied()? != value {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The elements of an array of objects, or the object.
fn cells(memory: &TypedBlock) -> impl Iterator<Item = RawCell<'_>> {
    let count = memory.count().unwrap_or(1);
    (0..count).map(|index| memory.element(index).expect("as many as were allocated"))
}

/// Bytes of each element's value.
fn each_len(memory: &TypedBlock, len: usize) -> usize {
    let count = memory.count().unwrap_or(1).max(1);
    (len / count as usize).max(1)
}

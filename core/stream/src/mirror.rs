//! A session that is re-created from what was recorded of another one.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use memglass::schema::TypeId;
use memglass::{RawObject, Replay, Session};

use crate::change::Object;
use crate::cursor::Said;
use crate::error::PlayError;
use crate::recording::Recording;

/// The session, and its objects as of now.
pub(crate) struct Mirror {
    session: Session,
    /// The id in this session of each recorded type.
    types: HashMap<TypeId, TypeId>,
    objects: HashMap<Arc<str>, Live>,
}

/// An object that lives. It is made when its first value comes, so that nobody sees it without one.
struct Live {
    slot: u32,
    generation: u64,
    made: Option<RawObject>,
}

impl Mirror {
    pub(crate) fn new(
        recording: &Recording,
        name: &str,
        dir: Option<&Path>,
    ) -> Result<Mirror, PlayError> {
        let replay = Replay::new(recording.name(), recording.start(), recording.end());
        let builder = Session::builder(name).replay(replay);
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
            objects: HashMap::new(),
        })
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) fn apply(&mut self, said: Said) -> Result<(), PlayError> {
        match said {
            Said::Keyframe(objects) => self.keep_only(&objects),
            Said::Created(object) => self.expect(&object),
            Said::Destroyed(object) => drop(self.objects.remove(&object.label)),
            Said::Value(object, value) => return self.put(&object, &value),
            Said::Lost(_) | Said::Nothing => {}
        }
        Ok(())
    }

    /// Lets go of everything.
    pub(crate) fn clear(&mut self) {
        self.objects.clear();
    }

    /// Lets go of what does not live at a keyframe.
    fn keep_only(&mut self, objects: &[Arc<Object>]) {
        let lives: HashMap<&str, (u32, u64)> = objects
            .iter()
            .map(|object| (&*object.label, (object.slot, object.generation)))
            .collect();
        self.objects
            .retain(|label, live| lives.get(&**label) == Some(&(live.slot, live.generation)));
        for object in objects {
            if !self.objects.contains_key(&object.label) {
                self.expect(object);
            }
        }
    }

    fn expect(&mut self, object: &Object) {
        let live = Live {
            slot: object.slot,
            generation: object.generation,
            made: None,
        };
        self.objects.insert(Arc::clone(&object.label), live);
    }

    fn put(&mut self, object: &Object, value: &[u8]) -> Result<(), PlayError> {
        let is_made = self
            .objects
            .get(&object.label)
            .is_some_and(|live| live.made.is_some());
        if !is_made {
            let made = self.make(object, value)?;
            self.objects.insert(
                Arc::clone(&object.label),
                Live {
                    slot: object.slot,
                    generation: object.generation,
                    made: Some(made),
                },
            );
            return Ok(());
        }
        let live = &self.objects[&object.label];
        let made = live.made.as_ref().expect("just looked at");
        restore(made, object, value)
    }

    fn make(&self, object: &Object, value: &[u8]) -> Result<RawObject, PlayError> {
        let type_id = self.types.get(&object.type_id).copied();
        // Without a type it has no value either.
        let type_id = type_id.unwrap_or(TypeId(u32::MAX));
        let memory = self.session.allocate_typed(type_id, object.count)?;
        restore(&memory, object, value)?;
        let (label, created) = (&object.label, object.created);
        Ok(self.session.register_created_at(label, memory, created)?)
    }
}

fn restore(memory: &memglass::TypedBlock, object: &Object, value: &[u8]) -> Result<(), PlayError> {
    let count = object.count.unwrap_or(1);
    let each = value.len() / count.max(1) as usize;
    for (index, value) in (0..count).zip(value.chunks_exact(each.max(1))) {
        let cell = memory.element(index).expect("as many as were allocated");
        cell.restore(value).map_err(|source| PlayError::Object {
            label: object.label.to_string(),
            source,
        })?;
    }
    Ok(())
}

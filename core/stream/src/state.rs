//! What changes come to: the objects of a session and their values at one moment.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use memglass::schema::Schema;

use crate::change::{Change, Object};

/// The objects of a session and their values at one moment, in the order of their labels.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// use memglass::{Observer, Session};
/// use memglass_stream::{Source, State};
///
/// let session = Session::builder("engine").dir(&dir).create()?;
/// let quantity = session.object("quantity", 100_i64)?;
///
/// let observer = Observer::builder().dir(&dir).attach("engine")?;
/// let mut source = Source::new(observer, &[])?;
/// let mut state = State::new();
/// source.keyframe(|change| Ok::<(), ()>(drop(state.take(change)))).unwrap();
/// let (object, bytes) = state.get("quantity").unwrap();
/// assert_eq!((&*object.label, bytes), ("quantity", &100_i64.to_ne_bytes()[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct State {
    schema: Schema,
    objects: BTreeMap<Arc<str>, Held>,
}

#[derive(Clone, Debug)]
struct Held {
    object: Arc<Object>,
    /// Nothing before its first value.
    bytes: Option<Vec<u8>>,
}

/// What a change meant for one object.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// It was not there before. The state has its value.
    Appeared(Arc<Object>),
    /// Its value was another one: these bytes. The state has the new one.
    Changed(Arc<Object>, Vec<u8>),
    /// It has gone, and had these bytes last.
    Vanished(Arc<Object>, Vec<u8>),
}

impl State {
    /// No objects and no types.
    pub fn new() -> State {
        State::default()
    }

    /// All types so far.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The object with a label, and its value as [`Field::read_bytes`](memglass::Field::read_bytes) copies it.
    pub fn get(&self, label: &str) -> Option<(&Arc<Object>, &[u8])> {
        let held = self.objects.get(label)?;
        Some((&held.object, held.bytes.as_deref()?))
    }

    /// All objects and their values.
    pub fn objects(&self) -> impl Iterator<Item = (&Arc<Object>, &[u8])> {
        let held = self.objects.values();
        held.filter_map(|held| Some((&held.object, held.bytes.as_deref()?)))
    }

    /// Takes a change in, and returns what it meant for objects. A value that is the same as before means nothing.
    pub fn take(&mut self, change: Change<'_>) -> Vec<Turn> {
        match change {
            Change::Types(schema) => self.schema = schema.clone(),
            Change::Keyframe(objects) => return self.keep_only(objects),
            Change::Created(object) => return self.expect(object),
            Change::Destroyed(object) => return self.remove(&object.label),
            Change::Value(object, value) => return self.put(object, value),
            Change::Lost(_) => {}
        }
        Vec::new()
    }

    /// Lets go of what does not live at a keyframe.
    fn keep_only(&mut self, objects: &[Arc<Object>]) -> Vec<Turn> {
        let lives: HashMap<&str, (u32, u64)> =
            objects.iter().map(|o| (&*o.label, life(o))).collect();
        let is_gone =
            |label: &Arc<str>, held: &mut Held| lives.get(&**label) != Some(&life(&held.object));
        let gone = self.objects.extract_if(.., is_gone);
        let turns = gone.filter_map(|(_, held)| held.gone()).collect();
        for object in objects {
            self.objects
                .entry(Arc::clone(&object.label))
                .or_insert_with(|| Held::new(object));
        }
        turns
    }

    /// An object whose first value follows.
    fn expect(&mut self, object: &Arc<Object>) -> Vec<Turn> {
        let before = self
            .objects
            .insert(Arc::clone(&object.label), Held::new(object));
        before.and_then(Held::gone).into_iter().collect()
    }

    fn remove(&mut self, label: &str) -> Vec<Turn> {
        let held = self.objects.remove(label);
        held.and_then(Held::gone).into_iter().collect()
    }

    fn put(&mut self, object: &Arc<Object>, value: &[u8]) -> Vec<Turn> {
        let held = self
            .objects
            .entry(Arc::clone(&object.label))
            .or_insert_with(|| Held::new(object));
        match &mut held.bytes {
            Some(bytes) if bytes == value => Vec::new(),
            Some(bytes) => {
                let old = std::mem::replace(bytes, value.to_vec());
                vec![Turn::Changed(Arc::clone(object), old)]
            }
            none => {
                *none = Some(value.to_vec());
                vec![Turn::Appeared(Arc::clone(object))]
            }
        }
    }
}

impl Held {
    fn new(object: &Arc<Object>) -> Held {
        Held {
            object: Arc::clone(object),
            bytes: None,
        }
    }

    fn gone(self) -> Option<Turn> {
        Some(Turn::Vanished(self.object, self.bytes?))
    }
}

/// Which life of a label it is.
fn life(object: &Object) -> (u32, u64) {
    (object.slot, object.generation)
}

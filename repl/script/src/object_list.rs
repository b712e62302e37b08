//! Lists of objects, as `obs.all` makes them: which objects there are, and nothing of each until it is asked for.
//!
//! An element is found again by its place in the directory of the session, at a cost of 16 bytes for each. One
//! that was destroyed since the list was made is left out wherever the list is gone through.

use std::collections::BTreeSet;
use std::rc::Rc;

use memglass::schema::Schema;
use memglass::{Field, ObjectEntry, PathError};
use rhai::{Array, Dynamic, EvalAltResult, INT, Position};

use super::context::Context;
use super::error::raise;
use super::place::{Node, Place};
use memglass_value::index;

/// Elements that are looked at for the types of a list.
const LOOKED_AT: usize = 200;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A list of objects.
#[derive(Clone)]
pub(crate) struct ObjectList {
    context: Rc<Context>,
    /// Which attachment they are of.
    life: u64,
    objects: Rc<[Object]>,
}

/// Objects that rows are made of.
pub(crate) enum Places {
    /// These, whether they are still there or not.
    Kept(Vec<Place>),
    /// Those of a list that are still there.
    Listed(ObjectList),
}

impl Places {
    /// What is in this value, if it is a list of objects, or an array of nothing else.
    pub(crate) fn of(value: &Dynamic) -> Option<Self> {
        if let Some(list) = value.read_lock::<ObjectList>() {
            return Some(Places::Listed(list.clone()));
        }
        let array = value.read_lock::<Array>()?;
        let places = array
            .iter()
            .map(|value| value.read_lock::<Place>().map(|place| place.clone()));
        let places: Vec<Place> = places.collect::<Option<_>>()?;
        (!places.is_empty()).then_some(Places::Kept(places))
    }

    /// One after the other.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = Result<Place>> + '_> {
        match self {
            Places::Kept(places) => Box::new(places.iter().cloned().map(Ok)),
            Places::Listed(list) => Box::new(list.places().map(|place| Ok(place?.1))),
        }
    }
}

/// Which object of a session.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Object {
    slot: u32,
    generation: u64,
}

impl ObjectList {
    /// A list of these objects.
    pub(crate) fn new<'o>(
        context: Rc<Context>,
        objects: impl Iterator<Item = ObjectEntry<'o>>,
    ) -> Self {
        let objects = objects.map(|object| Object {
            slot: object.slot(),
            generation: object.generation(),
        });
        Self {
            life: context.attached.life(),
            objects: objects.collect(),
            context,
        }
    }

    /// How many there are, those that are gone included.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    /// A list of the elements with these indices.
    pub(crate) fn picked(&self, indices: &[usize]) -> Self {
        let objects = indices.iter().map(|index| self.objects[*index]);
        Self {
            context: self.context.clone(),
            life: self.life,
            objects: objects.collect(),
        }
    }

    /// An element; negative indices count from the end.
    ///
    /// # Errors
    ///
    /// There is no such element, or it is gone.
    pub(crate) fn at(&self, index: INT) -> Result<Place> {
        let at = index::find("index", index, self.len() as u64).map_err(raise)?;
        self.place(at as usize)?.ok_or_else(|| {
            raise(format_args!(
                "element {index} of this list is gone: its object was destroyed"
            ))
        })
    }

    /// The elements that are still there, with their indices.
    pub(crate) fn places(&self) -> impl Iterator<Item = Result<(usize, Place)>> + '_ {
        (0..self.len()).filter_map(|index| match self.context.run.check_interrupt() {
            Ok(()) => self
                .place(index)
                .map(|place| Some((index, place?)))
                .transpose(),
            Err(error) => Some(Err(error)),
        })
    }

    /// The values of a field of each.
    pub(crate) fn column(&self, name: &str) -> Result<Vec<Dynamic>> {
        let mut values = Vec::new();
        for place in self.places() {
            let (_, place) = place?;
            match place.get(name, Position::NONE) {
                Ok(value) => values.push(value),
                Err(_) if !place.node.is_alive() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(values)
    }

    /// The names of the types of those that come first.
    pub(crate) fn type_names(&self) -> Vec<String> {
        let observer = self.context.attached.observer();
        let first = self.objects.iter().take(LOOKED_AT);
        let types: BTreeSet<String> = first
            .filter_map(|object| observer.entry_in(object.slot))
            .map(|object| observer.schema().type_name(object.type_id()))
            .collect();
        types.into_iter().collect()
    }

    /// Whether all elements that are still there are of one type, and none or all of them arrays.
    pub(crate) fn is_uniform(&self) -> Result<bool> {
        let mut first = None;
        for index in 0..self.len() {
            self.context.run.check_interrupt()?;
            let shape = self.entry(index, |object, _| {
                Some((object.type_id(), object.count().is_some()))
            })?;
            if shape.is_some() && *first.get_or_insert(shape) != shape {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What `look` makes of an element, unless that is gone.
    pub(crate) fn entry<R>(
        &self,
        index: usize,
        look: impl FnOnce(&ObjectEntry<'_>, &Schema) -> Option<R>,
    ) -> Result<Option<R>> {
        if self.life != self.context.attached.life() {
            return Err(raise(
                "this list is of the session before the last :reattach; ask for it again",
            ));
        }
        let object = self.objects[index];
        let observer = self.context.attached.observer();
        let now = observer.entry_in(object.slot);
        let now = now.filter(|now| now.generation() == object.generation);
        Ok(now.and_then(|now| look(&now, observer.schema())))
    }

    /// An element as a field, unless it is gone.
    pub(crate) fn field(&self, index: usize) -> Result<Option<Field>> {
        let Some(object) = self.entry(index, |object, _| object.info())? else {
            return Ok(None);
        };
        match self.context.attached.observer().root(&object) {
            Ok(field) => Ok(Some(field)),
            Err(PathError::NoSuchObject { .. }) => Ok(None),
            Err(error) => Err(raise(error)),
        }
    }

    /// An element, unless it is gone.
    fn place(&self, index: usize) -> Result<Option<Place>> {
        let field = self.field(index)?;
        Ok(field.map(|field| Place::new(Node::root(field, self.context.clone()))))
    }
}

impl IntoIterator for ObjectList {
    type Item = Result<Dynamic>;
    type IntoIter = Box<dyn Iterator<Item = Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new((0..self.len()).filter_map(move |index| {
            let place = self.place(index);
            place.map(|place| place.map(Dynamic::from)).transpose()
        }))
    }
}

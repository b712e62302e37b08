//! The objects that a trigger is about: those of a type, or with labels like a pattern, as they come and go.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use memglass::{Field, ObjectId, ObjectInfo, Observer, Pattern};

use super::error::DefinitionError;
use crate::queue::Rank;

/// Which objects are meant.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    /// Those of the type of this name.
    Type(String),
    /// The one with this label.
    Label(String),
    /// Those whose labels match, with how it was written.
    Pattern(Box<Pattern>, String),
}

/// One object, or one element of an array of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// The object's life.
    pub object: ObjectId,
    /// Which element of it.
    pub element: Option<u64>,
}

/// An object that a trigger is about, and what is known of it.
pub(super) struct Known<T> {
    pub(super) member: Member,
    pub(super) label: Arc<str>,
    /// The whole object.
    pub(super) root: Field,
    /// When it was created.
    created: SystemTime,
    pub(super) state: T,
}

/// The objects that a trigger is about, in the order of their creation.
pub(super) struct Members<T> {
    choice: Choice,
    pub(super) all: BTreeMap<u64, Known<T>>,
    by_slot: HashMap<u32, Vec<u64>>,
    created: u64,
    /// Arrays that have too many elements, and how many.
    left_out: Vec<(Arc<str>, u64)>,
}

/// Most elements of one array of objects that are followed one by one. Each takes some hundred bytes.
const MOST_ELEMENTS: u64 = 100_000;

impl<T> Known<T> {
    /// Which of what happens at one instant is its: that of its number, at the path that is written as the `nth`.
    pub(super) fn rank(&self, nth: usize, creation: u64) -> Rank {
        Rank {
            created: Some(self.created),
            path: nth,
            creation,
        }
    }
}

impl Choice {
    /// What a type's name, a label or a pattern means. A type's name wins over an equal label.
    ///
    /// # Errors
    ///
    /// It is none of them.
    pub(super) fn of(text: &str, observer: &Observer) -> Result<Choice, DefinitionError> {
        if observer.schema().iter().any(|(_, ty)| &*ty.name == text) {
            return Ok(Choice::Type(text.to_owned()));
        }
        if !is_pattern(text) {
            return match observer.find(text) {
                Some(_) => Ok(Choice::Label(text.to_owned())),
                None => Err(DefinitionError::unknown(text, observer)),
            };
        }
        let pattern = Box::new(Pattern::new(text)?);
        Ok(Choice::Pattern(pattern, text.to_owned()))
    }

    fn has(&self, object: &ObjectInfo, observer: &Observer) -> bool {
        match self {
            Choice::Type(name) => *observer.schema()[object.type_id].name == **name,
            Choice::Label(label) => *object.label == **label,
            Choice::Pattern(pattern, _) => pattern.is_match(&*object.label),
        }
    }
}

/// Whether a text is meant as a pattern of labels.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

impl<T: Default> Members<T> {
    /// Those that there are now.
    ///
    /// # Errors
    ///
    /// [`DefinitionError::TooManyElements`].
    pub(super) fn new(choice: Choice, observer: &Observer) -> Result<Self, DefinitionError> {
        let mut members = Members {
            choice,
            all: BTreeMap::new(),
            by_slot: HashMap::new(),
            created: 0,
            left_out: Vec::new(),
        };
        members.add_all(observer);
        match members.left_out.pop() {
            None => Ok(members),
            Some((label, count)) => Err(DefinitionError::TooManyElements {
                label: label.to_string(),
                count,
                most: MOST_ELEMENTS,
            }),
        }
    }

    /// The arrays that came since the last call and are left out.
    pub(super) fn take_left_out(&mut self) -> impl Iterator<Item = Arc<str>> {
        self.left_out.drain(..).map(|(label, _)| label)
    }

    /// The pattern that no object matches, if it is one.
    pub(super) fn unmatched(&self) -> Option<&str> {
        match &self.choice {
            Choice::Pattern(_, text) if self.all.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Takes in what came and went in these slots; gives those that went.
    pub(super) fn update(&mut self, observer: &Observer, slots: &[u32]) -> Vec<(u64, Known<T>)> {
        let mut gone = Vec::new();
        let mut new = Vec::new();
        for slot in slots {
            let now = observer.object_in(*slot);
            let generation = now.as_ref().map(|object| object.generation);
            let is_known = self.remove(*slot, generation, &mut gone);
            new.extend(now.filter(|object| !is_known && self.choice.has(object, observer)));
        }
        self.add(new, observer);
        gone
    }

    /// Forgets all, which are of a session that is no more, and takes in those of the new one.
    pub(super) fn replace(&mut self, observer: &Observer) -> Vec<(u64, Known<T>)> {
        self.by_slot.clear();
        let gone = std::mem::take(&mut self.all).into_iter().collect();
        self.add_all(observer);
        gone
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.by_slot.clear();
    }

    /// Removes those of a slot unless they are of this generation; whether they are.
    fn remove(
        &mut self,
        slot: u32,
        generation: Option<u64>,
        gone: &mut Vec<(u64, Known<T>)>,
    ) -> bool {
        let Some(known) = self.by_slot.get(&slot) else {
            return false;
        };
        let is_same = known.first().is_some_and(|creation| {
            let known = &self.all[creation];
            Some(known.member.object.generation) == generation
        });
        if is_same {
            return true;
        }
        for creation in self.by_slot.remove(&slot).into_iter().flatten() {
            gone.extend(self.all.remove(&creation).map(|known| (creation, known)));
        }
        false
    }

    fn add_all(&mut self, observer: &Observer) {
        let objects = observer.objects();
        let chosen = objects.filter(|object| self.choice.has(object, observer));
        let chosen = chosen.collect();
        self.add(chosen, observer);
    }

    fn add(&mut self, mut objects: Vec<ObjectInfo>, observer: &Observer) {
        objects.sort_by_key(|object| (object.created, object.slot));
        for object in objects {
            // One that was destroyed meanwhile is reported by the next refresh.
            let Ok(root) = observer.root(&object) else {
                continue;
            };
            let id = observer.id_of(&object);
            match object.count {
                None => self.insert((id, None), object.label, root, object.created),
                Some(count) if count > MOST_ELEMENTS => {
                    self.left_out.push((object.label, count));
                }
                Some(count) => {
                    for index in 0..count {
                        let label = format!("{}[{index}]", object.label).into();
                        let element = root.element(index).expect("below the count");
                        self.insert((id, Some(index)), label, element, object.created);
                    }
                }
            }
        }
    }

    fn insert(
        &mut self,
        (object, element): (ObjectId, Option<u64>),
        label: Arc<str>,
        root: Field,
        created: SystemTime,
    ) {
        self.created += 1;
        let known = Known {
            member: Member { object, element },
            label,
            root,
            created,
            state: T::default(),
        };
        self.by_slot
            .entry(object.slot)
            .or_default()
            .push(self.created);
        self.all.insert(self.created, known);
    }
}

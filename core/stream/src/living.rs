//! The objects that live at a place in a recording.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::change::Object;
use crate::chunk::Message;

/// The objects that live, found by their labels.
#[derive(Default)]
pub(crate) struct Living {
    by_label: HashMap<Arc<str>, usize, RandomState>,
    /// In the order of the last keyframe.
    all: Vec<Option<Live>>,
    free: Vec<usize>,
    /// Whose value comes next behind a keyframe: there they come in its order, and nothing is looked up.
    next: usize,
}

pub(crate) struct Live {
    pub(crate) object: Arc<Object>,
    /// Its last value that was [passed over](crate::cursor::Cursor::pass_over).
    pub(crate) last: Option<Message>,
}

impl Live {
    fn new(object: &Arc<Object>) -> Option<Live> {
        let object = Arc::clone(object);
        Some(Live { object, last: None })
    }
}

impl Living {
    /// Those of a keyframe, and no others.
    pub(crate) fn begin_anew(&mut self, objects: &[Arc<Object>]) {
        self.clear();
        self.all.extend(objects.iter().map(Live::new));
        let labels = objects.iter().map(|object| Arc::clone(&object.label));
        self.by_label.extend(labels.zip(0..));
    }

    pub(crate) fn clear(&mut self) {
        self.by_label.clear();
        self.all.clear();
        self.free.clear();
        self.next = 0;
    }

    pub(crate) fn find(&mut self, label: &str) -> Option<&mut Live> {
        let next = self.all.get(self.next).and_then(Option::as_ref);
        let at = match next.is_some_and(|live| *live.object.label == *label) {
            true => {
                self.next += 1;
                self.next - 1
            }
            false => *self.by_label.get(label)?,
        };
        self.all[at].as_mut()
    }

    /// The same where nothing follows the last keyframe.
    pub(crate) fn get(&self, label: &str) -> Option<&Arc<Object>> {
        let live = self.all[*self.by_label.get(label)?].as_ref();
        live.map(|live| &live.object)
    }

    /// Adds an object; the one with its label, if there is one, lives no longer.
    pub(crate) fn insert(&mut self, object: &Arc<Object>) -> Option<Arc<Object>> {
        let before = self.remove(&object.label);
        let at = self.free.pop().unwrap_or_else(|| {
            self.all.push(None);
            self.all.len() - 1
        });
        self.all[at] = Live::new(object);
        self.by_label.insert(Arc::clone(&object.label), at);
        before
    }

    pub(crate) fn remove(&mut self, label: &str) -> Option<Arc<Object>> {
        let at = self.by_label.remove(label)?;
        self.free.push(at);
        self.all[at].take().map(|live| live.object)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Live> {
        self.all.iter_mut().flatten()
    }
}

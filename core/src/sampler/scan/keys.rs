//! Keys of followed fields: a place that is used again gets another key.

/// A field that a [`Scan`](super::Scan) follows. No two fields of one scan ever have the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    index: u32,
    generation: u32,
}

impl Key {
    /// The position of its entry.
    pub(super) fn index(self) -> u32 {
        self.index
    }
}

/// What is known of followed fields, by the keys of one scan: a table without holes, in which a key is found at its place.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("example").dir(&dir).create()?;
/// use memglass::sampler::{ByKey, Scan};
///
/// let price = session.object("price", 100_i64)?;
/// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
/// let mut scan = Scan::new();
/// let key = scan.follow(&observer.field("price")?)?;
///
/// let mut names = ByKey::new();
/// names.insert(key, "price");
/// assert_eq!(names.get(key), Some(&"price"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ByKey<T> {
    items: Vec<Option<(Key, T)>>,
    len: usize,
}

impl<T> ByKey<T> {
    /// Nothing yet.
    pub fn new() -> ByKey<T> {
        ByKey::default()
    }

    /// What is known of a field.
    #[inline]
    pub fn get(&self, key: Key) -> Option<&T> {
        let item = self.items.get(key.index as usize)?.as_ref();
        item.filter(|(of, _)| *of == key).map(|(_, item)| item)
    }

    /// The same, to change it.
    #[inline]
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let item = self.items.get_mut(key.index as usize)?.as_mut();
        item.filter(|(of, _)| *of == key).map(|(_, item)| item)
    }

    /// Replaces what is known of a field. What was known of one whose key has gone may be forgotten by that.
    pub fn insert(&mut self, key: Key, item: T) {
        let at = key.index as usize;
        if self.items.len() <= at {
            self.items.resize_with(at + 1, || None);
        }
        let before = self.items[at].replace((key, item));
        self.len += usize::from(before.is_none());
    }

    /// Forgets a field, and returns what was known of it.
    pub fn remove(&mut self, key: Key) -> Option<T> {
        let place = self.items.get_mut(key.index as usize)?;
        let (_, item) = place.take_if(|(of, _)| *of == key)?;
        self.len -= 1;
        Some(item)
    }

    /// Forgets the fields of which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(Key, &T) -> bool) {
        for place in &mut self.items {
            let forgotten = place.take_if(|(key, item)| !keep(*key, item));
            self.len -= usize::from(forgotten.is_some());
        }
    }

    /// All of it, by key.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.items.iter().flatten().map(|(key, item)| (*key, item))
    }

    /// Number of fields of which something is known.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<T> Default for ByKey<T> {
    fn default() -> Self {
        ByKey {
            items: Vec::new(),
            len: 0,
        }
    }
}

/// The keys of a scan, each with an item.
pub(super) struct Keys<T> {
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
    len: usize,
}

struct Entry<T> {
    generation: u32,
    item: Option<T>,
}

impl<T> Default for Keys<T> {
    fn default() -> Self {
        Keys {
            entries: Vec::new(),
            free: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Copy> Keys<T> {
    /// The key that the next [`insert`](Keys::insert) returns.
    pub(super) fn next(&self) -> Key {
        self.free.last().map_or_else(
            || Key {
                index: self.entries.len() as u32,
                generation: 0,
            },
            |&index| self.key(index),
        )
    }

    pub(super) fn insert(&mut self, item: T) -> Key {
        let (key, item) = (self.next(), Some(item));
        self.len += 1;
        match self.free.pop() {
            Some(index) => self.entries[index as usize].item = item,
            None => self.entries.push(Entry {
                generation: 0,
                item,
            }),
        }
        key
    }

    /// The present key of an entry.
    pub(super) fn key(&self, index: u32) -> Key {
        let generation = self.entries[index as usize].generation;
        Key { index, generation }
    }

    pub(super) fn get(&self, key: Key) -> Option<T> {
        let entry = self.entries.get(key.index as usize)?;
        entry.item.filter(|_| entry.generation == key.generation)
    }

    /// Replaces the item of an entry that has one.
    pub(super) fn set(&mut self, index: u32, item: T) {
        self.entries[index as usize].item = Some(item);
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        let item = self.get(key)?;
        let entry = &mut self.entries[key.index as usize];
        entry.item = None;
        self.len -= 1;
        // An entry whose generations are used up is not used again.
        if let Some(next) = entry.generation.checked_add(1) {
            entry.generation = next;
            self.free.push(key.index);
        }
        Some(item)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_key_never_means_another_item() {
        let mut keys = Keys::default();
        let first = keys.insert('a');
        assert_eq!(keys.remove(first), Some('a'));
        assert_eq!(keys.remove(first), None);
        let expected = keys.next();
        let second = keys.insert('b');
        assert_eq!(second, expected);
        assert_ne!(first, second);
        assert_eq!((keys.get(first), keys.get(second)), (None, Some('b')));
        assert_eq!(keys.len(), 1);
    }

    #[test]
    fn what_is_known_by_a_removed_key_is_not_known_by_the_next_one_of_its_place() {
        let mut keys = Keys::default();
        let (first, other) = (keys.insert(()), keys.insert(()));
        let mut names = ByKey::new();
        names.insert(first, "first");
        names.insert(other, "other");
        keys.remove(first);
        let second = keys.insert(());
        assert_eq!(
            (names.get(first), names.get(second)),
            (Some(&"first"), None)
        );
        assert_eq!(names.remove(second), None);
        names.insert(second, "second");
        assert_eq!(
            (names.get(first), names.get(second)),
            (None, Some(&"second"))
        );
        assert_eq!(names.remove(first), None);
        assert_eq!(names.len(), 2);
        names.retain(|key, _| key == other);
        assert_eq!(names.iter().collect::<Vec<_>>(), [(other, &"other")]);
        assert_eq!(names.remove(other), Some("other"));
        assert!(names.is_empty());
    }
}

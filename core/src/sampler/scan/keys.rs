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

/// What is known by key.
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
}

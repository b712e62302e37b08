//! A table of linear probing: slots next to where the hash of their label leads.
//!
//! Each place has a word, with the hash and the slot, and a byte, with seven bits of the hash. A search
//! looks at the bytes, and at a word only if its byte says that it may be the one. So finding out that a
//! hash is new touches one line of bytes, which is an eighth of the memory and mostly in a cache, and no
//! word. The word of an entry is stored some entries later, when its line, which is in no cache, has
//! arrived: a processor that waits for a line before a locked instruction waits for all of it.

use crate::large_pages::many_words;
use crate::prefetch::prefetch;

/// Places for entries. Runs do not wrap around: the last one may reach beyond the homes.
pub(crate) struct Places {
    /// A [`tag`] for each place; 0 if it is vacant.
    tags: Vec<u8>,
    /// The bits of a [`HashedSlot`] for each place. 0 if it is vacant, or if the word is still `waiting`.
    words: Vec<u64>,
    /// How many places are home of a hash; at least a third more than there are entries.
    homes: usize,
    /// Words that are to be stored, and where.
    waiting: [(usize, u64); WAITING],
    /// How many words were ever made to wait: the next one takes the room of the oldest.
    waited: usize,
}

/// A hash in the upper half, a slot plus one in the lower.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct HashedSlot(u64);

impl HashedSlot {
    #[inline]
    pub(super) fn new(hash: u32, slot: u32) -> HashedSlot {
        HashedSlot(u64::from(hash) << 32 | (u64::from(slot) + 1))
    }

    #[inline]
    pub(super) fn hash(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline]
    pub(super) fn slot(self) -> u32 {
        (self.0 as u32).wrapping_sub(1)
    }
}

const VACANT: u64 = 0;
const NO_TAG: u8 = 0;

/// Places behind the homes: the last run rarely needs more.
const BEHIND: usize = 64;
/// How many words wait at most: a line arrives within a few entries.
const WAITING: usize = 8;
/// So many words do not fit into the nearest caches.
const MANY: usize = 1 << 14;
/// Where no place is.
const NOWHERE: usize = usize::MAX;

/// Bits of the hash that do not choose the home, in a byte that is never [`NO_TAG`].
#[inline]
fn tag(hash: u32) -> u8 {
    hash as u8 | 0x80
}

impl Default for Places {
    fn default() -> Places {
        Places::over(Vec::new(), Vec::new(), 0)
    }
}

impl Places {
    /// Places whose memory the system gives page by page, as they are used.
    pub(super) fn new(homes: usize) -> Places {
        let len = homes + BEHIND;
        Places::over(vec![NO_TAG; len], vec![VACANT; len], homes)
    }

    /// Places whose memory is there: takes a millisecond for each million of them.
    pub(crate) fn present(homes: usize) -> Places {
        let len = homes + BEHIND;
        // Stored one after the other: zeros from the system would become memory in the order of the hashes.
        let tags = std::iter::repeat_n(NO_TAG, len).collect();
        let mut words = many_words(len);
        words.extend(std::iter::repeat_n(VACANT, len));
        Places::over(tags, words, homes)
    }

    fn over(tags: Vec<u8>, words: Vec<u64>, homes: usize) -> Places {
        Places {
            tags,
            words,
            homes,
            waiting: [(NOWHERE, VACANT); WAITING],
            waited: 0,
        }
    }

    /// How many places are home of a hash.
    #[inline]
    pub(crate) fn homes(&self) -> usize {
        self.homes
    }

    /// Number of places.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// Where the search for a hash begins.
    #[inline]
    pub(super) fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.homes as u64) >> 32) as usize
    }

    /// Starts to load what a search looks at that finds nothing.
    #[inline]
    pub(super) fn foresee(&self, hash: u32) {
        if let Some(tag) = self.tags.get(self.home(hash)) {
            prefetch(tag);
        }
    }

    /// Starts to load what a search looks at that finds something.
    #[inline]
    pub(super) fn prefetch(&self, hash: u32) {
        self.foresee(hash);
        if let Some(word) = self.words.get(self.home(hash)) {
            prefetch(word);
        }
    }

    /// Loads what a search for the hash looks at, and where it may be entered.
    #[inline]
    pub(super) fn touch(&self, hash: u32) -> u64 {
        let home = self.home(hash);
        let tag = self.tags.get(home).copied().unwrap_or(NO_TAG);
        self.words.get(home).copied().unwrap_or(VACANT) ^ u64::from(tag)
    }

    /// The occupied places with this hash.
    #[inline]
    pub(super) fn with_hash(&self, hash: u32) -> impl Iterator<Item = (usize, HashedSlot)> + '_ {
        let (home, wanted) = (self.home(hash), tag(hash));
        let tags = self.tags.get(home..).unwrap_or_default();
        (home..)
            .zip(tags)
            .take_while(|&(_, &tag)| tag != NO_TAG)
            .filter(move |&(_, &tag)| tag == wanted)
            .map(|(at, _)| (at, self.place(at)))
            .filter(move |(_, place)| place.hash() == hash)
    }

    /// The entry of an occupied place.
    #[inline]
    fn place(&self, at: usize) -> HashedSlot {
        match self.words[at] {
            VACANT => self.waiting_at(at),
            word => HashedSlot(word),
        }
    }

    #[cold]
    fn waiting_at(&self, at: usize) -> HashedSlot {
        let waiting = self.waiting.iter().find(|&&(place, _)| place == at);
        let (_, word) = waiting.expect("an occupied place has a word, or one waits for it");
        HashedSlot(*word)
    }

    /// The entry of a place of which no word waits; `None` if it is vacant or does not exist.
    #[inline]
    pub(super) fn settled(&self, at: usize) -> Option<HashedSlot> {
        let word = *self.words.get(at)?;
        (word != VACANT).then_some(HashedSlot(word))
    }

    /// Puts an entry into the first vacant place from its home on.
    #[inline]
    pub(super) fn put(&mut self, entry: HashedSlot) {
        let at = self.take(entry);
        self.words[at] = entry.0;
    }

    /// The same; where there are many places, the word is stored with one of the next entries, or when
    /// [`settle`](Self::settle) is called.
    #[inline]
    pub(super) fn put_soon(&mut self, entry: HashedSlot) {
        let at = self.take(entry);
        if self.homes < MANY {
            self.words[at] = entry.0;
            return;
        }
        prefetch(&self.words[at]);
        let room = &mut self.waiting[self.waited % WAITING];
        self.waited += 1;
        let (oldest, word) = std::mem::replace(room, (at, entry.0));
        if let Some(place) = self.words.get_mut(oldest) {
            *place = word;
        }
    }

    /// Stores the words that wait.
    pub(super) fn settle(&mut self) {
        for (at, word) in std::mem::replace(&mut self.waiting, [(NOWHERE, VACANT); WAITING]) {
            if let Some(place) = self.words.get_mut(at) {
                *place = word;
            }
        }
    }

    /// Takes the first vacant place from an entry's home on.
    #[inline]
    fn take(&mut self, entry: HashedSlot) -> usize {
        let mut at = self.home(entry.hash());
        while let Some(known) = self.tags.get_mut(at) {
            if *known == NO_TAG {
                *known = tag(entry.hash());
                return at;
            }
            at += 1;
        }
        self.append(tag(entry.hash()))
    }

    #[cold]
    fn append(&mut self, tag: u8) -> usize {
        self.tags.push(tag);
        self.words.push(VACANT);
        self.words.len() - 1
    }

    /// Empties a place and closes the gap, so that no search stops at it too early.
    pub(super) fn vacate(&mut self, mut gap: usize) {
        self.settle();
        for at in gap + 1..self.words.len() {
            let Some(place) = self.settled(at) else {
                break;
            };
            if self.home(place.hash()) <= gap {
                self.words[gap] = place.0;
                self.tags[gap] = self.tags[at];
                gap = at;
            }
        }
        self.words[gap] = VACANT;
        self.tags[gap] = NO_TAG;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(places: &Places, hash: u32) -> Vec<u32> {
        let found = places.with_hash(hash);
        found.map(|(_, place)| place.slot()).collect()
    }

    #[test]
    fn an_entry_is_found_and_removed_while_its_word_waits() {
        let mut places = Places::new(MANY);
        for slot in 0..3 * WAITING as u32 {
            places.put_soon(HashedSlot::new(7, slot));
        }
        assert_eq!(slots(&places, 7), Vec::from_iter(0..3 * WAITING as u32));
        let waits = places.words.iter().filter(|&&word| word != VACANT).count();
        assert_eq!(waits, 2 * WAITING);
        let (last, _) = places.with_hash(7).last().expect("entered");
        places.vacate(last);
        assert_eq!(slots(&places, 7), Vec::from_iter(0..3 * WAITING as u32 - 1));
        assert_eq!(slots(&places, 6), []);
    }

    #[test]
    fn entries_whose_tags_are_equal_are_told_apart_by_their_words() {
        let mut places = Places::present(2);
        let other = 7 | 1 << 20;
        places.put(HashedSlot::new(7, 1));
        places.put(HashedSlot::new(other, 2));
        assert_eq!(tag(7), tag(other));
        assert_eq!(
            (slots(&places, 7), slots(&places, other)),
            (vec![1], vec![2])
        );
    }
}

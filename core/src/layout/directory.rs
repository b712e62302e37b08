//! Reading the directory: which objects there are, and what changed.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::chunks::Chunks;
use super::header::{Group, time};
use super::{Layout, LayoutError, load};
use crate::shm::View;
use crate::sync::occupancy::{Alive, EntryWord, Occupancy};
use crate::sync::{published, published_since};
use crate::wire::directory::{self as at, ShortLabel};
use crate::wire::{Ref, WORD, header, table};

/// The directory as far as it was read.
pub(crate) struct Directory {
    chunks: Chunks,
    /// Per chunk, the change counter as of the last scan.
    changes: Vec<u64>,
    /// The same per group of chunks.
    group_changes: Vec<u64>,
    /// Per slot, the state word as of the last scan.
    words: Vec<EntryWord>,
    /// How many of them are of live objects.
    alive: usize,
    /// How many objects were ever in the slots. Of damaged words the count is wrong, and wraps.
    created: u64,
    /// Why the chain of chunks ends before it should.
    fault: Option<LayoutError>,
}

/// What an entry said of a live object, copied at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectRecord {
    pub(crate) head: EntryHead,
    pub(super) label: LabelPlace,
}

/// The same without the label, for listings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryHead {
    pub(crate) slot: u32,
    word: EntryWord,
    pub(crate) type_id: u64,
    /// 0 for a single object.
    pub(crate) count: u64,
    pub(crate) data: Ref,
    created: u64,
    pub(super) label_len: usize,
}

/// Where a label was found.
#[derive(Clone, Copy, Debug)]
pub(super) enum LabelPlace {
    /// In the entry; copied with it.
    Entry(ShortLabel),
    /// Apart, because it is long.
    Apart(Ref),
}

impl EntryHead {
    /// The state that its entry has as long as the object lives.
    pub(crate) fn alive(&self) -> Alive {
        Alive(self.word)
    }

    pub(crate) fn created(&self) -> SystemTime {
        time(self.created)
    }

    /// Whether its label has a possible length.
    #[inline(always)]
    fn has_label(&self) -> bool {
        (1..=at::MAX_LABEL).contains(&self.label_len)
    }
}

/// How often an entry is read again when it changes while it is copied.
const ATTEMPTS: usize = 8;

impl Directory {
    pub(crate) fn new(layout: &Layout) -> Directory {
        let strides = &layout.strides;
        let chunk_bytes = strides.chunk_header + strides.entry * strides.entries_per_chunk;
        Directory {
            chunks: Chunks::new("the directory", chunk_bytes),
            changes: Vec::new(),
            group_changes: Vec::new(),
            words: Vec::new(),
            alive: 0,
            created: 0,
            fault: None,
        }
    }

    /// The state word of `slot` as of the last scan.
    #[inline]
    fn word(&self, slot: u32) -> Option<EntryWord> {
        self.words.get(slot as usize).copied()
    }

    /// Finds added chunks and returns the number of groups of known chunks. If some cannot be found, the ones
    /// before them still count, and [`Directory::fault`] says why.
    ///
    /// # Errors
    ///
    /// If there should be chunks and not even the first one can be found.
    pub(crate) fn find_chunks(&mut self, layout: &Layout) -> Result<usize, LayoutError> {
        let count = published(layout.word(header::CHUNK_COUNT));
        let head = Ref(layout.load(header::DIRECTORY_HEAD));
        self.fault = self.chunks.follow(layout, head, count)?;
        let (known, found) = (self.changes.len(), self.chunks.iter().len());
        if known < found {
            self.changes.resize(found, 0);
            let Group { chunks, .. } = layout.strides.group;
            // The group's counter may have moved for chunks that were not known when it was read.
            self.group_changes.truncate(known / chunks);
            self.group_changes.resize(found.div_ceil(chunks), 0);
        }
        Ok(self.group_changes.len())
    }

    /// Why there are fewer chunks than there should be, if so.
    pub(crate) fn fault(&self) -> Option<&LayoutError> {
        self.fault.as_ref()
    }

    /// The slots that had a live object at the last scan.
    pub(crate) fn alive(&self) -> impl Iterator<Item = u32> + '_ {
        let slots = self.words.iter().zip(0_u32..);
        slots
            .filter(|(word, _)| word.is_alive())
            .map(|(_, slot)| slot)
    }

    /// How many slots had a live object at the last scan.
    pub(crate) fn alive_count(&self) -> usize {
        self.alive
    }

    /// How many objects there were up to the last scan, those that no scan met included.
    pub(crate) fn created_count(&self) -> u64 {
        self.created
    }

    /// The chunks of a group, if something changed in it since the last call; else none.
    #[inline]
    pub(crate) fn changed_group(&mut self, layout: &Layout, group: usize) -> Range<usize> {
        let Group { chunks, counter } = layout.strides.group;
        let first = group * chunks;
        let Some(changes) =
            published_since(self.counter(first, counter), self.group_changes[group])
        else {
            return 0..0;
        };
        self.group_changes[group] = changes;
        first..self.changes.len().min(first + chunks)
    }

    /// A counter in the head of a known chunk.
    #[inline]
    fn counter(&self, chunk: usize, offset: usize) -> &AtomicU64 {
        let head = self.chunks.get(chunk).expect("one that was found");
        head.view().word(offset).expect("a word of the head")
    }

    /// Adds to `changed` each slot of a chunk that got or lost a live object since the last call.
    /// Reports each change once, and looks at the entries only if there is any.
    #[inline]
    pub(crate) fn read_changes(&mut self, layout: &Layout, chunk: usize, changed: &mut Vec<u32>) {
        let counter = self.counter(chunk, table::CHANGES);
        let Some(changes) = published_since(counter, self.changes[chunk]) else {
            return;
        };
        self.changes[chunk] = changes;
        self.compare_words(layout, chunk, changed);
    }

    fn compare_words(&mut self, layout: &Layout, chunk: usize, changed: &mut Vec<u32>) {
        let (strides, head) = (
            &layout.strides,
            self.chunks.get(chunk).expect("one that was found"),
        );
        let used = load(head, table::USED).min(strides.entries_per_chunk as u64) as usize;
        let first = chunk * strides.entries_per_chunk;
        let slots =
            u32::try_from(first).map_or(0..0, |first| first..first.saturating_add(used as u32));
        self.words
            .resize(self.words.len().max(first + used), EntryWord(0));
        let offsets = (strides.chunk_header..).step_by(strides.entry);
        for ((slot, known), offset) in slots.zip(&mut self.words[first..]).zip(offsets) {
            let now = EntryWord(load(head, offset));
            let before = std::mem::replace(known, now);
            if before == now {
                continue;
            }
            self.alive += usize::from(now.is_alive());
            self.alive -= usize::from(before.is_alive());
            let more = now.occupants().wrapping_sub(before.occupants());
            self.created = self.created.wrapping_add(more);
            if before.is_alive() || now.is_alive() {
                changed.push(slot);
            }
        }
    }

    /// Number of slots in the chunks that were found.
    pub(crate) fn capacity(&self, layout: &Layout) -> usize {
        self.changes.len() * layout.strides.entries_per_chunk
    }

    /// Copies the entry of `slot`, if its object is alive in the state that was last seen.
    #[inline(always)]
    pub(crate) fn record(
        &self,
        layout: &Layout,
        slot: u32,
    ) -> Result<Option<ObjectRecord>, LayoutError> {
        let Some(expected) = self.word(slot).filter(|word| word.is_alive()) else {
            return Ok(None);
        };
        let entry = self.view(layout, slot);
        let Some(record) = at_one_moment(entry, expected, || copy(entry, slot, expected)) else {
            return Ok(None);
        };
        match record.head.has_label() {
            true => Ok(Some(record)),
            false => Err(layout.no_label(&record.head)),
        }
    }

    /// The record of the entry that `head` is of, if it is still in that state.
    pub(crate) fn record_of(&self, layout: &Layout, head: &EntryHead) -> Option<ObjectRecord> {
        let record = self.record(layout, head.slot).ok().flatten()?;
        (record.head.word == head.word).then_some(record)
    }

    /// The head of the entry of `slot`, if its object is alive in the state that was last seen, and has a
    /// label of a possible length.
    #[inline]
    pub(crate) fn head(&self, layout: &Layout, slot: u32) -> Option<EntryHead> {
        let expected = self.word(slot).filter(|word| word.is_alive())?;
        head(self.view(layout, slot), slot, expected)
    }

    /// The heads of all entries, in increasing order of their slots.
    #[inline]
    pub(crate) fn heads<'d>(&'d self, layout: &'d Layout) -> Heads<'d> {
        Heads {
            directory: self,
            layout,
            chunk: None,
            words: &[],
            slot: 0,
        }
    }

    /// The label of the live object in `slot`, if it needs no judging: short, filled up with zeros,
    /// and ASCII, which any UTF-8 reader accepts.
    ///
    /// The rest of the entry is not copied: a record goes through memory several times on its way,
    /// and attaching looks at each object's label.
    #[inline(always)]
    pub(crate) fn plain_label(&self, layout: &Layout, slot: u32) -> Option<ShortLabel> {
        let expected = self.word(slot).filter(|word| word.is_alive())?;
        let (label, _) = self.plain_label_while(layout, slot, expected)?;
        Some(label)
    }

    /// The same of the object that `head` is of, with the label's length.
    #[inline(always)]
    pub(crate) fn plain_label_of(
        &self,
        layout: &Layout,
        head: &EntryHead,
    ) -> Option<(ShortLabel, usize)> {
        self.plain_label_while(layout, head.slot, head.word)
    }

    #[inline(always)]
    fn plain_label_while(
        &self,
        layout: &Layout,
        slot: u32,
        expected: EntryWord,
    ) -> Option<(ShortLabel, usize)> {
        let entry = self.view(layout, slot);
        let is_expected = occupancy(entry).look() == expected;
        let (_, len) = type_and_label_len(entry);
        let label = label_words(entry);
        let is_plain = len <= at::SHORT_LABEL && label.is_ascii() && label.ends_at(len);
        (is_expected && len > 0 && is_plain && Alive(expected).still_holds(occupancy(entry)))
            .then_some((label, len))
    }

    /// Whether the entry is still the one that `record` was copied from. If so, everything copied from
    /// the object's or its label's bytes before this call is its own.
    #[inline]
    pub(crate) fn is_still(&self, layout: &Layout, record: &ObjectRecord) -> bool {
        let entry = self.view(layout, record.head.slot);
        record.head.alive().still_holds(occupancy(entry))
    }

    /// Where the entry of a known slot lies.
    pub(crate) fn entry_place(&self, layout: &Layout, slot: u32) -> Ref {
        let (chunk, offset) = self.position(layout, slot);
        let chunk = self
            .chunks
            .place(chunk)
            .expect("slots are only known of chunks that were found");
        Ref::new(chunk.region(), chunk.offset() + offset as u64)
    }

    #[inline]
    fn view(&self, layout: &Layout, slot: u32) -> View<'_> {
        let (chunk, offset) = self.position(layout, slot);
        let chunk = self
            .chunks
            .get(chunk)
            .expect("slots are only known of chunks that were found");
        chunk
            .view()
            .part(offset, at::ENTRY_BYTES)
            .expect("a chunk holds all its entries")
    }

    /// The chunk of a slot, and the slot's entry in it in bytes.
    #[inline]
    fn position(&self, layout: &Layout, slot: u32) -> (usize, usize) {
        let strides = &layout.strides;
        let (chunk, index) = (
            slot as usize / strides.entries_per_chunk,
            slot as usize % strides.entries_per_chunk,
        );
        (chunk, strides.chunk_header + index * strides.entry)
    }
}

/// The heads of a directory's entries, chunk by chunk: to look each slot up would take as long as all the rest.
pub(crate) struct Heads<'d> {
    directory: &'d Directory,
    layout: &'d Layout,
    /// The entries of the present chunk from `slot` on.
    chunk: Option<View<'d>>,
    /// Their state words as of the last scan.
    words: &'d [EntryWord],
    slot: u32,
}

impl<'d> Heads<'d> {
    /// Goes to the chunk that begins with the present slot, if there is one.
    #[cold]
    fn next_chunk(&mut self) -> Option<()> {
        let strides = &self.layout.strides;
        let first = self.slot as usize;
        let chunk = self
            .directory
            .chunks
            .get(first / strides.entries_per_chunk)?;
        let words = self.directory.words.get(first..)?;
        self.words = &words[..words.len().min(strides.entries_per_chunk)];
        let entries = strides.entry * self.words.len();
        self.chunk = chunk.view().part(strides.chunk_header, entries);
        (!self.words.is_empty()).then_some(())
    }
}

impl Iterator for Heads<'_> {
    type Item = EntryHead;

    #[inline(always)]
    fn next(&mut self) -> Option<EntryHead> {
        loop {
            let Some((word, rest)) = self.words.split_first() else {
                self.next_chunk()?;
                continue;
            };
            let (slot, chunk) = (self.slot, self.chunk?);
            self.words = rest;
            self.slot += 1;
            let stride = self.layout.strides.entry;
            let entry = chunk.part(0, at::ENTRY_BYTES)?;
            self.chunk = chunk.part(stride, chunk.len() - stride);
            if word.is_alive()
                && let Some(head) = head(entry, slot, *word)
            {
                return Some(head);
            }
        }
    }
}

impl Layout {
    /// In which chunk of the directory a slot is.
    pub(crate) fn chunk_of(&self, slot: u32) -> usize {
        slot as usize / self.strides.entries_per_chunk
    }

    /// The change counter of the chunk in which the entry of `slot` lies, at a mapped address.
    /// `None` if no mapped region has it.
    pub(crate) fn changes_around(&self, entry: usize, slot: u32) -> Option<&AtomicU64> {
        let region = self.mapped_region_with(entry)?;
        let within = slot as usize % self.strides.entries_per_chunk;
        let before = self.strides.chunk_header + within * self.strides.entry;
        let start = (entry - region.address()).checked_sub(before)?;
        region.word(start + table::CHANGES)
    }
}

/// What `copy` copies of an entry while it is in the expected state.
#[inline(always)]
fn at_one_moment<R>(entry: View<'_>, expected: EntryWord, copy: impl Fn() -> R) -> Option<R> {
    for _ in 0..ATTEMPTS {
        if occupancy(entry).look() != expected {
            return None;
        }
        let copied = copy();
        if Alive(expected).still_holds(occupancy(entry)) {
            return Some(copied);
        }
    }
    None
}

#[inline(always)]
fn head(entry: View<'_>, slot: u32, expected: EntryWord) -> Option<EntryHead> {
    at_one_moment(entry, expected, || copy_head(entry, slot, expected)).filter(EntryHead::has_label)
}

#[inline(always)]
fn copy(entry: View<'_>, slot: u32, word: EntryWord) -> ObjectRecord {
    let (head, label) = (copy_head(entry, slot, word), label_words(entry));
    ObjectRecord {
        head,
        label: if head.label_len <= at::SHORT_LABEL {
            LabelPlace::Entry(label)
        } else {
            LabelPlace::Apart(Ref(label.0[0]))
        },
    }
}

#[inline(always)]
fn copy_head(entry: View<'_>, slot: u32, word: EntryWord) -> EntryHead {
    let (type_id, label_len) = type_and_label_len(entry);
    EntryHead {
        slot,
        word,
        type_id,
        count: load_view(entry, at::COUNT),
        data: Ref(load_view(entry, at::DATA)),
        created: load_view(entry, at::CREATED),
        label_len,
    }
}

#[inline]
fn type_and_label_len(entry: View<'_>) -> (u64, usize) {
    let both = load_view(entry, at::TYPE);
    (both & 0xffff_ffff, (both >> 32) as usize)
}

/// The words in which a short label lies, or the place of a long one.
#[inline]
fn label_words(entry: View<'_>) -> ShortLabel {
    ShortLabel(std::array::from_fn(|word| {
        load_view(entry, at::LABEL + word * WORD)
    }))
}

#[inline]
fn occupancy(entry: View<'_>) -> Occupancy<'_> {
    Occupancy(entry.word(at::STATE).expect("a word of the entry"))
}

#[inline]
fn load_view(view: View<'_>, offset: usize) -> u64 {
    view.word(offset)
        .expect("offsets of an entry lie within it")
        .load(Ordering::Relaxed)
}

//! The checked view of a session's memory.
//!
//! Shared memory is hostile input: each number is copied once, judged, and only the copy is used.
//! [`Layout::check`] judges the header; the type log and the directory are judged record by record as
//! they grow. The results of this module (segments, types, object records) can be trusted to lie
//! within mapped memory. The content of objects is never trusted.

mod chunks;
mod damage;
mod directory;
mod error;
mod header;
mod regions;
mod type_log;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use damage::{Damage, Part};
use directory::LabelPlace;
pub(crate) use directory::{Directory, EntryHead, Heads, ObjectRecord};
pub use error::LayoutError;
pub(crate) use header::{Identity, SessionState};
pub(crate) use type_log::{Describe, TypeLog};

use crate::shm::{self, Anchor, Dir, Segment, ShmError, View};
use crate::sync::published;
use crate::wire::directory::ShortLabel;
use crate::wire::{Ref, header as at, names};
use header::Strides;
use regions::Regions;

/// One session's memory with a judged header.
pub(crate) struct Layout {
    dir: Dir,
    header: Arc<Segment>,
    identity: Identity,
    strides: Strides,
    regions: Regions,
}

impl Layout {
    /// Judges a header segment.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if the segment is not a header, has another version or byte order, or is
    /// damaged.
    pub(crate) fn check(dir: Dir, header: Segment) -> Result<Layout, LayoutError> {
        header.check_whole()?;
        let (identity, strides) = unless_cut(&header, header::judge(&header))?;
        let regions = Regions::new(
            dir.clone(),
            &identity,
            strides.region_header,
            header.is_writable(),
        );
        Ok(Layout {
            dir,
            header: Arc::new(header),
            identity,
            strides,
            regions,
        })
    }

    /// The name and the producer of a session.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The directory of its segments.
    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }

    /// The header segment, which has the locks.
    pub(crate) fn header(&self) -> &Arc<Segment> {
        &self.header
    }

    /// Count of structural changes; what happened before it moved can be seen after this call.
    #[inline]
    pub(crate) fn epoch(&self) -> u64 {
        published(self.word(at::EPOCH))
    }

    /// Checks that loads from the header are survived: that it was not cut short, unless the process
    /// survives that anyway.
    #[inline]
    pub(crate) fn probe_header(&self) -> Result<(), ShmError> {
        if shm::is_survived() {
            return Ok(());
        }
        self.header.probe()
    }

    /// Fails if what was just read may be the zeros of a segment that was cut short.
    #[inline]
    pub(crate) fn check_cut(&self) -> Result<(), ShmError> {
        if shm::cuts() == 0 {
            return Ok(());
        }
        self.find_cut(|_| true)
    }

    /// Fails if the header was cut short.
    pub(crate) fn check_header_cut(&self) -> Result<(), ShmError> {
        match self.header.is_cut() {
            true => self.header.probe(),
            false => Ok(()),
        }
    }

    /// Whether a label that was just read may be the zeros of a segment that was cut short. For a
    /// label inside its entry the state word tells: it is zero then.
    #[inline]
    pub(crate) fn is_label_cut(&self, record: &ObjectRecord) -> bool {
        let LabelPlace::Apart(place) = record.label else {
            return false;
        };
        shm::cuts() != 0
            && self
                .region(place.region())
                .is_ok_and(|region| region.is_cut())
    }

    /// Fails if `views`, which were just read or written, lie in a segment that was cut short.
    #[cold]
    pub(crate) fn check_cut_around(&self, views: &[View<'_>]) -> Result<(), ShmError> {
        self.find_cut(|segment| {
            let start = segment.view().address();
            let range = start..start + segment.view().len();
            views.iter().any(|view| range.contains(&view.address()))
        })
    }

    #[cold]
    fn find_cut(&self, counts: impl Fn(&Segment) -> bool) -> Result<(), ShmError> {
        let mut segments = std::iter::once(&self.header).chain(self.regions.mapped());
        let cut = segments.find(|segment| segment.is_cut() && counts(segment));
        cut.map_or(Ok(()), |segment| segment.probe())
    }

    /// What the producer states about the session.
    pub(crate) fn state(&self) -> SessionState {
        header::state(published(self.word(at::STATE)))
    }

    /// Number of regions that the producer has announced.
    pub(crate) fn region_count(&self) -> u64 {
        published(self.word(at::REGION_COUNT))
    }

    /// Checks that no segment mapped so far was cut short, without touching it.
    pub(crate) fn probe(&self) -> Result<(), ShmError> {
        self.header.probe()?;
        self.regions
            .mapped()
            .try_for_each(|segment| segment.probe())
    }

    /// Number of live objects, as the producer counts them.
    pub(crate) fn object_count(&self) -> u64 {
        self.load(at::OBJECT_COUNT)
    }

    /// Size of a region, and how much of it was handed out, in bytes.
    pub(crate) fn region_use(&self, id: u16) -> Result<(u64, u64), LayoutError> {
        let region = self.region(id)?.view();
        let used = region
            .word(crate::wire::region::USED)
            .map_or(0, |word| word.load(Ordering::Relaxed));
        Ok((region.len() as u64, used.min(region.len() as u64)))
    }

    /// Bytes of all regions mapped so far.
    pub(crate) fn mapped_bytes(&self) -> u64 {
        self.regions.mapped_bytes()
    }

    /// The region with this id, mapped when it is first asked for.
    pub(crate) fn region(&self, id: u16) -> Result<&Arc<Segment>, LayoutError> {
        self.regions.get(id)
    }

    /// The mapped region that an address lies in.
    fn mapped_region_with(&self, address: usize) -> Option<View<'_>> {
        let mut regions = self.regions.mapped().map(|segment| segment.view());
        regions
            .find(|region| (region.address()..region.address() + region.len()).contains(&address))
    }

    /// Whether an address lies in a segment of this session that was cut short.
    #[cold]
    pub(crate) fn is_cut_at(&self, address: usize) -> bool {
        let mut segments = std::iter::once(&self.header).chain(self.regions.mapped());
        segments.any(|segment| {
            let start = segment.view().address();
            segment.is_cut() && (start..start + segment.view().len()).contains(&address)
        })
    }

    /// The region that bytes of this session lie in, and where they begin in it.
    pub(crate) fn region_of(&self, view: View<'_>) -> Option<(u16, usize)> {
        self.regions.find(view)
    }

    /// The `len` bytes that `place` refers to, kept mapped; `what` says for a message what refers to them.
    pub(crate) fn resolve(
        &self,
        place: Ref,
        len: u64,
        what: impl Fn() -> String,
    ) -> Result<Anchor, LayoutError> {
        let (segment, offset, len) = self.locate(place, len, what)?;
        Ok(Anchor::new(segment, offset, len).expect("located inside its region"))
    }

    /// Whether an object has `size` bytes in some region.
    #[inline(always)]
    pub(crate) fn has_object(&self, head: &EntryHead, size: u64) -> bool {
        self.located(head.data, size).is_some() || self.look_at_object(head, size).is_ok()
    }

    /// The bytes of an object.
    #[inline]
    pub(crate) fn look_at_object(
        &self,
        head: &EntryHead,
        size: u64,
    ) -> Result<View<'_>, LayoutError> {
        let what = || format!("the reference to the data of entry {}", head.slot);
        self.look(head.data, size, what)
    }

    /// The `len` bytes that `place` refers to, for a look at them; `what` says for a message what refers
    /// to them.
    #[inline]
    fn look(
        &self,
        place: Ref,
        len: u64,
        what: impl Fn() -> String,
    ) -> Result<View<'_>, LayoutError> {
        let (segment, offset, len) = self.locate(place, len, what)?;
        Ok(segment
            .view()
            .part(offset, len)
            .expect("located inside its region"))
    }

    /// The entry at a place that [`Directory::entry_place`] said.
    pub(crate) fn look_at_entry(&self, place: Ref) -> Result<View<'_>, LayoutError> {
        self.look(place, self.strides.entry as u64, || {
            "the place of an entry".into()
        })
    }

    /// Copies an object's label into `label`, which is checked to be UTF-8, and to have nothing behind
    /// it in the entry: labels there are compared and hashed with what fills them up.
    #[inline]
    pub(crate) fn label_into(
        &self,
        record: &ObjectRecord,
        label: &mut Vec<u8>,
    ) -> Result<(), LayoutError> {
        label.clear();
        match record.label {
            LabelPlace::Entry(short) => {
                if !short.ends_at(record.head.label_len) {
                    return Err(self.damaged(
                        format!("what follows the label of entry {}", record.head.slot),
                        &short.padded().escape_ascii().to_string(),
                        "zeros",
                    ));
                }
                // All words and then cut: a copy of a fixed length is two moves.
                label.extend_from_slice(&short.padded());
                label.truncate(record.head.label_len);
            }
            LabelPlace::Apart(place) => {
                let words = self.look_at_label(record, place)?;
                words.append_bytes_in_words(record.head.label_len, label);
            }
        }
        if std::str::from_utf8(label).is_err() {
            let beginning = &label[..label.len().min(SHOWN)];
            return Err(self.damaged(
                format!("the label of entry {}", record.head.slot),
                &beginning.escape_ascii().to_string(),
                "UTF-8",
            ));
        }
        Ok(())
    }

    /// The words of a long label.
    #[inline]
    fn look_at_label(&self, record: &ObjectRecord, place: Ref) -> Result<View<'_>, LayoutError> {
        let what = || format!("the reference to the label of entry {}", record.head.slot);
        self.look(
            place,
            record.head.label_len.next_multiple_of(8) as u64,
            what,
        )
    }

    /// Whether an object has this label.
    #[inline]
    pub(crate) fn has_label(&self, record: &ObjectRecord, label: &str) -> bool {
        record.head.label_len == label.len()
            && match record.label {
                LabelPlace::Entry(short) => ShortLabel::new(label.as_bytes()) == Some(short),
                LabelPlace::Apart(place) => self
                    .look_at_label(record, place)
                    .is_ok_and(|words| words.is_text_in_words(label.as_bytes())),
            }
    }

    /// The length of an object's label is none that a label can have.
    #[cold]
    fn no_label(&self, head: &EntryHead) -> LayoutError {
        self.damaged(
            format!("the label length of entry {}", head.slot),
            &head.label_len,
            "1 to 1024",
        )
    }

    /// An object has a type that is not in the log, or was left out.
    #[cold]
    pub(crate) fn unknown_type(&self, head: &EntryHead) -> LayoutError {
        self.damaged(
            format!("the type of entry {}", head.slot),
            &head.type_id,
            "one that is known",
        )
    }

    /// An object has more elements than there are bytes in the world.
    #[cold]
    pub(crate) fn too_many_elements(&self, head: &EntryHead) -> LayoutError {
        self.damaged(
            format!("the number of elements of entry {}", head.slot),
            &head.count,
            "as many as fit into a region",
        )
    }

    /// The objects in two slots have one label.
    #[cold]
    pub(crate) fn label_taken(&self, slot: u32, other: u32) -> LayoutError {
        self.damaged(
            format!("the label of entry {slot}"),
            &format_args!("that of entry {other}"),
            "one that no other live object has",
        )
    }

    /// The region and checked offset of `place`.
    #[inline]
    fn locate(
        &self,
        place: Ref,
        len: u64,
        what: impl Fn() -> String,
    ) -> Result<(&Arc<Segment>, usize, usize), LayoutError> {
        let found = self.located(place, len);
        found.map_or_else(|| self.map_and_locate(place, len, what), Ok)
    }

    /// The same, if its region is mapped and all is right. Without a word about what is wrong it takes a
    /// few nanoseconds less, which a listing of a million objects feels.
    #[inline(always)]
    fn located(&self, place: Ref, len: u64) -> Option<(&Arc<Segment>, usize, usize)> {
        let segment = self.regions.mapped_one(place.region())?;
        let offset = usize::try_from(place.offset()).ok()?;
        let len = usize::try_from(len).ok()?;
        let is_inside = offset >= self.strides.region_header
            && offset.checked_add(len)? <= segment.view().len()
            && offset.is_multiple_of(8);
        is_inside.then_some((segment, offset, len))
    }

    #[cold]
    fn map_and_locate(
        &self,
        place: Ref,
        len: u64,
        what: impl Fn() -> String,
    ) -> Result<(&Arc<Segment>, usize, usize), LayoutError> {
        let refuse = |expected: &str| self.damaged(what(), &place, expected);
        if place.region() == 0 {
            return Err(refuse("one into a region, which are numbered from 1"));
        }
        let region = self.region(place.region())?.view();
        let start = place.offset();
        if start < self.strides.region_header as u64 {
            return Err(refuse("behind the head of its region"));
        }
        if start
            .checked_add(len)
            .is_none_or(|end| end > region.len() as u64)
        {
            return Err(refuse("inside its region"));
        }
        let located = self.located(place, len);
        located.ok_or_else(|| refuse("a multiple of 8"))
    }

    fn load(&self, offset: usize) -> u64 {
        self.word(offset).load(Ordering::Relaxed)
    }

    #[inline]
    fn word(&self, offset: usize) -> &AtomicU64 {
        let word = self.header.view().word(offset);
        word.expect("check() found the header long enough")
    }

    fn damaged(
        &self,
        what: impl Into<String>,
        found: &dyn std::fmt::Debug,
        expected: &str,
    ) -> LayoutError {
        header::damaged(&self.identity.name, what, found, expected)
    }
}

/// How many bytes are shown of a label that is not UTF-8.
const SHOWN: usize = 32;

/// Opens the header segment of `session` and judges it.
pub(crate) fn open(dir: &Dir, session: &str, access: shm::Access) -> Result<Layout, LayoutError> {
    let header = dir.open(&names::header(session), access)?;
    Layout::check(dir.clone(), header)
}

/// The result of a check, unless the bytes may be the zeros of a segment that was cut short during it.
fn unless_cut<T>(segment: &Segment, judged: Result<T, LayoutError>) -> Result<T, LayoutError> {
    if segment.is_cut() {
        segment.probe()?;
    }
    judged
}

/// The word at `offset` of a record whose length was checked.
#[inline]
fn load(record: &Anchor, offset: usize) -> u64 {
    record
        .view()
        .word(offset)
        .expect("offsets of a record lie within it")
        .load(Ordering::Relaxed)
}

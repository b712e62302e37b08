//! Which fields have another value than at the last look.
//!
//! Fields are packed by where they lie: a [`block`] holds those whose objects are in one chunk of the
//! directory, so that one load tells whether all of these objects are still the same. In a block, scalars
//! lie in [`lane`]s of one width, an address and the last bits each. Of a [`guarded`] value the sequence is
//! asked first. Everything else is copied and compared as bytes ([`other`]).

mod block;
mod clean;
mod guarded;
mod held;
mod keys;
mod lane;
mod objects;
mod other;

use std::collections::HashMap;
use std::sync::Arc;

pub use keys::{ByKey, Key};

use crate::observer::sampling::{Shows, Sight};
use crate::observer::{Field, ReadError};
use crate::prefetch::prefetch_all;
use block::Block;
use keys::Keys;
use other::Other;

/// Fields whose changes are looked for.
///
/// It keeps the last value of each field, as bits, and compares. It has no thread and no clock: call
/// [`Scan::sample`] at each tick. [`Sampler`](super::Sampler) does that at a steady rate.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("example").dir(&dir).create()?;
/// use memglass::sampler::{Scan, Seen};
///
/// let price = session.object("price", 100_i64)?;
/// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
/// let field = observer.field("price")?;
///
/// let mut scan = Scan::new();
/// let key = scan.follow(&field)?;
/// price.set(105);
/// let mut seen = Vec::new();
/// scan.sample(|news| {
///     if let Seen::Changed(change) = news {
///         seen.push((change.key, field.value_of(change.old), field.value_of(change.now)));
///     }
/// });
/// assert_eq!(seen, [(key, 100_i64.into(), 105_i64.into())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Scan {
    keys: Keys<Home>,
    /// Blocks by what keeps their memory mapped and by chunk; `None` is free.
    blocks: Vec<Option<Block>>,
    block_of: HashMap<(usize, usize), u32>,
    others: Vec<Other>,
    counters: ScanCounters,
    scratch: Scratch,
}

/// How many fields ahead to prefetch, where each is copied.
const AHEAD: usize = 8;

/// What a [`Scan`] found out about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'s> {
    /// It has another value.
    Changed(Change<'s>),
    /// Its object is gone. The key is forgotten.
    Gone(Gone<'s>),
}

/// A field that has another value than when it was looked at last.
///
/// The bytes are those of [`Field::read_bytes`], in which every bit that belongs to no value is zero.
/// [`Field::value_of`] makes a value of them, and [`Field::changed_parts`] lists which parts differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<'s> {
    /// Which field.
    pub key: Key,
    /// The value before.
    pub old: &'s [u8],
    /// The value now; it differs.
    pub now: &'s [u8],
    /// How many values were published since the last report of the field, or since it was followed: of the
    /// guarded value that it is or lies in. `None` for a field that is not guarded.
    pub writes: Option<u64>,
    /// Whether the value may mix moments: it is large, not guarded as a whole, and did not hold still while
    /// it was read.
    pub is_torn: bool,
}

/// A field whose object was destroyed, or whose memory was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gone<'s> {
    /// Which field.
    pub key: Key,
    /// The last value that was seen.
    pub last: &'s [u8],
}

/// What a [`Scan`] counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanCounters {
    /// Values of guarded fields that were published and replaced between two looks.
    pub gaps: u64,
    /// Copies of guarded values that were made again because a new value was published meanwhile.
    pub retries: u64,
    /// Values that stayed unread at a look because a new one was published during every attempt.
    pub contended: u64,
    /// Changed values that never held still while they were read.
    pub torn: u64,
}

/// Where a field is kept.
#[derive(Clone, Copy, Debug)]
enum Home {
    InBlock(u32, block::Spot),
    Other(u32),
}

/// Memory that is used again by each look.
#[derive(Default)]
struct Scratch {
    block: block::Scratch,
    bytes: [Vec<u8>; 2],
    gone: Vec<u32>,
}

impl Scan {
    /// Follows nothing.
    pub fn new() -> Scan {
        Scan::default()
    }

    /// Follows a field, from its present value on.
    ///
    /// Fields of one guarded value are always compared at one moment of it. The same field may be followed
    /// several times.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`]; the field is not followed then.
    pub fn follow(&mut self, field: &Field) -> Result<Key, ReadError> {
        if field.shows() == Shows::Bytes {
            let key = self.keys.next();
            let other = Other::new(field, key.index())?;
            let place = Home::Other(self.others.len() as u32);
            self.others.push(other);
            return Ok(self.keys.insert(place));
        }
        let at = self.block_for(field);
        let block = self.blocks[at as usize].as_mut().expect("just found");
        let key = self.keys.next();
        let spot = block.follow(field, key.index(), &mut self.scratch.bytes[0]);
        match spot {
            Ok(spot) => Ok(self.keys.insert(Home::InBlock(at, spot))),
            Err(error) => {
                self.drop_if_empty(at);
                Err(error)
            }
        }
    }

    /// Follows a field no longer. Does nothing if it is gone.
    pub fn forget(&mut self, key: Key) {
        if let Some(place) = self.keys.remove(key) {
            self.remove(place);
        }
    }

    /// The value of a field when it was looked at last, in bytes as in [`Change`]; `None` if it is not
    /// followed.
    pub fn last(&self, key: Key) -> Option<Vec<u8>> {
        self.keys.get(key).map(|place| self.last_at(place))
    }

    /// Number of fields that are followed.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no field is followed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was counted so far.
    pub fn counters(&self) -> ScanCounters {
        self.counters
    }

    /// Looks at all fields, and reports those that changed and those that went.
    ///
    /// Each value is its own object's, and a guarded one of one write. A field is reported at most once.
    /// What changed and changed back between two looks is not seen; `writes` tells of it for guarded values.
    /// Takes about a nanosecond for an unchanged scalar whose memory is in the cache.
    pub fn sample(&mut self, mut see: impl FnMut(Seen<'_>)) {
        let Scan {
            keys,
            blocks,
            others,
            counters,
            scratch,
            ..
        } = self;
        let mut tell = |index: u32, found: Found<'_>| {
            see(Seen::Changed(Change {
                key: keys.key(index),
                old: found.old,
                now: found.now,
                writes: found.writes,
                is_torn: found.is_torn,
            }));
        };
        scratch.gone.clear();
        for block in blocks.iter_mut().flatten() {
            block.sample(&mut scratch.block, counters, &mut scratch.gone, &mut tell);
        }
        for at in 0..others.len() {
            others
                .get(at + 2 * AHEAD)
                .into_iter()
                .for_each(prefetch_all);
            others.get(at + AHEAD).into_iter().for_each(Other::fetch);
            others[at].sample(&mut scratch.bytes, counters, &mut scratch.gone, &mut tell);
        }
        if !self.scratch.gone.is_empty() {
            self.report_gone(see);
        }
    }

    #[cold]
    fn report_gone(&mut self, mut see: impl FnMut(Seen<'_>)) {
        for index in std::mem::take(&mut self.scratch.gone) {
            let key = self.keys.key(index);
            let Some(place) = self.keys.remove(key) else {
                continue;
            };
            let last = self.last_at(place);
            self.remove(place);
            see(Seen::Gone(Gone { key, last: &last }));
        }
    }

    fn last_at(&self, place: Home) -> Vec<u8> {
        match place {
            Home::Other(at) => self.others[at as usize].last().to_vec(),
            Home::InBlock(block, spot) => {
                let block = self.blocks[block as usize].as_ref();
                block.expect("a block with a field in it").last(spot)
            }
        }
    }

    fn block_for(&mut self, field: &Field) -> u32 {
        let id = block_id(field.keeper(), field.chunk());
        *self.block_of.entry(id).or_insert_with(|| {
            let block = Some(Block::around(field));
            if let Some(free) = self.blocks.iter().position(Option::is_none) {
                self.blocks[free] = block;
                return free as u32;
            }
            self.blocks.push(block);
            self.blocks.len() as u32 - 1
        })
    }

    /// Removes what is at a place, and notes where the field is that takes its place.
    fn remove(&mut self, place: Home) {
        let moved = match place {
            Home::Other(at) => {
                self.others.swap_remove(at as usize);
                self.others.get(at as usize).map(Other::key)
            }
            Home::InBlock(at, spot) => {
                let block = self.blocks[at as usize].as_mut();
                let moved = block.expect("a block with a field in it").remove(spot);
                self.drop_if_empty(at);
                moved
            }
        };
        if let Some(index) = moved {
            self.keys.set(index, place);
        }
    }

    /// A block without fields keeps no memory mapped.
    fn drop_if_empty(&mut self, at: u32) {
        let block = &mut self.blocks[at as usize];
        if let Some(empty) = block.take_if(|block| block.is_empty()) {
            self.block_of
                .remove(&block_id(empty.keeper(), empty.chunk()));
        }
    }
}

fn block_id(keeper: &Arc<Sight>, chunk: usize) -> (usize, usize) {
    (Arc::as_ptr(keeper).addr(), chunk)
}

/// A value that differs, before the key is known.
struct Found<'s> {
    old: &'s [u8],
    now: &'s [u8],
    writes: Option<u64>,
    is_torn: bool,
}

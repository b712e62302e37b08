//! Values that are neither a scalar nor guarded: structs, arrays, texts, bitfields, whole objects.

use super::held::Held;
use super::{Found, ScanCounters};
use crate::observer::sampling::Glance;
use crate::observer::{Field, ReadError};
use crate::prefetch::prefetch;
use crate::sync::values_between;

/// One followed value. Small, as there may be a million: what is needed of those that changed lies elsewhere.
pub(super) struct Other {
    /// Tells cheaply of most that they did not change.
    glance: Option<Glance>,
    held: Held,
    /// How many values of each guarded value inside of it were published when it was read last.
    sequences: Box<[u64]>,
    /// Whether they were the same before and after that read.
    is_settled: bool,
    is_of_one_moment: bool,
    field: Box<Field>,
}

/// What a look found.
struct Look {
    /// Whether it is another value than before.
    differs: bool,
    /// Whether it may mix moments.
    is_torn: bool,
    published: Published,
}

/// How often its guarded values were published, before and after a read.
#[derive(Default)]
struct Published([Vec<u64>; 2]);

/// How often a changed value is read again until two reads agree.
const ATTEMPTS: usize = 4;

impl Other {
    pub(super) fn new(field: &Field, key: u32) -> Result<Other, ReadError> {
        let mut published = Published::default();
        let mut bytes = published.around(field, || field.read_bytes())?;
        for _ in 0..ATTEMPTS {
            if published.is_same() {
                break;
            }
            bytes = published.around(field, || field.read_bytes())?;
        }
        let is_settled = published.is_same();
        let [_, published] = published.0;
        Ok(Other {
            glance: Glance::at(field),
            held: Held::new(field, key, &bytes),
            sequences: published.into(),
            is_settled,
            is_of_one_moment: field.is_of_one_moment(),
            field: Box::new(field.clone()),
        })
    }

    /// Index of its key.
    pub(super) fn key(&self) -> u32 {
        self.held.key()
    }

    pub(super) fn last(&self) -> &[u8] {
        self.held.last()
    }

    /// Starts to load what it is compared with into the cache.
    #[inline]
    pub(super) fn fetch(&self) {
        match &self.glance {
            Some(glance) => glance.fetch(),
            None => self.field.fetch(),
        }
        self.held.last().first().into_iter().for_each(prefetch);
    }

    /// Reports it if it changed, or adds its key to `gone`.
    pub(super) fn sample(
        &mut self,
        scratch: &mut [Vec<u8>; 2],
        counters: &mut ScanCounters,
        gone: &mut Vec<u32>,
        tell: &mut impl FnMut(u32, Found<'_>),
    ) {
        if self.is_same() {
            return;
        }
        match self.look(scratch) {
            Ok(look) => {
                counters.gaps += self.gaps(&look.published);
                // Without guarded values inside, its bytes are all there is to compare.
                self.is_settled = self.sequences.is_empty() || look.published.is_same();
                if look.differs {
                    counters.torn += u64::from(look.is_torn);
                    self.held.report(&scratch[0], None, look.is_torn, tell);
                }
            }
            Err(ReadError::Contended { attempts, .. }) => {
                counters.retries += u64::from(attempts);
                counters.contended += 1;
            }
            Err(_) => gone.push(self.key()),
        }
    }

    /// Whether it surely has the value of the last look.
    #[inline]
    fn is_same(&self) -> bool {
        let is_same = |glance: &Glance| glance.is_same(self.held.last(), &self.sequences);
        self.is_settled && self.glance.as_ref().is_some_and(is_same)
    }

    /// Reads it into the first scratch buffer; if it has changed, until two reads agree.
    fn look(&self, [now, again]: &mut [Vec<u8>; 2]) -> Result<Look, ReadError> {
        let mut published = Published::default();
        self.read(now, &mut published)?;
        let mut differs = self.held.differs(now);
        let mut is_torn = !self.is_of_one_moment;
        for _ in 0..ATTEMPTS {
            if !differs || !is_torn {
                break;
            }
            self.read(again, &mut published)?;
            differs = self.held.differs(again);
            is_torn = now != again || !published.is_same();
            std::mem::swap(now, again);
        }
        Ok(Look {
            differs,
            is_torn,
            published,
        })
    }

    fn read(&self, bytes: &mut Vec<u8>, published: &mut Published) -> Result<(), ReadError> {
        match self.sequences.is_empty() {
            true => self.field.read_into(bytes),
            false => published.around(&self.field, || self.field.read_into(bytes)),
        }
    }

    /// How many of its guarded values were published and replaced since the last read.
    fn gaps(&mut self, Published([_, now]): &Published) -> u64 {
        let pairs = self.sequences.iter_mut().zip(now);
        let gaps = pairs.map(|(known, &now)| {
            let before = std::mem::replace(known, now);
            values_between(before, now).saturating_sub(1)
        });
        gaps.sum()
    }
}

impl Published {
    fn around<T>(
        &mut self,
        field: &Field,
        read: impl FnOnce() -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let [before, after] = &mut self.0;
        field.sequences(before);
        let read = read()?;
        field.sequences(after);
        Ok(read)
    }

    /// Whether nothing was published during the read.
    fn is_same(&self) -> bool {
        let [before, after] = &self.0;
        // Not `==`: of two empty lists it compares no bytes at no address, which takes longer than reading a value.
        before.iter().eq(after)
    }
}

//! Values that are neither a scalar nor guarded: structs, arrays, texts, bitfields, whole objects.

use super::held::Held;
use super::{Found, ScanCounters};
use crate::observer::{Field, ReadError};
use crate::prefetch::prefetch;
use crate::sync::values_between;

/// One followed value.
pub(super) struct Other {
    field: Field,
    held: Held,
    is_of_one_moment: bool,
    /// How many values of each guarded value inside of it were published when it was read last.
    sequences: Vec<u64>,
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
        Ok(Other {
            held: Held::new(field, key, &bytes),
            is_of_one_moment: field.is_of_one_moment(),
            sequences: published.0.into_iter().next_back().unwrap_or_default(),
            field: field.clone(),
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
        self.field.fetch();
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
        match self.look(scratch) {
            Ok(None) => {}
            Ok(Some((is_torn, published))) => {
                counters.torn += u64::from(is_torn);
                counters.gaps += self.gaps(published);
                self.held.report(&scratch[0], None, is_torn, tell);
            }
            Err(ReadError::Contended { attempts, .. }) => {
                counters.retries += u64::from(attempts);
                counters.contended += 1;
            }
            Err(_) => gone.push(self.key()),
        }
    }

    /// Leaves its bytes in the first scratch buffer; `Some` if they are another value than before, and
    /// whether that value may mix moments.
    fn look(&self, scratch: &mut [Vec<u8>; 2]) -> Result<Option<(bool, Vec<u64>)>, ReadError> {
        let [now, again] = scratch;
        self.field.read_into(now)?;
        if !self.held.differs(now) {
            return Ok(None);
        }
        let mut published = Published::default();
        let mut is_torn = !self.is_of_one_moment;
        for _ in 0..ATTEMPTS {
            if !is_torn {
                break;
            }
            match self.sequences.is_empty() {
                true => self.field.read_into(again)?,
                false => published.around(&self.field, || self.field.read_into(again))?,
            }
            let is_changed = self.held.differs(again);
            is_torn = now != again || !published.is_same();
            std::mem::swap(now, again);
            if !is_changed {
                return Ok(None);
            }
        }
        let [_, published] = published.0;
        Ok(Some((is_torn, published)))
    }

    /// How many of its guarded values were published and replaced since the last read.
    fn gaps(&mut self, published: Vec<u64>) -> u64 {
        let before = std::mem::replace(&mut self.sequences, published);
        let pairs = before.iter().zip(&self.sequences);
        let gaps = pairs.map(|(&before, &now)| values_between(before, now).saturating_sub(1));
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
        before == after
    }
}

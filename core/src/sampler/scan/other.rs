//! Values that are neither a scalar nor guarded: structs, arrays, texts, bitfields, whole objects.

use super::held::Held;
use super::{Found, ScanCounters};
use crate::observer::{Field, ReadError};

/// One followed value.
pub(super) struct Other {
    field: Field,
    held: Held,
    is_of_one_moment: bool,
}

/// How often a changed value is read again until two reads agree.
const ATTEMPTS: usize = 4;

impl Other {
    pub(super) fn new(field: &Field, key: u32) -> Result<Other, ReadError> {
        Ok(Other {
            held: Held::new(field, key, &field.read_bytes()?),
            is_of_one_moment: field.is_of_one_moment(),
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
            Ok(Some(is_torn)) => {
                counters.torn += u64::from(is_torn);
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
    fn look(&self, scratch: &mut [Vec<u8>; 2]) -> Result<Option<bool>, ReadError> {
        let [now, again] = scratch;
        self.field.read_into(now)?;
        if !self.held.differs(now) {
            return Ok(None);
        }
        let mut is_torn = !self.is_of_one_moment;
        for _ in 0..ATTEMPTS {
            if !is_torn {
                break;
            }
            self.field.read_into(again)?;
            let is_changed = self.held.differs(again);
            is_torn = now != again;
            std::mem::swap(now, again);
            if !is_changed {
                return Ok(None);
            }
        }
        Ok(Some(is_torn))
    }
}

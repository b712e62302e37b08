//! Storage outside a session.

use std::ops::Deref;

use crate::observe::Storage;

/// The cells of one value on the heap, for code that works on storage but runs without a session:
/// unit tests, tools.
///
/// It gives out shared references only: cells never move, because a move need not keep their
/// padding, which is read as part of whole words.
pub struct Heap<S: Storage>(Box<S>);

impl<S: Storage> Heap<S> {
    /// Cells that hold `value`.
    pub fn new(value: &S::Value) -> Self {
        let zeroed = Box::<S>::new_zeroed();
        // SAFETY: S1: all bytes zero is a valid state of a `Storage`.
        let cells = unsafe { zeroed.assume_init() };
        cells.init(value);
        Self(cells)
    }
}

impl<S: Storage> Deref for Heap<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

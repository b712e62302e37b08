//! How much of a text is looked at for one key press.

use std::cell::Cell;

/// Tokens that are looked at, some many times: what that takes is not felt.
const MOST_LOOKED_AT: usize = 500_000;

#[cfg(test)]
thread_local! {
    /// How often a token was looked at, within a budget or not: what looking through a line costs.
    pub(crate) static LOOKED_AT: Cell<usize> = const { Cell::new(0) };
}

/// A token is looked at.
pub(super) fn looked_at() {
    #[cfg(test)]
    LOOKED_AT.set(LOOKED_AT.get() + 1);
}

/// How many tokens may still be looked at.
///
/// Each name is looked for in all that stands before it, so that a pasted text of thousands of names would
/// be looked through thousands of times. What is not found before the budget is spent stays unknown.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// That of one key press.
    pub(crate) fn new() -> Self {
        Budget(Cell::new(MOST_LOOKED_AT))
    }

    /// `tokens`, until the budget is spent.
    pub(super) fn over<I: Iterator>(&self, tokens: I) -> impl Iterator<Item = I::Item> {
        tokens.take_while(|_| self.take())
    }

    /// Whether one more may be looked at.
    pub(super) fn take(&self) -> bool {
        looked_at();
        self.0.set(self.0.get().saturating_sub(1));
        !self.is_spent()
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

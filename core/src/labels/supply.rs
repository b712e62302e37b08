//! Where a label table has its memory from.

use super::Places;

/// Makes the memory of label tables, and takes back what they have outgrown.
///
/// Both take milliseconds for a large table, and a program that creates objects should not wait for
/// either.
pub(crate) trait Supply {
    /// Says that a table of so many homes will be needed soon.
    fn order(&self, homes: usize);

    /// A table of so many homes, if it was made.
    fn fetch(&self, homes: usize) -> Option<Places>;

    /// Frees a table.
    fn give_back(&self, outgrown: Places);
}

/// Nobody makes tables ahead: a table is made where it is needed.
pub(crate) struct OnDemand;

impl Supply for OnDemand {
    fn order(&self, _homes: usize) {}

    fn fetch(&self, _homes: usize) -> Option<Places> {
        None
    }

    fn give_back(&self, outgrown: Places) {
        drop(outgrown);
    }
}

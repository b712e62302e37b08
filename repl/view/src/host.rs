//! What the view asks of the program around it: the one way to values, writes and scripts.

use crate::interest::Interest;
use crate::snapshot::Snapshot;

/// The program around the view.
pub trait Host {
    /// Reads what the panels show, as of now.
    fn snapshot(&mut self, interest: &Interest) -> Snapshot;

    /// Attaches to the new producer after a restart.
    ///
    /// # Errors
    ///
    /// Why not, as a sentence without its full stop.
    fn reattach(&mut self) -> Result<(), String>;
}

//! Sessions that lie: damaging a recorded one, and looking at all of it in every way there is.
//!
//! The tests, which try every byte, and the coverage-guided fuzzer (`fuzz/`), which finds cases that
//! nobody thought of, share this code.

mod allocated;
mod edit;
mod forged;
mod recording;
mod trial;
mod walk;
mod watchdog;

pub use allocated::{Counting, Peak};
pub use edit::{Edit, When};
pub use forged::{Entry, Forged};
pub use recording::{Recording, Segment};
pub use trial::{Outcome, Trial};
pub use walk::Looks;
pub use watchdog::Watchdog;

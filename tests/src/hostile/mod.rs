//! Sessions that lie: damaging a recorded one, and looking at all of it in every way there is.
//!
//! The same code serves the tests, which try every byte, and the coverage-guided fuzzer (`fuzz/`),
//! which looks for what nobody thought of.

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

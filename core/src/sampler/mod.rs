//! Fields read again and again, and what changed between two reads.
//!
//! [`Scan`] is the synchronous core: it holds resolved fields packed by where they lie, and each
//! [`Scan::sample`] reports the ones whose value is another one than before. It costs the producer
//! nothing: an observer only loads.

mod scan;

pub use scan::{Change, Gone, Key, Scan, ScanCounters, Seen};

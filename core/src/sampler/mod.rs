//! Fields read again and again, and what changed between two reads.
//!
//! [`Scan`] is the synchronous core: it holds resolved fields packed by where they lie, and each
//! [`Scan::sample`] reports the ones whose value is another one than before. [`Sampler`] is a thread that
//! calls [`Probe`]s at steady rates; a probe may own a scan. It costs the producer nothing: an observer
//! only loads.

mod clock;
mod counters;
mod grid;
mod rate;
mod scan;
mod thread;

pub use clock::now;
pub use counters::SamplerCounters;
pub use rate::{Rate, RateError};
pub use scan::{Change, Gone, Key, Scan, ScanCounters, Seen};
pub use thread::{Probe, ProbeHandle, Sampler, Tick};

//! Fields read again and again, and what changed between two reads.
//!
//! [`Scan`] is the synchronous core: it holds resolved fields packed by where they lie, and each
//! [`Scan::sample`] reports the ones whose value is another one than before. [`Sampler`] is a thread that
//! calls [`Probe`]s at steady rates; a probe may own a scan. [`Following`] follows [`Selection`]s, whose
//! objects come and go; [`Sampler::subscribe`] sends what it tells over a channel. It costs the producer nothing: an observer
//! only loads.

mod clock;
mod counters;
mod event;
mod following;
mod grid;
mod inbox;
mod rate;
mod scan;
mod selection;
mod subscription;
mod thread;
mod waiting;

pub use clock::now;
pub use counters::SamplerCounters;
pub use event::{Event, SelectionId, What};
pub use following::Following;
pub use rate::{Rate, RateError};
pub use scan::{ByKey, Change, Gone, Key, Scan, ScanCounters, Seen};
pub use selection::{Selection, SelectionError};
pub use subscription::{ROOM, Subscription, Update, UpdateKind};
pub use thread::{Probe, ProbeHandle, Sampler, Tick};

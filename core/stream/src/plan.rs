//! What is to be recorded, and for how long.

use std::time::Duration;

use memglass::sampler::Rate;

use crate::recorder::{Channels, Compression};

/// What a [`Tape`](crate::Tape) records, how often it looks, and when it ends by itself.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let mut plan = memglass_stream::Plan::default();
/// plan.only = vec!["AAPL_*".into(), "Order".into()];
/// plan.time = Some(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// Patterns of the labels, or of the names of the types, of objects that are recorded; all objects if there are
    /// none.
    pub only: Vec<String>,
    /// How often it looks.
    pub rate: Rate,
    /// How long it records.
    pub time: Option<Duration>,
    /// Bytes of all files together after which it ends.
    pub max_bytes: Option<u64>,
    /// When it goes on in another file.
    pub split: Option<Split>,
    /// How many of its files stay, the last ones; all without a number.
    pub keep: Option<u32>,
    /// How files are compressed.
    pub compression: Compression,
    /// Which messages have a channel of their own.
    pub channels: Channels,
}

impl Default for Plan {
    /// All objects, 100 times a second, until it is told to end.
    fn default() -> Self {
        Plan {
            only: Vec::new(),
            rate: Rate::every(Duration::from_millis(10)).expect("a rate that there is"),
            time: None,
            max_bytes: None,
            split: None,
            keep: None,
            compression: Compression::default(),
            channels: Channels::default(),
        }
    }
}

/// After how much a recording goes on in another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// After so much time.
    Time(Duration),
    /// When the file has so many bytes.
    Bytes(u64),
}

//! An actor's progress, in a file that it shares with the test and that outlives the actor.
#![allow(unsafe_code)]

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};

/// Counters of one actor.
#[derive(Debug)]
pub struct Progress {
    /// `COUNTERS` words, mapped until this is dropped, which both sides access as atomics only.
    map: MmapRaw,
}

/// How many there are.
const COUNTERS: usize = 16;

impl Progress {
    /// Counters in the file at `path`, which is made, with zeros, if it is not there.
    ///
    /// # Errors
    ///
    /// If the file cannot be made or mapped.
    pub fn at(path: &Path) -> std::io::Result<Progress> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path)?;
        let len = COUNTERS * size_of::<u64>();
        file.set_len(len as u64)?;
        let map = MmapOptions::new().len(len).map_raw(&file)?;
        Ok(Progress { map })
    }

    /// Says how far it has come.
    pub fn set(&self, counter: usize, count: u64) {
        self.word(counter).store(count, Ordering::Release);
    }

    /// How far it has come.
    pub fn get(&self, counter: usize) -> u64 {
        self.word(counter).load(Ordering::Acquire)
    }

    fn word(&self, counter: usize) -> &AtomicU64 {
        assert!(counter < COUNTERS, "there are {COUNTERS} counters");
        let word = self.map.as_mut_ptr().cast::<u64>().wrapping_add(counter);
        // SAFETY: L1: inside the mapping by the check above, aligned because a mapping begins on a page,
        // and mapped as long as `self`.
        unsafe { AtomicU64::from_ptr(word) }
    }
}

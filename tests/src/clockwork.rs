//! What a producer of known values at known times has in memory.

use memglass::Observe;

/// A value and its complement, guarded as a whole.
#[derive(Observe, Clone, Copy, Debug, Default, PartialEq)]
#[observe(seqlock)]
pub struct Clockwork {
    /// 1, 2, 3 …
    pub value: u64,
    /// Its complement.
    pub complement: u64,
}

/// How many values there are at most.
pub const VALUES: usize = 1 << 20;

/// Now, in nanoseconds of the clock that all processes of a machine share.
pub fn now_ns() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

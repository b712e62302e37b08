//! Looks at all objects again and again, a few in each frame: a session may have a million of them.

use std::time::{Duration, Instant};

/// The share of the time that it takes once it has looked at all.
const SHARE: u32 = 25;

/// The same while it looks at them for the first time, and somebody waits for that.
const FIRST_SHARE: u32 = 3;

/// The most that it takes of one frame: keys are not to wait.
const MOST: Duration = Duration::from_millis(12);

/// After so many objects it looks at the clock.
const AT_ONCE: usize = 16;

/// Where it is among the objects.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    next: usize,
    /// How many it has looked at since it began, as long as these are not all.
    seen: usize,
    is_complete: bool,
    last: Option<Instant>,
}

impl Sweep {
    /// Begins anew.
    pub(super) fn begin(&mut self) {
        *self = Sweep {
            last: self.last,
            ..Sweep::default()
        };
    }

    /// Whether it has looked at all objects since it began.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Looks at some of `count` objects, each by its number, and at none of them twice.
    pub(super) fn run(&mut self, count: usize, now: Instant, mut look: impl FnMut(usize)) {
        let until = now + self.budget(now);
        for step in 1..=count {
            self.next = if self.next < count { self.next } else { 0 };
            look(self.next);
            self.next += 1;
            self.seen += 1;
            if step % AT_ONCE == 0 && Instant::now() >= until {
                break;
            }
        }
        self.is_complete |= self.seen >= count;
    }

    /// The time for one frame.
    fn budget(&mut self, now: Instant) -> Duration {
        let since = self.last.replace(now).map_or(MOST, |last| now - last);
        let share = if self.is_complete { SHARE } else { FIRST_SHARE };
        (since / share).min(MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_objects_are_looked_at_in_turn() {
        let mut sweep = Sweep::default();
        let mut looks = vec![0; 100_000];
        let mut runs = 0;
        while !sweep.is_complete() {
            sweep.run(looks.len(), Instant::now(), |index| {
                looks[index] += 1;
                std::hint::black_box(&looks[..index.min(200)])
                    .iter()
                    .sum::<i32>();
            });
            runs += 1;
        }
        assert!(runs > 1, "one frame is not enough for so many");
        assert!(looks.iter().all(|looks| *looks >= 1));
    }

    #[test]
    fn a_few_objects_are_all_looked_at_in_each_frame() {
        let mut sweep = Sweep::default();
        for _ in 0..3 {
            let mut looks = [0; 10];
            sweep.run(looks.len(), Instant::now(), |index| looks[index] += 1);
            assert_eq!(looks, [1; 10]);
        }
        sweep.run(0, Instant::now(), |_| unreachable!("there is none"));
    }
}

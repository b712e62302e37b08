//! How often frames are made.

use std::time::Duration;

/// The steps of faster and slower, in frames a second.
const LADDER: [f64; 12] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 240.0,
];

/// Frames a second, from 0.1 to 240.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate(f64);

impl Rate {
    /// The rate that is nearest to so many frames a second.
    ///
    /// ```
    /// use memglass_view::Rate;
    ///
    /// assert_eq!(Rate::new(60.0).to_string(), "60 Hz");
    /// assert_eq!(Rate::new(1e9).to_string(), "240 Hz");
    /// ```
    pub fn new(hertz: f64) -> Rate {
        let [first, .., last] = LADDER;
        match hertz.is_nan() {
            true => Rate::default(),
            false => Rate(hertz.clamp(first, last)),
        }
    }

    /// The smallest and the largest.
    pub const LIMITS: [f64; 2] = [LADDER[0], LADDER[LADDER.len() - 1]];

    /// Frames a second.
    pub fn hertz(self) -> f64 {
        self.0
    }

    /// The time between two frames.
    pub fn period(self) -> Duration {
        Duration::from_secs_f64(1.0 / self.0)
    }

    /// A step up the ladder.
    pub(crate) fn faster(self) -> Rate {
        let next = LADDER.into_iter().find(|step| *step > self.0);
        Rate(next.unwrap_or(self.0))
    }

    /// A step down the ladder.
    pub(crate) fn slower(self) -> Rate {
        let next = LADDER.into_iter().rev().find(|step| *step < self.0);
        Rate(next.unwrap_or(self.0))
    }
}

impl Default for Rate {
    fn default() -> Self {
        Rate(60.0)
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} Hz", (self.0 * 10.0).round() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_at_both_ends_of_the_ladder() {
        assert_eq!(Rate::new(240.0).faster(), Rate::new(240.0));
        assert_eq!(Rate::new(0.1).slower(), Rate::new(0.1));
        assert_eq!(Rate::new(60.0).slower(), Rate::new(30.0));
        assert_eq!(Rate::new(45.0).faster(), Rate::new(60.0));
        assert_eq!(Rate::new(0.5).to_string(), "0.5 Hz");
    }
}

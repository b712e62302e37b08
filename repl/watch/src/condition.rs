//! The states of one condition over the samples of one object's life.
//!
//! | state | a true sample | a false sample | an unknown sample |
//! |---|---|---|---|
//! | armed | pending, or active and fires | armed | armed |
//! | pending | active and fires, once it lasted | armed | armed |
//! | active | active; fires what is held, once its window ends | armed, if `rearm` allows it | active |
//! | done | done | done | done |

use std::time::Duration;

use crate::counters::Counters;

/// What a condition was at one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It has no answer: the object is gone, the producer is dead, a division by zero.
    Unknown,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        match holds {
            true => Truth::True,
            false => Truth::False,
        }
    }
}

/// What was said of a trigger when it was defined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// For how long the condition has to be true before it fires.
    pub lasting: Option<Duration>,
    /// Whether it has to be seen false first.
    pub edges_only: bool,
    /// Whether one firing is all.
    pub once: bool,
    /// The shortest time between the samples of two firings.
    pub at_most_every: Option<Duration>,
    /// Whether a second condition says when it may fire again.
    pub rearms: bool,
    /// The time between two samples.
    pub period: Duration,
}

/// One sample of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// When everything of it was sampled.
    pub time: Duration,
    /// What the condition was.
    pub truth: Truth,
    /// What the condition of `rearm` was; of no interest without one.
    pub rearm: Truth,
}

impl Observed {
    /// A sample of a condition without a second one.
    pub fn at(time: Duration, truth: Truth) -> Self {
        Observed {
            time,
            truth,
            rearm: Truth::Unknown,
        }
    }
}

/// A condition that fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rise {
    /// The sample that fires it.
    pub time: Duration,
    /// The first sample at which it was true.
    pub since: Duration,
    /// Whether it was kept back until the window of `at_most_every` ended.
    pub held: bool,
}

/// What a trigger shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It fires when the condition becomes true.
    Armed,
    /// The condition is true since then, not yet for long enough.
    Pending {
        /// The first true sample.
        since: Duration,
    },
    /// It fired, and the condition was not false since.
    Active {
        /// The first true sample.
        since: Duration,
    },
    /// It fires at that time, if the condition is still true then.
    Held {
        /// The end of the window of `at_most_every`.
        until: Duration,
    },
    /// The condition has no answer.
    Error,
    /// It fires no more.
    Done,
}

/// The state of one condition, of one object's life.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    phase: Phase,
    /// Whether the last sample had no answer.
    unknown: bool,
    /// Whether it was false at any sample of this life.
    was_false: bool,
    /// Whether a firing waits for its window to end.
    held: bool,
    /// The last sample, of any answer.
    sampled: Option<Duration>,
    /// The sample of the last firing. It outlives the object: the window is the trigger's.
    fired: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Armed,
    Pending {
        since: Duration,
    },
    Active {
        since: Duration,
    },
    Done,
}

impl Condition {
    /// A condition that was not sampled yet.
    pub fn new() -> Self {
        Condition::default()
    }

    /// Forgets what was learnt of an object, because the name means another one now.
    ///
    /// What is done stays done, and the window of `at_most_every` goes on. A held firing is dropped and
    /// counted.
    pub fn start_anew(&mut self, counters: &mut Counters) {
        self.drop_held(counters);
        *self = Condition {
            phase: match self.phase {
                Phase::Done => Phase::Done,
                _ => Phase::Armed,
            },
            fired: self.fired,
            ..Condition::default()
        };
    }

    /// Takes in one sample; gives the firing that it makes.
    pub fn observe(
        &mut self,
        settings: &Settings,
        observed: Observed,
        counters: &mut Counters,
    ) -> Option<Rise> {
        if self.phase == Phase::Done {
            return None;
        }
        let gap = self.gap_before(observed.time, settings);
        self.sampled = Some(observed.time);
        let was_unknown = std::mem::replace(&mut self.unknown, observed.truth == Truth::Unknown);
        match observed.truth {
            Truth::True => self.observe_true(settings, observed.time, gap),
            Truth::False => {
                self.observe_false(settings, observed.rearm, counters);
                None
            }
            Truth::Unknown => {
                counters.failures += u64::from(!was_unknown);
                // `lasting` promises a time of known truth.
                if let Phase::Pending { .. } = self.phase {
                    self.phase = Phase::Armed;
                }
                None
            }
        }
    }

    /// Since when it is true, as far as that is known.
    pub fn since(&self) -> Option<Duration> {
        match self.phase {
            Phase::Pending { since } | Phase::Active { since } => Some(since),
            Phase::Armed | Phase::Done => None,
        }
    }

    /// Whether a sample that is like the last one would change nothing, at any time.
    pub(crate) fn is_still(&self, settings: &Settings) -> bool {
        let is_still = match self.phase {
            Phase::Armed | Phase::Done => true,
            Phase::Active { .. } => !self.held && !settings.rearms,
            Phase::Pending { .. } => false,
        };
        is_still && !self.unknown && self.sampled.is_some()
    }

    /// Counts as sampled at `time`, with the same answer as before.
    pub(crate) fn was_still_at(&mut self, time: Duration) {
        self.sampled = self.sampled.max(Some(time));
    }

    /// When it was sampled last.
    pub fn sampled(&self) -> Option<Duration> {
        self.sampled
    }

    /// What it shows of itself.
    pub fn state(&self, settings: &Settings) -> State {
        let window_end = self
            .fired
            .zip(settings.at_most_every)
            .map(|(fired, window)| fired.saturating_add(window));
        match (self.phase, window_end) {
            (Phase::Done, _) => State::Done,
            _ if self.unknown => State::Error,
            (Phase::Armed, _) => State::Armed,
            (Phase::Pending { since }, _) => State::Pending { since },
            (Phase::Active { .. }, Some(until)) if self.held => State::Held { until },
            (Phase::Active { since }, _) => State::Active { since },
        }
    }

    fn observe_true(&mut self, settings: &Settings, time: Duration, gap: bool) -> Option<Rise> {
        if settings.edges_only && !self.was_false && self.phase == Phase::Armed {
            // Nobody saw it become true.
            self.phase = Phase::Active { since: time };
            return None;
        }
        match (self.phase, settings.lasting) {
            (Phase::Armed, None) => self.rise(settings, time, time),
            (Phase::Armed, Some(_)) => {
                self.phase = Phase::Pending { since: time };
                None
            }
            // Two samples far apart do not show what was between them.
            (Phase::Pending { .. }, _) if gap => {
                self.phase = Phase::Pending { since: time };
                None
            }
            (Phase::Pending { since }, lasting) => {
                let lasted = time.saturating_sub(since);
                if lasted >= lasting.unwrap_or_default() {
                    self.rise(settings, time, since)
                } else {
                    None
                }
            }
            (Phase::Active { since }, _) if self.held && self.is_window_over(settings, time) => {
                self.held = false;
                Some(self.fire(settings, time, since, true))
            }
            (Phase::Active { .. } | Phase::Done, _) => None,
        }
    }

    fn observe_false(&mut self, settings: &Settings, rearm: Truth, counters: &mut Counters) {
        self.was_false = true;
        self.drop_held(counters);
        let may_arm = match self.phase {
            Phase::Active { .. } => !settings.rearms || rearm == Truth::True,
            Phase::Armed | Phase::Pending { .. } => true,
            Phase::Done => false,
        };
        if may_arm {
            self.phase = Phase::Armed;
        }
    }

    /// It became true: fires now, or when its window ends.
    fn rise(&mut self, settings: &Settings, time: Duration, since: Duration) -> Option<Rise> {
        self.phase = Phase::Active { since };
        if self.is_window_over(settings, time) {
            return Some(self.fire(settings, time, since, false));
        }
        self.held = true;
        None
    }

    fn fire(&mut self, settings: &Settings, time: Duration, since: Duration, held: bool) -> Rise {
        self.fired = Some(time);
        if settings.once {
            self.phase = Phase::Done;
        }
        Rise { time, since, held }
    }

    fn is_window_over(&self, settings: &Settings, time: Duration) -> bool {
        match (self.fired, settings.at_most_every) {
            (Some(fired), Some(window)) => time.saturating_sub(fired) >= window,
            _ => true,
        }
    }

    fn drop_held(&mut self, counters: &mut Counters) {
        counters.suppressed += u64::from(std::mem::take(&mut self.held));
    }

    /// Whether no sample came for so long that truth at both ends says nothing about the time between.
    fn gap_before(&self, time: Duration, settings: &Settings) -> bool {
        let (Some(before), Some(lasting)) = (self.sampled, settings.lasting) else {
            return false;
        };
        let gap = time.saturating_sub(before);
        gap > lasting && gap > settings.period.saturating_mul(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Samples every 10 ms from 0, written `t` (true), `f` (false), `u` (unknown), `.` (no sample), and for
    /// the second condition in capitals what is true of it; the times at which it fires, `h` behind a held one.
    fn fires(settings: Settings, samples: &str) -> (String, Counters, State) {
        let settings = Settings {
            period: ms(10),
            ..settings
        };
        let mut condition = Condition::new();
        let mut counters = Counters::default();
        let mut fired = Vec::new();
        for (index, sample) in samples.chars().enumerate() {
            let time = ms(10 * index as u64);
            let truth = match sample.to_ascii_lowercase() {
                't' => Truth::True,
                'f' => Truth::False,
                'u' => Truth::Unknown,
                '|' => {
                    condition.start_anew(&mut counters);
                    continue;
                }
                _ => continue,
            };
            let rearm = Truth::from(sample.is_ascii_uppercase());
            let observed = Observed { time, truth, rearm };
            if let Some(rise) = condition.observe(&settings, observed, &mut counters) {
                let held = if rise.held { "h" } else { "" };
                fired.push(format!("{}{held}", time.as_millis()));
            }
        }
        (fired.join(" "), counters, condition.state(&settings))
    }

    fn check(settings: Settings, samples: &str, expected: &str) {
        assert_eq!(fires(settings, samples).0, expected, "{samples}");
    }

    fn lasting(d: u64) -> Settings {
        Settings {
            lasting: Some(ms(d)),
            ..Settings::default()
        }
    }

    fn at_most_every(d: u64) -> Settings {
        Settings {
            at_most_every: Some(ms(d)),
            ..Settings::default()
        }
    }

    const EDGES_ONLY: Settings = Settings {
        lasting: None,
        edges_only: true,
        once: false,
        at_most_every: None,
        rearms: false,
        period: Duration::ZERO,
    };

    #[test]
    fn it_fires_when_it_becomes_true() {
        check(Settings::default(), "fttfft", "10 50");
    }

    #[test]
    fn true_at_the_first_sample_is_a_rise() {
        check(Settings::default(), "ttt", "0");
        check(Settings::default(), "ut", "10");
    }

    #[test]
    fn with_edges_only_it_must_be_seen_false_first() {
        check(EDGES_ONLY, "ttfft", "40");
        check(EDGES_ONLY, "ut", "");
        check(EDGES_ONLY, "fut", "20");
        assert_eq!(fires(EDGES_ONLY, "ut").2, State::Active { since: ms(10) });
    }

    #[test]
    fn with_edges_only_what_was_true_at_the_start_does_not_become_pending() {
        let settings = Settings {
            edges_only: true,
            ..lasting(20)
        };
        check(settings, "tttttftttt", "80");
    }

    #[test]
    fn lasting_fires_at_the_first_sample_that_is_late_enough() {
        check(lasting(20), "ffttttt", "40");
        check(lasting(25), "ffttttt", "50");
        check(lasting(30), "ttttttt", "30");
    }

    #[test]
    fn lasting_never_fires_on_the_sample_that_starts_it() {
        check(lasting(3), "ftt", "20");
        check(lasting(0), "ftt", "20");
    }

    #[test]
    fn lasting_starts_over_after_a_false_or_unknown_sample() {
        check(lasting(30), "fttfttttt", "70");
        check(lasting(30), "fttuttttt", "70");
        assert_eq!(
            fires(lasting(500), "ftttt").2,
            State::Pending { since: ms(10) }
        );
    }

    #[test]
    fn a_gap_longer_than_the_time_restarts_the_clock() {
        check(lasting(50), "ftt......ttttttt", "140");
        // Shorter than the time, it is only a coarser sample.
        check(lasting(100), "ftt...tttttt", "110");
        // Two periods are the least that counts as a gap.
        check(lasting(3), "ft.t", "30");
        check(lasting(3), "ft..tt", "50");
    }

    #[test]
    fn unknown_neither_fires_nor_rearms() {
        let (fired, counters, state) = fires(Settings::default(), "tutfuutuu");
        assert_eq!(fired, "0 60");
        assert_eq!(counters.failures, 3);
        assert_eq!(state, State::Error);
    }

    #[test]
    fn after_a_firing_the_second_condition_has_to_hold_while_the_first_does_not() {
        let settings = Settings {
            rearms: true,
            ..Settings::default()
        };
        check(settings, "ftftffFt", "10 70");
        // True of both re-arms nothing.
        check(settings, "tTTft", "0");
    }

    #[test]
    fn once_is_one_firing() {
        let settings = Settings {
            once: true,
            ..Settings::default()
        };
        let (fired, _, state) = fires(settings, "ftft|t");
        assert_eq!((fired.as_str(), state), ("10", State::Done));
    }

    #[test]
    fn a_rise_in_the_window_is_held_and_comes_if_it_is_still_true() {
        check(at_most_every(50), "ftfttttt", "10 60h");
        let (fired, counters, state) = fires(at_most_every(50), "ftftf.t");
        assert_eq!((fired.as_str(), counters.suppressed), ("10 60", 1));
        assert_eq!(state, State::Active { since: ms(60) });
        let (_, _, state) = fires(at_most_every(50), "ftft");
        assert_eq!(state, State::Held { until: ms(60) });
    }

    #[test]
    fn unknown_at_the_end_of_the_window_neither_delivers_nor_drops() {
        let (fired, counters, _) = fires(at_most_every(50), "ftfttuuut");
        assert_eq!((fired.as_str(), counters.suppressed), ("10 80h", 0));
    }

    #[test]
    fn another_object_under_the_name_starts_anew_inside_the_same_window() {
        check(Settings::default(), "tt|t", "0 30");
        check(lasting(40), "tt|ttttt", "70");
        let (fired, counters, _) = fires(at_most_every(50), "tft|tttt");
        assert_eq!((fired.as_str(), counters.suppressed), ("0 50h", 1));
    }
}

//! What triggers show of themselves.

use std::time::Duration;

use super::Engine;
use super::guard::{Guard, Question};
use super::trigger::{Followed, PauseReason, Trigger};
use crate::condition::State;
use crate::counters::Counters;

/// What a trigger is at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It waits for something to happen.
    Armed,
    /// Its condition is true since then, not yet for long enough.
    Pending(Duration),
    /// Its condition is true since then, and it has fired.
    Active(Duration),
    /// It fires at that time, if the condition is still true then.
    Held(Duration),
    /// There is no answer; why.
    Error(String),
    /// It does not fire until it is resumed.
    Paused(PauseReason),
    /// It fires no more.
    Done,
}

impl Shown {
    /// The state in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Shown::Armed => "armed",
            Shown::Pending(_) => "pending",
            Shown::Active(_) => "active",
            Shown::Held(_) => "held",
            Shown::Error(_) => "error",
            Shown::Paused(_) => "paused",
            Shown::Done => "done",
        }
    }
}

/// How many objects a trigger is about, and how it stands with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub objects: usize,
    /// Those whose condition is true, not yet for long enough.
    pub pending: usize,
    /// Those whose condition is true.
    pub active: usize,
    /// Those of which there is no answer.
    pub failing: usize,
}

/// All that a trigger shows of itself.
#[derive(Clone, Debug)]
pub struct Status {
    /// What it is at this moment.
    pub state: Shown,
    /// What became of what it noticed.
    pub counters: Counters,
    /// Of a trigger about many objects, how it stands with them.
    pub counts: Counts,
    /// The sample of the last action that was run.
    pub last_fired: Option<Duration>,
    /// What the last action that failed said.
    pub last_error: Option<String>,
    /// Whether the engine judges its condition by itself.
    pub is_compiled: bool,
}

/// What no object has so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// This label.
    Name(String),
    /// A label like this pattern.
    Pattern(String),
}

impl Engine {
    /// What a trigger is at this moment; `None` if it was forgotten. That costs little, however many objects it is about.
    pub fn state(&self, number: u64) -> Option<Shown> {
        let trigger = self.triggers.get(&number)?;
        Some(trigger.shown(self.is_readable()))
    }

    /// What a trigger shows of itself; `None` if it was forgotten.
    pub fn status(&self, number: u64) -> Option<Status> {
        let trigger = self.triggers.get(&number)?;
        Some(Status {
            state: trigger.shown(self.is_readable()),
            counters: trigger.counters,
            counts: trigger.counts(),
            last_fired: trigger.last_fired,
            last_error: trigger.last_error.clone(),
            is_compiled: trigger.is_compiled(),
        })
    }

    /// The names and patterns that a `watch` or a `when_each` is about and that no object has.
    pub fn unmet(&self, number: u64) -> Vec<Unmet> {
        match self.triggers.get(&number).map(|trigger| &trigger.followed) {
            Some(Followed::Watch(watch)) => watch.unmet().collect(),
            Some(Followed::Guard(Guard::Each { members, .. })) => {
                let unmatched = members.unmatched();
                unmatched
                    .map(|it| Unmet::Pattern(it.to_owned()))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The numbers of all triggers, in the order of their definition.
    pub fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        self.triggers.keys().copied()
    }
}

impl Trigger {
    fn shown(&self, has_producer: bool) -> Shown {
        match (&self.followed, self.pause) {
            _ if self.is_done => Shown::Done,
            (_, Some(reason)) => Shown::Paused(reason),
            (Followed::Guard(Guard::One { life, .. }), None) => {
                match life.condition.state(&self.settings) {
                    State::Armed => Shown::Armed,
                    State::Pending { since } => Shown::Pending(since),
                    State::Active { since } => Shown::Active(since),
                    State::Held { until } => Shown::Held(until),
                    State::Error => Shown::Error(life.why.clone().unwrap_or_default()),
                    State::Done => Shown::Done,
                }
            }
            // Its objects cannot say so: there may be none.
            (Followed::Guard(Guard::Each { .. }), None) if !has_producer => {
                Shown::Error("its producer is gone".to_owned())
            }
            (Followed::Watch(watch), None) => match watch.why() {
                Some(why) => Shown::Error(why.to_owned()),
                None => Shown::Armed,
            },
            _ => Shown::Armed,
        }
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        match &self.followed {
            Followed::Watch(watch) => (counts.objects, counts.failing) = watch.counts(),
            Followed::Guard(Guard::Each { members, .. }) => {
                counts.objects = members.all.len();
                for known in members.all.values() {
                    match known.state.condition.state(&self.settings) {
                        State::Pending { .. } => counts.pending += 1,
                        State::Active { .. } | State::Held { .. } => counts.active += 1,
                        State::Error => counts.failing += 1,
                        State::Armed | State::Done => {}
                    }
                }
            }
            _ => {}
        }
        counts
    }

    fn is_compiled(&self) -> bool {
        let Followed::Guard(Guard::One { question, .. } | Guard::Each { question, .. }) =
            &self.followed
        else {
            return true;
        };
        matches!(question, Question::Judged { .. })
    }
}

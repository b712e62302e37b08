//! Conditions over packed fields: judged on the values of a look, and only when one of them changed.
//!
//! A condition is held once a further sample like the last one would change nothing: it is not pending, not unknown,
//! and no firing of it waits.

use std::time::Duration;

use memglass::{Field, Observer};

use super::Engine;
use super::depth::depth_of;
use super::guard::{Guard, Judge, Life, Question, Terms};
use super::judged::{ConditionAt, HeldCondition, NotFollowed};
use super::packed::Rate;
use super::reading::Reading;
use super::trigger::{Followed, next_point};
use crate::condition::{Settings, Truth};

/// A condition on values that it is told.
pub trait Held: Send {
    /// What it is with the values that were told.
    fn judge(&self) -> Truth;
}

/// Whether a condition is held.
#[derive(Clone, Copy, Default)]
pub(super) enum Holding {
    /// It is sampled at each point.
    #[default]
    Sampled,
    /// The same until one of its names means another object: it depends on more than values.
    Never,
    /// It is judged when a value changes, under this number among the conditions of its rate.
    Held(usize),
}

impl Holding {
    pub(super) fn is_held(self) -> bool {
        matches!(self, Holding::Held(_))
    }

    /// Is sampled at each point again; `release` is called with the number of what was held.
    pub(super) fn let_go(&mut self, release: &mut impl FnMut(usize)) {
        if let Holding::Held(number) = std::mem::take(self) {
            release(number);
        }
    }
}

/// Where a condition is to be held, and when.
struct Place<'r> {
    rate: &'r mut Rate,
    at: ConditionAt,
    now: Duration,
    next: Duration,
    /// Whether each change of its values is of interest.
    remembers: bool,
}

impl Life {
    fn hold(&mut self, judge: Option<&dyn Judge>, observer: &Observer, place: Place<'_>) {
        let Place { rate, at, now, .. } = place;
        let (mut values, mut published) = (Vec::new(), Vec::new());
        let mut is_early = false;
        let mut first = |field: &Field| {
            published.push((field.clone(), field.sequence()));
            match rate.follow_value(field, now, place.next) {
                Ok((key, value)) => {
                    values.push(key);
                    Some(value)
                }
                Err(why) => {
                    is_early |= matches!(why, NotFollowed::Now);
                    None
                }
            }
        };
        let condition = judge.and_then(|judge| judge.held(observer, &mut first));
        let is_of_one_write = published
            .iter()
            .all(|(it, before)| it.sequence() == *before);
        self.holding = match condition {
            Some(condition) if !values.is_empty() && is_of_one_write => {
                let held = HeldCondition::new(condition, at, values, place.remembers);
                Holding::Held(rate.hold(held))
            }
            condition => {
                rate.drop_unread(&values);
                // At the next sample, perhaps.
                match is_early || (condition.is_some() && !is_of_one_write) {
                    true => Holding::Sampled,
                    false => Holding::Never,
                }
            }
        };
    }

    fn may_be_held(&self, settings: &Settings) -> bool {
        matches!(self.holding, Holding::Sampled) && self.condition.is_still(settings)
    }
}

impl Guard {
    /// One condition, and what judges it.
    fn life_mut(&mut self, creation: u64) -> Option<&mut Life> {
        match self {
            Guard::One { life, .. } => Some(life),
            Guard::Each { members, .. } => {
                let known = members.all.get_mut(&creation)?;
                Some(&mut known.state)
            }
        }
    }

    /// Visits each condition that the engine judges, by the number of its object, with what judges it.
    fn visit(&mut self, mut visit: impl FnMut(u64, &mut Life, Option<&dyn Judge>)) {
        match self {
            Guard::One {
                question: Question::Judged { condition, .. },
                life,
            } => visit(0, life, Some(&**condition)),
            Guard::Each {
                question: Question::Judged { .. },
                members,
            } => {
                for (creation, known) in &mut members.all {
                    let judges = known.state.judges.take();
                    let judge = judges.as_ref().map(|(condition, _)| &**condition);
                    visit(*creation, &mut known.state, judge);
                    known.state.judges = judges;
                }
            }
            Guard::One { .. } | Guard::Each { .. } => {}
        }
    }

    /// Whether all conditions are held. Without any, somebody has to look whether objects come.
    fn is_held(&self) -> bool {
        match self {
            Guard::One { life, .. } => life.holding.is_held(),
            Guard::Each { members, .. } => {
                let mut lives = members.all.values();
                lives.len() > 0 && lives.all(|known| known.state.holding.is_held())
            }
        }
    }

    /// Samples all conditions at each point again; `release` is called with the number of each that was held.
    pub(super) fn let_go(&mut self, release: &mut impl FnMut(usize)) {
        match self {
            Guard::One { life, .. } => life.holding.let_go(release),
            Guard::Each { members, .. } => {
                let lives = members.all.values_mut();
                lives.for_each(|known| known.state.holding.let_go(release));
            }
        }
    }
}

impl Engine {
    /// Holds what may be held of the conditions of a trigger; whether that is all of them.
    pub(super) fn hold(&mut self, number: u64, now: Duration) -> bool {
        let Engine {
            triggers,
            rates,
            observer,
            ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number).filter(|t| t.samples()) else {
            return true;
        };
        let (settings, remembers) = (&trigger.settings, trigger.options.history.is_some());
        let Followed::Guard(guard) = &mut trigger.followed else {
            return false;
        };
        let mut held = Vec::new();
        guard.visit(|creation, life, judge| {
            if life.may_be_held(settings) {
                let place = Place {
                    rate: rates.entry(settings.period).or_default(),
                    at: ConditionAt {
                        trigger: number,
                        creation,
                    },
                    now,
                    next: next_point(now, settings.period),
                    remembers,
                };
                life.hold(judge, observer, place);
                if let Holding::Held(at) = life.holding {
                    held.push((creation, at));
                }
            }
        });
        // What was stored since the sample is part of what the scan remembers.
        for (creation, at) in held {
            let rate = self.rate_of(number);
            match rate.and_then(|rate| rate.judge(at)) {
                // Its next sample says why: it was sampled just now.
                Some(Truth::Unknown) => self.let_go(number, creation),
                Some(truth) => self.take_held(number, creation, truth, now),
                None => {}
            }
        }
        let guard = self.guard_mut(number);
        guard.is_none_or(|guard| guard.is_held())
    }

    /// Takes in the answer of a held condition, after a look.
    pub(super) fn take_held(&mut self, number: u64, creation: u64, truth: Truth, now: Duration) {
        if truth == Truth::Unknown {
            self.let_go(number, creation);
            // A sample says why.
            self.sample_at(number, now);
            return;
        }
        let Engine {
            triggers,
            rates,
            causes,
            ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number) else {
            return;
        };
        let rate = rates.get(&trigger.settings.period);
        let (Followed::Guard(guard), Some(rate)) = (&mut trigger.followed, rate) else {
            return;
        };
        let Some(life) = guard.life_mut(creation) else {
            return;
        };
        let Holding::Held(at) = life.holding else {
            return;
        };
        life.condition.was_still_at(rate.look_before());
        let depth = |since, readings: &[Reading]| depth_of(causes, now, since, readings);
        let mut terms = Terms {
            settings: &trigger.settings,
            history: trigger.options.history,
            counters: &mut trigger.counters,
            depth: &depth,
        };
        let answer = (truth, Truth::Unknown, String::new());
        let fired = life.take(now, answer, || rate.readings(at), &mut terms);
        let is_still = life.condition.is_still(&trigger.settings);
        if let Some(fired) = fired {
            self.push_fired(number, creation, fired);
        }
        if !is_still {
            self.let_go(number, creation);
        }
    }

    /// Samples one condition at each point again.
    fn let_go(&mut self, number: u64, creation: u64) {
        self.rouse(number);
        let Engine {
            triggers, rates, ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number) else {
            return;
        };
        let rate = rates.get_mut(&trigger.settings.period);
        if let (Followed::Guard(guard), Some(rate)) = (&mut trigger.followed, rate)
            && let Some(life) = guard.life_mut(creation)
        {
            // Up to the look before this one nothing had changed.
            if life.holding.is_held() {
                life.condition.was_still_at(rate.look_before());
            }
            life.holding.let_go(&mut |held| rate.release(held));
        }
    }

    fn rate_of(&mut self, number: u64) -> Option<&mut Rate> {
        let period = self.triggers.get(&number)?.settings.period;
        self.rates.get_mut(&period)
    }

    fn sample_at(&mut self, number: u64, time: Duration) {
        if let Some(trigger) = self.triggers.get_mut(&number) {
            trigger.next_sample = time;
        }
    }

    fn guard_mut(&mut self, number: u64) -> Option<&mut Guard> {
        match &mut self.triggers.get_mut(&number)?.followed {
            Followed::Guard(guard) => Some(guard),
            _ => None,
        }
    }
}

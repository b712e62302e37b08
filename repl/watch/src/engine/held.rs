//! Conditions over packed fields: judged on the values of a look, and only when one of them changed.
//!
//! A condition is held once a further sample like the last one would change nothing: it is not pending, not unknown,
//! and no firing of it waits.

use std::time::Duration;

use memglass::sampler::Key;
use memglass::{Field, Observer, Value};

use super::Engine;
use super::depth::depth_of;
use super::guard::{Guard, Judge, Life, Question, Terms};
use super::packed::{Look, PlaceAt, Rate};
use super::reading::{Reading, has_parts};
use super::trigger::{Followed, next_point};
use crate::condition::{Settings, Truth};

/// A condition on values that it is told.
pub trait Held: Send {
    /// Takes in a new value of the field that was asked for as the `nth`.
    fn set(&mut self, nth: usize, value: Value);

    /// What it is with these values.
    fn judge(&self) -> Truth;
}

/// Whether a condition is held.
#[derive(Default)]
pub(super) enum Holding {
    /// It is sampled at each point.
    #[default]
    Sampled,
    /// The same, for as long as its names mean what they mean now: it depends on more than values.
    Never,
    /// It is judged when a value changes.
    Held(Box<HeldFields>),
}

pub(super) struct HeldFields {
    condition: Box<dyn Held>,
    fields: Vec<(Key, Reading)>,
}

impl Holding {
    pub(super) fn is_held(&self) -> bool {
        matches!(self, Holding::Held(_))
    }

    fn judge(&self) -> Truth {
        match self {
            Holding::Held(held) => held.condition.judge(),
            Holding::Sampled | Holding::Never => Truth::Unknown,
        }
    }

    /// The values on which it is judged.
    fn readings(&self) -> Vec<Reading> {
        match self {
            Holding::Held(held) => held.fields.iter().map(|(_, it)| it.clone()).collect(),
            Holding::Sampled | Holding::Never => Vec::new(),
        }
    }

    /// Is sampled at each point again; `forget` is called for each key.
    pub(super) fn let_go(&mut self, forget: &mut impl FnMut(Key)) {
        if let Holding::Held(held) = std::mem::take(self) {
            held.fields.iter().for_each(|(key, _)| forget(*key));
        }
    }

    /// Takes in what a look found; false if it cannot be judged on that.
    fn tell(&mut self, nth: usize, look: &Look) -> bool {
        let (Holding::Held(held), Look::Changed(bytes)) = (self, look) else {
            return false;
        };
        let HeldFields { condition, fields } = &mut **held;
        let Some((_, reading)) = fields.get_mut(nth) else {
            return false;
        };
        let value = reading.field.value_of(bytes);
        let is_single = !has_parts(&value);
        if is_single {
            reading.value = value.clone();
            condition.set(nth, value);
        }
        is_single
    }
}

/// Where the fields of one condition are packed.
struct Packing<'r> {
    rate: &'r mut Rate,
    trigger: u64,
    creation: u64,
    next: Duration,
}

impl Packing<'_> {
    fn pack(&mut self, nth: usize, field: &Field) -> Option<(Key, Vec<u8>)> {
        let at = PlaceAt {
            trigger: self.trigger,
            part: nth,
            creation: self.creation,
        };
        self.rate.pack(at, field, self.next)
    }
}

impl Life {
    fn hold(&mut self, judge: Option<&dyn Judge>, observer: &Observer, packing: &mut Packing<'_>) {
        let mut fields = Vec::new();
        let mut published = Vec::new();
        let mut first = |field: &Field| {
            published.push(field.sequence());
            let (key, bytes) = packing.pack(fields.len(), field)?;
            let value = field.value_of(&bytes);
            let reading = Reading {
                field: field.clone(),
                value: value.clone(),
            };
            fields.push((key, reading));
            // A part of a packed record that is not there has no value.
            (!has_parts(&value)).then_some(value)
        };
        let condition = judge.and_then(|judge| judge.held(observer, &mut first));
        let now = fields.iter().map(|(_, reading)| reading.field.sequence());
        let is_of_one_write = now.eq(published);
        self.holding = match condition {
            Some(condition) if !fields.is_empty() && is_of_one_write => {
                Holding::Held(Box::new(HeldFields { condition, fields }))
            }
            condition => {
                let keys = fields.iter().map(|(key, _)| *key);
                keys.for_each(|key| packing.rate.unpack(key));
                match condition {
                    // At the next sample, perhaps.
                    Some(_) if !is_of_one_write => Holding::Sampled,
                    _ => Holding::Never,
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

    /// Samples all conditions at each point again; `forget` is called for each key.
    pub(super) fn let_go(&mut self, forget: &mut impl FnMut(Key)) {
        match self {
            Guard::One { life, .. } => life.holding.let_go(forget),
            Guard::Each { members, .. } => {
                let lives = members.all.values_mut();
                lives.for_each(|known| known.state.holding.let_go(forget));
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
        let settings = &trigger.settings;
        let Followed::Guard(guard) = &mut trigger.followed else {
            return false;
        };
        let mut held = Vec::new();
        guard.visit(|creation, life, judge| {
            if life.may_be_held(settings) {
                let mut packing = Packing {
                    rate: rates.entry(settings.period).or_default(),
                    trigger: number,
                    creation,
                    next: next_point(now, settings.period),
                };
                life.hold(judge, observer, &mut packing);
                held.extend(life.holding.is_held().then_some(creation));
            }
        });
        // What was stored since the sample is part of what the scan remembers.
        for creation in held {
            self.judge_held(number, creation, now);
        }
        let guard = self.guard_mut(number);
        guard.is_none_or(|guard| guard.is_held())
    }

    /// Takes in what a look found of a field of a condition; false if that is to be sampled instead, or no condition's.
    pub(super) fn tell_held(&mut self, at: PlaceAt, look: &Look, now: Duration) -> bool {
        let Some(guard) = self.guard_mut(at.trigger) else {
            return false;
        };
        let life = guard.life_mut(at.creation);
        let Some(life) = life.filter(|life| life.holding.is_held()) else {
            return false;
        };
        let is_told = life.holding.tell(at.part, look);
        if !is_told {
            self.let_go(at.trigger, at.creation);
            self.sample_at(at.trigger, now);
        }
        is_told
    }

    /// Judges a held condition on what it was told.
    pub(super) fn judge_held(&mut self, number: u64, creation: u64, now: Duration) {
        let Engine {
            triggers,
            rates,
            causes,
            ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number) else {
            return;
        };
        let Followed::Guard(guard) = &mut trigger.followed else {
            return;
        };
        let Some(life) = guard.life_mut(creation) else {
            return;
        };
        let holding = std::mem::take(&mut life.holding);
        let truth = holding.judge();
        if truth == Truth::Unknown {
            life.holding = holding;
            // A sample says why.
            self.let_go(number, creation);
            self.sample_at(number, now);
            return;
        }
        if let Some(rate) = rates.get(&trigger.settings.period) {
            life.condition.was_still_at(rate.look_before());
        }
        let depth = |since, readings: &[Reading]| depth_of(causes, now, since, readings);
        let mut terms = Terms {
            settings: &trigger.settings,
            history: trigger.options.history,
            counters: &mut trigger.counters,
            depth: &depth,
        };
        let answer = (truth, Truth::Unknown, String::new());
        let fired = life.take(now, answer, || holding.readings(), &mut terms);
        life.holding = holding;
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
            life.holding.let_go(&mut |key| rate.unpack(key));
        }
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

//! Making triggers, pausing them, and ending them.

use std::time::Duration;

use super::Engine;
use super::change::Watch;
use super::error::DefinitionError;
use super::guard::{Guard, Life, Question};
use super::objects::{Choice, Members};
use super::trigger::{Followed, PauseReason, Trigger};
use crate::condition::Settings;
use crate::queue::Queue;
use crate::timer::{Grid, Once};

/// What a trigger is about.
pub enum Kind {
    /// Changes of what a path, or a pattern with a path behind it, leads to.
    Watch {
        /// The path or pattern.
        path: String,
    },
    /// A condition.
    When {
        /// Who answers it.
        question: Question,
    },
    /// A condition of each object of a type, or with a label like a pattern.
    WhenEach {
        /// The type or pattern.
        objects: String,
        /// Who answers it.
        question: Question,
    },
    /// A point each time so much time has passed.
    Every {
        /// The time from one to the next.
        period: Duration,
    },
    /// One point.
    After {
        /// The time until then.
        delay: Duration,
    },
}

/// What was said of a trigger.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// For how long the condition has to be true before it fires.
    pub lasting: Option<Duration>,
    /// Whether the condition has to be seen false first.
    pub edges_only: bool,
    /// Whether one firing is all.
    pub once: bool,
    /// The shortest time between two firings.
    pub at_most_every: Option<Duration>,
    /// Whether a second condition says when it may fire again.
    pub rearms: bool,
    /// Firings that may wait; without it, [`Queue::LIMIT`].
    pub queue: Option<usize>,
    /// Whether its actions may make it fire without end.
    pub may_loop: bool,
    /// For how long what was sampled is kept.
    pub history: Option<Duration>,
    /// The time between two samples, if it is another one than that of the engine; zero for one after the other
    /// without a pause.
    pub period: Option<Duration>,
    /// Whether somebody listens for objects that appear.
    pub hears_appeared: bool,
    /// Whether somebody listens for objects that vanish.
    pub hears_vanished: bool,
}

/// A trigger to be made.
pub struct Definition {
    /// What it is about.
    pub kind: Kind,
    /// What was said of it.
    pub options: Options,
}

impl Options {
    pub(super) fn limit(&self) -> usize {
        self.queue
            .unwrap_or(Queue::<(), super::Sample>::LIMIT)
            .max(1)
    }

    fn settings(&self, period: Duration) -> Settings {
        Settings {
            lasting: self.lasting,
            edges_only: self.edges_only,
            once: self.once,
            at_most_every: self.at_most_every,
            rearms: self.rearms,
            period: self.period.unwrap_or(period),
        }
    }

    fn check(&self) -> Result<(), DefinitionError> {
        match self.at_most_every.is_some_and(|time| time.is_zero()) {
            true => Err(DefinitionError::NoTime {
                setting: "at_most_every",
            }),
            false => Ok(()),
        }
    }
}

/// The shortest period of a timer: that of the fastest sampler.
const SHORTEST: Duration = Duration::from_micros(1);

impl Engine {
    /// Makes a trigger and takes its first sample; gives its number. A condition that the caller answers is
    /// then listed by [`Engine::asks_of`].
    ///
    /// # Errors
    ///
    /// [`DefinitionError`]: it could never fire.
    pub fn define(
        &mut self,
        now: Duration,
        definition: Definition,
    ) -> Result<u64, DefinitionError> {
        let Definition { kind, options } = definition;
        options.check()?;
        self.catch_up(now);
        let followed = self.followed(kind, now)?;
        let settings = options.settings(self.period);
        let mut trigger = Trigger::new(followed, options, settings);
        if let (Followed::After(once), Some((_, depth))) = (&trigger.followed, self.running)
            && once.next().is_some_and(|point| point <= now)
        {
            trigger.depth = depth.next();
        }
        self.last_number += 1;
        let number = self.last_number;
        match trigger.samples_memory() {
            true => self.restless.insert(number),
            false => self.timers.insert(number),
        };
        self.triggers.insert(number, trigger);
        self.sample(number, now, true);
        Ok(number)
    }

    /// Takes in objects that came and went since the last tick, as a definition does first.
    pub fn catch_up(&mut self, now: Duration) {
        if self.is_new_session && self.next_tick().is_some() {
            // What is followed sees them as objects of another session. What is refused is known as of before.
            let _ = self.tick(now);
            return;
        }
        // What cannot be refreshed is known as of before.
        let (slots, _) = self.refresh();
        self.update_all(slots.as_deref(), now);
    }

    fn followed(&self, kind: Kind, now: Duration) -> Result<Followed, DefinitionError> {
        let no_time = DefinitionError::NoTime { setting: "every" };
        Ok(match kind {
            Kind::Watch { path } => {
                let mut watch = Watch::of(&path, &self.observer)?;
                watch.keep_history(self.room_for_histories());
                Followed::Watch(Box::new(watch))
            }
            Kind::When { question } => Followed::Guard(Guard::One {
                question,
                life: Box::default(),
            }),
            Kind::WhenEach { objects, question } => {
                let choice = Choice::of(&objects, &self.observer)?;
                let members = Members::<Life>::new(choice, &self.observer)?;
                Followed::Guard(Guard::Each { question, members })
            }
            Kind::Every { period } if !period.is_zero() && period < SHORTEST => {
                return Err(DefinitionError::TooOften { period });
            }
            Kind::Every { period } => Followed::Every(Grid::new(now, period).ok_or(no_time)?),
            Kind::After { delay } => Followed::After(Once::after(now, delay)),
        })
    }

    /// Changes what was said of a trigger that was made already.
    ///
    /// # Errors
    ///
    /// [`DefinitionError::NoTime`].
    pub fn change_options(
        &mut self,
        number: u64,
        change: impl FnOnce(&mut Options),
    ) -> Result<(), DefinitionError> {
        let period = self.period;
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return Ok(());
        };
        let mut options = trigger.options.clone();
        change(&mut options);
        options.check()?;
        let settings = options.settings(period);
        let is_other_rate = settings.period != trigger.settings.period;
        trigger.options = options;
        self.may_sample_less |= is_other_rate;
        // What may be packed depends on what was said of it.
        self.unpack_all_of(number);
        if let Some(trigger) = self.triggers.get_mut(&number) {
            trigger.settings = settings;
        }
        Ok(())
    }

    /// Lets a trigger fire no more until it is resumed, because somebody said so. What waits is dropped and counted.
    pub fn pause(&mut self, number: u64) {
        self.pause_for(number, PauseReason::Asked);
    }

    /// The same for another reason.
    pub fn pause_for(&mut self, number: u64, reason: PauseReason) {
        self.unpack_all_of(number);
        self.may_sample_less = true;
        let Some(trigger) = self.triggers.get_mut(&number).filter(|t| t.is_live()) else {
            return;
        };
        trigger.pause = Some(reason);
        self.asked.remove(&number);
        trigger.is_waiting = false;
        let counters = &mut trigger.counters;
        counters.suppressed += self.queue.drop_all_of(number) as u64;
        match &mut trigger.followed {
            Followed::Watch(watch) => watch.start_anew(counters),
            Followed::Guard(guard) => guard.start_anew(counters),
            Followed::Every(_) | Followed::After(_) => {}
        }
    }

    /// Drops the firings of a trigger that wait for their turn, and counts them as suppressed. It goes on to fire.
    pub fn drop_waiting_of(&mut self, number: u64) {
        if let Some(trigger) = self.triggers.get_mut(&number) {
            trigger.counters.suppressed += self.queue.drop_all_of(number) as u64;
        }
    }

    /// Lets a paused trigger fire again, as if it had just been defined; whether it was paused.
    pub fn resume(&mut self, number: u64, now: Duration) -> bool {
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return false;
        };
        if trigger.pause.take().is_none() || trigger.is_done {
            return false;
        }
        trigger.is_first_answer = true;
        match &mut trigger.followed {
            Followed::Every(grid) => {
                grid.skip(now);
            }
            Followed::After(once) if once.next().is_none() => trigger.is_done = true,
            _ => {}
        }
        self.sample(number, now, true);
        true
    }

    /// Ends a trigger. What waits is dropped and counted.
    pub fn cancel(&mut self, number: u64) {
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        if trigger.is_done && self.queue.len_of(number) == 0 {
            return;
        }
        trigger.counters.suppressed += self.queue.drop_all_of(number) as u64;
        trigger.pause = None;
        self.finish(number);
    }

    /// Lets a trigger fire no more; what waits still runs.
    pub(super) fn finish(&mut self, number: u64) {
        self.may_sample_less = true;
        self.unpack_all_of(number);
        self.restless.remove(&number);
        if let Some(trigger) = self.triggers.get_mut(&number) {
            trigger.finish();
        }
    }

    /// Forgets a trigger altogether.
    pub fn forget(&mut self, number: u64) {
        self.queue.drop_all_of(number);
        self.may_sample_less = true;
        self.unpack_all_of(number);
        self.restless.remove(&number);
        self.timers.remove(&number);
        self.asked.remove(&number);
        self.triggers.remove(&number);
    }
}

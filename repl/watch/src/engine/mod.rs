//! All triggers of one session: what they sample, when they fire, and what waits to run.
//!
//! An [`Engine`] is plain data that may be sent to another thread. It reads memory through an observer of
//! its own, and is told the time. It runs nothing: a caller takes what is due ([`Engine::next_run`]), runs
//! the action and says when that has ended ([`Engine::ended`]). Conditions that the caller alone can answer are listed by
//! [`Engine::asks`].
//!
//! At one instant the order is: [`Engine::tick`], [`Engine::run_timers`], the answers to
//! [`Engine::asks`], then the runs.

mod change;
mod define;
mod depth;
mod error;
mod firing;
mod guard;
mod held;
mod history;
mod judged;
mod objects;
mod packed;
mod place;
mod reading;
mod run;
mod sample;
mod shown;
mod tick;
mod trigger;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use memglass::{Field, ObjectId, Observer, Presence};

pub use define::{Definition, Kind, Options};
pub use error::DefinitionError;
pub use guard::{Answer, Judge, Question};
pub use held::Held;
pub use history::{Changed, History};
pub use objects::Member;
pub use reading::{Reading, has_parts};
pub use run::{Happening, Run};
pub use sample::{Sample, is_same};
pub use shown::{Counts, Shown, Status, Unmet};
pub use trigger::PauseReason;

use crate::causes::{Causes, Depth};
use crate::queue::Queue;
use run::{Evidence, Subject};
use trigger::{Trigger, nanoseconds};

/// All triggers of one session.
pub struct Engine {
    observer: Observer,
    presence: Presence,
    /// When all was asked of the producer.
    asked_producer: Duration,
    /// Whether the producer has ended since the last tick.
    is_last_look: bool,
    /// Whether the observer was ever refreshed.
    has_looked: bool,
    /// Whether the observer is of another session than that of the last tick.
    is_new_session: bool,
    triggers: BTreeMap<u64, Trigger>,
    /// Those that have something to be sampled by itself at each of their points.
    restless: BTreeSet<u64>,
    /// What is compared as packed bits, by the time between two looks.
    rates: BTreeMap<Duration, packed::Rate>,
    /// Those that are timers.
    timers: BTreeSet<u64>,
    /// Those whose conditions the caller is to answer now, and the sample that this is for.
    asked: BTreeMap<u64, Duration>,
    /// Fields of which somebody asked for the history, by their paths.
    histories: BTreeMap<String, history::Asked>,
    /// When those are sampled next.
    next_history: Duration,
    queue: Queue<Subject, Sample, Evidence>,
    causes: Causes<(ObjectId, String), Sample>,
    /// The action that runs, and the depth of its firing.
    running: Option<(u64, Depth)>,
    period: Duration,
    ticks: Ticks,
    /// Whether something ended or changed its rate since the periods were asked for.
    may_sample_less: bool,
    notices: Vec<Notice>,
    last_number: u64,
}

/// How long an answer holds whether the producer stands still.
pub const STANDING_HOLDS: Duration = Duration::from_secs(1);

/// How the sampling went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ticks {
    /// Samples that were taken.
    pub ticks: u64,
    /// Points of the grid at which none could be taken.
    pub late: u64,
    last: Option<Duration>,
}

/// What people should hear of a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Its firings are made by actions, this many in a row.
    Chain {
        /// The trigger.
        number: u64,
    },
    /// It was paused because it feeds itself.
    Loop {
        /// The trigger.
        number: u64,
    },
    /// A tick has panicked.
    Panicked {
        /// Whether no further one is taken at its rate.
        is_last: bool,
    },
    /// An array of too many objects came, which is left out.
    TooMany {
        /// The trigger.
        number: u64,
        /// The label of the array.
        label: std::sync::Arc<str>,
    },
}

/// A condition that the caller is to answer now.
pub struct Ask {
    /// The trigger.
    pub number: u64,
    /// The sample that it is asked for: a firing is of that, as those of other triggers are.
    pub time: Duration,
    /// What it is asked about: nothing, or an object, by its number, as the field of the whole, with its label.
    pub about: Option<(u64, Field, std::sync::Arc<str>)>,
}

impl Engine {
    /// No triggers yet. What says nothing else is sampled every `period`. Costs nothing: objects are looked for
    /// when the first trigger is defined.
    pub fn new(observer: Observer, period: Duration) -> Self {
        Engine {
            observer,
            has_looked: false,
            presence: Presence::Alive,
            asked_producer: Duration::ZERO,
            is_last_look: false,
            is_new_session: false,
            triggers: BTreeMap::new(),
            restless: BTreeSet::new(),
            rates: BTreeMap::new(),
            timers: BTreeSet::new(),
            asked: BTreeMap::new(),
            histories: BTreeMap::new(),
            next_history: Duration::ZERO,
            queue: Queue::new(),
            causes: Causes::new(),
            running: None,
            period,
            ticks: Ticks::default(),
            may_sample_less: false,
            notices: Vec::new(),
            last_number: 0,
        }
    }

    /// Looks at another session from the next tick on, at which all objects vanish and the new ones appear.
    pub fn attach(&mut self, observer: Observer) {
        self.observer = observer;
        self.has_looked = false;
        self.is_new_session = true;
        self.unpack_all();
    }

    /// What the engine was told last of the producer.
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// Asks what became of the producer at `now`; true if that is news, or if it was restarted and nobody has attached to
    /// its new session yet. Takes a microsecond, and some more where it also asks whether the producer stands still, which
    /// it does seldom.
    pub fn look_at_producer(&mut self, now: Duration) -> bool {
        let is_recent = now.saturating_sub(self.asked_producer) < STANDING_HOLDS;
        // Of one that stands still it is heard at once that it goes on.
        if is_recent && self.presence == Presence::Alive && self.observer.is_producer_alive() {
            return false;
        }
        self.asked_producer = now;
        let before = self.presence;
        self.set_presence(self.observer.producer());
        self.presence != before || self.presence == Presence::Restarted
    }

    /// What became of the producer, from now on.
    pub fn set_presence(&mut self, presence: Presence) {
        let was_alive = std::mem::replace(&mut self.presence, presence).is_alive();
        match (was_alive, presence.is_alive()) {
            // Without anything to sample, what was there last is nobody's news.
            (true, false) => self.is_last_look = self.next_tick().is_some(),
            (false, true) => {
                self.is_last_look = false;
                self.unpack_all();
            }
            _ => {}
        }
    }

    /// Whether memory is to be looked at: of a producer that has ended, once more, for what it wrote last.
    fn is_readable(&self) -> bool {
        self.presence.is_alive() || self.is_last_look
    }

    /// What a producer that has ended wrote last has been told.
    #[inline]
    fn end_last_look(&mut self) {
        if std::mem::take(&mut self.is_last_look) {
            self.unpack_all();
        }
    }

    /// The next time at which [`Engine::tick`] has something to sample.
    pub fn next_tick(&self) -> Option<Duration> {
        let restless = self.restless.iter();
        let restless = restless.filter_map(|number| self.triggers.get(number));
        let live = restless.filter(|trigger| trigger.samples());
        let samples = live.map(|trigger| trigger.next_sample);
        let others = [self.next_look(), self.next_history()];
        samples.chain(others.into_iter().flatten()).min()
    }

    /// The times between two samples that are still asked for, if some may not be any more since the last call.
    /// Looks at each trigger then.
    pub fn fewer_periods(&mut self) -> Option<BTreeSet<Duration>> {
        if !std::mem::take(&mut self.may_sample_less) {
            return None;
        }
        let live = self.triggers.values().filter(|trigger| trigger.samples());
        let histories = self.next_history().map(|_| self.period);
        let periods = live.map(|trigger| trigger.settings.period);
        Some(periods.chain(histories).collect())
    }

    /// The next time at which a timer is due.
    pub fn next_timer(&self) -> Option<Duration> {
        let timers = self.timers.iter();
        let timers = timers.filter_map(|number| self.triggers.get(number));
        let live = timers.filter(|trigger| trigger.is_live());
        live.filter_map(Trigger::next_point).min()
    }

    /// Whether something of this trigger waits to run.
    pub fn is_waiting(&self, number: u64) -> bool {
        self.queue.len_of(number) > 0
    }

    /// Whether nothing waits to run.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// When the first of what waits was due.
    pub fn next_due(&self) -> Option<Duration> {
        self.queue.next_time()
    }

    /// Whether there is something for the thread of the scripts: an action, a question, a notice.
    pub fn has_work(&self) -> bool {
        !self.queue.is_empty() || !self.notices.is_empty() || !self.asked.is_empty()
    }

    /// Leaves word that a tick has panicked.
    pub fn note_panic(&mut self, is_last: bool) {
        self.notices.push(Notice::Panicked { is_last });
    }

    /// Samples everything by itself again: a tick that panicked may have left something half done.
    pub fn begin_again(&mut self) {
        self.unpack_all();
        // No key of these is known to a trigger now.
        self.rates.clear();
    }

    /// Counts points of the grid at which no sample could be taken.
    pub fn count_late(&mut self, points: u64) {
        self.ticks.late += points;
    }

    /// Whether nothing will ever run again: nothing waits, and each trigger is done or paused.
    pub fn is_over(&self) -> bool {
        self.queue.is_empty() && !self.triggers.values().any(Trigger::is_live)
    }

    /// Drops all that waits.
    pub fn drop_waiting(&mut self) {
        for (number, trigger) in &mut self.triggers {
            trigger.counters.suppressed += self.queue.drop_all_of(*number) as u64;
            trigger.is_waiting = false;
        }
    }

    /// What people should hear, once.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// How the sampling went.
    pub fn ticks(&self) -> Ticks {
        self.ticks
    }

    /// The time between two samples of what says nothing else.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// The session and objects as of the last tick.
    pub fn observer(&self) -> &Observer {
        &self.observer
    }
}

impl Ticks {
    #[inline]
    fn count(&mut self, now: Duration, period: Duration) {
        let index = |time| nanoseconds(time) / nanoseconds(period).max(1);
        if let Some(last) = self.last {
            self.late += index(now).saturating_sub(index(last)).saturating_sub(1);
        }
        self.last = Some(now);
        self.ticks += 1;
    }
}

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
mod error;
mod guard;
mod objects;
mod reading;
mod run;
mod sample;
mod shown;
mod trigger;

use std::collections::BTreeMap;
use std::time::Duration;

use memglass::{Field, ObjectId, Observer, Presence, ReadError};

pub use define::{Definition, Kind, Options};
pub use error::DefinitionError;
pub use guard::{Answer, Judge, Question};
pub use objects::Member;
pub use reading::Reading;
pub use run::{Happening, Run};
pub use sample::Sample;
pub use shown::{Counts, Shown, Status};
pub use trigger::PauseReason;

use crate::causes::{Causes, Depth};
use crate::queue::{Due, Firing, Fold, Queue};
use change::{Item, News, Sight};
use guard::{Fired, Guard, Life, Terms};
use run::{Evidence, Subject};
use sample::visit_leaves;
use trigger::{Followed, Trigger};

/// All triggers of one session.
pub struct Engine {
    observer: Observer,
    presence: Presence,
    /// Whether the observer was ever refreshed.
    has_looked: bool,
    /// Whether the observer is of another session than that of the last tick.
    is_new_session: bool,
    triggers: BTreeMap<u64, Trigger>,
    queue: Queue<Subject, Sample, Evidence>,
    causes: Causes<(ObjectId, String), Sample>,
    /// The action that runs, and the depth of its firing.
    running: Option<(u64, Depth)>,
    period: Duration,
    ticks: Ticks,
    notices: Vec<Notice>,
    last_number: u64,
}

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
}

/// A condition that the caller is to answer now.
pub struct Ask {
    /// The trigger.
    pub number: u64,
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
            is_new_session: false,
            triggers: BTreeMap::new(),
            queue: Queue::new(),
            causes: Causes::new(),
            running: None,
            period,
            ticks: Ticks::default(),
            notices: Vec::new(),
            last_number: 0,
        }
    }

    /// Looks at another session from the next tick on, at which all objects vanish and the new ones appear.
    pub fn attach(&mut self, observer: Observer) {
        self.observer = observer;
        self.has_looked = false;
        self.is_new_session = true;
    }

    /// What the engine was told last of the producer.
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// Asks what became of the producer, which takes some microseconds; true if that is news.
    pub fn look_at_producer(&mut self) -> bool {
        let presence = self.observer.producer();
        std::mem::replace(&mut self.presence, presence) != presence
    }

    /// What became of the producer, from now on.
    pub fn set_presence(&mut self, presence: Presence) {
        self.presence = presence;
    }

    /// The next time at which [`Engine::tick`] has something to sample.
    pub fn next_tick(&self) -> Option<Duration> {
        let live = self.triggers.values().filter(|trigger| trigger.samples());
        live.filter_map(Trigger::next_sample).min()
    }

    /// The next time at which a timer is due.
    pub fn next_timer(&self) -> Option<Duration> {
        let live = self.triggers.values().filter(|trigger| trigger.is_live());
        live.filter_map(Trigger::next_point).min()
    }

    /// Samples what is to be sampled at `now`: objects come and go, then values, then conditions.
    ///
    /// # Errors
    ///
    /// As [`Observer::refresh`]; what was known before is sampled all the same.
    pub fn tick(&mut self, now: Duration) -> Result<(), ReadError> {
        self.ticks.count(now, self.period);
        let changed = self.refresh();
        let numbers: Vec<u64> = self.triggers.keys().copied().collect();
        let (slots, refreshed) = match changed {
            Ok(slots) => (slots, Ok(())),
            Err(error) => (Some(Vec::new()), Err(error)),
        };
        for number in numbers {
            self.update(number, slots.as_deref(), now);
            let is_due = |trigger: &Trigger| trigger.samples() && trigger.is_due(now);
            if self.triggers.get(&number).is_some_and(is_due) {
                self.sample(number, now, false);
            }
        }
        refreshed
    }

    /// The slots in which something came or went; `None` if all objects are of another session.
    fn refresh(&mut self) -> Result<Option<Vec<u32>>, ReadError> {
        if self.has_looked && !self.presence.is_alive() {
            return Ok(Some(Vec::new()));
        }
        self.has_looked = true;
        let mut slots = Vec::new();
        self.observer.refresh_noting(|slot| slots.push(slot))?;
        slots.sort_unstable();
        slots.dedup();
        Ok((!std::mem::take(&mut self.is_new_session)).then_some(slots))
    }

    /// Takes in the objects that came and went for one trigger.
    fn update(&mut self, number: u64, slots: Option<&[u32]>, now: Duration) {
        if slots.is_some_and(<[u32]>::is_empty) {
            return;
        }
        let Engine {
            triggers, observer, ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number).filter(|trigger| !trigger.is_done) else {
            return;
        };
        let counters = &mut trigger.counters;
        match &mut trigger.followed {
            Followed::Watch(watch) => {
                let items = watch.update(observer, slots, counters);
                if trigger.pause.is_none() {
                    self.push_items(number, now, items);
                }
            }
            Followed::Guard(Guard::Each { members, .. }) => {
                let gone = match slots {
                    Some(slots) => members.update(observer, slots),
                    None => members.replace(observer),
                };
                for (_, mut known) in gone {
                    counters.vanished += 1;
                    known.state.condition.start_anew(counters);
                }
            }
            Followed::Guard(Guard::One { .. }) | Followed::Every(_) | Followed::After(_) => {}
        }
    }

    /// Samples one trigger, for the first time or again.
    fn sample(&mut self, number: u64, now: Duration, is_first: bool) {
        let is_alive = self.presence.is_alive();
        let made = self.made_by_definition(is_first);
        let Engine {
            triggers,
            observer,
            causes,
            ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number) else {
            return;
        };
        trigger.sampled(now);
        let window = trigger.options.at_most_every;
        match &mut trigger.followed {
            Followed::Watch(watch) => {
                let sight = Sight {
                    observer,
                    is_alive,
                    time: now,
                    window,
                    is_first,
                };
                let items = watch.sample(&sight, &mut trigger.counters);
                self.push_items(number, now, items);
            }
            Followed::Guard(guard) => {
                trigger.is_asked_for = guard.is_asked();
                let observer = is_alive.then_some(&*observer);
                let depth =
                    |since, readings: &[Reading]| depth_of(causes, now, since, readings).max(made);
                let mut terms = Terms {
                    settings: &trigger.settings,
                    history: trigger.options.history,
                    counters: &mut trigger.counters,
                    depth: &depth,
                };
                let fired = guard.sample(now, observer, &mut terms);
                for (creation, fired) in fired {
                    self.push_fired(number, creation, fired);
                }
            }
            Followed::Every(_) | Followed::After(_) => {}
        }
    }

    /// What is caused at this instant by the running action, which defines or resumes a trigger.
    fn made_by_definition(&self, is_first: bool) -> Depth {
        match self.running {
            Some((_, depth)) if is_first => depth.next(),
            _ => Depth::OUTSIDE,
        }
    }

    /// The conditions that the caller is to answer now, once each.
    pub fn asks(&mut self) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (number, trigger) in &mut self.triggers {
            if !std::mem::take(&mut trigger.is_asked_for) || !trigger.is_live() {
                continue;
            }
            asks.extend(trigger.asks(*number));
        }
        asks
    }

    /// The same of one trigger.
    pub fn asks_of(&mut self, number: u64) -> Vec<Ask> {
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return Vec::new();
        };
        match std::mem::take(&mut trigger.is_asked_for) && trigger.is_live() {
            true => trigger.asks(number),
            false => Vec::new(),
        }
    }

    /// Takes in the answer to a question that was sampled at `time`.
    pub fn answer(&mut self, number: u64, about: Option<u64>, time: Duration, answer: Answer) {
        let made = match self.triggers.get(&number) {
            Some(trigger) => self.made_by_definition(trigger.is_first_answer),
            None => return,
        };
        let Engine {
            triggers, causes, ..
        } = self;
        let Some(trigger) = triggers
            .get_mut(&number)
            .filter(|trigger| trigger.is_live())
        else {
            return;
        };
        let depth = |since, readings: &[Reading]| depth_of(causes, time, since, readings).max(made);
        let mut terms = Terms {
            settings: &trigger.settings,
            history: trigger.options.history,
            counters: &mut trigger.counters,
            depth: &depth,
        };
        let life = match (&mut trigger.followed, about) {
            (Followed::Guard(Guard::One { life, .. }), _) => Some(&mut **life),
            (Followed::Guard(Guard::Each { members, .. }), Some(creation)) => {
                members.all.get_mut(&creation).map(|known| &mut known.state)
            }
            _ => None,
        };
        let fired = life.and_then(|life: &mut Life| life.take_in(time, answer, &mut terms));
        if let Some(fired) = fired {
            self.push_fired(number, about.unwrap_or(0), fired);
        }
    }

    /// Says that the answers to the first questions of a trigger are all in.
    pub fn answered(&mut self, number: u64) {
        if let Some(trigger) = self.triggers.get_mut(&number) {
            trigger.is_first_answer = false;
        }
    }

    /// Lets all timers that are due wait for their actions.
    pub fn run_timers(&mut self, now: Duration) {
        let running = self.running.map(|(number, _)| number);
        for (number, trigger) in &mut self.triggers {
            if !trigger.is_live() {
                continue;
            }
            let is_busy = running == Some(*number) || trigger.is_waiting;
            let Some(time) = trigger.take_point(now, is_busy) else {
                continue;
            };
            trigger.is_waiting = true;
            let due = Due {
                time,
                definition: *number,
                creation: 0,
            };
            let what = (Fold::Alone, Evidence::of_timer(trigger.depth));
            let (limit, counters) = (trigger.options.limit(), &mut trigger.counters);
            self.queue.push(due, Subject::Point, what, limit, counters);
        }
    }

    /// Remembers what the action that runs wrote, so that firings which it makes are known as such. What was
    /// there already makes nothing.
    pub fn wrote(&mut self, field: &Field, change: &memglass::Change, now: Duration) {
        let Some((_, depth)) = self.running else {
            return;
        };
        let mut before = Vec::new();
        visit_leaves(&change.old, field.path(), &mut |_, leaf| {
            before.push(Sample(leaf.clone()));
        });
        let (object, causes) = (field.object_id(), &mut self.causes);
        let mut before = before.into_iter();
        visit_leaves(&change.new, field.path(), &mut |path, leaf| {
            let now_there = Sample(leaf.clone());
            if before.next().as_ref() != Some(&now_there) {
                causes.wrote((object, path.to_owned()), now_there, now, depth);
            }
        });
    }

    fn push_items(&mut self, number: u64, now: Duration, items: Vec<Item>) {
        for item in items {
            self.push_item(number, now, item);
        }
    }

    fn push_item(&mut self, number: u64, now: Duration, item: Item) {
        let Item {
            creation,
            member,
            field,
            label,
            news,
        } = item;
        let due = Due {
            time: now,
            definition: number,
            creation,
        };
        let Some(trigger) = self.triggers.get_mut(&number).filter(|t| !t.is_done) else {
            return;
        };
        let mut evidence = Evidence::of_field(field, label);
        let (subject, what) = match news {
            News::Changed { report, torn } => {
                evidence.torn = torn;
                evidence.depth = depth_of_change(&self.causes, now, &evidence, &report.change);
                (Subject::Field(member), Fold::Change(report))
            }
            News::Appeared(_) if !trigger.options.hears_appeared => return,
            News::Vanished(_) if !trigger.options.hears_vanished => return,
            News::Appeared(value) => {
                evidence.value = Some(value);
                (Subject::Appeared(member), Fold::Alone)
            }
            News::Vanished(value) => {
                evidence.value = Some(value);
                (Subject::Vanished(member), Fold::Alone)
            }
        };
        let is_report = matches!(what, Fold::Change(_));
        let is_last = is_report && trigger.options.once;
        self.push(due, subject, what, evidence);
        if let Some(trigger) = self.triggers.get_mut(&number)
            && is_last
        {
            trigger.finish();
        }
    }

    fn push_fired(&mut self, number: u64, creation: u64, fired: Fired) {
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        let due = Due {
            time: fired.rise.time,
            definition: number,
            creation,
        };
        let about = trigger.known(creation);
        let subject = match &about {
            Some((member, ..)) => Subject::Object(*member),
            None => Subject::Itself,
        };
        let evidence = Evidence::of_firing(about, fired.depth, fired.readings, fired.history);
        let what = Fold::Rise {
            rise: fired.rise,
            merged: 0,
        };
        if trigger.settings.once && matches!(subject, Subject::Itself) {
            trigger.finish();
        }
        self.push(due, subject, what, evidence);
    }

    /// Lets a firing wait, unless its trigger feeds itself.
    fn push(&mut self, due: Due, subject: Subject, what: Fold<Sample>, evidence: Evidence) {
        let number = due.definition;
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        let depth = evidence.depth;
        if depth.is_worth_a_warning() && !trigger.options.may_loop {
            self.notices.push(Notice::Chain { number });
        }
        if depth.is_loop() && !trigger.options.may_loop {
            self.notices.push(Notice::Loop { number });
            self.pause_for(number, PauseReason::Loop);
            return;
        }
        let limit = trigger.options.limit();
        self.queue
            .push(due, subject, (what, evidence), limit, &mut trigger.counters);
    }

    /// Takes what is to run next, if anything is due at `now`. Until [`Engine::ended`] it counts as running.
    pub fn next_run(&mut self, now: Duration) -> Option<Run> {
        let firing: Firing<Subject, Sample, Evidence> = self.queue.pop(now)?;
        let number = firing.due.definition;
        let trigger = self.triggers.get_mut(&number)?;
        trigger.is_waiting = false;
        let counters = &mut trigger.counters;
        counters.late = counters.late.max(firing.late);
        if !matches!(firing.subject, Subject::Appeared(_) | Subject::Vanished(_)) {
            counters.fired += 1;
            trigger.last_fired = Some(firing.due.time);
        }
        self.running = Some((number, firing.evidence.depth));
        Some(Run::of(firing))
    }

    /// Says that the action which ran has ended, at `now`, perhaps with an error.
    pub fn ended(&mut self, now: Duration, error: Option<String>) {
        let Some((number, _)) = self.running.take() else {
            return;
        };
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        if let Some(error) = error {
            trigger.counters.errors += 1;
            trigger.last_error = Some(error);
        }
        match &mut trigger.followed {
            Followed::Every(grid) if trigger.pause.is_none() => {
                trigger.counters.missed += grid.skip(now);
            }
            Followed::After(once) if once.next().is_none() => trigger.is_done = true,
            _ => {}
        }
    }

    /// Whether an action runs.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
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
        let is_asked = |trigger: &Trigger| trigger.is_asked_for && trigger.is_live();
        !self.queue.is_empty() || !self.notices.is_empty() || self.triggers.values().any(is_asked)
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
    fn count(&mut self, now: Duration, period: Duration) {
        let index = |time: Duration| time.as_nanos() / period.as_nanos().max(1);
        if let Some(last) = self.last {
            let passed = index(now).saturating_sub(index(last)).saturating_sub(1);
            self.late += u64::try_from(passed).unwrap_or(u64::MAX);
        }
        self.last = Some(now);
        self.ticks += 1;
    }
}

fn depth_of(
    causes: &Causes<(ObjectId, String), Sample>,
    now: Duration,
    since: Duration,
    readings: &[Reading],
) -> Depth {
    let mut leaves = Vec::new();
    for Reading { field, value } in readings {
        let object = field.object_id();
        visit_leaves(value, field.path(), &mut |path, leaf| {
            leaves.push(((object, path.to_owned()), Sample(leaf.clone())));
        });
    }
    causes.depth_of(
        now,
        since,
        leaves.iter().map(|(key, value)| (key.clone(), value)),
    )
}

/// How deep a change is, by the parts that changed.
fn depth_of_change(
    causes: &Causes<(ObjectId, String), Sample>,
    now: Duration,
    evidence: &Evidence,
    change: &crate::change::Change<Sample>,
) -> Depth {
    let Some(field) = &evidence.field else {
        return Depth::OUTSIDE;
    };
    if causes.is_empty() {
        return Depth::OUTSIDE;
    }
    let object = field.object_id();
    let changed: std::collections::HashSet<String> =
        sample::differences(&change.old.0, &change.now.0)
            .into_iter()
            .collect();
    let mut leaves = Vec::new();
    visit_leaves(&change.now.0, "", &mut |path, leaf| {
        if path.is_empty() || changed.contains(path) {
            let path = match path {
                "" => field.path().to_owned(),
                part if part.starts_with('[') => format!("{}{part}", field.path()),
                part => format!("{}.{part}", field.path()),
            };
            leaves.push(((object, path), Sample(leaf.clone())));
        }
    });
    causes.depth_of(
        now,
        Duration::ZERO,
        leaves.iter().map(|(key, value)| (key.clone(), value)),
    )
}

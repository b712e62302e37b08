//! Watches, triggers and timers of scripts: the functions that make them, and what runs when they fire.
//!
//! [`memglass_watch::Engine`] knows what is to run and when; here are the closures that do it, which stay on the
//! thread of the scripts. No lock and no borrow is held while a script runs, so that an action may make and end
//! triggers, also itself.

mod action;
mod condition;
mod define;
mod drawing;
mod drive;
mod event;
mod expected;
mod functions;
mod help;
mod history;
mod looked_at;
mod losses;
mod moment;
mod record;
mod replayed;
mod running;
mod shared_engine;
mod spinning;
mod surroundings;
mod trigger;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use memglass::{Change, Field};
use memglass_script::{Callbacks, ScriptHost};
use memglass_stream::Player;
use memglass_watch::{Engine, Shown};
use rhai::{Dynamic, EvalAltResult};

use action::Entry;
pub(crate) use drive::Outcome;
use event::Event;
pub(crate) use functions::Listed;
#[cfg(test)]
pub(crate) use help::FUNCTIONS;
pub(crate) use help::is_function;
use history::History;
use moment::Moment;
use replayed::Replayed;
pub use replayed::Timeline;
use shared_engine::SharedEngine;
pub(crate) use surroundings::Surroundings;
use surroundings::{Live, Machine};
use trigger::Trigger;

use crate::recordings::Recordings;

/// The time between two samples of what says nothing else.
const PERIOD: Duration = Duration::from_millis(1);

/// All watches, triggers and timers of one script engine.
#[derive(Clone)]
pub(crate) struct Automation(Rc<Shared>);

struct Shared {
    engine: Arc<SharedEngine>,
    callbacks: Callbacks,
    surroundings: RefCell<Rc<dyn Surroundings>>,
    /// Triggers that can still do something, or that somebody may ask about.
    entries: RefCell<BTreeMap<u64, Rc<Entry>>>,
    /// How many had ended and were forgotten.
    forgotten: Cell<usize>,
    /// How many of them there may be before those that are done are looked for.
    roomy: Cell<usize>,
    /// What scripts began to say and have not ended.
    drafts: RefCell<Vec<Rc<Entry>>>,
    /// The triggers that the line which runs has made.
    of_line: RefCell<Vec<Rc<Entry>>>,
    level: Cell<Level>,
    /// What of a trigger runs, if anybody waits for it.
    long: RefCell<Option<running::Long>>,
    /// Whether a line waits for a condition.
    awaits: Cell<bool>,
    /// The session that the engine looks at.
    life: Cell<u64>,
    messages: Rc<dyn Fn(&str)>,
    /// Errors of actions and notes about what they make that were told: when, and how often they came since.
    told: RefCell<HashMap<String, (Duration, u64)>>,
    /// Errors of actions that are to be told by whoever has the whole engine, with what failed.
    failures: RefCell<Vec<(String, Box<EvalAltResult>)>>,
    outcome: Cell<Outcome>,
    /// How often triggers are to fire.
    expected: RefCell<Vec<expected::Expected>>,
    ends_when_interrupted: Cell<bool>,
    recordings: Recordings,
    /// Of the replay that is attached, if it is one of this process.
    player: RefCell<Option<Arc<Player>>>,
    /// Says that the thread that samples has found something to do.
    wake: Sender<()>,
    /// Hears that.
    woken: Receiver<()>,
}

/// What the thread of the scripts is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// Nothing of a script.
    Idle,
    /// A line or script.
    Line,
    /// An action.
    Action,
}

impl Automation {
    /// Gives the scripts of `host` watches, triggers and timers; `messages` takes what people should hear.
    pub(crate) fn install(host: &mut ScriptHost, messages: Rc<dyn Fn(&str)>) -> Self {
        let callbacks = host.callbacks();
        let observer = callbacks.attached().observer().beside();
        let (wake, woken) = bounded(1);
        let automation = Automation(Rc::new(Shared {
            engine: Arc::new(SharedEngine::new(Engine::new(observer, PERIOD))),
            life: Cell::new(callbacks.attached().life()),
            surroundings: RefCell::new(Rc::new(Live::new(
                Machine::new(),
                wake.clone(),
                woken.clone(),
                Arc::clone(callbacks.interrupt()),
            ))),
            entries: RefCell::default(),
            forgotten: Cell::default(),
            roomy: Cell::default(),
            drafts: RefCell::default(),
            of_line: RefCell::default(),
            level: Cell::new(Level::Idle),
            long: RefCell::default(),
            awaits: Cell::new(false),
            messages,
            told: RefCell::default(),
            failures: RefCell::default(),
            outcome: Cell::default(),
            expected: RefCell::default(),
            ends_when_interrupted: Cell::new(false),
            recordings: Recordings::default(),
            player: RefCell::default(),
            wake,
            woken,
            callbacks,
        }));
        functions::register(host.engine_mut(), &automation);
        host.describe_functions(help::names());
        automation.callbacks().give_texts(text);
        automation
    }

    /// Forgets all triggers, and ends all recordings. Their closures may hold triggers themselves, and those hold all of this: nothing of it
    /// would ever be dropped, neither the thread that samples nor the session of a replay.
    pub(crate) fn end(&self) {
        // Dropped when nothing is borrowed any more.
        let entries = self.0.entries.take();
        let (drafts, expected) = (self.0.drafts.take(), self.0.expected.take());
        let failures = self.0.failures.take();
        drop((entries, drafts, expected, failures));
        self.end_recordings();
    }

    /// Takes time and the producer from somewhere else, with a sample each `period`.
    pub(crate) fn set_surroundings(&self, surroundings: Rc<dyn Surroundings>, period: Duration) {
        let observer = self.callbacks().attached().observer().beside();
        *self.engine() = Engine::new(observer, period);
        self.0.surroundings.replace(surroundings);
    }

    /// Takes time and the producer out of a recording, and raises `interrupt` when somebody waits for what comes
    /// after its end.
    pub(crate) fn go_through(&self, timeline: Box<dyn Timeline>, interrupt: Arc<AtomicBool>) {
        let replayed = Rc::new(Replayed::new(timeline, interrupt));
        let clock = Rc::clone(&replayed);
        let now = move || clock.start() + clock.now();
        self.callbacks().set_clock(now);
        self.set_surroundings(replayed, PERIOD);
    }

    /// Goes by the clock of a replay, and marks in it what fires.
    pub(crate) fn go_with(&self, player: Arc<Player>) {
        let clock = player.clock();
        let (wake, woken) = (self.0.wake.clone(), self.0.woken.clone());
        let interrupt = Arc::clone(self.callbacks().interrupt());
        let live = Live::new(clock.clone(), wake, woken, interrupt);
        self.callbacks().set_clock(move || clock.time());
        self.set_surroundings(Rc::new(live), PERIOD);
        self.0.player.replace(Some(player));
    }

    /// Whether somebody waited for what comes after the end of a recording.
    pub(crate) fn has_run_out(&self) -> bool {
        self.surroundings().has_ended()
    }

    fn surroundings(&self) -> Rc<dyn Surroundings> {
        Rc::clone(&self.0.surroundings.borrow())
    }

    /// The engine of all triggers. Never held while a script runs.
    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.0.engine.for_scripts()
    }

    fn callbacks(&self) -> &Callbacks {
        &self.0.callbacks
    }

    fn now(&self) -> Duration {
        self.surroundings().now()
    }

    fn moment(&self, since_start: Duration) -> Moment {
        Moment {
            since_start,
            start: self.surroundings().start(),
        }
    }

    /// Whether a trigger may still fire by itself.
    pub(crate) fn goes_on(&self, number: u64) -> bool {
        let rests =
            |state: &Shown| matches!(state, Shown::Paused(_) | Shown::Done | Shown::Error(_));
        let state = self.engine().state(number);
        state.is_some_and(|state| !rests(&state))
    }

    /// The trigger of this number, as scripts have it.
    fn trigger(&self, number: u64) -> Option<Trigger> {
        let entry = self.0.entries.borrow().get(&number).cloned()?;
        Some(Trigger {
            automation: self.clone(),
            entry,
        })
    }

    /// Remembers what an action wrote: what fires because of it is its doing.
    fn wrote(&self, field: &Field, change: &Change) {
        let now = self.now();
        self.engine().wrote(field, change, now);
    }

    fn tell(&self, message: &str) {
        (self.0.messages)(message);
    }

    fn refused(&self, error: &dyn std::error::Error) -> Box<EvalAltResult> {
        let text = crate::commands::with_causes(error);
        self.callbacks().refusal(text, "")
    }
}

/// The text of a value of a type that is made here.
fn text(value: &Dynamic) -> Option<String> {
    if let Some(trigger) = value.read_lock::<Trigger>() {
        return Some(trigger.text());
    }
    if let Some(history) = value.read_lock::<History>() {
        return Some(history.text());
    }
    if let Some(event) = value.read_lock::<Event>() {
        return Some(event.text());
    }
    if let Some(recording) = value.read_lock::<record::Recording>() {
        return Some(recording.text());
    }
    let moment = value.read_lock::<Moment>()?;
    Some(moment.text())
}

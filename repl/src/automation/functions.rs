//! The functions that scripts call to make triggers and to wait.

use std::time::Duration;

use memglass_value::shown::{Cell, Table};
use memglass_watch::{Shown, Status, Truth};
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, INT, Map, NativeCallContext};

use super::Automation;
use super::action::{Asked, Entry, Subject};
use super::condition;
use super::drawing;
use super::event::{self, Event};
use super::expected;
use super::history;
use super::moment;
use super::record;
use super::trigger::{self, COUNTS, Trigger};

/// What is kept of the fields of an invariant, unless `with_history` says otherwise.
const BEFORE_A_BREAK: Duration = Duration::from_secs(10);

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers all of them.
pub(super) fn register(engine: &mut Engine, automation: &Automation) {
    moment::register(engine);
    trigger::register(engine);
    event::register(engine);
    expected::register(engine, automation);
    register_watch(engine, automation);
    register_conditions(engine, automation);
    register_timers(engine, automation);
    register_waits(engine, automation);
    register_lists(engine, automation);
    register_log(engine, automation);
    history::register(engine, automation);
    drawing::register(engine, automation);
    record::register(engine, automation);
}

/// What an action is told knows its own row and time; other values are the scripts' own.
fn register_log(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn("log", move |path: &str, event: Event| {
        shared.callbacks().log(path, &event.record())
    });
}

impl Automation {
    /// Begins a trigger with a condition.
    fn conditioned(&self, call: &NativeCallContext, subject: Subject, asked: Asked) -> Trigger {
        let entry = Entry::new(subject, call);
        entry.condition.replace(Some(asked));
        self.draft(entry)
    }

    /// Makes a trigger that has all that it needs.
    fn made(&self, call: &NativeCallContext, subject: Subject, run: FnPtr) -> Result<Trigger> {
        self.settle(call.engine())?;
        let function = subject.function();
        let called = self.called(function, run, &[0, 1], "|| … or |x| …")?;
        let entry = Entry::new(subject, call);
        entry.run.replace(Some(called));
        self.define(call.engine(), &entry)?;
        Ok(Trigger {
            automation: self.clone(),
            entry,
        })
    }

    fn condition(
        &self,
        call: &NativeCallContext,
        condition: &Dynamic,
        subject: &Subject,
    ) -> Result<Asked> {
        self.settle(call.engine())?;
        if let Some(closure) = condition.read_lock::<FnPtr>() {
            return self.asked_closure(call, subject.function(), closure.clone(), subject);
        }
        match condition.read_lock::<rhai::ImmutableString>() {
            Some(text) => self.asked_text(call.engine(), &text, subject),
            None => {
                let (name, noun) = (subject.function(), self.callbacks().noun(condition));
                let message = format!("`{name}` takes a condition, and this is {noun}");
                let help = "write it as a text, \"a.quantity > 500\", or as a closure, || a.quantity > 500";
                Err(self.callbacks().refusal(message, help))
            }
        }
    }
}

/// Where a call stands.
pub(super) fn origin(call: &NativeCallContext) -> String {
    let line = call.call_position().line();
    let line = line.map_or(String::new(), |line| format!("line {line}"));
    match call.call_source() {
        Some(source) if !source.is_empty() => format!("{source} {line}"),
        _ => line,
    }
}

fn register_watch(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn(
        "watch",
        move |call: NativeCallContext, path: &str, run: FnPtr| {
            shared.made(&call, Subject::Watch(path.to_owned()), run)
        },
    );
}

fn register_conditions(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn(
        "when",
        move |call: NativeCallContext, condition: Dynamic| -> Result<Trigger> {
            let asked = shared.condition(&call, &condition, &Subject::When)?;
            Ok(shared.conditioned(&call, Subject::When, asked))
        },
    );
    let shared = automation.clone();
    engine.register_fn(
        "when",
        move |call: NativeCallContext, condition: Dynamic, run: FnPtr| -> Result<Trigger> {
            let asked = shared.condition(&call, &condition, &Subject::When)?;
            shared
                .conditioned(&call, Subject::When, asked)
                .run(&call, run)
        },
    );
    let shared = automation.clone();
    engine.register_fn(
        "when_each",
        move |call: NativeCallContext, objects: &str, condition: Dynamic| -> Result<Trigger> {
            let subject = Subject::WhenEach(objects.to_owned());
            let asked = shared.condition(&call, &condition, &subject)?;
            Ok(shared.conditioned(&call, subject, asked))
        },
    );
    let shared = automation.clone();
    engine.register_fn(
        "when_each",
        move |call: NativeCallContext,
              objects: &str,
              condition: Dynamic,
              run: FnPtr|
              -> Result<Trigger> {
            let subject = Subject::WhenEach(objects.to_owned());
            let asked = shared.condition(&call, &condition, &subject)?;
            shared.conditioned(&call, subject, asked).run(&call, run)
        },
    );
    let shared = automation.clone();
    engine.register_fn(
        "always",
        move |call: NativeCallContext, condition: Dynamic, message: &str| -> Result<Trigger> {
            let subject = Subject::Always(message.to_owned());
            let asked = shared.condition(&call, &condition, &subject)?;
            let trigger = shared.conditioned(&call, subject, asked);
            trigger.entry.options.borrow_mut().history = Some(BEFORE_A_BREAK);
            Ok(trigger)
        },
    );
}

fn register_timers(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn(
        "every",
        move |call: NativeCallContext, period: Dynamic, run: FnPtr| {
            let period = shared.callbacks().duration(&period)?;
            shared.made(&call, Subject::Every(period), run)
        },
    );
    let shared = automation.clone();
    engine.register_fn(
        "after",
        move |call: NativeCallContext, delay: Dynamic, run: FnPtr| {
            let delay = shared.callbacks().duration(&delay)?;
            shared.made(&call, Subject::After(delay), run)
        },
    );
}

fn register_waits(engine: &mut Engine, automation: &Automation) {
    register_sleep::<INT>(engine, automation);
    register_sleep::<rhai::FLOAT>(engine, automation);
    register_sleep::<Duration>(engine, automation);
    // `-1.s` is a moment in the past, and refused as such.
    register_sleep::<memglass_script::Ago>(engine, automation);
    let shared = automation.clone();
    engine.register_fn(
        "wait_until",
        move |call: NativeCallContext, condition: Dynamic, time: Dynamic| -> Result<bool> {
            let time = shared.callbacks().duration(&time)?;
            shared.refuse_waiting("wait_until", true)?;
            let asked = shared.condition(&call, &condition, &Subject::When)?;
            let mistake = {
                shared.look_at_session();
                let mut watch = shared.engine();
                watch.catch_up(shared.now());
                condition::mistake(shared.callbacks(), &asked, watch.observer())
            };
            if let Some(mistake) = mistake {
                return Err(shared.mistake(&mistake, asked.text.is_some()));
            }
            // An interrupt ends the wait itself.
            let is_true = || {
                let answer = shared.answer(call.engine(), &asked, None, "wait_until");
                answer.is_ok_and(|answer| answer.truth == Truth::True)
            };
            shared.wait_until(call.engine(), is_true, time)
        },
    );
    let shared = automation.clone();
    engine.register_fn("now", move || shared.moment(shared.now()));
}

/// It replaces the one of the scripts, during which nothing else runs.
fn register_sleep<T: Clone + 'static>(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn(
        "sleep",
        move |call: NativeCallContext, time: T| -> Result<()> {
            let time = shared.callbacks().duration(&Dynamic::from(time))?;
            shared.refuse_waiting("sleep", false)?;
            shared.settle(call.engine())?;
            shared.sleep(call.engine(), time)
        },
    );
}

impl Automation {
    /// Refuses to wait inside of a condition, and where `not_in_actions` also in an action.
    fn refuse_waiting(&self, name: &str, not_in_actions: bool) -> Result<()> {
        let callbacks = self.callbacks();
        if let Some(asking) = callbacks.asking() {
            let message = format!("`{name}` cannot wait inside of `{asking}`, which only asks");
            return Err(callbacks.refusal(message, ""));
        }
        if not_in_actions && self.is_in_action() {
            let message = format!("`{name}` cannot wait in an action, which holds up all others");
            let help = "make a trigger with `when(…).once().run(…)` instead";
            return Err(callbacks.refusal(message, help));
        }
        Ok(())
    }

    /// All triggers.
    fn triggers(&self) -> Vec<Trigger> {
        let entries = self.0.entries.borrow();
        let numbers: Vec<u64> = entries.keys().copied().collect();
        drop(entries);
        let triggers = numbers.into_iter();
        triggers.filter_map(|number| self.trigger(number)).collect()
    }
}

/// Which triggers are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    /// Those that have not ended.
    Living,
    /// Those that have ended as well.
    All,
}

impl Automation {
    /// Triggers, a row for each, with the counts of which there are any; and how many have ended.
    pub(crate) fn table(&self, listed: Listed) -> (Table, usize) {
        let triggers = self.triggers().into_iter();
        let mut all: Vec<(Trigger, Status)> = triggers
            .filter_map(|trigger| Some((trigger.clone(), trigger.status()?)))
            .collect();
        let known = all.len();
        let is_living = |(_, status): &(Trigger, Status)| status.state != Shown::Done;
        let ended = known - all.iter().filter(|it| is_living(it)).count();
        if listed == Listed::Living {
            all.retain(is_living);
        }
        let counts = COUNTS.iter().filter(|(name, count)| {
            *name == "fired" || all.iter().any(|(_, status)| count(status) > 0)
        });
        let counts: Vec<_> = counts.collect();
        let has_settings = all.iter().any(|(it, _)| !it.entry.settings().is_empty());
        let settings = has_settings.then_some("settings");
        let names = ["number", "kind", "about"].into_iter().chain(settings);
        let names = names.chain(["state"]);
        let columns = names.chain(counts.iter().map(|(name, _)| *name));
        let rows = all.iter().map(|(trigger, status)| {
            let entry = &trigger.entry;
            let number = entry.number.get().unwrap_or_default();
            let first = [
                Cell::plain(number),
                Cell::plain(entry.subject.function()),
                Cell::plain(entry.title()),
            ];
            let settings = settings.map(|_| Cell::plain(entry.settings()));
            let state = Cell::plain(trigger.state_text(status));
            let counts = counts.iter().map(|(_, count)| Cell::plain(count(status)));
            let cells = first.into_iter().chain(settings).chain([state]);
            cells.chain(counts).map(Some).collect()
        });
        let table = Table {
            columns: columns.map(str::to_owned).collect(),
            rows: rows.collect(),
            none: "there is no trigger; `when(\"a.quantity > 500\").run(|| print(\"hot\"))` is one"
                .into(),
            narrow: Some(Box::new(narrow(&all))),
            ..Table::default()
        };
        (table, ended + self.0.forgotten.get())
    }
}

/// All triggers, for a screen with little room.
fn narrow(all: &[(Trigger, Status)]) -> Table {
    let mut table = Table::new(["trigger", "state"]);
    for (trigger, status) in all {
        let entry = &trigger.entry;
        let number = entry.number.get().unwrap_or_default();
        let mut about = format!("{number} {} {}", entry.subject.function(), entry.title());
        let settings = entry.settings();
        if !settings.is_empty() {
            about += &format!(", {settings}");
        }
        let mut state = trigger.state_text(status);
        for (name, count) in COUNTS {
            let count = count(status);
            if count > 0 {
                state += &format!(", {name} {count}");
            }
        }
        table.push([Cell::prose(about), Cell::prose(state)]);
    }
    table
}

fn register_lists(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn("triggers", move || -> Array {
        shared.triggers().into_iter().map(Dynamic::from).collect()
    });
    let shared = automation.clone();
    engine.register_fn("trigger", move |number: INT| -> Result<Trigger> {
        let found = u64::try_from(number)
            .ok()
            .and_then(|number| shared.trigger(number));
        found.ok_or_else(|| {
            let message = format!("there is no trigger {number}");
            shared
                .callbacks()
                .refusal(message, "`triggers()` lists all")
        })
    });
    let shared = automation.clone();
    engine.register_fn("sampler", move || {
        let engine = shared.engine();
        let ticks = engine.ticks();
        let mut map = Map::new();
        map.insert("ticks".into(), Dynamic::from_int(ticks.ticks as INT));
        map.insert("late".into(), Dynamic::from_int(ticks.late as INT));
        let bytes = engine.history_bytes();
        map.insert("history_bytes".into(), Dynamic::from_int(bytes as INT));
        map.insert("period".into(), Dynamic::from(engine.period()));
        map
    });
    let shared = automation.clone();
    engine.register_fn("producer", move || {
        let attached = shared.callbacks().attached();
        let presence = match shared.callbacks().asking() {
            Some(_) => shared.engine().presence(),
            None => attached.presence(),
        };
        let observer = attached.observer();
        let session = observer.session();
        let mut map = Map::new();
        map.insert("state".into(), presence.word().into());
        map.insert("session".into(), session.name.clone().into());
        map.insert("program".into(), session.program.clone().into());
        map.insert("pid".into(), Dynamic::from_int(session.pid.into()));
        map
    });
}

//! Triggers as scripts have them: what can be said of one, and what it shows.

use std::rc::Rc;
use std::time::Duration;

use memglass::sampler::Rate;
use memglass_watch::{PauseReason, Shown, Status};
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, INT, NativeCallContext};

use super::Automation;
use super::action::{Asked, Entry, Subject};
use super::moment::Moment;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A trigger of a script.
#[derive(Clone)]
pub(super) struct Trigger {
    pub(super) automation: Automation,
    pub(super) entry: Rc<Entry>,
}

impl Trigger {
    /// What it shows of itself; nothing before it is defined.
    pub(super) fn status(&self) -> Option<Status> {
        let number = self.entry.number.get()?;
        self.automation.engine().status(number)
    }

    fn state(&self) -> &'static str {
        match self.status() {
            Some(status) => status.state.word(),
            // It was forgotten, because it was done, or never begun.
            None if self.entry.number.get().is_some() => "done",
            None => "undefined",
        }
    }

    /// The state, and what there is to say of it.
    pub(super) fn state_text(&self, status: &Status) -> String {
        let word = status.state.word();
        let more = match &status.state {
            Shown::Error(why) => why.clone(),
            Shown::Paused(PauseReason::Loop) => "it made itself fire".to_owned(),
            Shown::Paused(PauseReason::Interrupted) => "it was interrupted".to_owned(),
            Shown::Pending(time) | Shown::Active(time) => {
                format!("since {}", self.automation.moment(*time).text())
            }
            Shown::Held(time) => format!("until {}", self.automation.moment(*time).text()),
            Shown::Armed | Shown::Paused(_) | Shown::Done => String::new(),
        };
        let interpreted = match status.is_compiled || status.state == Shown::Done {
            true => "",
            false => ", interpreted",
        };
        match more.is_empty() {
            true => format!("{word}{interpreted}"),
            false => format!("{word}{interpreted}: {more}"),
        }
    }

    fn reason(&self) -> Dynamic {
        match self.status().map(|status| status.state) {
            Some(Shown::Paused(PauseReason::Loop)) => "loop".into(),
            Some(Shown::Paused(PauseReason::Interrupted)) => "interrupted".into(),
            Some(Shown::Paused(PauseReason::Asked)) => "asked".into(),
            Some(Shown::Error(why)) => why.into(),
            _ => Dynamic::UNIT,
        }
    }

    fn since(&self) -> Dynamic {
        match self.status().map(|status| status.state) {
            Some(Shown::Pending(time) | Shown::Active(time) | Shown::Held(time)) => {
                Dynamic::from(self.automation.moment(time))
            }
            _ => Dynamic::UNIT,
        }
    }

    /// Whether its condition is compiled, and if not, why.
    fn judged(&self) -> Dynamic {
        let Some(status) = self.status() else {
            return Dynamic::UNIT;
        };
        let why = self.entry.why_interpreted.borrow();
        match (status.is_compiled, why.is_empty()) {
            (true, _) => "compiled".into(),
            (false, true) => "interpreted".into(),
            (false, false) => format!("interpreted: {why}").into(),
        }
    }

    pub(super) fn text(&self) -> String {
        let number = match self.entry.number.get() {
            Some(number) => format!("trigger {number}"),
            None => "trigger".to_owned(),
        };
        let (function, title) = (self.entry.subject.function(), self.entry.title());
        let begins = self.entry.number.get().is_none() && self.entry.is_said();
        let state = match begins {
            true => "begins when this line has ended",
            false => self.state(),
        };
        let settings = match &*self.entry.settings() {
            "" => String::new(),
            settings => format!(", {settings}"),
        };
        format!("{number}: {function} {title}{settings} ({state})")
    }

    /// Makes a setting, which may be made once, and before `run` unless it is of a `watch`.
    fn set(
        &self,
        name: &'static str,
        value: String,
        kinds: &[&str],
        change: impl Fn(&mut memglass_watch::Options),
    ) -> Result<Trigger> {
        self.check(name, value, kinds)?;
        if let Some(number) = self.entry.number.get() {
            let changed = self.automation.engine().change_options(number, &change);
            changed.map_err(|error| self.automation.refused(&error))?;
        }
        change(&mut self.entry.options.borrow_mut());
        Ok(self.clone())
    }

    fn check(&self, name: &'static str, value: String, kinds: &[&str]) -> Result<()> {
        let callbacks = self.automation.callbacks();
        let function = self.entry.subject.function();
        if !kinds.contains(&function) {
            let message = format!("`{function}` has no `{name}`");
            let help = format!("`{name}` is for {}", kinds.join(", "));
            return Err(callbacks.refusal(message, &help));
        }
        if function != "watch" && self.entry.number.get().is_some() {
            let message = format!("`{name}` comes too late: the trigger runs already");
            return Err(callbacks.refusal(message, "settings come before `run`"));
        }
        let mut made = self.entry.made.borrow_mut();
        if made.iter().any(|(said, _)| *said == name) {
            return Err(callbacks.refusal(format!("`{name}` was said already"), ""));
        }
        made.push((name, value));
        Ok(())
    }

    fn time(&self, name: &'static str, time: &Dynamic) -> Result<Duration> {
        let callbacks = self.automation.callbacks();
        let time = callbacks.duration(time)?;
        if time.is_zero() && name != "lasting" {
            let message = format!("`{name}` needs a time longer than 0");
            return Err(callbacks.refusal(message, ""));
        }
        Ok(time)
    }

    fn listen(&self, name: &'static str, closure: FnPtr) -> Result<Trigger> {
        self.check(name, String::new(), &["watch"])?;
        let called = self
            .automation
            .called(name, closure, &[0, 1], "|| … or |c| …")?;
        let number = self.entry.number.get();
        let mut engine = self.automation.engine();
        let is_appeared = name == "appeared";
        if let Some(number) = number {
            let changed = engine.change_options(number, |options| match is_appeared {
                true => options.hears_appeared = true,
                false => options.hears_vanished = true,
            });
            changed.map_err(|error| self.automation.refused(&error))?;
        }
        match is_appeared {
            true => self.entry.appeared.replace(Some(called)),
            false => self.entry.vanished.replace(Some(called)),
        };
        Ok(self.clone())
    }

    fn log(&self, path: &str) -> Result<Trigger> {
        self.check("log", path.to_owned(), SAMPLED)?;
        self.automation.callbacks().open_log(path)?;
        self.entry.log.replace(Some(path.to_owned()));
        Ok(self.clone())
    }

    fn rearm(&self, asked: Asked) -> Result<Trigger> {
        let title = asked.title();
        let trigger = self.set("rearm", title, CONDITIONS, |options| options.rearms = true)?;
        self.entry.rearm.replace(Some(asked));
        Ok(trigger)
    }

    /// Says what it does, and starts it.
    pub(super) fn run(&self, call: &NativeCallContext, closure: FnPtr) -> Result<Trigger> {
        self.check("run", String::new(), CONDITIONS)?;
        let counts: (&[usize], &str) = match self.entry.subject {
            Subject::WhenEach(_) => (&[0, 1, 2], "|| …, |o| … or |o, f| …"),
            _ => (&[0, 1], "|| … or |f| …"),
        };
        let called = self.automation.called("run", closure, counts.0, counts.1)?;
        self.entry.run.replace(Some(called));
        self.automation.define(call.engine(), &self.entry)?;
        Ok(self.clone())
    }
}

impl Automation {
    /// A time between two samples, `60.hz`, or "spin" for none.
    pub(super) fn period(&self, time: &Dynamic) -> Result<Duration> {
        let callbacks = self.callbacks();
        let word = time.read_lock::<rhai::ImmutableString>();
        if word.as_deref().is_some_and(|word| word == "spin") {
            return Ok(Duration::ZERO);
        }
        let period = match word {
            Some(_) => None,
            None => Some(callbacks.duration(time)?),
        };
        let is_rate = |period: &Duration| period.is_zero() || Rate::every(*period).is_ok();
        period.filter(is_rate).ok_or_else(|| {
            let message = "`rate` is from once an hour to a million times a second, or \"spin\"";
            callbacks.refusal(message.to_owned(), "write 100.hz, 10.ms or \"spin\"")
        })
    }
}

/// The functions that make triggers of conditions.
const CONDITIONS: &[&str] = &["when", "when_each", "always"];
const SAMPLED: &[&str] = &["watch", "when", "when_each", "always"];

/// Registers the settings and what a trigger shows.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Trigger>("trigger");
    register_settings(engine);
    register_conditions(engine);
    register_deeds(engine);
    register_shown(engine);
}

fn register_settings(engine: &mut Engine) {
    engine.register_fn("lasting", |trigger: Trigger, time: Dynamic| {
        let time = trigger.time("lasting", &time)?;
        trigger.set("lasting", format!("{time:?}"), CONDITIONS, |options| {
            options.lasting = Some(time)
        })
    });
    engine.register_fn("at_most_every", |trigger: Trigger, time: Dynamic| {
        let time = trigger.time("at_most_every", &time)?;
        trigger.set("at_most_every", format!("{time:?}"), SAMPLED, |options| {
            options.at_most_every = Some(time);
        })
    });
    engine.register_fn("rate", |trigger: Trigger, time: Dynamic| {
        let time = trigger.automation.period(&time)?;
        let rate = match time.is_zero() {
            true => "spin".to_owned(),
            false => format!("each {time:?}"),
        };
        let trigger = trigger.set("rate", rate, SAMPLED, |options| options.period = Some(time))?;
        // One that is not defined yet is sampled from its definition on.
        if trigger.entry.number.get().is_some() {
            trigger.automation.start_sampling(&trigger.entry)?;
        }
        Result::Ok(trigger)
    });
    engine.register_fn("with_history", |trigger: Trigger, time: Dynamic| {
        let time = trigger.time("with_history", &time)?;
        trigger.set("with_history", format!("{time:?}"), CONDITIONS, |options| {
            options.history = Some(time);
        })
    });
    engine.register_fn("edges_only", |trigger: Trigger| {
        trigger.set("edges_only", String::new(), CONDITIONS, |options| {
            options.edges_only = true
        })
    });
    engine.register_fn("once", |trigger: Trigger| {
        trigger.set("once", String::new(), SAMPLED, |options| {
            options.once = true
        })
    });
    engine.register_fn("may_loop", |trigger: Trigger| {
        trigger.set("may_loop", String::new(), SAMPLED, |options| {
            options.may_loop = true
        })
    });
    engine.register_fn("queue", |trigger: Trigger, length: INT| {
        let length = usize::try_from(length).ok().filter(|length| *length > 0);
        let Some(length) = length else {
            let message = "`queue` needs room for at least one firing".to_owned();
            return Err(trigger.automation.callbacks().refusal(message, ""));
        };
        let value = length.to_string();
        trigger.set("queue", value, SAMPLED, |options| {
            options.queue = Some(length);
        })
    });
}

fn register_conditions(engine: &mut Engine) {
    engine.register_fn(
        "rearm",
        |call: NativeCallContext, trigger: Trigger, text: &str| {
            let subject = &trigger.entry.subject;
            let asked = trigger
                .automation
                .asked_text(call.engine(), text, subject)?;
            trigger.rearm(asked)
        },
    );
    engine.register_fn(
        "rearm",
        |call: NativeCallContext, trigger: Trigger, closure: FnPtr| {
            let subject = &trigger.entry.subject;
            let asked = trigger
                .automation
                .asked_closure(&call, "rearm", closure, subject)?;
            trigger.rearm(asked)
        },
    );
    engine.register_fn(
        "run",
        |call: NativeCallContext, trigger: Trigger, closure: FnPtr| trigger.run(&call, closure),
    );
    engine.register_fn("log", |trigger: Trigger, path: &str| trigger.log(path));
    engine.register_fn("appeared", |trigger: Trigger, closure: FnPtr| {
        trigger.listen("appeared", closure)
    });
    engine.register_fn("vanished", |trigger: Trigger, closure: FnPtr| {
        trigger.listen("vanished", closure)
    });
}

fn register_deeds(engine: &mut Engine) {
    engine.register_fn("cancel", |trigger: Trigger| {
        trigger.automation.cancel(&trigger.entry)
    });
    engine.register_fn("pause", |trigger: Trigger| {
        if let Some(number) = trigger.entry.number.get() {
            trigger.automation.engine().pause(number);
        }
    });
    engine.register_fn("resume", |call: NativeCallContext, trigger: Trigger| {
        if let Some(number) = trigger.entry.number.get() {
            trigger.automation.resume(call.engine(), number);
        }
    });
    engine.register_fn("to_string", |trigger: Trigger| trigger.text());
    engine.register_fn("to_debug", |trigger: Trigger| trigger.text());
}

fn register_shown(engine: &mut Engine) {
    engine
        .register_get("state", |trigger: &mut Trigger| trigger.state())
        .register_get("reason", |trigger: &mut Trigger| trigger.reason())
        .register_get("since", |trigger: &mut Trigger| trigger.since());
    engine.register_get("number", |trigger: &mut Trigger| {
        trigger
            .entry
            .number
            .get()
            .map_or(Dynamic::UNIT, |number| Dynamic::from_int(number as INT))
    });
    engine.register_get("kind", |trigger: &mut Trigger| {
        trigger.entry.subject.function()
    });
    engine
        .register_get("about", |trigger: &mut Trigger| trigger.entry.title())
        .register_get("settings", |trigger: &mut Trigger| trigger.entry.settings())
        .register_get("where", |trigger: &mut Trigger| {
            trigger.entry.origin.clone()
        })
        .register_get("judged", |trigger: &mut Trigger| trigger.judged());
    for (name, count) in COUNTS {
        engine.register_get(*name, move |trigger: &mut Trigger| {
            trigger.status().map_or(0, |status| count(&status) as INT)
        });
    }
    engine.register_get("late", |trigger: &mut Trigger| {
        trigger
            .status()
            .map_or(Duration::ZERO, |status| status.counters.late)
    });
    engine.register_get("last_fired", |trigger: &mut Trigger| {
        let last = trigger.status().and_then(|status| status.last_fired);
        let last: Option<Moment> = last.map(|time| trigger.automation.moment(time));
        last.map_or(Dynamic::UNIT, Dynamic::from)
    });
    engine.register_get("last_error", |trigger: &mut Trigger| {
        let last = trigger.status().and_then(|status| status.last_error);
        last.map_or(Dynamic::UNIT, Dynamic::from)
    });
}

type Count = fn(&Status) -> u64;

/// The counts that a trigger shows.
pub(super) const COUNTS: &[(&str, Count)] = &[
    ("fired", |status| status.counters.fired),
    ("suppressed", |status| status.counters.suppressed),
    ("merged", |status| status.counters.merged),
    ("missed", |status| status.counters.missed),
    ("errors", |status| status.counters.errors),
    ("failures", |status| status.counters.failures),
    ("vanished", |status| status.counters.vanished),
    ("objects", |status| status.counts.objects as u64),
    ("pending", |status| status.counts.pending as u64),
    ("active", |status| status.counts.active as u64),
    ("failing", |status| status.counts.failing as u64),
];

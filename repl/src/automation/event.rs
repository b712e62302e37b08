//! What an action is told: `c` of a change, `f` of a firing.

use std::rc::Rc;
use std::time::Duration;

use memglass::{Field, Value};
use memglass_script::Record;
use memglass_watch::{Happening, Reading};
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, Map};

use super::Automation;
use super::drawing;
use super::moment::Moment;
use super::trigger::Trigger;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What an action is told.
#[derive(Clone)]
pub(super) struct Event(Rc<Told>);

struct Told {
    automation: Automation,
    trigger: Trigger,
    time: Moment,
    late: Duration,
    what: Happening,
}

impl Event {
    pub(super) fn new(
        automation: &Automation,
        trigger: Trigger,
        (time, late): (Moment, Duration),
        what: Happening,
    ) -> Self {
        Event(Rc::new(Told {
            automation: automation.clone(),
            trigger,
            time,
            late,
            what,
        }))
    }

    /// The object of a `when_each`, as scripts have it.
    pub(super) fn object_of_each(&self) -> Option<Dynamic> {
        match &self.0.what {
            Happening::Rose {
                object: Some((field, _)),
                ..
            } => Some(self.0.automation.callbacks().place(field)),
            _ => None,
        }
    }

    /// When it was.
    pub(super) fn time(&self) -> Moment {
        self.0.time
    }

    /// The path of what it is about, if that is one field.
    pub(super) fn path(&self) -> Option<&str> {
        self.field().map(|(field, _)| field.path())
    }

    /// The fields of the condition as they were judged; of one that is sampled at each point, as they were right after it.
    pub(super) fn readings(&self) -> &[Reading] {
        match &self.0.what {
            Happening::Rose { readings, .. } => readings,
            _ => &[],
        }
    }

    fn field(&self) -> Option<(&Field, &str)> {
        match &self.0.what {
            Happening::Changed { field, label, .. }
            | Happening::Appeared { field, label, .. }
            | Happening::Vanished { field, label, .. }
            | Happening::Rose {
                object: Some((field, label)),
                ..
            } => Some((field, label)),
            Happening::Rose { .. } | Happening::Point => None,
        }
    }

    fn old(&self) -> Result<Dynamic> {
        let callbacks = self.0.automation.callbacks();
        match &self.0.what {
            Happening::Changed { field, old, .. } | Happening::Vanished { field, old, .. } => {
                Ok(callbacks.value(field, old.clone()))
            }
            Happening::Rose { .. } => {
                let message = "a firing has no `old`: `f.history` has what was before it, with `.with_history(5.s)`; `watch` tells of each change";
                Err(callbacks.refusal(message.to_owned(), ""))
            }
            Happening::Appeared { .. } => Ok(Dynamic::UNIT),
            Happening::Point => Err(self.has_no("old", "")),
        }
    }

    /// The new value of a change; of a firing that of its only field.
    fn now(&self) -> Result<Dynamic> {
        let callbacks = self.0.automation.callbacks();
        match &self.0.what {
            Happening::Changed { field, now, .. } | Happening::Appeared { field, now, .. } => {
                Ok(callbacks.value(field, now.clone()))
            }
            Happening::Rose { readings, .. } => match &readings[..] {
                [Reading { field, value }] => Ok(callbacks.value(field, value.clone())),
                [] => {
                    let message =
                        "a firing of this condition comes without values, so it has no `now`";
                    Err(callbacks.refusal(message.to_owned(), ""))
                }
                readings => {
                    let count = readings.len();
                    Err(callbacks.refusal(format!("the condition reads {count} fields, so there is no one `now`: `f.values` has them by their paths"), ""))
                }
            },
            Happening::Vanished { .. } => Ok(Dynamic::UNIT),
            Happening::Point => Err(self.has_no("now", "")),
        }
    }

    /// The whole object, whose field it is about.
    fn object(&self) -> Result<Dynamic> {
        let Some((field, label)) = self.field() else {
            return Ok(Dynamic::UNIT);
        };
        let callbacks = self.0.automation.callbacks();
        if let Happening::Rose { .. } = self.0.what {
            return Ok(callbacks.place(field));
        }
        let observer = callbacks.attached().observer();
        let id = field.object_id();
        let object = observer.object_in(id.slot);
        let object = object.filter(|object| observer.id_of(object) == id);
        let root = object.and_then(|object| {
            let root = observer.root(&object).ok()?;
            let behind = label.strip_prefix(&*object.label);
            let index = behind.and_then(|behind| behind.strip_prefix('[')?.strip_suffix(']'));
            match index.filter(|_| object.count.is_some()) {
                Some(index) => root.element(index.parse().ok()?).ok(),
                None => Some(root),
            }
        });
        drop(observer);
        match root {
            Some(root) => Ok(callbacks.place(&root)),
            None => Err(callbacks.refusal(format!("{label} is gone"), "")),
        }
    }

    fn changed(&self) -> Array {
        match &self.0.what {
            Happening::Changed { changed, .. } => {
                changed.iter().map(|part| part.clone().into()).collect()
            }
            _ => Array::new(),
        }
    }

    fn merged(&self) -> INT {
        match &self.0.what {
            Happening::Changed { merged, .. } | Happening::Rose { merged, .. } => *merged as INT,
            _ => 0,
        }
    }

    fn missed(&self) -> Dynamic {
        match &self.0.what {
            Happening::Changed {
                missed: Some(missed),
                ..
            } => Dynamic::from_int(*missed as INT),
            _ => Dynamic::UNIT,
        }
    }

    fn since(&self) -> Moment {
        let since_start = match &self.0.what {
            Happening::Rose { since, .. } => *since,
            _ => self.0.time.since_start,
        };
        Moment {
            since_start,
            ..self.0.time
        }
    }

    /// What the condition was judged by.
    fn values(&self) -> Result<Map> {
        match &self.0.what {
            Happening::Rose { readings, .. } => Ok(self.values_of(readings)),
            Happening::Point => Err(self.has_no("values", "")),
            _ => Err(self.has_no("values", ": a change has `old` and `now`")),
        }
    }

    /// Says that its kind of trigger does not tell this, and what there is.
    fn has_no(&self, what: &str, instead: &str) -> Box<EvalAltResult> {
        let function = self.0.trigger.entry.subject.function();
        let message = format!("`{function}` gives its action no `{what}`{instead}");
        self.0.automation.callbacks().refusal(message, "")
    }

    fn values_of(&self, readings: &[Reading]) -> Map {
        let callbacks = self.0.automation.callbacks();
        let values = readings.iter().map(|Reading { field, value }| {
            let shown = callbacks.value(field, value.clone());
            (field.path().into(), shown)
        });
        values.collect()
    }

    /// What the condition was judged by before, sample by sample.
    fn history(&self) -> Result<Array> {
        let callbacks = self.0.automation.callbacks();
        let Happening::Rose { history, .. } = &self.0.what else {
            return Err(self.has_no("history", KEPT));
        };
        if self.0.trigger.entry.options.borrow().history.is_none() {
            let message = "nothing is kept of the time before a firing: `.with_history(5.s)` before `.run` keeps it";
            return Err(callbacks.refusal(message.to_owned(), ""));
        }
        let samples = history.iter().map(|(time, readings)| {
            let mut sample = self.values_of(readings);
            let time = Moment {
                since_start: *time,
                ..self.0.time
            };
            sample.insert("time".into(), Dynamic::from(time));
            Dynamic::from_map(sample)
        });
        Ok(samples.collect())
    }

    /// The recent values of each field that has changed, one to a line: which it had, since when, and what it is.
    pub(super) fn before(&self) -> String {
        let Happening::Rose {
            history, readings, ..
        } = &self.0.what
        else {
            return String::new();
        };
        let now = self.0.time.since_start;
        let lines = readings.iter().filter_map(|reading| {
            let values = recent(history, reading, now)?;
            Some(format!("\n  {}: {values}", reading.field.path()))
        });
        lines.collect()
    }

    /// It in one line.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.0.time.text(), self.told())
    }

    /// What happened, without the time.
    fn told(&self) -> String {
        let path = self.field().map_or("", |(field, _)| field.path());
        match &self.0.what {
            Happening::Changed { old, now, .. } => format!("{path}: {old} -> {now}"),
            Happening::Appeared { now, .. } => format!("{path} appeared: {now}"),
            Happening::Vanished { old, .. } => format!("{path} vanished: {old}"),
            Happening::Rose { readings, .. } => {
                let about = match (path, self.0.trigger.entry.title()) {
                    ("", title) => title,
                    (label, _) => label.to_owned(),
                };
                format!("{about}{}", in_brackets(readings))
            }
            Happening::Point => self.0.trigger.text(),
        }
    }

    /// What a file gets of it.
    pub(super) fn record(&self) -> Record {
        let time = self.0.time;
        Record {
            time: time.start + time.since_start,
            row: self.row(),
            text: self.told(),
        }
    }

    /// What a table has of it: of a change the path and the values, of a firing what its condition read.
    fn row(&self) -> Vec<(String, Value)> {
        let path = self.field().map_or("", |(field, _)| field.path());
        let nothing = || Value::Text(String::new());
        let change = |old: Value, now: Value| {
            let path = Value::Text(path.to_owned());
            let cells = [("path", path), ("old", old), ("now", now)];
            cells.map(|(name, value)| (name.to_owned(), value)).into()
        };
        match &self.0.what {
            Happening::Changed { old, now, .. } => change(old.clone(), now.clone()),
            Happening::Appeared { now, .. } => change(nothing(), now.clone()),
            Happening::Vanished { old, .. } => change(old.clone(), nothing()),
            Happening::Rose {
                object, readings, ..
            } => {
                // The objects of a `when_each` have one set of columns.
                let label = object.as_ref().map(|(_, label)| &**label);
                let label = label.map(|label| ("object".to_owned(), label.into()));
                let about = |reading: &Reading| {
                    let within = reading.field.path().strip_prefix(path);
                    let within = within.and_then(|rest| rest.strip_prefix('.'));
                    within.unwrap_or(reading.field.path()).to_owned()
                };
                let read = readings.iter();
                let read = read.map(|reading| (about(reading), reading.value.clone()));
                label.into_iter().chain(read).collect()
            }
            Happening::Point => Vec::new(),
        }
    }
}

/// What to use instead of `history` in the action of a `watch`.
const KEPT: &str = ": `history(\"label.field\")` keeps the values of a field from then on";

/// Values of one field that are told, the last ones.
const RECENT: usize = 6;

/// The recent values of a field, each with the time since which it had it; nothing if it had only one.
fn recent(
    history: &[(Duration, Vec<Reading>)],
    reading: &Reading,
    now: Duration,
) -> Option<String> {
    let path = reading.field.path();
    let of_field = |(time, readings): &(Duration, Vec<Reading>)| {
        let mut readings = readings.iter();
        let found = readings.find(|known| known.field.path() == path)?;
        Some((*time, found.value.to_string()))
    };
    let mut values: Vec<(Duration, String)> = history.iter().filter_map(of_field).collect();
    values.dedup_by(|later, earlier| later.1 == earlier.1);
    if values.len() < 2 {
        return None;
    }
    let first = values.len().saturating_sub(RECENT);
    let told = values[first..]
        .iter()
        .map(|(time, value)| match now.saturating_sub(*time) {
            Duration::ZERO => value.clone(),
            ago => format!("{value} at -{}", drawing::time(ago)),
        });
    let mark = if first > 0 { "… " } else { "" };
    Some(format!("{mark}{}", told.collect::<Vec<_>>().join(", ")))
}

/// What was read, behind something that it was read for.
pub(super) fn in_brackets(readings: &[Reading]) -> String {
    let values = readings.iter();
    let values: Vec<String> = values
        .map(|reading| format!("{} = {}", reading.field.path(), reading.value))
        .collect();
    match values.is_empty() {
        true => String::new(),
        false => format!(" ({})", values.join(", ")),
    }
}

/// Registers what an action can ask of what it is told.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Event>("event");
    engine
        .register_get("time", |event: &mut Event| event.0.time)
        .register_get("late", |event: &mut Event| event.0.late)
        .register_get("trigger", |event: &mut Event| event.0.trigger.clone())
        .register_get("since", |event: &mut Event| event.since())
        .register_get("merged", |event: &mut Event| event.merged())
        .register_get("missed", |event: &mut Event| event.missed())
        .register_get("changed", |event: &mut Event| event.changed())
        .register_get("old", |event: &mut Event| event.old())
        .register_get("now", |event: &mut Event| event.now())
        .register_get("object", |event: &mut Event| event.object())
        .register_get("history", |event: &mut Event| event.history());
    engine.register_get("held", |event: &mut Event| {
        matches!(event.0.what, Happening::Rose { held: true, .. })
    });
    engine.register_get("torn", |event: &mut Event| {
        matches!(event.0.what, Happening::Changed { torn: true, .. })
    });
    engine.register_get("path", |event: &mut Event| {
        event
            .field()
            .map_or(String::new(), |(field, _)| field.path().to_owned())
    });
    engine.register_get("label", |event: &mut Event| {
        event
            .field()
            .map_or(String::new(), |(_, label)| label.to_owned())
    });
    engine.register_get("values", |event: &mut Event| event.values());
    engine.register_fn("to_string", |event: Event| event.text());
    engine.register_fn("to_debug", |event: Event| event.text());
}

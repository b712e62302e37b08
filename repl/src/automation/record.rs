//! `record`: scripts that record what they run on.

use std::path::Path;
use std::rc::Rc;

use memglass::sampler::Rate;
use memglass_stream::Plan;
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString, Map};

use super::Automation;
use crate::recordings::{Recordings, Taped, told};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A recording, as scripts have it.
#[derive(Clone)]
pub(super) struct Recording {
    automation: Automation,
    taped: Rc<Taped>,
}

impl Recording {
    /// What it shows of itself.
    pub(super) fn text(&self) -> String {
        match (self.taped.progress(), self.taped.is_going()) {
            (Some(progress), true) => format!("recording {}", told::progress(&progress)),
            (Some(progress), false) => format!("recorded {}", told::progress(&progress)),
            (None, _) => format!("nothing is recorded in {}", self.taped.named.display()),
        }
    }

    fn stop(&self) -> Result<()> {
        let stopped = self.automation.recordings().stop(&self.taped);
        stopped
            .map(drop)
            .map_err(|error| self.automation.refused(&error))
    }

    fn count(&self, count: impl Fn(memglass_stream::Progress) -> u64) -> INT {
        let counted = self.taped.progress().map_or(0, count);
        INT::try_from(counted).unwrap_or(INT::MAX)
    }
}

/// Registers all of it.
pub(super) fn register(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn("record", move |path: &str| {
        shared.record(path, Plan::default())
    });
    let shared = automation.clone();
    engine.register_fn("record", move |path: &str, how: Map| {
        shared.record(path, shared.plan(&how)?)
    });
    engine.register_type_with_name::<Recording>("recording");
    engine
        .register_fn("stop", |recording: Recording| recording.stop())
        .register_fn("to_string", |recording: Recording| recording.text())
        .register_fn("to_debug", |recording: Recording| recording.text())
        .register_get("running", |recording: &mut Recording| {
            recording.taped.is_going()
        })
        .register_get("file", |recording: &mut Recording| {
            let progress = recording.taped.progress();
            let path = progress.map_or(recording.taped.named.clone(), |progress| progress.path);
            path.display().to_string()
        })
        .register_get("values", |recording: &mut Recording| {
            recording.count(|progress| progress.totals.values)
        })
        .register_get("bytes", |recording: &mut Recording| {
            recording.count(|progress| progress.totals.file_bytes)
        })
        .register_get("missed", |recording: &mut Recording| {
            recording.count(|progress| progress.totals.losses.sum())
        });
}

impl Automation {
    /// The recordings that go on.
    pub(crate) fn recordings(&self) -> &Recordings {
        &self.0.recordings
    }

    /// Tells which recordings have ended by themselves.
    pub(crate) fn tell_of_recordings(&self) {
        for news in self.0.recordings.news() {
            self.tell(&news);
        }
    }

    /// Starts to record what is attached.
    fn record(&self, path: &str, plan: Plan) -> Result<Recording> {
        let callbacks = self.callbacks();
        if let Some(asking) = callbacks.asking() {
            let message = format!("`record` cannot record inside of `{asking}`, which only asks");
            return Err(callbacks.refusal(message, ""));
        }
        let path = Path::new(path);
        let taped = match self.why_idle(path) {
            Some(why) => {
                self.tell(&why);
                Taped::idle(path)
            }
            None => {
                let mut observer = callbacks.attached().observer().beside();
                observer.refresh().map_err(|error| self.refused(&error))?;
                let started = self.recordings().start(observer, path, plan);
                started.map_err(|error| self.refused(&error))?
            }
        };
        Ok(Recording {
            automation: self.clone(),
            taped,
        })
    }

    /// Why nothing is recorded, where scripts are only tried out.
    fn why_idle(&self, path: &Path) -> Option<String> {
        let path = path.display();
        let is_trial = self.callbacks().attached().observer().is_trial();
        match (is_trial, self.surroundings().samples_here()) {
            (true, _) => Some(format!("dry run: {path} would be recorded")),
            (_, true) => Some(format!(
                "a script on a recording records nothing; {path} is not written"
            )),
            _ => None,
        }
    }

    /// What the options of a script say.
    fn plan(&self, options: &Map) -> Result<Plan> {
        let mut plan = Plan::default();
        for (name, value) in options {
            match name.as_str() {
                "only" => plan.only = self.patterns(value)?,
                "rate" => {
                    let period = self.period(value)?;
                    plan.rate = Rate::every(period).unwrap_or(Rate::SPIN);
                }
                "time" => plan.time = Some(self.callbacks().duration(value)?),
                other => {
                    let message = format!("`record` knows no option {other:?}");
                    let help = "it takes #{ only: \"AAPL_*\", rate: 1000.hz, time: 10.s }";
                    return Err(self.callbacks().refusal(message, help));
                }
            }
        }
        Ok(plan)
    }

    /// A pattern, or a list of them.
    fn patterns(&self, value: &Dynamic) -> Result<Vec<String>> {
        let texts = match value.read_lock::<Array>() {
            Some(list) => list.clone(),
            None => vec![value.clone()],
        };
        let text = |value: Dynamic| match value.try_cast::<ImmutableString>() {
            Some(text) => Ok(text.to_string()),
            None => {
                let message = "`only` takes a pattern or a list of them".to_owned();
                Err(self
                    .callbacks()
                    .refusal(message, "write \"AAPL_*\" or [\"AAPL_*\", \"Order\"]"))
            }
        };
        texts.into_iter().map(text).collect()
    }
}

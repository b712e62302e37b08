//! `record`: scripts that record what they run on.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use memglass::Observer;
use memglass::sampler::Rate;
use memglass_stream::{Channels, Plan, RecordError};
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString, Map};

use super::Automation;
use crate::recordings::{Recordings, Taped, channels_of, told};

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
            (Some(progress), true) if progress.ring.is_some() => {
                format!("keeping {}", told::progress(&progress))
            }
            (Some(progress), true) => format!("recording {}", told::progress(&progress)),
            (Some(progress), false) => format!("recorded {}", told::progress(&progress)),
            (None, _) => "a recording of nothing".to_owned(),
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
        shared.record(path, shared.plan("record", &how)?)
    });
    register_ring(engine, automation);
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

fn register_ring(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn("record_ring", move |time: Dynamic| {
        shared.record_ring(&time, Plan::default())
    });
    let shared = automation.clone();
    engine.register_fn("record_ring", move |time: Dynamic, how: Map| {
        shared.record_ring(&time, shared.plan("record_ring", &how)?)
    });
    let shared = automation.clone();
    engine.register_fn("save_ring", move |path: &str| {
        shared.save_ring(path, Duration::ZERO)
    });
    let shared = automation.clone();
    engine.register_fn("save_ring", move |path: &str, after: Dynamic| {
        shared.save_ring(path, shared.callbacks().duration(&after)?)
    });
}

impl Automation {
    /// The recordings that go on.
    pub(crate) fn recordings(&self) -> &Recordings {
        &self.0.recordings
    }

    /// Tells which recordings have ended by themselves, and what of one that is played is damaged.
    pub(crate) fn tell_of_recordings(&self) {
        if let Some(player) = &*self.0.player.borrow() {
            for line in told::damaged(&player.damage().take_news()) {
                self.tell(&line);
            }
        }
        for news in self.0.recordings.news() {
            self.tell(&news);
        }
    }

    /// Ends the recordings, and tells what came of each.
    pub(crate) fn end_recordings(&self) {
        for told in self.0.recordings.stop_all() {
            self.tell(&told);
        }
    }

    /// Starts to record what is attached.
    fn record(&self, path: &str, plan: Plan) -> Result<Recording> {
        let path = Path::new(path);
        let taped = match self.is_idle("record", &path.display().to_string())? {
            true => Ok(Taped::idle(path)),
            false => self.recordings().start(self.beside()?, path, plan),
        };
        self.recording(taped)
    }

    /// Keeps what changes in memory.
    fn record_ring(&self, time: &Dynamic, plan: Plan) -> Result<Recording> {
        let time = self.callbacks().duration(time)?;
        if time.is_zero() {
            let message = "`record_ring` needs a time longer than 0".to_owned();
            return Err(self
                .callbacks()
                .refusal(message, "write `record_ring(60.s)`"));
        }
        let taped = match self.is_idle("record_ring", "what changes")? {
            true => Ok(Taped::idle(Path::new(""))),
            false => self.recordings().start_ring(self.beside()?, time, plan),
        };
        self.recording(taped)
    }

    /// Writes what is kept in memory.
    fn save_ring(&self, path: &str, after: Duration) -> Result<()> {
        if self.is_idle("save_ring", path)? {
            return Ok(());
        }
        let saved = self.recordings().save_ring(Path::new(path), after);
        saved.map_err(|error| match error {
            RecordError::NoRing => {
                let help = "`record_ring(60.s)` keeps the last minute from then on";
                self.callbacks().refusal(error.to_string(), help)
            }
            error => self.refused(&error),
        })
    }

    fn recording(&self, taped: std::result::Result<Rc<Taped>, RecordError>) -> Result<Recording> {
        Ok(Recording {
            automation: self.clone(),
            taped: taped.map_err(|error| self.refused(&error))?,
        })
    }

    /// An observer for the thread that records.
    fn beside(&self) -> Result<Observer> {
        let mut observer = self.callbacks().attached().observer().beside();
        let refreshed = observer.refresh().map(drop);
        refreshed.map_err(|error| self.refused(&error))?;
        Ok(observer)
    }

    /// Whether nothing is recorded, because scripts are only tried out or on a recording; then says so.
    fn is_idle(&self, function: &str, what: &str) -> Result<bool> {
        let callbacks = self.callbacks();
        if let Some(asking) = callbacks.asking() {
            let message =
                format!("`{function}` cannot record inside of `{asking}`, which only asks");
            return Err(callbacks.refusal(message, ""));
        }
        let is_trial = callbacks.attached().observer().is_trial();
        match (is_trial, self.surroundings().samples_here()) {
            (true, _) => self.tell(&format!("dry run: {what} would be recorded")),
            (_, true) => self.tell(&format!(
                "`{function}` does nothing on a recording; {what} would be recorded"
            )),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What the options of a script say.
    fn plan(&self, function: &str, options: &Map) -> Result<Plan> {
        let mut plan = Plan::default();
        for (name, value) in options {
            match name.as_str() {
                "only" => plan.only = self.patterns(value)?,
                "rate" => {
                    let period = self.period(value)?;
                    plan.rate = Rate::every(period).unwrap_or(Rate::SPIN);
                }
                "time" => plan.time = Some(self.callbacks().duration(value)?),
                "bytes" => plan.max_bytes = Some(self.bytes(value)?),
                "channels" => plan.channels = self.channels(value)?,
                other => {
                    let message = format!("`{function}` knows no option {other:?}");
                    let help = "it takes #{ only: \"AAPL_*\", rate: 1000.hz, time: 10.s, bytes: 100_000_000, channels: \"type\" }";
                    return Err(self.callbacks().refusal(message, help));
                }
            }
        }
        Ok(plan)
    }

    /// What is to have a channel of its own.
    fn channels(&self, value: &Dynamic) -> Result<Channels> {
        channels_of(&value.to_string()).map_err(|message| self.callbacks().refusal(message, ""))
    }

    /// A size.
    fn bytes(&self, value: &Dynamic) -> Result<u64> {
        let bytes = value
            .as_int()
            .ok()
            .and_then(|bytes| u64::try_from(bytes).ok());
        bytes.filter(|bytes| *bytes > 0).ok_or_else(|| {
            let message = "`bytes` is a whole number above 0".to_owned();
            self.callbacks()
                .refusal(message, "write 100_000_000 for 100 MB")
        })
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

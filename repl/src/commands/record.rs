//! `:record`: what changes from now on, into a file.

use std::path::Path;

use memglass::sampler::RateError;
use memglass_stream::Plan;
use memglass_syntax::words::{unquoted, words};

use super::{Command, CommandError, Takes, with_causes};
use crate::output::Output;
use crate::recordings::channels_of;
use crate::runtime::Runtime;

pub(super) struct Record;

impl Command for Record {
    fn name(&self) -> &'static str {
        "record"
    }

    fn usage(&self) -> &'static str {
        ":record [FILE [GLOB]...|off]"
    }

    fn summary(&self) -> &'static str {
        "record what changes into a file; off ends it"
    }

    fn details(&self) -> &'static str {
        "Each GLOB is a pattern of labels, or of names of types; without one all objects are recorded. They are looked at 100 times a second; `--rate 1000` looks more often. In the file each of the first 1,000 objects has a channel, with `--channels object` each object, and with `--channels type` each type. `memglass FILE` opens the recording. `:record` alone shows what is being recorded, and `:record off` ends that, as leaving the prompt does. Scripts do the same with `record(\"FILE\")`. `record_ring(60.s)` keeps the last minute in memory, and `save_ring(\"why.mcap\")` writes it."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":record run.mcap",
            ":record",
            ":record off",
            ":record orders.mcap AAPL_* Order --rate 1000",
            ":record off",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Files
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        match rest {
            "" => Ok(runtime.automation.recordings().table().into()),
            "off" => Ok(off(runtime)),
            rest => {
                let (file, plan) = typed(rest).map_err(CommandError::Text)?;
                let file = file.ok_or(CommandError::Usage {
                    usage: self.usage(),
                })?;
                start(runtime, Path::new(&file), plan)
            }
        }
    }
}

fn off(runtime: &Runtime) -> Output {
    let told = runtime.automation.recordings().stop_all();
    match told.is_empty() {
        true => Output::Note("nothing is recorded".into()),
        false => Output::all(told.into_iter().map(Output::Note)),
    }
}

fn start(runtime: &mut Runtime, file: &Path, plan: Plan) -> Result<Output, CommandError> {
    let mut observer = runtime.attached.observer().beside();
    observer.refresh()?;
    let started = runtime.automation.recordings().start(observer, file, plan);
    let taped = started.map_err(|error| CommandError::Text(with_causes(&error)))?;
    let objects = taped.progress().map_or(0, |progress| progress.objects);
    let objects = match objects {
        0 => "no object yet, and those that come".to_owned(),
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    };
    Ok(Output::Note(format!(
        "recording {objects} in {}; `:record off` ends it",
        file.display()
    )))
}

/// The file, and what is to be recorded.
fn typed(rest: &str) -> Result<(Option<String>, Plan), String> {
    let (mut file, mut plan) = (None, Plan::default());
    let mut words = words(rest).into_iter();
    while let Some(word) = words.next() {
        match word {
            "--rate" => {
                let rate = words.next().unwrap_or_default().parse();
                plan.rate = rate.map_err(|error: RateError| error.to_string())?;
            }
            "--channels" => plan.channels = channels_of(words.next().unwrap_or_default())?,
            word if word.starts_with("--") => {
                return Err(format!(
                    "`:record` has no {word}; it has --rate and --channels"
                ));
            }
            word if file.is_none() => file = Some(unquoted(word)),
            word => plan.only.push(unquoted(word)),
        }
    }
    Ok((file, plan))
}

//! Prints what happens to some fields of a session: `follow SESSION PATTERN… [--rate HZ]`.
//!
//! Patterns are paths in which `*` stands for any text: `*_position.quantity`. A session that is started
//! again is followed on.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use memglass::sampler::{Following, Rate, Sampler, Selection, Update, UpdateKind};
use memglass::{Observer, Value};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("follow: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let session = arguments
        .next()
        .ok_or("usage: follow SESSION PATTERN… [--rate HZ]")?;
    let mut following = Following::new(Observer::attach(&session)?);
    let mut rate = Rate::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rate" => rate = Rate::hz(arguments.next().ok_or("--rate needs a number")?.parse()?)?,
            pattern => {
                following.add(Selection::of(pattern)?)?;
            }
        }
    }
    let sampler = Sampler::start()?;
    let subscription = sampler.subscribe(rate, following);
    let mut out = std::io::stdout();
    for update in subscription.updates() {
        // Whoever read the output has enough.
        if writeln!(out, "{}", line(&update)).is_err() {
            break;
        }
    }
    let counters = sampler.counters();
    eprintln!("{} changes, {} ticks late", counters.changed, counters.late);
    Ok(())
}

fn line(update: &Update) -> String {
    let path = update.field.path();
    let text = |value: Option<Value>| value.map_or(String::new(), |value| value.to_string());
    let (old, now) = (text(update.old()), text(update.now()));
    match update.kind {
        UpdateKind::Appeared => format!("{path} appeared: {now}"),
        UpdateKind::Vanished => format!("{path} vanished: {old}"),
        _ => format!("{path}: {old} -> {now}"),
    }
}

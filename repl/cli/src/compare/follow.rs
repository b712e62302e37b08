//! What changes in one session, as it comes, or what changed in a recording.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::select;
use memglass_repl::program::recordings_told::lost;
use memglass_stream::{Change, Losses, RecordingError, Source, State};
use memglass_system::files::{has_lost_reader, is_stop, stop};
use memglass_terminal::signal::{self, Interrupts, Owner};
use memglass_terminal::streams::write_data_unless;

use super::super::arguments::Diff;
use super::super::failure::Failure;
use super::super::only::{Only, nothing_matches};
use super::super::options::Options;
use super::super::{replay, target};
use super::lines::{Event, Lines};

/// How often it is looked whether anybody still reads.
const LOOK_AFTER: Duration = Duration::from_millis(200);

/// Bytes of a recording's changes that leave together.
const CHUNK: usize = 64 << 10;

/// Tells what changes until it is interrupted, nobody reads any more, or the producer ends.
pub(super) fn session(options: &Options, diff: &Diff, session: &str) -> Result<i32, Failure> {
    if !diff.at.is_empty() {
        return Err(Failure::Usage(
            "--at is for recordings: a session is compared with what it was at the last look"
                .into(),
        ));
    }
    let observer = target::attach(options, session)?;
    options.mark_damage(&observer);
    let source = Source::new(observer, &diff.only);
    let mut source = source.map_err(|error| Failure::Usage(error.to_string()))?;
    let mut told = Told::new(options, diff)?;
    source.keyframe(|change| {
        told.state.take(change);
        Ok::<(), RecordingError>(())
    })?;
    let end = told.follow(&mut source, diff);
    match end {
        Err(error) => told.judge(error),
        Ok(code) => {
            told.say_losses(options);
            if let Some(presence) = gone(&source) {
                options.note(&format!("the producer has ended ({presence})"));
            }
            Ok(code)
        }
    }
}

/// Tells what changed in a recording.
pub(super) fn recording(options: &Options, diff: &Diff, file: &str) -> Result<i32, Failure> {
    if !diff.at.is_empty() || diff.time.is_some() {
        return Err(Failure::Usage(
            "--at compares two recordings, and --for is for sessions: `memglass diff run.mcap run.mcap --at start --at end`"
                .into(),
        ));
    }
    let recording = replay::read(options, file.as_ref())?;
    let damage = recording.damage();
    let start = recording.start();
    let mut only = Only::new(&diff.only)?;
    let mut told = Told::new(options, diff)?;
    let end = recording.tell(|time, change| {
        // Between two writes there may be much that nobody asked for.
        if told.stop.load(Ordering::Relaxed) {
            return Err(stop().into());
        }
        if !only.concerns(told.state.schema(), &change) {
            return Ok(());
        }
        told.take(time, change, time > start);
        match told.text.len() < CHUNK {
            true => Ok(()),
            false => told.write(),
        }
    });
    match end.and_then(|()| told.write()) {
        Err(error) => told.judge(error),
        Ok(()) => {
            replay::note_damage(options, file.as_ref(), &damage);
            if !only.has_met_any() {
                return Err(nothing_matches(file, &diff.only));
            }
            told.say_losses(options);
            Ok(0)
        }
    }
}

fn gone(source: &Source) -> Option<memglass::Presence> {
    let presence = source.producer();
    (!presence.is_alive()).then_some(presence)
}

/// What was told so far, and how.
struct Told {
    state: State,
    lines: Lines,
    losses: Losses,
    /// What is not written yet.
    text: String,
    interrupts: Interrupts,
    /// Raised to end a write that nobody takes.
    stop: Arc<AtomicBool>,
}

impl Told {
    fn new(options: &Options, diff: &Diff) -> Result<Told, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let lines = Lines::new(options, diff.pretty);
        Ok(Told {
            state: State::new(),
            lines,
            losses: Losses::default(),
            text: lines.head(true).to_owned(),
            interrupts: Interrupts::listen(Arc::clone(&stop), Owner::Program)?,
            stop,
        })
    }

    /// Looks again and again; the exit code.
    fn follow(&mut self, source: &mut Source, diff: &Diff) -> Result<i32, Failure> {
        let (start, start_time) = (Instant::now(), SystemTime::now());
        let period = diff.rate.period().unwrap_or_default();
        let (mut tick, mut look_at) = (1_u32, LOOK_AFTER);
        loop {
            let wait = period.saturating_mul(tick).saturating_sub(start.elapsed());
            select! {
                recv(self.interrupts.received()) -> signal => {
                    self.write()?;
                    return Ok(signal.map_or(0, signal::exit_code));
                }
                default(wait) => {}
            }
            let elapsed = start.elapsed();
            let passed = elapsed.as_nanos() / period.as_nanos().max(1);
            let late = match period.is_zero() {
                true => 0,
                false => passed.saturating_sub(u128::from(tick)) as u32,
            };
            tick = tick.saturating_add(late).saturating_add(1);
            let is_gone = gone(source).is_some();
            let time = start_time + elapsed;
            source.sample(u64::from(late), |change| {
                self.take(time, change, true);
                Ok::<(), Failure>(())
            })?;
            self.write()?;
            if is_gone || diff.time.is_some_and(|limit| elapsed >= limit) {
                return Ok(0);
            }
            if elapsed >= look_at {
                look_at = elapsed + LOOK_AFTER;
                if has_lost_reader(&io::stdout().lock()) {
                    return Err(io::Error::from(ErrorKind::BrokenPipe).into());
                }
            }
        }
    }

    /// Takes a change in, and tells what it meant if it is news.
    fn take(&mut self, time: SystemTime, change: Change<'_>, is_news: bool) {
        if let Change::Lost(more) = change {
            self.losses.add(more);
        }
        for turn in self.state.take(change) {
            if let Some(event) = Event::of(&self.state, &turn).filter(|_| is_news) {
                self.lines.put(&mut self.text, Some(time), &event);
            }
        }
    }

    fn write(&mut self) -> Result<(), Failure> {
        let text = std::mem::take(&mut self.text);
        match text.is_empty() {
            true => Ok(()),
            false => Ok(write_data_unless(&self.stop, &text)?),
        }
    }

    /// The exit code of a write that did not succeed, if that is how it is to end.
    fn judge(&self, error: Failure) -> Result<i32, Failure> {
        match error {
            Failure::Io(error) if is_stop(&error) => {
                // The flag is raised just before the signal is told.
                let signal = self.interrupts.received().recv();
                Ok(signal.map_or(0, signal::exit_code))
            }
            error => Err(error),
        }
    }

    fn say_losses(&self, options: &Options) {
        // Damage has its own message.
        let losses = Losses {
            damaged: 0,
            ..self.losses
        };
        if !losses.is_none() {
            let text = lost(losses);
            let lost = text.trim_start_matches(", ");
            options.note(&format!("not everything was seen: {lost}"));
        }
    }
}

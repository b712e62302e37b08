//! `memglass record`: what changes in a session, into a file.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::select;
use memglass::{Observer, SessionInfo};
use memglass_stream::{Compression, Losses, RecordError, Source, Totals};
use memglass_terminal::signal::{Interrupts, Owner};
use memglass_terminal::streams::write_message;
use memglass_value::format;

use super::arguments::{CompressionChoice, Record};
use super::failure::Failure;
use super::options::Options;
use super::reels::Reels;
use super::target;

/// How often everything is handed to the system: a kill loses no more.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// How often the line about the recording is drawn again.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// How often it is looked whether the producer was started again.
const LOOK_AFTER: Duration = Duration::from_millis(100);

/// Records until it is interrupted, the producer ends, or it is as long or as large as asked.
pub(super) fn run(options: &Options, named: Option<&str>, record: &Record) -> Result<i32, Failure> {
    if record.keep.is_some() && record.split.is_none() && !record.follow {
        let why = "--keep is about several files, which --split or --follow make";
        return Err(Failure::Usage(why.into()));
    }
    let session = match (&record.session, named) {
        (Some(one), Some(other)) if one != other => {
            return Err(Failure::Usage(format!(
                "two sessions are named, {other:?} and {one:?}: name one"
            )));
        }
        (one, other) => target::resolve(options, one.as_deref().or(other))?,
    };
    let observer = target::attach(options, &session)?;
    options.mark_damage(&observer);
    let path = record.output.clone();
    let path = path.unwrap_or_else(|| PathBuf::from(format!("{session}.mcap")));
    let mut tape = Tape::start(observer, &path, record)?;
    if tape.source.is_empty() {
        options.note("no object is selected now; those that come are recorded");
    }
    let end = tape.record_all(options, record);
    tape.clear_line();
    let end = end?;
    let text = tape.text();
    let totals = tape.reels.finish()?;
    if let End::Producer(presence) = end {
        options.note(&format!(
            "the producer has ended ({presence}), and so has the recording; --follow waits for the next one"
        ));
    }
    write_message(&format!("memglass: recorded {}\n", text(totals)));
    Ok(0)
}

/// Why a recording ends.
enum End {
    /// It is as long or as large as asked, or somebody ended it.
    Asked,
    /// Nothing changes any more.
    Producer(memglass::Presence),
}

/// A recording that is made.
struct Tape {
    session: String,
    source: Source,
    info: SessionInfo,
    reels: Reels,
    interrupts: Interrupts,
    is_drawn: bool,
    start: Instant,
    start_time: SystemTime,
}

impl Tape {
    fn start(observer: Observer, path: &Path, record: &Record) -> Result<Tape, Failure> {
        let session = observer.session().clone();
        let source = Source::new(observer, &record.only);
        let source = source.map_err(|error| Failure::Usage(error.to_string()))?;
        let compression = match record.compression {
            CompressionChoice::Zstd => Compression::Zstd,
            CompressionChoice::None => Compression::None,
        };
        // Before the file is there: a signal then ends it in order.
        let interrupts = Interrupts::listen(Arc::new(AtomicBool::new(false)), Owner::Program)?;
        Ok(Tape {
            reels: Reels::new(path, &session, compression, record.keep)?,
            session: session.name.clone(),
            info: session,
            source,
            interrupts,
            is_drawn: io::stderr().is_terminal(),
            start: Instant::now(),
            start_time: SystemTime::now(),
        })
    }

    /// Records one life of the producer, or all that follow.
    fn record_all(&mut self, options: &Options, record: &Record) -> Result<End, Failure> {
        loop {
            let end = self.run(record)?;
            let End::Producer(presence) = end else {
                return Ok(end);
            };
            if !record.follow {
                return Ok(end);
            }
            self.reels.recorder.flush()?;
            self.clear_line();
            options.note(&format!(
                "the producer has ended ({presence}); waiting until it is started again, Ctrl-C ends that"
            ));
            let Some(observer) = self.next_life(options, record) else {
                return Ok(End::Asked);
            };
            self.info = observer.session().clone();
            let source = Source::new(observer, &record.only);
            self.source = source.map_err(|error| Failure::Usage(error.to_string()))?;
            self.reels.go_on(&self.info)?;
            options.note(&format!(
                "{:?} was started again (pid {}); it is recorded in {}",
                self.session,
                self.info.pid,
                self.reels.path().display()
            ));
        }
    }

    /// The next session of the name; nothing if the recording is to end before there is one.
    fn next_life(&self, options: &Options, record: &Record) -> Option<Observer> {
        loop {
            if let Ok(observer) = options.attach(&self.session)
                && observer.session().id != self.info.id
                && observer.producer().is_alive()
            {
                return Some(observer);
            }
            select! {
                recv(self.interrupts.received()) -> _ => return None,
                default(LOOK_AFTER) => {}
            }
            if record.time.is_some_and(|time| self.start.elapsed() >= time) {
                return None;
            }
        }
    }

    fn run(&mut self, record: &Record) -> Result<End, RecordError> {
        self.start_over()?;
        let begin = self.start.elapsed();
        let period = record.rate.period().unwrap_or_default();
        let (mut tick, mut flush_at, mut draw_at) = (1_u32, begin + FLUSH_EVERY, begin);
        loop {
            let due = begin + period.saturating_mul(tick);
            let wait = due.saturating_sub(self.start.elapsed());
            select! {
                recv(self.interrupts.received()) -> _ => return Ok(End::Asked),
                default(wait) => {}
            }
            let elapsed = self.start.elapsed();
            let passed = (elapsed - begin).as_nanos() / period.as_nanos().max(1);
            let late = match period.is_zero() {
                true => 0,
                false => passed.saturating_sub(u128::from(tick)) as u32,
            };
            tick = tick.saturating_add(late).saturating_add(1);
            self.sample(u64::from(late))?;
            if elapsed >= flush_at {
                flush_at = elapsed + FLUSH_EVERY;
                self.reels.recorder.flush()?;
                if self.reels.recorder.wants_keyframe() {
                    self.keyframe()?;
                }
            }
            if self.reels.is_full(record.split) {
                self.reels.go_on(&self.info)?;
                self.start_over()?;
            }
            if elapsed >= draw_at {
                draw_at = elapsed + DRAW_EVERY;
                self.draw();
            }
            if let Some(end) = self.end(record, elapsed) {
                return Ok(end);
            }
        }
    }

    fn end(&self, record: &Record, elapsed: Duration) -> Option<End> {
        let presence = self.source.producer();
        if !presence.is_alive() {
            return Some(End::Producer(presence));
        }
        let is_long = record.time.is_some_and(|time| elapsed >= time);
        let bytes = self.reels.totals().file_bytes;
        let is_large = record.max_size.is_some_and(|most| bytes >= most);
        (is_long || is_large).then_some(End::Asked)
    }

    /// The time now, on a clock that never goes back.
    fn now(&self) -> SystemTime {
        self.start_time + self.start.elapsed()
    }

    fn keyframe(&mut self) -> Result<(), RecordError> {
        let now = self.now();
        let recorder = &mut self.reels.recorder;
        self.source.keyframe(|change| recorder.take(now, change))
    }

    /// Tells everything to a new file.
    fn start_over(&mut self) -> Result<(), RecordError> {
        let now = self.now();
        let recorder = &mut self.reels.recorder;
        self.source.start_over(|change| recorder.take(now, change))
    }

    fn sample(&mut self, late: u64) -> Result<(), RecordError> {
        let now = self.now();
        let recorder = &mut self.reels.recorder;
        self.source
            .sample(late, |change| recorder.take(now, change))
    }

    /// What is said at the end.
    fn text(&self) -> impl Fn(Totals) -> String + use<> {
        let seconds = self.start.elapsed().as_secs_f64();
        let (session, path) = (
            self.session.clone(),
            self.reels.path().display().to_string(),
        );
        let files = match self.reels.count() {
            1 => String::new(),
            count => format!(", the last of {count} files"),
        };
        move |totals| {
            let (values, size) = (counted(totals.values, "value"), size(totals.file_bytes));
            let lost = lost(totals.losses);
            format!("{seconds:.1} s of {session:?} in {path}{files}: {values}, {size}{lost}")
        }
    }

    fn draw(&self) {
        if self.is_drawn {
            let text = self.text()(self.reels.totals());
            write_message(&format!("\r{CLEAR}recording {text}; Ctrl-C ends it"));
        }
    }

    fn clear_line(&self) {
        if self.is_drawn {
            write_message(&format!("\r{CLEAR}"));
        }
    }
}

/// Clears the rest of a terminal's line.
const CLEAR: &str = "\x1b[K";

/// What was not seen, each kind after a comma; empty if everything was.
pub(super) fn lost(losses: Losses) -> String {
    let Losses {
        late_ticks,
        values,
        torn,
        objects,
    } = losses;
    let parts = [
        (late_ticks, "late tick"),
        (values, "value missed"),
        (torn, "torn value"),
        (objects, "object missed"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts
        .map(|(count, noun)| match noun.split_once(' ') {
            Some((noun, "missed")) => format!(", {} missed", counted(count, noun)),
            _ => format!(", {}", counted(count, noun)),
        })
        .collect()
}

/// A number of something.
pub(super) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{} {noun}s", format::grouped(&count.to_string())),
    }
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_is_told_and_nothing_else() {
        assert_eq!(lost(Losses::default()), "");
        let losses = Losses {
            late_ticks: 1,
            values: 2000,
            torn: 0,
            objects: 1,
        };
        let expected = ", 1 late tick, 2,000 values missed, 1 object missed";
        assert_eq!(lost(losses), expected);
    }
}

//! `memglass record`: what changes in a session, into a file.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossbeam_channel::select;
use memglass::{Observer, Presence};
use memglass_repl::program::recordings_told as told;
use memglass_stream::{Channels, Compression, End, Plan, Progress, RecordError, Tape, numbered};
use memglass_terminal::signal::{Interrupts, Owner};
use memglass_terminal::streams::write_message;

use super::arguments::{ChannelsChoice, CompressionChoice, Record};
use super::cuts::Cuts;
use super::failure::Failure;
use super::options::Options;
use super::status_line::StatusLine;
use super::target;

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
    let mut deck = Deck::start(observer, &path, record)?;
    if deck.tape.progress().objects == 0 {
        options.note("no object is selected now; those that come are recorded");
    }
    let over = deck.record_all(options, record)?;
    deck.line.clear();
    if let Over::Producer(presence) = &over {
        options.note(&format!(
            "the producer has ended ({presence}), and so has the recording; --follow waits for the next one"
        ));
    }
    match (over, record.ring) {
        (Over::Waiting, Some(_)) => Ok(0),
        _ => deck.finish(),
    }
}

/// Writes what a ring has. If there is a file of that name, of an earlier life or somebody else's, writes another one
/// beside it.
fn save(tape: &Tape, path: &Path) -> Result<Progress, Failure> {
    for number in 1.. {
        let path = match number {
            1 => path.to_owned(),
            number => numbered(path, number),
        };
        match tape.save(&path, Duration::ZERO) {
            Err(RecordError::Exists { .. }) if number < MOST => {}
            saving => return saving?.wait().map_err(ended),
        }
    }
    unreachable!("the last number ends the loop")
}

/// What kept a file from being written to its end, and whether there is some of it.
fn ended(error: RecordError) -> Failure {
    match error.leaves_a_beginning() {
        true => Failure::Ended(told::failure(&error)),
        false => error.into(),
    }
}

/// How many names are tried for the file of a ring.
const MOST: u32 = 10_000;

fn tell(progress: &Progress) {
    let text = told::progress(progress);
    write_message(&format!("memglass: recorded {text}\n"));
}

/// What ended a recording.
enum Over {
    /// Somebody, or the time or size that was asked for.
    Asked,
    /// The producer, and no other life is to be recorded.
    Producer(Presence),
    /// Somebody, while no producer lived: what there was is written.
    Waiting,
}

/// Fails if there is such a file, or none can be made: not only when it is to be written.
fn try_to_make(path: &Path) -> Result<(), RecordError> {
    match File::create_new(path).and_then(|_| fs::remove_file(path)) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(RecordError::Exists { path: path.into() })
        }
        Err(source) => Err(RecordError::Create {
            path: path.into(),
            source,
        }),
    }
}

/// A recording that is made, and what is said of it.
struct Deck {
    /// The file that a ring is written into at the end.
    saved_in: Option<PathBuf>,
    session: String,
    tape: Tape,
    /// Which life of the session is recorded.
    life: u128,
    cuts: Cuts,
    interrupts: Interrupts,
    line: StatusLine,
    start: Instant,
}

impl Deck {
    fn start(observer: Observer, path: &Path, record: &Record) -> Result<Deck, Failure> {
        // Before the file is there: a signal then ends it in order.
        let interrupts = Interrupts::listen(Arc::new(AtomicBool::new(false)), Owner::Program)?;
        let (session, cuts) = (observer.session().clone(), Cuts::of(&observer));
        let tape = match record.ring {
            Some(window) => {
                try_to_make(path)?;
                Tape::ring(observer, window, plan(record))?
            }
            None => Tape::start(observer, path, plan(record))?,
        };
        Ok(Deck {
            saved_in: record.ring.map(|_| path.to_owned()),
            session: session.name,
            tape,
            life: session.id,
            cuts,
            interrupts,
            line: StatusLine::new(),
            start: Instant::now(),
        })
    }

    /// Ends the recording, with all that is to be written.
    fn finish(self) -> Result<i32, Failure> {
        let progress = match &self.saved_in {
            Some(path) => save(&self.tape, path)?,
            None => self.tape.finish().map_err(ended)?,
        };
        tell(&progress);
        Ok(0)
    }

    /// Records one life of the producer, or all that follow.
    fn record_all(&mut self, options: &Options, record: &Record) -> Result<Over, Failure> {
        loop {
            let Some(presence) = self.one_life(options) else {
                return Ok(Over::Asked);
            };
            if !record.follow {
                return Ok(Over::Producer(presence));
            }
            self.line.clear();
            if let Some(path) = &self.saved_in {
                tell(&save(&self.tape, path)?);
            }
            options.note(&format!(
                "the producer has ended ({presence}); waiting until it is started again, Ctrl-C ends that"
            ));
            let Some(next) = self.next_life(options, record) else {
                return Ok(Over::Waiting);
            };
            let pid = next.session().pid;
            self.life = next.session().id;
            self.cuts = Cuts::of(&next);
            self.tape.go_on(next);
            let place = match &self.saved_in {
                Some(_) => "kept in memory".to_owned(),
                None => format!("recorded in {}", self.tape.progress().path.display()),
            };
            options.note(&format!(
                "{:?} was started again (pid {pid}); it is {place}",
                self.session
            ));
        }
    }

    /// Waits until the recording ends; what became of the producer, if that ended it.
    fn one_life(&mut self, options: &Options) -> Option<Presence> {
        loop {
            if let Some(news) = self.cuts.news() {
                self.line.clear();
                options.note(&news);
            }
            self.draw();
            select! {
                recv(self.interrupts.received()) -> _ => return None,
                recv(self.tape.ended()) -> end => return match end {
                    Ok(End::Producer(presence)) => Some(presence),
                    _ => None,
                },
                default(DRAW_EVERY) => {}
            }
        }
    }

    /// The next session of the name; nothing if the recording is to end before there is one.
    fn next_life(&self, options: &Options, record: &Record) -> Option<Observer> {
        loop {
            if let Ok(observer) = options.attach(&self.session)
                && observer.session().id != self.life
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

    fn draw(&self) {
        let text = told::progress(&self.tape.progress());
        self.line.draw(&match &self.saved_in {
            Some(path) => format!("Ctrl-C writes {}: keeping {text}", path.display()),
            None => format!("Ctrl-C ends it: recording {text}"),
        });
    }
}

fn plan(record: &Record) -> Plan {
    let mut plan = Plan::default();
    plan.only = record.only.clone();
    plan.rate = record.rate;
    plan.time = record.time;
    plan.max_bytes = record.max_size;
    plan.split = record.split;
    plan.keep = record.keep;
    plan.compression = match record.compression {
        CompressionChoice::Zstd => Compression::Zstd,
        CompressionChoice::None => Compression::None,
    };
    plan.channels = match record.channels {
        ChannelsChoice::Auto => Channels::Auto,
        ChannelsChoice::Object => Channels::PerObject,
        ChannelsChoice::Type => Channels::PerType,
    };
    plan
}

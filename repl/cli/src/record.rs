//! `memglass record`: what changes in a session, into a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossbeam_channel::select;
use memglass::{Observer, Presence};
use memglass_repl::program::recordings_told as told;
use memglass_stream::{Compression, End, Plan, Progress, RecordError, Tape};
use memglass_terminal::signal::{Interrupts, Owner};
use memglass_terminal::streams::write_message;

use super::arguments::{CompressionChoice, Record};
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
    let end = deck.record_all(options, record);
    deck.line.clear();
    if let Some(presence) = end {
        let more = match record.ring {
            Some(_) => "",
            None => "; --follow waits for the next one",
        };
        options.note(&format!(
            "the producer has ended ({presence}), and so has the recording{more}"
        ));
    }
    let progress = match record.ring {
        Some(_) => save(&deck.tape, &path)?,
        None => deck
            .tape
            .finish()
            .map_err(|error| match error.leaves_a_beginning() {
                true => Failure::Ended(told::failure(&error)),
                false => error.into(),
            })?,
    };
    write_message(&format!(
        "memglass: recorded {}\n",
        told::progress(&progress)
    ));
    Ok(0)
}

/// Writes what a ring has. If somebody has made a file of that name meanwhile, writes another one beside it.
fn save(tape: &Tape, path: &Path) -> Result<Progress, Failure> {
    for number in 2.. {
        match tape.save(path, Duration::ZERO) {
            Err(RecordError::Exists { .. }) if number < MOST => {
                let beside = path.with_extension(format!("{number}.mcap"));
                if let Ok(saving) = tape.save(&beside, Duration::ZERO) {
                    return Ok(saving.wait()?);
                }
            }
            saving => return Ok(saving?.wait()?),
        }
    }
    unreachable!("the last number ends the loop")
}

/// How many names are tried for the file of a ring.
const MOST: u32 = 100;

/// Fails if there is such a file: not only when it is to be written.
fn refuse_present(path: &Path) -> Result<(), RecordError> {
    match path.exists() {
        true => Err(RecordError::Exists { path: path.into() }),
        false => Ok(()),
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
    interrupts: Interrupts,
    line: StatusLine,
    start: Instant,
}

impl Deck {
    fn start(observer: Observer, path: &Path, record: &Record) -> Result<Deck, Failure> {
        // Before the file is there: a signal then ends it in order.
        let interrupts = Interrupts::listen(Arc::new(AtomicBool::new(false)), Owner::Program)?;
        let session = observer.session().clone();
        let tape = match record.ring {
            Some(window) => {
                refuse_present(path)?;
                Tape::ring(observer, window, plan(record))?
            }
            None => Tape::start(observer, path, plan(record))?,
        };
        Ok(Deck {
            saved_in: record.ring.map(|_| path.to_owned()),
            session: session.name,
            tape,
            life: session.id,
            interrupts,
            line: StatusLine::new(),
            start: Instant::now(),
        })
    }

    /// Records one life of the producer, or all that follow; what became of the producer, if it ended the recording.
    fn record_all(&mut self, options: &Options, record: &Record) -> Option<Presence> {
        loop {
            let presence = self.one_life()?;
            if !record.follow {
                return Some(presence);
            }
            self.line.clear();
            options.note(&format!(
                "the producer has ended ({presence}); waiting until it is started again, Ctrl-C ends that"
            ));
            let next = self.next_life(options, record)?;
            let pid = next.session().pid;
            self.life = next.session().id;
            self.tape.go_on(next);
            options.note(&format!(
                "{:?} was started again (pid {pid}); it is recorded in {}",
                self.session,
                self.tape.progress().path.display()
            ));
        }
    }

    /// Waits until the recording ends; what became of the producer, if that ended it.
    fn one_life(&self) -> Option<Presence> {
        loop {
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
    plan
}

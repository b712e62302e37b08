//! `memglass watch`: what changes, as a table or as lines, or what changed in a recording.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossbeam_channel::{after, never, select, tick};
use memglass::{Observer, Presence, SessionInfo};
use memglass_repl::program::full_screen::live::Setup;
use memglass_repl::program::{
    Changes, CommandError, Deadline, Lines, Meaning, News, RecordedChanges, Told, Watch as Fates,
    Watching,
};
use memglass_system::files::{has_lost_reader, is_stop};
use memglass_terminal::look::Look;
use memglass_terminal::signal::{self, Interrupts, Owner};
use memglass_terminal::streams::{write_data_unless, write_message};
use memglass_value::format;

use super::arguments::Watch;
use super::cuts::Cuts;
use super::failure::Failure;
use super::live;
use super::options::Options;
use super::replay;
use super::target::{self, Target};

/// News that wait for a slow reader before they are merged, one for each field.
const ROOM: usize = 1024;

/// News that are written at once.
const BATCH: usize = 256;

/// How often it is looked whether anybody still reads.
const LOOK_AFTER: Duration = Duration::from_millis(200);

/// Tells what changes until the user ends it, or it has lasted as long as asked.
pub(super) fn run(
    options: &Options,
    named: Option<&str>,
    mut watch: Watch,
) -> Result<i32, Failure> {
    let words = std::mem::take(&mut watch.words);
    let Target { observer, words } = target::split(options, named, words, 1, means)?;
    let changes = started(options, &observer, &words)?;
    options.mark_damage(&observer);
    let mut cuts = Cuts::of(&observer);
    if watch.lines || watch.count.is_some() || !live::is_wanted(options) {
        return print(options, changes, cuts, &watch);
    }
    let session = &observer.session().name;
    let subject = format!("{session}: {}", words.join("  "));
    let code = show(options, changes, &watch, &subject)?;
    cuts.news().iter().for_each(|news| options.note(news));
    Ok(code)
}

/// Shows a table; what was seen is told at the end.
fn show(
    options: &Options,
    mut changes: Changes,
    watch: &Watch,
    subject: &str,
) -> Result<i32, Failure> {
    changes.sample_at(watch.rate.unwrap_or_default());
    let start = Instant::now();
    let mut table = Watching::new(changes, subject);
    let setup = Setup {
        until: watch.time.map(|time| start + time),
        ..Watching::setup(live::looks(options))
    };
    let code = live::show(&mut table, &setup)?;
    let (changes, told) = table.ended();
    write_message(&format!("{}\n", text(told, &changes, start.elapsed())));
    Ok(code)
}

/// Prints lines.
fn print(options: &Options, changes: Changes, cuts: Cuts, watch: &Watch) -> Result<i32, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let limit = watch.time.map(|limit| {
        // A blocked write is told to stop, and nothing else is.
        Deadline::start(limit, Arc::clone(&stop), Duration::ZERO, || {})
    });
    let mut reader = Reader {
        options,
        lines: Lines {
            encoding: options.form.encoding,
            look: Look::of_stdout(options.color),
        },
        changes,
        interrupts: Interrupts::listen(Arc::clone(&stop), Owner::Program)?,
        stop,
        limit: limit.transpose()?,
        left: watch.count,
        fates: Fates::new(),
        cuts,
        told: Told::default(),
        start: Instant::now(),
    };
    reader.changes.sample_at(watch.rate.unwrap_or_default());
    let end = reader.read(watch.time)?;
    Ok(reader.ended(end))
}

/// Prints what changed in a recording, line by line.
pub(super) fn in_recording(options: &Options, file: &Path, watch: &Watch) -> Result<i32, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let interrupts = Interrupts::listen(Arc::clone(&stop), Owner::Program)?;
    let (walk, damage) = replay::walk(options, file, watch.rate)?;
    let meanings = meanings(options, walk.observer(), &watch.words)?;
    let mut changes = RecordedChanges::new(walk);
    for (number, meaning) in meanings.into_iter().enumerate() {
        changes.add(number, meaning)?;
    }
    let lines = Lines {
        encoding: options.form.encoding,
        look: Look::of_stdout(options.color),
    };
    let write = |text: &str| {
        let written = match text {
            "" => Ok(()),
            text => write_data_unless(&stop, text),
        };
        match written {
            // The flag is raised just before the signal is told.
            Err(error) if is_stop(&error) => Ok(interrupts.received().recv().ok()),
            written => written.map(|()| interrupts.received().try_recv().ok()),
        }
    };
    let mut told = Told::default();
    let mut left = watch.count.unwrap_or(u64::MAX);
    let mut code = write(lines.head())?;
    while code.is_none() && left > 0 {
        let Some(news) = changes.go_on()? else { break };
        if watch
            .time
            .is_some_and(|time| changes.walk().elapsed() > time)
        {
            break;
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        let news: Vec<News> = news.into_iter().take(most).collect();
        left -= news.len() as u64;
        news.iter().for_each(|news| told.count(news));
        let text: String = news.iter().map(|news| lines.line(news)).collect();
        code = write(&text)?;
    }
    replay::note_damage(options, file, &damage);
    replay::note_losses(options, changes.walk().losses());
    let elapsed = changes.walk().elapsed();
    let elapsed = watch.time.map_or(elapsed, |time| elapsed.min(time));
    write_message(&format!(
        "memglass: {} in {:.1} s of {}\n",
        listed(told),
        elapsed.as_secs_f64(),
        format::printable(&file.to_string_lossy())
    ));
    Ok(code.map_or(0, signal::exit_code))
}

/// Says why a word means nothing in a session now.
fn means(observer: &Observer, word: &str) -> Result<(), CommandError> {
    let (_, warnings) = Meaning::of(observer, word)?;
    warnings
        .into_iter()
        .next()
        .map_or(Ok(()), |warning| Err(CommandError::Text(warning)))
}

/// Follows what the words mean, not sampled yet. Nothing is followed if one of them is wrong.
fn started(options: &Options, observer: &Observer, words: &[String]) -> Result<Changes, Failure> {
    let meanings = meanings(options, observer, words)?;
    let mut changes = Changes::start(observer, ROOM)?;
    for (number, meaning) in meanings.into_iter().enumerate() {
        changes.add(number, meaning)?;
    }
    Ok(changes)
}

/// What the words mean. What is worth telling is told if none of them is wrong.
fn meanings(
    options: &Options,
    observer: &Observer,
    words: &[String],
) -> Result<Vec<Meaning>, Failure> {
    let meanings = words.iter().map(|word| Meaning::of(observer, word));
    let meanings: Vec<_> = meanings.collect::<Result<_, _>>()?;
    let told = meanings.into_iter().map(|(meaning, warnings)| {
        warnings.iter().for_each(|warning| options.note(warning));
        meaning
    });
    Ok(told.collect())
}

/// Why it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It was to last so long, or to print so many lines.
    Done,
    /// Nobody reads any more.
    Unread,
    Signal(i32),
}

/// Reads what changed and prints it.
struct Reader<'o> {
    options: &'o Options,
    lines: Lines,
    changes: Changes,
    interrupts: Interrupts,
    /// Raised to end a write that nobody takes.
    stop: Arc<AtomicBool>,
    limit: Option<Deadline>,
    /// Lines that are still to be printed.
    left: Option<u64>,
    fates: Fates,
    cuts: Cuts,
    told: Told,
    start: Instant,
}

impl Reader<'_> {
    fn read(&mut self, time: Option<Duration>) -> Result<End, Failure> {
        let time_is_up = time.map_or_else(never, after);
        let looks = tick(LOOK_AFTER);
        if let Some(end) = self.write(self.lines.head())? {
            return Ok(end);
        }
        loop {
            let end = select! {
                recv(self.changes.woken()) -> _ => self.take()?,
                recv(self.interrupts.received()) -> received => received.ok().map(End::Signal),
                // What was seen before is told, as far as somebody takes it.
                recv(time_is_up) -> _ => Some(self.take()?.unwrap_or(End::Done)),
                recv(looks) -> _ => self.look(),
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Tells what was cut off; an end if nobody reads any more.
    fn look(&mut self) -> Option<End> {
        if let Some(news) = self.cuts.news() {
            self.options.note(&news);
        }
        has_lost_reader(&io::stdout().lock()).then_some(End::Unread)
    }

    /// Prints what there is; an end if that was the last of it.
    fn take(&mut self) -> Result<Option<End>, Failure> {
        let most = self.left.map_or(BATCH, |left| BATCH.min(left as usize));
        let batch = self.changes.take(most);
        for (presence, session) in &batch.fates {
            self.tell_fate(*presence, session);
        }
        let remarks = batch.remarks.iter();
        remarks.for_each(|remark| self.options.note(remark));
        let mut lines = String::new();
        for news in &batch.news {
            lines.push_str(&self.lines.line(news));
            self.told.count(news);
        }
        let end = self.write(&lines)?;
        if let Some(left) = &mut self.left {
            *left -= batch.news.len() as u64;
        }
        Ok(end.or((self.left == Some(0)).then_some(End::Done)))
    }

    /// Writes data at once; an end if nobody takes it.
    fn write(&self, data: &str) -> Result<Option<End>, Failure> {
        match write_data_unless(&self.stop, data) {
            Ok(()) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Some(End::Unread)),
            Err(error) if is_stop(&error) => {
                if self.limit.as_ref().is_some_and(Deadline::passed) {
                    return Ok(Some(End::Done));
                }
                // The flag is raised just before the signal is told.
                let signal = self.interrupts.received().recv();
                Ok(Some(signal.map_or(End::Done, End::Signal)))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn tell_fate(&mut self, presence: Presence, session: &SessionInfo) {
        match presence {
            Presence::Restarted => {
                self.fates = Fates::new();
                self.options.note(&format!(
                    "producer of {:?} was started again (pid {}); its new session is watched",
                    session.name, session.pid
                ));
            }
            Presence::Alive if *self.fates.last() == Presence::Stopped => {
                self.fates = Fates::new();
                let goes_on = format!("producer of {:?} goes on", session.name);
                self.options.note(&goes_on);
            }
            presence => {
                if let Some(news) = self.fates.news(presence, session) {
                    self.options.note(&news);
                }
            }
        }
    }

    /// The exit code. What was printed and what was lost is told, unless nobody reads any more.
    fn ended(self, end: End) -> i32 {
        let code = match end {
            End::Done => 0,
            End::Unread => return 0,
            End::Signal(signal) => signal::exit_code(signal),
        };
        drop(self.limit);
        write_message(&format!(
            "{}\n",
            text(self.told, &self.changes, self.start.elapsed())
        ));
        code
    }
}

/// A count with commas between its thousands.
fn grouped(count: u64) -> String {
    format::grouped(&count.to_string())
}

fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{} {noun}s", grouped(count)),
    }
}

/// What was told, as a list.
fn listed(told: Told) -> String {
    let mut parts = vec![counted(told.changed, "change")];
    for (count, word) in [(told.appeared, "appeared"), (told.vanished, "vanished")] {
        if count > 0 {
            parts.push(format!("{} {word}", grouped(count)));
        }
    }
    parts.join(", ")
}

/// What was told and what was lost, in a line.
fn text(told: Told, changes: &Changes, time: Duration) -> String {
    let totals = changes.totals();
    let (merged, missed) = (grouped(totals.merged), grouped(totals.missed));
    let late = counted(totals.late, "late tick");
    let told = listed(told);
    format!(
        "memglass: {told} in {:.1} s; {merged} merged, {missed} missed, {late}",
        time.as_secs_f64()
    )
}

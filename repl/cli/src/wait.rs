//! `memglass wait`: until a condition is true, in a session or in a recording.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossbeam_channel::select;
use memglass::{AttachError, Observer};
use memglass_repl::program::{Awaited, CommandError, Encoding, Search, Step};
use memglass_terminal::signal::{self, Interrupts, Owner};
use memglass_terminal::streams::write_data;
use memglass_value::time;

use super::arguments::Wait;
use super::failure::Failure;
use super::options::Options;
use super::replay;
use super::target::{self, Target};

/// How often it is looked for a session that is not there yet.
const LOOK_FOR_SESSION: Duration = Duration::from_millis(20);

/// Waits; the exit code is 0 if the condition became true.
pub(super) fn run(options: &Options, named: Option<&str>, wait: Wait) -> Result<i32, Failure> {
    let mut patience = Patience::new(options)?;
    let (observer, text) = match wait.for_session {
        true => match session_to_come(options, named, wait.words, &mut patience)? {
            Ok(found) => found,
            Err(code) => return Ok(code),
        },
        false => {
            let Target { observer, words } =
                target::split(options, named, wait.words, 1, is_known)?;
            (observer, one_expression(words)?)
        }
    };
    let period = wait.rate.unwrap_or_default().period().unwrap_or_default();
    let (mut awaited, warnings) = Awaited::new(observer, &text, wait.lasting, period)?;
    warnings.iter().for_each(|warning| options.note(warning));
    patience.wait_for(&mut awaited, &text, period)
}

/// Prints the first moment of a recording at which the condition is true, or was for long enough.
pub(super) fn in_recording(options: &Options, file: &Path, wait: &Wait) -> Result<i32, Failure> {
    let mut patience = Patience::new(options)?;
    let text = one_expression(wait.words.clone())?;
    if wait.for_session {
        options.note(
            "a recording is there already: --for-session is for sessions that are still to come",
        );
    }
    let lasting = wait.lasting.map(|time| format!(" for {time:?}"));
    let lasting = lasting.unwrap_or_default();
    let (walk, damage) = replay::walk(options, file, wait.rate)?;
    let (mut search, warnings) = Search::new(walk, &text, wait.lasting)?;
    warnings.iter().for_each(|warning| options.note(warning));
    loop {
        match search.step()? {
            Step::Found(moment) => {
                replay::note_damage(options, file, &damage);
                let exact = time::rfc3339(moment).unwrap_or_default();
                write_data(&match options.form.encoding {
                    Encoding::Text => format!("{}\n", time::not_before(moment)),
                    Encoding::Json => format!("{{\"time\":\"{exact}\"}}\n"),
                    Encoding::Csv => format!("time\n{exact}\n"),
                })?;
                return Ok(0);
            }
            Step::Never => {
                replay::note_damage(options, file, &damage);
                replay::note_losses(options, search.walk().losses());
                let (file, end) = (file.display(), time::exact(search.walk().end()));
                let state = search.state();
                return Err(Failure::Ended(format!(
                    "`{text}` was never true{lasting} in {file}; at its end, {end}, it is {state}"
                )));
            }
            Step::Unfinished => {}
        }
        let so_far = || {
            let time = time::exact(search.walk().time());
            format!("`{text}` was not true{lasting} up to {time}")
        };
        if let Some(code) = patience.pass(Duration::ZERO, so_far)? {
            replay::note_damage(options, file, &damage);
            return Ok(code);
        }
    }
}

/// Says why a word is no condition in a session now.
fn is_known(observer: &Observer, word: &str) -> Result<(), CommandError> {
    let (_, warnings) = Awaited::new(observer.beside(), word, None, Duration::ZERO)?;
    warnings
        .into_iter()
        .next()
        .map_or(Ok(()), |warning| Err(CommandError::Text(warning)))
}

fn one_expression(mut words: Vec<String>) -> Result<String, Failure> {
    match (words.pop(), words.is_empty()) {
        (Some(word), true) => Ok(word),
        _ => Err(Failure::Usage(
            "one condition is waited for; `&&` joins several".into(),
        )),
    }
}

/// The session as soon as it is there and its producer lives, and the condition; an exit code if it was interrupted.
fn session_to_come(
    options: &Options,
    named: Option<&str>,
    mut words: Vec<String>,
    patience: &mut Patience,
) -> Result<Result<(Observer, String), i32>, Failure> {
    let session = match (named, words.len()) {
        (Some(name), 1) => name.to_owned(),
        (None, 2) => words.remove(0),
        _ => {
            return Err(Failure::Usage(
                "--for-session waits for one session by its name: `memglass wait --for-session SESSION EXPR`"
                    .into(),
            ));
        }
    };
    loop {
        match options.attach(&session) {
            Ok(observer) if observer.producer().is_alive() => {
                return Ok(Ok((observer, one_expression(words)?)));
            }
            Ok(_) | Err(AttachError::NoSuchSession { .. } | AttachError::Starting { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let state = || format!("there is no live session {session:?}");
        if let Some(code) = patience.pass(LOOK_FOR_SESSION, state)? {
            return Ok(Err(code));
        }
    }
}

/// For how long somebody waits, and what ends it.
struct Patience {
    interrupts: Interrupts,
    limit: Option<Duration>,
    start: Instant,
}

impl Patience {
    fn new(options: &Options) -> Result<Patience, Failure> {
        Ok(Patience {
            interrupts: Interrupts::listen(Arc::new(AtomicBool::new(false)), Owner::Program)?,
            limit: options.timeout,
            start: Instant::now(),
        })
    }

    fn wait_for(
        &mut self,
        awaited: &mut Awaited,
        text: &str,
        period: Duration,
    ) -> Result<i32, Failure> {
        let mut looks = 0_u32;
        loop {
            let is_over = !awaited.producer().is_alive();
            if awaited.look(self.start.elapsed()) {
                return Ok(0);
            }
            if is_over {
                return Err(Failure::Ended(format!(
                    "the producer is gone ({}), and `{text}` is {}",
                    awaited.producer(),
                    awaited.state()
                )));
            }
            looks = looks.wrapping_add(1);
            let next = period.saturating_mul(looks);
            let rest = next.saturating_sub(self.start.elapsed());
            if rest.is_zero() && !period.is_zero() {
                // Points in time that passed are not made up for.
                looks = (self.start.elapsed().as_nanos() / period.as_nanos()) as u32;
            }
            if let Some(code) = self.pass(rest, || format!("`{text}` is {}", awaited.state()))? {
                return Ok(code);
            }
        }
    }

    /// Lets time pass; an exit code if it was interrupted.
    ///
    /// # Errors
    ///
    /// [`Failure::WaitedTooLong`].
    fn pass(
        &mut self,
        time: Duration,
        state: impl FnOnce() -> String,
    ) -> Result<Option<i32>, Failure> {
        let left = self
            .limit
            .map(|limit| limit.saturating_sub(self.start.elapsed()));
        if let (Some(Duration::ZERO), Some(limit)) = (left, self.limit) {
            return Err(Failure::WaitedTooLong(limit, state()));
        }
        let time = left.map_or(time, |left| left.min(time));
        select! {
            recv(self.interrupts.received()) -> received => Ok(received.ok().map(signal::exit_code)),
            default(time) => Ok(None),
        }
    }
}

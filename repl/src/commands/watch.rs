//! `:watch` and `:unwatch`: changes above the prompt, and a line that is repeated.

use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use memglass_script::ScriptError;
use memglass_value::duration::{UNIT_NAMES, UNITS};
use memglass_value::time;

use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::{Runtime, Screen};
use crate::view;

pub(super) struct Watch;
pub(super) struct Unwatch;

/// How soon a repetition sees that it is to stop.
const LOOK: Duration = Duration::from_millis(10);

impl Command for Watch {
    fn name(&self) -> &'static str {
        "watch"
    }

    fn usage(&self) -> &'static str {
        ":watch [[TIME] EXPR]"
    }

    fn summary(&self) -> &'static str {
        "tell changes above the prompt; show the watches"
    }

    fn details(&self) -> &'static str {
        "A path, a pattern such as `*_position.quantity`, a type as in `Position.quantity`, or an expression is looked at 1,000 times a second, and its changes are told above the prompt ten times a second, the line that you type stays as it is. Changes between two tellings are merged and counted. What only a script can evaluate is asked ten times a second; it must not write. `:unwatch N` ends number N. `:watch` alone shows all of them in a table on the whole screen until `q`; `?` shows its keys.\n\nWith a time in front, `:watch 1s EXPR` evaluates any line again and again and writes each result, until Ctrl-C."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":watch AAPL_quote.ask_price - AAPL_quote.bid_price",
            ":watch *_position.{quantity,avg_price}",
            ":watch",
            ":watch 500ms :get AAPL_position.quantity",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if rest.is_empty() && !runtime.typed.is_empty() && view::check(runtime).is_ok() {
            runtime.wanted = Some(Screen::Watches);
            return Ok(Output::NOTHING);
        }
        if rest.is_empty() {
            return Ok(runtime.typed.table().into());
        }
        if let Some((period, line)) = timed(rest)? {
            if runtime.has_view {
                return Err(CommandError::Text(
                    "no line is repeated while the view is open; `:watch EXPR` shows what changes"
                        .into(),
                ));
            }
            return repeat(runtime, period, line);
        }
        if !runtime.has_prompt {
            return Err(CommandError::Text(
                "`:watch EXPR` is for a prompt; `memglass watch` prints changes, and `:watch 1s EXPR` repeats a line"
                    .into(),
            ));
        }
        let mut observer = runtime.attached.observer().beside();
        observer.refresh()?;
        let (number, warnings) = runtime.typed.add(&observer, &mut runtime.host, rest)?;
        let warnings = warnings.into_iter().map(Output::Note);
        let told = format!("watch {number}; `:unwatch {number}` ends it");
        Ok(Output::all(warnings.chain([Output::Note(told)])))
    }
}

impl Command for Unwatch {
    fn name(&self) -> &'static str {
        "unwatch"
    }

    fn usage(&self) -> &'static str {
        ":unwatch N"
    }

    fn summary(&self) -> &'static str {
        "end a watch by its number"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":unwatch 1"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let usage = self.usage();
        let number = rest.parse().map_err(|_| CommandError::Usage { usage })?;
        match runtime.typed.remove(number) {
            true => Ok(Output::NOTHING),
            false => Err(CommandError::Text(format!(
                "there is no watch {number}; `:watch` lists them"
            ))),
        }
    }
}

/// The time that a line begins with, and what is to be repeated.
///
/// # Errors
///
/// It is no time that can be waited for, or nothing is to be repeated.
pub(crate) fn timed(rest: &str) -> Result<Option<(Duration, &str)>, CommandError> {
    let (word, line) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let end = word.find(|c: char| c.is_ascii_alphabetic());
    let (number, unit) = word.split_at(end.unwrap_or(word.len()));
    // `500.ms` is a duration of scripts, and `7203T.price` a field of an object.
    let is_time =
        !number.ends_with('.') && !unit.is_empty() && unit.chars().all(|c| c.is_ascii_alphabetic());
    let Some(number) = number.parse::<f64>().ok().filter(|_| is_time) else {
        return Ok(None);
    };
    let wrong = || {
        CommandError::Text(format!(
            "{word:?} is not a time: write it as 500ms or 2s; units are {UNIT_NAMES}"
        ))
    };
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    if known.is_none() && line.is_empty() {
        // A label may begin with digits.
        return Ok(None);
    }
    let (_, nanos) = known.ok_or_else(wrong)?;
    let period = Duration::try_from_secs_f64(number * *nanos as f64 / 1e9).map_err(|_| wrong())?;
    match (period < LOOK, line.trim()) {
        (true, _) => Err(CommandError::Text(
            "it is repeated every 10ms at most".into(),
        )),
        (false, "") => Err(CommandError::Text(
            "what is to be repeated? `:watch 1s EXPR`".into(),
        )),
        (false, line) => Ok(Some((period, line))),
    }
}

/// Does what a line says again and again, until it is interrupted. Triggers go on meanwhile.
fn repeat(runtime: &mut Runtime, period: Duration, line: &str) -> Result<Output, CommandError> {
    // A screen of its own would be drawn once for all.
    let had_screen = std::mem::take(&mut runtime.has_screen);
    let result = repeated(runtime, period, line);
    runtime.has_screen = had_screen;
    result
}

fn repeated(runtime: &mut Runtime, period: Duration, line: &str) -> Result<Output, CommandError> {
    let mut due = Instant::now();
    loop {
        let head = format!("{}  every {period:?}\n", time::clock(SystemTime::now()));
        let output = match runtime.perform(line) {
            Err(CommandError::Script(ScriptError::Interrupted)) => return interrupted(runtime),
            output => output?,
        };
        if output.quits() {
            return Ok(output);
        }
        runtime.writer.tell(&head);
        runtime.writer.write(&output)?;
        due += period;
        while Instant::now() < due {
            sleep(due.saturating_duration_since(Instant::now()).min(LOOK));
            if runtime.interrupt.load(Ordering::Relaxed) {
                return interrupted(runtime);
            }
            // What begins a script forgets a Ctrl-C that came before it.
            if runtime.automation.rest().is_some_and(|rest| rest.is_zero()) {
                runtime.run_due()?;
            }
        }
        // What could not be done in time is left out.
        due = due.max(Instant::now() - period);
    }
}

/// At a prompt Ctrl-C is the way to end a repetition, and no failure.
fn interrupted(runtime: &Runtime) -> Result<Output, CommandError> {
    match runtime.has_prompt {
        true => {
            runtime.interrupt.store(false, Ordering::Relaxed);
            Ok(Output::NOTHING)
        }
        false => Err(ScriptError::Interrupted.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_time_in_front_is_repeated() {
        let second = Duration::from_secs(1);
        assert_eq!(timed("1s a.b > 5").ok(), Some(Some((second, "a.b > 5"))));
        assert_eq!(
            timed("0.5min :get a").ok(),
            Some(Some((30 * second, ":get a")))
        );
        for expression in [
            "a.b > 5",
            "1 + a.b",
            "*_position.x",
            "x 1s",
            "7203T.price",
            "500.ms < a.waited",
            "1e3 * a.b",
            "0x10 + a.b",
            "2.max(a.b)",
            "7203T",
        ] {
            assert_eq!(timed(expression).ok(), Some(None), "{expression}");
        }
        for wrong in ["1parsec a", "1s", "1ms a.b", "-1s a"] {
            assert!(timed(wrong).is_err(), "{wrong}");
        }
    }
}

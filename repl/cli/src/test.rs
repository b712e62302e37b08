//! `memglass test`: scripts that say what is to happen in a recording.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use memglass_repl::program::Encoding;
use memglass_repl::program::recordings_told::counted;
use memglass_terminal::look::{self, Look};
use memglass_terminal::streams::{rows, write_data, write_message};
use memglass_value::format;
use serde_json::json;

use super::arguments::Test;
use super::evaluate;
use super::failure::Failure;
use super::options::Options;

/// How the names of test scripts end.
const ENDING: &str = ".test.rhai";

/// Runs each script on its recording; exit code 1 if one of them failed.
pub(super) fn run(options: &Options, test: &Test) -> Result<i32, Failure> {
    let mut scripts = Vec::new();
    for path in &test.paths {
        scripts.extend(scripts_of(path)?);
    }
    let mut failed = 0_usize;
    for script in &scripts {
        let start = Instant::now();
        let name = script.display().to_string();
        let name = format::printable(&name);
        let outcome = one(options, script, test.replay.as_deref());
        failed += usize::from(outcome.is_err());
        let (expectations, why) = match outcome {
            Ok(expectations) => (expectations, None),
            Err(Why::Told) => (0, Some(String::new())),
            Err(Why::Failure(failure)) => {
                failure.report(options.color);
                (0, Some(failure.to_string()))
            }
        };
        let result = Tested {
            script: &name,
            expectations,
            seconds: start.elapsed().as_secs_f64(),
            why,
        };
        write_data(&result.text(options, script == &scripts[0]))?;
    }
    if failed > 0 {
        let all = counted(scripts.len() as u64, "script");
        write_message(&format!("memglass: {failed} of {all} failed\n"));
    }
    Ok(i32::from(failed > 0))
}

/// What became of a script.
struct Tested<'n> {
    script: &'n str,
    /// How many were met.
    expectations: usize,
    seconds: f64,
    /// Why it failed; empty if the script has told that itself.
    why: Option<String>,
}

impl Tested<'_> {
    /// A line about it, in the form that was asked for; as CSV the first has a line of column names above it.
    fn text(&self, options: &Options, is_first: bool) -> String {
        let Tested {
            script,
            expectations,
            seconds,
            why,
        } = self;
        let is_ok = why.is_none();
        let seconds = (seconds * 1000.0).round() / 1000.0;
        match options.form.encoding {
            Encoding::Json => {
                let line = json!({
                    "script": script,
                    "ok": is_ok,
                    "expectations": expectations,
                    "seconds": seconds,
                    "why": why.as_ref().filter(|why| !why.is_empty()),
                });
                format!("{}\n", format::printable_json(&line.to_string()))
            }
            Encoding::Csv => {
                let head = "script,ok,expectations,seconds,why\n";
                let why = why.as_deref().unwrap_or_default();
                let cells = [*script, why].map(quoted);
                let row = format!(
                    "{},{is_ok},{expectations},{seconds},{}\n",
                    cells[0], cells[1]
                );
                format!("{}{}", if is_first { head } else { "" }, rows(&row))
            }
            Encoding::Text if is_ok => format!(
                "ok      {script} ({} met, {seconds:.1} s)\n",
                counted(*expectations as u64, "expectation")
            ),
            Encoding::Text => {
                let word = Look::of_stdout(options.color).paint(look::alarm(), "FAILED");
                format!("{word}  {script}\n")
            }
        }
    }
}

/// A cell of CSV.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// Why a test failed.
enum Why {
    /// It told that itself.
    Told,
    Failure(Failure),
}

/// Runs one; gives how many expectations it had.
fn one(options: &Options, script: &Path, replay: Option<&Path>) -> Result<usize, Why> {
    let recording = match replay {
        Some(file) => file.to_owned(),
        None => recording_of(script),
    };
    let tested = evaluate::tested(options, &recording, script).map_err(|failure| {
        Why::Failure(match failure {
            // Elsewhere the code alone tells it.
            Failure::Command(error) if error.is_exit() => {
                Failure::Ended(format!("{error} ended the script before all was checked"))
            }
            failure => failure,
        })
    })?;
    if tested.is_script_cut {
        let why = "the recording ended while the script was waiting";
        return Err(Why::Failure(Failure::Ended(why.into())));
    }
    match tested.code {
        0 => Ok(tested.expectations),
        _ => Err(Why::Told),
    }
}

/// The recording beside a script: `alarm.mcap` of `alarm.test.rhai`.
fn recording_of(script: &Path) -> PathBuf {
    let name = script.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(ENDING).unwrap_or(&name);
    script.with_file_name(format!("{stem}.mcap"))
}

/// The test scripts of a directory, in the order of their names, or one script.
fn scripts_of(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let is_test = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str);
        name.is_some_and(|name| name.ends_with(ENDING))
    };
    let entries = std::fs::read_dir(path)?;
    let paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    let mut scripts: Vec<PathBuf> = paths.into_iter().filter(is_test).collect();
    scripts.sort();
    match scripts.is_empty() {
        true => Err(Failure::Usage(format!(
            "{} has no scripts called NAME{ENDING}",
            path.display()
        ))),
        false => Ok(scripts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recording_of_a_test_lies_beside_it() {
        let check = |script: &str, recording: &str| {
            assert_eq!(recording_of(Path::new(script)), Path::new(recording));
        };
        check("a/alarm.test.rhai", "a/alarm.mcap");
        check("alarm.rhai", "alarm.rhai.mcap");
    }
}

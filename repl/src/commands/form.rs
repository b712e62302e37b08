//! `:json`, `:csv`, `:x`, `:time` and `:pager`: how results are written, for one line or from now on.

use std::time::Instant;

use super::{Command, CommandError, Takes};
use crate::lines::elapsed;
use crate::output::{Encoding, Form, Layout, Output};
use crate::runtime::Runtime;

pub(super) struct Json;
pub(super) struct Csv;
pub(super) struct Pager;
pub(super) struct Expanded;
pub(super) struct Time;

impl Command for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn usage(&self) -> &'static str {
        ":json [LINE]"
    }

    fn summary(&self) -> &'static str {
        "write one result as JSON; alone: all, on or off"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":json AAPL_position.quantity", ":json :objects AAPL_*"]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        in_encoding(runtime, rest, Encoding::Json, "results are written as JSON")
    }
}

impl Command for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn usage(&self) -> &'static str {
        ":csv [LINE]"
    }

    fn summary(&self) -> &'static str {
        "write one result as CSV; alone: all, on or off"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":csv obs.all(\"Position\")", ":csv :types"]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        in_encoding(runtime, rest, Encoding::Csv, "results are written as CSV")
    }
}

impl Command for Expanded {
    fn name(&self) -> &'static str {
        "x"
    }

    fn usage(&self) -> &'static str {
        ":x [LINE]"
    }

    fn summary(&self) -> &'static str {
        "write rows field by field; alone: all, on or off"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":x :objects AAPL_*"]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let on = runtime.writer.rendering.form.layout != Layout::Expanded;
        let layout = if on || !rest.is_empty() {
            Layout::Expanded
        } else {
            Layout::Fit
        };
        let form = Form {
            layout,
            ..runtime.writer.rendering.form
        };
        in_form(
            runtime,
            rest,
            form,
            if on {
                "rows are written one field per line"
            } else {
                "rows are written as tables"
            },
        )
    }
}

impl Command for Time {
    fn name(&self) -> &'static str {
        "time"
    }

    fn usage(&self) -> &'static str {
        ":time [on|off|LINE]"
    }

    fn summary(&self) -> &'static str {
        "time one line, or all lines from now on"
    }

    fn details(&self) -> &'static str {
        "`:time on` times each line from the next one on; `:time` alone says whether lines are timed."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":time AAPL_position.quantity", ":time on", ":time off"]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if let Some(note) = switched(self, &mut runtime.timing, rest) {
            return Ok(note);
        }
        let start = Instant::now();
        let output = runtime.perform(rest)?;
        Ok(if runtime.timing {
            output
        } else {
            Output::all([output, elapsed(start)])
        })
    }
}

impl Command for Pager {
    fn name(&self) -> &'static str {
        "pager"
    }

    fn usage(&self) -> &'static str {
        ":pager [on|off]"
    }

    fn summary(&self) -> &'static str {
        "page what is longer than the screen"
    }

    fn details(&self) -> &'static str {
        "The pager is $PAGER, or `less -FRX` if that is not set; an empty $PAGER means none. Only output to a terminal is paged. `:pager` alone says whether paging is on."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":pager off", ":pager on"]
    }

    fn takes(&self) -> Takes {
        Takes::Words(&["on", "off"])
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        switched(self, &mut runtime.writer.paging, rest).ok_or(CommandError::Usage {
            usage: self.usage(),
        })
    }
}

/// Turns what a command is about on or off, or only says which it is; nothing if the words are others.
fn switched(command: &dyn Command, is_on: &mut bool, rest: &str) -> Option<Output> {
    match rest {
        "on" => *is_on = true,
        "off" => *is_on = false,
        "" => {}
        _ => return None,
    }
    let state = if *is_on { "on" } else { "off" };
    Some(Output::Note(format!("{}: {state}", command.name())))
}

/// The form with this encoding for one line; without a line, on or off.
fn in_encoding(
    runtime: &mut Runtime,
    line: &str,
    encoding: Encoding,
    note: &str,
) -> Result<Output, CommandError> {
    let is_on = line.is_empty() && runtime.writer.rendering.form.encoding == encoding;
    let (encoding, note) = match is_on {
        true => (Encoding::Text, "results are written as text"),
        false => (encoding, note),
    };
    let form = Form {
        encoding,
        ..runtime.writer.rendering.form
    };
    in_form(runtime, line, form, note)
}

/// Runs `line` for a result in `form`; without a line, that is the form from now on.
fn in_form(
    runtime: &mut Runtime,
    line: &str,
    form: Form,
    note: &str,
) -> Result<Output, CommandError> {
    if line.is_empty() {
        runtime.writer.rendering.form = form;
        return Ok(Output::Note(note.into()));
    }
    Ok(Output::Styled(Box::new(runtime.perform(line)?), form))
}

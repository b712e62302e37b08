//! `:json`, `:x` and `:time`: how results are written, for one line or from now on.

use std::time::Instant;

use super::{Command, CommandError, Takes};
use crate::output::{Form, Format, Output};
use crate::runtime::{Runtime, elapsed};
use crate::table::Layout;

pub(super) struct Json;
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
        "write the result of one line as JSON; alone, switch it on or off"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":json AAPL_position.quantity", ":json :objects AAPL_*"]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let on = runtime.style.form.format != Format::Json;
        let form = Form {
            format: if on || !rest.is_empty() {
                Format::Json
            } else {
                Format::Text
            },
            ..runtime.style.form
        };
        in_form(
            runtime,
            rest,
            form,
            if on {
                "results are written as JSON"
            } else {
                "results are written as text"
            },
        )
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
        "write rows one field per line; alone, switch it on or off"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":x :objects AAPL_*"]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let on = runtime.style.form.layout != Layout::Expanded;
        let layout = if on || !rest.is_empty() {
            Layout::Expanded
        } else {
            Layout::Fit
        };
        let form = Form {
            layout,
            ..runtime.style.form
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
        ":time [LINE]"
    }

    fn summary(&self) -> &'static str {
        "tell how long one line takes; alone, switch it on or off"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":time AAPL_position.quantity"]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if rest.is_empty() {
            runtime.timing = !runtime.timing;
            let what = if runtime.timing {
                "each line is timed"
            } else {
                "lines are not timed"
            };
            return Ok(Output::Note(what.into()));
        }
        let start = Instant::now();
        let output = runtime.line(rest)?;
        Ok(if runtime.timing {
            output
        } else {
            Output::All(vec![output, elapsed(start)])
        })
    }
}

/// Runs `line` for a result in `form`; without a line, that is the form from now on.
fn in_form(
    runtime: &mut Runtime,
    line: &str,
    form: Form,
    note: &str,
) -> Result<Output, CommandError> {
    if line.is_empty() {
        runtime.style.form = form;
        return Ok(Output::Note(note.into()));
    }
    Ok(Output::Styled(Box::new(runtime.line(line)?), form))
}

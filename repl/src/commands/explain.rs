//! `:explain`: what a field is, and what a write would do.

use memglass_script::ScriptError;
use memglass_value::shown::{Document, Line, Shown};
use serde_json::Value as Json;

use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Explain;

/// Columns in front of what is told, as `explain` writes it.
const BEFORE_VALUE: usize = 13;

impl Command for Explain {
    fn name(&self) -> &'static str {
        "explain"
    }

    fn usage(&self) -> &'static str {
        ":explain FIELD [= VALUE]"
    }

    fn summary(&self) -> &'static str {
        "explain a field, or what a write would do"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":explain AAPL_position.quantity",
            ":explain AAPL_position.quantity = 5000",
            ":explain order_12345.priority = 9",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Script
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        if rest.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        let quoted = rest.replace('\\', r"\\").replace('"', r#"\""#);
        let explained = runtime.host.eval(&format!("explain(\"{quoted}\")"));
        // Nobody typed that script: an excerpt of it would explain nothing.
        let shown = explained.map_err(ScriptError::without_excerpt)?;
        Ok(match shown {
            Shown::Text { text, .. } => Document::new(text.lines().map(line), record(&text)).into(),
            other => other.into(),
        })
    }
}

/// The path, and what is told of it line by line, by the names that stand in front.
fn record(text: &str) -> Json {
    let (path, lines) = text.split_once('\n').unwrap_or((text, ""));
    let told = lines.lines().filter_map(|line| {
        let (name, value) = line.trim_start().split_once(' ')?;
        Some((name.to_owned(), value.trim_start().into()))
    });
    let path = ("path".to_owned(), path.into());
    Json::Object(std::iter::once(path).chain(told).collect())
}

/// A line that goes on where its value stands.
fn line(text: &str) -> Line {
    Line {
        hang: BEFORE_VALUE,
        ..Line::from(text)
    }
}

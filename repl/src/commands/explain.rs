//! `:explain`: what a field is, and what a write would do.

use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Explain;

impl Command for Explain {
    fn name(&self) -> &'static str {
        "explain"
    }

    fn usage(&self) -> &'static str {
        ":explain FIELD [= VALUE]"
    }

    fn summary(&self) -> &'static str {
        "tell what a field is, or what a write would do"
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
        let shown = runtime.host.eval(&format!("explain(\"{quoted}\")"))?;
        Ok(Output::Result(shown))
    }
}

//! `:triggers`: what runs by itself.

use super::{Command, CommandError, expect_nothing};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Triggers;

impl Command for Triggers {
    fn name(&self) -> &'static str {
        "triggers"
    }

    fn usage(&self) -> &'static str {
        ":triggers"
    }

    fn summary(&self) -> &'static str {
        "list watches, triggers and timers"
    }

    fn details(&self) -> &'static str {
        "`trigger(1).cancel()` ends number 1. `triggers()` gives them to a script."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":triggers"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        Ok(runtime.automation.table().into())
    }
}

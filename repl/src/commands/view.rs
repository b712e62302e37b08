//! `:view`: the full-screen view.

use super::{Command, CommandError, expect_nothing};
use crate::output::Output;
use crate::runtime::{Runtime, Screen};
use crate::view;

pub(super) struct View;

impl Command for View {
    fn name(&self) -> &'static str {
        "view"
    }

    fn usage(&self) -> &'static str {
        ":view"
    }

    fn summary(&self) -> &'static str {
        "look at the session on the whole screen"
    }

    fn details(&self) -> &'static str {
        "Objects, fields and memory while they change. `q` comes back to the prompt, which is as it was. `memglass view SESSION` opens the view without a prompt."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":view"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        view::check(runtime)?;
        runtime.wanted = Some(Screen::View);
        Ok(Output::NOTHING)
    }
}

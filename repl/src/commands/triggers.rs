//! `:triggers`: what runs by itself.

use super::{Command, CommandError};
use crate::automation::Listed;
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Triggers;

impl Command for Triggers {
    fn name(&self) -> &'static str {
        "triggers"
    }

    fn usage(&self) -> &'static str {
        ":triggers [all]"
    }

    fn summary(&self) -> &'static str {
        "list triggers and timers"
    }

    fn details(&self) -> &'static str {
        "`trigger(1).cancel()` ends number 1. Those that have ended are counted; `:triggers all` lists the last of them too. `triggers()` gives all that are listed to a script."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":triggers", ":triggers all"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let usage = self.usage();
        let listed = match rest {
            "" => Listed::Living,
            "all" => Listed::All,
            _ => return Err(CommandError::Usage { usage }),
        };
        let (table, ended) = runtime.automation.table(listed);
        let ended = match (listed, ended) {
            (_, 0) | (Listed::All, _) => None,
            (Listed::Living, 1) => Some("1 has ended; `:triggers all` lists it too".to_owned()),
            (Listed::Living, count) => Some(format!(
                "{count} have ended; `:triggers all` lists the last of them too"
            )),
        };
        let watched = match runtime.typed.len() {
            0 => None,
            1 => Some("1 is watched at the prompt; `:watch` lists it".to_owned()),
            count => Some(format!(
                "{count} are watched at the prompt; `:watch` lists them"
            )),
        };
        let notes = ended.into_iter().chain(watched).map(Output::Note);
        Ok(Output::all([table.into()].into_iter().chain(notes)))
    }
}

//! `:top`: which fields change most.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::{Runtime, Screen};
use crate::top;
#[cfg(feature = "view")]
use crate::top::LiveTop;
use crate::view;

pub(super) struct Top;

impl Command for Top {
    fn name(&self) -> &'static str {
        "top"
    }

    fn usage(&self) -> &'static str {
        ":top [--stuck] [FIELDS]"
    }

    fn summary(&self) -> &'static str {
        "rank fields by how often they change"
    }

    fn details(&self) -> &'static str {
        "On a terminal a table of all fields, or of those of a path, a pattern or a type, that is ranked anew each second until `q`; `?` shows its keys. Triggers run on meanwhile; what they print is told when the table closes. Elsewhere one look for a second. Values outside of what is declared come first. Of a guarded field all writes count, of another one the changes that were seen, at most 1,000 a second. `:watch 2s :top` writes one table after the other. `:top --stuck` looks for a second, and lists what did not change in it."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":top",
            ":top Position",
            ":top *_position.last_quote",
            ":top --stuck Position",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Paths
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        runtime.attached.refresh()?;
        let (first, others) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let is_about_stuck = first == "--stuck";
        let rest = if is_about_stuck { others.trim() } else { rest };
        let choice = (!rest.is_empty()).then(|| rest.to_owned());
        #[cfg(feature = "view")]
        if !is_about_stuck && view::check(runtime).is_ok() {
            // Mistakes are told here, and not by a screen that closes at once.
            LiveTop::new(choice.clone(), &runtime.attached.observer())?;
            runtime.wanted = Some(Screen::Top(choice));
            return Ok(Output::NOTHING);
        }
        let top = top::Top {
            choice,
            is_about_stuck,
            ..top::Top::default()
        };
        let interrupt = Arc::clone(&runtime.interrupt);
        let result = top.look(&runtime.attached.observer(), &|| {
            !interrupt.load(Ordering::Relaxed)
        });
        result.map_err(|error| runtime.stopped_or(error))
    }
}

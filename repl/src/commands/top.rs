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
        ":top [FIELDS]"
    }

    fn summary(&self) -> &'static str {
        "rank fields by how often they change"
    }

    fn details(&self) -> &'static str {
        "On a terminal a table of all fields, or of those of a path, a pattern or a type, that is ranked anew each second until `q`; `?` shows its keys. Triggers run on meanwhile; what they print is told when the table closes. Elsewhere one look for a second. Values outside of what is declared come first. Of a guarded field all writes count, of another one the changes that were seen, at most 1,000 a second. `:watch 2s :top` writes one table after the other; `memglass top --stuck` lists what does not change."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":top", ":top Position", ":top *_position.last_quote"]
    }

    fn takes(&self) -> Takes {
        Takes::Paths
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        runtime.attached.refresh()?;
        let choice = (!rest.is_empty()).then(|| rest.to_owned());
        #[cfg(feature = "view")]
        if view::check(runtime).is_ok() {
            // Mistakes are told here, and not by a screen that closes at once.
            LiveTop::new(choice.clone(), &runtime.attached.observer())?;
            runtime.wanted = Some(Screen::Top(choice));
            return Ok(Output::NOTHING);
        }
        let top = top::Top {
            choice,
            ..top::Top::default()
        };
        let interrupt = Arc::clone(&runtime.interrupt);
        let result = top.look(&runtime.attached.observer(), &|| {
            !interrupt.load(Ordering::Relaxed)
        });
        result.map_err(|error| runtime.stopped_or(error))
    }
}

//! Endless work, to be killed or stopped in the middle. The progress is kept in a file that outlives the
//! worker; see `memglass_tests::Progress`.

mod coming;
mod directory;
mod race;
mod remains;
mod values;

pub(crate) use race::race;

use std::path::Path;

use memglass_tests::{Kind, Progress};

use crate::until_told::Input;
use crate::{Answer, trap};

/// How long to work.
#[derive(Clone, Copy)]
pub(crate) enum Pace<'a> {
    /// Until the next line comes.
    UntilTold(&'a Input),
    /// A few rounds. The last ones are stopped before every store.
    Stepwise,
}

impl Pace<'_> {
    /// Calls `work` and returns how often. Stepwise, it makes the calls that `rounds` counts: first freely,
    /// then with stops.
    fn keep<E: Into<Box<dyn std::error::Error>>>(
        self,
        rounds: [u64; 2],
        mut work: impl FnMut() -> Result<(), E>,
    ) -> Result<u64, Box<dyn std::error::Error>> {
        match self {
            Pace::UntilTold(input) => input.until_told(work).map_err(Into::into),
            Pace::Stepwise => {
                let mut repeat = |count| (0..count).try_for_each(|_| work()).map_err(Into::into);
                repeat(rounds[0])?;
                trap::at_each_store(|| repeat(rounds[1]))??;
                Ok(rounds.iter().sum())
            }
        }
    }
}

/// Works on session `name` as `kind` says; says `ok` before it begins.
pub(crate) fn toil(name: &str, kind: &str, file: &str, pace: Pace<'_>) -> Answer {
    let progress = Progress::at(Path::new(file))?;
    let kind = Kind::named(kind).ok_or_else(|| format!("there is no work called {kind:?}"))?;
    match kind {
        Kind::Write | Kind::Update | Kind::Number => {
            values::as_observer(name, kind, &progress, pace)
        }
        Kind::Claim | Kind::Hold | Kind::Change => values::as_producer(name, kind, &progress, pace),
        Kind::Attach | Kind::Look | Kind::Start | Kind::End => {
            coming::come_and_go(name, kind, &progress, pace)
        }
        Kind::TakeOver | Kind::Clean => remains::clear_up(name, kind, &progress, pace),
        Kind::Create | Kind::Destroy | Kind::Reclaim | Kind::Register | Kind::Grow => {
            directory::produce(name, kind, &progress, pace)
        }
    }
}

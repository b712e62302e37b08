//! Work without end, to be killed or stopped in the middle of. What has been done is said in a file
//! that outlives the worker; see `memglass_tests::Progress`.

mod coming;
mod directory;
mod race;
mod remains;
mod values;

pub(crate) use race::race;

use std::path::Path;

use memglass_tests::{Kind, Progress};

use crate::Answer;
use crate::until_told::Input;

/// Works on session `name` as `kind` says until the next line comes; says `ok` before it begins.
pub(crate) fn toil(name: &str, kind: &str, file: &str, input: &Input) -> Answer {
    let progress = Progress::at(Path::new(file))?;
    let kind = Kind::named(kind).ok_or_else(|| format!("there is no work called {kind:?}"))?;
    match kind {
        Kind::Write | Kind::Update | Kind::Number => {
            values::as_observer(name, kind, &progress, input)
        }
        Kind::Claim | Kind::Hold | Kind::Change => {
            values::as_producer(name, kind, &progress, input)
        }
        Kind::Attach | Kind::Look | Kind::Start | Kind::End => {
            coming::come_and_go(name, kind, &progress, input)
        }
        Kind::TakeOver | Kind::Clean => remains::clear_up(name, kind, &progress, input),
        Kind::Create | Kind::Destroy | Kind::Reclaim | Kind::Register | Kind::Grow => {
            directory::produce(name, kind, &progress, input)
        }
    }
}

//! `:doctor`: what is wrong with the session.

use super::{Command, CommandError, expect_nothing};
use crate::doctor::Diagnosis;
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Doctor;

impl Command for Doctor {
    fn name(&self) -> &'static str {
        "doctor"
    }

    fn usage(&self) -> &'static str {
        ":doctor"
    }

    fn summary(&self) -> &'static str {
        "list what is wrong with the session, if anything"
    }

    fn details(&self) -> &'static str {
        "A dead or stopped producer, writers that died, damage, values outside of what is declared, no room. `memglass doctor` does the same for all sessions, with an exit code."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":doctor"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        runtime.attached.refresh()?;
        let diagnosis = Diagnosis::of_attached(&runtime.attached.observer());
        Ok(diagnosis.table().into())
    }
}

//! `:sets`: the parameter sets that are saved.

use super::{Command, CommandError, expect_nothing};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Sets;

impl Command for Sets {
    fn name(&self) -> &'static str {
        "sets"
    }

    fn usage(&self) -> &'static str {
        ":sets"
    }

    fn summary(&self) -> &'static str {
        "list the parameter sets that are saved"
    }

    fn details(&self) -> &'static str {
        "`save_set(\"limits\", \"*_position.{avg_price,quantity}\")` saves one, `diff_set(\"limits\")` compares, and `apply_set(\"limits\")` writes it back. `sets()` gives the list to a script."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":sets"]
    }

    fn run(&self, _: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        let sets = memglass_script::saved_sets();
        Ok(sets.map_err(CommandError::Text)?.into())
    }
}

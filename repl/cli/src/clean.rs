//! `memglass clean`

use memglass_repl::program::with_causes;
use memglass_value::shown::{Cell, Table};

use super::failure::Failure;
use super::options::Options;

/// Removes dead sessions and prints their names.
pub(super) fn run(options: &Options, session: Option<&str>) -> Result<i32, Failure> {
    if options.readonly {
        return Err(Failure::Usage(
            "`clean` removes sessions, and --readonly forbids it".into(),
        ));
    }
    let mut table = Table::new(["removed"]);
    let cleaned = memglass::clean(options.dir(), session)?;
    for (name, error) in &cleaned.refused {
        options.note(&format!("session {name:?} stays: {}", with_causes(error)));
    }
    for name in cleaned.removed {
        table.push([Some(Cell::name(name))]);
    }
    let none = match cleaned.refused.is_empty() {
        true => "no session is dead",
        false => "nothing was removed",
    };
    options.print(&table.or_else(none).into())?;
    Ok(0)
}

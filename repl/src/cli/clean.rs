//! `memglass clean`

use crate::output::Output;
use crate::table::{Cell, Column, Table};

use super::failure::Failure;
use super::options::Options;

/// Removes dead sessions and prints their names.
pub(super) fn run(options: &Options, session: Option<&str>) -> Result<i32, Failure> {
    if options.readonly {
        return Err(Failure::Usage(
            "`clean` removes sessions, and --readonly forbids it".into(),
        ));
    }
    let mut table = Table::new([Column::new("removed")]);
    for name in memglass::clean(options.dir(), session)? {
        table.push([Cell::from(name)]);
    }
    options.print(&Output::Rows(
        table,
        "nothing to remove: no session is dead".into(),
    ))?;
    Ok(0)
}

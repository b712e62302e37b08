//! `memglass diff`

use memglass_value::shown::{Cell, Table};

use super::super::failure::Failure;
use super::super::options::Options;
use super::source;

/// Lists what changed between two versions; exit code 1 if something does not fit any more.
pub(crate) fn run(options: &Options, old: &str, new: &str) -> Result<i32, Failure> {
    let (old, new) = (source::of(options, old)?, source::of(options, new)?);
    let changes = old.diff(&new);
    let mut table = Table::new(["kind", "name", "change", "compatible"]).or_else("no difference");
    for change in &changes {
        for detail in &change.details {
            table.push([
                Some(Cell::name(change.what)),
                Some(Cell::name(&*change.name)),
                Cell::prose(&detail.text),
                Some(Cell::name(if detail.compatible { "yes" } else { "no" })),
            ]);
        }
    }
    options.print(&table.into())?;
    Ok(i32::from(
        !changes.iter().all(|change| change.is_compatible()),
    ))
}

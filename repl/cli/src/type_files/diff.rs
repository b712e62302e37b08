//! `memglass diff`

use memglass_value::shown::{Cell, Table};

use super::super::failure::Failure;
use super::super::options::Options;
use super::source;

/// Lists what two sources say differently of where members lie; exit code 1 if they do.
///
/// That no type is in both is bad usage: it would look as if they agreed.
pub(crate) fn layouts(options: &Options, first: &str, second: &str) -> Result<i32, Failure> {
    let agreement = source::of(options, first)?.agreement(&source::of(options, second)?);
    if agreement.compared == 0 {
        let none = format!("nothing is compared: no type is in both {first} and {second}");
        return Err(Failure::Usage(none));
    }
    let columns = ["kind", "type", "member", "first", "second"];
    let mut table = Table::new(columns).or_else("no difference");
    for one in &agreement.disagreements {
        let said = |text: &Option<String>| text.as_deref().map(Cell::name);
        table.push([
            Some(Cell::name(one.what)),
            Some(Cell::name(&*one.name)),
            Some(Cell::name(&*one.part)),
            said(&one.first),
            said(&one.second),
        ]);
    }
    options.print(&table.into())?;
    options.note(&format!("{} types are in both", agreement.compared));
    Ok(i32::from(!agreement.disagreements.is_empty()))
}

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

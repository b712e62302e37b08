//! `:regions`: the memory of the session.

use memglass::{Observer, RegionInfo};
use memglass_value::format::{self, Style};
use memglass_value::shown::{Cell, Table};

use super::{Command, CommandError, expect_nothing};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Regions;

impl Command for Regions {
    fn name(&self) -> &'static str {
        "regions"
    }

    fn usage(&self) -> &'static str {
        ":regions"
    }

    fn summary(&self) -> &'static str {
        "show the memory of the session and how full it is"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":regions"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        runtime.attached.refresh()?;
        let observer = runtime.attached.observer();
        let regions = observer.regions()?;
        let used = regions.iter().map(|region| region.used).sum();
        let note = note(live_bytes(&observer), used);
        Ok(Output::all([table(&regions).into(), Output::Note(note)]))
    }
}

/// Bytes of the objects that there are.
fn live_bytes(observer: &Observer) -> u64 {
    observer.entries().map(|object| object.size()).sum()
}

fn table(regions: &[RegionInfo]) -> Table {
    let mut table = Table::new(["region", "bytes", "used", "full"]);
    for region in regions {
        let share = region.used as f64 / region.size.max(1) as f64;
        table.push([
            Some(Cell::plain(u64::from(region.id))),
            Some(bytes(region.size)),
            Some(bytes(region.used)),
            Some(Cell::share(share)),
        ]);
    }
    table
}

/// A number with commas between its thousands.
fn bytes(count: u64) -> Cell {
    Cell {
        value: count.into(),
        style: Style::grouped(),
    }
}

fn note(live: u64, used: u64) -> String {
    let grouped = |number: u64| format::grouped(&number.to_string());
    format!(
        "{} of the {} used bytes are live objects; the rest is types, labels, the directory, and freed memory for later objects",
        grouped(live),
        grouped(used)
    )
}

#[cfg(test)]
mod tests {
    use memglass_terminal::look::Look;

    use super::*;
    use crate::output::Rendering;

    #[track_caller]
    fn check(width: Option<u16>, lines: &[&str]) {
        let regions = [(1, 64 << 20, 1 << 25), (2, 100, 100)];
        let regions = regions.map(|(id, size, used)| RegionInfo { id, size, used });
        let look = Look {
            color: false,
            width,
        };
        let shown = Output::from(table(&regions)).render(Rendering {
            look,
            ..Rendering::PLAIN
        });
        assert_eq!(shown.data.lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn a_bar_is_as_full_as_its_region() {
        check(
            Some(80),
            &[
                "region       bytes        used  full",
                "─────────────────────────────────────────────────────────────",
                "     1  67,108,864  33,554,432   50.0 %  ██████████░░░░░░░░░░",
                "     2         100         100  100.0 %  ████████████████████",
            ],
        );
    }

    #[test]
    fn a_narrow_terminal_has_whole_lines() {
        check(
            Some(41),
            &[
                "region       bytes        used  full",
                "───────────────────────────────────────",
                "     1  67,108,864  33,554,432   50.0 %",
                "     2         100         100  100.0 %",
            ],
        );
    }
}

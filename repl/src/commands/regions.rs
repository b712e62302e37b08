//! `:regions`: the memory of the session.

use std::fmt::Write;

use memglass::{Observer, RegionInfo};

use super::{Command, CommandError, expect_nothing};
use crate::format;
use crate::look::{self, Look};
use crate::output::Output;
use crate::runtime::Runtime;
use crate::table::{Cell, Column, Table};

pub(super) struct Regions;

/// Columns of a bar, if there is room.
const BAR: usize = 40;

/// Columns in front of a bar.
const BEFORE_BAR: usize = 45;

/// Columns of a number of bytes, and what is left of them where the lines would not fit.
const BYTES: usize = 13;
const FEW_BYTES: usize = 10;

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
        let text = text(&regions, live_bytes(&observer), runtime.style.look);
        Ok(Output::Drawn(text, rows(&regions)))
    }
}

/// Bytes of the objects that there are.
fn live_bytes(observer: &Observer) -> u64 {
    observer.entries().map(|object| object.size()).sum()
}

fn text(regions: &[RegionInfo], live: u64, look: Look) -> String {
    let room = look.width.map_or(BAR, |width| {
        usize::from(width).saturating_sub(BEFORE_BAR).min(BAR)
    });
    let is_narrow = look
        .width
        .is_some_and(|width| usize::from(width) < BEFORE_BAR);
    let wide = if is_narrow { FEW_BYTES } else { BYTES };
    let heading = format!(
        "{:>6}  {:>wide$}  {:>wide$}  {:>5}",
        "region", "bytes", "used", "%"
    );
    let mut text = format!("{}\n", look.paint(look::strong(), &heading));
    for region in regions {
        let share = region.used as f64 / region.size.max(1) as f64;
        let line = format!(
            "{:>6}  {:>wide$}  {:>wide$}  {:>5.1}",
            region.id,
            grouped(region.size),
            grouped(region.used),
            share * 100.0
        );
        let _ = writeln!(text, "{line}{}", bar(share, room, look));
    }
    let used: u64 = regions.iter().map(|region| region.used).sum();
    let _ = writeln!(
        text,
        "{} of the {} used bytes are live objects; the rest is types, labels, the directory, and freed memory for later objects",
        grouped(live),
        grouped(used)
    );
    text
}

fn grouped(number: u64) -> String {
    format::grouped(&number.to_string())
}

/// How full a region is; nothing where there is no room for a picture.
fn bar(share: f64, columns: usize, look: Look) -> String {
    if columns < 8 {
        return String::new();
    }
    let full = ((share * columns as f64).ceil() as usize).min(columns);
    let free = look.paint(look::faint(), &"░".repeat(columns - full));
    format!("  {}{free}", "█".repeat(full))
}

fn rows(regions: &[RegionInfo]) -> Table {
    let columns = ["region", "bytes", "used"].map(Column::numeric);
    let mut table = Table::new(columns);
    for region in regions {
        table.push([u64::from(region.id), region.size, region.used].map(Cell::from));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_terminal_has_whole_lines() {
        let regions = [(1, 64 << 20, 1 << 25)];
        let regions = regions.map(|(id, size, used)| RegionInfo { id, size, used });
        let look = Look {
            color: false,
            width: Some(40),
        };
        let text = text(&regions, 1000, look);
        let lines: Vec<&str> = text.lines().take(2).collect();
        assert_eq!(
            lines,
            [
                "region       bytes        used      %",
                "     1  67,108,864  33,554,432   50.0",
            ]
        );
    }

    #[test]
    fn a_bar_is_as_full_as_its_region() {
        let regions = [(1, 1 << 20, 1 << 18), (2, 2 << 20, 0), (3, 100, 100)];
        let regions = regions.map(|(id, size, used)| RegionInfo { id, size, used });
        let look = Look {
            color: false,
            width: Some(60),
        };
        let lines = text(&regions, 1000, look);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[0], "region          bytes           used      %");
        assert_eq!(
            lines[1],
            "     1      1,048,576        262,144   25.0  ████░░░░░░░░░░░"
        );
        assert_eq!(
            lines[2],
            "     2      2,097,152              0    0.0  ░░░░░░░░░░░░░░░"
        );
        assert_eq!(
            lines[3],
            "     3            100            100  100.0  ███████████████"
        );
        assert!(
            lines[4].starts_with("1,000 of the 262,244 used bytes"),
            "{}",
            lines[4]
        );
    }

    #[test]
    fn where_there_is_no_room_there_is_no_bar() {
        assert_eq!(bar(0.5, 4, Look::PLAIN), "");
    }
}

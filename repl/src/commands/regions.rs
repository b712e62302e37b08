//! `:regions`: the memory of the session.

use super::{Command, CommandError, expect_nothing};
use crate::output::Output;
use crate::runtime::Runtime;
use crate::table::{Cell, Column, Table};

pub(super) struct Regions;

impl Command for Regions {
    fn name(&self) -> &'static str {
        "regions"
    }

    fn usage(&self) -> &'static str {
        ":regions"
    }

    fn summary(&self) -> &'static str {
        "list the memory regions of the session"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":regions"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        runtime.attached.refresh()?;
        let columns = [
            Column::numeric("region"),
            Column::numeric("bytes"),
            Column::numeric("used"),
            Column::numeric("used %"),
        ];
        let mut table = Table::new(columns);
        for region in runtime.attached.observer().regions()? {
            let share = region.used as f64 / region.size.max(1) as f64 * 100.0;
            table.push([
                Cell::from(u64::from(region.id)),
                Cell::from(region.size),
                Cell::from(region.used),
                Cell::new(format!("{share:.1}"), share),
            ]);
        }
        Ok(Output::Rows(table, "no region is mapped".into()))
    }
}

//! The record as a table.

use memglass::Value;
use memglass_value::shown::{Cell, Cells, Table};

use super::{Entry, Ledger};

impl Ledger {
    /// The newest entries, at most so many, oldest first.
    pub fn table(&self, count: usize) -> Table {
        let columns = ["step", "time", "path", "old", "new", "by"];
        Table {
            rows: self.newest(count).iter().map(cells).collect(),
            ..Table::new(columns).or_else("nothing was written")
        }
    }
}

fn cells(entry: &Entry) -> Cells {
    let value = |value: &Value| {
        Some(Cell {
            value: value.clone(),
            style: entry.style(),
        })
    };
    vec![
        Some(Cell::plain(entry.step)),
        Cell::moment(entry.time),
        Some(Cell::name(entry.path())),
        value(&entry.change.old),
        value(&entry.change.new),
        Cell::prose(entry.by()),
    ]
}

//! `log()`: the writes of this session, oldest first. `log("fills.csv", value)`: appends a value to a file.

use std::rc::Rc;

use memglass::Value;
use memglass_value::format;
use rhai::{Array, Dynamic, Engine, EvalAltResult, Map};

use super::table::{Rows, cell, cells_of, table_of};
use crate::context::Context;
use crate::error::raise;
use crate::log_files::{self, Record};
use crate::object_list::ObjectList;
use crate::place::{Place, Shape};
use crate::written::text;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let ledger = context.ledger.clone();
    engine.register_fn("log", move || Rows::new(ledger.table(usize::MAX)));
    let shared = context.clone();
    engine.register_fn("log", move |path: &str, value: Dynamic| -> Result<()> {
        for record in records(&value, &shared)? {
            shared.log(path, &record)?;
        }
        Ok(())
    });
}

impl Context {
    /// Appends a record to a file, or tells that in a dry run.
    pub(crate) fn log(&self, path: &str, record: &Record) -> Result<()> {
        self.refuse_to_write("log")?;
        let told = || {
            let line = log_files::line(record);
            format!("dry run: {path} would get: {}", line.trim_end())
        };
        if self.ledger.tells_instead(told) {
            return Ok(());
        }
        self.log_files.append(path, record).map_err(raise)
    }

    /// Opens a file that will be logged to, so that a mistake is told now.
    pub(crate) fn open_log(&self, path: &str) -> Result<()> {
        match self.ledger.dry_run() {
            Some(_) => Ok(()),
            None => self.log_files.open(path).map_err(raise),
        }
    }
}

/// A record for each row that a value is: a table, list or array of structures has several.
fn records(value: &Dynamic, context: &Context) -> Result<Vec<Record>> {
    let time = context.now();
    let record = |row, text| Record { time, row, text };
    if let Some(map) = value.read_lock::<Map>() {
        let row = map.iter().map(|(name, value)| {
            let cell = value_of(value, context)?;
            Ok((name.to_string(), cell))
        });
        let row = row.collect::<Result<_>>()?;
        return Ok(vec![record(row, text(value, context)?)]);
    }
    if !has_rows(value) {
        let row = vec![("value".to_owned(), value_of(value, context)?)];
        return Ok(vec![record(row, text(value, context)?)]);
    }
    let table = match is_record(value) {
        true => table_of(&Dynamic::from_array(vec![value.clone()]), context)?,
        false => table_of(value, context)?,
    };
    let rows = cells_of(&table, context).map(|row| {
        let row = row.map_err(raise)?;
        let words: Vec<String> = row.iter().map(format::raw).collect();
        let row = table.columns.iter().cloned().zip(row).collect();
        Ok(record(row, words.join(" ")))
    });
    let rows = rows.collect();
    context.run.check_interrupt()?;
    rows
}

fn has_rows(value: &Dynamic) -> bool {
    let place = value.read_lock::<Place>();
    value.is::<Array>()
        || value.is::<ObjectList>()
        || value.is::<Rows>()
        || place.is_some_and(|place| !matches!(place.node.shape, Shape::Leaf(_)))
}

fn is_record(value: &Dynamic) -> bool {
    let place = value.read_lock::<Place>();
    place.is_some_and(|place| matches!(place.node.shape, Shape::Record))
}

/// A value as a cell of a line; an empty text if there is none.
fn value_of(value: &Dynamic, context: &Context) -> Result<Value> {
    let cell = cell(value, context)?;
    Ok(cell.map_or_else(|| Value::Text(String::new()), |cell| cell.value))
}

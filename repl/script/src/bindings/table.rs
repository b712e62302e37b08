//! Tables: rows of values with named columns, made from objects, maps and the schema.
//!
//! ```rhai
//! obs.all("Position").table(["quantity", "last_quote.bid_price"])
//! obs.all("*_position").filter(|o| o.quantity > 500).csv("big.csv")
//! obs.all("Position").json("positions.json")      // .json() and .csv() without a path give the text
//! fields(p)  types()  describe("Order")  objects()
//! ```

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use memglass::Value;
use memglass_system::files;
use memglass_types::Types;
use memglass_value::format::{self, Style};
use memglass_value::index;
use memglass_value::shown::{Cell, Cells, Table};
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString, Map};

use crate::context::Context;
use crate::convert;
use crate::describe;
use crate::error::raise;
use crate::object_list::{ObjectList, Places};
use crate::packed;
use crate::place::{Place, Shape};
use crate::rows::{Listing, ObjectRows, Subject, Subjects};
use crate::written::{json, text};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A finished table, as a value of a script.
#[derive(Clone)]
pub(crate) struct Rows(pub(crate) Rc<Table>, Option<Rc<Types>>);

impl Rows {
    pub(crate) fn new(table: Table) -> Self {
        Self(Rc::new(table), None)
    }

    /// A table of types, which can be asked about them.
    pub(crate) fn of_types(table: Table, types: Rc<Types>) -> Self {
        Self(Rc::new(table), Some(types))
    }

    /// The types that it lists.
    pub(crate) fn types(&self) -> Option<&Rc<Types>> {
        self.1.as_ref()
    }

    /// Some of its rows, in this order.
    pub(super) fn picked(&self, rows: &[usize]) -> Self {
        let Table {
            title,
            columns,
            are_objects,
            none,
            ..
        } = &*self.0;
        Self::new(Table {
            title: title.clone(),
            columns: columns.clone(),
            rows: rows.iter().map(|row| self.0.rows[*row].clone()).collect(),
            are_objects: *are_objects,
            none: none.clone(),
            ..Table::default()
        })
    }

    /// A row as a map.
    pub(super) fn row(&self, index: usize) -> Dynamic {
        let cells = self.0.columns.iter().zip(&self.0.rows[index]);
        let entries = cells.map(|(column, cell)| {
            let value = cell.as_ref().map_or(Dynamic::UNIT, |cell| {
                convert::leaf(cell.value.clone(), &convert::Meaning::Plain)
            });
            (column.as_str().into(), value)
        });
        Dynamic::from_map(entries.collect())
    }
}

/// Registers tables and what makes them.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    engine.register_type_with_name::<Rows>("table");
    register_rows(engine);
    register_makers(engine, context);
    register_schema(engine, context);
}

fn register_rows(engine: &mut Engine) {
    engine.register_fn("len", |rows: &mut Rows| rows.0.rows.len() as INT);
    engine.register_indexer_get(|rows: &mut Rows, index: INT| {
        let count = rows.0.rows.len() as u64;
        let index = index::find("row", index, count).map_err(raise)?;
        Ok::<_, Box<EvalAltResult>>(rows.row(index as usize))
    });
    engine.register_get("columns", |rows: &mut Rows| -> Array {
        rows.0.columns.iter().cloned().map(Dynamic::from).collect()
    });
    engine.register_iterator::<Rows>();
}

fn register_makers(engine: &mut Engine, context: &Rc<Context>) {
    register_table::<Array>(engine, context);
    register_table::<ObjectList>(engine, context);
    register_table::<Place>(engine, context);
    register_table::<Rows>(engine, context);
    register_csv::<Array>(engine, context);
    register_csv::<ObjectList>(engine, context);
    register_csv::<Place>(engine, context);
    register_csv::<Rows>(engine, context);
    register_json::<Rows>(engine, context);
    register_json::<ImmutableString>(engine, context);
    register_json::<Array>(engine, context);
    register_json::<ObjectList>(engine, context);
    register_json::<Map>(engine, context);
    register_json::<Place>(engine, context);
}

fn register_csv<T: Clone + 'static>(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("csv", move |value: T| {
        csv_text(&*table_of(&Dynamic::from(value), &shared)?, &shared)
    });
    let shared = context.clone();
    engine.register_fn("csv", move |value: T, path: &str| {
        shared.refuse_to_write("csv")?;
        let table = table_of(&Dynamic::from(value), &shared)?;
        shared.store(path, &csv_text(&table, &shared)?)
    });
}

fn register_table<T: Clone + 'static>(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("table", move |value: T| {
        let table = table_of(&Dynamic::from(value), &shared)?;
        match table.rest {
            Some(_) => read(&table, &shared).map(Rows::new),
            None => Ok(Rows(table, None)),
        }
    });
    let shared = context.clone();
    engine.register_fn("table", move |value: T, columns: Array| {
        let table = columns_table(&Dynamic::from(value), &columns, &shared)?;
        read(&table, &shared).map(Rows::new)
    });
}

/// The rows that a table, a list or an array field stands for.
pub(super) fn table_of(value: &Dynamic, context: &Context) -> Result<Rc<Table>> {
    if let Some(rows) = value.read_lock::<Rows>() {
        return Ok(rows.0.clone());
    }
    whole_table(value, context).map(Rc::new)
}

fn register_json<T: Clone + 'static>(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("json", move |value: T| {
        value_json(&Dynamic::from(value), &shared)
    });
    let shared = context.clone();
    engine.register_fn("json", move |value: T, path: &str| {
        shared.refuse_to_write("json")?;
        shared.store(path, &value_json(&Dynamic::from(value), &shared)?)
    });
}

fn register_schema(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("types", move || -> Result<Rows> {
        shared.refresh()?;
        let observer = shared.attached.observer();
        let types = describe::types(&observer, || !shared.run.is_interrupted());
        shared.run.check_interrupt().map(|()| Rows::new(types))
    });
    let shared = context.clone();
    engine.register_fn("objects", move || -> Result<Rows> {
        read(&all_objects(&shared)?, &shared).map(Rows::new)
    });
    let shared = context.clone();
    engine.register_fn("describe", move |name: &str| -> Result<Dynamic> {
        shared.refresh()?;
        let schema = shared.schema();
        let own = super::packed::own_text(&shared, name);
        if let Some(text) = own.or_else(|| packed::text(&schema, name)) {
            return Ok(text.into());
        }
        describe::describe(&schema, name)
            .map(|table| Dynamic::from(Rows::new(table)))
            .map_err(raise)
    });
    engine.register_fn("describe", |place: Place| -> Dynamic {
        let field = &place.node.field;
        let (schema, id) = (field.schema(), field.type_id());
        if field.packing().is_some() {
            return schema.describe(id).trim_end().to_owned().into();
        }
        Dynamic::from(Rows::new(describe::describe_type(schema, id)))
    });
    engine.register_fn("fields", |place: Place| -> Result<Rows> {
        Ok(Rows::new(describe::fields(
            &place.node.field,
            &place.value()?,
        )))
    });
}

/// A row for each object there is.
pub(crate) fn all_objects(context: &Rc<Context>) -> Result<Table> {
    context.refresh()?;
    let observer = context.attached.observer();
    let objects = observer
        .entries()
        .take_while(|_| !context.run.is_interrupted());
    let list = ObjectList::new(context.clone(), objects);
    drop(observer);
    context.run.check_interrupt()?;
    Listing(list).table().map_err(raise)
}

/// An array field as the array of its elements; all else as it is.
fn spread(value: &Dynamic) -> Result<Dynamic> {
    match value.read_lock::<Place>() {
        Some(place) => place.elements().map(Dynamic::from_array),
        None => Ok(value.clone()),
    }
}

/// All columns: the fields of objects of one type, the keys of maps, else one column of values.
fn whole_table(value: &Dynamic, context: &Context) -> Result<Table> {
    if let Some(place) = value.read_lock::<Place>()
        && let Some(rows) = elements_table(&place)?
    {
        return Ok(rows);
    }
    let value = spread(value)?;
    match Places::of(&value) {
        Some(places) => objects_table(&places),
        None => values_table(&value, context),
    }
}

fn values_table(value: &Dynamic, context: &Context) -> Result<Table> {
    let array = value.read_lock::<Array>();
    maps_table(array.as_deref().unwrap_or(&Array::new()), context)
}

/// A row for each element of an array field whose elements are structures.
pub(crate) fn elements_table(place: &Place) -> Result<Option<Table>> {
    let Shape::List(count) = place.node.shape else {
        return Ok(None);
    };
    place.node.check_present()?;
    if count > 0 && place.node.field.packing().is_some() {
        return packed_table(place);
    }
    if count == 0 || !matches!(place.node.element(0)?.shape, Shape::Record) {
        return Ok(None);
    }
    let source = Subjects::Elements(Subject::of(&place.node), count as usize);
    let table = ObjectRows::of_members(source).and_then(ObjectRows::table);
    table.map(Some).map_err(raise)
}

/// The same for an array in a packed record, whose elements are all read in one moment.
fn packed_table(place: &Place) -> Result<Option<Table>> {
    Ok(match place.value()? {
        Value::List(elements) if matches!(elements.first(), Some(Value::Record(_))) => {
            Some(packed::table(&place.node.field, &elements))
        }
        _ => None,
    })
}

/// A row for each object: its label and its fields if all are of one type, else its type and value.
pub(crate) fn objects_table(places: &Places) -> Result<Table> {
    let source = source(places)?;
    let reader = match is_uniform(places)? {
        true => ObjectRows::of_members(source).map_err(raise)?,
        false => ObjectRows {
            source,
            columns: None,
        },
    };
    reader.table().map_err(raise)
}

fn is_uniform(places: &Places) -> Result<bool> {
    let shape = |place: &Place| {
        let is_record = matches!(place.node.shape, Shape::Record);
        (place.node.field.type_id(), is_record)
    };
    match places {
        Places::Listed(list) => list.is_uniform(),
        Places::Kept(places) => Ok(places.iter().all(|place| shape(place) == shape(&places[0]))),
    }
}

fn source(places: &Places) -> Result<Subjects> {
    match places {
        Places::Listed(list) => Ok(Subjects::Objects(list.clone())),
        Places::Kept(places) => {
            let fields = places.iter().map(|place| {
                place.node.check_present()?;
                Ok(Subject::of(&place.node))
            });
            fields.collect::<Result<_>>().map(Subjects::Fields)
        }
    }
}

/// The same table with all of its rows.
fn read(table: &Table, context: &Context) -> Result<Table> {
    let rows = table.all().map(|row| {
        context.run.check_interrupt()?;
        row.map(Cow::into_owned).map_err(raise)
    });
    Ok(Table {
        rows: rows.collect::<Result<_>>()?,
        are_objects: table.are_objects,
        ..Table::new(table.columns.iter().cloned())
    })
}

fn columns_table(value: &Dynamic, columns: &Array, context: &Context) -> Result<Table> {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| column.clone().into_string().map_err(raise))
        .collect::<Result<_>>()?;
    if let Some(rows) = value.read_lock::<Rows>() {
        return picked(&rows.0, &columns);
    }
    let value = spread(value)?;
    match Places::of(&value) {
        Some(places) => of_places(&places, &columns),
        None => picked(&values_table(&value, context)?, &columns),
    }
}

fn of_places(places: &Places, columns: &[String]) -> Result<Table> {
    let first = places.iter().next().transpose()?;
    let styled = |column: &String| {
        let style = match &first {
            Some(place) => style(place, column)?,
            None => Style::default(),
        };
        Ok((column.clone(), style))
    };
    let reader = ObjectRows {
        source: source(places)?,
        columns: Some(columns.iter().map(styled).collect::<Result<_>>()?),
    };
    reader.table().map_err(raise)
}

/// The style of a column by its first row; an error if there is no such field.
fn style(place: &Place, column: &str) -> Result<Style> {
    let field = &place.node.member(column)?.field;
    Ok(Style::new(field.info().metadata).of_type(field.schema(), field.type_id()))
}

/// A row for each map, a column for each key; what is no map has a column `value`.
pub(crate) fn maps_table(array: &Array, context: &Context) -> Result<Table> {
    let mut columns: Vec<String> = Vec::new();
    for map in array.iter().filter_map(|value| value.read_lock::<Map>()) {
        for key in map
            .keys()
            .filter(|key| !columns.iter().any(|column| column == key.as_str()))
            .collect::<Vec<_>>()
        {
            columns.push(key.to_string());
        }
    }
    if columns.is_empty() {
        columns.push("value".into());
    }
    let rows = array.iter();
    let rows = rows.map(|value| map_row(value, &columns, context));
    Ok(Table {
        rows: rows.collect::<Result<_>>()?,
        ..Table::new(columns)
    })
}

fn map_row(value: &Dynamic, columns: &[String], context: &Context) -> Result<Cells> {
    let map = value.read_lock::<Map>();
    let row = columns.iter().map(|column| {
        let part = match &map {
            Some(map) => map.get(column.as_str()),
            None => (column == "value").then_some(value),
        };
        part.map_or(Ok(None), |part| cell(part, context))
    });
    row.collect()
}

/// A value as a cell: what memory has no values of, such as a moment or a duration, is its text, and a list or map with
/// such parts is JSON. None of `()`.
pub(super) fn cell(value: &Dynamic, context: &Context) -> Result<Option<Cell>> {
    match convert::from_script(value) {
        Some(known) => Ok(Some(Cell::plain(known))),
        None if value.is_unit() => Ok(None),
        None => {
            let is_nested = value.is_array() || value.is_map();
            let json = is_nested.then(|| json(value, context).ok()).flatten();
            let text = json.map_or_else(|| text(value, context), |json| Ok(json.to_string()))?;
            Ok(Some(Cell::plain(text)))
        }
    }
}

fn picked(table: &Table, columns: &[String]) -> Result<Table> {
    let position = |column: &String| {
        let found = table.columns.iter().position(|known| known == column);
        found.ok_or_else(|| {
            raise(format_args!(
                "no column {column:?}; there are {}",
                table.columns.join(", ")
            ))
        })
    };
    let positions = columns.iter().map(position).collect::<Result<Vec<_>>>()?;
    let rows = table
        .rows
        .iter()
        .map(|row| positions.iter().map(|index| row[*index].clone()).collect());
    Ok(Table {
        rows: rows.collect(),
        ..Table::new(columns.iter().cloned())
    })
}

pub(crate) fn csv_text(table: &Table, context: &Context) -> Result<String> {
    let names = table.columns.iter().map(String::as_str);
    let rows = texts(table, context, |cell| format::raw(&cell.value));
    written(context, |out| format::write_csv(names, rows, out))
}

fn json_text(table: &Table, context: &Context) -> Result<String> {
    written(context, |out| {
        out.write_all(b"[")?;
        for (index, row) in table.all_json().enumerate() {
            go_on(context)?;
            write!(out, "{}{}", if index > 0 { "," } else { "" }, row?)?;
        }
        out.write_all(b"]")
    })
}

/// The values of all rows, as long as the script goes on; an empty text where a row has nothing.
pub(super) fn cells_of<'t>(
    table: &'t Table,
    context: &'t Context,
) -> impl Iterator<Item = io::Result<Vec<Value>>> + 't {
    table.all().map(move |row| {
        go_on(context)?;
        let cells = row?.into_owned().into_iter();
        let nothing = || Value::Text(String::new());
        Ok(cells
            .map(|cell| cell.map_or_else(nothing, |cell| cell.value))
            .collect())
    })
}

/// The cells of all rows as text, as long as the script goes on.
fn texts<'t>(
    table: &'t Table,
    context: &'t Context,
    text: impl Fn(&Cell) -> String + 't,
) -> impl Iterator<Item = io::Result<Vec<String>>> + 't {
    table.all().map(move |row| {
        go_on(context)?;
        let cells = row?;
        let texts = cells.iter();
        Ok(texts
            .map(|cell| cell.as_ref().map_or(String::new(), &text))
            .collect())
    })
}

fn go_on(context: &Context) -> io::Result<()> {
    match context.run.is_interrupted() {
        true => Err(io::Error::other("interrupted")),
        false => Ok(()),
    }
}

/// What `write` writes, as text. That a row cannot be read is the script's error.
fn written(
    context: &Context,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<String> {
    let text = format::written(write);
    context.run.check_interrupt()?;
    text.map_err(raise)
}

/// Objects are rows with their labels; all else is what it is.
fn value_json(value: &Dynamic, context: &Context) -> Result<String> {
    if let Some(rows) = value.read_lock::<Rows>() {
        return json_text(&rows.0, context);
    }
    match Places::of(value) {
        Some(objects) => json_text(&objects_table(&objects)?, context),
        None => Ok(json(value, context)?.to_string()),
    }
}

impl Context {
    /// Writes a text to a file, which takes the place of an older one, or tells that in a dry run.
    pub(crate) fn store(&self, path: &str, text: &str) -> Result<()> {
        let told = || match text.lines().count() {
            1 => format!("dry run: {path} would get 1 line"),
            lines => format!("dry run: {path} would get {lines} lines"),
        };
        if self.ledger.tells_instead(told) {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        files::open_for_writing(&mut options, Path::new(path))
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| raise(format_args!("cannot write {path:?}: {error}")))
    }
}

/// Columns padded with spaces, for `print`: as the table is as a result where there is no terminal.
pub(crate) fn aligned(table: &Table, context: &Context) -> Result<String> {
    let names = table.columns.iter();
    let names = names.map(|name| format::escaped(name).into_owned());
    let names = std::iter::once(Ok(names.collect()));
    let rows = names.chain(texts(table, context, Cell::piped));
    let numeric = (0..table.columns.len()).map(|column| {
        let cells = table.rows.iter().filter_map(|row| row[column].as_ref());
        let mut cells = cells.peekable();
        cells.peek().is_some() && cells.all(Cell::is_number)
    });
    let numeric: Vec<bool> = numeric.collect();
    let mut text = written(context, |out| format::write_plain(&numeric, rows, out))?;
    text.pop();
    Ok(text)
}

impl IntoIterator for Rows {
    type Item = Dynamic;
    type IntoIter = Box<dyn Iterator<Item = Dynamic>>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new((0..self.0.rows.len()).map(move |index| self.row(index)))
    }
}

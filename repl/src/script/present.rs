//! The result of a script as data to print.

use std::rc::Rc;

use memglass::{EnumValue, Field, Value};
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map};

use super::bindings::{Rows, Session, all_objects, objects_table};
use super::context::Context;
use super::convert;
use super::describe::member_type;
use super::place::{Node, Place, Shape};
use super::shown::{Cell, Record, Row, Shown, Table};
use super::written;
use crate::format::Style;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What to print for a result; `read` is the field it was read from, if it came straight from one.
pub(crate) fn shown(
    value: &Dynamic,
    read: Option<&Rc<Node>>,
    context: &Rc<Context>,
) -> Result<Shown> {
    if value.is_unit() {
        return Ok(Shown::Nothing);
    }
    if let Some(place) = value.read_lock::<Place>() {
        return of_place(&place);
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        return Ok(Shown::Table(Table::clone(&rows.0)));
    }
    if let Some(session) = value.read_lock::<Session>() {
        return all_objects(&session.0).map(Shown::Table);
    }
    if let Some(elements) = value.read_lock::<Array>() {
        return of_array(value, &elements, context);
    }
    if let Some(map) = value.read_lock::<Map>() {
        return of_map(value, &map, context);
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Ok(of_text(&text, context));
    }
    scalar(value, read, context)
}

fn scalar(value: &Dynamic, read: Option<&Rc<Node>>, context: &Context) -> Result<Shown> {
    match convert::from_script(value) {
        Some(value) => {
            let style = read.map_or_else(Style::default, |node| style(&node.field));
            Ok(Shown::Value(Cell { value, style }))
        }
        None => written::own_text(value, context).map(Shown::Text),
    }
}

fn style(field: &Field) -> Style {
    Style::new(field.info().metadata).of_type(field.schema(), field.type_id())
}

fn of_text(text: &ImmutableString, context: &Rc<Context>) -> Shown {
    match context.symbols.of(text) {
        Some(symbol) => {
            let name = Some(text.as_str().into());
            Shown::Value(Cell::plain(Value::Enum(EnumValue {
                number: symbol.number,
                name,
            })))
        }
        None => Shown::Text(text.to_string()),
    }
}

fn of_place(place: &Place) -> Result<Shown> {
    let value = place.value()?;
    let one = |value| {
        let style = style(&place.node.field);
        Ok(Shown::Value(Cell { value, style }))
    };
    match place.node.shape {
        Shape::Record => Ok(Shown::Record(record(place, &value))),
        Shape::Leaf(_) => one(value),
        Shape::List(_) => match place
            .elements()?
            .iter()
            .map(as_place)
            .collect::<Option<Vec<_>>>()
        {
            Some(places) => objects_table(&places).map(Shown::Table),
            None => one(value),
        },
    }
}

fn as_place(value: &Dynamic) -> Option<Place> {
    value.read_lock::<Place>().map(|place| place.clone())
}

fn record(place: &Place, value: &Value) -> Record {
    let field = &place.node.field;
    let schema = field.schema();
    let rows = field
        .members()
        .unwrap_or_default()
        .iter()
        .filter_map(|member| {
            let style = Style::new(&member.metadata).of_type(schema, member.type_id);
            let cell = Cell {
                value: value.get(&member.name)?.clone(),
                style,
            };
            let note = super::describe::note(schema, member);
            Some(Row {
                name: member.name.clone(),
                cell,
                type_name: member_type(schema, member),
                note,
            })
        });
    Record {
        title: place.path().to_owned(),
        type_name: place.type_name(),
        rows: rows.collect(),
    }
}

/// Objects are a table, maps too; all else is one value.
fn of_array(value: &Dynamic, elements: &Array, context: &Context) -> Result<Shown> {
    let places = elements.iter().map(as_place).collect::<Option<Vec<_>>>();
    if let Some(places) = places.filter(|places| !places.is_empty()) {
        return objects_table(&places).map(Shown::Table);
    }
    if !elements.is_empty() && elements.iter().all(Dynamic::is_map) {
        return super::bindings::maps_table(elements).map(Shown::Table);
    }
    match convert::from_script(value) {
        Some(list) => Ok(Shown::Value(Cell::plain(list))),
        None => mixed(value, context),
    }
}

fn of_map(value: &Dynamic, map: &Map, context: &Context) -> Result<Shown> {
    let rows = map.iter().map(|(name, value)| {
        Some(Row {
            name: name.as_str().into(),
            cell: Cell::plain(convert::from_script(value)?),
            type_name: String::new(),
            note: String::new(),
        })
    });
    match rows.collect::<Option<Vec<_>>>() {
        Some(rows) => Ok(Shown::Record(Record {
            title: String::new(),
            type_name: "map".into(),
            rows,
        })),
        None => mixed(value, context),
    }
}

/// What holds functions or the like has no JSON: then its text stands for it.
fn mixed(value: &Dynamic, context: &Context) -> Result<Shown> {
    let text = written::text(value, context)?;
    let json = match written::json(value, context) {
        Ok(json) => json,
        Err(_) => {
            context.check_interrupt()?;
            text.as_str().into()
        }
    };
    Ok(Shown::Mixed { text, json })
}

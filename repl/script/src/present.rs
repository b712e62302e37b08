//! The result of a script as data to print.

use std::rc::Rc;
use std::sync::Arc;

use memglass::schema::{self, Schema};
use memglass::{EnumValue, Field, Value};
use memglass_value::format::Style;
use memglass_value::shown::{Cell, Member, Record, Shown, Table};
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map};

use super::bindings::{Obs, Rows, all_objects, elements_table, objects_table};
use super::context::Context;
use super::convert;
use super::describe::{self, member_type};
use super::object_list::{ObjectList, Places};
use super::packed;
use super::place::{Node, Place, Shape};
use super::rows::{ObjectRows, Subject, Subjects};
use super::written;

/// Elements of an array that is no longer read as one value.
const LARGE: usize = 1000;

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
    if let Some(session) = value.read_lock::<Obs>() {
        return all_objects(&session.0).map(Shown::Table);
    }
    if let Some(list) = value.read_lock::<ObjectList>() {
        return match list.len() {
            0 => Ok(Shown::Value(Cell::plain(Value::List(Vec::new())))),
            _ => objects_table(&Places::Listed(list.clone())).map(Shown::Table),
        };
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
        None => written::own_text(value, context).map(Shown::text),
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
        None => Shown::text(text.as_str()),
    }
}

fn of_place(place: &Place) -> Result<Shown> {
    if let Some(rows) = elements_table(place)? {
        return Ok(Shown::Table(rows));
    }
    let value = place.value()?;
    let field = &place.node.field;
    Ok(match place.node.shape {
        Shape::Record => Shown::Record(record(field, &value)),
        _ => Shown::Value(Cell {
            value,
            style: style(field),
        }),
    })
}

/// A row for each element of an array of so many structures that it is not read as one value.
pub fn of_large_array(field: &Field) -> Option<Shown> {
    let count = usize::try_from(field.element_count()?).ok()?;
    if count <= LARGE || field.element(0).ok()?.members().is_none() {
        return None;
    }
    let part = Subject {
        field: field.clone(),
        label_len: 0,
    };
    let source = Subjects::Elements(part, count);
    let table = ObjectRows::of_members(source).and_then(ObjectRows::table);
    table.ok().map(Shown::Table)
}

/// A value that was read from `field`, as its type is: a structure as rows, an array of structures as
/// a table, all else as one value.
pub fn of_field(field: &Field, value: Value) -> Shown {
    match &value {
        Value::Record(_) => Shown::Record(record(field, &value)),
        Value::List(elements) if elements.first().is_some_and(is_record) => {
            Shown::Table(match field.packing() {
                Some(_) => packed::table(field, elements),
                None => table(field, elements),
            })
        }
        _ => Shown::Value(Cell {
            value,
            style: style(field),
        }),
    }
}

fn is_record(value: &Value) -> bool {
    matches!(value, Value::Record(_))
}

fn record(field: &Field, value: &Value) -> Record {
    let schema = field.schema();
    let members = match (field.packing(), value) {
        (Some(_), Value::Record(parts)) => packed::members(field, parts),
        _ => members(schema, field.members().unwrap_or_default(), value),
    };
    Record {
        title: field.path().to_owned(),
        type_name: field.info().type_name,
        members,
    }
}

/// A row for each element of an array of structures.
fn table(field: &Field, elements: &[Value]) -> Table {
    let schema = field.schema();
    let members = field
        .element(0)
        .map(|first| first.members().unwrap_or_default().to_vec())
        .unwrap_or_default();
    let names = members.iter().map(|member| member.name.to_string());
    let cells = |(index, element): (usize, &Value)| {
        let label = Cell::plain(format!("{}[{index}]", field.path()));
        let cells = self::members(schema, &members, element).into_iter();
        std::iter::once(label)
            .chain(cells.map(|member| member.cell))
            .map(Some)
            .collect()
    };
    Table {
        rows: elements.iter().enumerate().map(cells).collect(),
        are_objects: true,
        ..Table::new(std::iter::once("object".to_owned()).chain(names))
    }
}

/// The members of a structure, with the members of those that are structures themselves.
fn members(schema: &Schema, declared: &[schema::Field], value: &Value) -> Vec<Member> {
    let member = |member: &schema::Field| {
        let value = value.get(&member.name)?.clone();
        let inner = schema[schema.bare(member.type_id)]
            .members()
            .unwrap_or_default();
        Some(Member {
            name: member.name.clone(),
            members: members(schema, inner, &value),
            cell: Cell {
                value,
                style: Style::new(&member.metadata).of_type(schema, member.type_id),
            },
            type_name: member_type(schema, member),
            note: describe::note(schema, member),
        })
    };
    declared.iter().filter_map(member).collect()
}

/// Objects are a table, maps too; all else is one value.
fn of_array(value: &Dynamic, elements: &Array, context: &Context) -> Result<Shown> {
    if let Some(places) = Places::of(value) {
        return objects_table(&places).map(Shown::Table);
    }
    if !elements.is_empty() && elements.iter().all(Dynamic::is_map) {
        return super::bindings::maps_table(elements, context).map(Shown::Table);
    }
    match convert::from_script(value) {
        Some(list) => Ok(Shown::Value(Cell::plain(list))),
        None => mixed(value, context),
    }
}

fn of_map(value: &Dynamic, map: &Map, context: &Context) -> Result<Shown> {
    let members = map
        .iter()
        .map(|(name, value)| Some(entry(name.as_str().into(), convert::from_script(value)?)));
    match members.collect::<Option<Vec<_>>>() {
        Some(members) => Ok(Shown::Record(Record {
            title: String::new(),
            type_name: "map".into(),
            members,
        })),
        None => mixed(value, context),
    }
}

/// One entry of a map, of which nothing is declared.
fn entry(name: Arc<str>, value: Value) -> Member {
    let members = match &value {
        Value::Record(members) => Some(members),
        _ => None,
    };
    let members = members
        .into_iter()
        .flatten()
        .map(|(name, value)| entry(name.clone(), value.clone()));
    Member {
        name,
        members: members.collect(),
        cell: Cell::plain(value),
        type_name: String::new(),
        note: String::new(),
    }
}

/// What holds functions or the like has no JSON: then its text stands for it.
fn mixed(value: &Dynamic, context: &Context) -> Result<Shown> {
    let text = written::text(value, context)?;
    let json = match written::json(value, context) {
        Ok(json) => json,
        Err(_) => {
            context.run.check_interrupt()?;
            text.as_str().into()
        }
    };
    Ok(Shown::Text {
        text,
        json: Some(json),
    })
}

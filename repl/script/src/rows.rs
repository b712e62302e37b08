//! A row for each of many objects or elements: the first are read at once, the others when they are written.

use std::io;

use memglass::{Field, Value};
use memglass_syntax::words::quoted;
use memglass_value::format::Style;
use memglass_value::shown::{Cell, Cells, RowReader, Table};
use rhai::EvalAltResult;

use super::error::text_of;
use super::object_list::ObjectList;
use super::packed;
use super::place::Node;

/// Rows that are read at once. A terminal gets no more.
const FIRST: usize = 1000;

/// What rows are made of.
pub(crate) enum Subjects {
    /// Objects, or parts of them.
    Fields(Vec<Subject>),
    /// All elements of an array, so many.
    Elements(Subject, usize),
    /// Those of a list that are still there.
    Objects(ObjectList),
}

/// A field, and how many bytes of its path are the object's label.
pub(crate) struct Subject {
    pub(crate) field: Field,
    pub(crate) label_len: usize,
}

impl Subject {
    /// The part that a place is.
    pub(crate) fn of(node: &Node) -> Self {
        Subject {
            field: node.field.clone(),
            label_len: node.label_len(),
        }
    }

    /// What it is called: a path that leads there when it is typed.
    fn name(&self) -> Cell {
        let (label, rest) = self.field.path().split_at(self.label_len);
        match rest.is_empty() {
            true => Cell::label(label),
            false if label.contains(['.', '[', '"']) => {
                Cell::plain(format!("{}{rest}", quoted(label)))
            }
            false => Cell::plain(self.field.path()),
        }
    }
}

impl Subjects {
    fn len(&self) -> usize {
        match self {
            Subjects::Fields(fields) => fields.len(),
            Subjects::Elements(_, count) => *count,
            Subjects::Objects(list) => list.len(),
        }
    }

    fn get(&self, index: usize) -> io::Result<Option<Subject>> {
        let part = |field: Field, label_len| Subject { field, label_len };
        Ok(match self {
            Subjects::Fields(parts) => parts
                .get(index)
                .map(|known| part(known.field.clone(), known.label_len)),
            Subjects::Elements(array, _) => {
                let element = array.field.element(index as u64).ok();
                element.map(|element| part(element, array.label_len))
            }
            Subjects::Objects(list) => {
                let object = list.field(index).map_err(of_script)?;
                object.map(|object| {
                    let label_len = object.path().len();
                    part(object, label_len)
                })
            }
        })
    }
}

/// Reads the rows of a table. Each row is of one moment: the whole object is read once.
pub(crate) struct ObjectRows {
    /// What they are made of.
    pub(crate) source: Subjects,
    /// What is shown of each, and how; `None` for its type and its value as a whole.
    pub(crate) columns: Option<Vec<(String, Style)>>,
}

impl ObjectRows {
    /// The rows of all members that the first has.
    pub(crate) fn of_members(source: Subjects) -> io::Result<Self> {
        let mut all = (0..source.len()).filter_map(|index| source.get(index).transpose());
        let first = all.next().transpose()?;
        let columns = first.as_ref().and_then(|first| {
            let schema = first.field.schema();
            if first.field.packing().is_some() {
                let names = packed::member_names(schema, &first.field.info().type_name);
                return Some(
                    names
                        .into_iter()
                        .map(|name| (name, Style::default()))
                        .collect(),
                );
            }
            let members = first.field.members()?.iter();
            let columns = members.map(|member| {
                let style = Style::new(&member.metadata).of_type(schema, member.type_id);
                (member.name.to_string(), style)
            });
            Some(columns.collect())
        });
        Ok(ObjectRows { source, columns })
    }

    /// The table.
    pub(crate) fn table(self) -> io::Result<Table> {
        let names = match &self.columns {
            Some(columns) => columns.iter().map(|(name, _)| name.clone()).collect(),
            None => vec!["type".to_owned(), "value".to_owned()],
        };
        let columns = std::iter::once("object".to_owned()).chain(names);
        let table = Table {
            are_objects: true,
            ..Table::new(columns)
        };
        table.of(self, FIRST)
    }
}

impl RowReader for ObjectRows {
    fn len(&self) -> usize {
        self.source.len()
    }

    /// Without values if the object was destroyed since the list was made, but is still known.
    fn row(&self, index: usize) -> io::Result<Option<Cells>> {
        let Some(part) = self.source.get(index)? else {
            return Ok(None);
        };
        let value = part.field.read().ok();
        let cells: Cells = match (&self.columns, value) {
            (Some(columns), value) => columns
                .iter()
                .map(|(column, style)| {
                    let value = dig(value.as_ref()?, column)?.clone();
                    let style = style.clone();
                    Some(Cell { value, style })
                })
                .collect(),
            (None, Some(value)) => {
                let type_name = Cell::plain(part.field.info().type_name);
                vec![Some(type_name), Some(Cell::plain(value))]
            }
            (None, None) => vec![None, None],
        };
        let name = Some(part.name());
        Ok(Some(std::iter::once(name).chain(cells).collect()))
    }
}

/// What there is to say of each object of a list without reading it.
pub(crate) struct Listing(pub(crate) ObjectList);

impl Listing {
    /// The table.
    pub(crate) fn table(self) -> io::Result<Table> {
        Table::new(["object", "type", "count", "bytes"]).of(self, FIRST)
    }
}

impl RowReader for Listing {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn row(&self, index: usize) -> io::Result<Option<Cells>> {
        let row = self.0.entry(index, |object, schema| {
            let mut label = Vec::new();
            let label = object.with_label(&mut label, |label| Cell::label(label))?;
            let type_name = Cell::plain(schema.type_name(object.type_id()));
            let count = object.count().map(Cell::plain);
            let size = Cell::plain(object.size());
            Some(vec![Some(label), Some(type_name), count, Some(size)])
        });
        row.map_err(of_script)
    }
}

fn of_script(error: Box<EvalAltResult>) -> io::Error {
    io::Error::other(text_of(&error))
}

/// The part of a value that a path such as `quote.bid` or `levels[2].price` names.
fn dig<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut value = value;
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        value = match (step.strip_suffix(']'), value) {
            (Some(index), Value::List(elements)) => {
                elements.get(index.trim().parse::<usize>().ok()?)?
            }
            (None, record) => record.get(step)?,
            _ => return None,
        };
    }
    Some(value)
}

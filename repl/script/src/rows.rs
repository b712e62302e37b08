//! A row for each of many objects or elements: the first are read at once, the others when they are written.

use std::fmt;
use std::sync::Arc;

use memglass::{Field, Value};
use memglass_value::format::Style;

use crate::shown::{Cell, Cells, Table};

/// Rows that are read at once. A terminal gets no more.
const FIRST: usize = 1000;

/// What rows are made of.
pub(crate) enum Source {
    /// Objects, or parts of them.
    Fields(Vec<Field>),
    /// All elements of an array, so many.
    Elements(Field, usize),
}

impl Source {
    fn len(&self) -> usize {
        match self {
            Source::Fields(fields) => fields.len(),
            Source::Elements(_, count) => *count,
        }
    }

    fn get(&self, index: usize) -> Option<Field> {
        match self {
            Source::Fields(fields) => fields.get(index).cloned(),
            Source::Elements(array, _) => array.element(index as u64).ok(),
        }
    }
}

/// Reads the rows of a table.
pub(crate) struct Reader {
    /// What they are made of.
    pub(crate) source: Source,
    /// What is to be seen of each, and how; its type and value as a whole if there is nothing.
    pub(crate) columns: Option<Vec<(String, Style)>>,
}

impl Reader {
    /// The rows of all members that the first has.
    pub(crate) fn of_members(source: Source) -> Self {
        let first = source.get(0);
        let columns = first.as_ref().and_then(|first| {
            let schema = first.schema();
            let members = first.members()?.iter();
            let columns = members.map(|member| {
                let style = Style::new(&member.metadata).of_type(schema, member.type_id);
                (member.name.to_string(), style)
            });
            Some(columns.collect())
        });
        Reader { source, columns }
    }

    /// The table. Each of its rows is of one moment: the whole object is read once.
    pub(crate) fn table(self) -> Table {
        let names = match &self.columns {
            Some(columns) => columns.iter().map(|(name, _)| name.clone()).collect(),
            None => vec!["type".to_owned(), "value".to_owned()],
        };
        let count = self.source.len();
        let first = count.min(FIRST);
        let rows = (0..first).map(|index| self.row(index)).collect();
        Table {
            columns: std::iter::once("object".to_owned()).chain(names).collect(),
            rows,
            are_objects: true,
            rest: (count > first).then(|| Rest {
                reader: Arc::new(self),
                first,
            }),
        }
    }

    /// One row: without values if the object was destroyed since it was found.
    fn row(&self, index: usize) -> Cells {
        let field = self.source.get(index);
        let value = field.as_ref().and_then(|field| field.read().ok());
        let path = field.as_ref().map(|field| Cell::plain(field.path()));
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
                let type_name = field.map(|field| Cell::plain(field.info().type_name));
                let style = Style::default();
                vec![type_name, Some(Cell { value, style })]
            }
            (None, None) => vec![None, None],
        };
        std::iter::once(path).chain(cells).collect()
    }
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

/// The rows behind the first ones. Nothing of them is kept.
#[derive(Clone)]
pub struct Rest {
    reader: Arc<Reader>,
    first: usize,
}

impl Rest {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.reader.source.len() - self.first
    }

    /// Each of them, read when it is asked for.
    pub(crate) fn read(&self) -> impl Iterator<Item = Cells> {
        (self.first..self.reader.source.len()).map(|index| self.reader.row(index))
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} rows that are not read yet", self.len())
    }
}

/// Rows are equal only to themselves: the others' values are not known.
impl PartialEq for Rest {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reader, &other.reader) && self.first == other.first
    }
}

//! Rows with the same columns. Many rows are read one by one when they are asked for, and none of those is kept.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::Cell;
use crate::format;

/// One row of a [`Table`]: a cell for each column, `None` where the row has nothing there.
pub type Cells = Vec<Option<Cell>>;

/// Rows under named columns.
///
/// What a column looks like (its unit, whether its numbers stand at the right, whether it may take several
/// lines) follows from its cells. So a column cannot say one thing and its cells another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What the rows are about; empty if that needs no words.
    pub title: String,
    /// Headings.
    pub columns: Vec<String>,
    /// The first rows.
    pub rows: Vec<Cells>,
    /// The rows behind these, which are not read yet.
    pub rest: Option<Rest>,
    /// Whether each row is an object, which its first cell names: one without values is gone.
    pub are_objects: bool,
    /// What to tell people if there are no rows.
    pub none: String,
    /// What a program gets as JSON, if that is not a list of the rows.
    pub json: Option<Json>,
    /// The same in fewer columns, for a screen on which these do not fit.
    pub narrow: Option<Box<Table>>,
}

/// Makes rows when they are asked for.
pub trait RowReader {
    /// How many there are at most.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at `index`; `None` if what it was of has gone since.
    ///
    /// # Errors
    ///
    /// If no row can be made any more.
    fn row(&self, index: usize) -> io::Result<Option<Cells>>;
}

/// Rows from `first` on.
#[derive(Clone)]
pub struct Rest {
    rows: Rc<dyn RowReader>,
    first: usize,
}

impl Table {
    /// A table without rows.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        Table {
            columns: columns.into_iter().map(Into::into).collect(),
            ..Table::default()
        }
    }

    /// The same table without rows, and what to tell people if it stays so.
    pub fn or_else(self, none: impl Into<String>) -> Self {
        Table {
            none: none.into(),
            ..self
        }
    }

    /// The same table with rows that are made when they are asked for, but for so many that are made now.
    ///
    /// # Errors
    ///
    /// As making the first rows.
    pub fn of(self, rows: impl RowReader + 'static, now: usize) -> io::Result<Self> {
        let mut rest = Rest {
            rows: Rc::new(rows),
            first: 0,
        };
        let mut first = Vec::new();
        while first.len() < now && rest.len() > 0 {
            first.extend(rest.rows.row(rest.first)?);
            rest.first += 1;
        }
        Ok(Table {
            rows: first,
            rest: (rest.len() > 0).then_some(rest),
            ..self
        })
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// If it does not have one cell for each column.
    pub fn push(&mut self, row: impl Into<Cells>) {
        let row = row.into();
        assert_eq!(
            row.len(),
            self.columns.len(),
            "a row has one cell for each column"
        );
        self.rows.push(row);
    }

    /// How many rows there are. Of those that are not read yet, some may be gone when they are.
    pub fn len(&self) -> usize {
        self.rows.len() + self.rest.as_ref().map_or(0, Rest::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows. Those that are not read yet are read as they come, and not kept.
    pub fn all(&self) -> impl Iterator<Item = io::Result<Cow<'_, [Option<Cell>]>>> {
        let first = self.rows.iter().map(|row| Ok(Cow::Borrowed(&row[..])));
        let rest = self.rest.iter().flat_map(Rest::read);
        first.chain(rest.map(|row| row.map(Cow::Owned)))
    }

    /// All rows, each as a JSON object.
    pub fn all_json(&self) -> impl Iterator<Item = io::Result<Json>> {
        self.all().map(|row| Ok(self.row_json(&row?)))
    }

    /// One row as a JSON object.
    fn row_json(&self, row: &[Option<Cell>]) -> Json {
        let cells = row.iter().map(|cell| {
            cell.as_ref()
                .map_or(Json::Null, |cell| format::json(&cell.value))
        });
        Json::Object(
            self.columns
                .iter()
                .cloned()
                .zip(cells)
                .collect::<Map<_, _>>(),
        )
    }
}

impl Rest {
    fn len(&self) -> usize {
        self.rows.len().saturating_sub(self.first)
    }

    /// Each row, made when it is asked for.
    fn read(&self) -> impl Iterator<Item = io::Result<Cells>> {
        (self.first..self.rows.len()).filter_map(|index| self.rows.row(index).transpose())
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} rows that are not read yet", self.len())
    }
}

/// Rows are equal only to themselves: the values of others are not known.
impl PartialEq for Rest {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.rows, &other.rows) && self.first == other.first
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell as Count;

    use super::*;

    /// Numbers, of which every third is gone.
    struct Numbers(Rc<Count<usize>>);

    impl RowReader for Numbers {
        fn len(&self) -> usize {
            9
        }

        fn row(&self, index: usize) -> io::Result<Option<Cells>> {
            self.0.set(self.0.get() + 1);
            let is_there = index % 3 != 2;
            Ok(is_there.then(|| vec![Some(Cell::plain(index as u64))]))
        }
    }

    #[test]
    fn rows_are_made_when_they_are_asked_for_and_gone_ones_are_left_out() {
        let made = Rc::new(Count::new(0));
        let table = Table::new(["n"]).of(Numbers(made.clone()), 3).unwrap();
        assert_eq!((table.rows.len(), made.get()), (3, 4));
        let all: Vec<Json> = table.all_json().map(Result::unwrap).collect();
        let numbers: Vec<u64> = all.iter().map(|row| row["n"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [0, 1, 3, 4, 6, 7]);
        assert_eq!(made.get(), 9);
    }
}

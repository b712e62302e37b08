//! Which columns the list of objects has, and by which of them it is sorted.

use std::sync::Arc;

use crate::interest::{Column, Sort, SortBy};

/// A column of the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ListColumn {
    pub(crate) what: What,
    pub(crate) is_shown: bool,
}

/// What a column has in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    Label,
    Type,
    Age,
    Rate,
    /// What an expression of each object's fields gives.
    Pinned(Column),
}

/// The columns of the list, and its order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ListColumns {
    pub(crate) all: Vec<ListColumn>,
    pub(crate) sort: Sort,
}

impl Default for ListColumns {
    fn default() -> Self {
        let all = [What::Label, What::Type, What::Age, What::Rate];
        let shown = |what| ListColumn {
            what,
            is_shown: true,
        };
        ListColumns {
            all: all.map(shown).into(),
            sort: Sort::default(),
        }
    }
}

impl What {
    /// What it is called in the dialog, its condition included.
    pub(crate) fn text(&self) -> String {
        match self {
            What::Pinned(column) => column.to_text(),
            other => other.sort().name().to_owned(),
        }
    }

    /// The order by this column.
    pub(crate) fn sort(&self) -> SortBy {
        match self {
            What::Label => SortBy::Label,
            What::Type => SortBy::Type,
            What::Age => SortBy::Age,
            What::Rate => SortBy::Rate,
            What::Pinned(column) => SortBy::Column(Arc::clone(&column.text)),
        }
    }

    /// Whether it shows an expression that somebody typed.
    pub(crate) fn is_pinned(&self) -> bool {
        matches!(self, What::Pinned(_))
    }
}

impl ListColumns {
    /// Whether a column that each list may have is shown.
    pub(crate) fn shows(&self, what: &What) -> bool {
        self.all
            .iter()
            .any(|column| column.what == *what && column.is_shown)
    }

    /// The pinned columns that are shown.
    pub(crate) fn pinned(&self) -> impl Iterator<Item = &Column> {
        self.all.iter().filter_map(|column| match &column.what {
            What::Pinned(pinned) if column.is_shown => Some(pinned),
            _ => None,
        })
    }

    /// Pins another column, behind the others; one of the same expression takes its colour and is shown.
    pub(crate) fn pin(&mut self, column: Column) {
        let is_same = |other: &&mut ListColumn| match &other.what {
            What::Pinned(pinned) => pinned.text == column.text,
            _ => false,
        };
        let same = self.all.iter_mut().find(is_same);
        let new = ListColumn {
            what: What::Pinned(column),
            is_shown: true,
        };
        match same {
            Some(same) => *same = new,
            None => self.all.push(new),
        }
    }

    /// Sorts by a column; the other way round if the list is sorted by it.
    pub(crate) fn sort_by(&mut self, row: usize) {
        let Some(by) = self.all.get(row).map(|column| column.what.sort()) else {
            return;
        };
        self.sort = match self.sort.by == by {
            true => Sort {
                is_descending: !self.sort.is_descending,
                by,
            },
            // Of what changes often or is worth much one looks for the most.
            false => Sort {
                is_descending: matches!(by, SortBy::Rate | SortBy::Column(_)),
                by,
            },
        };
    }

    /// Shows a column or hides it; labels are always shown.
    pub(crate) fn toggle(&mut self, row: usize) {
        if let Some(column) = self.all.get_mut(row)
            && column.what != What::Label
        {
            column.is_shown = !column.is_shown;
        }
    }

    /// Removes a pinned column. A list that was sorted by it is sorted by label.
    pub(crate) fn remove(&mut self, row: usize) {
        let is_pinned = |column: &&ListColumn| column.what.is_pinned();
        let Some(column) = self.all.get(row).filter(is_pinned) else {
            return;
        };
        if self.sort.by == column.what.sort() {
            self.sort = Sort::default();
        }
        self.all.remove(row);
    }

    /// Lets a pinned column change places with the next one, or with the one before; gives its new row.
    pub(crate) fn shift(&mut self, row: usize, step: isize) -> usize {
        let other = row.wrapping_add_signed(step);
        let can = |row: usize| {
            self.all
                .get(row)
                .is_some_and(|column| column.what.is_pinned())
        };
        if !can(row) || !can(other) {
            return row;
        }
        self.all.swap(row, other);
        other
    }

    /// The row of the column by which the list is sorted.
    pub(crate) fn sorted_row(&self) -> usize {
        let is_it = |column: &ListColumn| column.what.sort() == self.sort.by;
        self.all.iter().position(is_it).unwrap_or(0)
    }
}

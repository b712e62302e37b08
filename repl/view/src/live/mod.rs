//! A table that is drawn again and again while it changes: what `memglass watch` and `memglass top` show on a terminal.
//!
//! A [`Source`] knows what there is and gives the rows that are on the screen, as plain data. This module knows the
//! keys and where the columns are. Only cells that differ are sent to the terminal.

mod draw;
mod run;
mod state;

use std::time::Duration;

use crossbeam_channel::Receiver;

use crate::line::Then;
pub use run::{Setup, run};

/// What the rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the source finds them best.
    #[default]
    Given,
    /// Their names.
    Name,
    /// Changes a second, the most first.
    Rate,
    /// The time since the last change, the longest first.
    Age,
}

/// The part of the table that is on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The order of the rows.
    pub order: Order,
    /// The first row.
    pub first: usize,
    /// How many rows fit.
    pub height: usize,
}

/// A table at one moment. All texts are clean: nothing in them commands a terminal.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it is about.
    pub subject: String,
    /// What became of the producer; nothing while it is alive.
    pub producer: Option<String>,
    /// How many rows there are, on the screen or not.
    pub total: usize,
    /// The first of `rows`: the wanted one, or an earlier one if there are not so many.
    pub first: usize,
    /// The rows on the screen.
    pub rows: Vec<Row>,
    /// Where there are no rows, why.
    pub empty: &'static str,
    /// Whether rows have a history to draw.
    pub has_trend: bool,
    /// What stands below the rows.
    pub summary: String,
}

/// A row of the table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What it is called by, which is never cut.
    pub number: Option<usize>,
    /// The field or the expression.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Changes a second.
    pub rate: f64,
    /// The time since the last change, or since the beginning; nothing if that is not known.
    pub age: Option<Duration>,
    /// Its recent values, as steps from 0 to 7.
    pub trend: Vec<Option<u8>>,
    /// What is to be said about it.
    pub note: String,
    /// How it is marked.
    pub mark: Mark,
}

/// What is special about a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    #[default]
    Plain,
    /// It changed just now.
    News,
    /// Its value is not allowed, or could not be read well.
    Trouble,
    /// It is gone, and this was its last value.
    Gone,
}

/// What a live table shows.
pub trait Source {
    /// How often [`look`](Source::look) is to be called; `None` where somebody else looks.
    fn period(&self) -> Option<Duration> {
        None
    }

    /// Looks at what there is.
    fn look(&mut self) {}

    /// Takes in what was seen since the last frame. It is not called during a pause.
    fn advance(&mut self);

    /// Goes on after a pause, of which nothing is counted.
    fn resume(&mut self);

    /// How long until [`run_due`](Source::run_due) has something to do, if that is known.
    fn rest(&self) -> Option<Duration> {
        None
    }

    /// Hears when it has something to do before that; `None` where nothing runs beside the table.
    fn woken(&self) -> Option<Receiver<()>> {
        None
    }

    /// Does what is to be done beside the table. It goes on during a pause, and Ctrl-C stops it.
    fn run_due(&mut self) -> Then {
        Then::GoesOn
    }

    /// The rows that are on the screen. It is called during a pause as well, and then gives the same values.
    fn table(&mut self, wanted: Wanted) -> Table;
}

impl Order {
    /// The next one, from the last to the first.
    pub(crate) fn next(self) -> Order {
        match self {
            Order::Given => Order::Name,
            Order::Name => Order::Rate,
            Order::Rate => Order::Age,
            Order::Age => Order::Given,
        }
    }

    /// It as the end of "sorted by …"; nothing of the source's own order.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Order::Given => None,
            Order::Name => Some("name"),
            Order::Rate => Some("rate"),
            Order::Age => Some("age"),
        }
    }
}

impl Wanted {
    /// The first row of the screen if there are `total` rows: the last screen is full.
    pub fn first_of(self, total: usize) -> usize {
        self.first.min(total.saturating_sub(self.height))
    }
}

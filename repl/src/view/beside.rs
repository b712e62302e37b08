//! Live tables that the prompt shows: triggers run on beside them, and what they print is told when the table closes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use crossbeam_channel::Receiver;
use memglass_script::ScriptError;
use memglass_view::line::Then;
use memglass_view::live::{Source, Table, Wanted};

use crate::changes::TypedTable;
use crate::commands::CommandError;
use crate::embed::{Diverted, Sink};
use crate::runtime::Runtime;
use crate::top::LiveTop;

/// Lines that are kept of what triggers print meanwhile; the first of more are forgotten.
const MOST: usize = 1_000;

/// A live table over a session whose triggers run on.
pub(super) struct Beside<'r> {
    runtime: &'r mut Runtime,
    shown: Shown,
    printed: Rc<RefCell<Printed>>,
    diverted: Option<Diverted>,
}

/// Which table.
pub(super) enum Shown {
    Top(Box<LiveTop>),
    Watches(Box<TypedTable>),
}

impl<'r> Beside<'r> {
    pub(super) fn new(runtime: &'r mut Runtime, shown: Shown) -> Self {
        let printed = Rc::<RefCell<Printed>>::default();
        let sink = Kept(Rc::clone(&printed));
        Beside {
            diverted: Some(runtime.writer.outlet.divert(Box::new(sink))),
            runtime,
            shown,
            printed,
        }
    }
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        self.diverted = None;
        let Printed { lines, forgotten } = self.printed.take();
        let outlet = &self.runtime.writer.outlet;
        if forgotten > 0 {
            outlet.tell(&format!(
                "note: {forgotten} earlier lines of triggers are left out"
            ));
        }
        for line in lines {
            outlet.tell(&line);
        }
    }
}

impl Source for Beside<'_> {
    fn period(&self) -> Option<Duration> {
        match &self.shown {
            Shown::Top(top) => top.period(),
            Shown::Watches(_) => None,
        }
    }

    fn look(&mut self) {
        if let Shown::Top(top) = &mut self.shown {
            top.look();
        }
    }

    fn advance(&mut self) {
        let Runtime { typed, host, .. } = &mut *self.runtime;
        match &mut self.shown {
            Shown::Top(top) => top.advance(),
            Shown::Watches(table) => table.advance(typed, host),
        }
    }

    fn resume(&mut self) {
        match &mut self.shown {
            Shown::Top(top) => top.resume(),
            Shown::Watches(table) => table.resume(),
        }
    }

    fn rest(&self) -> Option<Duration> {
        self.runtime.automation.rest()
    }

    fn woken(&self) -> Option<Receiver<()>> {
        Some(self.runtime.automation.woken().clone())
    }

    fn run_due(&mut self) -> Then {
        match self.runtime.run_due() {
            Ok(_) => Then::GoesOn,
            Err(CommandError::Script(ScriptError::Exit(code))) => Then::Ends(code),
            Err(error) => {
                self.runtime.writer.tell_error(&error);
                Then::GoesOn
            }
        }
    }

    fn table(&mut self, wanted: Wanted) -> Table {
        match &mut self.shown {
            Shown::Top(top) => top.table(wanted),
            Shown::Watches(table) => table.table(wanted),
        }
    }
}

/// What was printed while a table was on the screen.
#[derive(Default)]
struct Printed {
    lines: VecDeque<String>,
    forgotten: u64,
}

struct Kept(Rc<RefCell<Printed>>);

impl Sink for Kept {
    fn data(&mut self, text: &str) -> io::Result<()> {
        self.message(text);
        Ok(())
    }

    fn message(&mut self, text: &str) {
        let mut printed = self.0.borrow_mut();
        for line in text.lines() {
            if printed.lines.len() == MOST {
                printed.lines.pop_front();
                printed.forgotten += 1;
            }
            printed.lines.push_back(line.to_owned());
        }
    }
}

//! A script on a recording, by the recording's clock.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::SystemTime;

use memglass_repl::program::Timeline;
use memglass_stream::{Passage, PlayError};
use memglass_value::time;

use super::failure::Failure;

/// A recording that a script goes through.
pub(super) struct Reel {
    passage: RefCell<Passage>,
    fault: Fault,
}

/// Why a recording could not be read to its end.
#[derive(Clone, Default)]
pub(super) struct Fault(Rc<RefCell<Option<Failure>>>);

impl Reel {
    /// A recording from its start; its fault is kept where it can be asked for.
    pub(super) fn new(passage: Passage) -> (Reel, Fault) {
        let fault = Fault::default();
        let reel = Reel {
            passage: RefCell::new(passage),
            fault: fault.clone(),
        };
        (reel, fault)
    }

    fn gone_on(&self, to: SystemTime) -> Result<Option<SystemTime>, PlayError> {
        let mut passage = self.passage.borrow_mut();
        passage.go_on(to)?;
        Ok(passage.next_time())
    }
}

impl Timeline for Reel {
    fn start(&self) -> SystemTime {
        self.passage.borrow().recording().start()
    }

    fn end(&self) -> SystemTime {
        self.passage.borrow().recording().end()
    }

    fn go_on(&self, to: SystemTime) -> Option<SystemTime> {
        self.gone_on(to).unwrap_or_else(|error| {
            self.fault.set(error.into());
            None
        })
    }

    fn refuse_gap(&self, from: SystemTime, to: SystemTime) {
        self.fault.set(Failure::Ended(format!(
            "nothing happens in the recording from {} to {}, too long for what the script does at steady times; \
             leave out `every`, or choose a longer time",
            time::text(from),
            time::text(to)
        )));
    }
}

impl Fault {
    /// The first one counts.
    fn set(&self, failure: Failure) {
        self.0.borrow_mut().get_or_insert(failure);
    }

    /// Fails if there was one.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self.0.take() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }
}

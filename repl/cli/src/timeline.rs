//! A script on a recording, by the recording's clock.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::SystemTime;

use memglass_repl::program::Timeline;
use memglass_stream::{Passage, PlayError};

use super::failure::Failure;

/// A recording that a script goes through.
pub(super) struct Reel {
    passage: RefCell<Passage>,
    fault: Fault,
}

/// Why a recording could not be read to its end.
#[derive(Clone, Default)]
pub(super) struct Fault(Rc<RefCell<Option<PlayError>>>);

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
        passage.next_time()
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
            self.fault.0.borrow_mut().get_or_insert(error);
            None
        })
    }
}

impl Fault {
    /// Fails if there was one.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self.0.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

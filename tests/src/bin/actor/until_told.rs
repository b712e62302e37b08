//! Commands, and doing something until the next one comes.

use std::cell::RefCell;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// Lines of standard input. A thread reads ahead, so that the actor can ask whether there are any.
#[derive(Default)]
pub(crate) struct Input {
    /// The thread starts only when it is needed: a process that forks should have only one.
    ahead: RefCell<Option<Receiver<String>>>,
}

impl Input {
    /// The next line; `None` at the end of the input.
    pub(crate) fn next(&self) -> Option<String> {
        match &*self.ahead.borrow() {
            Some(ahead) => ahead.recv().ok(),
            None => crate::lines().next(),
        }
    }

    /// Calls `work` until a line comes, takes the line, and returns the number of calls.
    pub(crate) fn until_told<E>(&self, mut work: impl FnMut() -> Result<(), E>) -> Result<u64, E> {
        let mut ahead = self.ahead.borrow_mut();
        let ahead = ahead.get_or_insert_with(read_ahead);
        let mut rounds = 0;
        while ahead.try_recv() == Err(TryRecvError::Empty) {
            work()?;
            rounds += 1;
        }
        Ok(rounds)
    }
}

fn read_ahead() -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || crate::lines().try_for_each(|line| send.send(line)));
    receive
}

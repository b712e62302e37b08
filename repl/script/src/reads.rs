//! What was read last, for the stores and writes that Rhai makes of reads.

use std::cell::RefCell;

use rhai::{Array, Dynamic, EvalAltResult, Position};

use super::convert;
use super::error::{raise, text_of};
use super::place::LastRead;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What was read last.
#[derive(Default)]
pub(crate) struct Reads {
    /// The last value: a result that came straight from it is printed in its style, and a store of the
    /// same value from the same source position is none.
    pub(crate) last: RefCell<Option<LastRead>>,
    /// The fields of all elements of an array that were read last, and where in the source: Rhai may store them
    /// back.
    pub(crate) column: RefCell<Option<(Position, Array)>>,
    /// An error of the last indexed read, for the write that Rhai makes of it: see [`Reads::leave`].
    swallowed: RefCell<Option<Swallowed>>,
}

struct Swallowed {
    place: String,
    position: Position,
    error: Box<EvalAltResult>,
}

impl Reads {
    /// An evaluation is over: what was read in it is let go.
    pub(crate) fn forget(&self) {
        self.last.replace(None);
        self.column.replace(None);
    }

    /// Whether the value is what [`Reads::column`] was at this position of the source.
    pub(crate) fn is_last_column(&self, position: Position, value: &Dynamic) -> bool {
        let last = self.column.borrow();
        match (&*last, value.read_lock::<Array>()) {
            (Some((at, read)), Some(array)) => {
                *at == position
                    && read.len() == array.len()
                    && read
                        .iter()
                        .zip(&*array)
                        .all(|(a, b)| convert::is_same(a, b))
            }
            _ => false,
        }
    }

    /// Leaves the error of a read at this source position for the write that may follow it.
    ///
    /// Rhai evaluates `p["x"] += 5` as a read and a write, and when the read fails it writes 5. So the
    /// write asks [`Reads::take`] first. A read elsewhere, or one whose error a `try` caught, has
    /// another position.
    pub(crate) fn leave(&self, place: String, position: Position, error: &EvalAltResult) {
        let error = raise(text_of(error));
        *self.swallowed.borrow_mut() = Some(Swallowed {
            place,
            position,
            error,
        });
    }

    /// The error that a read of the same place at the same source position left.
    pub(crate) fn take(&self, place: impl FnOnce() -> String, position: Position) -> Result<()> {
        match self.swallowed.borrow_mut().take() {
            Some(left) if left.position == position && left.place == place() => Err(left.error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> impl FnOnce() -> String {
        move || name.to_owned()
    }

    #[test]
    fn pitfall_01_a_failed_read_fails_the_write_that_rhai_makes_of_it_once() {
        let reads = Reads::default();
        let here = Position::new(1, 5);
        reads.leave(
            "p[q]".into(),
            here,
            &raise("it changed during each attempt"),
        );
        let error = reads
            .take(place("p[q]"), here)
            .expect_err("the read failed");
        assert!(error.to_string().contains("it changed during each attempt"));
        assert!(reads.take(place("p[q]"), here).is_ok());
    }

    #[test]
    fn pitfall_01_a_failed_read_elsewhere_does_not_concern_a_write() {
        let reads = Reads::default();
        let here = Position::new(1, 5);
        reads.leave("p[q]".into(), here, &raise("failed"));
        assert!(reads.take(place("p[q]"), Position::new(2, 5)).is_ok());
        reads.leave("p[q]".into(), here, &raise("failed"));
        assert!(reads.take(place("p[r]"), here).is_ok());
    }
}

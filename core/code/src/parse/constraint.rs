//! Where the constraint behind `requires` ends.

use crate::model::Tokens;

use super::{Fault, Parser};

const NO_CONSTRAINT: Fault = Fault("requires without a constraint");

impl Parser<'_> {
    /// Takes `requires` and its constraint, if they are next. Empty if they are not.
    pub(super) fn constraint(&mut self) -> Result<Tokens, Fault> {
        let first = self.peek();
        if self.word(first) != "requires" {
            return Ok(first..first);
        }
        self.at = first + 1;
        loop {
            self.primary()?;
            let next = self.peek();
            if !(self.is(next, "&&")
                || self.is(next, "||")
                || matches!(self.word(next), "and" | "or"))
            {
                break;
            }
            self.at = next + 1;
        }
        let operand = self.code_from(first + 1);
        self.mark_opaque(operand..self.at);
        Ok(first..self.at)
    }

    fn primary(&mut self) -> Result<(), Fault> {
        let mut at = self.peek();
        while self.is(at, "!") {
            self.at = at + 1;
            at = self.peek();
        }
        if self.is(at, "(") {
            self.take_pair(at)?;
            return Ok(());
        }
        if self.word(at) == "requires" {
            self.at = at + 1;
            if self.next_is("(") {
                self.take_pair(self.peek())?;
            }
            let open = self.peek();
            if !self.is(open, "{") {
                return Err(NO_CONSTRAINT);
            }
            self.take_pair(open)?;
            return Ok(());
        }
        if matches!(self.word(at), "true" | "false") {
            self.at = at + 1;
            return Ok(());
        }
        let path = self.path(at).ok_or(NO_CONSTRAINT)?;
        self.at = path.tokens.end;
        Ok(())
    }
}

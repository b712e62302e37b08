//! Structs that contain themselves whatever the data says.

use super::{Checked, Checker, LONGEST_CHAIN};
use crate::code::Op;
use crate::error::{About, Mistake};
use crate::program::{Count, Member, NONE, Type};

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Closed,
}

impl Checker<'_> {
    pub(super) fn refuse_cycles(&self) -> Checked<()> {
        let mut marks = vec![Mark::New; self.program.structs.len()];
        (0..self.program.structs.len()).try_for_each(|of| self.visit(of as u32, &mut marks, 0))
    }

    fn visit(&self, of: u32, marks: &mut [Mark], depth: usize) -> Checked<()> {
        marks[of as usize] = Mark::Open;
        for part in self.program.chain(of, NONE) {
            for member in self.program.added(part, of) {
                let Member::Field(field) = member else {
                    continue;
                };
                if let Some(inner) = self.certain_struct(*field) {
                    self.visit_inner(*field, inner, marks, depth)?;
                }
            }
        }
        marks[of as usize] = Mark::Closed;
        Ok(())
    }

    fn visit_inner(&self, field: u32, inner: u32, marks: &mut [Mark], depth: usize) -> Checked<()> {
        let draft = &self.fields[field as usize];
        let name = self.drafts[inner as usize].name.text;
        match marks[inner as usize] {
            Mark::Open => Err(Mistake::new(draft.type_at, About::Cyclic, name)),
            Mark::New if depth == LONGEST_CHAIN => {
                Err(Mistake::new(draft.type_at, About::Nesting, name))
            }
            Mark::New => self.visit(inner, marks, depth + 1),
            Mark::Closed => Ok(()),
        }
    }

    /// The struct of a field that is there in every record, once or a known number of times.
    fn certain_struct(&self, field: u32) -> Option<u32> {
        let field = self.program.field(field);
        let is_there = match &field.count {
            Count::One => true,
            Count::Expr(code) => matches!(code.as_ref(), [Op::Int(count)] if *count > 0),
            Count::Until(_) => false,
        };
        match field.of {
            Type::Struct(of) if is_there => Some(of),
            _ => None,
        }
    }
}

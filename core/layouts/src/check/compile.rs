//! Members into their compiled form.

use super::draft::{Draft, DraftMember};
use super::expr::Site;
use super::scope::Point;
use super::{Checked, Checker, State};
use crate::code::{self, Code, Op};
use crate::error::{About, Mistake};
use crate::fixed;
use crate::program::{Count, Member, NONE, Type};
use crate::scalar::Scalar;
use crate::text::tree::{self, Expr, Name};

/// Largest alignment.
const ALIGNMENT: i128 = 4096;

impl<'a> Checker<'a> {
    pub(super) fn compile_all(&mut self) -> Checked<()> {
        let mut next = 0;
        while next < self.drafts.len() {
            self.compile_struct(next as u32)?;
            next += 1;
        }
        Ok(())
    }

    /// Does the first steps for structs that joined late: those inside of `sizeof`.
    pub(super) fn draft_from(&mut self, first: usize) -> Checked<()> {
        self.draft_all_from(first)?;
        for of in first..self.drafts.len() {
            let name = self.drafts[of].name;
            self.names_of(of as u32, name)?;
        }
        Ok(())
    }

    fn compile_struct(&mut self, of: u32) -> Checked<()> {
        if self.drafts[of as usize].compile_state != State::Not {
            return Ok(());
        }
        self.drafts[of as usize].compile_state = State::Begun;
        let members = std::mem::take(&mut self.drafts[of as usize].members);
        let compiled = self.members(of, &members);
        self.drafts[of as usize].members = members;
        self.program.structs[of as usize].members = compiled?;
        let Draft { body, name, .. } = self.drafts[of as usize];
        if let Some(size) = &body.fixed {
            let point = self.names_of(of, name)?;
            let value = self.constant(size, of, point)?;
            self.program.structs[of as usize].declared = Some(count(value, size.at(), name.text)?);
        }
        let base = self.program.structure(of).base;
        if base != NONE {
            self.uses.push(super::Use {
                by: of,
                of: base,
                at_level: None,
            });
        }
        self.drafts[of as usize].compile_state = State::Done;
        Ok(())
    }

    pub(super) fn members(&mut self, of: u32, members: &[DraftMember<'a>]) -> Checked<Vec<Member>> {
        let compiled = members.iter().map(|member| match member {
            DraftMember::Field(field, point) => self.field(of, *field, *point),
            DraftMember::Padding(size, point) => {
                let code = self.size_code(size, site(of, *point), "padding")?;
                Ok(Member::Padding(code))
            }
            DraftMember::Align(to, point) => self.align(of, to, *point),
            DraftMember::Match { on, point, arms } => self.match_member(of, on, *point, arms),
        });
        compiled.collect()
    }

    fn align(&mut self, of: u32, to: &'a Expr<'a>, point: Point) -> Checked<Member> {
        let value = self.constant(to, of, point)?;
        if value < 0 {
            return Err(Mistake::new(to.at(), About::Negative, "align"));
        }
        if value > ALIGNMENT || !(value as u64).is_power_of_two() {
            return Err(Mistake::new(to.at(), About::Range, "align"));
        }
        Ok(Member::Align(value as u64))
    }

    /// Compiles a count or size; one that is known is stored as its number.
    fn size_code(&mut self, expr: &'a Expr<'a>, site: Site, name: &str) -> Checked<Code> {
        let code = self.compile_expr(expr, site)?;
        match code::constant(&code) {
            Some(Ok(value)) if value < 0 => Err(Mistake::new(expr.at(), About::Negative, name)),
            Some(Ok(value)) if !code.contains(&Op::Here) => Ok([Op::Int(value)].into()),
            _ => Ok(code),
        }
    }

    fn field(&mut self, of: u32, field: u32, point: Point) -> Checked<Member> {
        let draft = &self.fields[field as usize];
        let (name, draft_count, draft_size, of_type) =
            (draft.name, draft.count, draft.size, draft.of);
        let count = match draft_count {
            tree::Count::One => Count::One,
            tree::Count::Expr(count) => Count::Expr(self.size_code(
                count,
                Site {
                    field,
                    ..site(of, point)
                },
                name.text,
            )?),
            tree::Count::Until(value) => self.until(of, field, value, point)?,
        };
        let indexed = !matches!(count, Count::One);
        let size = draft_size.map(|size| {
            self.size_code(
                size,
                Site {
                    indexed,
                    field,
                    ..site(of, point)
                },
                name.text,
            )
        });
        let size = size.transpose()?;
        if let Type::Struct(inner) = of_type {
            self.uses.push(super::Use {
                by: of,
                of: inner,
                at_level: Some(point),
            });
        }
        let compiled = self.compiled_field(field);
        compiled.count = count;
        compiled.size = size;
        Ok(Member::Field(field))
    }

    fn until(&mut self, of: u32, field: u32, value: &'a Expr<'a>, point: Point) -> Checked<Count> {
        let draft = &self.fields[field as usize];
        let name = draft.name;
        let scalar = match draft.of {
            Type::Scalar(scalar @ (Scalar::Unsigned(_) | Scalar::Signed(_) | Scalar::Char), _) => {
                Some(scalar)
            }
            Type::Enum(of, _) => Some(self.program.enums[of as usize].scalar),
            _ => None,
        };
        let scalar = scalar.ok_or_else(|| Mistake::new(name.at, About::Integer, name.text))?;
        let end = self.constant(value, of, point)?;
        if !scalar.holds(end) {
            return Err(Mistake::new(value.at(), About::Range, name.text));
        }
        Ok(Count::Until(end))
    }

    /// Works out the size of a struct while others are still being compiled.
    pub(super) fn size_now(&mut self, of: u32, user: Name<'a>) -> Checked<()> {
        let mut wanted = vec![of];
        let mut seen = Vec::new();
        while let Some(next) = wanted.pop() {
            if seen.contains(&next) {
                continue;
            }
            seen.push(next);
            if self.drafts[next as usize].compile_state == State::Begun {
                return Err(Mistake::new(user.at, About::Cyclic, user.text));
            }
            self.chained(user.at, user.text, |checker| checker.compile_struct(next))?;
            wanted.extend(fixed::inner_structs(&self.program, next));
        }
        for next in &seen {
            for field in fixed::inner_fields(&self.program, *next) {
                if let Type::Bitfield(index, _) = self.program.field(field).of {
                    self.bitfield(index)?;
                }
            }
        }
        fixed::work_out(&mut self.program, of);
        Ok(())
    }

    pub(super) fn work_out_sizes(&mut self) -> Checked<()> {
        fixed::work_out_all(&mut self.program);
        for (of, draft) in self.drafts.iter().enumerate() {
            let (Some(size), Some(declared)) =
                (&draft.body.fixed, self.program.structs[of].declared)
            else {
                continue;
            };
            if fixed::needed(&self.program, of as u32).is_some_and(|needed| needed > declared) {
                return Err(Mistake::new(size.at(), About::Fixed, draft.name.text));
            }
        }
        Ok(())
    }
}

pub(super) fn site(of: u32, point: Point) -> Site {
    Site {
        of,
        point,
        indexed: false,
        constant: false,
        field: NONE,
    }
}

fn count(value: i128, at: usize, name: &str) -> Checked<u64> {
    if value < 0 {
        return Err(Mistake::new(at, About::Negative, name));
    }
    let value = u64::try_from(value)
        .ok()
        .filter(|value| *value <= i64::MAX as u64);
    value.ok_or_else(|| Mistake::new(at, About::Range, name))
}

//! Whether a program from elsewhere is one that the evaluator can trust: every index leads somewhere, nothing that is
//! followed without end leads back to itself.

use super::DecodeError;
use crate::code::{self, Code};
use crate::program::{ArmBody, BitsKind, Count, Member, NONE, Program, Type};

/// Longest line of bases, and of structs whose members stand in each other's arms.
const LONGEST: usize = 200;

type Sound = Result<(), DecodeError>;

fn demand(holds: bool, what: &'static str) -> Sound {
    if holds {
        Ok(())
    } else {
        Err(DecodeError::Unsound { what })
    }
}

pub(super) fn check(program: &Program, needs: usize) -> Sound {
    demand(needs == program.structs.len(), "the list of needs")?;
    demand(
        program
            .structs
            .iter()
            .all(|of| of.declared.is_none_or(|size| size <= i64::MAX as u64)),
        "a declared size",
    )?;
    bases(program)?;
    for of in &program.structs {
        demand(
            of.name == NONE || is_name(program, of.name),
            "the name of a struct",
        )?;
        members(program, &of.members)?;
    }
    for field in &program.fields {
        demand(
            is_name(program, field.name) && (field.owner as usize) < program.structs.len(),
            "a field",
        )?;
        demand(is_type(program, field.of), "the type of a field")?;
        if let Count::Expr(count) = &field.count {
            expression(program, count)?;
        }
        field
            .size
            .as_ref()
            .map_or(Ok(()), |size| expression(program, size))?;
    }
    for of in &program.enums {
        let names = of.values.iter().all(|(name, _)| is_name(program, *name));
        demand(
            names && is_name(program, of.name) && of.scalar.is_integer(),
            "an enum",
        )?;
    }
    bitfields(program)?;
    arms(program)
}

fn is_name(program: &Program, name: u32) -> bool {
    (name as usize) < program.names.len()
}

fn is_type(program: &Program, of: Type) -> bool {
    match of {
        Type::Scalar(..) => true,
        Type::Enum(of, _) => (of as usize) < program.enums.len(),
        Type::Bitfield(of, _) => (of as usize) < program.bitfields.len(),
        Type::Struct(of) => (of as usize) < program.structs.len(),
    }
}

fn expression(program: &Program, code: &Code) -> Sound {
    demand(code::verify(code, program.names.len()), "an expression")
}

fn bases(program: &Program) -> Sound {
    let is_struct = |of: u32| of == NONE || (of as usize) < program.structs.len();
    demand(
        program.structs.iter().all(|of| is_struct(of.base)),
        "a base",
    )?;
    for of in &program.structs {
        let mut next = of.base;
        let mut left = LONGEST;
        while next != NONE {
            demand(left > 0, "a line of bases")?;
            left -= 1;
            next = program.structure(next).base;
        }
    }
    Ok(())
}

fn members(program: &Program, members: &[Member]) -> Sound {
    for member in members {
        match member {
            Member::Field(field) => demand((*field as usize) < program.fields.len(), "a member")?,
            Member::Padding(size) => expression(program, size)?,
            Member::Align(to) => demand(to.is_power_of_two() && *to <= 4096, "an alignment")?,
            Member::Match(on, arms) => {
                expression(program, on)?;
                for arm in arms {
                    match &arm.body {
                        ArmBody::Members(inner) => self::members(program, inner)?,
                        ArmBody::Struct { of, below } => {
                            let is_struct = |of: u32| (of as usize) < program.structs.len();
                            demand(
                                is_struct(*of) && (*below == NONE || is_struct(*below)),
                                "an arm",
                            )?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

fn bitfields(program: &Program) -> Sound {
    for of in &program.bitfields {
        demand(
            is_name(program, of.name) && (1..=16).contains(&of.size) && of.members.len() <= 128,
            "a bitfield",
        )?;
        for bits in &of.members {
            let ends_inside = bits
                .shift
                .checked_add(bits.width)
                .is_some_and(|end| end <= u32::from(of.size) * 8);
            let is_kind = match bits.kind {
                BitsKind::Enum(of) => (of as usize) < program.enums.len(),
                _ => true,
            };
            let fits = ends_inside && (1..=64).contains(&bits.width);
            demand(
                fits && is_kind && is_name(program, bits.name),
                "a bit member",
            )?;
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Closed,
}

/// No struct's members stand in its own arms. A struct counts twice: with its last match, and without it as a base has it.
fn arms(program: &Program) -> Sound {
    let mut marks = vec![Mark::New; program.structs.len() * 2];
    (0..program.structs.len() as u32).try_for_each(|of| visit(program, of, of, &mut marks, 0))
}

fn visit(program: &Program, of: u32, leaf: u32, marks: &mut [Mark], depth: usize) -> Sound {
    let node = of as usize * 2 + usize::from(of == leaf);
    if marks[node] == Mark::Closed {
        return Ok(());
    }
    demand(
        marks[node] == Mark::New && depth < LONGEST,
        "a struct in its own arms",
    )?;
    marks[node] = Mark::Open;
    visit_members(program, program.added(of, leaf), marks, depth)?;
    marks[node] = Mark::Closed;
    Ok(())
}

fn visit_members(program: &Program, members: &[Member], marks: &mut [Mark], depth: usize) -> Sound {
    for member in members {
        let Member::Match(_, arms) = member else {
            continue;
        };
        for arm in arms {
            match &arm.body {
                ArmBody::Members(inner) => visit_members(program, inner, marks, depth)?,
                ArmBody::Struct { of, below } => {
                    for part in program.chain(*of, *below) {
                        visit(program, part, *of, marks, depth + 1)?;
                    }
                }
            }
        }
    }
    Ok(())
}

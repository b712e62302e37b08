//! What can be said of structs without any data: sizes, and where their members are.

use crate::limits::Limits;
use crate::program::{ArmBody, Member, NONE, Program, Table, TableField, Type};
use crate::record::evaluate::Evaluator;
use crate::record::path::Step;
use crate::record::source::NoBytes;
use crate::record::tree::{State, Tree};

/// Structs that need each other's sizes, one after the other. Longer chains count as depending on data.
const LONGEST_CHAIN: usize = 200;
/// Most fields of a table: more are found by laying the record out.
const MOST_FIELDS: usize = 1 << 14;
/// Larger than any data, and far from the end of the numbers.
const WINDOW: u64 = 1 << 62;

/// Works out the sizes and tables of all structs.
pub(crate) fn work_out_all(program: &mut Program) {
    let mut done = vec![false; program.structs.len()];
    for of in 0..program.structs.len() as u32 {
        work_out_one(program, of, &mut done, 0);
    }
}

/// Works out one struct and those inside of it.
pub(crate) fn work_out(program: &mut Program, of: u32) {
    let mut done = vec![false; program.structs.len()];
    work_out_one(program, of, &mut done, 0);
}

fn work_out_one(program: &mut Program, of: u32, done: &mut [bool], depth: usize) {
    if std::mem::replace(&mut done[of as usize], true) || depth == LONGEST_CHAIN {
        return;
    }
    for inner in inner_structs(program, of) {
        work_out_one(program, inner, done, depth + 1);
    }
    let found = evaluate(program, of);
    let structure = &mut program.structs[of as usize];
    structure.is_static = found.is_some();
    structure.fixed = structure.declared.or(found.as_ref().map(|(size, _)| *size));
    let fits = |table: &Table| {
        structure
            .declared
            .is_none_or(|declared| table.size <= declared)
    };
    let table = found.and_then(|(_, table)| table).filter(fits);
    structure.table = table.map(|table| Table {
        size: structure.declared.unwrap_or(table.size),
        ..table
    });
}

/// The bytes that the members of a struct take, if no data is needed to know it.
pub(crate) fn needed(program: &Program, of: u32) -> Option<u64> {
    evaluate(program, of).map(|(size, _)| size)
}

fn evaluate(program: &Program, of: u32) -> Option<(u64, Option<Table>)> {
    let limits = Limits {
        elements: 1 << 12,
        steps: 1 << 16,
        ..Limits::default()
    };
    let mut evaluator = Evaluator::new(program, NoBytes, limits, WINDOW);
    let size = evaluator.without_data(of)?;
    let plain = evaluator
        .fields_if_plain()
        .filter(|fields| fields.len() <= MOST_FIELDS);
    let table = plain.map(|fields| Table {
        size,
        depth: 1 + deepest(program, &fields),
        fields,
    });
    Some((size, table))
}

fn deepest(program: &Program, fields: &[TableField]) -> usize {
    let depth = |field: &TableField| match program.field(field.field).of {
        Type::Struct(of) => program
            .structure(of)
            .table
            .as_ref()
            .map_or(0, |table| table.depth),
        _ => 0,
    };
    fields.iter().map(depth).max().unwrap_or(0)
}

/// The part of a record of the struct that is there whatever its data.
pub(crate) fn certain_part(program: &Program, of: u32) -> Tree {
    let limits = Limits {
        elements: 1 << 12,
        steps: 1 << 16,
        ..Limits::default()
    };
    let mut evaluator = Evaluator::new(program, NoBytes, limits, WINDOW);
    let _ = evaluator.without_data(of);
    evaluator.into_tree()
}

/// Whether a record can have a field that the outermost step of a path means instead of one of the certain part.
pub(crate) fn may_be_shadowed(program: &Program, certain: &Tree, of: u32, step: Step<'_>) -> bool {
    let Step::Name { name, .. } = step else {
        return false;
    };
    let has_name = |field: &u32| program.name(program.field(*field).name) == name;
    let possible = inner_fields(program, of)
        .iter()
        .filter(|field| has_name(field))
        .count();
    let placed = certain
        .fields(certain.root())
        .iter()
        .filter(|placed| placed.state != State::Hidden);
    placed.map(|placed| placed.field).filter(has_name).count() != possible
}

/// The fields that records of the struct can have at its level.
pub(crate) fn inner_fields(program: &Program, of: u32) -> Vec<u32> {
    let mut fields = Vec::new();
    for part in program.chain(of, NONE) {
        collect(program, program.added(part, of), &mut fields);
    }
    fields
}

fn collect(program: &Program, members: &[Member], fields: &mut Vec<u32>) {
    for member in members {
        match member {
            Member::Field(field) => fields.push(*field),
            Member::Match(_, arms) => arms.iter().for_each(|arm| match &arm.body {
                ArmBody::Members(members) => collect(program, members, fields),
                ArmBody::Struct { of, below } => {
                    for part in program.chain(*of, *below) {
                        collect(program, program.added(part, *of), fields);
                    }
                }
            }),
            Member::Padding(_) | Member::Align(_) => {}
        }
    }
}

/// The structs of those fields.
pub(crate) fn inner_structs(program: &Program, of: u32) -> Vec<u32> {
    let fields = inner_fields(program, of).into_iter();
    let structs = fields.filter_map(|field| match program.field(field).of {
        Type::Struct(of) => Some(of),
        _ => None,
    });
    structs.collect()
}

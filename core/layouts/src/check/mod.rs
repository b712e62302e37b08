//! A tree of definitions into a checked program.
//!
//! The steps, each for all definitions: `declare` who has which name; `draft` what types the members have; `scope` which
//! names can be seen at each member; `constants`, `expr` and `compile` what the expressions say; `parents` whether every
//! use of a struct offers the names that it takes from around it. The first mistake ends it.

mod arms;
mod compile;
mod constants;
mod cycles;
mod declare;
mod draft;
mod expr;
mod parents;
mod scope;

use crate::error::{About, Mistake};
use crate::program::Program;
use crate::text::tree::Def;
use declare::{ConstDef, EnumDef, Global};
use draft::{Draft, FieldDraft};
use parents::{Need, Use};
use scope::Declared;
use std::collections::HashMap;

pub(crate) type Checked<T> = Result<T, Mistake>;

/// How long a chain of definitions may be that each need the next one first.
const LONGEST_CHAIN: usize = 200;

/// How far a definition is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Not,
    Begun,
    Done,
}

pub(crate) struct Checker<'a> {
    pub(crate) program: Program,
    defs: &'a [Def<'a>],
    name_ids: HashMap<&'a str, u32>,
    globals: HashMap<&'a str, Global>,
    consts: Vec<ConstDef<'a>>,
    enums: Vec<EnumDef<'a>>,
    bitfield_states: Vec<(&'a Def<'a>, State)>,
    drafts: Vec<Draft<'a>>,
    fields: Vec<FieldDraft<'a>>,
    declared: Vec<Declared<'a>>,
    uses: Vec<Use>,
    needs: Vec<Vec<Need<'a>>>,
    chain: usize,
}

/// What a text compiles to, and what its roots need.
pub(crate) struct Outcome {
    pub(crate) program: Program,
    /// For each struct the first name that it takes from around it: where, and what.
    pub(crate) needs: Vec<Option<(usize, String)>>,
    /// Where the fields are declared that expressions read.
    pub(crate) bearing: Vec<usize>,
}

/// Checks the definitions and compiles them.
pub(crate) fn check<'a>(defs: &'a [Def<'a>]) -> Checked<Outcome> {
    let mut checker = Checker::declare(defs)?;
    checker.draft_all()?;
    checker.scope_all()?;
    checker.constants_all()?;
    checker.compile_all()?;
    checker.refuse_cycles()?;
    checker.work_out_sizes()?;
    checker.parents_all()?;
    let first = |needs: &Vec<Need<'_>>| needs.first().map(|need| (need.path.at, need.text()));
    let needs = checker.needs.iter().map(first).collect();
    let fields = checker.program.fields.iter().zip(&checker.fields);
    let bearing = fields.filter(|(field, _)| field.is_bearing());
    let bearing = bearing.map(|(_, draft)| draft.name.at).collect();
    Ok(Outcome {
        program: checker.program,
        needs,
        bearing,
    })
}

impl<'a> Checker<'a> {
    /// The index of a name, the same for the same text.
    fn name_id(&mut self, name: &'a str) -> u32 {
        let next = self.program.names.len() as u32;
        let id = *self.name_ids.entry(name).or_insert(next);
        if id == next {
            self.program.names.push(name.to_owned());
        }
        id
    }

    /// Runs `part` one definition deeper in a chain of definitions.
    fn chained<T>(
        &mut self,
        at: usize,
        name: &str,
        part: impl FnOnce(&mut Self) -> Checked<T>,
    ) -> Checked<T> {
        if self.chain == LONGEST_CHAIN {
            return Err(Mistake::new(at, About::Nesting, name));
        }
        self.chain += 1;
        let result = part(self);
        self.chain -= 1;
        result
    }
}

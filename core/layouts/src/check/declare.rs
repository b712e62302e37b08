//! Who has which name.

use super::{Checked, Checker, State};
use crate::error::{About, Mistake};
use crate::program::{Bitfield, Enum, NONE, Program, Struct};
use crate::scalar::Scalar;
use crate::text::tree::{Body, Def, Expr, Name};
use std::collections::HashMap;

/// What a name of the text stands for; the number is an index.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Global {
    Const(usize),
    Enum(u32),
    Bitfield(u32),
    Struct(u32),
}

pub(crate) struct ConstDef<'a> {
    pub(crate) name: Name<'a>,
    pub(crate) scalar: Scalar,
    pub(crate) value: &'a Expr<'a>,
    pub(crate) state: State,
    pub(crate) known: i128,
}

pub(crate) struct EnumDef<'a> {
    pub(crate) values: &'a [(Name<'a>, Option<Expr<'a>>)],
    pub(crate) state: State,
}

impl<'a> Checker<'a> {
    pub(super) fn declare(defs: &'a [Def<'a>]) -> Checked<Checker<'a>> {
        let mut checker = Checker {
            program: Program::default(),
            defs,
            name_ids: HashMap::new(),
            globals: HashMap::new(),
            consts: Vec::new(),
            enums: Vec::new(),
            bitfield_states: Vec::new(),
            drafts: Vec::new(),
            fields: Vec::new(),
            declared: Vec::new(),
            uses: Vec::new(),
            needs: Vec::new(),
            chain: 0,
        };
        for def in defs {
            let global = checker.declare_one(def);
            let name = def.name();
            if checker.globals.insert(name.text, global).is_some() {
                return Err(Mistake::new(name.at, About::Duplicate, name.text));
            }
        }
        checker.bases()?;
        Ok(checker)
    }

    fn declare_one(&mut self, def: &'a Def<'a>) -> Global {
        let id = self.name_id(def.name().text);
        match def {
            Def::Const {
                name,
                scalar,
                value,
            } => {
                self.consts.push(ConstDef {
                    name: *name,
                    scalar: *scalar,
                    value,
                    state: State::Not,
                    known: 0,
                });
                Global::Const(self.consts.len() - 1)
            }
            Def::Enum { scalar, values, .. } => {
                self.enums.push(EnumDef {
                    values,
                    state: State::Not,
                });
                self.program.enums.push(Enum {
                    name: id,
                    scalar: *scalar,
                    values: Vec::new(),
                });
                Global::Enum(self.program.enums.len() as u32 - 1)
            }
            Def::Bitfield { .. } => {
                self.bitfield_states.push((def, State::Not));
                self.program.bitfields.push(Bitfield {
                    name: id,
                    size: 0,
                    members: Vec::new(),
                });
                Global::Bitfield(self.program.bitfields.len() as u32 - 1)
            }
            Def::Struct { name, body, .. } => Global::Struct(self.new_struct(id, *name, body)),
        }
    }

    /// Makes room for a struct; inline ones have the name `NONE`.
    pub(super) fn new_struct(&mut self, id: u32, name: Name<'a>, body: &'a Body<'a>) -> u32 {
        self.program.structs.push(Struct {
            name: id,
            base: NONE,
            members: Vec::new(),
            polymorphic: false,
            declared: None,
            needs_parent: false,
            is_static: false,
            fixed: None,
            table: None,
        });
        self.drafts.push(super::draft::Draft::new(name, body));
        self.needs.push(Vec::new());
        self.program.structs.len() as u32 - 1
    }

    fn bases(&mut self) -> Checked<()> {
        let defs = self.defs;
        let mut based = Vec::new();
        for def in defs {
            if let Def::Struct {
                name,
                base: Some(base),
                ..
            } = def
            {
                let of = self.struct_named(*name)?;
                self.program.structs[of as usize].base = self.struct_named(*base)?;
                based.push((of, *base));
            }
        }
        for (of, base) in based {
            let mut next = self.program.structure(of).base;
            // As many steps as there can be without a circle.
            for _ in 0..LONGEST_INHERITANCE {
                if next == NONE || next == of {
                    break;
                }
                next = self.program.structure(next).base;
            }
            if next == of {
                return Err(Mistake::new(base.at, About::Cyclic, base.text));
            }
            if next != NONE {
                return Err(Mistake::new(base.at, About::Nesting, base.text));
            }
        }
        Ok(())
    }

    pub(super) fn struct_named(&self, name: Name<'a>) -> Checked<u32> {
        match self.globals.get(name.text) {
            Some(Global::Struct(of)) => Ok(*of),
            Some(_) => Err(Mistake::new(name.at, About::Struct, name.text)),
            None => Err(self.unknown_type(name)),
        }
    }

    pub(super) fn unknown_type(&self, name: Name<'a>) -> Mistake {
        let types = self
            .defs
            .iter()
            .filter(|def| !matches!(def, Def::Const { .. }));
        Mistake::unknown(name.at, name.text, types.map(|def| def.name().text))
    }

    /// Whether `of` has `base` among its bases.
    pub(super) fn is_derived(&self, of: u32, base: u32) -> bool {
        let mut next = self.program.structure(of).base;
        while next != NONE && next != base {
            next = self.program.structure(next).base;
        }
        next == base
    }
}

/// Longest line of bases.
const LONGEST_INHERITANCE: usize = 64;

//! Members with the types that their names stand for. Unnamed structs end here: their members stand at the level around.

use super::declare::Global;
use super::scope::{NOTHING, Point};
use super::{Checked, Checker, State};
use crate::error::{About, Mistake};
use crate::program::{NONE, Type};
use crate::text::tree::{self, Arm, ArmBody, Body, Count, Expr, Member, Name, Pattern, TypeOf};

pub(crate) struct Draft<'a> {
    pub(crate) name: Name<'a>,
    pub(crate) body: &'a Body<'a>,
    pub(crate) members: Vec<DraftMember<'a>>,
    /// What can be seen at its end, and before its match with derived structs.
    pub(crate) end: Option<Point>,
    pub(crate) before_derived: Option<Point>,
    pub(crate) scope_state: State,
    pub(crate) compile_state: State,
}

#[derive(Debug)]
pub(crate) enum DraftMember<'a> {
    Field(u32, Point),
    Padding(&'a Expr<'a>, Point),
    Align(&'a Expr<'a>, Point),
    Match {
        on: &'a Expr<'a>,
        point: Point,
        arms: Vec<DraftArm<'a>>,
    },
}

#[derive(Debug)]
pub(crate) struct DraftArm<'a> {
    pub(crate) patterns: &'a [Pattern<'a>],
    pub(crate) body: DraftArmBody<'a>,
}

#[derive(Debug)]
pub(crate) enum DraftArmBody<'a> {
    Members(Vec<DraftMember<'a>>),
    Struct { of: u32, below: u32, name: Name<'a> },
}

pub(crate) struct FieldDraft<'a> {
    pub(crate) name: Name<'a>,
    pub(crate) owner: u32,
    pub(crate) of: Type,
    pub(crate) type_at: usize,
    pub(crate) count: &'a Count<'a>,
    pub(crate) size: Option<&'a Expr<'a>>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(name: Name<'a>, body: &'a Body<'a>) -> Draft<'a> {
        Draft {
            name,
            body,
            members: Vec::new(),
            end: None,
            before_derived: None,
            scope_state: State::Not,
            compile_state: State::Not,
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn draft_all(&mut self) -> Checked<()> {
        self.draft_all_from(0)
    }

    pub(super) fn draft_all_from(&mut self, mut next: usize) -> Checked<()> {
        // Inline structs join the list as they are found.
        while next < self.drafts.len() {
            let of = next as u32;
            let body = self.drafts[next].body;
            let mut members = Vec::new();
            self.draft(of, &body.members, true, &mut members)?;
            self.drafts[next].members = members;
            next += 1;
        }
        Ok(())
    }

    fn draft(
        &mut self,
        owner: u32,
        members: &'a [Member<'a>],
        outermost: bool,
        out: &mut Vec<DraftMember<'a>>,
    ) -> Checked<()> {
        for (i, member) in members.iter().enumerate() {
            match member {
                Member::Field {
                    of,
                    name,
                    count,
                    size,
                } => {
                    let field = self.draft_field(owner, of, *name, count, size.as_ref())?;
                    out.push(DraftMember::Field(field, NOTHING));
                }
                Member::Padding(size) => out.push(DraftMember::Padding(size, NOTHING)),
                Member::Align(to) => out.push(DraftMember::Align(to, NOTHING)),
                Member::Unnamed(inner) => self.draft(owner, inner, false, out)?,
                Member::Match { on, arms } => {
                    let last = outermost && i + 1 == members.len();
                    let arms = arms.iter().map(|arm| self.draft_arm(owner, arm, last));
                    let arms = arms.collect::<Checked<Vec<_>>>()?;
                    out.push(DraftMember::Match {
                        on,
                        point: NOTHING,
                        arms,
                    });
                }
            }
        }
        Ok(())
    }

    fn draft_arm(&mut self, owner: u32, arm: &'a Arm<'a>, last: bool) -> Checked<DraftArm<'a>> {
        let body = match &arm.body {
            ArmBody::Members(members) => {
                let mut inner = Vec::new();
                self.draft(owner, members, false, &mut inner)?;
                DraftArmBody::Members(inner)
            }
            ArmBody::Struct(name) => {
                let of = self.struct_named(*name)?;
                let derived = self.is_derived(of, owner);
                if derived && !last {
                    return Err(Mistake::new(name.at, About::Last, name.text));
                }
                self.program.structs[owner as usize].polymorphic |= derived;
                DraftArmBody::Struct {
                    of,
                    below: if derived { owner } else { NONE },
                    name: *name,
                }
            }
        };
        Ok(DraftArm {
            patterns: &arm.patterns,
            body,
        })
    }

    fn draft_field(
        &mut self,
        owner: u32,
        of: &'a tree::Type<'a>,
        name: Name<'a>,
        count: &'a Count<'a>,
        size: Option<&'a Expr<'a>>,
    ) -> Checked<u32> {
        let type_at = of.at;
        let of = self.resolve_type(of)?;
        let is_struct = matches!(of, Type::Struct(_));
        let is_array_of_scalars = matches!(of, Type::Scalar(..)) && !matches!(count, Count::One);
        if size.is_some() && !is_struct && !is_array_of_scalars {
            return Err(Mistake::new(name.at, About::Struct, name.text));
        }
        self.fields.push(FieldDraft {
            name,
            owner,
            of,
            type_at,
            count,
            size,
        });
        Ok(self.fields.len() as u32 - 1)
    }

    pub(super) fn resolve_type(&mut self, of: &'a tree::Type<'a>) -> Checked<Type> {
        let resolved = match &of.of {
            TypeOf::Scalar(scalar) => Type::Scalar(*scalar, of.big && scalar.size() > 1),
            TypeOf::Inline(body) => {
                let name = Name {
                    text: "struct",
                    at: of.at,
                };
                Type::Struct(self.new_struct(NONE, name, body))
            }
            TypeOf::Named(text) => match self.globals.get(text) {
                Some(Global::Enum(id)) => Type::Enum(*id, of.big),
                Some(Global::Bitfield(id)) => Type::Bitfield(*id, of.big),
                Some(Global::Struct(id)) => Type::Struct(*id),
                Some(Global::Const(_)) | None => {
                    return Err(self.unknown_type(Name { text, at: of.at }));
                }
            },
        };
        match (resolved, of.prefix) {
            (Type::Struct(_), Some(prefix)) => {
                let name = if let TypeOf::Named(name) = &of.of {
                    name
                } else {
                    "struct"
                };
                Err(Mistake::new(prefix, About::Endian, name))
            }
            _ => Ok(resolved),
        }
    }
}

//! Expressions into code, with the names in them checked.

use super::declare::Global;
use super::scope::Point;
use super::{Checked, Checker};
use crate::code::{BINARIES, Code, LONGEST, Op, UNARIES};
use crate::error::{About, Mistake};
use crate::program::{Count, NONE, Type};
use crate::text::tree::{self, Expr, Name, PathExpr, Step};

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) of: u32,
    pub(super) point: Point,
    /// Whether `i` is the number of an element here.
    pub(super) indexed: bool,
    pub(super) constant: bool,
    /// The field whose declaration it is part of, or `NONE`.
    pub(super) field: u32,
}

/// What a part of a path leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reached {
    /// A field as a whole: an array if it has a count.
    Field(u32),
    /// One element of an array.
    Element(u32),
    /// One scalar of an element of a given size.
    Scalar(u32),
    /// A bit member of a field.
    Bits(u32, usize),
}

impl<'a> Checker<'a> {
    pub(super) fn compile_constant(
        &mut self,
        expr: &'a Expr<'a>,
        of: u32,
        point: Point,
    ) -> Checked<Code> {
        self.compile_expr(
            expr,
            Site {
                of,
                point,
                indexed: false,
                constant: true,
                field: NONE,
            },
        )
    }

    pub(super) fn compile_expr(&mut self, expr: &'a Expr<'a>, site: Site) -> Checked<Code> {
        let mut code = Vec::new();
        self.emit(expr, site, &mut code)?;
        if code.len() > LONGEST {
            return Err(Mistake::new(expr.at(), About::Nesting, ""));
        }
        Ok(code.into())
    }

    fn emit(&mut self, expr: &'a Expr<'a>, site: Site, code: &mut Vec<Op>) -> Checked<()> {
        match expr {
            Expr::Int(value, _) => code.push(Op::Int(*value)),
            Expr::Bool(value, _) => code.push(Op::Int((*value).into())),
            Expr::Here(at) if site.constant => return Err(Mistake::new(*at, About::Constant, "$")),
            Expr::Here(_) => code.push(Op::Here),
            Expr::SizeOf(of, at) => {
                let size = self.size_of(of, *at)?;
                code.push(Op::Int(size.into()));
            }
            Expr::EnumValue(of, value) => {
                let number = self.enum_value(*of, *value)?;
                code.push(Op::Int(number));
            }
            Expr::Path(path) => self.emit_path(path, site, code)?,
            Expr::Unary(sign, of, _) => {
                self.emit(of, site, code)?;
                let unary = UNARIES.iter().find(|(known, _)| known == sign);
                code.extend(unary.map(|(_, unary)| Op::Unary(*unary)));
            }
            Expr::Binary("&&", left, right) => self.emit_logic(left, right, Op::And, site, code)?,
            Expr::Binary("||", left, right) => self.emit_logic(left, right, Op::Or, site, code)?,
            Expr::Binary(sign, left, right) => {
                self.emit(left, site, code)?;
                self.emit(right, site, code)?;
                let binary = BINARIES.iter().find(|(known, _)| known == sign);
                code.extend(binary.map(|(_, binary)| Op::Binary(*binary)));
            }
            Expr::Choose(on, yes, no) => {
                self.emit(on, site, code)?;
                let yes = self.part(yes, site)?;
                let no = self.part(no, site)?;
                code.push(Op::IfZero(yes.len() as u32 + 1));
                code.extend(yes);
                code.push(Op::Jump(no.len() as u32));
                code.extend(no);
            }
        }
        Ok(())
    }

    fn part(&mut self, expr: &'a Expr<'a>, site: Site) -> Checked<Vec<Op>> {
        let mut code = Vec::new();
        self.emit(expr, site, &mut code)?;
        Ok(code)
    }

    fn emit_logic(
        &mut self,
        left: &'a Expr<'a>,
        right: &'a Expr<'a>,
        op: fn(u32) -> Op,
        site: Site,
        code: &mut Vec<Op>,
    ) -> Checked<()> {
        self.emit(left, site, code)?;
        let right = self.part(right, site)?;
        code.push(op(right.len() as u32 + 1));
        code.extend(right);
        code.push(Op::Truth);
        Ok(())
    }

    fn size_of(&mut self, of: &'a tree::Type<'a>, at: usize) -> Checked<u64> {
        let name = match &of.of {
            tree::TypeOf::Named(name) => name,
            tree::TypeOf::Scalar(scalar) => return Ok(scalar.size()),
            tree::TypeOf::Inline(_) => "struct",
        };
        let before = self.drafts.len();
        let resolved = self.resolve_type(of)?;
        if self.drafts.len() > before {
            self.draft_from(before)?;
        }
        match resolved {
            Type::Bitfield(index, _) => self.bitfield(index)?,
            Type::Struct(of) => self.size_now(of, Name { text: name, at })?,
            Type::Scalar(..) | Type::Enum(..) => {}
        }
        let size = self.program.size_of(resolved);
        size.ok_or_else(|| Mistake::new(of.at, About::Fixed, name))
    }

    fn emit_path(&mut self, path: &'a PathExpr<'a>, site: Site, code: &mut Vec<Op>) -> Checked<()> {
        if path.parents == 0 && path.steps.is_empty() {
            if site.indexed && path.name.text == "i" {
                code.push(Op::Index);
                return Ok(());
            }
            if let Some(Global::Const(index)) = self.globals.get(path.name.text) {
                let value = self.const_value(*index, path.name.at)?;
                code.push(Op::Int(value));
                return Ok(());
            }
        }
        if path.parents == 0 {
            self.check_path(path, site)?;
        } else if site.constant {
            return Err(Mistake::new(
                path.at,
                About::Constant,
                super::parents::path_text(path),
            ));
        } else {
            self.need(site.of, path);
        }
        let name = self.name_id(path.name.text);
        code.extend([Op::Up(path.parents), Op::Name(name)]);
        for step in &path.steps {
            match step {
                Step::Name(name) => {
                    let name = self.name_id(name.text);
                    code.push(Op::Name(name));
                }
                Step::Index(index) => {
                    self.emit(index, site, code)?;
                    code.push(Op::At);
                }
            }
        }
        code.push(Op::Read);
        Ok(())
    }

    fn check_path(&mut self, path: &'a PathExpr<'a>, site: Site) -> Checked<()> {
        let name = path.name;
        let Some(seen) = self.seen(name.text, site.point) else {
            return Err(self.not_seen(name, site));
        };
        if site.constant {
            return Err(Mistake::new(name.at, About::Constant, name.text));
        }
        if !seen.certain {
            return Err(Mistake::new(name.at, About::Partial, name.text));
        }
        self.check_steps(path, site.point)
    }

    /// Says why a name cannot be seen: it stands later, in another arm, or nowhere.
    fn not_seen(&self, name: Name<'a>, site: Site) -> Mistake {
        let end = self
            .drafts
            .get(site.of as usize)
            .and_then(|draft| draft.end);
        if let Some(later) = end.and_then(|end| self.seen_anywhere(name.text, site.of, end)) {
            let stands_later =
                later == site.field || self.fields[later as usize].name.at >= name.at;
            let about = if stands_later || site.constant {
                About::Early
            } else {
                About::Partial
            };
            let about = if site.constant {
                About::Constant
            } else {
                about
            };
            return Mistake::new(name.at, about, name.text);
        }
        let consts = self.consts.iter().map(|def| def.name.text);
        let fields = self.all_seen(site.point);
        Mistake::unknown(name.at, name.text, fields.into_iter().chain(consts))
    }

    fn seen_anywhere(&self, name: &str, of: u32, end: Point) -> Option<u32> {
        let seen = self
            .seen(name, end)
            .and_then(|seen| seen.fields.last().copied());
        let is_it = |field: &super::FieldDraft<'_>| field.owner == of && field.name.text == name;
        seen.or_else(|| self.fields.iter().position(is_it).map(|field| field as u32))
    }

    /// Checks that every field that the path can lead to is an integer, and notes that it bears the layout.
    pub(super) fn check_steps(&mut self, path: &'a PathExpr<'a>, point: Point) -> Checked<()> {
        let mut last = path.name;
        let seen = self
            .seen(last.text, point)
            .map(|seen| seen.fields.clone())
            .unwrap_or_default();
        let mut reached: Vec<Reached> = seen.into_iter().map(Reached::Field).collect();
        for step in &path.steps {
            let mut next = Vec::new();
            for at in reached {
                match step {
                    Step::Name(name) => self.step_name(at, *name, &mut next)?,
                    Step::Index(_) => next.push(self.step_index(at, last)?),
                }
            }
            if let Step::Name(name) = step {
                last = *name;
            }
            next.dedup();
            reached = next;
        }
        for at in reached {
            self.note_bearing(at, last)?;
        }
        Ok(())
    }

    fn step_name(&mut self, at: Reached, name: Name<'a>, next: &mut Vec<Reached>) -> Checked<()> {
        let of = match at {
            Reached::Element(field) => Some((field, self.fields[field as usize].of)),
            Reached::Field(field)
                if matches!(self.fields[field as usize].count, tree::Count::One) =>
            {
                Some((field, self.fields[field as usize].of))
            }
            _ => None,
        };
        match of {
            Some((_, Type::Struct(of))) => {
                let end = self.names_of(of, name)?;
                let Some(seen) = self.seen(name.text, end) else {
                    return Err(Mistake::unknown(
                        name.at,
                        name.text,
                        self.all_seen(end).into_iter(),
                    ));
                };
                if !seen.certain {
                    return Err(Mistake::new(name.at, About::Partial, name.text));
                }
                next.extend(seen.fields.iter().map(|field| Reached::Field(*field)));
                Ok(())
            }
            Some((field, Type::Bitfield(index, _))) => {
                self.bitfield(index)?;
                let members = &self.program.bitfields[index as usize].members;
                let names = members.iter().map(|bits| self.program.name(bits.name));
                let Some(member) = names.clone().position(|known| known == name.text) else {
                    return Err(Mistake::unknown(name.at, name.text, names));
                };
                next.push(Reached::Bits(field, member));
                Ok(())
            }
            _ => Err(Mistake::new(name.at, About::Unknown, name.text)),
        }
    }

    fn step_index(&self, at: Reached, name: Name<'a>) -> Checked<Reached> {
        match at {
            Reached::Field(field)
                if !matches!(self.fields[field as usize].count, tree::Count::One) =>
            {
                Ok(Reached::Element(field))
            }
            Reached::Element(field) if self.has_sized_scalars(field) => Ok(Reached::Scalar(field)),
            _ => Err(Mistake::new(name.at, About::Integer, name.text)),
        }
    }

    fn has_sized_scalars(&self, field: u32) -> bool {
        let field = &self.fields[field as usize];
        field.size.is_some() && !matches!(field.of, Type::Struct(_))
    }

    fn note_bearing(&mut self, at: Reached, name: Name<'a>) -> Checked<()> {
        let (field, is_one) = match at {
            Reached::Field(field) => (
                field,
                matches!(self.fields[field as usize].count, tree::Count::One),
            ),
            Reached::Element(field) => (field, !self.has_sized_scalars(field)),
            Reached::Scalar(field) => (field, true),
            Reached::Bits(field, member) => {
                self.compiled_field(field).bearing_bits |= 1 << member;
                return Ok(());
            }
        };
        let is_integer = match self.fields[field as usize].of {
            Type::Scalar(scalar, _) => scalar.is_integer(),
            Type::Enum(..) | Type::Bitfield(..) => true,
            Type::Struct(_) => false,
        };
        if !is_one || !is_integer {
            return Err(Mistake::new(name.at, About::Integer, name.text));
        }
        self.compiled_field(field).bearing = true;
        Ok(())
    }

    /// The field as it is compiled, or will be: what is noted of it is kept.
    pub(super) fn compiled_field(&mut self, field: u32) -> &mut crate::program::Field {
        while self.program.fields.len() < self.fields.len() {
            let (text, owner, of) = {
                let draft = &self.fields[self.program.fields.len()];
                (draft.name.text, draft.owner, draft.of)
            };
            let name = self.name_id(text);
            let field = crate::program::Field {
                name,
                owner,
                of,
                count: Count::One,
                size: None,
                bearing: false,
                bearing_bits: 0,
            };
            self.program.fields.push(field);
        }
        &mut self.program.fields[field as usize]
    }
}

//! Values of constants and enums, widths of bitfields: worked out when first needed, in any order.

use super::scope::NOTHING;
use super::{Checked, Checker, State};
use crate::check::declare::Global;
use crate::code;
use crate::error::{About, Mistake};
use crate::program::{Bits, BitsKind};
use crate::text::tree::{self, Def, Expr, Name};

impl<'a> Checker<'a> {
    pub(super) fn constants_all(&mut self) -> Checked<()> {
        for index in 0..self.consts.len() {
            let at = self.consts[index].name.at;
            self.const_value(index, at)?;
        }
        for index in 0..self.enums.len() {
            self.enum_values(index as u32)?;
        }
        for index in 0..self.bitfield_states.len() {
            self.bitfield(index as u32)?;
        }
        Ok(())
    }

    /// The value of an expression that must not depend on data.
    pub(super) fn constant(&mut self, expr: &'a Expr<'a>, of: u32, point: u32) -> Checked<i128> {
        let code = self.compile_constant(expr, of, point)?;
        match code::constant(&code) {
            Some(Ok(value)) => Ok(value),
            _ => Err(Mistake::new(expr.at(), About::Range, self.text_at(expr))),
        }
    }

    /// A name for a mistake in an expression: that of what begins it.
    fn text_at(&self, expr: &Expr<'_>) -> String {
        match expr {
            Expr::Int(value, _) => value.to_string(),
            Expr::Path(path) => path.name.text.to_owned(),
            Expr::Binary(_, left, _) | Expr::Choose(left, _, _) => self.text_at(left),
            Expr::Unary(sign, _, _) => (*sign).to_owned(),
            Expr::EnumValue(of, _) => of.text.to_owned(),
            Expr::Bool(value, _) => value.to_string(),
            Expr::Here(_) => "$".to_owned(),
            Expr::SizeOf(..) => "sizeof".to_owned(),
        }
    }

    /// The value of a constant, which something at `at` asks for.
    pub(super) fn const_value(&mut self, index: usize, at: usize) -> Checked<i128> {
        let name = self.consts[index].name;
        match self.consts[index].state {
            State::Done => return Ok(self.consts[index].known),
            State::Begun => return Err(Mistake::new(at, About::Cyclic, name.text)),
            State::Not => self.consts[index].state = State::Begun,
        }
        let expr = self.consts[index].value;
        let value = self.chained(at, name.text, |checker| {
            checker.constant(expr, u32::MAX, NOTHING)
        })?;
        if !self.consts[index].scalar.holds(value) {
            return Err(Mistake::new(name.at, About::Range, name.text));
        }
        self.consts[index].known = value;
        self.consts[index].state = State::Done;
        Ok(value)
    }

    /// Works out the values of an enum. Its own expressions may name the values before them.
    pub(super) fn enum_values(&mut self, index: u32) -> Checked<()> {
        if self.enums[index as usize].state != State::Not {
            return Ok(());
        }
        self.enums[index as usize].state = State::Begun;
        let scalar = self.program.enums[index as usize].scalar;
        let mut last: Option<i128> = None;
        for (name, expr) in self.enums[index as usize].values {
            let value = match expr {
                Some(expr) => self
                    .chained(name.at, name.text, |checker| {
                        checker.constant(expr, u32::MAX, NOTHING)
                    })
                    .map(Some)?,
                None => last.map_or(Some(0), |last| last.checked_add(1)),
            };
            let value = value.filter(|value| scalar.holds(*value));
            let value = value.ok_or_else(|| Mistake::new(name.at, About::Range, name.text))?;
            let id = self.name_id(name.text);
            let values = &mut self.program.enums[index as usize].values;
            if values.iter().any(|(known, _)| *known == id) {
                return Err(Mistake::new(name.at, About::Duplicate, name.text));
            }
            values.push((id, value));
            last = Some(value);
        }
        self.enums[index as usize].state = State::Done;
        Ok(())
    }

    /// The number of `of::value`.
    pub(super) fn enum_value(&mut self, of: Name<'a>, value: Name<'a>) -> Checked<i128> {
        let index = match self.globals.get(of.text) {
            Some(Global::Enum(index)) => *index,
            _ => return Err(self.unknown_type(of)),
        };
        self.enum_values(index)?;
        let id = self.name_id(value.text);
        let known = &self.program.enums[index as usize].values;
        if let Some((_, number)) = known.iter().find(|(name, _)| *name == id) {
            return Ok(*number);
        }
        let values = self.enums[index as usize].values;
        if self.enums[index as usize].state == State::Begun
            && values.iter().any(|(name, _)| name.text == value.text)
        {
            return Err(Mistake::new(value.at, About::Cyclic, value.text));
        }
        Err(Mistake::unknown(
            value.at,
            value.text,
            values.iter().map(|(name, _)| name.text),
        ))
    }

    pub(super) fn bitfield(&mut self, index: u32) -> Checked<()> {
        let (Def::Bitfield { name, members }, State::Not) = self.bitfield_states[index as usize]
        else {
            return Ok(());
        };
        self.bitfield_states[index as usize].1 = State::Done;
        let mut shift = 0;
        for bits in members {
            let width = self.constant(&bits.width, u32::MAX, NOTHING)?;
            let is_padding = matches!(bits.kind, tree::BitsKind::Padding);
            if width < 0 {
                return Err(Mistake::new(
                    bits.width.at(),
                    About::Negative,
                    bits.name.text,
                ));
            }
            let widest = if is_padding { 128 } else { 64 };
            let fits = (1..=widest).contains(&width) && shift + width as u32 <= 128;
            if !fits {
                return Err(Mistake::new(bits.width.at(), About::Range, bits.name.text));
            }
            if !is_padding {
                self.bit_member(index, bits, shift, width as u32)?;
            }
            shift += width as u32;
        }
        if shift == 0 {
            return Err(Mistake::new(name.at, About::Range, name.text));
        }
        self.program.bitfields[index as usize].size = shift.div_ceil(8) as u8;
        Ok(())
    }

    fn bit_member(
        &mut self,
        index: u32,
        bits: &'a tree::Bits<'a>,
        shift: u32,
        width: u32,
    ) -> Checked<()> {
        let kind = match bits.kind {
            tree::BitsKind::Signed => BitsKind::Signed,
            tree::BitsKind::Bool => BitsKind::Bool,
            tree::BitsKind::Enum(of) => match self.globals.get(of.text) {
                Some(Global::Enum(id)) => BitsKind::Enum(*id),
                Some(_) => return Err(Mistake::new(of.at, About::Integer, of.text)),
                None => return Err(self.unknown_type(of)),
            },
            tree::BitsKind::Unsigned | tree::BitsKind::Padding => BitsKind::Unsigned,
        };
        let name = self.name_id(bits.name.text);
        let members = &mut self.program.bitfields[index as usize].members;
        if members.iter().any(|known| known.name == name) {
            return Err(Mistake::new(bits.name.at, About::Duplicate, bits.name.text));
        }
        members.push(Bits {
            name,
            kind,
            shift,
            width,
        });
        Ok(())
    }
}

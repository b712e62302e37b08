//! A layout into its document.

use super::VERSION;
use super::bytes::to_bytes;
use crate::Layout;
use crate::code::Code;
use crate::program::{ArmBody, BitsKind, Count, Member, NONE, Struct, Type};
use minicbor::Encoder;

type Out = Encoder<Vec<u8>>;
type Done = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

pub(super) fn document(layout: &Layout) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    let Ok(()) = whole(layout, &mut out) else {
        return Vec::new();
    };
    out.into_writer()
}

fn whole(layout: &Layout, out: &mut Out) -> Done {
    let program = &layout.program;
    out.array(8)?.u8(VERSION)?.str(&layout.text)?;
    each(&program.names, out, |name, out| out.str(name).map(drop))?;
    each(&program.structs, out, structure)?;
    each(&program.fields, out, |field, out| {
        out.array(7)?.u32(field.name)?.u32(field.owner)?;
        of_type(field.of, out)?;
        match &field.count {
            Count::One => out.null().map(drop)?,
            Count::Expr(code) => out.bytes(&to_bytes(code)).map(drop)?,
            Count::Until(value) => {
                out.array(1)?;
                int(*value, out)?;
            }
        }
        optional_code(field.size.as_ref(), out)?;
        out.bool(field.bearing)?;
        int(field.bearing_bits as i128, out)
    })?;
    each(&program.enums, out, |of, out| {
        out.array(3)?.u32(of.name)?.str(of.scalar.name())?;
        each(&of.values, out, |(name, value), out| {
            out.array(2)?.u32(*name)?;
            int(*value, out)
        })
    })?;
    each(&program.bitfields, out, |of, out| {
        out.array(3)?.u32(of.name)?.u8(of.size)?;
        each(&of.members, out, |bits, out| {
            let kind = match bits.kind {
                BitsKind::Unsigned => 0,
                BitsKind::Signed => 1,
                BitsKind::Bool => 2,
                BitsKind::Enum(of) => 3 + u64::from(of),
            };
            out.array(4)?
                .u32(bits.name)?
                .u64(kind)?
                .u32(bits.shift)?
                .u32(bits.width)
                .map(drop)
        })
    })?;
    each(&layout.needs, out, |need, out| {
        let Some(need) = need else {
            return out.null().map(drop);
        };
        out.array(3)?
            .u64(need.line as u64)?
            .u64(need.column as u64)?
            .str(&need.name)
            .map(drop)
    })
}

fn each<T>(values: &[T], out: &mut Out, mut one: impl FnMut(&T, &mut Out) -> Done) -> Done {
    out.array(values.len() as u64)?;
    values.iter().try_for_each(|value| one(value, out))
}

fn structure(of: &Struct, out: &mut Out) -> Done {
    out.array(6)?;
    optional(of.name, out)?;
    optional(of.base, out)?;
    members(&of.members, out)?;
    out.bool(of.polymorphic)?;
    match of.declared {
        Some(size) => out.u64(size)?,
        None => out.null()?,
    };
    out.bool(of.needs_parent).map(drop)
}

fn optional(id: u32, out: &mut Out) -> Done {
    if id == NONE {
        out.null().map(drop)
    } else {
        out.u32(id).map(drop)
    }
}

fn optional_code(code: Option<&Code>, out: &mut Out) -> Done {
    match code {
        Some(code) => out.bytes(&to_bytes(code)).map(drop),
        None => out.null().map(drop),
    }
}

/// Wide integers are byte strings, least significant byte first.
fn int(value: i128, out: &mut Out) -> Done {
    match i64::try_from(value) {
        Ok(value) => out.i64(value).map(drop),
        Err(_) => out.bytes(&value.to_le_bytes()).map(drop),
    }
}

fn of_type(of: Type, out: &mut Out) -> Done {
    let (kind, id, big) = match of {
        Type::Scalar(scalar, big) => return out.array(2)?.str(scalar.name())?.bool(big).map(drop),
        Type::Enum(of, big) => (0, of, big),
        Type::Bitfield(of, big) => (1, of, big),
        Type::Struct(of) => (2, of, false),
    };
    out.array(3)?.u8(kind)?.u32(id)?.bool(big).map(drop)
}

fn members(members: &[Member], out: &mut Out) -> Done {
    each(members, out, |member, out| match member {
        Member::Field(field) => out.u32(*field).map(drop),
        Member::Padding(code) => out.bytes(&to_bytes(code)).map(drop),
        Member::Align(to) => out.array(1)?.u64(*to).map(drop),
        Member::Match(on, arms) => {
            out.array(2)?.bytes(&to_bytes(on))?;
            each(arms, out, |arm, out| {
                out.array(3)?;
                each(&arm.patterns, out, |(low, high), out| {
                    out.array(2)?;
                    int(*low, out)?;
                    int(*high, out)
                })?;
                out.bool(arm.any)?;
                match &arm.body {
                    ArmBody::Members(inner) => {
                        out.array(1)?;
                        self::members(inner, out)
                    }
                    ArmBody::Struct { of, below } => {
                        out.array(2)?.u32(*of)?;
                        optional(*below, out)
                    }
                }
            })
        }
    })
}

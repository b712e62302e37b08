//! A document into a layout. Nothing is made larger than the bytes that describe it.

use super::bytes::from_bytes;
use super::{DecodeError, VERSION, sound};
use crate::code::Code;
use crate::error::{About, TextError};
use crate::program::{
    Arm, ArmBody, Bitfield, Bits, BitsKind, Count, Enum, Field, Member, NONE, Program, Struct, Type,
};
use crate::scalar::Scalar;
use crate::{Layout, fixed};
use minicbor::Decoder;
use minicbor::data::Type as Form;
use minicbor::decode::Error;

/// Deepest nesting of members: that of a text.
const NESTING: usize = 66;

type Read<T> = Result<T, Error>;

pub(super) fn document(bytes: &[u8]) -> Result<Layout, DecodeError> {
    let mut input = Decoder::new(bytes);
    let form = |source| DecodeError::Form { source };
    tuple(&mut input, 8).map_err(form)?;
    let found = input.u8().map_err(form)?;
    if found != VERSION {
        return Err(DecodeError::Version { found });
    }
    let text = input.str().map_err(form)?.to_owned();
    let mut program = program(&mut input).map_err(form)?;
    let needs = list(&mut input, need).map_err(form)?;
    sound::check(&program, needs.len())?;
    fixed::work_out_all(&mut program);
    Ok(Layout::new(program, text, needs))
}

fn program(input: &mut Decoder<'_>) -> Read<Program> {
    Ok(Program {
        names: list(input, |input| input.str().map(str::to_owned))?,
        structs: list(input, structure)?,
        fields: list(input, field)?,
        enums: list(input, enumeration)?,
        bitfields: list(input, bitfield)?,
    })
}

fn tuple(input: &mut Decoder<'_>, len: u64) -> Read<()> {
    if input.array()? == Some(len) {
        Ok(())
    } else {
        Err(Error::message("an array of another length"))
    }
}

fn list<T>(
    input: &mut Decoder<'_>,
    mut one: impl FnMut(&mut Decoder<'_>) -> Read<T>,
) -> Read<Vec<T>> {
    let len = input
        .array()?
        .ok_or_else(|| Error::message("an array without a length"))?;
    let mut values = Vec::new();
    for _ in 0..len {
        values.push(one(input)?);
    }
    Ok(values)
}

fn null(input: &mut Decoder<'_>) -> Read<bool> {
    let is_null = input.datatype()? == Form::Null;
    if is_null {
        input.null()?;
    }
    Ok(is_null)
}

fn optional(input: &mut Decoder<'_>) -> Read<u32> {
    if null(input)? { Ok(NONE) } else { input.u32() }
}

fn int(input: &mut Decoder<'_>) -> Read<i128> {
    if input.datatype()? != Form::Bytes {
        return input.i64().map(i128::from);
    }
    let bytes = input
        .bytes()?
        .try_into()
        .map_err(|_| Error::message("a number of another width"))?;
    Ok(i128::from_le_bytes(bytes))
}

fn code(input: &mut Decoder<'_>) -> Read<Code> {
    from_bytes(input.bytes()?).ok_or_else(|| Error::message("an unknown operation"))
}

fn scalar(input: &mut Decoder<'_>) -> Read<Scalar> {
    Scalar::named(input.str()?).ok_or_else(|| Error::message("an unknown scalar"))
}

fn structure(input: &mut Decoder<'_>) -> Read<Struct> {
    tuple(input, 6)?;
    Ok(Struct {
        name: optional(input)?,
        base: optional(input)?,
        members: members(input, 0)?,
        polymorphic: input.bool()?,
        declared: if null(input)? {
            None
        } else {
            Some(input.u64()?)
        },
        needs_parent: input.bool()?,
        is_static: false,
        fixed: None,
        table: None,
    })
}

fn members(input: &mut Decoder<'_>, depth: usize) -> Read<Vec<Member>> {
    if depth == NESTING {
        return Err(Error::message("members that nest too deep"));
    }
    list(input, |input| match input.datatype()? {
        Form::Bytes => Ok(Member::Padding(code(input)?)),
        Form::Array => match input.array()? {
            Some(1) => Ok(Member::Align(input.u64()?)),
            Some(2) => Ok(Member::Match(
                code(input)?,
                list(input, |input| arm(input, depth))?,
            )),
            _ => Err(Error::message("an unknown member")),
        },
        _ => Ok(Member::Field(input.u32()?)),
    })
}

fn arm(input: &mut Decoder<'_>, depth: usize) -> Read<Arm> {
    tuple(input, 3)?;
    let patterns = list(input, |input| {
        tuple(input, 2)?;
        Ok((int(input)?, int(input)?))
    })?;
    let any = input.bool()?;
    let body = match input.array()? {
        Some(1) => ArmBody::Members(members(input, depth + 1)?),
        Some(2) => ArmBody::Struct {
            of: input.u32()?,
            below: optional(input)?,
        },
        _ => return Err(Error::message("an unknown arm")),
    };
    Ok(Arm {
        patterns,
        any,
        body,
    })
}

fn field(input: &mut Decoder<'_>) -> Read<Field> {
    tuple(input, 7)?;
    let (name, owner, of) = (input.u32()?, input.u32()?, of_type(input)?);
    let count = match input.datatype()? {
        Form::Bytes => Count::Expr(code(input)?),
        Form::Array => {
            tuple(input, 1)?;
            Count::Until(int(input)?)
        }
        _ => {
            input.null()?;
            Count::One
        }
    };
    let size = if null(input)? {
        None
    } else {
        Some(code(input)?)
    };
    Ok(Field {
        name,
        owner,
        of,
        count,
        size,
        bearing: input.bool()?,
        bearing_bits: int(input)? as u128,
    })
}

fn of_type(input: &mut Decoder<'_>) -> Read<Type> {
    if input.array()? == Some(2) {
        return Ok(Type::Scalar(scalar(input)?, input.bool()?));
    }
    let (kind, of, big) = (input.u8()?, input.u32()?, input.bool()?);
    match kind {
        0 => Ok(Type::Enum(of, big)),
        1 => Ok(Type::Bitfield(of, big)),
        2 => Ok(Type::Struct(of)),
        _ => Err(Error::message("an unknown type")),
    }
}

fn enumeration(input: &mut Decoder<'_>) -> Read<Enum> {
    tuple(input, 3)?;
    let (name, scalar) = (input.u32()?, scalar(input)?);
    let values = list(input, |input| {
        tuple(input, 2)?;
        Ok((input.u32()?, int(input)?))
    })?;
    Ok(Enum {
        name,
        scalar,
        values,
    })
}

fn bitfield(input: &mut Decoder<'_>) -> Read<Bitfield> {
    tuple(input, 3)?;
    let (name, size) = (input.u32()?, input.u8()?);
    let members = list(input, |input| {
        tuple(input, 4)?;
        let name = input.u32()?;
        let kind = match input.u64()? {
            0 => BitsKind::Unsigned,
            1 => BitsKind::Signed,
            2 => BitsKind::Bool,
            of => BitsKind::Enum(u32::try_from(of - 3).unwrap_or(NONE)),
        };
        Ok(Bits {
            name,
            kind,
            shift: input.u32()?,
            width: input.u32()?,
        })
    })?;
    Ok(Bitfield {
        name,
        size,
        members,
    })
}

fn need(input: &mut Decoder<'_>) -> Read<Option<TextError>> {
    if null(input)? {
        return Ok(None);
    }
    tuple(input, 3)?;
    let line = input.u64()?.clamp(1, 1 << 40) as usize;
    let column = input.u64()?.clamp(1, 1 << 40) as usize;
    let name = input.str()?.to_owned();
    Ok(Some(TextError {
        line,
        column,
        about: About::Parent,
        name,
        hint: None,
    }))
}

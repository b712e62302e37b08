//! Expressions as bytes: an operation is one byte, a number behind it has seven bits in each byte.

use crate::code::{BINARIES, Code, LONGEST, Op, UNARIES};

const UNARY: u8 = 16;
const BINARY: u8 = 32;

pub(super) fn to_bytes(code: &[Op]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for op in code {
        put(*op, &mut bytes);
    }
    bytes
}

fn put(op: Op, bytes: &mut Vec<u8>) {
    let (byte, number) = match op {
        Op::Int(value) => (0, Some(zigzag(value))),
        Op::Here => (1, None),
        Op::Index => (2, None),
        Op::Up(levels) => (3, Some(levels.into())),
        Op::Name(name) => (4, Some(name.into())),
        Op::At => (5, None),
        Op::Read => (6, None),
        Op::And(jump) => (7, Some(jump.into())),
        Op::Or(jump) => (8, Some(jump.into())),
        Op::IfZero(jump) => (9, Some(jump.into())),
        Op::Jump(jump) => (10, Some(jump.into())),
        Op::Truth => (11, None),
        Op::Unary(unary) => (UNARY + index(UNARIES, unary), None),
        Op::Binary(binary) => (BINARY + index(BINARIES, binary), None),
    };
    bytes.push(byte);
    if let Some(mut number) = number {
        while number > 0x7f {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    }
}

fn index<T: PartialEq>(table: &[(&str, T)], wanted: T) -> u8 {
    table.iter().position(|(_, op)| *op == wanted).unwrap_or(0) as u8
}

fn zigzag(value: i128) -> u128 {
    (value << 1 ^ value >> 127) as u128
}

/// None if the bytes are no code.
pub(super) fn from_bytes(mut bytes: &[u8]) -> Option<Code> {
    let mut code = Vec::new();
    while !bytes.is_empty() {
        if code.len() == LONGEST {
            return None;
        }
        code.push(take(&mut bytes)?);
    }
    Some(code.into())
}

fn take(bytes: &mut &[u8]) -> Option<Op> {
    let (byte, rest) = bytes.split_first()?;
    *bytes = rest;
    let small = |bytes: &mut &[u8]| u32::try_from(number(bytes)?).ok();
    Some(match *byte {
        0 => {
            let zigzag = number(bytes)?;
            Op::Int((zigzag >> 1) as i128 ^ -((zigzag & 1) as i128))
        }
        1 => Op::Here,
        2 => Op::Index,
        3 => Op::Up(u8::try_from(number(bytes)?).ok()?),
        4 => Op::Name(small(bytes)?),
        5 => Op::At,
        6 => Op::Read,
        7 => Op::And(small(bytes)?),
        8 => Op::Or(small(bytes)?),
        9 => Op::IfZero(small(bytes)?),
        10 => Op::Jump(small(bytes)?),
        11 => Op::Truth,
        byte @ BINARY.. => Op::Binary(BINARIES.get(usize::from(byte - BINARY))?.1),
        byte @ UNARY.. => Op::Unary(UNARIES.get(usize::from(byte - UNARY))?.1),
        _ => return None,
    })
}

fn number(bytes: &mut &[u8]) -> Option<u128> {
    let mut number = 0u128;
    let mut shift = 0;
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u128::from(byte & 0x7f);
        if shift > 127 || (part << shift) >> shift != part {
            return None;
        }
        number |= part << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comes_back_from_its_bytes() {
        let mut code = vec![
            Op::Here,
            Op::Index,
            Op::Up(3),
            Op::Name(70_000),
            Op::At,
            Op::Read,
            Op::Truth,
        ];
        code.extend([Op::And(1), Op::Or(2), Op::IfZero(300), Op::Jump(4)]);
        code.extend([0, 1, -1, 300, i128::MAX, i128::MIN].map(Op::Int));
        code.extend(UNARIES.iter().map(|(_, unary)| Op::Unary(*unary)));
        code.extend(BINARIES.iter().map(|(_, binary)| Op::Binary(*binary)));
        assert_eq!(from_bytes(&to_bytes(&code)).as_deref(), Some(&code[..]));
    }

    #[test]
    fn bytes_that_end_within_a_number_are_no_code() {
        for bytes in [
            &[0][..],
            &[0, 0x80],
            &[4, 0xff, 0xff, 0xff, 0xff, 0x7f],
            &[12],
            &[19],
            &[60],
            &[3, 0x80, 2],
        ] {
            assert_eq!(from_bytes(bytes), None, "{bytes:?}");
        }
        assert_eq!(
            from_bytes(&[[0].as_slice(), &[0xff; 19], &[1]].concat()),
            None
        );
    }
}

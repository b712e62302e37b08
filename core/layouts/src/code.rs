//! Expressions as byte code for a small stack machine.
//!
//! There are jumps forward and none back: the time of an expression is at most its length. [`verify`] proves of code from
//! elsewhere that it never takes from an empty stack, so the machine does not look.

use crate::error_kind::{Kind, Why};

/// Longest code of one expression.
pub(crate) const LONGEST: usize = 4096;
/// Deepest stack of one expression.
const DEEPEST: usize = 512;

pub(crate) type Code = Box<[Op]>;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Op {
    Int(i128),
    /// The offset from the start of the struct: `$`.
    Here,
    /// The number of the element: `i`.
    Index,
    /// The struct itself, or the struct so many levels around it.
    Up(u8),
    /// A field or bit member of the place on the stack.
    Name(u32),
    /// An element of the place below the number on the stack.
    At,
    /// The number at the place on the stack.
    Read,
    Unary(Unary),
    Binary(Binary),
    /// Jumps over the next operations and keeps 0 if the number is 0, else drops it.
    And(u32),
    /// Jumps and keeps the number unless it is 0, else drops it.
    Or(u32),
    /// Takes the number, and jumps if it is 0.
    IfZero(u32),
    Jump(u32),
    /// Makes 0 or 1 of a number.
    Truth,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unary {
    Negate,
    Invert,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Binary {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Xor,
    Or,
}

/// Order of the numbers that stand for the operators in serialised code.
pub(crate) const BINARIES: &[(&str, Binary)] = &[
    ("*", Binary::Mul),
    ("/", Binary::Div),
    ("%", Binary::Rem),
    ("+", Binary::Add),
    ("-", Binary::Sub),
    ("<<", Binary::Shl),
    (">>", Binary::Shr),
    ("<", Binary::Lt),
    ("<=", Binary::Le),
    (">", Binary::Gt),
    (">=", Binary::Ge),
    ("==", Binary::Eq),
    ("!=", Binary::Ne),
    ("&", Binary::And),
    ("^", Binary::Xor),
    ("|", Binary::Or),
];

pub(crate) const UNARIES: &[(&str, Unary)] = &[
    ("-", Unary::Negate),
    ("~", Unary::Invert),
    ("!", Unary::Not),
];

impl Unary {
    fn apply(self, value: i128) -> Result<i128, Kind> {
        match self {
            Unary::Negate => value.checked_neg().ok_or(Kind::Overflow),
            Unary::Invert => Ok(!value),
            Unary::Not => Ok(i128::from(value == 0)),
        }
    }
}

impl Binary {
    fn apply(self, left: i128, right: i128) -> Result<i128, Kind> {
        let in_range = |value: Option<i128>| value.ok_or(Kind::Overflow);
        match self {
            Binary::Mul => in_range(left.checked_mul(right)),
            Binary::Add => in_range(left.checked_add(right)),
            Binary::Sub => in_range(left.checked_sub(right)),
            Binary::Div | Binary::Rem if right == 0 => Err(Kind::DivisionByZero),
            Binary::Div => in_range(left.checked_div(right)),
            // The remainder by -1 is 0, though the division before it may leave the range.
            Binary::Rem => Ok(left.wrapping_rem(right)),
            Binary::Shl => in_range(shifted_left(left, right)),
            Binary::Shr if (0..128).contains(&right) => Ok(left >> right),
            Binary::Shr => Err(Kind::Overflow),
            Binary::Lt => Ok((left < right).into()),
            Binary::Le => Ok((left <= right).into()),
            Binary::Gt => Ok((left > right).into()),
            Binary::Ge => Ok((left >= right).into()),
            Binary::Eq => Ok((left == right).into()),
            Binary::Ne => Ok((left != right).into()),
            Binary::And => Ok(left & right),
            Binary::Xor => Ok(left ^ right),
            Binary::Or => Ok(left | right),
        }
    }
}

/// Shifts if no bit and no sign is lost.
fn shifted_left(left: i128, right: i128) -> Option<i128> {
    let by = u32::try_from(right).ok().filter(|by| *by < 128)?;
    let shifted = left << by;
    (shifted >> by == left).then_some(shifted)
}

/// What code asks of the record that it runs in.
pub(crate) trait Surroundings {
    type Place: Copy;
    fn here(&self) -> i128;
    fn index(&self) -> Result<i128, Why>;
    fn up(&self, levels: u8) -> Result<Self::Place, Why>;
    fn name(&mut self, place: Self::Place, name: u32) -> Result<Self::Place, Why>;
    fn at(&self, place: Self::Place, index: i128) -> Result<Self::Place, Why>;
    fn read(&mut self, place: Self::Place) -> Result<i128, Why>;
}

#[derive(Clone, Copy)]
enum Slot<P> {
    Int(i128),
    Place(P),
}

/// Runs verified code.
pub(crate) fn run<S: Surroundings>(code: &[Op], around: &mut S) -> Result<i128, Why> {
    // Most counts are a number or one field, and take no stack.
    match *code {
        [Op::Int(value)] => return Ok(value),
        [Op::Up(levels), Op::Name(name), Op::Read] => {
            let of = around.up(levels)?;
            let field = around.name(of, name)?;
            return around.read(field);
        }
        _ => {}
    }
    let mut stack: Vec<Slot<S::Place>> = Vec::with_capacity(8);
    let mut next = 0;
    while let Some(op) = code.get(next) {
        next += 1;
        next += step(*op, &mut stack, around)?;
    }
    int(&mut stack)
}

/// Does one operation; says how many to jump over.
fn step<S: Surroundings>(
    op: Op,
    stack: &mut Vec<Slot<S::Place>>,
    around: &mut S,
) -> Result<usize, Why> {
    match op {
        Op::Int(value) => stack.push(Slot::Int(value)),
        Op::Here => stack.push(Slot::Int(around.here())),
        Op::Index => stack.push(Slot::Int(around.index()?)),
        Op::Up(levels) => stack.push(Slot::Place(around.up(levels)?)),
        Op::Name(name) => {
            let of = place(stack)?;
            stack.push(Slot::Place(around.name(of, name)?));
        }
        Op::At => {
            let index = int(stack)?;
            let of = place(stack)?;
            stack.push(Slot::Place(around.at(of, index)?));
        }
        Op::Read => {
            let of = place(stack)?;
            stack.push(Slot::Int(around.read(of)?));
        }
        Op::Unary(unary) => {
            let value = int(stack)?;
            stack.push(Slot::Int(unary.apply(value)?));
        }
        Op::Binary(binary) => {
            let right = int(stack)?;
            let left = int(stack)?;
            stack.push(Slot::Int(binary.apply(left, right)?));
        }
        Op::And(jump) => return kept(stack, jump, |value| value == 0),
        Op::Or(jump) => return kept(stack, jump, |value| value != 0),
        Op::IfZero(jump) => return Ok(if int(stack)? == 0 { jump as usize } else { 0 }),
        Op::Jump(jump) => return Ok(jump as usize),
        Op::Truth => {
            let value = int(stack)?;
            stack.push(Slot::Int((value != 0).into()));
        }
    }
    Ok(0)
}

fn kept<P: Copy>(
    stack: &mut Vec<Slot<P>>,
    jump: u32,
    decided: impl Fn(i128) -> bool,
) -> Result<usize, Why> {
    let value = int(stack)?;
    if !decided(value) {
        return Ok(0);
    }
    stack.push(Slot::Int((value != 0).into()));
    Ok(jump as usize)
}

// Verified code never meets these errors; they keep unverified code from doing harm.
fn int<P>(stack: &mut Vec<Slot<P>>) -> Result<i128, Why> {
    match stack.pop() {
        Some(Slot::Int(value)) => Ok(value),
        _ => Err(Why::Fault(Kind::BadCount)),
    }
}

fn place<P>(stack: &mut Vec<Slot<P>>) -> Result<P, Why> {
    match stack.pop() {
        Some(Slot::Place(place)) => Ok(place),
        _ => Err(Why::Fault(Kind::BadCount)),
    }
}

/// Whether the code always has what it takes from its stack, and leaves one number.
pub(crate) fn verify(code: &[Op], names: usize) -> bool {
    if code.is_empty() || code.len() > LONGEST {
        return false;
    }
    // What is on the stack where jumps lead to: true for a number.
    let mut at_target: Vec<Option<Vec<bool>>> = vec![None; code.len() + 1];
    let mut stack = Some(Vec::new());
    for (i, op) in code.iter().enumerate() {
        stack = match (stack, at_target[i].take()) {
            (Some(here), Some(there)) if here != there => return false,
            (here, there) => here.or(there),
        };
        let Some(known) = &mut stack else {
            return false;
        };
        if !effect(*op, known, names) || known.len() > DEEPEST {
            return false;
        }
        if let Some((jump, on_stack)) = jump(*op, known) {
            let Some(target) = at_target.get_mut(i + 1 + jump as usize) else {
                return false;
            };
            if target.as_ref().is_some_and(|there| *there != on_stack) {
                return false;
            }
            *target = Some(on_stack);
        }
        if matches!(op, Op::Jump(_)) {
            stack = None;
        }
    }
    let end = match (stack, at_target.pop().flatten()) {
        (Some(here), Some(there)) if here != there => return false,
        (here, there) => here.or(there),
    };
    end.is_some_and(|end| end == [true])
}

/// Does to the kinds on the stack what the operation does to the stack; false if it cannot.
fn effect(op: Op, stack: &mut Vec<bool>, names: usize) -> bool {
    let (takes, gives): (&[bool], Option<bool>) = match op {
        Op::Int(_) | Op::Here | Op::Index => (&[], Some(true)),
        Op::Up(_) => (&[], Some(false)),
        Op::Name(name) if name as usize >= names => return false,
        Op::Name(_) => (&[false], Some(false)),
        Op::At => (&[false, true], Some(false)),
        Op::Read => (&[false], Some(true)),
        Op::Unary(_) | Op::Truth => (&[true], Some(true)),
        Op::Binary(_) => (&[true, true], Some(true)),
        Op::And(_) | Op::Or(_) | Op::IfZero(_) => (&[true], None),
        Op::Jump(_) => (&[], None),
    };
    if !stack.ends_with(takes) {
        return false;
    }
    stack.truncate(stack.len() - takes.len());
    stack.extend(gives);
    true
}

/// How far the operation may jump, and what is on the stack then.
fn jump(op: Op, after: &[bool]) -> Option<(u32, Vec<bool>)> {
    let mut on_stack = after.to_vec();
    match op {
        Op::And(jump) | Op::Or(jump) => {
            on_stack.push(true);
            Some((jump, on_stack))
        }
        Op::IfZero(jump) | Op::Jump(jump) => Some((jump, on_stack)),
        _ => None,
    }
}

/// The value of code that reads nothing.
pub(crate) fn constant(code: &[Op]) -> Option<Result<i128, Kind>> {
    match run(code, &mut Nothing) {
        Ok(value) => Some(Ok(value)),
        Err(Why::Fault(kind)) => Some(Err(kind)),
        Err(_) => None,
    }
}

/// No record at all: only constants can be worked out.
struct Nothing;

impl Surroundings for Nothing {
    type Place = ();
    fn here(&self) -> i128 {
        0
    }
    fn index(&self) -> Result<i128, Why> {
        Err(Why::NeedsData)
    }
    fn up(&self, _: u8) -> Result<(), Why> {
        Err(Why::NeedsData)
    }
    fn name(&mut self, (): (), _: u32) -> Result<(), Why> {
        Err(Why::NeedsData)
    }
    fn at(&self, (): (), _: i128) -> Result<(), Why> {
        Err(Why::NeedsData)
    }
    fn read(&mut self, (): ()) -> Result<i128, Why> {
        Err(Why::NeedsData)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_takes_from_an_empty_stack_is_refused() {
        for code in [
            &[][..],
            &[Op::Truth],
            &[Op::Int(1), Op::Binary(Binary::Add)],
            &[Op::Up(0)],
            &[Op::Int(1), Op::Int(2)],
            &[Op::Int(1), Op::Read],
            &[Op::Jump(1), Op::Int(1)],
            &[Op::Int(1), Op::IfZero(7), Op::Int(1)],
            &[Op::Int(1), Op::IfZero(1), Op::Int(1)],
            &[Op::Up(0), Op::Name(9), Op::Read],
        ] {
            assert!(!verify(code, 1), "{code:?}");
        }
        assert!(verify(
            &[
                Op::Int(1),
                Op::IfZero(2),
                Op::Int(1),
                Op::Jump(1),
                Op::Int(2)
            ],
            0
        ));
        assert!(verify(
            &[
                Op::Up(0),
                Op::Name(0),
                Op::Read,
                Op::And(1),
                Op::Int(2),
                Op::Truth
            ],
            1
        ));
    }

    #[test]
    fn random_verified_code_runs_to_its_end() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut verified = 0;
        for _ in 0..200_000 {
            let code: Vec<Op> = (0..random.usize(1..7))
                .map(|_| random_op(&mut random))
                .collect();
            if verify(&code, 2) {
                verified += 1;
                let _ = constant(&code);
            }
        }
        assert!(verified > 1000, "{verified}");
    }

    fn random_op(random: &mut fastrand::Rng) -> Op {
        match random.u8(..12) {
            0..=3 => Op::Int(random.i128(-200..200)),
            4 => Op::Binary(BINARIES[random.usize(..BINARIES.len())].1),
            5 => Op::Unary(UNARIES[random.usize(..UNARIES.len())].1),
            6 => Op::And(random.u32(..3)),
            7 => Op::Or(random.u32(..3)),
            8 => Op::IfZero(random.u32(..3)),
            9 => Op::Jump(random.u32(..3)),
            10 => Op::Truth,
            _ => Op::Binary(Binary::Add),
        }
    }
}

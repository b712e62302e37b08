//! What was written, as data: the parts of Rhai's grammar that expressions are made of.
//!
//! Rhai's own tree cannot go to another thread, and holds what an evaluator needs and a compiler does not.

use memglass_value::compare::{Operand, Operator};
use memglass_value::number::Operation;
use rhai::Position;

/// A part of an expression, and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) what: What,
    pub(super) at: Position,
}

/// A part of an expression.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A literal.
    Constant(Operand<String>),
    /// An object, something captured, or the parameter.
    Name(String),
    /// `base.name`
    Member(Box<Term>, String),
    /// `base[index]`
    Index(Box<[Term; 2]>),
    /// `name(…)`, or `first.name(…)`, which is the same.
    Call(String, Vec<Term>),
    And(Vec<Term>),
    Or(Vec<Term>),
    Not(Box<Term>),
    Negate(Box<Term>),
    Compare(Operator, Box<[Term; 2]>),
    Compute(Operation, Box<[Term; 2]>),
    /// `element in container`
    In(Box<[Term; 2]>),
    /// `if condition { then } else { otherwise }`
    If(Box<[Term; 3]>),
    /// `[a, b]`
    List(Vec<Term>),
    /// `target = value`
    Assign(Box<[Term; 2]>),
    /// What only a script can do, and its parts, whose mistakes are mistakes all the same.
    Other {
        why: String,
        parts: Vec<Term>,
    },
}

impl Term {
    pub(super) fn new(what: What, at: Position) -> Self {
        Self { what, at }
    }

    pub(super) fn other(why: impl Into<String>, at: Position, parts: Vec<Term>) -> Self {
        let why = why.into();
        Self::new(What::Other { why, parts }, at)
    }

    /// Calls `look` with each name in it, where it may mean an object or something captured.
    pub(super) fn names(&self, look: &mut impl FnMut(&str)) {
        if let What::Name(name) = &self.what {
            look(name);
        }
        for part in self.parts() {
            part.names(look);
        }
    }

    fn parts(&self) -> &[Term] {
        match &self.what {
            What::Constant(_) | What::Name(_) => &[],
            What::Member(base, _) | What::Not(base) | What::Negate(base) => {
                std::slice::from_ref(base)
            }
            What::Index(two)
            | What::Compare(_, two)
            | What::Compute(_, two)
            | What::In(two)
            | What::Assign(two) => &two[..],
            What::If(three) => &three[..],
            What::Call(_, parts)
            | What::And(parts)
            | What::Or(parts)
            | What::List(parts)
            | What::Other { parts, .. } => parts,
        }
    }
}

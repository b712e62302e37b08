//! Variables, fields and typedefs.

use super::{Item, Tokens};

/// Names that one declaration makes: `static int *a, b[2];`.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Attributes before or among the specifiers.
    pub attributes: Vec<Tokens>,
    /// Specifiers and type, up to the first declarator.
    pub words: Tokens,
    /// The record or enumeration that is defined in place of a type.
    pub definition: Option<Box<Item>>,
    /// The names, in order.
    pub declarators: Vec<Declarator>,
}

/// One name and what is particular to it.
#[derive(Clone, Debug, Default)]
pub struct Declarator {
    /// From its first `*`, `&` or name to its last token.
    pub tokens: Tokens,
    /// The name; empty for an unnamed bit-field.
    pub name: Tokens,
    /// Whether it is a pointer, a reference, or in round brackets that make it one.
    pub is_pointer: bool,
    /// Whether it is a pointer to a member.
    pub is_member_pointer: bool,
    /// The round brackets of parameters, if it has them.
    pub params: Option<(usize, usize)>,
    /// Whether the name itself is a function.
    pub is_function: bool,
    /// The array sizes, outer first, without their brackets. Those of a pointer to an array are not here.
    pub sizes: Vec<Tokens>,
    /// The width of a bit-field; empty for none.
    pub bits: Tokens,
    /// The initialiser: behind `=`, or with its own brackets; empty for none.
    pub value: Tokens,
    /// Attributes behind its name.
    pub attributes: Vec<Tokens>,
    /// The comments behind its comma.
    pub comments: Vec<usize>,
    /// The comma behind it.
    pub comma: Option<usize>,
}

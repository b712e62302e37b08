//! Structs, classes, unions, enumerations, and what stands in braces.

use super::{Item, Tokens};

/// What stands in the braces of a namespace, record, enumeration or linkage block.
#[derive(Clone, Debug)]
pub struct Body {
    /// The opening brace.
    pub open: usize,
    /// The closing brace.
    pub close: usize,
    /// The comments behind or before the opening brace.
    pub opening: Vec<usize>,
    /// What is between the braces.
    pub items: Vec<Item>,
}

/// The word that a record begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `struct`.
    Struct,
    /// `class`.
    Class,
    /// `union`.
    Union,
}

impl Key {
    /// The word itself.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Key::Struct => "struct",
            Key::Class => "class",
            Key::Union => "union",
        }
    }
}

/// A struct, class or union.
#[derive(Clone, Debug)]
pub struct Record {
    /// Which of the three.
    pub key: Key,
    /// Attributes between the key and the name, and before the key.
    pub attributes: Vec<Tokens>,
    /// The name, with qualifiers and arguments of templates; empty for none.
    pub name: Tokens,
    /// Whether it is `final`.
    pub is_final: bool,
    /// The bases, in order.
    pub bases: Vec<Base>,
    /// Everything before the brace or the semicolon.
    pub head: Tokens,
    /// The members; `None` for a declaration without a body.
    pub body: Option<Body>,
}

/// One base of a record.
#[derive(Clone, Debug)]
pub struct Base {
    /// The whole of it.
    pub tokens: Tokens,
    /// Only its name.
    pub name: Tokens,
    /// Whether it is a virtual base.
    pub is_virtual: bool,
}

/// An enumeration.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Whether it is `enum class` or `enum struct`.
    pub scoped: bool,
    /// Its attributes.
    pub attributes: Vec<Tokens>,
    /// The name; empty for none.
    pub name: Tokens,
    /// The type behind the colon; empty for none.
    pub underlying: Tokens,
    /// Everything before the brace or the semicolon.
    pub head: Tokens,
    /// The enumerators; `None` for a declaration without a body.
    pub body: Option<Body>,
}

/// One name of an enumeration.
#[derive(Clone, Debug)]
pub struct Enumerator {
    /// The token of its name.
    pub name: usize,
    /// Its attributes.
    pub attributes: Vec<Tokens>,
    /// What is behind `=`; empty for nothing.
    pub value: Tokens,
    /// The comma behind it.
    pub comma: Option<usize>,
}

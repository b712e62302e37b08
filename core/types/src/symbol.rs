//! Functions and variables: what has a type and an address.

use crate::kind::{Attribute, Name, Place, TypeId};

/// A function or a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name, with namespaces.
    pub name: Name,
    /// Its type: a [`Kind::Function`](crate::Kind::Function) of a function.
    pub ty: TypeId,
    /// Which of the two it is.
    pub what: SymbolKind,
    /// Who can refer to it.
    pub linkage: Linkage,
    /// Whether it is declared inline.
    pub inline: bool,
    /// Its address in the program's file, before the program is moved to where it runs.
    pub address: Option<u64>,
    /// The names of a function's parameters, as many as its type has.
    pub parameters: Vec<Name>,
    /// Where it is declared.
    pub place: Option<Place>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// A function.
    Function,
    /// A variable.
    Variable,
}

/// Who can refer to a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Linkage {
    /// Everybody.
    External,
    /// Its own file: `static`.
    Static,
}

/// A source file that was compiled, and the named types that it defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The file, as the compiler was given it.
    pub name: Name,
    /// The compiler; empty if it did not say.
    pub producer: Name,
    /// Its named types, by number.
    pub types: Vec<TypeId>,
}

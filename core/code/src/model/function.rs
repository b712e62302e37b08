//! Functions of all shapes.

use super::Tokens;

/// What a function is called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A name.
    Function,
    /// The name of its record.
    Constructor,
    /// `~` and the name of its record.
    Destructor,
    /// An operator.
    Operator,
    /// A conversion to a type.
    OperatorCast,
}

/// A function, declared or defined.
#[derive(Clone, Debug)]
pub struct Function {
    /// How it is called.
    pub shape: Shape,
    /// Attributes before it.
    pub attributes: Vec<Tokens>,
    /// Specifiers and result type.
    pub words: Tokens,
    /// The name with its qualifiers.
    pub name: Tokens,
    /// The round brackets of the parameters.
    pub brackets: (usize, usize),
    /// The parameters, in order.
    pub params: Vec<Param>,
    /// What is behind the parameters: `const`, `noexcept`, a trailing result, a constraint.
    pub qualifiers: Tokens,
    /// The initialisers of a constructor, without the colon; empty for none.
    pub initialisers: Tokens,
    /// What it does.
    pub body: FunctionBody,
}

/// How a function ends.
#[derive(Clone, Debug)]
pub enum FunctionBody {
    /// With a semicolon.
    None,
    /// With statements in braces, which nobody looks into.
    Braces {
        /// The opening brace.
        open: usize,
        /// The closing brace.
        close: usize,
        /// The comments behind or before the opening brace.
        opening: Vec<usize>,
    },
    /// With `try` and its handlers.
    Try(Tokens),
    /// With `= default`, `= delete` or `= 0`: what is behind the `=`.
    Equals(Tokens),
}

/// One parameter of a function or a template.
#[derive(Clone, Debug)]
pub struct Param {
    /// The whole of it.
    pub tokens: Tokens,
    /// Its name.
    pub name: Option<usize>,
    /// What is behind its `=`; empty for nothing.
    pub value: Tokens,
}

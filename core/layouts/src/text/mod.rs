//! The text of layouts: tokens, the tree of definitions, and back to text.

pub(crate) mod lex;
pub(crate) mod parse;
pub(crate) mod parse_expr;
pub(crate) mod parse_members;
pub(crate) mod print;
pub(crate) mod tree;

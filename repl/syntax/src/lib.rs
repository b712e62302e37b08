//! What a line at the prompt is made of, as text: it knows the language and no session.
//!
//! - Whether a text is whole ([`is_incomplete`]), and which parts of it are evaluated one by one ([`split`]).
//! - How scripts parse differently from plain Rhai: [`install_tokens`], [`COMPARISONS`].
//! - Its pieces, however unfinished it is: [`token`]; the words of a command line: [`words`].
//! - What it is about one object: [`about`].
//! - Which words the language keeps for itself: [`is_keyword`], [`is_identifier`].
//! - The names that may be meant, as plain data: [`Names`], [`library`], [`properties`].

mod about;
mod braces;
mod chunks;
mod comparisons;
mod identifier;
mod incomplete;
mod library;
mod names;
pub mod properties;
pub mod token;
mod tokens;
pub mod words;

pub use about::about;
pub use braces::{AlternativesError, alternatives};
pub use chunks::{Piece, ends_in_comment, split, wants_more, without_prompts};
pub use comparisons::{COMPARISONS, declare as declare_comparisons};
pub use identifier::{KEYWORDS, is_identifier, is_keyword};
pub use incomplete::{EXPRESSION_DEPTHS, executable, is_incomplete};
pub use library::{LibraryFunction, kind_of, library};
pub use names::{CommandName, FieldName, FunctionName, Held, Names, Takes};
pub use tokens::{install as install_tokens, rest};
pub use words::question;

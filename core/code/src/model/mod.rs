//! What a file of C++ is made of. Every part is a range of tokens of the file, so nothing is copied and nothing is lost;
//! [`File`](crate::File) gives the text of each.

mod declaration;
mod function;
mod record;

use std::ops::Range;

pub use declaration::{Declaration, Declarator};
pub use function::{Function, FunctionBody, Param, Shape};
pub use record::{Base, Body, Enum, Enumerator, Key, Record};

/// A range of tokens of a file: indices into [`Source::tokens`](crate::Source::tokens).
pub type Tokens = Range<usize>;

/// One item of a file or body.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is, with its parts.
    pub kind: Kind,
    /// Its first to its last token, without its comments.
    pub tokens: Tokens,
    /// The comments above it, or before it on its line.
    pub leading: Vec<usize>,
    /// The comments behind it.
    pub trailing: Vec<usize>,
    /// Whether an empty line is before it and its comments.
    pub blank_before: bool,
    /// Whether its head has a comment or directive that fixes its lines.
    pub(crate) as_written: bool,
}

/// The kinds of code.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A comment that belongs to nothing.
    Comment,
    /// `#include`.
    Include {
        /// With its delimiters.
        target: String,
    },
    /// `#define`.
    Define {
        /// The macro.
        name: String,
        /// What it stands for, parameters included.
        text: String,
    },
    /// `#pragma`.
    Pragma {
        /// What follows the word.
        text: String,
    },
    /// `#if`, `#ifdef`, `#ifndef`, `#elif`, `#else`, `#endif` and their newer forms.
    Conditional {
        /// The whole line without `#`, comments and surplus white space.
        text: String,
    },
    /// Code that is kept and not looked into.
    Raw(Raw),
    /// A module declaration or import.
    Module {
        /// What is declared or imported.
        name: String,
    },
    /// `namespace … { … }`.
    Namespace {
        /// `a::b`, empty for none.
        path: String,
        /// Whether it, or a part of its path, is `inline`.
        inline: bool,
        /// What it holds.
        body: Body,
    },
    /// `extern "C" …`.
    Extern {
        /// With its quotes.
        language: String,
        /// What it applies to.
        scope: Scope,
    },
    /// `export …`.
    Export(Scope),
    /// `using namespace …;`.
    UsingNamespace {
        /// The namespace.
        path: String,
    },
    /// `using name = target;` or `using path;`.
    Using {
        /// The new name, or the path that is made visible.
        name: String,
        /// What the name stands for; empty for `using path;`.
        target: Tokens,
    },
    /// `typedef …;`.
    Typedef(Declaration),
    /// A struct, class or union, defined or only declared.
    Record(Record),
    /// `public:` and the like.
    Access {
        /// Without the colon.
        label: String,
    },
    /// An enumeration, defined or only declared.
    Enum(Enum),
    /// One name of an enumeration.
    Enumerator(Enumerator),
    /// Variables, fields or bit-fields that one declaration makes.
    Variables(Declaration),
    /// A function of any shape.
    Function(Function),
    /// `friend …;`.
    Friend {
        /// What is a friend, if it is a declaration by itself.
        item: Option<Box<Item>>,
        /// Its name.
        name: String,
    },
    /// `template <…> …`.
    Template {
        /// The parameters, each with its default.
        params: Vec<Param>,
        /// The tokens of `template <…>`.
        head: Tokens,
        /// The constraint behind `requires`, with that word; empty for none.
        requires: Tokens,
        /// What is a template.
        item: Box<Item>,
    },
}

/// Why code is kept raw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    /// A `static_assert`.
    StaticAssert,
    /// A concept, assembler text, an explicit instantiation, a namespace alias.
    Statement,
    /// A line that a macro makes.
    Macro,
    /// A directive without a kind of its own, such as `#undef`.
    Directive,
    /// A `;` behind a directive or other raw code.
    Semicolon,
    /// It did not parse; a diagnostic says why.
    Unparsed,
}

/// What `extern "C"` and `export` apply to.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Everything in braces.
    Body(Body),
    /// One declaration.
    One(Box<Item>),
}

impl Item {
    pub(crate) fn new(kind: Kind, tokens: Tokens) -> Item {
        Item {
            kind,
            tokens,
            leading: Vec::new(),
            trailing: Vec::new(),
            blank_before: false,
            as_written: false,
        }
    }

    /// The items that stand in its braces, if it has braces with items.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        match &self.kind {
            Kind::Namespace { body, .. } => Some(body),
            Kind::Extern { scope, .. } | Kind::Export(scope) => match scope {
                Scope::Body(body) => Some(body),
                Scope::One(item) => item.body(),
            },
            Kind::Record(record) => record.body.as_ref(),
            Kind::Enum(item) => item.body.as_ref(),
            Kind::Typedef(declaration) | Kind::Variables(declaration) => {
                declaration.definition.as_ref()?.body()
            }
            Kind::Template { item, .. } => item.body(),
            Kind::Friend { item, .. } => item.as_ref()?.body(),
            _ => None,
        }
    }

    /// Whether it is a directive: one line that begins with `#`.
    #[must_use]
    pub fn is_directive(&self) -> bool {
        matches!(
            self.kind,
            Kind::Include { .. }
                | Kind::Define { .. }
                | Kind::Pragma { .. }
                | Kind::Conditional { .. }
                | Kind::Raw(Raw::Directive)
        )
    }
}

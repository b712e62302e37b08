//! What can be wrong with parts.

use thiserror::Error;

/// Parts that do not make code.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{place}: {fault}")]
#[non_exhaustive]
pub struct BuildError {
    /// What is wrong.
    pub fault: BuildFault,
    /// The item, with those around it.
    pub place: String,
}

/// The kinds of faults. [`BuildFault::code`] is a short name for each.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildFault {
    /// A name is empty.
    #[error("the name is empty; give one, or leave it out where code may be anonymous")]
    EmptyName,
    /// A name has characters that names cannot have.
    #[error("the name is not made of letters, digits and underscores")]
    BadName,
    /// A name is a keyword.
    #[error("the name is a keyword")]
    KeywordName,
    /// Something that the kind must have is missing.
    #[error("a part is missing that this kind of code must have")]
    MissingPart,
    /// A part or body is not of a kind that fits.
    #[error("a part or body is of another kind than this code takes")]
    WrongKind,
    /// The kind cannot stand in this body.
    #[error("this kind of code, or this part of it, cannot stand here")]
    NotHere,
    /// The name is taken in this body.
    #[error("the name is declared twice in the same body")]
    DuplicateName,
    /// A constructor or destructor is not called as its record.
    #[error("the name differs from that of the record")]
    NameMismatch,
    /// A specifier is given twice.
    #[error("a specifier is given twice")]
    SpecifierTwice,
    /// A specifier does not fit the kind or the place.
    #[error("a specifier does not fit this kind of code or this place")]
    SpecifierNotHere,
    /// Two specifiers exclude each other.
    #[error("two specifiers exclude each other")]
    SpecifierClash,
    /// A parameter without a default is behind one with a default.
    #[error("a parameter without a default value is behind one with a default value")]
    DefaultOrder,
    /// `...` is not the last parameter.
    #[error("... is not the last parameter")]
    VariadicNotLast,
    /// An attribute is not written as one.
    #[error("an attribute is not [[…]], __attribute__((…)), alignas(…) or __declspec(…)")]
    BadAttribute,
    /// The text would end the comment.
    #[error("the text would end the comment or continue it")]
    BadComment,
    /// A directive is not written as one.
    #[error("the directive is not complete")]
    BadDirective,
    /// The width of a bit-field is not possible.
    #[error("a bit-field with a name must be at least one bit wide")]
    BadWidth,
    /// Brackets of a text, or conditionals of a body, are not closed.
    #[error("brackets of a text or conditionals of a body are not balanced")]
    Unbalanced,
    /// Untyped text is used for something else than an item, a value or a body.
    #[error("untyped text can only be an item, a value or a body")]
    BadUntyped,
    /// There is no such operator, or it cannot be given a meaning.
    #[error("no such operator can be declared")]
    OperatorUnknown,
    /// The number of parameters does not fit the operator.
    #[error("the operator takes another number of parameters here")]
    OperatorArity,
    /// The result type does not fit the operator.
    #[error("the operator gives another type")]
    OperatorResult,
    /// The operator must be a member.
    #[error("the operator can only be a member of a record")]
    OperatorMemberOnly,
    /// The types of the parameters do not fit the operator.
    #[error("the operator cannot have these parameters")]
    OperatorOperand,
}

impl BuildFault {
    /// A short name that stays the same.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            BuildFault::EmptyName => "empty-name",
            BuildFault::BadName => "bad-name",
            BuildFault::KeywordName => "keyword-name",
            BuildFault::MissingPart => "missing-part",
            BuildFault::WrongKind => "wrong-kind",
            BuildFault::NotHere => "not-here",
            BuildFault::DuplicateName => "duplicate-name",
            BuildFault::NameMismatch => "name-mismatch",
            BuildFault::SpecifierTwice => "specifier-twice",
            BuildFault::SpecifierNotHere => "specifier-not-here",
            BuildFault::SpecifierClash => "specifier-clash",
            BuildFault::DefaultOrder => "default-order",
            BuildFault::VariadicNotLast => "variadic-not-last",
            BuildFault::BadAttribute => "bad-attribute",
            BuildFault::BadComment => "bad-comment",
            BuildFault::BadDirective => "bad-directive",
            BuildFault::BadWidth => "bad-width",
            BuildFault::Unbalanced => "unbalanced",
            BuildFault::BadUntyped => "bad-untyped",
            BuildFault::OperatorUnknown => "operator-unknown",
            BuildFault::OperatorArity => "operator-arity",
            BuildFault::OperatorResult => "operator-result",
            BuildFault::OperatorMemberOnly => "operator-member-only",
            BuildFault::OperatorOperand => "operator-operand",
        }
    }
}

//! Questions that make no sense for these types.

use memglass_types::Alike;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// There is no type of this name.
    #[error("no type {name:?} here{alike}")]
    NoType {
        /// What was asked for.
        name: String,
        /// Names that may be meant.
        alike: Alike,
    },
    /// Only records have members, and so unused bytes between them.
    #[error("{name:?} is no struct, class or union: it is of kind {kind}")]
    NoRecord {
        /// The type.
        name: String,
        /// What it is instead.
        kind: &'static str,
    },
    /// The pattern of names cannot be read.
    #[error(transparent)]
    Pattern(#[from] memglass::PatternError),
}

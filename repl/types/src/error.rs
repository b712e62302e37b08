//! Questions that make no sense for these types.

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// There is no type of this name.
    #[error("no type {name:?} here{}", meant(nearest.as_deref()))]
    NoType {
        /// What was asked for.
        name: String,
        /// The name that is most like it.
        nearest: Option<String>,
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

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |name| format!("; did you mean {name:?}?"))
}

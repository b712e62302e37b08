//! Why a trigger cannot be defined.

use std::time::Duration;

use memglass::{Observer, PathError, PatternError};
use memglass_syntax::AlternativesError;

/// Why a trigger cannot be defined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    /// The object is there and has no such field.
    #[error(transparent)]
    Field(#[from] PathError),
    /// A text that is neither a type nor a label nor a pattern.
    #[error("no type and no object is named {name:?}{suggestion}")]
    Unknown {
        /// The text.
        name: String,
        /// What was probably meant, as the end of the sentence.
        suggestion: String,
    },
    /// A pattern that is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A path with too many alternatives.
    #[error(transparent)]
    Alternatives(#[from] AlternativesError),
    /// An array of objects has more elements than are followed one by one.
    #[error(
        "{label} has {count} elements, of which a pattern or a type follows {most} at most; name the array itself, one of its elements, or a pattern without it"
    )]
    TooManyElements {
        /// The array.
        label: String,
        /// How many it has.
        count: u64,
        /// So many are followed.
        most: u64,
    },
    /// There is no room for the history of one more field.
    #[error("the histories of {most} fields are kept already; `.forget()` ends one")]
    TooManyHistories {
        /// So many are kept.
        most: usize,
    },
    /// A length of time that has to be longer.
    #[error("{setting} needs a time longer than 0")]
    NoTime {
        /// What it was given to.
        setting: &'static str,
    },
    /// A period that no clock keeps: nothing but its points would be counted.
    #[error("every {period:?} is too often; at least a microsecond is between two points")]
    TooOften {
        /// The period.
        period: Duration,
    },
}

impl DefinitionError {
    pub(super) fn unknown(name: &str, observer: &Observer) -> Self {
        let types = observer.schema().iter().map(|(_, ty)| ty.name.to_string());
        let labels = observer.objects().take(MOST_LABELS);
        let known = types.chain(labels.map(|object| object.label.to_string()));
        let meant = memglass::nearest(name, known);
        let name = name.to_owned();
        let suggestion = meant.map_or(String::new(), |meant| format!("; did you mean {meant:?}?"));
        DefinitionError::Unknown { name, suggestion }
    }
}

/// Labels that a mistyped name is compared with.
const MOST_LABELS: usize = 20_000;

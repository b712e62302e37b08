//! Completion of a line that is typed elsewhere than at the prompt.

use memglass_syntax::Names;

use super::complete;
use super::lexicon::Lexicon;
use crate::labels::Labels;

/// Completes lines as the prompt does, with the names of one moment and the labels as they are.
///
/// ```
/// use memglass_line::{Completer, Labels};
///
/// let completer = Completer::new(Default::default(), Labels::default());
/// assert!(completer.complete("nobody.x").all.is_empty());
/// ```
#[derive(Debug)]
pub struct Completer {
    lexicon: Lexicon,
}

/// What the word at the cursor may become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where that word begins, in bytes of the line.
    pub start: usize,
    /// What all of them begin with.
    pub common: String,
    /// All of them, in the order in which they are shown.
    pub all: Vec<Suggestion>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What a list shows: often with a type or a signature.
    pub shown: String,
    /// What stands in the line instead of the word.
    pub text: String,
}

impl Completer {
    /// Completes these names.
    pub fn new(names: Names, labels: Labels) -> Self {
        Completer {
            lexicon: Lexicon::new(names, labels),
        }
    }

    /// What may stand at the end of `before_cursor`, the part of a line to the left of the cursor.
    pub fn complete(&self, before_cursor: &str) -> Completions {
        let completion = complete::complete(before_cursor, &self.lexicon);
        let common = completion.common().to_owned();
        let all = completion
            .candidates
            .into_iter()
            .map(|candidate| Suggestion {
                shown: candidate.shown,
                text: candidate.text,
            });
        Completions {
            start: completion.start,
            common,
            all: all.collect(),
        }
    }
}

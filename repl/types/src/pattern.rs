//! Names and patterns of names.

use crate::AskError;

/// Whether a word stands for many names.
pub fn is_pattern(word: &str) -> bool {
    word.contains(['*', '?'])
}

/// What a name has to look like.
pub struct Pattern(Option<memglass::Pattern>);

impl Pattern {
    /// Any name.
    pub fn any() -> Self {
        Pattern(None)
    }

    /// Names like this word, which may have `*` and `?` in it; without a word, any name.
    ///
    /// # Errors
    ///
    /// [`AskError::Pattern`], if it is no pattern.
    pub fn of(word: Option<&str>) -> Result<Self, AskError> {
        Ok(Pattern(word.map(memglass::Pattern::new).transpose()?))
    }

    pub(crate) fn fits(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|pattern| pattern.is_match(name))
    }
}

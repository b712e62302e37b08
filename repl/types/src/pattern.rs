//! Names and patterns of names.

use globset::{Glob, GlobMatcher};

use crate::AskError;

/// Whether a word stands for many names.
pub fn is_pattern(word: &str) -> bool {
    word.contains(['*', '?'])
}

/// What a name has to look like.
pub struct Pattern(Option<GlobMatcher>);

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
        let glob = word.map(Glob::new).transpose()?;
        Ok(Pattern(glob.map(|glob| glob.compile_matcher())))
    }

    pub(crate) fn fits(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|glob| glob.is_match(name))
    }
}

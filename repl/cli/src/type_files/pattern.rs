//! Names and patterns of names.

use globset::{Glob, GlobMatcher};

use super::super::failure::Failure;

/// Whether a word stands for many names.
pub(super) fn is_pattern(word: &str) -> bool {
    word.contains(['*', '?'])
}

/// What a name has to look like; without a word, any name does.
pub(super) struct Pattern(Option<GlobMatcher>);

impl Pattern {
    pub(super) fn of(word: Option<&str>) -> Result<Self, Failure> {
        let glob = word.map(Glob::new).transpose();
        let glob = glob.map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Pattern(glob.map(|glob| glob.compile_matcher())))
    }

    pub(super) fn fits(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|glob| glob.is_match(name))
    }
}

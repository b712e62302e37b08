//! `memglass emit`

use memglass_emit::{Language, emit};
use memglass_terminal::streams::write_data;

use super::arguments::EmittedLanguage;
use super::failure::Failure;
use super::options::Options;
use super::target;

/// Writes the types of a session as code.
pub(super) fn run(
    options: &Options,
    session: Option<&str>,
    language: EmittedLanguage,
) -> Result<i32, Failure> {
    let session = target::resolve(options, session)?;
    let observer = target::attach(options, &session)?;
    write_data(&emit(observer.schema(), language.into()))?;
    Ok(0)
}

impl From<EmittedLanguage> for Language {
    fn from(language: EmittedLanguage) -> Language {
        match language {
            EmittedLanguage::Cpp => Language::Cpp,
            EmittedLanguage::C => Language::C,
            EmittedLanguage::Rust => Language::Rust,
        }
    }
}

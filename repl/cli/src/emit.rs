//! `memglass emit`

use memglass::schema::Schema;
use memglass_emit::{Language, emit};
use memglass_terminal::streams::write_data;
use memglass_type_tables::{chosen, for_session, of_session};

use super::arguments::EmittedLanguage;
use super::failure::Failure;
use super::options::Options;
use super::target;
use super::type_files;

/// Writes the types of a session or file as code; `only` is a name or pattern of those that are wanted.
pub(super) fn run(
    options: &Options,
    named: Option<&str>,
    language: EmittedLanguage,
    only: Option<&str>,
) -> Result<i32, Failure> {
    let schema = match named.filter(|word| type_files::is_file(options, word)) {
        Some(file) => {
            let types = type_files::types_of(options, file)?;
            for_session(&types, &chosen(&types, only)?)
        }
        None => {
            let session = target::resolve(options, named)?;
            let observer = target::attach(options, &session)?;
            let schema = observer.schema();
            match only {
                None => Schema::clone(schema),
                Some(only) => part(schema, only)?,
            }
        }
    };
    write_data(&emit(&schema, language.into()))?;
    Ok(0)
}

/// The types with this name, protected or not, and all that they contain.
fn part(schema: &Schema, only: &str) -> Result<Schema, Failure> {
    let types = of_session(schema);
    let names: Vec<_> = chosen(&types, Some(only))?
        .into_iter()
        .map(|id| &types[id].name)
        .collect();
    let mut result = Schema::new();
    for (id, _) in schema.iter() {
        let bare = &schema[schema.bare(id)];
        if names.contains(&&bare.name) {
            result
                .adopt(schema, id)
                .expect("a type that is valid in one schema is so in another");
        }
    }
    Ok(result)
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
